"""Fixtures of NHI-DEL-008."""

from policies.delegation_kit import READS, case
from policies.kit import Case

RULE = "NHI-DEL-008"


def _scope(*access: dict[str, str], **own: object) -> dict[str, object]:
    return {"delegation.scope": {"data_access": list(access)}, **own}


_READ = {"scope": "handbook", "access": "read"}
_ENDS = {"data_access": [{**_READ, "expires": "2027-01-01T00:00:00Z"}]}

GOOD = [case("what the agent has itself", origin=_scope(_READ))]
BAD = [
    case("write where it reads", origin=_scope({**_READ, "access": "write"}), expect="may not s3:"),
    case("a scope that it lacks", origin=_scope({"scope": "ledger", "access": "read"}), expect="ledger"),
    case("a word that nobody knows", origin=_scope({"scope": "handbok", "access": "read"}), expect="'handbok'"),
    case(
        "an end after its own",
        origin=_scope({**_READ, "expires": "2027-02-01T00:00:00Z"}, **_ENDS),
        expect="aws:currenttime 2027-01-01",
    ),
]
NEAR_MISS = [
    case("no scope"),
    case("the same end", origin=_scope({**_READ, "expires": "2027-01-01T00:00:00Z"}, **_ENDS)),
    case("without an end it ends with the agent's own", origin=_scope(_READ, **_ENDS)),
    case("read where it writes", origin=_scope(_READ, data_access=[{**READS[0], "access": "write"}, *READS])),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
