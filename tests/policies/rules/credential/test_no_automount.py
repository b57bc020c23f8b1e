"""Fixtures of NHI-CRD-041."""

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-CRD-041"

GOOD = [Case("the component's account", kit.service_account()), Case("a pod that says false", kit.pod())]
BAD = [
    Case("left out", kit.service_account(automountServiceAccountToken=...), expect="every pod"),
    Case("true on the account", kit.service_account(automountServiceAccountToken=True), expect="account"),
    Case("true on a pod", kit.pod(**{"spec.automountServiceAccountToken": True}), expect="pod"),
    Case("true in a Deployment", k8s.deployment(automountServiceAccountToken=True), expect="pod"),
    Case("true where only the account says whose", k8s.deployment({}, automountServiceAccountToken=True)),
]
NEAR_MISS = [
    Case("a pod that leaves it to the account", k8s.deployment()),
    Case("a projected token", k8s.deployment(volumes=k8s.projected(audience="search", expirationSeconds=900))),
    Case("a pod of something else", k8s.deployment({}, "web", automountServiceAccountToken=True)),
]
UNKNOWN = [
    Case("not known", kit.service_account(automountServiceAccountToken=kit.UNKNOWN), expect="automount"),
    Case("not known on a pod", k8s.deployment(automountServiceAccountToken=kit.UNKNOWN), expect="automount"),
]
