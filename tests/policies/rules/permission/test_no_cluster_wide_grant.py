"""Fixtures of NHI-PRM-042."""

from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-PRM-042"


def _binding(*subjects: object) -> Resource:
    return k8s.stranger(
        t.K8S_CLUSTER_ROLE_BINDING, "wide", roleRef={"kind": "ClusterRole", "name": "x"}, subjects=list(subjects)
    )


GOOD = [Case("somebody else", _binding(k8s.subject("web")))]
BAD = [
    Case("the agent's account", _binding(k8s.subject()), expect="support-agent"),
    Case("the agent's account as the second", _binding(k8s.subject("web"), k8s.subject())),
    Case(
        "a binding with the agent's labels",
        kit.altered(_binding(k8s.subject("web")), **{"metadata.labels": kit.metadata()["labels"]}),
        expect="every namespace",
    ),
]
NEAR_MISS = [
    Case("the same name in another namespace", _binding({**k8s.subject(), "namespace": "shop"})),
    Case("a user of that name", _binding(k8s.subject(kind="User"))),
    Case("nobody", _binding()),
]
UNKNOWN = [Case("an unknown subject", _binding(k8s.subject(kit.UNKNOWN)), expect="subjects[0].name")]  # type: ignore[arg-type]
