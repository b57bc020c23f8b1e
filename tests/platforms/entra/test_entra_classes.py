"""The groups of an environment's classes, and an agent's membership, under Pulumi's mocks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nhi
import pulumi
import pytest
from mocked import Run, run
from nhi.contract import ENTRA_CLASSES, UNKNOWN_STRING
from nhi.platforms import environment_records, records
from nhi.platforms.entra.classes import class_records
from nhi.platforms.entra.identity import EntraAgentClasses, declare, declare_classes
from nhi.spec.problems import InputError
from whole_fleet import ENVIRONMENT, HERE, RESEARCH, agent, fleet, plans

WHERE = str(HERE / ENVIRONMENT)
CLOCK = "2026-11-01T00:00:00Z"
GROUP = "0c000000-0000-4000-8000-00000000000c"


def bound(file: dict[str, Any]) -> None:
    """An edit of the environment: one class's group is there already."""
    file["entra"]["class_groups"] = {"research": GROUP}


def children(done: Run, component: str) -> dict[str, dict[str, Any]]:
    return {name: one.inputs for name, one in done.sent.items() if one.parent == component}


def test_the_component_registers_what_its_records_say() -> None:
    done = run(lambda _: EntraAgentClasses("classes", {"environment": WHERE}))
    expected = {one.name: dict(one.inputs) for one in class_records(fleet().require(), "classes")}
    assert children(done, "classes") == expected
    assert done.sent["classes"].type == ENTRA_CLASSES


def test_the_ids_of_the_groups_come_out_by_class() -> None:
    done = run(lambda _: EntraAgentClasses("classes", {"environment": WHERE}).group_ids)
    assert done.result == {
        "customer-facing": "objectId:of:classes-customer-facing",
        "research": "objectId:of:classes-research",
    }


def test_a_fleet_registers_its_groups_once_and_each_live_agent_names_its_own() -> None:
    done = run(lambda _: nhi.declare_fleet(str(HERE / "agents"), WHERE, clock=CLOCK))
    written = [*environment_records(fleet().require()), *(one for plan in plans().values() for one in records(plan))]
    sent = {one.name for one in done.sent.values() if not one.type.startswith("nhi:")}
    assert sent == {record.name for record in written}
    memberships = {
        name: one.inputs["groupObjectId"] for name, one in done.sent.items() if name.endswith("-class-membership")
    }
    assert memberships == {
        "intake-agent-class-membership": "objectId:of:agent-classes-customer-facing",
        "research-agent-class-membership": "objectId:of:agent-classes-research",
        "support-agent--blue-class-membership": "objectId:of:agent-classes-customer-facing",
    }


def test_at_preview_the_id_of_a_group_is_unknown_and_followed_to_the_group() -> None:
    done = run(lambda _: nhi.declare_fleet(str(HERE / "agents"), WHERE, clock=CLOCK), preview=True)
    membership = done.sent["research-agent-class-membership"]
    assert membership.inputs["groupObjectId"] == UNKNOWN_STRING
    assert "agent-classes-research" in membership.depends_on


def test_an_agent_alone_is_refused_while_nobody_says_which_group_is_its_classs() -> None:
    with pytest.raises(InputError, match=r"write the object id of the group to `entra\.class_groups\.research`"):
        run(lambda _: declare(plans()["research-agent"], "research"))


def test_an_agent_alone_joins_the_group_that_the_environment_names() -> None:
    plan = plans({ENVIRONMENT: bound})["research-agent"]
    done = run(lambda _: declare(plan, "research"))
    assert done.sent["research-class-membership"].inputs["groupObjectId"] == GROUP


def test_a_stopped_agent_alone_needs_no_group() -> None:
    plan = plans({RESEARCH: agent(state="suspended")})["research-agent"]
    assert "research-class-membership" not in run(lambda _: declare(plan, "research")).sent


def test_an_environment_without_a_class_to_make_a_group_for_is_refused(tmp_path: Path) -> None:
    where = tmp_path / "dev.yaml"
    where.write_text(
        "environment: dev\nprefix: acme\nplatforms: [entra]\nsponsors: {domains: [example.com]}\n"
        "entra: {tenant_id: 11111111-2222-3333-4444-555555555555}\n"
    )
    with pytest.raises(InputError, match="has no class that needs a security group"):
        EntraAgentClasses("classes", {"environment": str(where)})
    with pytest.raises(InputError):
        EntraAgentClasses("classes", {"environment": str(tmp_path / "missing.yaml")})


@pytest.mark.parametrize("option", [{"ignore_changes": ["members"]}, {"retain_on_delete": True}])
def test_options_that_blind_the_gate_are_refused(option: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="refused on an agent identity"):
        declare_classes(fleet().require(), "classes", pulumi.ResourceOptions(**option))
