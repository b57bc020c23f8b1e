"""What an agent class is on Entra ID: one security group for each declared class of an environment.

Owns the groups, which an environment registers once beside its agents, and which group an agent belongs in. Does not
own the memberships (`documents`: one for each live agent's service principal), nor what a class bounds (the gate).

A class bounds and never grants, so its group is one that could not grant much if somebody tried: it is not assignable
to directory roles, gets no mail, has no rule that adds members, and names no owner. Trap: the directory makes whoever
creates a group its owner where none is named, so the deploying principal owns it; it can change the group anyway.
Nothing is assigned to the group. That nobody else assigns it anything is for the gate and an audit of the tenant.

A class that no file declares bounds nothing and has no group; it is a tag of its agents.
"""

from __future__ import annotations

from typing import Final

from nhi.contract import AGENT_CLASS_FACT, Record, Ref, class_group_name, describe_facts
from nhi.plan.model import AgentPlan
from nhi.spec.declared import DeclaredEnvironment

GROUP: Final = "azuread:index/group:Group"
CLASSES_NAME: Final = "agent-classes"
"""Begins the logical name of every group that a fleet registers; `group_of` names them so."""


def class_records(environment: DeclaredEnvironment, base: str = CLASSES_NAME) -> tuple[Record, ...]:
    """The security groups of an environment's classes, by name.

    None for a class whose ceiling keeps its agents off Entra ID, and none where the environment names a group that is
    there already (`entra.class_groups`).
    """
    declared = environment.environment
    if declared.entra is None or "entra" not in declared.platforms:
        return ()
    return tuple(
        Record(
            GROUP,
            _record_name(base, name),
            {
                "displayName": class_group_name(declared.prefix, name),
                "description": describe_facts(
                    {"class": AGENT_CLASS_FACT, "environment": declared.environment, "agent-class": name}
                ),
                "securityEnabled": True,
                "mailEnabled": False,
                "assignableToRole": False,
                "preventDuplicateNames": True,
            },
        )
        for name, found in sorted(environment.classes.items())
        if name not in declared.entra.class_groups
        and (found.agent_class.ceiling.platforms is None or "entra" in found.agent_class.ceiling.platforms)
    )


def group_of(plan: AgentPlan) -> str | Ref | None:
    """Object id of the group of the plan's class; None for an agent of no declared class.

    A group that is made beside the agents has an id that only the directory knows.
    """
    name, entra = plan.agent.agent_class, plan.environment.entra
    if name is None or entra is None:
        return None
    if name in entra.class_groups:
        return entra.class_groups[name]
    return Ref(_record_name(CLASSES_NAME, name), "objectId") if name in plan.declared.environment.classes else None


def _record_name(base: str, name: str) -> str:
    return f"{base}-{name}"
