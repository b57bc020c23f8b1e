"""Fixtures of NHI-CRD-011."""

from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-011"

_THREE = kit.agent(risk_tier=3)
_ROLE = "arn:aws:iam::111122223333:role/agents/acme-support-agent"


def _profile(**inputs: object) -> object:
    return kit.resource("aws:rolesanywhere/profile:Profile", "x", {"name": "x", "roleArns": [_ROLE], **inputs})


GOOD = [Case("one hour", kit.role()), Case("a profile of half an hour", _profile(durationSeconds=1800))]
BAD = [
    Case("twelve hours at tier 2", kit.role(maxSessionDuration=43200), expect="43200"),
    Case("over an hour at tier 3", kit.role(_THREE, maxSessionDuration=3601), kit.context(_THREE), expect="1800"),
    Case("a profile over 30 minutes at tier 3", _profile(durationSeconds=1801), kit.context(_THREE), expect="1801"),
    Case("a profile's default hour at tier 3", _profile(), kit.context(_THREE), expect="3600"),
]
NEAR_MISS = [
    Case("the hour that a role cannot go below at tier 3", kit.role(_THREE), kit.context(_THREE)),
    Case("no number, which means one hour", kit.role(_THREE, maxSessionDuration=...), kit.context(_THREE)),
    Case("the ceiling itself", kit.role(maxSessionDuration=14400)),
    Case("a long session of nobody's", kit.role(name="web", path="/", tags={}, maxSessionDuration=43200)),
]
UNKNOWN = [Case("an unknown duration", kit.role(maxSessionDuration=kit.UNKNOWN), expect="maxSessionDuration")]
