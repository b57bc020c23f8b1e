"""Fixtures of NHI-PRM-306."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-306"

_KEYS = "iam.googleapis.com/serviceAccountKeys.create"
_WHO = f"principal://iam.googleapis.com/projects/-/serviceAccounts/{g.email()}"
_ONE = g.context(g.AGENT)
_ALL = [one for rule in g.deny_policy().inputs["rules"] for one in rule["denyRule"]["deniedPermissions"]]
_MEMBER = g.member(member=g.engine())

GOOD = [
    Case("every denied permission", [g.account(), g.deny_policy()], _ONE),
    Case(
        "of an Agent Engine",
        [_MEMBER, g.deny_policy(deniedPrincipals=[g.engine()])],
        g.context(g.ON_ENGINE),
    ),
]
BAD = [
    Case("no deny policy", [g.account()], _ONE, _KEYS),
    Case("for an agent with members only", [g.role(), g.member()], _ONE, _KEYS),
    Case(
        "one permission less",
        [g.account(), g.deny_policy(permissions=[one for one in _ALL if one != _KEYS])],
        _ONE,
        _KEYS,
    ),
    Case("another agent's", [g.account(), g.deny_policy(g.OTHER)], _ONE, _KEYS),
    Case("the agent excepted", [g.account(), g.deny_policy(exceptionPrincipals=[_WHO])], _ONE, _KEYS),
    Case(
        "everybody excepted",
        [g.account(), g.deny_policy(exceptionPrincipals=["principalSet://goog/public:all"])],
        _ONE,
        _KEYS,
    ),
    Case("a permission excepted", [g.account(), g.deny_policy(exceptionPermissions=[_KEYS])], _ONE, _KEYS),
    Case(
        "under a condition",
        [g.account(), g.deny_policy(denialCondition={"expression": "resource.hasTagKey('x')"})],
        _ONE,
        _KEYS,
    ),
    Case(
        "on another project",
        [g.account(), kit.altered(g.deny_policy(), parent="cloudresourcemanager.googleapis.com%2Fprojects%2Fother")],
        _ONE,
        _KEYS,
    ),
    Case("a stopped agent", [g.account(g.STOPPED)], g.context(g.STOPPED), _KEYS),
    Case("an engine without one", [_MEMBER], g.context(g.ON_ENGINE), _KEYS),
]
NEAR_MISS = [
    Case("everybody denied", [g.account(), g.deny_policy(deniedPrincipals=["principalSet://goog/public:all"])], _ONE),
    Case(
        "a pattern of the same",
        [g.account(), g.deny_policy(permissions=[*_ALL[1:], "iam.googleapis.com/serviceAccountKeys.*"])],
        _ONE,
    ),
    Case(
        "somebody else excepted",
        [g.account(), g.deny_policy(exceptionPrincipals=["principal://goog/subject/a@example.com"])],
        _ONE,
    ),
    Case(
        "on the organization",
        [
            g.account(),
            kit.altered(g.deny_policy(), parent="cloudresourcemanager.googleapis.com%2Forganizations%2F998877665544"),
        ],
        _ONE,
    ),
    Case("an agent that denies nothing", [g.account()], g.context(g.agent(denied_actions=[], data_access=[]))),
    Case("an agent that is not here", [g.raw_account()], _ONE),
]
UNKNOWN = [
    Case("rules that are not known", [g.account(), kit.altered(g.deny_policy(), rules=kit.UNKNOWN)], _ONE, "rules"),
    Case("whom it denies is not known", [g.account(), g.deny_policy(deniedPrincipals=[kit.UNKNOWN])], _ONE, "rules"),
    Case(
        "where it holds is not known", [g.account(), kit.altered(g.deny_policy(), parent=kit.UNKNOWN)], _ONE, "parent"
    ),
]
