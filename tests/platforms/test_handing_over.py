"""What an edge of delegation comes to in the documents of Google Cloud, Entra ID and Kubernetes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import entra_plans
import pytest
from edges import END, environment, pair
from mocked import Run, run
from nhi.catalog.invocation import app_role_id
from nhi.contract import Record, Ref
from nhi.platforms.entra import documents as entra
from nhi.platforms.entra import identity as entra_identity
from nhi.platforms.gcp import documents as gcp
from nhi.platforms.kubernetes import documents as kubernetes
from nhi.platforms.register import Later, Part
from nhi.spec.problems import InputError

CLOUD_RUN = {"kind": "cloud-run", "service": "callee"}
ENGINE = {"kind": "agent-engine", "engine": "7148305962211497333"}
ON_GOOGLE = {"platforms": ["gcp"]}
SUSPENDED = {"state": "suspended"}
PORT = {"protocol": "TCP", "port": 8443}


def of(records: Iterable[Record], type: str) -> list[Record]:
    return [record for record in records if record.type == type]


# --- Google Cloud -------------------------------------------------------------------------------------------------

SERVICE_MEMBER = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"
ENGINE_MEMBER = "gcp:vertex/aiReasoningEngineIamMember:AiReasoningEngineIamMember"


def test_a_caller_may_invoke_exactly_its_callees_service_until_the_edge_ends() -> None:
    records = gcp.records(pair(CLOUD_RUN, callee=ON_GOOGLE)["caller"])
    (role,), (member,) = of(records, gcp.CUSTOM_ROLE), of(records, SERVICE_MEMBER)
    assert role.inputs["permissions"] == ["run.routes.invoke"]
    assert member.inputs["condition"]["expression"] == f'request.time < timestamp("{END}")'
    assert {key: value for key, value in member.inputs.items() if key != "condition"} == {
        "project": "acme-agents",
        "location": "europe-west3",
        "name": "callee",
        "role": f"projects/acme-agents/roles/{role.inputs['roleId']}",
        "member": "serviceAccount:acme-caller@acme-agents.iam.gserviceaccount.com",
    }
    assert role.name in member.depends_on


def test_an_engine_is_queried_and_nothing_else() -> None:
    records = gcp.records(pair(ENGINE, callee=ON_GOOGLE)["caller"])
    (role,), (member,) = of(records, gcp.CUSTOM_ROLE), of(records, ENGINE_MEMBER)
    assert role.inputs["permissions"] == ["aiplatform.reasoningEngines.query"]
    assert (member.inputs["region"], member.inputs["reasoningEngine"]) == ("europe-west3", ENGINE["engine"])


def test_the_callee_gets_nothing() -> None:
    records = gcp.records(pair(CLOUD_RUN, callee=ON_GOOGLE)["callee"])
    assert of(records, SERVICE_MEMBER) == of(records, gcp.CUSTOM_ROLE) == []


def test_a_callee_without_an_endpoint_that_iam_guards_gives_no_grant() -> None:
    assert of(gcp.records(pair()["caller"]), gcp.CUSTOM_ROLE) == []


def test_a_stopped_callee_has_no_member_and_the_role_stays_for_its_return() -> None:
    records = gcp.records(pair(CLOUD_RUN, callee={**ON_GOOGLE, **SUSPENDED})["caller"])
    assert of(records, SERVICE_MEMBER) == []
    assert [role.inputs["stage"] for role in of(records, gcp.CUSTOM_ROLE)] == ["GA"]


def test_a_stopped_caller_has_no_member_and_a_role_that_grants_nothing() -> None:
    records = gcp.records(pair(CLOUD_RUN, callee=ON_GOOGLE, caller=SUSPENDED)["caller"])
    assert of(records, SERVICE_MEMBER) == []
    assert [role.inputs["stage"] for role in of(records, gcp.CUSTOM_ROLE)] == ["DISABLED"]


def test_a_denied_service_does_not_take_the_edge_away() -> None:
    where = environment(tools={"old-service": {"gcp": [{"kind": "cloud-run", "service": "old"}]}})
    file = {"tool_access": [{"tool": "old-service", "allowed": False}]}
    handing = pair(CLOUD_RUN, callee=ON_GOOGLE, caller=file, where=where)["caller"]
    assert gcp.denied_permissions(handing) == ()
    alone = pair(callee=ON_GOOGLE, caller=file, where=where)["caller"]
    assert gcp.denied_permissions(alone) == ("run.googleapis.com/routes.invoke",)


# --- Entra ID -----------------------------------------------------------------------------------------------------


def assignments(records: Iterable[Record]) -> dict[str, dict[str, Any]]:
    return {record.name: dict(record.inputs) for record in of(records, entra.APP_ROLE_ASSIGNMENT)}


def test_the_callees_role_is_assigned_to_the_caller_by_the_principals_that_the_directory_names() -> None:
    assert assignments(entra.records(pair()["caller"])) == {
        "caller-invoke-callee": {
            "appRoleId": app_role_id("callee"),
            "principalObjectId": Ref("caller-service-principal", "objectId"),
            "resourceObjectId": Ref("callee-service-principal", "objectId"),
        }
    }


def test_the_callee_exposes_that_role_and_takes_nobody_who_is_not_assigned() -> None:
    records = entra.records(pair()["callee"])
    (application,), (principal,) = of(records, entra.APPLICATION), of(records, entra.SERVICE_PRINCIPAL)
    assert [role["id"] for role in application.inputs["appRoles"]] == [app_role_id("callee")]
    assert principal.inputs["appRoleAssignmentRequired"] is True


def test_each_active_instance_of_the_callee_is_one_assignment() -> None:
    states = {"instances": {"north": "active", "south": "suspended", "west": "active"}}
    assert set(assignments(entra.records(pair(callee=states)["caller"]))) == {
        "caller-invoke-callee--north",
        "caller-invoke-callee--west",
    }


@pytest.mark.parametrize("file", ["caller", "callee"])
def test_a_stopped_agent_is_assigned_to_nobody_and_nobody_to_it(file: str) -> None:
    assert assignments(entra.records(pair(**{file: SUSPENDED})["caller"])) == {}  # type: ignore[arg-type]


def test_a_caller_that_acts_for_users_only_gets_no_app_role() -> None:
    assert assignments(entra.records(pair(caller={"acts_on_behalf": "required"})["caller"])) == {}


def test_a_principal_of_another_program_is_named_by_the_environment() -> None:
    known = pair(where=environment(agent_principals={"callee": entra_plans.guid(77)}))["caller"]
    (assigned,) = assignments(entra.records(known)).values()
    assert assigned["resourceObjectId"] == entra_plans.guid(77)


def test_an_agent_alone_is_refused_where_nothing_knows_its_callee() -> None:
    with pytest.raises(InputError, match=r"entra\.agent_principals\.callee"):
        run(lambda _: entra_identity.declare(pair()["caller"], "caller").client_id)


@pytest.mark.parametrize("order", [("caller", "callee"), ("callee", "caller")])
def test_either_of_the_two_may_be_registered_first(order: tuple[str, str]) -> None:
    plans = pair()
    beside = {"callee-service-principal": Later()}

    def program(_: Run) -> Any:
        for name in order:
            records = entra.records(plans[name])
            entra_identity.declare(plans[name], name, part=Part(records, {}, beside))

    done = run(program)
    assigned = done.sent["caller-invoke-callee"]
    assert assigned.inputs["resourceObjectId"] == "objectId:of:callee-service-principal"
    assert "callee-service-principal" in done.before("caller-invoke-callee")


# --- Kubernetes ---------------------------------------------------------------------------------------------------


def network(records: Iterable[Record]) -> dict[str, Any]:
    (policy,) = of(records, kubernetes.NETWORK_POLICY)
    return policy.inputs["spec"]


def peer(agent_id: str, **labels: str) -> dict[str, Any]:
    return {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "agents"}},
        "podSelector": {"matchLabels": {"nhi/agent-id": agent_id, **labels}},
    }


def test_the_caller_reaches_its_callees_pods_and_they_let_it_in() -> None:
    made = pair()
    caller, callee = network(kubernetes.records(made["caller"])), network(kubernetes.records(made["callee"]))
    assert caller["egress"][-1] == {"to": [peer("callee")], "ports": [PORT]}
    assert callee["ingress"] == [{"from": [peer("caller")], "ports": [PORT]}]
    assert "ingress" not in caller
    assert {"to": [peer("caller")], "ports": [PORT]} not in callee["egress"]


def test_only_active_instances_are_let_in() -> None:
    made = pair(caller={"instances": {"north": "active", "south": "suspended"}})
    assert network(kubernetes.records(made["callee"]))["ingress"] == [
        {"from": [peer("caller", **{"nhi/instance": "north"})], "ports": [PORT]}
    ]


@pytest.mark.parametrize("file", ["caller", "callee"])
def test_a_stopped_agent_opens_nothing(file: str) -> None:
    made = pair(**{file: SUSPENDED})  # type: ignore[arg-type]
    for plan in made.values():
        spec = network(kubernetes.records(plan))
        assert "ingress" not in spec
        assert not [rule for rule in spec.get("egress", ()) if rule["ports"] == [PORT]]


def test_an_agent_elsewhere_has_no_pods_to_be_let_in() -> None:
    made = pair(caller={"platforms": ["gcp"]})
    assert "ingress" not in network(kubernetes.records(made["callee"]))


def test_what_is_open_is_open_before_anybody_can_use_it() -> None:
    records = kubernetes.records(pair()["callee"])
    assert records[0].type == kubernetes.NETWORK_POLICY
