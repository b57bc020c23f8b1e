"""Fixtures of NHI-PRM-049."""

from dataclasses import replace

from policies import kubernetes_kit as k8s
from policies.kit import UNKNOWN as NOT_KNOWN
from policies.kit import Case

RULE = "NHI-PRM-049"
_OF_THE_COMPONENT = replace(k8s.admission(**{"spec.validations": [{"expression": "false"}]}), from_component=True)
_ABOUT_REPLICAS = [{"expression": "object.spec.replicas < 5"}]

GOOD = [Case("a policy that denies", [k8s.admission(), k8s.admission_binding()])]
BAD = [
    Case("no binding", [k8s.admission()], expect="no binding"),
    Case(
        "a binding that only warns",
        [k8s.admission(), k8s.admission_binding(**{"spec.validationActions": ["Warn", "Audit"]})],
        expect="weak",
    ),
    Case("a binding of another policy", [k8s.admission(), k8s.admission_binding(**{"spec.policyName": "other"})]),
    Case("one of the component's that no binding denies with", [_OF_THE_COMPONENT], expect="guards agents, but"),
    Case(
        "errors let pass",
        [k8s.admission(**{"spec.failurePolicy": "Ignore"}), k8s.admission_binding()],
        expect="lets everything pass",
    ),
]
NEAR_MISS = [
    Case("Fail by default", [k8s.admission(**{"spec.failurePolicy": ...}), k8s.admission_binding()]),
    Case(
        "denied and audited", [k8s.admission(), k8s.admission_binding(**{"spec.validationActions": ["Deny", "Audit"]})]
    ),
    Case(
        "a policy about something else",
        [k8s.admission(**{"spec.failurePolicy": "Ignore", "spec.validations": _ABOUT_REPLICAS})],
    ),
]
UNKNOWN = [
    Case(
        "an unknown failure policy",
        [k8s.admission(**{"spec.failurePolicy": NOT_KNOWN}), k8s.admission_binding()],
        expect="failurePolicy",
    ),
    Case(
        "unknown actions",
        [k8s.admission(), k8s.admission_binding(**{"spec.validationActions": NOT_KNOWN})],
        expect="validationActions",
    ),
]
