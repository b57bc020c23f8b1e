"""Fixtures of NHI-CLS-300."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-CLS-300"

_TWO = g.agent(instances=["north", "south"])
_LONG = g.agent(purpose="Drafts replies to support tickets " * 6)

GOOD = [
    Case("as the component writes it", g.account(), g.context()),
    Case("a custom role", g.role(), g.context()),
    Case("of an instance", g.account(_TWO, "north"), g.context(_TWO)),
]
BAD = [
    Case("no description", g.account(description=...), g.context(), "sponsor"),
    Case("a description of one's own", g.account(description="Answers tickets"), g.context(), "class::missing"),
    Case("no sponsor", g.account(description=g.description(sponsor=...)), g.context(), "sponsor::missing"),
    Case("a role without a description", g.role(description=...), g.context(), "class::missing"),
    Case("a role of a lower tier", g.role(description=g.description(risk_tier="1")), g.context(), "risk-tier::differs"),
    Case("a lower tier", g.account(description=g.description(risk_tier="1")), g.context(), "risk-tier::differs"),
    Case("another state", g.account(description=g.description(state="suspended")), g.context(), "state::differs"),
    Case("another end", g.account(description=g.description(expires="2030-01-01T00:00:00Z")), g.context(), "expires"),
    Case(
        "an instance that does not say which",
        g.account(_TWO, "north", description=g.description(_TWO)),
        g.context(_TWO),
        "instance::missing",
    ),
]
NEAR_MISS = [
    Case("a purpose that is cut short as the component does", g.account(_LONG), g.context(_LONG)),
    Case("somebody else's role", g.raw_role("storage.objects.get"), g.context()),
    Case("somebody else's account without a description", g.raw_account(), g.context()),
    Case("the agent's id in another project", g.account(project="acme-other-1", description=...), g.context()),
]
UNKNOWN = [Case("a description that is not known", g.account(description=kit.UNKNOWN), g.context(), "description")]
