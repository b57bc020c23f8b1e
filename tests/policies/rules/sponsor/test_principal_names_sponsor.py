"""Fixtures of NHI-SPN-010."""

from policies import entra_kit as e
from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-SPN-010"

_TENANT = e.context()


def _account(**facts: object) -> object:
    return g.account(description=g.description(**facts))


GOOD = [
    Case("a person", kit.role()),
    Case("an application's", e.application(), _TENANT),
    Case("a service principal's", e.principal(), _TENANT),
    Case("a person on Google Cloud", _account(), g.context()),
]
BAD = [
    Case("no sponsor", kit.role(tags=kit.tags(sponsor=...)), expect="missing"),
    Case("an empty sponsor", kit.role(tags=kit.tags(sponsor=" ")), expect="missing"),
    Case("a shared mailbox", kit.role(tags=kit.tags(sponsor="platform-team@example.com")), expect="shared mailbox"),
    Case("no sponsor on Google Cloud", _account(sponsor=...), g.context(), "missing"),
    Case("no description", g.account(description=...), g.context(), "missing"),
    Case("a mailbox on Google Cloud", _account(sponsor="platform-team@example.com"), g.context(), "shared mailbox"),
    Case("an agent", kit.role(tags=kit.tags(sponsor="support-agent@example.com")), expect="agent's own"),
    Case("a shared mailbox of an application", e.application(tags=e.lines(sponsor="hr@example.com")), _TENANT),
    Case("none", e.principal(tags=e.lines(sponsor=...), notes="by hand"), _TENANT, expect="missing"),
    Case("in tags that no portal shows", e.application(notes=...), _TENANT, expect="notes"),
    Case("another one in the notes", e.principal(notes="nhi:sponsor=mira.novak@example.com"), _TENANT, expect="notes"),
]
NEAR_MISS = [
    Case("a person whose name looks like a mailbox", kit.role(tags=kit.tags(sponsor="info.sorensen@example.com"))),
    Case("an account of nobody's", g.raw_account(), g.context()),
    Case("in the notes only, which a portal shows", e.application(tags=["nhi:agent-id=people-agent"]), _TENANT),
    Case("a role of nobody's", kit.role(name="web", path="/", tags={"team": "web"})),
]
UNKNOWN = [
    Case("an unknown sponsor", kit.role(tags=kit.tags(sponsor=kit.UNKNOWN)), expect="sponsor"),
    Case("an unknown description", g.account(description=kit.UNKNOWN), g.context(), "description"),
    Case("unknown notes", e.application(notes=kit.UNKNOWN), _TENANT, expect="notes"),
]
