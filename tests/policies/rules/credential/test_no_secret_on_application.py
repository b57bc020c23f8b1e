"""Fixtures of NHI-CRD-200."""

from nhi_policies.view import types as t

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-200"

_CONTEXT = e.context()
_STORED = e.context(e.agent(**e.STORED))


def _secret(type_token: str) -> object:
    return kit.resource(type_token, "by-hand", {"servicePrincipalId": kit.UNKNOWN})


GOOD = [
    Case("an application without a password", e.application(), _CONTEXT),
    Case("the password that the file brings", e.password(), _STORED),
]
BAD = [
    Case("a password by hand", e.by_hand(e.password()), _STORED, expect="ApplicationPassword"),
    Case("one that no file brings", e.password(), _CONTEXT, expect="no stored credential"),
    Case("a password in the application", e.application(password={"displayName": "x"}), _CONTEXT, expect="inline"),
    Case("one whose value is not known", e.application(password=kit.UNKNOWN), _CONTEXT, expect="inline"),
    *(Case(token.rpartition(":")[2], _secret(token), _STORED) for token in sorted(t.KINDS["entra-secret"])),
    Case(
        "one that a federation replaces",
        e.password(),
        e.context(e.agent(**{**e.STORED, "where": {}})),
        expect="federated",
    ),
    Case(
        "one with no place",
        e.password(),
        e.context(e.agent(**{**e.STORED, "where": {**e.STORED["where"], "entra.passwords": ...}})),
        expect="no place",
    ),
    Case("one of a stopped agent", e.password(), e.context(e.agent(**e.STORED, state="suspended")), expect="active"),
    Case("one of an agent that no file declares", e.password(), e.context(e.mail_agent()), expect="no file"),
]
NEAR_MISS = [Case("a stack without agents", e.by_hand(e.password()), e.context(agents={}))]
UNKNOWN = [
    Case("a password of an application that nobody knows", e.by_hand(e.password(), property_dependencies={}), _STORED)
]
