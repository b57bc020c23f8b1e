"""Fixtures of NHI-DEL-010."""

from policies.delegation_kit import READS, case
from policies.kit import Case

RULE = "NHI-DEL-010"

_LEDGER = {"data_access": [*READS, {"scope": "ledger", "access": "read"}]}
_ENDS = {"data_access": [{**READS[0], "expires": "2027-01-01T00:00:00Z"}]}
_NARROW = {"delegation.scope": {"data_access": [], "allowed_actions": []}}

GOOD = [case("everybody reads the same")]
BAD = [
    case("the first delegate reads more", middle=_LEDGER, expect="over origin -> middle middle may s3:getobject on"),
    case(
        "the second delegate reads more",
        end=_LEDGER,
        middle=_LEDGER,
        expect="over origin -> middle -> end end may s3:getobject on arn:aws:s3:::ledger/2026/",
    ),
    case("the delegate keeps it longer", origin=_ENDS, expect="aws:currenttime 2027-01-01T00:00:00Z"),
    case("a scope leaves out what the delegate has", origin=_NARROW, expect="origin may not hand that on"),
    case(
        "the delegate needs no user where the delegator does",
        origin={"acts_on_behalf": "required"},
        expect="without identitystore:userid",
    ),
    case(
        "what a delegator is denied",
        origin={"data_access": [*READS, {"scope": "ledger", "access": "none"}]},
        middle=_LEDGER,
        expect="arn:aws:s3:::ledger",
    ),
]
NEAR_MISS = [
    case("an agent that calls nobody", "end", end=_LEDGER),
    case("the delegator has more", origin=_LEDGER),
    case("the second delegate's excess is the nearer one's finding", end=_LEDGER),
    case("beyond the limit nothing is reached", origin={"delegation.max_depth": 1}, middle={}, end=_LEDGER),
    case(
        "both need a user",
        **{name: {"acts_on_behalf": "required"} for name in ("origin", "middle", "end")},
    ),
    case("the delegate ends earlier", middle=_ENDS, end=_ENDS),
    case("a delegate without consent", middle={**_LEDGER, "delegation.accepts_from": []}),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
