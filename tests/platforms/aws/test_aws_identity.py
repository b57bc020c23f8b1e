"""The AWS component under Pulumi's mocks: exact children, order, providers, outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest
import yaml
from mocked import Run, run
from nhi.contract import PLATFORM_OUTPUTS, Ref
from nhi.plan.model import AgentPlan
from nhi.platforms.aws import documents as d
from nhi.platforms.aws.identity import AwsAgentIdentity, declare
from nhi.platforms.register import component_props
from plans import AWS, WORKLOADS, environment, plan
from pulumi.provider.experimental.component import ComponentProvider

STORED = {"type": "api_key", "rotation_days": 30}
CASES: dict[str, AgentPlan] = {
    "eks": plan(),
    "agentcore": plan(WORKLOADS["agentcore"]),
    "spiffe": plan(WORKLOADS["spiffe"]),
    "stored-credential": plan(WORKLOADS["lambda"], credential=STORED),
    "suspended": plan(state="suspended"),
}
OUTPUT_NAMES = {
    "roleArn": "role_arn",
    "roleName": "role_name",
    "workloadIdentityName": "workload_identity_name",
    "secretName": "secret_name",
    "profileArn": "profile_arn",
}


def declared(of: AgentPlan, *, preview: bool = False, **options: Any) -> Run:
    def program(done: Run) -> dict[str, Any]:
        identity = declare(of, "agent", pulumi.ResourceOptions(**options) if options else None)
        identity.role_arn.apply(lambda _: done.events.append("role_arn"))
        return {wire: getattr(identity, python) for wire, python in OUTPUT_NAMES.items()}

    return run(program, preview=preview)


@pytest.mark.parametrize("case", CASES)
def test_what_is_registered_equals_the_records(case: str) -> None:
    records = d.records(CASES[case], "agent")
    sent = {name: one for name, one in declared(CASES[case]).sent.items() if name != "agent"}
    assert {name: (one.type, one.inputs, one.parent) for name, one in sent.items()} == {
        record.name: (
            record.type,
            {
                name: f"arn:of:{value.record}" if isinstance(value, Ref) else value
                for name, value in record.inputs.items()
            },
            "agent",
        )
        for record in records
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
    assert done.sent["agent"].type == "nhi:index:AwsAgentIdentity"
    assert done.sent["agent"].inputs == props
    assert {name: done.outputs["agent"][name] for name in props} == props


def test_role_arn_resolves_only_after_every_child_is_registered() -> None:
    done = declared(CASES["stored-credential"])
    children = {record.name for record in d.records(CASES["stored-credential"], "agent")}
    assert children <= set(done.events[: done.events.index("role_arn")])


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


def test_at_preview_only_the_rotations_secret_is_unknown() -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    done = declared(CASES["stored-credential"], preview=True)
    inputs = [(one.name, key, value) for one in done.sent.values() for key, value in one.inputs.items()]
    found = {(name, key) for name, key, value in inputs if unknown in str(value)}
    assert found == {("agent-secret-rotation", "secretId")}


def test_the_callers_provider_reaches_every_child() -> None:
    def program(_: Run) -> None:
        provider = aws.Provider("elsewhere", region="eu-west-1")
        declare(CASES["stored-credential"], "agent", pulumi.ResourceOptions(providers=[provider]))

    done = run(program)
    for record in d.records(CASES["stored-credential"], "agent"):
        assert "::elsewhere::" in done.sent[record.name].provider, record.name


def test_protect_reaches_every_child_and_aliases_the_component() -> None:
    # A child's alias follows from its parent's in the engine.
    done = declared(CASES["eks"], protect=True, aliases=[pulumi.Alias(name="old")])
    assert done.sent["agent"].aliases == 1
    for record in d.records(CASES["eks"], "agent"):
        assert done.sent[record.name].protect, record.name


@pytest.mark.parametrize("option", [{"ignore_changes": ["policy"]}, {"retain_on_delete": True}])
def test_options_that_blind_the_gate_are_refused_before_anything_is_registered(option: dict[str, Any]) -> None:
    registered: list[Run] = []

    def program(done: Run) -> None:
        registered.append(done)
        declare(CASES["eks"], "agent", pulumi.ResourceOptions(**option))

    with pytest.raises(ValueError, match="are refused on an agent identity"):
        run(program)
    assert registered[0].sent == {}


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


def test_deleted_with_is_refused() -> None:
    def program(_: Run) -> None:
        other = pulumi.ComponentResource("test:index:Other", "other")
        declare(CASES["eks"], "agent", pulumi.ResourceOptions(deleted_with=other))

    with pytest.raises(ValueError, match="the options deleted_with are refused"):
        run(program)


def test_a_plan_that_cannot_be_written_registers_nothing() -> None:
    registered: list[Run] = []

    def program(done: Run) -> None:
        registered.append(done)
        declare(plan(where=environment({**AWS, "clusters": {}})), "agent")

    with pytest.raises(Exception, match="no EKS cluster"):
        run(program)
    assert registered[0].sent == {}


def test_a_reference_to_an_existing_identity_declares_nothing() -> None:
    def program(_: Run) -> None:
        found = declare(CASES["eks"], "agent")

        def again(urn: str) -> None:
            AwsAgentIdentity("agent", {"environment": "nowhere.yaml"}, pulumi.ResourceOptions(urn=urn))

        found.urn.apply(again)

    done = run(program)
    assert len(done.sent) == 1 + len(d.records(CASES["eks"], "agent"))


def test_the_component_host_reads_arguments_and_outputs() -> None:
    schema = json.loads(ComponentProvider([AwsAgentIdentity], "nhi", version="0.1.0").schema)
    component = schema["resources"]["nhi:index:AwsAgentIdentity"]
    assert set(component["inputProperties"]) == {"file", "text", "environment", "catalog", "instance", "clock"}
    assert component["requiredInputs"] == ["environment"]
    assert set(component["properties"]) == set(PLATFORM_OUTPUTS["aws"])
