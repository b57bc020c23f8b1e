"""Fixtures of NHI-ESC-520."""

import copy

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-ESC-520"

_TENANT = copy.deepcopy(e.TENANT["entra"])
_INVITE, _MEMBER = "0de00000-0000-4000-8000-0000000000a1", "0de00000-0000-4000-8000-0000000000a2"
_EXTENSION, _LISTENER = "0de00000-0000-4000-8000-0000000000a3", "0de00000-0000-4000-8000-0000000000a4"
_TENANT["apis"]["microsoft.graph"]["roles"] |= {
    "User.Invite.All": _INVITE,
    "TeamMember.ReadWrite.All": _MEMBER,
    "CustomAuthenticationExtension.ReadWrite.All": _EXTENSION,
    "EventListener.ReadWrite.All": _LISTENER,
}
_TENANT["apis"]["microsoft.graph"]["scopes"] |= {"EventListener.ReadWrite.All": e.STRANGER}
_WHERE = {"where": {"entra": _TENANT}}
_AGENT, _MAIL = e.agent(**_WHERE), e.mail_agent(**_WHERE)
_CONTEXT = e.context(_AGENT, _MAIL)


def _gives(*ids: str, of: kit.Resource | None = None) -> list[kit.Resource]:
    return [e.application(), e.principal(), *(e.assignment(one, of=of) for one in ids)]


GOOD = [Case("what the file declares", _gives(e.USER_READ), _CONTEXT)]
BAD = [
    Case("an outsider in a team", _gives(_INVITE, _MEMBER), _CONTEXT, "role:TeamMember.ReadWrite.All"),
    Case("claims of tokens", _gives(_EXTENSION, _LISTENER), _CONTEXT, "combination::claims-of-tokens"),
    Case(
        "a role beside a scope",
        [*_gives(_EXTENSION), e.delegated("EventListener.ReadWrite.All", of=e.principal())],
        _CONTEXT,
        "scope:EventListener.ReadWrite.All",
    ),
    Case(
        "one of them by hand",
        [*_gives(_INVITE), e.by_hand(e.assignment(_MEMBER))],
        _CONTEXT,
        "combination::outsider-in-a-team",
    ),
]
NEAR_MISS = [
    Case("one part alone", _gives(_INVITE, e.USER_READ), _CONTEXT),
    Case("parts of two combinations", _gives(_INVITE, _LISTENER), _CONTEXT),
    Case(
        "the other part with another agent",
        [*_gives(_INVITE), e.principal(_MAIL), e.assignment(_MEMBER, of=e.principal(_MAIL))],
        _CONTEXT,
    ),
    Case("no agents", _gives(_INVITE, _MEMBER), e.context(agents={})),
]
UNKNOWN = [
    Case(
        "one part beside a role that is not known",
        [*_gives(_INVITE), kit.altered(e.assignment(_MEMBER), appRoleId=kit.UNKNOWN)],
        _CONTEXT,
        "unproven",
    ),
    Case(
        "one part beside an id that nobody names",
        [*_gives(_INVITE), e.assignment("0de00000-0000-4000-8000-0000000000ff")],
        _CONTEXT,
        "unproven",
    ),
]
