"""The Kubernetes components under Pulumi's mocks: what the identity's outputs are, and what admission registers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from kubernetes_plans import environment, full_plan, plan
from mocked import Run, run
from nhi.contract import PLATFORM_OUTPUTS
from nhi.plan.model import AgentPlan
from nhi.platforms.kubernetes.admission import admission_records
from nhi.platforms.kubernetes.documents import records
from nhi.platforms.kubernetes.identity import (
    KubernetesAgentAdmission,
    KubernetesAgentIdentity,
    declare,
    declare_admission,
)
from nhi.spec.problems import InputError


def declared(program: Callable[[], Any]) -> Run:
    def body(_: Run) -> None:
        program()

    return run(body)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (
            plan(),
            {
                "serviceAccountName": "research-agent",
                "namespace": "agents",
                "spiffeId": "spiffe://dev.example.org/env/dev/agent/research-agent/{{ .PodMeta.UID }}",
            },
        ),
        (plan(state="suspended"), {"serviceAccountName": "research-agent", "namespace": "agents"}),
    ],
)
def test_outputs_are_those_of_the_contract(subject: AgentPlan, expected: dict[str, str]) -> None:
    done = declared(lambda: declare(subject, "research"))
    assert {key: done.outputs["research"].get(key) for key in expected} == expected
    assert set(done.outputs["research"]) & set(PLATFORM_OUTPUTS["kubernetes"]) == set(expected)


def test_every_output_waits_for_every_object() -> None:
    waited: list[set[str]] = []

    def program(_: Run) -> Any:
        identity = declare(full_plan(), "research")

        async def look() -> None:
            for output in (identity.service_account_name, identity.namespace, identity.spiffe_id):
                found = set()
                for resource in await output.resources():
                    found.add(resource._name)
                waited.append(found)

        return pulumi.Output.from_input(look())

    done = run(program)
    names = {record.name for record in records(full_plan(), "research")}
    assert len(waited) == 3
    for found in waited:
        assert found.union(*(done.before(name) for name in found)) >= names


@pytest.mark.parametrize("option", [{"ignore_changes": ["spec"]}, {"retain_on_delete": True}])
def test_options_that_blind_the_gate_are_refused_on_admission_too(option: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="refused on an agent identity"):
        declared(lambda: declare_admission(environment(), "cluster", pulumi.ResourceOptions(**option)))


def test_the_component_reads_an_agent_file(tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(
        "agent_policy:\n"
        "  agent_id: research-agent\n"
        "  sponsor: jgill@example.com\n"
        "  owner_team: Research\n"
        "  risk_tier: 2\n"
        "  platforms: [kubernetes]\n"
        "  credential: {type: workload_identity, expires: '2027-03-31T00:00:00Z', workload: {kind: kubernetes}}\n"
    )
    args: Any = {
        "file": str(file),
        "environment": str(Path(__file__).with_name("environment.yaml")),
        "clock": "2026-11-01T00:00:00Z",
    }
    sent = declared(lambda: KubernetesAgentIdentity("research", args)).sent
    assert sent["research-service-account"].type == "kubernetes:core/v1:ServiceAccount"
    assert sent["research"].inputs["pinnedClock"] == "2026-11-01T00:00:00Z"


def test_admission_registers_what_its_records_say() -> None:
    where = str(Path(__file__).with_name("environment.yaml"))
    done = declared(lambda: KubernetesAgentAdmission("cluster", {"environment": where}))
    children = {name: (one.type, one.inputs) for name, one in done.sent.items() if name != "cluster"}
    assert children == {
        record.name: (record.type, dict(record.inputs)) for record in admission_records(environment(), "cluster")
    }
    assert done.sent["cluster"].type == "nhi:index:KubernetesAgentAdmission"
    assert "acme-agent-metadata" in done.outputs["cluster"]["policyNames"]


def test_admission_of_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    where = str(tmp_path / "missing.yaml")
    with pytest.raises(InputError):
        declared(lambda: KubernetesAgentAdmission("cluster", {"environment": where}))
