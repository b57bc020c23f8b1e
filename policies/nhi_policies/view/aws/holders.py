"""What an agent's AWS resources allow, and who may become it there; the agents' roles of a stack.

Owns the step from a resource to its agent's statements. Does not own whose a resource is (`view.holders`).
"""

from __future__ import annotations

from nhi_policies.declared import Context
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import Statement, documents
from nhi_policies.view.aws.handovers import is_declared_hop
from nhi_policies.view.holders import Holder, holder
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack


def granted(resource: Resource, context: Context) -> tuple[Holder, tuple[Statement, ...]]:
    """The agent and every statement that allows it something in this resource's own identity policies.

    Raises `NotApplicable` for what belongs to no agent, `Unproven` for a document that cannot be read.
    """
    who = holder(resource, context)
    return who, tuple(statement for document in documents(resource, "identity") for statement in document.allows)


def entrances(resource: Resource, context: Context) -> tuple[Holder, tuple[Statement, ...]]:
    """The agent and every statement of its role's trust policy that lets a workload, or a stranger, become it.

    What lets in another agent just as an edge of delegation declares it is left out; `rules/delegation` judge those.
    Raises as `granted`.
    """
    who = holder(resource, context)
    allows = (statement for document in documents(resource, "trust") for statement in document.allows)
    return who, tuple(one for one in allows if not is_declared_hop(one, who.agent, context))


def agent_roles(stack: Stack) -> dict[str, Resource]:
    """The agents' roles of a stack by name. One whose name is not known is left out; NHI-IDN-001 says so."""
    return kept(stack, "agent_roles", lambda: _agent_roles(stack))


def _agent_roles(stack: Stack) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for role in stack.of(t.AWS_ROLE):
        name = role.peek("name")
        if role.agent is not None and isinstance(name, str):
            found[name] = role
    return found
