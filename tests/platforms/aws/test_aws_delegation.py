"""How work is handed over on AWS: what a caller gets, whom a callee lets in, and what a session is narrowed to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from nhi.catalog.load import load_catalog
from nhi.contract import Record
from nhi.fleet.delegation import graph
from nhi.plan.make import make_plans
from nhi.plan.model import AgentPlan
from nhi.platforms.aws import documents as d
from nhi.platforms.aws.policies import POLICY_LIMIT
from nhi.platforms.aws.trust import NOBODY, TRUST_LIMIT
from nhi.sandbox.clouds.aws import AwsCloud
from nhi.sandbox.clouds.world import World
from nhi.spec.problems import InputError
from plans import CLOCK
from policies.delegation_kit import fleet
from test_aws_documents import GOLDEN, of_type, readable, statements

CHAIN = ("origin>middle", "middle>end")
FUNCTION = {"credential.workload": {"kind": "lambda", "function": "end"}}
SOON = datetime(2026, 12, 1, tzinfo=UTC)
ROOT = "arn:aws:iam::111122223333:root"


def plans(edges: tuple[str, ...] = CHAIN, **changes: Mapping[str, Any]) -> dict[str, AgentPlan]:
    """The plans of a fleet in which each agent may hand work to the next one, by name."""
    agents = fleet(edges, **changes)
    catalog, delegation = load_catalog(), graph(agents)
    made = (plan for one in agents.values() for plan in make_plans(one, catalog, CLOCK, delegation))
    return {plan.name: plan for plan in made}


def made(agent: str, edges: tuple[str, ...] = CHAIN, **changes: Mapping[str, Any]) -> tuple[Record, ...]:
    return d.records(plans(edges, **changes)[agent])


def trusted(agent: str, edges: tuple[str, ...] = CHAIN, **changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statements of an agent's trust that let other agents in."""
    (role,) = of_type(made(agent, edges, **changes), d.ROLE)
    found = json.loads(role["assumeRolePolicy"])["Statement"]
    return [one for one in found if one.get("Principal") == {"AWS": ROOT}]


def granted(agent: str, edges: tuple[str, ...] = CHAIN, **changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The statements by which an agent may hand work over."""
    reach = ("sts:AssumeRole", "lambda:InvokeFunction", "bedrock-agentcore:InvokeAgentRuntime")
    found = statements(made(agent, edges, **changes), "Allow")
    return [one for one in found if "Resource" in one and not set(reach).isdisjoint(one["Action"])]


def narrowed(agent: str, callee: str, edges: tuple[str, ...] = CHAIN, **changes: Mapping[str, Any]) -> dict[str, Any]:
    (policy,) = (one for one in made(agent, edges, **changes) if one.name == f"{agent}-to-{callee}")
    return json.loads(policy.inputs["policy"])


@pytest.mark.parametrize("agent", ["origin", "middle", "end"])
def test_golden(agent: str) -> None:
    path = GOLDEN / f"delegation-{agent}.json"
    written = json.dumps(readable(made(agent)), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("NHI_GOLDEN") == "write":
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("agent", ["origin", "middle", "end"])
def test_the_stand_in_for_aws_takes_every_record_in_order(agent: str) -> None:
    cloud, world, seen = AwsCloud(account="111122223333"), World(), set[str]()
    for record in made(agent):
        assert set(record.depends_on) <= seen
        seen.add(record.name)
        checked = cloud.check(record.type, record.name, record.inputs)
        assert checked.failures == ()
        cloud.create(record.type, f"urn:pulumi:t::nhi::{record.type}::{record.name}", checked.inputs, world)


# --- the caller ---------------------------------------------------------------------------------------------------


def test_a_caller_may_assume_its_callees_role_until_the_edge_ends() -> None:
    (one,) = granted("origin", middle={"credential.expires": SOON.isoformat()})
    assert (one["Action"], one["Resource"]) == (
        ["sts:AssumeRole", "sts:TagSession"],
        ["arn:aws:iam::111122223333:role/agents/acme-middle"],
    )
    assert one["Condition"] == {"DateLessThan": {"aws:CurrentTime": "2026-12-01T00:00:00Z"}}


def test_a_caller_may_call_a_function_and_the_function_trusts_nobody_new() -> None:
    (one,) = granted("middle", end=FUNCTION)
    assert one["Resource"] == ["arn:aws:lambda:eu-central-1:111122223333:function:end"]
    assert trusted("end", end=FUNCTION) == []


@pytest.mark.parametrize(("agent", "stopped"), [("origin", "middle"), ("middle", "middle")])
def test_an_edge_of_a_stopped_agent_brings_nothing(agent: str, stopped: str) -> None:
    changes: dict[str, Any] = {stopped: {"state": "suspended"}}
    assert granted(agent, **changes) == []
    assert not [one for one in made(agent, **changes) if "-to-" in one.name]


def test_a_stopped_caller_is_let_in_nowhere() -> None:
    assert trusted("middle", origin={"state": "suspended"}) == []


def test_a_stopped_callee_lets_nobody_in() -> None:
    (role,) = of_type(made("middle", middle={"state": "suspended"}), d.ROLE)
    assert json.loads(role["assumeRolePolicy"])["Statement"] == [dict(NOBODY)]


# --- the callee ---------------------------------------------------------------------------------------------------


def test_a_callee_lets_a_caller_in_once_for_each_number_of_hops() -> None:
    one, two = trusted("end")
    assert (one["Sid"], two["Sid"]) == ("Hop1FromMiddle", "Hop2FromMiddle")
    assert "aws:PrincipalTag/nhi:hop-1" not in one["Condition"]["StringEquals"]
    assert two["Condition"]["StringEquals"]["aws:PrincipalTag/nhi:hop-1"] == "origin"


@pytest.mark.parametrize("hops", [1, 2])
def test_a_hop_is_written_by_its_caller_for_good_and_nothing_beside_it(hops: int) -> None:
    condition = trusted("end")[hops - 1]["Condition"]
    own = f"nhi:hop-{hops}"
    assert condition["StringEquals"]["aws:PrincipalArn"] == "arn:aws:iam::111122223333:role/agents/acme-middle"
    assert condition["StringEquals"][f"aws:RequestTag/{own}"] == "middle"
    assert condition["ForAnyValue:StringEquals"] == {"sts:TransitiveTagKeys": own}
    keys = condition["ForAllValues:StringEquals"]["aws:TagKeys"]
    assert set([keys] if isinstance(keys, str) else keys) == {f"nhi:hop-{hop}" for hop in range(1, hops + 1)}


def test_there_is_no_statement_past_the_last_number_of_hops() -> None:
    (only,) = trusted("end", origin={"delegation.max_depth": 1})
    assert only["Sid"] == "Hop1FromMiddle"


def test_only_agents_that_reach_so_far_may_stand_in_the_places_before() -> None:
    edges = (*CHAIN, "other>middle")
    condition = trusted("end", edges)[1]["Condition"]["StringEquals"]
    assert condition["aws:PrincipalTag/nhi:hop-1"] == ["origin", "other"]
    condition = trusted("end", edges, other={"delegation.max_depth": 1})[1]["Condition"]["StringEquals"]
    assert condition["aws:PrincipalTag/nhi:hop-1"] == "origin"


def test_each_caller_has_statements_of_its_own() -> None:
    edges = ("origin>end", "other>end")
    assert [one["Sid"] for one in trusted("end", edges)] == ["Hop1FromOrigin", "Hop1FromOther"]


def test_only_active_instances_of_a_caller_are_let_in() -> None:
    (one,) = trusted("middle", origin={"instances": {"blue": "active", "green": "suspended", "red": "active"}})
    names = [arn.rsplit("/", 1)[1] for arn in one["Condition"]["StringEquals"]["aws:PrincipalArn"]]
    assert names == ["acme-origin--blue", "acme-origin--red"]


def test_trust_in_a_caller_ends_with_the_edge() -> None:
    (one,) = trusted("middle", origin={"credential.expires": SOON.isoformat()})
    assert one["Condition"]["DateLessThan"] == {"aws:CurrentTime": "2026-12-01T00:00:00Z"}


def test_more_callers_than_a_trust_policy_holds_is_a_problem_that_names_them() -> None:
    callers = [f"caller-{letter}" for letter in "abcdef"]
    with pytest.raises(InputError) as caught:
        made("end", tuple(f"{caller}>end" for caller in callers))
    said = str(caught.value)
    assert all(part in said for part in (*callers, str(TRUST_LIMIT), "agents/end.yaml"))


# --- the session --------------------------------------------------------------------------------------------------


def test_a_session_is_narrowed_to_what_the_caller_may_do_until_the_edge_ends() -> None:
    document = narrowed("origin", "middle", middle={"credential.expires": SOON.isoformat()})
    assert {action for one in document["Statement"] for action in one["Action"]} == {"s3:GetObject", "s3:ListBucket"}
    assert all(
        one["Condition"]["DateLessThan"] == {"aws:CurrentTime": "2026-12-01T00:00:00Z"} for one in document["Statement"]
    )


def test_a_scope_narrows_it_further() -> None:
    reads = {"data_access": [{"scope": "handbook", "access": "read"}, {"scope": "ledger", "access": "read"}]}
    scope = {"delegation.scope": {"data_access": [{"scope": "handbook", "access": "read"}]}}
    wide, narrow = (json.dumps(narrowed("origin", "middle", origin=one)) for one in (reads, {**reads, **scope}))
    assert ("ledger" in wide, "ledger" in narrow, "handbook" in narrow) == (True, False, True)


def test_an_agent_that_may_do_nothing_hands_on_nothing() -> None:
    document = narrowed("origin", "middle", origin={"data_access": []})
    assert [one["Effect"] for one in document["Statement"]] == ["Deny"]


def test_a_denial_is_written_where_it_meets_an_allow() -> None:
    reads = [{"scope": "ledger", "access": "read"}, {"scope": "ledger", "access": "none"}]
    document = narrowed("origin", "middle", origin={"data_access": reads, "denied_actions": ["payment_processing"]})
    denied = [one["Action"] for one in document["Statement"] if one["Effect"] == "Deny"]
    assert denied
    assert not any("payments:MakePayment" in actions for actions in denied)


def test_nothing_that_only_lets_the_caller_work_is_handed_on() -> None:
    """Neither its own edges nor its own secret."""
    document = json.dumps(narrowed("middle", "end", end=FUNCTION))
    assert "InvokeFunction" not in document
    assert "sts:" not in document


def test_what_a_session_is_narrowed_to_is_attached_to_nobody() -> None:
    records = made("origin")
    (policy,) = (one for one in records if one.name == "origin-to-middle")
    name = policy.inputs["name"]
    assert len(json.dumps(policy.inputs["policy"])) <= POLICY_LIMIT
    assert not any(str(one.inputs.get("policyArn", "")).endswith(name) for one in records)
    (listed,) = of_type(records, d.ATTACHMENTS_EXCLUSIVE)
    assert not any(arn.endswith(name) for arn in listed["policyArns"])
