"""Fixtures of NHI-STA-011."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-STA-011"

_OFF = kit.agent(state="suspended")
_NEW = kit.agent(state="proposed")
_ENDED = kit.agent(**{"credential.expires": "2026-08-11T00:00:00Z"})
_SOME = kit.agent(instances={"blue": "active", "green": "suspended"})
_GUARD = kit.policy(kit.statement("*", "*", effect="Deny", condition=None), declared=_OFF, suffix="guard")
_NOBODY = kit.document(kit.trust_statement(Effect="Deny", Principal="*", Condition=...))
_ROLE = "arn:aws:iam::111122223333:role/agents/acme-support-agent"


def _thing(token: str, **inputs: object) -> object:
    return kit.resource(token, "x", {"tags": kit.tags(_OFF), **inputs})


_OFF_CONTEXT = kit.context(_OFF)

_STOPPED = e.context(e.agent(state="quarantined"))
_QUIET = e.application(requiredResourceAccesses=...)
_HALF = e.agent(instances={"blue": "active", "green": "suspended"})

GOOD = [
    Case("an application that asks for nothing", _QUIET, _STOPPED),
    Case("a principal that is off", e.principal(accountEnabled=False), _STOPPED),
    Case("a role that nobody becomes", kit.role(_OFF, assumeRolePolicy=_NOBODY), _OFF_CONTEXT),
    Case("a guard that denies", _GUARD, _OFF_CONTEXT),
    Case("the guard's attachment", kit.attachment(_OFF, _GUARD), _OFF_CONTEXT),
]
BAD = [
    Case("a principal that is on", e.principal(), _STOPPED, expect="enabled"),
    Case("one that nobody turned off", e.principal(accountEnabled=...), _STOPPED, expect="enabled"),
    Case("an application that asks", e.application(), _STOPPED, expect="asks for"),
    Case("a federated credential", e.federated(), _STOPPED, expect="become it"),
    Case("a pattern of one", e.flexible(), _STOPPED, expect="become it"),
    Case("a password", e.password(), _STOPPED, expect="secret"),
    Case("an app role", e.assignment(), _STOPPED, expect="permission"),
    Case("a scope", e.delegated(), e.context(e.mail_agent(state="retired")), expect="permission"),
    Case("a membership", e.membership(e.group()), _STOPPED, expect="group"),
    Case("a stopped instance", e.principal(_HALF, instance="green"), e.context(_HALF), expect="enabled"),
    Case("a trust that lets somebody in", kit.role(_OFF), _OFF_CONTEXT, expect="allow"),
    Case("a grant", kit.policy(declared=_OFF), _OFF_CONTEXT, expect="still allows"),
    Case("an attached grant", kit.attachment(_OFF), _OFF_CONTEXT, expect="acme-support-agent-grants-1"),
    Case("an inline grant of a proposed agent", kit.inline_policy(declared=_NEW), kit.context(_NEW), expect="proposed"),
    Case("a trust past the lock date", kit.role(_ENDED), kit.context(_ENDED), expect="suspended"),
    Case(
        "a pod identity",
        _thing("aws:eks/podIdentityAssociation:PodIdentityAssociation", roleArn=_ROLE),
        _OFF_CONTEXT,
        expect="pod",
    ),
    Case("a secret", _thing("aws:secretsmanager/secret:Secret", name="x"), _OFF_CONTEXT, expect="secret"),
    Case("a profile", _thing("aws:rolesanywhere/profile:Profile", roleArns=[_ROLE]), _OFF_CONTEXT, expect="enabled"),
    Case("a suspended instance", kit.role(_SOME, instance="green"), kit.context(_SOME), expect="suspended"),
]
NEAR_MISS = [
    Case("a working instance", e.principal(_HALF, instance="blue"), e.context(_HALF)),
    Case("a working agent that is off", e.principal(accountEnabled=False), e.context()),
    Case("an active agent's grant", kit.policy()),
    Case("an active instance", kit.role(_SOME, instance="blue"), kit.context(_SOME)),
    Case(
        "a profile that is off",
        _thing("aws:rolesanywhere/profile:Profile", roleArns=[_ROLE], enabled=False),
        _OFF_CONTEXT,
    ),
]
UNKNOWN = [
    Case("a principal that may be on", e.principal(accountEnabled=kit.UNKNOWN), _STOPPED, expect="accountEnabled"),
    Case("wishes that are not known", e.application(requiredResourceAccesses=kit.UNKNOWN), _STOPPED),
    Case("an unknown trust policy", kit.role(_OFF, assumeRolePolicy=kit.UNKNOWN), _OFF_CONTEXT),
    Case(
        "a profile that may be on",
        _thing("aws:rolesanywhere/profile:Profile", roleArns=[_ROLE], enabled=kit.UNKNOWN),
        _OFF_CONTEXT,
        expect="enabled",
    ),
]
