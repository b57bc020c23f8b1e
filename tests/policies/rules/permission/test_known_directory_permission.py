"""Fixtures of NHI-PRM-200."""

from nhi_policies.view import types as t

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-200"

_CONTEXT = e.context()


def _asks(app: str = e.GRAPH, id: str = e.USER_READ, kind: str = "Role") -> object:
    access = [{"id": id, "type": kind}]
    return e.application(requiredResourceAccesses=[{"resourceAppId": app, "resourceAccesses": access}])


def _access(**inputs: object) -> object:
    return e.below(t.ENTRA_API_ACCESS, "applicationId", e.application(), "access", {"apiClientId": e.GRAPH, **inputs})


GOOD = [
    Case("an app role", e.assignment(), _CONTEXT),
    Case("a scope", e.delegated(), _CONTEXT),
    Case("what an application asks for", e.application(), _CONTEXT),
]
BAD = [
    Case("an id that no table has", e.assignment(e.STRANGER), _CONTEXT, expect=e.STRANGER),
    Case("the empty id", e.assignment("00000000-0000-0000-0000-000000000000"), _CONTEXT, expect="0000"),
    Case("another API's role", e.assignment(e.ABSENCE_READ), _CONTEXT, expect=e.ABSENCE_READ),
    Case("an API that nobody names", e.assignment(api=e.STRANGER), _CONTEXT, expect="no such API"),
    Case("a scope by another name", e.delegated("Mail.Raed"), _CONTEXT, expect="Mail.Raed"),
    Case("a scope's id asked for as a role", _asks(id=e.MAIL_READ_SCOPE), _CONTEXT, expect=e.MAIL_READ_SCOPE),
    Case("an API by its object id", _asks(app=e.GRAPH_OBJECT), _CONTEXT, expect="no such API"),
    Case("asked for by hand", _access(roleIds=[e.STRANGER]), _CONTEXT, expect=e.STRANGER),
]
NEAR_MISS = [
    Case("ids in capitals", e.assignment(e.USER_READ.upper(), e.GRAPH_OBJECT.upper()), _CONTEXT),
    Case("an assignment of nobody's", e.by_hand(e.assignment(e.STRANGER)), _CONTEXT),
    Case("known, if not declared", e.assignment(e.REPORTS_READ), _CONTEXT),
]
UNKNOWN = [
    Case("an unknown role", e.assignment(appRoleId=kit.UNKNOWN), _CONTEXT, expect="appRoleId"),
    Case("an unknown API", e.assignment(resourceObjectId=kit.UNKNOWN), _CONTEXT, expect="resourceObjectId"),
    Case("unknown scopes", e.delegated(claimValues=["Mail.Read", kit.UNKNOWN]), _CONTEXT, expect="claimValues"),
    Case("something else than role and scope", _asks(kind="Magic"), _CONTEXT, expect="neither"),
]
