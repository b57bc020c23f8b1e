"""The Google Cloud component under Pulumi's mocks: exact children, order, providers, outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
import pulumi_gcp as gcp
import pytest
import yaml
from gcp_plans import environment, plan
from mocked import Run, run
from nhi.contract import PLATFORM_OUTPUTS
from nhi.plan.model import AgentPlan
from nhi.platforms.gcp import documents as d
from nhi.platforms.gcp.identity import GcpAgentIdentity, declare
from nhi.platforms.register import component_props
from pulumi.provider.experimental.component import ComponentProvider

EMAIL = "acme-research-agent@acme-agents.iam.gserviceaccount.com"
CASES: dict[str, AgentPlan] = {
    "gke": plan(),
    "federated": plan("oidc"),
    "agent-engine": plan("agent-engine"),
    "stored-credential": plan("cloud-run", credential={"type": "api_key", "rotation_days": 30}),
    "suspended": plan("kubernetes", state="suspended"),
}


def declared(of: AgentPlan, *, preview: bool = False, **options: Any) -> Run:
    def program(done: Run) -> dict[str, Any]:
        identity = declare(of, "agent", pulumi.ResourceOptions(**options) if options else None)
        identity.principal.apply(lambda _: done.events.append("principal"))
        return {"principal": identity.principal, "serviceAccountEmail": identity.service_account_email}

    return run(program, preview=preview)


@pytest.mark.parametrize("case", CASES)
def test_what_is_registered_equals_the_records(case: str) -> None:
    sent = {name: one for name, one in declared(CASES[case]).sent.items() if name != "agent"}
    assert {name: (one.type, one.inputs, one.parent) for name, one in sent.items()} == {
        record.name: (record.type, dict(record.inputs), "agent") for record in d.records(CASES[case], "agent")
    }


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_the_records_crosses_the_wire(case: str) -> None:
    sent = declared(CASES[case]).sent
    for record in d.records(CASES[case], "agent"):
        assert set(record.depends_on) <= sent[record.name].depends_on


@pytest.mark.parametrize("case", CASES)
def test_the_component_shows_the_gate_its_declaration(case: str) -> None:
    done = declared(CASES[case])
    props = component_props(CASES[case])
    assert done.sent["agent"].type == "nhi:index:GcpAgentIdentity"
    assert done.sent["agent"].inputs == props
    assert {name: done.outputs["agent"][name] for name in props} == props


def test_the_principal_resolves_only_after_every_child_is_registered() -> None:
    done = declared(CASES["federated"])
    children = {record.name for record in d.records(CASES["federated"], "agent")}
    assert children <= set(done.events[: done.events.index("principal")])


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
def test_nothing_is_unknown_at_preview(case: str) -> None:
    done = declared(CASES[case], preview=True)
    assert "04da6b54-80e4-46f7-96ec-b56ff0331ba9" not in str([one.inputs for one in done.sent.values()])
    assert done.outputs["agent"]["principal"] == declared(CASES[case]).outputs["agent"]["principal"]


def test_the_callers_provider_reaches_every_child() -> None:
    def program(_: Run) -> None:
        provider = gcp.Provider("elsewhere", project="acme-agents")
        declare(CASES["federated"], "agent", pulumi.ResourceOptions(providers=[provider]))

    done = run(program)
    for record in d.records(CASES["federated"], "agent"):
        assert "::elsewhere::" in done.sent[record.name].provider, record.name


@pytest.mark.parametrize("option", [{"ignore_changes": ["condition"]}, {"retain_on_delete": True}])
def test_options_that_blind_the_gate_are_refused_before_anything_is_registered(option: dict[str, Any]) -> None:
    registered: list[Run] = []

    def program(done: Run) -> None:
        registered.append(done)
        declare(CASES["gke"], "agent", pulumi.ResourceOptions(**option))

    with pytest.raises(ValueError, match="are refused on an agent identity"):
        run(program)
    assert registered[0].sent == {}


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


def test_a_plan_that_cannot_be_written_registers_nothing() -> None:
    registered: list[Run] = []

    def program(done: Run) -> None:
        registered.append(done)
        declare(plan({"kind": "gke", "cluster": "elsewhere"}), "agent")

    with pytest.raises(Exception, match="no GKE cluster"):
        run(program)
    assert registered[0].sent == {}


def test_a_reference_to_an_existing_identity_declares_nothing() -> None:
    def program(_: Run) -> None:
        found = declare(CASES["gke"], "agent")

        def again(urn: str) -> None:
            GcpAgentIdentity("agent", {"environment": "nowhere.yaml"}, pulumi.ResourceOptions(urn=urn))

        found.urn.apply(again)

    done = run(program)
    assert len(done.sent) == 1 + len(d.records(CASES["gke"], "agent"))


def test_the_component_host_reads_arguments_and_outputs() -> None:
    schema = json.loads(str(ComponentProvider([GcpAgentIdentity], "nhi", version="0.1.0").schema))
    component = schema["resources"]["nhi:index:GcpAgentIdentity"]
    assert set(component["inputProperties"]) == {"file", "text", "environment", "catalog", "instance", "clock"}
    assert component["requiredInputs"] == ["environment"]
    assert set(component["properties"]) == set(PLATFORM_OUTPUTS["gcp"])
