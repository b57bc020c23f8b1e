"""Fixtures of NHI-CRD-301."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-301"

_CONTEXT = g.context(g.STORED)

GOOD = [Case("every 30 days, and a topic is told", g.secret(), _CONTEXT)]
BAD = [
    Case("no rotation", g.secret(rotation=...), _CONTEXT, "never due"),
    Case("every 180 days", g.secret(**{"rotation.rotationPeriod": "15552000s"}), _CONTEXT, "180 days"),
    Case("nobody is told", g.secret(topics=[]), _CONTEXT, "topics"),
    Case("by its name alone", g.secret(labels=..., rotation=...), _CONTEXT, "missing"),
    Case(
        "a regional one",
        kit.resource(
            "gcp:secretmanager/regionalSecret:RegionalSecret", "r", {"secretId": "acme-support-agent-credential"}
        ),
        _CONTEXT,
        "missing",
    ),
]
NEAR_MISS = [
    Case("an hour less", g.secret(**{"rotation.rotationPeriod": "2588400s"}), _CONTEXT),
    Case("nobody's secret", g.secret(secretId="web", labels=..., rotation=...), _CONTEXT),
]
UNKNOWN = [
    Case("a period that is not known", g.secret(**{"rotation.rotationPeriod": kit.UNKNOWN}), _CONTEXT, "rotation"),
    Case("a period that is none", g.secret(**{"rotation.rotationPeriod": "monthly"}), _CONTEXT, "rotationPeriod"),
]
