"""Fixtures of NHI-USR-011."""

from policies import kit
from policies import user_kit as u
from policies.kit import Case

RULE = "NHI-USR-011"

_CONTEXT = kit.context(u.AGENT)
_NEVER = kit.context(u.NEVER)
_PERSON = {
    **u.SET_OWN,
    "Principal": {"AWS": f"arn:aws:iam::{kit.ACCOUNT}:role/debug"},
    "Condition": {**u.PROVIDED, **kit.LOCK},
}
_ANY = u.own_session("sts:SetContext")
_OTHER = u.own_session(
    "sts:SetContext",
    **{
        "ForAllValues:ArnEquals": {"sts:RequestContextProviders": ["arn:aws:iam::aws:contextProvider/Other"]},
        "Null": {"sts:RequestContextProviders": "false"},
    },
)
_NONE_AS_WELL = u.own_session(
    "sts:SetContext", **{"ForAllValues:ArnEquals": {"sts:RequestContextProviders": [u.PROVIDER]}}
)
_SERVICE = kit.trust_statement(Action=["sts:AssumeRole", "sts:TagSession", "sts:SetContext"])

GOOD = [
    Case("the role itself, by the named provider", u.role(u.own_session(), u.SET_OWN), _CONTEXT),
    Case("nobody", u.role(declared=u.NEVER), _NEVER),
]
BAD = [
    Case("a person", u.role(_PERSON), _CONTEXT, expect="sts:SetContext"),
    Case("the service that lets it in", kit.role(u.AGENT, assumeRolePolicy=kit.document(_SERVICE)), _CONTEXT),
    Case("any provider", u.role(_ANY), _CONTEXT, expect="no provider"),
    Case("another provider", u.role(_OTHER), _CONTEXT, expect="contextProvider/Other"),
    Case("no provider at all", u.role(_NONE_AS_WELL), _CONTEXT, expect="without sts:RequestContextProviders"),
    Case("a wildcard", u.role(u.own_session("sts:Set*")), _CONTEXT, expect="sts:SetContext"),
    Case("one that acts for nobody", u.role(u.SET_OWN, declared=u.NEVER), _NEVER, expect="acts for no user"),
    Case(
        "an environment that names no provider",
        u.role(u.SET_OWN),
        kit.context(kit.agent(acts_on_behalf="required")),
        expect="no provider",
    ),
]
NEAR_MISS = [
    Case("its own session without a user", u.role(u.own_session()), _CONTEXT),
    Case("one that may act for users", u.role(u.SET_OWN, declared=u.OPTIONAL), kit.context(u.OPTIONAL)),
    Case("a denial", u.role({**_ANY, "Effect": "Deny"}), _NEVER),
    Case("a role of nobody's", kit.role(name="web", path="/", tags={}), _CONTEXT),
]
UNKNOWN = [
    Case("an unknown trust policy", kit.role(u.AGENT, assumeRolePolicy=kit.UNKNOWN), _CONTEXT, expect="assumeRole"),
]
