"""The AWS component under Pulumi's mocks: what its outputs are, and what it reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from component_subjects import SUBJECTS
from mocked import Run, run
from nhi.contract import PLATFORM_OUTPUTS
from nhi.plan.model import AgentPlan
from nhi.platforms.aws.identity import AwsAgentIdentity, declare
from plans import environment

CASES = SUBJECTS["aws"].cases
OUTPUT_NAMES = {
    "roleArn": "role_arn",
    "roleName": "role_name",
    "workloadIdentityName": "workload_identity_name",
    "secretName": "secret_name",
    "profileArn": "profile_arn",
}


def declared(of: AgentPlan, *, preview: bool = False) -> Run:
    def program(_: Run) -> dict[str, Any]:
        identity = declare(of, "agent")
        return {wire: getattr(identity, python) for wire, python in OUTPUT_NAMES.items()}

    return run(program, preview=preview)


def test_outputs_name_what_was_made() -> None:
    assert declared(CASES["stored-credential"]).result == {
        "roleArn": "arn:aws:iam::111122223333:role/agents/acme-research-agent",
        "roleName": "acme-research-agent",
        "workloadIdentityName": None,
        "secretName": "acme-research-agent-credential",
        "profileArn": None,
    }
    assert declared(CASES["spiffe"]).result["profileArn"] == "arn:of:agent-profile"
    assert declared(CASES["agentcore"]).result["workloadIdentityName"] == "acme-research-agent"


def test_registered_outputs_are_the_contracts_and_only_those_that_exist() -> None:
    assert set(OUTPUT_NAMES) == set(PLATFORM_OUTPUTS["aws"])
    done = declared(CASES["suspended"])
    assert set(done.outputs["agent"]) & set(PLATFORM_OUTPUTS["aws"]) == {"roleArn", "roleName"}


def test_the_role_arn_is_known_at_preview() -> None:
    done = declared(CASES["eks"], preview=True)
    assert done.outputs["agent"]["roleArn"] == "arn:aws:iam::111122223333:role/agents/acme-research-agent"


AGENT = """\
agent_policy:
  agent_id: research-agent
  purpose: Answers questions
  owner_team: research
  risk_tier: 2
  platforms: [aws]
  sponsor: jgill@example.com
  credential:
    type: workload_identity
    expires: "2027-03-31T00:00:00Z"
    workload: {kind: lambda, function: research-agent}
"""


def environment_file(folder: Path) -> Path:
    path = folder / "prod.yaml"
    path.write_text(yaml.safe_dump(environment().environment.model_dump(mode="json", exclude_none=True)), "utf-8")
    return path


def test_the_component_reads_a_file_and_an_environment(tmp_path: Path) -> None:
    agent = tmp_path / "research-agent.yaml"
    agent.write_text(AGENT, "utf-8")
    where = str(environment_file(tmp_path))
    clock = "2026-11-01T00:00:00Z"

    def from_file(_: Run) -> Any:
        return AwsAgentIdentity("agent", {"file": str(agent), "environment": where, "clock": clock}).role_name

    def from_text(_: Run) -> Any:
        return AwsAgentIdentity("agent", {"text": AGENT, "environment": where, "clock": clock}).role_name

    by_file, by_text = run(from_file), run(from_text)
    assert by_file.result == by_text.result == "acme-research-agent"
    assert by_file.sent["agent"].inputs["state"] == "active"
    assert by_file.sent["agent"].inputs["pinnedClock"] == clock
    assert not by_file.sent["agent"].inputs["file"].startswith("/")
    children = {name: one for name, one in by_file.sent.items() if name != "agent"}
    assert children == {name: one for name, one in by_text.sent.items() if name != "agent"}


def test_the_component_is_suspended_past_its_lock_date(tmp_path: Path) -> None:
    args = {"text": AGENT, "environment": str(environment_file(tmp_path)), "clock": "2027-04-01T00:00:00Z"}
    done = run(lambda _: AwsAgentIdentity("agent", args).role_name)  # type: ignore[arg-type]
    assert done.sent["agent"].inputs["state"] == "suspended"
    assert "agent-grants-1" not in done.sent
    assert json.loads(done.sent["agent-role"].inputs["assumeRolePolicy"])["Statement"][0]["Effect"] == "Deny"
