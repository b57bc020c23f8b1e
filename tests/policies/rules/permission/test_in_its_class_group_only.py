"""Fixtures of NHI-PRM-205."""

from nhi_policies.view import types as t

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-205"

_CONTEXT = e.context(e.agent(agent_class="research"), e.mail_agent())
_BOUND = e.context(e.agent(agent_class="research", where={"entra.class_groups": {"research": e.STRANGER}}))
_OWN, _OTHER, _PEOPLE = e.group(), e.group("customer-facing"), e.group(None)
_ANNA = e.by_hand(e.membership(None, memberObjectId=e.ANNA), property_dependencies={"groupObjectId": (_PEOPLE.urn,)})


def _schedule(type_token: str) -> object:
    return e.below(type_token, "principalId", e.principal(), "schedule", {"groupId": e.STRANGER})


def _among(*named: object) -> object:
    urns = tuple(one.urn for one in named)
    members = [kit.UNKNOWN for _ in named]
    inputs = {"displayName": "readers", "members": members}
    return kit.resource(t.ENTRA_GROUP, "readers", inputs, property_dependencies={"members": urns})


GOOD = [Case("in the group of its class", e.good(_OWN, e.membership(_OWN)), _CONTEXT)]
BAD = [
    Case("in a group of people", e.good(_PEOPLE, e.membership(_PEOPLE)), _CONTEXT, expect="class"),
    Case("by hand", e.good(_PEOPLE, e.by_hand(e.membership(_PEOPLE))), _CONTEXT, expect="class"),
    Case("in the group of another class", e.good(_OTHER, e.membership(_OTHER)), _CONTEXT, expect="member"),
    Case("in a group of another stack", e.good(e.membership(None, groupObjectId=e.BELA)), _BOUND, expect="member"),
    Case("of no class", e.good(_OWN, e.membership(_OWN)), e.context(), expect="member"),
    Case("a schedule", e.good(_schedule(t.ENTRA_GROUP_ASSIGNMENT)), _CONTEXT, expect="member"),
    Case("one to activate", e.good(_schedule(t.ENTRA_GROUP_ELIGIBILITY)), _CONTEXT, expect="member"),
    Case("among the members of a group", e.good(_among(e.principal())), _CONTEXT, expect="people-agent"),
]
NEAR_MISS = [
    Case("in the group that the environment names", e.good(e.membership(None, groupObjectId=e.STRANGER)), _BOUND),
    Case("a person in a group", e.good(_PEOPLE, _ANNA), _CONTEXT),
    Case("people among the members", e.good(kit.altered(_PEOPLE, members=[e.ANNA])), _CONTEXT),
    Case("a stack without agents", [_among()], e.context(agents={})),
]
UNKNOWN = [
    Case("in a group that is not known", e.good(e.membership(None)), _CONTEXT, expect="groupObjectId"),
    Case("members that are not known", e.good(kit.altered(_PEOPLE, members=kit.UNKNOWN)), _CONTEXT, expect="members"),
]
