"""Fixtures of NHI-STA-010."""

from policies import kit
from policies.kit import Case

RULE = "NHI-STA-010"
_PAST = "2026-08-11T00:00:00Z"

GOOD = [Case("an end date ahead", kit.agent())]
BAD = [
    Case("a credential that ended", kit.agent(**{"credential.expires": _PAST}), expect="credential.expires"),
    Case("access that ended", kit.agent(access={"expires": _PAST}), expect="access.expires"),
    Case(
        "a sponsor who left in spring", kit.agent(**{"sponsor.departed_on": "2026-04-01T00:00:00Z"}), expect="departed"
    ),
]
NEAR_MISS = [
    Case("an agent that is suspended anyway", kit.agent(state="suspended", **{"credential.expires": _PAST})),
    Case("a sponsor who left on Friday", kit.agent(**{"sponsor.departed_on": "2026-10-30T00:00:00Z"})),
    Case("no end at all is another rule's finding", kit.agent(**{"credential.expires": ...})),
]
UNKNOWN: list[Case] = []
