"""Fixtures of NHI-CRD-042. The good agent is of tier 2: one hour."""

from typing import Any

from nhi_policies.view.resource import Resource

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-CRD-042"


def _worker(**token: Any) -> Resource:
    return k8s.deployment(volumes=k8s.projected(**{"audience": "search", **token}))


GOOD = [
    Case("a token of a quarter of an hour", _worker(expirationSeconds=900)),
    Case("an SVID of an hour", k8s.spiffe_id()),
]
BAD = [
    Case("a day", _worker(expirationSeconds=86400), expect="::long"),
    Case("what a server stretches to a year", _worker(expirationSeconds=3607), expect="year"),
    Case("shorter than a cluster grants", _worker(expirationSeconds=300), expect="::short"),
    Case("no audience", k8s.deployment(volumes=k8s.projected(expirationSeconds=900)), expect="::audience"),
    Case("an SVID of a day", k8s.spiffe_id(**{"spec.ttl": "24h"}), expect="ttl"),
    Case("a JWT SVID of a day", k8s.spiffe_id(**{"spec.jwtTtl": "1h0.5s"}), expect="jwtTtl"),
    Case("the server's own default", k8s.spiffe_id(**{"spec.ttl": ...}), expect="not set"),
    Case("no length of time", k8s.spiffe_id(**{"spec.ttl": "1 hour"}), expect="not set"),
]
NEAR_MISS = [
    Case("exactly the ceiling", _worker(expirationSeconds=3600)),
    Case("exactly the shortest", _worker(expirationSeconds=600)),
    Case("the default life", _worker()),
    Case("sixty minutes in parts", k8s.spiffe_id(**{"spec.ttl": "59m60s"})),
    Case("the day-long token of Pod Identity", _worker(audience="pods.eks.amazonaws.com", expirationSeconds=86400)),
    Case("another volume", k8s.deployment(volumes=[{"name": "tmp", "emptyDir": {}}])),
    Case("a pod of something else", k8s.deployment({}, "web", volumes=k8s.projected(expirationSeconds=86400))),
    Case(
        "twelve hours at tier 1",
        _worker(expirationSeconds=43200),
        kit.context(kit.agent(risk_tier=1)),
    ),
]
UNKNOWN = [
    Case("an unknown life", _worker(expirationSeconds=kit.UNKNOWN), expect="expirationSeconds"),
    Case("unknown volumes", k8s.deployment(volumes=kit.UNKNOWN), expect="volumes"),
    Case("an unknown ttl", k8s.spiffe_id(**{"spec.ttl": kit.UNKNOWN}), expect="spec.ttl"),
]
