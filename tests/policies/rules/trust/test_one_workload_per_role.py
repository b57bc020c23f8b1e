"""Fixtures of NHI-TRU-014."""

from policies import kit
from policies import user_kit as u
from policies.kit import Case

RULE = "NHI-TRU-014"

_ACCOUNT = "Condition.StringEquals.aws:RequestTag/kubernetes-service-account"
_OTHER = kit.agent(agent_id="other-agent")


def _pods(*names: str) -> object:
    made = kit.trust_statement()
    made["Condition"]["StringEquals"]["aws:RequestTag/kubernetes-service-account"] = list(names)
    return kit.role(assumeRolePolicy=kit.document(made))


def _two(second: dict[str, object]) -> object:
    return kit.role(assumeRolePolicy=kit.document(kit.trust_statement(), second))


_OTHERS = {**u.own_session(), "Condition": {"ArnEquals": {"aws:PrincipalArn": u.ROLE.replace("support", "other")}}}

GOOD = [
    Case("one pod", kit.role()),
    Case("one pod, and the role itself", u.role(u.own_session(), u.SET_OWN), kit.context(u.AGENT)),
]
BAD = [
    Case("two service accounts", _pods("support-agent", "debug"), expect="debug"),
    Case("a second statement", _two(kit.trust_statement(_OTHER)), expect="other-agent"),
    Case(
        "two services",
        kit.role(
            assumeRolePolicy=kit.document(
                kit.trust_statement(Principal={"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]})
            )
        ),
        expect="ec2",
    ),
    Case("itself, where no user is", u.role(u.own_session(), declared=u.NEVER), kit.context(u.NEVER), expect="root"),
    Case("another role beside it", u.role(_OTHERS), kit.context(u.AGENT), expect=":root"),
    Case(
        "the whole account beside it", u.role({**_OTHERS, "Condition": kit.LOCK}), kit.context(u.AGENT), expect="root"
    ),
    Case("a person beside it", _two(kit.trust_statement(Principal={"AWS": "111122223333"})), expect="AWS:111122223333"),
]
NEAR_MISS = [
    Case("two statements for one pod", _two(kit.trust_statement(Action="sts:TagSession"))),
    Case("a deny for somebody else", _two(kit.trust_statement(Effect="Deny", Principal={"AWS": "111122223333"}))),
    Case("nobody", kit.role(assumeRolePolicy=kit.document(kit.trust_statement(Effect="Deny", Principal="*")))),
]
UNKNOWN = [Case("an unknown trust policy", kit.role(assumeRolePolicy=kit.UNKNOWN), expect="assumeRolePolicy")]
