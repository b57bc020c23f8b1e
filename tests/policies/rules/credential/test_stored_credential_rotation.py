"""Fixtures of NHI-CRD-003."""

from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-003"

_STORED = {"credential.type": "oauth2_client_credentials"}
GOOD = [Case("rotated monthly", kit.agent(**_STORED, **{"credential.rotation_days": 30}))]
BAD = [
    Case("91 days", kit.agent(**_STORED, **{"credential.rotation_days": 91}), expect="every 91 days"),
    Case("never", kit.agent(**_STORED), expect="never rotated"),
    Case("91 days without a stored secret", kit.agent(**{"credential.rotation_days": 91}), expect="every 91 days"),
]
NEAR_MISS = [
    Case("90 days", kit.agent(**_STORED, **{"credential.rotation_days": 90})),
    Case("nothing stored", kit.agent()),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
