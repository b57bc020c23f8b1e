"""Which line of an agent's file brought a permission.

Owns the way back from an action and a resource to the declared grant. The meaning of a declaration is asked of the
catalog, as the builder does; how the builder turned it into statements is not.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nhi.catalog.load import Catalog, load_catalog
from nhi.catalog.meaning import meaning
from nhi.catalog.model import Meaning
from nhi.contract import Platform
from nhi.permissions.globs import GlobUndecidedError, covers, has_wildcard, overlap
from nhi.permissions.model import Grant, Origin
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.view.memo import kept

_WILDCARD = re.compile(r"[*?]")


def meaning_of(context: Context, agent_id: str, platform: Platform) -> Meaning | None:
    """What a declared agent's file means on a platform; None where no file declares it."""
    declared = context.agents.get(agent_id)
    if declared is None:
        return None
    catalog = context.catalog or load_catalog()
    return kept(context, ("meaning", agent_id, platform), lambda: meaning(declared, catalog, platform))


def origin_of(context: Context, agent_id: str, platform: Platform, action: str, resource: str) -> Origin | None:
    """The line of the declared grant that covers this action on this resource, else of the first that touches it.

    Both may be globs. None where no declared grant has anything to do with it; a finding then points at the file.
    """
    return kept(
        context,
        ("origin", agent_id, platform, action, resource),
        lambda: _origin(context, agent_id, platform, action, resource),
    )


def origin_of_action(context: Context, agent_id: str, platform: Platform, action: str) -> Origin | None:
    """The line of the first declared grant with exactly this action, on whatever object."""
    found = meaning_of(context, agent_id, platform)
    return next((grant.origin for grant in (found.allows if found else ()) if action in grant.actions), None)


def _origin(context: Context, agent_id: str, platform: Platform, action: str, resource: str) -> Origin | None:
    found = meaning_of(context, agent_id, platform)
    allows = found.allows if found else ()
    for grant in allows:
        if grant_covers(grant, action, resource):
            return grant.origin
    for grant in allows:
        if _touches(grant, action, resource):
            return grant.origin
    return None


@lru_cache(maxsize=65536)
def any_covers(patterns: tuple[str, ...], narrow: str, *, case_sensitive: bool) -> bool:
    """Whether one of the globs covers `narrow`. Undecided counts as no. Kept, because agents share what they may do."""
    asked = narrow if case_sensitive else narrow.lower()
    for pattern in patterns:
        wide = pattern if case_sensitive else pattern.lower()
        if wide == asked:
            return True
        # Most globs are told apart by what stands before the first wildcard; only the rest are worth the exact proof.
        if has_wildcard(wide) and asked.startswith(_WILDCARD.split(wide, maxsplit=1)[0]):
            try:
                if covers(wide, asked):
                    return True
            except GlobUndecidedError:
                continue
    return False


def grant_covers(grant: Grant, action: str, resource: str) -> bool:
    """Whether one grant covers an action on a resource, conditions and dates apart."""
    return any_covers(grant.actions, action, case_sensitive=False) and any_covers(
        grant.resources, resource, case_sensitive=True
    )


def _touches(grant: Grant, action: str, resource: str) -> bool:
    try:
        return any(overlap(one, action, case_sensitive=False) is not None for one in grant.actions) and any(
            overlap(one, resource) is not None for one in grant.resources
        )
    except GlobUndecidedError:
        return False


def bound_at(declared: DeclaredAgent, catalog: Catalog, grant: Grant) -> str:
    """What a declared grant comes from beyond the agent's file: binding or catalog entry, each with its line."""
    agent, environment = declared.agent, declared.environment
    at, platform = declared.positions.at, grant.platform
    for index, action in enumerate(agent.allowed_actions):
        if at("allowed_actions", index) == grant.origin:
            known = catalog.actions.get(action.action)
            rows = known.rows[platform] if known else ()
            slots = [row.slot for row in rows if row.slot] if not isinstance(rows, str) else []
            places = [
                _place("resources", slot, environment.positions.at("resources", slot, platform)) for slot in slots
            ]
            entry = catalog.origins.get(("actions", action.action))
            return " and ".join(dict.fromkeys([*places, *([_place("actions", action.action, entry)] if entry else [])]))
    for index, scope in enumerate(agent.data_access):
        if at("data_access", index) == grant.origin:
            return _place("data_scopes", scope.scope, environment.positions.at("data_scopes", scope.scope, platform))
    for index, tool in enumerate(agent.tool_access):
        if at("tool_access", index) == grant.origin:
            return _place("tools", tool.tool, environment.positions.at("tools", tool.tool, platform))
    return "the declaration"


def _place(section: str, word: str, origin: Origin) -> str:
    return f"{section}.{word} ({origin})"
