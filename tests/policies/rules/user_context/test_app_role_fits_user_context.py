"""Fixtures of NHI-USR-200."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-USR-200"

_CONTEXT = e.context()
_MAIL = e.principal(e.mail_agent())
_BOTH = e.context(e.agent(acts_on_behalf="optional"))
_NEVER = e.context(e.mail_agent(acts_on_behalf="never"))

GOOD = [Case("an app role", e.assignment(), _CONTEXT), Case("a scope for users", e.delegated(), _CONTEXT)]
BAD = [
    Case("an app role of one that acts for users only", e.assignment(of=_MAIL), _CONTEXT, expect="role"),
    Case("a scope of one that acts for none", e.delegated(), _NEVER, expect="scope"),
    Case("a scope of one that does not say", e.delegated(of=e.principal()), _CONTEXT, expect="scope"),
]
NEAR_MISS = [
    Case("both, of one that may do both", e.assignment(), _BOTH),
    Case("a scope of one that may do both", e.delegated(of=e.principal()), _BOTH),
    Case("an assignment of nobody's", e.by_hand(e.assignment(of=_MAIL)), _CONTEXT),
]
UNKNOWN = [Case("an unknown role", e.assignment(of=_MAIL, appRoleId=kit.UNKNOWN), _CONTEXT, expect="role")]
