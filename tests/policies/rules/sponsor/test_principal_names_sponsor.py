"""Fixtures of NHI-SPN-010."""

from policies import kit
from policies.kit import Case

RULE = "NHI-SPN-010"

GOOD = [Case("a person", kit.role())]
BAD = [
    Case("no sponsor", kit.role(tags=kit.tags(sponsor=...)), expect="missing"),
    Case("an empty sponsor", kit.role(tags=kit.tags(sponsor=" ")), expect="missing"),
    Case("a shared mailbox", kit.role(tags=kit.tags(sponsor="platform-team@example.com")), expect="shared mailbox"),
    Case("an agent", kit.role(tags=kit.tags(sponsor="support-agent@example.com")), expect="agent's own"),
]
NEAR_MISS = [
    Case("a person whose name looks like a mailbox", kit.role(tags=kit.tags(sponsor="info.sorensen@example.com"))),
    Case("a role of nobody's", kit.role(name="web", path="/", tags={"team": "web"})),
]
UNKNOWN = [Case("an unknown sponsor", kit.role(tags=kit.tags(sponsor=kit.UNKNOWN)), expect="sponsor")]
