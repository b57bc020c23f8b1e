"""Fixtures of NHI-PRM-201."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-201"

_CONTEXT = e.context()
_ENDED = e.context(e.agent(data_access=[{"scope": "staff", "access": "read", "expires": "2026-10-31T00:00:00Z"}]))
_LATER = e.context(e.agent(data_access=[{"scope": "staff", "access": "read", "expires": "2026-11-02T00:00:00Z"}]))


def _asks(*ids: str) -> object:
    access = [{"id": id, "type": "Role"} for id in ids]
    return e.application(requiredResourceAccesses=[{"resourceAppId": e.GRAPH, "resourceAccesses": access}])


GOOD = [
    Case("a declared app role", e.assignment(), _CONTEXT),
    Case("one of an API of one's own", e.assignment(e.ABSENCE_READ, e.PORTAL_OBJECT), _CONTEXT),
    Case("a declared scope for a named user", e.delegated(), _CONTEXT),
    Case("what the application asks for", e.application(), _CONTEXT),
]
BAD = [
    Case("an undeclared app role", e.assignment(e.REPORTS_READ), _CONTEXT, expect="Reports.Read.All"),
    Case("one whose grant has ended", e.assignment(), _ENDED, expect="has ended"),
    Case("an undeclared scope", e.delegated("Mail.Read", "Mail.Send"), _CONTEXT, expect="Mail.Send"),
    Case("another user", e.delegated(user=e.STRANGER), _CONTEXT, expect=f"user {e.STRANGER}"),
    Case("asked for and not declared", _asks(e.USER_READ, e.REPORTS_READ), _CONTEXT, expect="asks for"),
    Case("another agent's permission", e.assignment(of=e.principal(e.mail_agent())), _CONTEXT, expect="User.Read.All"),
]
NEAR_MISS = [
    Case("one whose grant ends tomorrow", e.assignment(), _LATER),
    Case("less than declared", _asks(e.USER_READ), _CONTEXT),
    Case("an id that nobody knows, which is another rule's", e.assignment(e.STRANGER), _CONTEXT),
    Case("an agent that no file declares", e.assignment(e.REPORTS_READ), e.context(e.mail_agent())),
    Case("an assignment of nobody's", e.by_hand(e.assignment(e.REPORTS_READ)), _CONTEXT),
    Case("a user in capitals", e.delegated(user=e.ANNA.upper()), _CONTEXT),
]
UNKNOWN = [
    Case("an unknown role", e.assignment(appRoleId=kit.UNKNOWN), _CONTEXT, expect="appRoleId"),
    Case("an unknown user", e.delegated(userObjectId=kit.UNKNOWN), _CONTEXT, expect="userObjectId"),
    Case("an unknown list", e.application(requiredResourceAccesses=kit.UNKNOWN), _CONTEXT, expect="requiredResource"),
]
