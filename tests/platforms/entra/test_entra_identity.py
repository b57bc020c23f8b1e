"""The Entra ID component under Pulumi's mocks: exact children, order, ids that become outputs, outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
import pulumi_azuread as azuread
import pytest
import yaml
from entra_plans import ENTRA, KUBERNETES_WITH_SPIFFE, MAIL, PASSWORDS, WORKLOADS, environment, plan
from mocked import Run, run
from nhi.contract import PLATFORM_OUTPUTS, UNKNOWN_STRING, Record, Ref
from nhi.plan.model import AgentPlan
from nhi.platforms.entra import documents as d
from nhi.platforms.entra.identity import EntraAgentIdentity, declare
from nhi.platforms.register import component_props
from plans import KUBERNETES, without
from pulumi.provider.experimental.component import ComponentProvider

STORED = {"type": "api_key", "rotation_days": 30}
CASES: dict[str, AgentPlan] = {
    "kubernetes": plan(),
    "lambda": plan(WORKLOADS["lambda"]),
    "delegated": plan(allows=[MAIL], on_behalf="required"),
    "password": plan(WORKLOADS["spiffe"], credential=STORED, where=environment(PASSWORDS, kubernetes=KUBERNETES)),
    "suspended": plan(state="suspended"),
}
OUTPUT_NAMES = {"clientId": "client_id", "servicePrincipalId": "service_principal_id"}


def declared(of: AgentPlan, *, preview: bool = False, **options: Any) -> Run:
    def program(done: Run) -> dict[str, Any]:
        identity = declare(of, "agent", pulumi.ResourceOptions(**options) if options else None)
        identity.client_id.apply(lambda _: done.events.append("client_id"))
        return {wire: getattr(identity, python) for wire, python in OUTPUT_NAMES.items()}

    return run(program, preview=preview)


def resolved(record: Record) -> dict[str, Any]:
    """A record's inputs as they cross the wire once the mocks have given every id."""
    return {
        name: (f"id-{value.record}" if value.output == "id" else f"{value.output}:of:{value.record}")
        if isinstance(value, Ref)
        else value
        for name, value in record.inputs.items()
    }


def plain(value: Any) -> Any:
    """A value without the wrapping that marks it as secret on the wire."""
    return value["value"] if isinstance(value, dict) and "value" in value and len(value) == 2 else value


@pytest.mark.parametrize("case", CASES)
def test_what_is_registered_equals_the_records(case: str) -> None:
    sent = {name: one for name, one in declared(CASES[case]).sent.items() if name != "agent"}
    assert {
        name: (one.type, {key: plain(value) for key, value in one.inputs.items()}, one.parent)
        for name, one in sent.items()
    } == {record.name: (record.type, resolved(record), "agent") for record in d.records(CASES[case], "agent")}


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_the_records_crosses_the_wire(case: str) -> None:
    sent = declared(CASES[case]).sent
    for record in d.records(CASES[case], "agent"):
        assert set(record.depends_on) <= sent[record.name].depends_on


@pytest.mark.parametrize("case", CASES)
def test_the_component_shows_the_gate_its_declaration(case: str) -> None:
    done = declared(CASES[case])
    props = component_props(CASES[case])
    assert done.sent["agent"].type == "nhi:index:EntraAgentIdentity"
    assert done.sent["agent"].inputs == props
    assert {name: done.outputs["agent"][name] for name in props} == props


@pytest.mark.parametrize("case", CASES)
def test_the_client_id_resolves_only_after_every_child_is_registered(case: str) -> None:
    done = declared(CASES[case])
    children = {record.name for record in d.records(CASES[case], "agent")}
    assert children <= set(done.events[: done.events.index("client_id")])


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


@pytest.mark.parametrize("case", CASES)
def test_at_preview_exactly_the_references_are_unknown(case: str) -> None:
    done = declared(CASES[case], preview=True)
    found = {
        (one.name, key)
        for one in done.sent.values()
        for key, value in one.inputs.items()
        if UNKNOWN_STRING in str(value)
    }
    assert found == {
        (record.name, key)
        for record in d.records(CASES[case], "agent")
        for key, value in record.inputs.items()
        if isinstance(value, Ref)
    }


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


def test_the_callers_provider_reaches_every_child() -> None:
    def program(_: Run) -> None:
        provider = azuread.Provider("elsewhere", tenant_id=ENTRA["tenant_id"])
        declare(CASES["kubernetes"], "agent", pulumi.ResourceOptions(providers=[provider]))

    done = run(program)
    for record in d.records(CASES["kubernetes"], "agent"):
        assert "::elsewhere::" in done.sent[record.name].provider, record.name


def test_protect_reaches_every_child_and_aliases_the_component() -> None:
    done = declared(CASES["kubernetes"], protect=True, aliases=[pulumi.Alias(name="old")])
    assert done.sent["agent"].aliases == 1
    for record in d.records(CASES["kubernetes"], "agent"):
        assert done.sent[record.name].protect, record.name


@pytest.mark.parametrize("option", [{"ignore_changes": ["tags"]}, {"retain_on_delete": True}])
def test_options_that_blind_the_gate_are_refused_before_anything_is_registered(option: dict[str, Any]) -> None:
    registered: list[Run] = []

    def program(done: Run) -> None:
        registered.append(done)
        declare(CASES["kubernetes"], "agent", pulumi.ResourceOptions(**option))

    with pytest.raises(ValueError, match="are refused on an agent identity"):
        run(program)
    assert registered[0].sent == {}


def test_a_plan_that_cannot_be_written_registers_nothing() -> None:
    registered: list[Run] = []

    def program(done: Run) -> None:
        registered.append(done)
        declare(plan(where=environment(without(ENTRA, "apis"))), "agent")

    with pytest.raises(Exception, match=r"add `entra\.apis\.microsoft\.graph`"):
        run(program)
    assert registered[0].sent == {}


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


def test_a_reference_to_an_existing_identity_declares_nothing() -> None:
    def program(_: Run) -> None:
        found = declare(CASES["kubernetes"], "agent")

        def again(urn: str) -> None:
            EntraAgentIdentity("agent", {"environment": "nowhere.yaml"}, pulumi.ResourceOptions(urn=urn))

        found.urn.apply(again)

    assert len(run(program).sent) == 1 + len(d.records(CASES["kubernetes"], "agent"))


def test_the_component_host_reads_arguments_and_outputs() -> None:
    schema = json.loads(ComponentProvider([EntraAgentIdentity], "nhi", version="0.1.0").schema)
    component = schema["resources"]["nhi:index:EntraAgentIdentity"]
    assert set(component["inputProperties"]) == {"file", "text", "environment", "catalog", "instance", "clock"}
    assert component["requiredInputs"] == ["environment"]
    assert set(component["properties"]) == set(PLATFORM_OUTPUTS["entra"])
