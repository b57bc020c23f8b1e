"""The gate over the example fleet's own records: silent where it should be, loud after one change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from nhi.plan.make import make_plans
from nhi.platforms import environment_records, records
from nhi_policies.declared import Context, load_context
from nhi_policies.dispatch import attributed, judge_all
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource, first_unknown, from_record

from policies import kit

_PACK = Path(__file__).parents[2] / "policies"
_NOW = datetime(2026, 11, 24, tzinfo=UTC)

every_stack = pytest.mark.parametrize("stack", ["dev", "staging", "prod"])


@cache
def context(stack: str) -> Context:
    """The gate's own context of an example stack."""
    return load_context(_PACK, stack, now=_NOW)


@cache
def resources(stack: str) -> tuple[Resource, ...]:
    """Every record of the example fleet, as the judge sees it."""

    def made() -> Iterator[Resource]:
        ctx = context(stack)
        for agent_id, declared in ctx.agents.items():
            for plan in make_plans(declared, ctx.catalog, ctx.clock, ctx.delegation):
                yield from (from_record(record, agent_id) for record in records(plan))
        assert ctx.environment is not None
        yield from (from_record(record) for record in environment_records(ctx.environment))

    return tuple(made())


@every_stack
def test_the_example_fleet_has_no_blocking_finding(stack: str) -> None:
    found = judge_all(resources(stack), context(stack).agents.values(), context(stack))
    assert [f"{one.rule.id}: {one.finding.text}" for one in found if one.blocks] == []


@every_stack
def test_the_requirements_own_example_is_said_to_be_suspended(stack: str) -> None:
    found = judge_all(resources(stack), context(stack).agents.values(), context(stack))
    ended = [one.finding for one in found if one.rule.id == "NHI-STA-010"]
    assert [one.agent for one in ended] == ["research-agent-prod-01"]
    assert ended[0].origin is not None
    assert ended[0].origin.line > 1


@every_stack
def test_only_ids_that_a_cloud_assigns_are_unknown(stack: str) -> None:
    unknown = {
        (one.type, ".".join(map(str, path)))
        for one in resources(stack)
        if (path := first_unknown(one.inputs)) is not None
    }
    assert unknown == {
        ("aws:secretsmanager/secretRotation:SecretRotation", "secretId"),
        (t.ENTRA_SERVICE_PRINCIPAL, "clientId"),
        (t.ENTRA_FEDERATED_CREDENTIAL, "applicationId"),
        (t.ENTRA_APP_ROLE_ASSIGNMENT, "principalObjectId"),
        (t.ENTRA_DELEGATED_GRANT, "servicePrincipalObjectId"),
        (t.ENTRA_GROUP_MEMBER, "groupObjectId"),
    }


def test_an_inline_policy_on_an_agents_role_is_attributed_to_the_agent() -> None:
    role = next(one for one in resources("dev") if one.type == "aws:iam/role:Role")
    attack = kit.inline_policy(kit.statement("s3:*", "*"), role=role.inputs["name"])
    assert attributed(attack, context("dev")).agent == role.agent


def test_a_second_agent_on_the_first_ones_workload_is_found_with_its_line() -> None:
    ctx = context("dev")
    active = [
        one
        for one in ctx.agents.values()
        if one.agent.state == "active" and one.agent.credential and one.agent.credential.workload
    ]
    first = next(one for one in active if one.agent.credential.workload.kind == "lambda")  # type: ignore[union-attr]
    second = next(one for one in active if one is not first)
    credential = second.agent.credential.model_copy(  # type: ignore[union-attr]
        update={"workload": first.agent.credential.workload}  # type: ignore[union-attr]
    )
    copied = replace(second, agent=second.agent.model_copy(update={"credential": credential}))
    changed = replace(ctx, agents={**ctx.agents, second.agent.agent_id: copied})
    found = [one for one in judge_all((), (), changed) if one.rule.id == "NHI-IDN-001"]
    assert len(found) == 1
    assert found[0].blocks
    assert found[0].finding.agent in (first.agent.agent_id, second.agent.agent_id)
    assert found[0].finding.origin is not None
    assert found[0].finding.origin.line > 1


def test_a_component_with_its_documents_digest_matches_its_file() -> None:
    declared = context("dev").agents["support-agent"]
    component = kit.component(declared)
    verdict = kit.verdict("NHI-GAT-001", component, context("dev"))
    assert verdict.outcome == "pass"
