"""Fixtures of NHI-DEL-101."""

from typing import Any

from policies import kit
from policies import user_kit as u
from policies.delegation_kit import CHAIN, fleet, told
from policies.kit import ACCOUNT, END, Case

RULE = "NHI-DEL-101"

_ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def _arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/agents/acme-{name}"


def _hop(hops: int = 1, caller: str = "middle", **changes: Any) -> dict[str, Any]:
    """The statement that lets `middle` into `end` after so many hops; changes by dotted key."""
    own = f"nhi:hop-{hops}"
    whole: dict[str, Any] = {
        "Principal": {"AWS": _ROOT},
        "Condition": {
            "StringEquals": {
                "aws:PrincipalArn": _arn(caller),
                f"aws:RequestTag/{own}": caller,
                **({"aws:PrincipalTag/nhi:hop-1": "origin"} if hops == 2 else {}),
            },
            "ForAllValues:StringEquals": {"aws:TagKeys": [f"nhi:hop-{hop}" for hop in range(1, hops + 1)]},
            "ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": own},
            "DateLessThan": {"aws:CurrentTime": END},
        },
    }
    return kit.trust_statement(**{**whole, **changes})


def case(name: str, *hops: dict[str, Any], expect: str = "", edges: tuple[str, ...] = CHAIN, **changes: Any) -> Case:
    """The role of `end` with these statements beside that of its own workload."""
    agents = fleet(edges, **changes)
    one = agents["end"]
    trust = kit.document(kit.trust_statement(one), *hops)
    return Case(name, kit.role(one, assumeRolePolicy=trust), told(agents), expect=expect)


_MERGED = _hop(**{"Condition.StringEquals": {"aws:PrincipalArn": [_arn("middle"), _arn("other")]}})

GOOD = [
    case("each number of hops", _hop(1), _hop(2)),
    case("the caller as a principal", _hop(Principal={"AWS": _arn("middle")})),
    case("fewer than may be", _hop(2)),
]
BAD = [
    case(
        "a caller that the callee does not accept", _hop(), end={"delegation.accepts_from": []}, expect="takes no work"
    ),
    case("a caller that names no such target", _hop(1, "origin"), expect="does not hand work to end"),
    case("a stopped caller", _hop(), middle={"state": "suspended"}, expect="one of the two is stopped"),
    case(
        "the whole account",
        _hop(**{"Condition.StringEquals.aws:PrincipalArn": ...}),
        expect="every principal of the account",
    ),
    case("a role of nobody", _hop(**{"Condition.StringEquals": {"aws:PrincipalArn": _arn("ops")}}), expect="no agent"),
    case("two callers in one", _MERGED, edges=(*CHAIN, "other>end"), expect="middle and other together"),
    case(
        "no tag of the hop",
        _hop(**{"Condition.StringEquals": {"aws:PrincipalArn": _arn("middle")}}),
        expect="nothing bounds how far",
    ),
    case("a hop too many", _hop(3), expect="more than 2"),
    case(
        "another's name in the tag", _hop(**{"Condition.StringEquals.aws:RequestTag/nhi:hop-1": "origin"}), expect="own"
    ),
    case("anybody before", _hop(2, **{"Condition.StringEquals.aws:PrincipalTag/nhi:hop-1": ...}), expect="only origin"),
    case(
        "somebody else before",
        _hop(2, **{"Condition.StringEquals.aws:PrincipalTag/nhi:hop-1": ["origin", "end"]}),
        expect="only origin",
    ),
    Case("itself, where no user is", u.role(u.own_session(), declared=u.NEVER), kit.context(u.NEVER), "hand work"),
    case("any session tag", _hop(**{"Condition.ForAllValues:StringEquals": ...}), expect="session tags of its own"),
    case("a tag that is not transitive", _hop(**{"Condition.ForAnyValue:StringEquals": ...}), expect="not transitive"),
    case(
        "a tag that need not be transitive",
        _hop(
            **{
                "Condition.ForAnyValue:StringEquals": ...,
                "Condition.ForAllValues:StringEquals.sts:TransitiveTagKeys": "nhi:hop-1",
            }
        ),
        expect="not transitive",
    ),
    case("for ever", _hop(**{"Condition.DateLessThan": ...}), expect="beyond 2027-03-31"),
    case(
        "longer than the caller lives",
        _hop(),
        middle={"credential.expires": "2027-01-01T00:00:00Z"},
        expect="beyond 2027-01-01",
    ),
    case("another action", _hop(Action=["sts:AssumeRole", "sts:SetSourceIdentity"]), expect="sts:setsourceidentity"),
    case("every action but one", _hop(Action=..., NotAction="sts:TagSession"), expect="all actions"),
    case(
        "a callee that is called and not assumed",
        _hop(),
        end={"credential.workload": {"kind": "lambda", "function": "end"}},
        expect="called by its callers",
    ),
    case(
        "a stopped instance of the caller",
        _hop(**{"Condition.StringEquals.aws:PrincipalArn": _arn("middle--green")}),
        middle={"instances": {"blue": "active", "green": "suspended"}},
        expect="instance green",
    ),
]
NEAR_MISS = [
    Case("the role itself, for a session with a user", u.role(u.own_session(), u.SET_OWN), kit.context(u.AGENT)),
    case("only its own workload"),
    case("a denial", {**_hop(), "Effect": "Deny"}, end={"delegation.accepts_from": []}),
    case("another account is another rule's", _hop(Principal={"AWS": "arn:aws:iam::999988887777:root"})),
]
UNKNOWN = [
    Case("an unknown trust policy", kit.role(assumeRolePolicy=kit.UNKNOWN), expect="assumeRolePolicy"),
    case("a date that is none", _hop(**{"Condition.DateLessThan.aws:CurrentTime": "soon"}), expect="date"),
]
