"""What a role holds, read back from its policies: exactly what the files declare, and never less than is written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from nhi.catalog.load import load_catalog
from nhi.permissions.evaluate import permits
from nhi.permissions.model import Condition
from nhi.permissions.proof import Proved, empty, subset
from nhi.plan.make import make_plans
from nhi.platforms.aws import documents as built
from nhi.spec.declared import DeclaredAgent
from nhi.spec.model import ActionGrant, DataAccess, ToolAccess
from nhi_policies.declared import Context, instances_of
from nhi_policies.dispatch import stack_of
from nhi_policies.verdict import Unproven
from nhi_policies.view.aws.documents import documents
from nhi_policies.view.aws.effective import decompiled, entrance_set, granted_set
from nhi_policies.view.declared_grants import declared_set
from nhi_policies.view.proofs import Granted
from nhi_policies.view.resource import Resource, from_record
from policies.rules.permission import aws_declared as aws
from policies.test_example_fleet import context, every_stack, resources

from policies import kit
from policies import test_aws_fleet as shipped

_ROLE = "arn:aws:iam::111122223333:role/agents/acme-support-agent"
_ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
_NOW = {"aws:CurrentTime": "2026-11-02T00:00:00Z"}


# --- there and back -----------------------------------------------------------------------------------------------


def _same(granted: Granted, context: Context, agent_id: str, instance: str | None) -> None:
    declared = declared_set(context, agent_id, "aws", instance)
    assert granted.unproven == ()
    assert isinstance(subset(granted.permissions, declared), Proved)
    assert isinstance(subset(declared, granted.permissions), Proved)


@every_stack
def test_the_example_fleets_roles_hold_exactly_what_the_files_declare(stack: str) -> None:
    ctx = context(stack)
    whole, seen = stack_of(resources(stack), ctx), 0
    for agent_id, declared in ctx.agents.items():
        for instance in instances_of(declared.agent):
            granted = granted_set(whole, ctx, agent_id, instance)
            if granted.permissions.policies:
                seen += 1
                _same(granted, ctx, agent_id, instance)
    assert seen >= 12


def _at_the_ceiling(declared: DeclaredAgent) -> DeclaredAgent | None:
    """The agent with every word that its class allows and none denied; None without a class that names them."""
    found = declared.environment.classes.get(declared.agent.agent_class or "")
    if found is None:
        return None
    ceiling, agent = found.agent_class.ceiling, declared.agent
    most: dict[str, Any] = {"denied_actions": ()}
    if ceiling.allowed_actions is not None:
        most["allowed_actions"] = tuple(ActionGrant(action=word) for word in ceiling.allowed_actions)
    if ceiling.data_access is not None:
        most["data_access"] = tuple(DataAccess(scope=one, access=level) for one, level in ceiling.data_access.items())
    if ceiling.tools is not None:
        most["tool_access"] = tuple(ToolAccess(tool=word, allowed=True) for word in ceiling.tools)
    return replace(declared, agent=agent.model_copy(update=most)) if len(most) > 1 else None


@every_stack
def test_what_a_role_holds_lies_within_the_ceiling_of_its_agents_class(stack: str) -> None:
    ctx = context(stack)
    whole, seen = stack_of(resources(stack), ctx), 0
    for agent_id, declared in ctx.agents.items():
        most = _at_the_ceiling(declared)
        if most is None:
            continue
        widest = Context(ctx.clock, {**ctx.agents, agent_id: most}, ctx.environment, ctx.catalog, pinned=ctx.pinned)
        for instance in instances_of(declared.agent):
            granted = granted_set(whole, ctx, agent_id, instance)
            if granted.permissions.policies:
                seen += 1
                verdict = subset(granted.permissions, declared_set(widest, agent_id, "aws", instance))
                assert isinstance(verdict, Proved), (agent_id, verdict)
    assert seen


def _there_and_back(declared: DeclaredAgent) -> None:
    clock, catalog = shipped._CLOCK, load_catalog()
    agent_id = declared.agent.agent_id
    ctx = Context(clock, {agent_id: declared}, declared.environment, catalog, pinned=clock)
    records = [one for plan in make_plans(declared, catalog, clock) for one in built.records(plan)]
    whole = stack_of([from_record(one, agent_id) for one in records], ctx)
    for instance in instances_of(declared.agent):
        _same(granted_set(whole, ctx, agent_id, instance), ctx, agent_id, instance)


@pytest.mark.parametrize("word", sorted(load_catalog().actions))
def test_every_shipped_action_comes_back_as_declared(word: str) -> None:
    _there_and_back(shipped.agent(allowed_actions=[{"action": word, "expires": "2026-12-24T00:00:00Z"}]))
    _there_and_back(shipped.agent(allowed_actions=["text_generation"], denied_actions=[word]))


@pytest.mark.parametrize("state", ["proposed", "active", "suspended", "quarantined", "retired"])
def test_every_state_and_a_stored_credential_come_back_as_declared(state: str) -> None:
    declared = shipped.agent(
        state=state,
        type="oauth2_client_credentials",
        workload="eks",
        instances={"blue": "active", "green": "suspended"},
        allowed_actions=["text_generation"],
    )
    _there_and_back(declared)


# --- what is written by hand ----------------------------------------------------------------------------------------


def _granted(*made: Resource, **changes: Any) -> Granted:
    ctx = kit.context(aws.AGENT)
    stack = aws.stack(more=tuple(made))
    stack = [kit.altered(one, **changes) if one.type.endswith(":Role") else one for one in stack]
    return granted_set(stack_of(stack, ctx), ctx, "support-agent")


def _answer(granted: Granted, action: str, resource: str, **context: Any) -> str:
    return permits(granted.permissions, action, resource, {**_NOW, **context}).outcome


def test_inline_attached_and_the_roles_own_policies_stand_together_with_their_resources() -> None:
    extra = kit.policy(kit.statement("sqs:SendMessage", "*"), name="by-hand", path="/", tags={})
    granted = _granted(
        kit.inline_policy(kit.statement("sns:Publish", "*")),
        extra,
        kit.attachment(policyArn="arn:aws:iam::111122223333:policy/by-hand"),
        inlinePolicies=[{"name": "own", "policy": kit.document(kit.statement("ses:SendEmail", "*"))}],
    )
    for action in ("sqs:SendMessage", "sns:Publish", "ses:SendEmail"):
        assert _answer(granted, action, "arn:aws:x:::y") == "allowed"
    assert {one.label for one in granted.statements} == set(granted.sources)
    assert granted.sources[f"statement 1 of {extra.name}"].urn == extra.urn


def test_scalars_lists_and_one_statement_without_a_list_are_read_alike() -> None:
    one = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    many = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/*"]}
    read = [
        decompiled(documents(kit.policy(policy=json.dumps({"Version": "2012-10-17", "Statement": value})))[0])
        for value in (one, [one], many)
    ]
    assert read[0] == read[1] == read[2]


def test_not_action_and_not_resource_are_kept_as_what_they_leave_out() -> None:
    everything_but = kit.statement(
        Action=..., NotAction="iam:*", Resource=..., NotResource="arn:aws:s3:::vault/*", condition=None
    )
    granted = _granted(kit.inline_policy(everything_but))
    assert _answer(granted, "s3:PutObject", "arn:aws:s3:::b/x") == "allowed"
    assert _answer(granted, "iam:CreateUser", "arn:aws:iam::1:user/x") == "denied"
    assert _answer(granted, "s3:PutObject", "arn:aws:s3:::vault/x") == "denied"


@pytest.mark.parametrize(
    "condition", [{"StringEquals": {"aws:username": "x"}}, {"Bool": {"aws:SecureTransport": True}}]
)
def test_conditions_are_kept_as_they_are_written(condition: dict[str, Any]) -> None:
    ((operator, keys),) = condition.items()
    ((key, value),) = keys.items()
    granted = _granted(kit.inline_policy(kit.statement("sqs:SendMessage", "*", condition=condition)))
    (found,) = [one for one in granted.statements if one.actions == ("sqs:SendMessage",)]
    assert found.conditions == (Condition(operator, key, (str(value).lower(),)),)


def test_the_older_language_has_no_policy_variables() -> None:
    written = kit.statement("s3:GetObject", "arn:aws:s3:::b/${aws:username}/*", condition=None)
    older = kit.inline_policy(policy=json.dumps({"Version": "2008-10-17", "Statement": [written]}))
    named = {"aws:username": "eve"}
    assert _answer(_granted(older), "s3:GetObject", "arn:aws:s3:::b/eve/x", **named) == "denied"
    assert _answer(_granted(older), "s3:GetObject", "arn:aws:s3:::b/${aws:username}/x", **named) == "allowed"
    latest = kit.inline_policy(written)
    assert _answer(_granted(latest), "s3:GetObject", "arn:aws:s3:::b/eve/x", **named) == "allowed"


def test_a_boundary_of_this_stack_limits_the_role_and_one_of_elsewhere_does_not_count() -> None:
    grant = kit.inline_policy(kit.statement("sqs:SendMessage", "*"))
    boundary = kit.policy(kit.statement("s3:*", "*"), name="limits", path="/", tags={})
    here = _granted(grant, boundary, permissionsBoundary="arn:aws:iam::111122223333:policy/limits")
    assert _answer(here, "sqs:SendMessage", "arn:aws:sqs:::q") == "denied"
    assert _answer(_granted(grant), "sqs:SendMessage", "arn:aws:sqs:::q") == "allowed"


def test_what_cannot_be_read_is_said_and_not_dropped() -> None:
    unknown = kit.inline_policy(policy=kit.UNKNOWN)
    foreign = kit.attachment(policyArn=_ADMIN)
    granted = _granted(unknown, foreign)
    assert [(one.urn, why.path) for one, why in granted.unproven] == [(unknown.urn, "policy")]
    assert [(arn, one.urn) for arn, one in granted.foreign.items()] == [(_ADMIN, foreign.urn)]


def test_an_agent_without_a_role_holds_nothing_and_one_with_two_is_unproven() -> None:
    ctx = kit.context(aws.AGENT)
    assert isinstance(empty(granted_set(stack_of([], ctx), ctx, "support-agent").permissions), Proved)
    second = kit.role(aws.AGENT, name="another")
    with pytest.raises(Unproven):
        granted_set(stack_of([*aws.stack(), second], ctx), ctx, "support-agent")


def test_an_undecided_operator_is_never_taken_for_inside() -> None:
    odd = kit.statement("s3:GetObject", aws.NOTES, condition={"BinaryEquals": {"aws:key": "QQ=="}})
    granted = _granted(kit.inline_policy(odd))
    (statement,) = [one for one in granted.statements if "by-hand" in one.label]
    assert not isinstance(subset(granted.only(statement), declared_set(aws.CONTEXT, "nobody", "aws")), Proved)


# --- who may become it ----------------------------------------------------------------------------------------------


def _entering(*statements: dict[str, Any]) -> Granted:
    return entrance_set(kit.role(assumeRolePolicy=kit.document(*statements)), aws.CONTEXT)


def _trusting(principal: Any, **changes: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **changes}


@pytest.mark.parametrize(
    ("principal", "key", "value"),
    [
        ({"Service": "lambda.amazonaws.com"}, "aws:PrincipalServiceName", "lambda.amazonaws.com"),
        ({"AWS": "111122223333"}, "aws:PrincipalAccount", "111122223333"),
        ({"AWS": "arn:aws:iam::111122223333:root"}, "aws:PrincipalAccount", "111122223333"),
        ({"AWS": "arn:aws:iam::111122223333:role/x"}, "aws:PrincipalArn", "arn:aws:iam::111122223333:role/x"),
        ({"Federated": "arn:aws:iam::1:oidc-provider/i"}, "aws:FederatedProvider", "arn:aws:iam::1:oidc-provider/i"),
    ],
)
def test_a_principal_of_a_trust_policy_is_a_condition_on_the_roles_arn(principal: Any, key: str, value: str) -> None:
    granted = _entering(_trusting(principal))
    assert _answer(granted, "sts:AssumeRole", _ROLE, **{key: value}) == "allowed"
    other = value[:-1] + ("3" if value[-1] != "3" else "4")
    assert _answer(granted, "sts:AssumeRole", _ROLE, **{key: other}) == "denied"
    assert _answer(granted, "sts:AssumeRole", _ROLE) == "denied"


def test_everybody_may_enter_by_a_star_and_all_but_some_are_refused_by_a_deny() -> None:
    everybody = _entering(_trusting("*"))
    assert _answer(everybody, "sts:AssumeRole", _ROLE) == "allowed"
    guarded = _entering(
        _trusting("*"), {"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::1:role/a"}, "Action": "sts:*"}
    )
    assert _answer(guarded, "sts:AssumeRole", _ROLE, **{"aws:PrincipalArn": "arn:aws:iam::1:role/b"}) == "denied"
    assert _answer(guarded, "sts:AssumeRole", _ROLE, **{"aws:PrincipalArn": "arn:aws:iam::1:role/a"}) == "allowed"


def test_an_allow_for_all_but_some_is_unproven() -> None:
    with pytest.raises(Unproven):
        _entering({"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::1:role/a"}, "Action": "sts:AssumeRole"})
