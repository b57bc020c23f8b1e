"""Fixtures of NHI-CRD-201."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-201"

_STORED = e.context(e.agent(**e.STORED))

GOOD = [Case("a password of a service", e.by_hand(e.password()), _STORED)]
BAD = [
    Case("a good password", e.password(), _STORED, expect="exception"),
    Case("one that no file brings", e.password(), e.context(), expect="exception"),
]
NEAR_MISS = [Case("a stack without agents", e.by_hand(e.password()), e.context(agents={}))]
UNKNOWN = [Case("a password of which nothing is known", e.password(endDate=kit.UNKNOWN), _STORED, expect="exception")]
