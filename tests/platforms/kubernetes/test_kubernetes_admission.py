"""What a cluster refuses about agent identities.

There is no CEL here: these tests show the shape, and that names in expressions are those of the contract. What the
expressions do, a real API server shows (`make test-kubernetes`, `tests/kubernetes_api/test_admission_policies.py`).
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kubernetes_plans import environment
from nhi.platforms.kubernetes.admission import BINDING, POLICY, admission_records
from nhi.spec.problems import InputError

GOLDEN = Path(__file__).parent / "golden" / "admission.json"


def policies() -> list[dict[str, Any]]:
    return [dict(record.inputs) for record in admission_records(environment(), "acme") if record.type == POLICY]


def named(name: str) -> dict[str, Any]:
    (found,) = [policy for policy in policies() if policy["metadata"]["name"] == f"acme-agent-{name}"]
    return found


def expressions(policy: dict[str, Any]) -> str:
    return "\n".join(validation["expression"] for validation in policy["spec"]["validations"])


def test_admission_records_are_what_was_reviewed() -> None:
    written = [
        {"type": record.type, "name": record.name, "dependsOn": list(record.depends_on), "inputs": dict(record.inputs)}
        for record in admission_records(environment(), "acme")
    ]
    text = json.dumps(written, indent=2) + "\n"
    if os.environ.get("NHI_GOLDEN") == "write":
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_every_policy_refuses_where_it_fails_and_is_bound_to_deny() -> None:
    found = admission_records(environment(), "acme")
    assert all(policy["spec"]["failurePolicy"] == "Fail" for policy in policies())
    bindings = {record.inputs["spec"]["policyName"]: record for record in found if record.type == BINDING}
    assert bindings.keys() == {policy["metadata"]["name"] for policy in policies()}
    for binding in bindings.values():
        assert binding.inputs["spec"]["validationActions"] == ["Deny"]
        assert len(binding.depends_on) == 1


def test_sponsor_and_end_are_demanded_on_accounts_roles_and_bindings_of_agents() -> None:
    policy = named("metadata")
    covered = {name for rule in policy["spec"]["matchConstraints"]["resourceRules"] for name in rule["resources"]}
    assert covered >= {"serviceaccounts", "roles", "rolebindings"}
    assert "'nhi/sponsor'" in expressions(policy)
    assert "'nhi/expires'" in expressions(policy)
    assert "'nhi/agent-id'" in policy["spec"]["matchConditions"][0]["expression"]


def test_policies_about_an_account_look_at_every_agent_account_of_the_namespace() -> None:
    for record in admission_records(environment(), "acme"):
        if record.type == BINDING and "paramRef" in record.inputs["spec"]:
            reference = record.inputs["spec"]["paramRef"]
            assert "namespace" not in reference
            assert reference["selector"]["matchExpressions"] == [{"key": "nhi/agent-id", "operator": "Exists"}]
            assert named(record.inputs["spec"]["policyName"].removeprefix("acme-agent-"))["spec"]["paramKind"] == {
                "apiVersion": "v1",
                "kind": "ServiceAccount",
            }


def test_a_token_lives_as_long_as_the_profile_lets_each_tier() -> None:
    tiers = environment().profile.tiers
    expression = named("tokens")["spec"]["variables"][0]["expression"]
    for tier, ceilings in tiers.items():
        assert f"'{tier}': {int(ceilings.max_token_life.total_seconds())}" in expression
    strictest = min(int(ceilings.max_token_life.total_seconds()) for ceilings in tiers.values())
    assert expression.endswith(f".orValue({strictest})")


def test_an_environment_without_a_cluster_is_refused() -> None:
    whole = environment()
    bare = replace(whole, environment=whole.environment.model_copy(update={"kubernetes": None}))
    with pytest.raises(InputError, match="environment dev has no cluster"):
        admission_records(bare)
