"""Fixtures of NHI-GAT-002."""

from policies import kit
from policies.kit import Case

RULE = "NHI-GAT-002"

GOOD = [Case("the gate's pinned clock", kit.component())]
BAD = [
    Case("a clock set back", kit.component(pinnedClock="2026-01-01T00:00:00Z"), expect="differ"),
    Case("a clock that the gate does not pin", kit.component(), kit.context(pinned=None), "gate"),
    Case("the real time in a pinned stack", kit.component(pinnedClock=...), expect="program"),
]
NEAR_MISS = [
    Case("the same moment in another zone", kit.component(pinnedClock="2026-11-01T01:00:00+01:00")),
    Case("no clock in either place", kit.component(pinnedClock=...), kit.context(pinned=None)),
]
UNKNOWN = [
    Case("an unknown clock", kit.component(pinnedClock=kit.UNKNOWN), expect="pinnedClock"),
    Case("a clock without a zone", kit.component(pinnedClock="2026-11-01T00:00:00"), expect="zone"),
]
