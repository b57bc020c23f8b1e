"""What an agent may do on Entra ID: app roles that it holds itself, and scopes that it holds together with a user.

Owns the step from neutral grants to the directory's ids: which role or scope of which API, and for which users. The ids
come from the environment and never from a table, because each tenant has its own.

Where Entra is weaker than AWS and Google Cloud, and what follows:

- No clock. An assignment has no end, so a grant past its end is left out when the agent is rendered again, and parity
  for end dates is `detected`.
- No deny. What is denied is never granted here; an assignment that somebody else makes can grant it (`absent`). A
  deny takes the role and the scope of that name, since either lets the agent do it.
- No conditions and no patterns: a grant with one of them is refused as input, because it would grant more than it says.
- A delegated grant without a user is consent for every user of the tenant. So it is always for a named user, and where
  the environment names none it is refused. A group cannot be named.

An agent that acts only on behalf of users (`acts_on_behalf: required`) holds no app role, because an app role works
without any user.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from nhi.permissions.globs import has_wildcard
from nhi.permissions.model import Grant
from nhi.plan.model import AgentPlan
from nhi.spec.environment import EntraApi, EntraEnvironment
from nhi.spec.problems import InputError, Problem

Kind = Literal["role", "scope"]

Say = Callable[[str, str], None]


class Permission(NamedTuple):
    """One app role or delegated scope of one API, with its id in the tenant."""

    api: str
    kind: Kind
    value: str
    id: str


def granted(plan: AgentPlan, entra: EntraEnvironment) -> tuple[Permission, ...]:
    """The permissions of a live plan, denied and ended ones left out, by API, kind and value.

    Raises `InputError` with every grant that cannot be written without granting more than declared, at its line.
    """
    meaning = plan.meanings.get("entra")
    if meaning is None:
        return ()
    problems: dict[Problem, None] = {}
    found: set[Permission] = set()
    for grant in meaning.allows:
        end = plan.grant_end(grant.expires)
        if end is not None and end <= plan.clock:
            continue
        for api in grant.resources:
            for action in grant.actions:

                def say(message: str, fix: str, grant: Grant = grant) -> None:
                    problems[Problem(message, grant.origin, fix)] = None

                if any(_covers(deny.resources, deny.actions, api, action) for deny in meaning.denies):
                    continue
                permission = _permission(plan, entra, grant, api, action, say)
                if permission is not None:
                    found.add(permission)
    if problems:
        raise InputError(problems)
    return tuple(sorted(found))


def absent(plan: AgentPlan) -> tuple[Grant, ...]:
    """What must not be granted to the agent: its denies on Entra ID.

    The directory cannot say no, so these have no record. Records only keep them absent; that nobody else grants them
    is for the gate and for an audit of the tenant to verify.
    """
    meaning = plan.meanings.get("entra")
    return meaning.denies if meaning else ()


def scopes_by_api(permissions: tuple[Permission, ...]) -> dict[str, list[str]]:
    """The delegated scopes of each API, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for permission in permissions:
        if permission.kind == "scope":
            found[permission.api].append(permission.value)
    return dict(found)


@lru_cache(maxsize=8192)  # agents share what their words mean
def _covers(apis: tuple[str, ...], actions: tuple[str, ...], api: str, action: str) -> bool:
    """Whether a deny of these actions of these APIs covers one action of one API."""
    value = action.partition(":")[2]
    return any(fnmatchcase(api, pattern) for pattern in apis) and any(
        fnmatchcase(action, pattern) or fnmatchcase(value, pattern.partition(":")[2] or pattern) for pattern in actions
    )


def _permission(
    plan: AgentPlan, entra: EntraEnvironment, grant: Grant, api: str, action: str, say: Say
) -> Permission | None:
    if grant.conditions:
        keys = ", ".join(condition.key for condition in grant.conditions)
        say(
            f"Entra ID has no conditions on a grant, so {action} under a condition on {keys} would hold without it",
            "take the condition out, or do not bind this word on entra.",
        )
        return None
    if has_wildcard(action) or has_wildcard(api):
        say(
            f"{action!r} on {api!r} is a pattern; Entra ID grants one permission of one API at a time",
            "name every role or scope.",
        )
        return None
    kind, _, value = action.partition(":")
    bound = entra.apis.get(api)
    if bound is None:
        say(
            f"the environment does not know the API {api!r}, so {action} of it could not be granted",
            f"add `entra.apis.{api}` with the ids that the API has in the tenant.",
        )
        return None
    if kind not in get_args(Kind):
        say(
            f"{action!r} is neither `role:<value>` nor `scope:<value>`, so nothing could be granted", "say which it is."
        )
        return None
    if not _fits_user_context(plan, entra, kind, api, value, say):
        return None
    guid = _ids(bound, kind).get(value)
    if guid is None:
        known = ", ".join(sorted(_ids(bound, kind))) or "none"
        say(
            f"the environment gives no id for the {_NAMES[kind]} {value!r} of {api!r} (it has: {known}), so it could "
            "not be granted",
            f"add {value} to `entra.apis.{api}.{kind}s` with the id that the API's service principal shows.",
        )
        return None
    return Permission(api, "role" if kind == "role" else "scope", value, guid)


_NAMES = {"role": "app role", "scope": "delegated scope"}


def _ids(api: EntraApi, kind: str) -> dict[str, str]:
    return api.roles if kind == "role" else api.scopes


def _fits_user_context(plan: AgentPlan, entra: EntraEnvironment, kind: str, api: str, value: str, say: Say) -> bool:
    on_behalf = plan.agent.acts_on_behalf
    if kind == "role" and on_behalf == "required":
        say(
            f"agent {plan.name} acts only on behalf of users, and the app role {value} of {api!r} works without any",
            "bind a delegated scope (`scopes`) for it, or say `acts_on_behalf: optional`.",
        )
        return False
    if kind == "scope" and on_behalf not in ("required", "optional"):
        say(
            f"the delegated scope {value} of {api!r} works only on behalf of a user, and agent {plan.name} acts for "
            "none",
            "say `acts_on_behalf: required` (or optional), or bind an app role (`roles`) for it.",
        )
        return False
    if kind == "scope" and plan.agent.agent_id not in entra.on_behalf_of:
        say(
            f"the environment does not say for whom agent {plan.name} may use the delegated scope {value} of {api!r}; "
            "without a user it would be consent for everybody in the tenant",
            f"list object ids of users under `entra.on_behalf_of.{plan.agent.agent_id}`.",
        )
        return False
    return True
