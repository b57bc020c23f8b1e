"""NHI-DEL-200: nobody is assigned to an agent in the directory but the agents that hand work to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nhi.catalog.invocation import app_role_id
from nhi.contract import agent_name

from nhi_policies.declared import Context, Owner
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.agents import about, unproven
from nhi_policies.view.entra.grants import invoked
from nhi_policies.view.entra.owners import referred
from nhi_policies.view.handovers import missing, standing
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack

_FIX = "take the assignment away, or declare the edge: the callee in `allowed_targets`, the caller in `accepts_from`."


@rule(
    id="NHI-DEL-200",
    slug="assignment-is-a-declared-edge",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "ASI07", "NIST-AC-3(8)", "ISO27001-A.5.15", "AICM-AIS-11", "AIRS-DEL-04"),
    row="3.4",
)
def assignment_is_a_declared_edge(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every assignment on an agent's service principal gives its invoke role to a caller that both files name.

    Why: the directory gives tokens for an agent to whoever is assigned to it, so an assignment hands work over.
    Bad: `Agent.Invoke` for an agent whose id is missing in the callee's `accepts_from`; for a person, a group or
        another application; the empty role id, which is access without any role; the role's id on another principal.
    Fix: let the component write the assignments, and declare the edge in both files.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    for resource in stack.of(t.ENTRA_APP_ROLE_ASSIGNMENT):
        caller = (resource.agent, resource.instance) if resource.agent else None
        try:
            callee = _callee(resource, stack, context)
            if callee is not None and (caller is not None or callee[0] in context.declared_in(stack)):
                yield from _judged(resource, caller, callee, context)
        except _Wrong as wrong:
            yield about(resource, caller, context, f"{wrong}.", _FIX, "principal")
        except Unproven as unknown:
            yield unproven(resource, caller, context, unknown)


class _Wrong(Exception):  # noqa: N818  # a finding, not a programming error
    """The assignment is not about the agent whose role it names."""


def _callee(resource: Resource, stack: Stack, context: Context) -> Owner | None:
    """The agent to whose principal somebody is assigned, and its instance; None where it is no agent's.

    Raises `Unproven` where that is not known, and `_Wrong` where the role is one agent's and the principal is not.
    """
    said = invoked(resource, context)
    found = _principal(resource, stack, context)
    if found is None and said is None:
        return None
    if found is None and stack.agents is not None and said not in stack.agents:
        return (said, None) if said is not None else None  # the principal is in another part of the fleet
    if said is not None and (found is None or found[0] != said):
        whose = f"the principal of {found[0]}" if found else "a principal that is not known to be its own"
        raise _Wrong(f"it gives the role of {said} on {whose}")
    return found


def _principal(resource: Resource, stack: Stack, context: Context) -> Owner | None:
    value = resource.peek("resourceObjectId")
    if isinstance(value, str) and value.lower() in _known(context):
        return _known(context)[value.lower()]
    if isinstance(value, str) and _is_api(value, context):
        return None
    try:
        named = referred(resource, "resourceObjectId", stack)
    except Unproven:
        if stack.agents is not None or invoked(resource, context) is None:
            return None  # in another part of the fleet; or no agent's role, and NHI-PRM-200 says what is unknown
        raise
    # A value that is known is one of the ids that the object has, whatever it was made from.
    meant = (one for one in named if not isinstance(value, str) or not one.ids or _is_of(value, one))
    owners = {(one.agent, one.instance) for one in meant if one.type == t.ENTRA_SERVICE_PRINCIPAL}
    if len(owners) > 1:
        raise Unproven("resourceObjectId", "is made from principals of several agents")
    agent, instance = owners.pop() if owners else (None, None)
    return (agent, instance) if agent is not None else None


def _known(context: Context) -> Mapping[str, Owner]:
    """The agents' principals of another program, by the object ids that the environment names."""

    def make() -> dict[str, Owner]:
        tenant = context.environment.environment.entra if context.environment else None
        names = {
            agent_name(agent_id, instance): (agent_id, instance)
            for agent_id, declared in context.agents.items()
            for instance in (declared.agent.instances or (None,))
        }
        known = tenant.agent_principals.items() if tenant else ()
        return {id: names[name] for name, id in known if name in names}

    return kept(context, "entra agents' principals", make)


def _is_of(value: str, principal: Resource) -> bool:
    return any(id.lower().endswith(value.lower()) for id in principal.ids)


def _is_api(object_id: str, context: Context) -> bool:
    tenant = context.environment.environment.entra if context.environment else None
    return tenant is not None and any(api.object_id == object_id.lower() for api in tenant.apis.values())


def _judged(resource: Resource, caller: Owner | None, callee: Owner, context: Context) -> Iterator[Finding]:
    name = agent_name(*callee)
    owner = caller or callee
    role = resource.text("appRoleId")
    if role is None or role.lower() != app_role_id(callee[0]):
        text = f"it gives access to {name} past the role that callers are assigned."
        yield about(resource, owner, context, text, _FIX, "role")
    elif caller is None:
        text = f"it lets somebody hand work to {name} who is no agent that the files name for it."
        yield about(resource, owner, context, text, _FIX, "caller")
    elif caller[0] in context.agents and callee[0] in context.agents:
        edge = standing(context, caller[0], callee[0])
        origin = context.origin(caller[0], "delegation")
        if edge is None:
            text = f"it lets {caller[0]} hand work to {name}, and {missing(context, caller[0], callee[0])}."
            yield about(resource, owner, context, text, _FIX, f"edge::{callee[0]}", origin)
        elif callee[1] is not None and callee[1] not in edge.callees:
            text = f"it lets {caller[0]} hand work to {name}, which is stopped."
            yield about(resource, owner, context, text, _FIX, f"edge::{name}", origin)
