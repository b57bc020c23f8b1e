"""The fleet on all four platforms, as the builder writes it, before the rules about identities, classes and federation.

What no test here proves: that every rule of the gate is content with it; the example fleet's tests do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from nhi.contract import UNKNOWN, agent_name
from nhi.fleet.load import load_fleet
from nhi.plan.make import make_all
from nhi.platforms import environment_records, records
from nhi_policies.declared import Context
from nhi_policies.dispatch import judge_all
from nhi_policies.verdict import Violation
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource, from_record

from policies import kit

WHOLE = Path(__file__).parents[1] / "platforms" / "everywhere"
RULES = ("NHI-IDN-001", "NHI-IDN-002", "NHI-IDN-003", "NHI-PRM-132")
ABOUT_AWS = ("NHI-PRM-011", "NHI-PRM-014", "NHI-PRM-018", "NHI-PRM-019", "NHI-PRM-020", "NHI-PRM-130", "NHI-ESC-010")

_FLEET = load_fleet(WHOLE / "agents", WHOLE / "environment.yaml", root=WHOLE)
CONTEXT = Context(kit.CLOCK, _FLEET.agents, _FLEET.environment, _FLEET.catalog, stack="whole", pinned=kit.CLOCK)


def written() -> Iterator[Resource]:
    """What the builder writes, as `nhi check` judges it."""
    plans, problems = make_all(_FLEET.agents.values(), _FLEET.catalog, kit.CLOCK, CONTEXT.delegation)
    assert (problems, _FLEET.problems) == ((), ())
    for record in environment_records(_FLEET.require()):
        yield from_record(record)
    for plan in plans:
        for record in records(plan):
            yield from_record(record, plan.agent.agent_id)


def violations(resources: list[Resource], *rules: str) -> list[Violation]:
    found = judge_all(resources, _FLEET.agents.values(), CONTEXT)
    return [one for one in found if one.rule.id in rules]


def test_the_builders_own_fleet_has_no_finding() -> None:
    found = violations([*written()], *RULES, *ABOUT_AWS)
    assert [(one.rule.id, one.finding.text) for one in found] == []


def test_no_input_of_the_fleet_is_unknown_but_what_the_directory_assigns() -> None:
    unknown = {(one.type, key) for one in written() for key, value in one.inputs.items() if value is UNKNOWN}
    assert unknown == {
        (t.ENTRA_SERVICE_PRINCIPAL, "clientId"),
        (t.ENTRA_FEDERATED_CREDENTIAL, "applicationId"),
        (t.ENTRA_APP_ROLE_ASSIGNMENT, "principalObjectId"),
        (t.ENTRA_GROUP_MEMBER, "groupObjectId"),
        (t.ENTRA_GROUP_MEMBER, "memberObjectId"),
    }


def _of(resources: list[Resource], name: str) -> int:
    (found,) = [index for index, one in enumerate(resources) if one.name == name]
    return found


def _same_of_research(name: str) -> str:
    return next(name.replace(one, RESEARCH) for one in (BLUE, INTAKE) if name.startswith(one))


BLUE, GREEN = agent_name("support-agent", "blue"), agent_name("support-agent", "green")
INTAKE, RESEARCH = "intake-agent", "research-agent"


@pytest.mark.parametrize(
    ("changed", "key", "value", "rule"),
    [
        (f"{BLUE}-become", "member", f"{INTAKE}-become", "NHI-IDN-001"),
        (f"{BLUE}-account", "accountId", f"{RESEARCH}-account", "NHI-IDN-001"),
        (f"{BLUE}-provider", "workloadIdentityPoolProviderId", f"{GREEN}-provider", "NHI-IDN-001"),
        (f"{BLUE}-application", "displayName", f"{GREEN}-application", "NHI-IDN-001"),
        (f"{BLUE}-federated-credential", "subject", f"{RESEARCH}-federated-credential", "NHI-IDN-001"),
        (f"{RESEARCH}-provider", "attributeCondition", f"{BLUE}-provider", "NHI-IDN-003"),
        (f"{RESEARCH}-account", "accountId", f"{INTAKE}-account", "NHI-IDN-001"),
    ],
)
def test_what_one_identity_takes_from_another_is_found(changed: str, key: str, value: str, rule: str) -> None:
    resources = [*written()]
    index, source = _of(resources, changed), _of(resources, value)
    resources[index] = kit.altered(resources[index], **{key: resources[source].inputs[key]})
    assert violations(resources, rule)


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        (f"{BLUE}-federated-credential", "applicationId"),
        (f"{INTAKE}-service-principal", "clientId"),
        (f"{INTAKE}-class-membership", "memberObjectId"),
        (f"{INTAKE}-role-search-api-Search.Run", "principalObjectId"),
    ],
)
def test_an_id_of_the_directory_that_is_taken_from_another_agent_is_found(changed: str, key: str) -> None:
    resources = [*written()]
    index, other = _of(resources, changed), _of(resources, _same_of_research(changed))
    stolen = resources[other].property_dependencies[key]
    depends = {**resources[index].property_dependencies, key: stolen}
    resources[index] = replace(resources[index], property_dependencies=depends)
    assert violations(resources, "NHI-IDN-001")
