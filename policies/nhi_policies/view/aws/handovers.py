"""Whom else than its workload an agent's role on AWS lets in: other agents, on declared edges of delegation.

Owns reading a trust statement as one hop of a chain, and the judge's own list of what such a statement must hold. Does
not own which edges stand (`view.handovers`), nor what is said about a statement that is none of them
(`rules/delegation`).

A statement stands for one caller and one number of hops. It is as declared where it

- lets in roles of active instances of one caller, named letter by letter;
- wants the caller's id in the session tag of its hop, and only agents that may stand there in the tags of earlier hops;
- takes no tag but those of the hops, and only where the caller's own is transitive: STS then carries it into every
  later session and refuses to set it again, which is what bounds the depth of a chain;
- ends with the edge.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nhi.catalog.delegation import assume_actions, hop_tag, way_on_aws
from nhi.clock import timestamp

from nhi_policies.declared import Context
from nhi_policies.view.aws.documents import Statement
from nhi_policies.view.aws.reach import ends, is_exact, unescaped
from nhi_policies.view.handovers import StandingEdge, missing, standing

_ROLE = re.compile(r"arn:[a-z-]+:iam::(?P<account>\d{12}):role/(?:.*/)?(?P<name>[^/]+)")
_ACCOUNT = re.compile(r"(?:arn:[a-z-]+:iam::)?(?P<account>\d{12})(?::root)?")
_HOP = re.compile(re.escape(hop_tag(0)[:-1]) + r"(\d+)")
_EQUALS = ("StringEquals", "ArnEquals")


@dataclass(frozen=True)
class Entrance:
    """What one trust statement lets in beside workloads: other agents' roles, and what is not as any edge declares."""

    callers: tuple[str, ...]
    """Ids of the agents whose roles it lets in."""
    hops: int | None
    """The number of hops of the chain that ends here; None where the statement does not ask."""
    wrong: str
    """Why it is no declared edge's; empty where it is one."""


def entrance(statement: Statement, callee: str, context: Context) -> Entrance | None:
    """A trust statement that allows, as another agent's way in; None for one that lets in no AWS principal of here.

    Raises `Unproven` for a date that cannot be read.
    """
    roles = _roles(statement, context)
    if roles is None:
        return None
    owners = {role: context.owner("aws:role", role) for role in roles}
    callers = tuple(dict.fromkeys(owner[0] for owner in owners.values() if owner))
    hops = _hops(statement)
    strangers = [role for role, owner in owners.items() if owner is None]
    if not roles:
        wrong = "lets in every principal of the account that may assume roles"
    elif strangers:
        wrong = f"lets in {', '.join(strangers)}, which is no agent's role"
    elif len(callers) > 1:
        wrong = f"lets in {' and '.join(callers)} together, so a hop would not say whose it was"
    else:
        instances = {owner[1] for owner in owners.values() if owner}
        wrong = _beyond(statement, next(iter(callers)), instances, callee, hops, context)
    return Entrance(callers, hops, wrong)


def is_declared_hop(statement: Statement, callee: str, context: Context) -> bool:
    """Whether a trust statement lets in another agent just as an edge declares it. Raises as `entrance`."""
    found = entrance(statement, callee, context)
    return found is not None and not found.wrong


def _roles(statement: Statement, context: Context) -> tuple[str, ...] | None:
    """Names of the roles of this account that a statement lets in, none of them for the whole account.

    None where a principal is no role and no account of here: other rules judge those.
    """
    aws = context.environment.environment.aws if context.environment else None
    if aws is None or not statement.principals or statement.not_principals:
        return None
    named: list[str] = []
    whole = False
    for principal in statement.principals:
        role, account = _ROLE.fullmatch(principal.value), _ACCOUNT.fullmatch(principal.value)
        found = role or account
        if principal.kind != "AWS" or found is None or found["account"] != aws.account_id:
            return None
        whole = whole or role is None
        named += [role["name"]] if role else []
    pinned = statement.condition_values("aws:PrincipalArn", *_EQUALS)
    if pinned is None or not all(map(is_exact, pinned)):
        return () if whole else tuple(named)
    arns = [_ROLE.fullmatch(unescaped(one)) for one in pinned]
    pins = [
        one["name"] if one and one["account"] == aws.account_id else str(text)
        for one, text in zip(arns, pinned, strict=True)
    ]
    return tuple(pins) if whole else tuple(one for one in named if one in pins) or tuple(named)


def _hops(statement: Statement) -> int | None:
    """The hop whose tag a statement wants in the request; the last of several."""
    asked = [
        int(found[1])
        for condition in statement.conditions
        if condition.key.lower().startswith("aws:requesttag/")
        and (found := _HOP.fullmatch(condition.key.partition("/")[2].lower()))
    ]
    return max(asked, default=None)


def _beyond(
    statement: Statement, caller: str, instances: set[str | None], callee: str, hops: int | None, context: Context
) -> str:
    """What of a statement for one caller no edge declares; empty where nothing is."""
    edge = standing(context, caller, callee)
    if edge is None or way_on_aws(edge.edge) != "assume":
        if callee not in context.agents:
            return f"lets {caller} in, and no file declares {callee}"
        why = missing(context, caller, callee) if edge is None else f"{callee} is called by its callers, not assumed"
        return f"lets {caller} in, and {why}"
    stopped = instances - set(edge.callers)
    if stopped:
        return f"lets in instance {', '.join(sorted(map(str, stopped)))} of {caller}, which is stopped"
    if hops is None:
        return f"lets {caller} in without the tag of its hop, so nothing bounds how far work travels"
    places = context.delegation.places(edge.edge)
    if not 1 <= hops <= len(places):
        return f"lets {caller} in after {hops} hops, and no chain through it may have more than {len(places)}"
    return next(_hop_problems(statement, edge, hops, places[hops - 1]), "")


def _hop_problems(
    statement: Statement, edge: StandingEdge, hops: int, places: tuple[frozenset[str], ...]
) -> Iterator[str]:
    own = hop_tag(hops)
    strange = {one.lower() for one in statement.actions} - {one.lower() for one in assume_actions(edge.edge)}
    if statement.not_actions or strange:
        yield f"allows {edge.caller} {', '.join(sorted(strange)) or 'all actions but some'}, which no hand-over needs"
    if statement.condition_values(f"aws:RequestTag/{own}", "StringEquals") != (edge.caller,):
        yield f"lets {edge.caller} write another name than its own into the tag of its hop"
    for hop, place in enumerate(places[:-1], start=1):
        earlier = statement.condition_values(f"aws:PrincipalTag/{hop_tag(hop)}", "StringEquals")
        if earlier is None or not place.issuperset(earlier):
            may = ", ".join(sorted(place))
            yield f"lets {edge.caller} in as hop {hops} whoever made hop {hop}; only {may} may have"
    known = {hop_tag(hop) for hop in range(1, hops + 1)}
    keys = statement.condition_values("aws:TagKeys", "ForAllValues:StringEquals")
    if keys is None or not known.issuperset(keys):
        yield f"lets {edge.caller} pass session tags of its own choice"
    if statement.condition_values("sts:TransitiveTagKeys", "ForAnyValue:StringEquals") != (own,):
        yield f"lets {edge.caller} pass a tag of its hop that is not transitive, so the next hop would not know of it"
    end = ends(statement)
    if edge.end is not None and (end is None or end > edge.end):
        yield f"lets {edge.caller} in beyond {timestamp(edge.end)}, when the edge ends"
