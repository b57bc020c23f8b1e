"""The Google Cloud component under Pulumi's mocks: what its outputs are, and what it reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from component_subjects import SUBJECTS
from gcp_plans import environment
from mocked import Run, run
from nhi.contract import PLATFORM_OUTPUTS
from nhi.plan.model import AgentPlan
from nhi.platforms.gcp import documents as d
from nhi.platforms.gcp.identity import GcpAgentIdentity, declare

EMAIL = "acme-research-agent@acme-agents.iam.gserviceaccount.com"
CASES = SUBJECTS["gcp"].cases


def declared(of: AgentPlan, *, preview: bool = False) -> Run:
    def program(_: Run) -> dict[str, Any]:
        identity = declare(of, "agent")
        return {"principal": identity.principal, "serviceAccountEmail": identity.service_account_email}

    return run(program, preview=preview)


def test_outputs_name_the_account_or_the_agent_identity() -> None:
    assert declared(CASES["gke"]).result == {"principal": f"serviceAccount:{EMAIL}", "serviceAccountEmail": EMAIL}
    assert declared(CASES["agent-engine"]).result == {
        "principal": "principal://agents.global.org-998877665544.system.id.goog/resources/aiplatform/projects/"
        "123456789012/locations/europe-west3/reasoningEngines/research-agent",
        "serviceAccountEmail": None,
    }


def test_registered_outputs_are_the_contracts_and_only_those_that_exist() -> None:
    assert set(declared(CASES["gke"]).outputs["agent"]) >= set(PLATFORM_OUTPUTS["gcp"])
    found = set(declared(CASES["agent-engine"]).outputs["agent"]) & set(PLATFORM_OUTPUTS["gcp"])
    assert found == {"principal"}


@pytest.mark.parametrize("case", CASES)
def test_the_principal_is_known_at_preview(case: str) -> None:
    done = declared(CASES[case], preview=True)
    assert done.outputs["agent"]["principal"] == declared(CASES[case]).outputs["agent"]["principal"]


AGENT = """\
agent_policy:
  agent_id: research-agent
  purpose: Answers questions
  owner_team: research
  risk_tier: 2
  platforms: [gcp]
  sponsor: jgill@example.com
  credential:
    type: workload_identity
    expires: "2027-03-31T00:00:00Z"
    workload: {kind: gke, cluster: main}
"""


@pytest.mark.parametrize(
    ("clock", "state", "entrances"), [("2026-11-01T00:00:00Z", "active", 1), ("2027-04-01T00:00:00Z", "suspended", 0)]
)
def test_the_component_reads_an_agent_and_stops_it_past_its_lock_date(
    tmp_path: Path, clock: str, state: str, entrances: int
) -> None:
    path = tmp_path / "prod.yaml"
    path.write_text(yaml.safe_dump(environment().environment.model_dump(mode="json", exclude_none=True)), "utf-8")
    args = {"text": AGENT, "environment": str(path), "clock": clock}
    done = run(lambda _: GcpAgentIdentity("agent", args).principal)  # type: ignore[arg-type]
    assert done.result == f"serviceAccount:{EMAIL}"
    assert done.sent["agent"].inputs["state"] == state
    assert done.sent["agent-account"].inputs["disabled"] is (state == "suspended")
    assert sum(one.type == d.ACCOUNT_MEMBER for one in done.sent.values()) == entrances
