"""Fixtures of NHI-CLS-011."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-CLS-011"

_TENANT = e.context()
_ENDED = kit.agent(**{"credential.expires": "2026-08-11T00:00:00Z"})

GOOD = [
    Case("every fact as declared", kit.role()),
    Case("an application's", e.application(), _TENANT),
    Case("a service principal's", e.principal(), _TENANT),
]
BAD = [
    Case("no tags at all in the agents' path", kit.role(name="by-hand", tags=...), expect="agents' path"),
    Case("no purpose", kit.role(tags=kit.tags(purpose=...)), expect="tag::purpose"),
    Case("an empty team", kit.role(tags=kit.tags(owner_team="")), expect="tag::owner-team"),
    Case("a lower tier than declared", kit.role(tags=kit.tags(risk_tier="1")), expect="value::risk-tier"),
    Case("a later end than declared", kit.role(tags=kit.tags(expires="2030-01-01T00:00:00Z")), expect="value::expires"),
    Case("active after its end", kit.role(_ENDED), kit.context(_ENDED), expect="value::state"),
    Case("an application of the agent's name", e.application(tags=..., notes=...), _TENANT, expect="tag::class"),
    Case("a principal of a lower tier", e.principal(tags=e.lines(risk_tier="1")), _TENANT, expect="value::risk-tier"),
]
NEAR_MISS = [
    Case("a role of nobody's", kit.role(name="web", path="/", tags=...)),
    Case(
        "a value in the platform's letters",
        kit.role(kit.agent(purpose="Drafts (short) replies")),
        kit.context(kit.agent(purpose="Drafts (short) replies")),
    ),
    Case("an application of nobody's", e.application(displayName="shop", tags=..., notes=...), _TENANT),
    Case("said in the notes only", e.application(tags=...), _TENANT),
    Case("more tags than the facts", kit.role(tags={**kit.tags(), "cost-centre": "42"})),
]
UNKNOWN = [
    Case("unknown tags", kit.role(tags=kit.UNKNOWN), expect="tags"),
    Case("unknown tags of an application", e.application(tags=kit.UNKNOWN), _TENANT, expect="tags"),
    Case("one unknown tag", kit.role(tags=kit.tags(sponsor=kit.UNKNOWN)), expect="sponsor"),
]
