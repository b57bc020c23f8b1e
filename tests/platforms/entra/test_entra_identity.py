"""The Entra ID component under Pulumi's mocks: what its outputs are, and what it reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from component_subjects import SUBJECTS
from entra_plans import ENTRA, KUBERNETES_WITH_SPIFFE, environment
from mocked import Run, run
from nhi.contract import PLATFORM_OUTPUTS
from nhi.plan.model import AgentPlan
from nhi.platforms.entra.identity import EntraAgentIdentity, declare
from nhi.platforms.register import component_props

CASES = SUBJECTS["entra"].cases
OUTPUT_NAMES = {"clientId": "client_id", "servicePrincipalId": "service_principal_id"}


def declared(of: AgentPlan) -> Run:
    def program(_: Run) -> dict[str, Any]:
        identity = declare(of, "agent")
        return {wire: getattr(identity, python) for wire, python in OUTPUT_NAMES.items()}

    return run(program)


@pytest.mark.parametrize("case", CASES)
def test_outputs_are_the_contracts_and_name_what_was_made(case: str) -> None:
    assert set(OUTPUT_NAMES) == set(PLATFORM_OUTPUTS["entra"])
    done = declared(CASES[case])
    expected = {
        "clientId": "clientId:of:agent-application",
        "servicePrincipalId": "objectId:of:agent-service-principal",
    }
    assert done.result == expected
    assert {name: done.outputs["agent"][name] for name in OUTPUT_NAMES} == expected
    assert set(done.outputs["agent"]) == {*component_props(CASES[case]), *OUTPUT_NAMES}


def test_no_output_of_ours_holds_the_password() -> None:
    done = declared(CASES["password"])
    value = "value:of:agent-password"
    assert value not in json.dumps(done.outputs)
    assert value not in json.dumps(done.result)
    assert [one.name for one in done.sent.values() if value in json.dumps(one.inputs)] == ["agent-entra-secret-version"]


def test_the_password_crosses_the_wire_as_a_secret() -> None:
    sent = declared(CASES["password"]).sent["agent-entra-secret-version"].inputs["secretStringWo"]
    assert isinstance(sent, dict), "a plain text here would be shown in every diff"
    assert sent["value"] == "value:of:agent-password"


AGENT = """\
agent_policy:
  agent_id: research-agent
  purpose: Answers questions
  owner_team: research
  risk_tier: 2
  platforms: [entra]
  sponsor: jgill@example.com
  data_access:
    - {scope: knowledge-base, access: read}
  credential:
    type: workload_identity
    expires: "2027-03-31T00:00:00Z"
    workload: {kind: kubernetes}
"""


def environment_file(folder: Path) -> Path:
    path = folder / "prod.yaml"
    scopes = {"knowledge-base": {"entra": [{"kind": "graph", "roles": ["Sites.Read.All"]}]}}
    where = environment(kubernetes=KUBERNETES_WITH_SPIFFE, data_scopes=scopes)
    path.write_text(yaml.safe_dump(where.environment.model_dump(mode="json", exclude_none=True)), "utf-8")
    return path


def test_the_component_reads_a_file_and_an_environment_and_grants_what_the_words_mean(tmp_path: Path) -> None:
    agent = tmp_path / "research-agent.yaml"
    agent.write_text(AGENT, "utf-8")
    where = str(environment_file(tmp_path))
    clock = "2026-11-01T00:00:00Z"

    def from_file(_: Run) -> Any:
        return EntraAgentIdentity("agent", {"file": str(agent), "environment": where, "clock": clock}).client_id

    done = run(from_file)
    assert done.result == "clientId:of:agent-application"
    assert done.sent["agent"].inputs["pinnedClock"] == clock
    assigned = done.sent["agent-role-microsoft.graph-Sites.Read.All"].inputs
    assert assigned["appRoleId"] == ENTRA["apis"]["microsoft.graph"]["roles"]["Sites.Read.All"]
    assert done.sent["agent-federated-credential"].inputs["subject"] == "system:serviceaccount:agents:research-agent"


def test_the_component_is_disabled_past_its_lock_date(tmp_path: Path) -> None:
    args = {"text": AGENT, "environment": str(environment_file(tmp_path)), "clock": "2027-04-01T00:00:00Z"}
    done = run(lambda _: EntraAgentIdentity("agent", args).client_id)  # type: ignore[arg-type]
    assert done.sent["agent"].inputs["state"] == "suspended"
    assert set(done.sent) == {"agent", "agent-application", "agent-service-principal"}
    assert done.sent["agent-service-principal"].inputs["accountEnabled"] is False
