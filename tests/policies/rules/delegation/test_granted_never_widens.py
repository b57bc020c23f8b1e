"""Fixtures of NHI-DEL-103."""

from collections.abc import Mapping
from typing import Any

from policies import kit
from policies.delegation_kit import CHAIN, READS, fleet, told
from policies.kit import ACCOUNT, Case

RULE = "NHI-DEL-103"

_READ = kit.statement("s3:GetObject", "arn:aws:s3:::handbook/public/*")
_LEDGER = kit.statement("s3:GetObject", "arn:aws:s3:::ledger/2026/*")
_DENIED = kit.statement("s3:GetObject", "*", effect="Deny", condition=None)
_WRITES = {"data_access": [*READS, {"scope": "ledger", "access": "read"}]}
_STORED = {"credential.type": "oauth2_client_credentials", "credential.rotation_days": 30}
_SECRET = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme-end-credential-??????"


def case(
    name: str,
    *statements: Mapping[str, Any],
    agent: str = "end",
    expect: str = "",
    policy: Any = None,
    edges: tuple[str, ...] = CHAIN,
    **changes: Mapping[str, Any],
) -> Case:
    """The role of the last delegate, with these statements in one attached policy."""
    agents = fleet(edges, **changes)
    one = agents[agent]
    made = kit.policy(*statements, declared=one, **({"policy": policy} if policy is not None else {}))
    return Case(name, [kit.role(one), made, kit.attachment(one, made)], told(agents), expect=expect)


GOOD = [
    case("what everybody reads", _READ),
    case(
        "what everybody reads, and its own edge",
        _READ,
        kit.statement("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/agents/acme-end"),
        agent="middle",
    ),
    case("its own secret", _READ, kit.statement("secretsmanager:GetSecretValue", _SECRET), end=_STORED),
]
BAD = [
    case(
        "more at the second hop",
        _READ,
        _LEDGER,
        expect="over middle -> end end may s3:getobject on arn:aws:s3:::ledger/2026/",
    ),
    case(
        "more than the first of the chain", _LEDGER, middle=_WRITES, expect="over origin -> middle -> end end may s3:"
    ),
    case("a wildcard", kit.statement("*", "*"), expect="by statement 1 of acme-end-grants-1"),
    case(
        "what the delegator is denied",
        kit.statement("s3:PutObject", "arn:aws:s3:::handbook/public/*"),
        expect="s3:putobject",
    ),
    case("an edge that nobody declared", _READ, kit.statement("sts:AssumeRole", "*"), expect="sts:assumerole"),
    case("everything but one", kit.statement(**{"Action": ..., "NotAction": "iam:*"}), expect="over middle -> end"),
]
NEAR_MISS = [
    case("an agent that takes no work", _LEDGER, agent="origin"),
    case("the file says so already", _READ, _LEDGER, end=_WRITES),
    case("a denial", _READ, {**_LEDGER, "Effect": "Deny"}),
    case(
        "an allow that a denial takes away", _LEDGER, kit.statement("s3:GetObject", "*", effect="Deny", condition=None)
    ),
    case("less than it may", kit.statement("s3:GetObject", "arn:aws:s3:::handbook/public/one")),
]
UNKNOWN = [case("a policy that is not known", policy=kit.UNKNOWN, expect="policy")]
