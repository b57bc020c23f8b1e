"""Fixtures of NHI-CRD-202."""

from nhi_policies.view import types as t

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-202"

_STORED = e.context(e.agent(**e.STORED))
_SOON = e.context(e.agent(**{**e.STORED, "credential.expires": "2026-11-15T00:00:00Z"}))


def _certificate(**inputs: object) -> object:
    return e.below(t.ENTRA_APPLICATION_CERTIFICATE, "applicationId", e.application(), "certificate", inputs)


GOOD = [Case("within its rotation", e.password(), _STORED)]
BAD = [
    Case("no end", e.password(endDate=...), _STORED, expect="no end"),
    Case(
        "an end that counts from its making", e.password(endDate=..., endDateRelative="240h"), _STORED, expect="counts"
    ),
    Case("a day without a zone", e.password(endDate="2026-11-30"), _STORED, expect="malformed"),
    Case("after the agent's end", e.password(), _SOON, expect="after the agent's end date 2026-11-15"),
    Case("longer than its rotation", e.password(endDate="2026-12-24T00:00:00Z"), _STORED, expect="30 days"),
    Case(
        "by hand, longer than any tier", e.by_hand(e.password(endDate="2027-03-01T00:00:00Z")), _STORED, expect="long"
    ),
    Case("no next one", e.password(rotateWhenChanged=...), _STORED, expect="rotation"),
    Case("a certificate without end", _certificate(), _STORED, expect="no end"),
]
NEAR_MISS = [
    Case("the last moment", e.password(endDate="2026-12-01T00:00:00Z"), _STORED),
    Case("in another zone", e.password(endDate="2026-12-01T01:00:00+01:00"), _STORED),
    Case("a certificate, which has no window", _certificate(endDate="2026-11-30T00:00:00Z"), _STORED),
    Case("a stack without agents", e.by_hand(e.password(endDate=...)), e.context(agents={})),
]
UNKNOWN = [
    Case("an unknown end", e.password(endDate=kit.UNKNOWN), _STORED, expect="endDate"),
    Case("an unknown window", e.password(rotateWhenChanged=kit.UNKNOWN), _STORED, expect="rotateWhenChanged"),
]
