"""Fixtures of NHI-DEL-104."""

from collections.abc import Mapping
from typing import Any

from policies import kit
from policies.delegation_kit import READS, fleet, told
from policies.kit import Case

RULE = "NHI-DEL-104"

_READ = kit.statement("s3:GetObject", "arn:aws:s3:::handbook/public/*")
_LEDGER = kit.statement("s3:GetObject", "arn:aws:s3:::ledger/2026/*")
_BOTH = {"data_access": [*READS, {"scope": "ledger", "access": "read"}]}


def case(
    name: str, *statements: Mapping[str, Any], expect: str = "", to: str = "middle", fields: Any = None, **changes: Any
) -> Case:
    """The policy that narrows a session of `middle` to what `origin` hands on."""
    agents = fleet(**changes)
    made = kit.policy(*statements, declared=agents["origin"], suffix=f"to-{to}", **(fields or {}))
    return Case(name, made, told(agents), expect=expect)


GOOD = [
    case("what the caller reads", _READ),
    case("nothing at all", {"Effect": "Deny", "Action": "*", "Resource": "*"}),
    case("both of two", _READ, _LEDGER, origin=_BOTH),
]
BAD = [
    case("more than the caller reads", _READ, _LEDGER, expect="arn:aws:s3:::ledger/2026/"),
    case("another action", kit.statement("s3:PutObject", "arn:aws:s3:::handbook/public/*"), expect="s3:putobject"),
    case(
        "no end", kit.statement("s3:GetObject", "arn:aws:s3:::handbook/public/*", condition=None), expect="may not hand"
    ),
    case(
        "longer than the callee lives",
        _READ,
        middle={"credential.expires": "2027-01-01T00:00:00Z"},
        expect="2027-01-01T00:00:00Z",
    ),
    case(
        "what the scope leaves out",
        _READ,
        _LEDGER,
        origin={**_BOTH, "delegation.scope": {"data_access": READS}},
        expect="arn:aws:s3:::ledger/2026/",
    ),
    case("everything but one", kit.statement(Action=..., NotAction="iam:*"), expect="may not hand on to middle"),
]
NEAR_MISS = [
    case("another policy of the agent", _LEDGER, to="nobody"),
    case("an edge of a stopped agent", _LEDGER, middle={"state": "suspended"}),
]
UNKNOWN = [
    case("a document that is not known", fields={"policy": kit.UNKNOWN}, expect="policy"),
    case("a name that is not known", fields={"name": kit.UNKNOWN}, expect="name"),
]
