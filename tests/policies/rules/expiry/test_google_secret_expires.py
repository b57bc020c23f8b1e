"""Fixtures of NHI-EXP-301."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-EXP-301"

_CONTEXT = g.context(g.STORED)
_TIER_1 = g.agent(
    risk_tier=1,
    **{"credential.expires": ..., "credential.type": "oauth2_client_credentials", "credential.rotation_days": 30},
)

GOOD = [Case("on the lock date", g.secret(), _CONTEXT)]
BAD = [
    Case("never", g.secret(expireTime=...), _CONTEXT, "never expires"),
    Case("after the lock date", g.secret(expireTime="2027-04-01T00:00:00Z"), _CONTEXT, "2027-04-01"),
    Case("a life that ends late", g.secret(expireTime=..., ttl="31536000s"), _CONTEXT, "late"),
]
NEAR_MISS = [
    Case("a life that ends in time", g.secret(expireTime=..., ttl="86400s"), _CONTEXT),
    Case("nobody's secret", g.secret(secretId="web", labels=..., expireTime=...), _CONTEXT),
    Case("a tier 1 agent without end", g.secret(_TIER_1, expireTime=...), g.context(_TIER_1)),
]
UNKNOWN = [
    Case("an end that is not known", g.secret(expireTime=kit.UNKNOWN), _CONTEXT, "expireTime"),
    Case("an end without a zone", g.secret(expireTime="2027-03-31T00:00:00"), _CONTEXT, "no zone"),
    Case("a life that is none", g.secret(expireTime=..., ttl="long"), _CONTEXT, "ttl"),
]
