"""Fixtures of NHI-PRM-203."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-203"

_CONTEXT = e.context()
_MAIL = e.context(e.mail_agent(denied_actions=["mail_send"]))


def _asks(id: str) -> object:
    access = [{"id": id, "type": "Role"}]
    return e.application(requiredResourceAccesses=[{"resourceAppId": e.GRAPH, "resourceAccesses": access}])


GOOD = [Case("what is allowed", e.assignment(), _CONTEXT), Case("what is asked for", e.application(), _CONTEXT)]
BAD = [
    Case("a denied app role", e.assignment(e.MAIL_SEND), _CONTEXT, expect="Mail.Send"),
    Case("the denied role as a scope", e.delegated("Mail.Send"), _MAIL, expect="delegated scope Mail.Send"),
    Case("asked for", _asks(e.MAIL_SEND), _CONTEXT, expect="Mail.Send"),
]
NEAR_MISS = [
    Case("not denied, if not declared either", e.assignment(e.REPORTS_READ), _CONTEXT),
    Case("denied to another agent", e.delegated("Mail.Send"), e.context(e.agent(), e.mail_agent(denied_actions=[]))),
    Case("an assignment of nobody's", e.by_hand(e.assignment(e.MAIL_SEND)), _CONTEXT),
]
UNKNOWN = [Case("an unknown role", e.assignment(appRoleId=kit.UNKNOWN), _CONTEXT, expect="appRoleId")]
