"""Fixtures of NHI-TRU-200."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-200"

_CONTEXT = e.context()

GOOD = [Case("one exact workload", e.federated(), _CONTEXT)]
BAD = [
    Case("a wildcard subject", e.federated(subject="agent/*"), _CONTEXT, expect="agent/*"),
    Case("no subject", e.federated(subject=...), _CONTEXT, expect="subject"),
    Case("an issuer without https", e.federated(issuer="http://workloads.dev.example.com"), _CONTEXT, expect="issuer"),
    Case("a wildcard issuer", e.federated(issuer="https://*.example.com"), _CONTEXT, expect="issuer"),
    Case("another cloud's audience", e.federated(audiences=["sts.amazonaws.com"]), _CONTEXT, expect="audience"),
    Case("a second audience", e.federated(audiences=[e.AUDIENCE, "x"]), _CONTEXT, expect="audience"),
    Case("no audience", e.federated(audiences=[]), _CONTEXT, expect="no audience"),
    Case("a pattern over claims", e.flexible(), _CONTEXT, expect="pattern"),
]
NEAR_MISS = [
    Case("a credential of nobody's", e.by_hand(e.federated(subject="service/*")), _CONTEXT),
    Case("another exact subject", e.federated(subject="agent/other-agent"), _CONTEXT),
]
UNKNOWN = [
    Case("an unknown subject", e.federated(subject=kit.UNKNOWN), _CONTEXT, expect="subject"),
    Case("unknown audiences", e.federated(audiences=kit.UNKNOWN), _CONTEXT, expect="audiences"),
]
