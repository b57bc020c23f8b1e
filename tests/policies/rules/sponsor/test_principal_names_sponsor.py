"""Fixtures of NHI-SPN-010."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-SPN-010"


def _account(**facts: object) -> object:
    return g.account(description=g.description(**facts))


GOOD = [Case("a person", kit.role()), Case("a person on Google Cloud", _account(), g.context())]
BAD = [
    Case("no sponsor", kit.role(tags=kit.tags(sponsor=...)), expect="missing"),
    Case("an empty sponsor", kit.role(tags=kit.tags(sponsor=" ")), expect="missing"),
    Case("a shared mailbox", kit.role(tags=kit.tags(sponsor="platform-team@example.com")), expect="shared mailbox"),
    Case("no sponsor on Google Cloud", _account(sponsor=...), g.context(), "missing"),
    Case("no description", g.account(description=...), g.context(), "missing"),
    Case("a mailbox on Google Cloud", _account(sponsor="platform-team@example.com"), g.context(), "shared mailbox"),
    Case("an agent", kit.role(tags=kit.tags(sponsor="support-agent@example.com")), expect="agent's own"),
]
NEAR_MISS = [
    Case("a person whose name looks like a mailbox", kit.role(tags=kit.tags(sponsor="info.sorensen@example.com"))),
    Case("an account of nobody's", g.raw_account(), g.context()),
    Case("a role of nobody's", kit.role(name="web", path="/", tags={"team": "web"})),
]
UNKNOWN = [
    Case("an unknown sponsor", kit.role(tags=kit.tags(sponsor=kit.UNKNOWN)), expect="sponsor"),
    Case("an unknown description", g.account(description=kit.UNKNOWN), g.context(), "description"),
]
