"""Fixtures of NHI-PRM-048."""

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-PRM-048"
_ACCOUNT = kit.service_account()
_SPONSOR_ONLY = [{"expression": "object.metadata.annotations['nhi/sponsor'] != ''"}]

GOOD = [Case("a policy that demands both", [_ACCOUNT, k8s.admission(), k8s.admission_binding()])]
BAD = [
    Case("no policy", [_ACCOUNT], expect="missing"),
    Case("an account by name only", [kit.service_account(**{"metadata.labels": {}})], expect="missing"),
    Case(
        "no end date is asked for", [_ACCOUNT, k8s.admission(**{"spec.validations": _SPONSOR_ONLY})], expect="missing"
    ),
]
NEAR_MISS = [
    Case("agents on AWS only", [kit.role()]),
    Case("another policy beside it", [_ACCOUNT, k8s.admission(**{"spec.validations": []}), k8s.admission()]),
]
UNKNOWN = [
    Case(
        "unknown expressions",
        [_ACCOUNT, k8s.admission(**{"spec.validations": kit.UNKNOWN})],
        expect="validations",
    ),
]
