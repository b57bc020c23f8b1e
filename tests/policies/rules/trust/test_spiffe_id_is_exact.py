"""Fixtures of NHI-TRU-041."""

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-TRU-041"
_DOMAIN = "spiffe://dev.example.com"
_EXACT = f"{_DOMAIN}/services/replies"
_DECLARED = kit.agent(**{"credential.workload": {"kind": "spiffe", "id": _EXACT}})
_BARE = {"metadata.labels": {}, "metadata.annotations": {}}

GOOD = [
    Case("the component's id", k8s.spiffe_id()),
    Case("the exact id of the file", k8s.spiffe_id(**{"spec.spiffeIDTemplate": _EXACT}), kit.context(_DECLARED)),
]
BAD = [
    Case("no pod selector", k8s.spiffe_id(**{"spec.podSelector": ...}), expect="selector"),
    Case("no pod selector and nobody's", k8s.spiffe_id(**_BARE, **{"spec.podSelector": ...}), expect="selector"),
    Case(
        "another label",
        k8s.spiffe_id(**{"spec.podSelector": {"matchLabels": {"app": "replies"}}}),
        expect="selector",
    ),
    Case("an id for all agents", k8s.spiffe_id(**{"spec.spiffeIDTemplate": f"{_DOMAIN}/agents"}), expect="template"),
    Case(
        "another agent's id",
        k8s.spiffe_id(**{"spec.spiffeIDTemplate": f"{_DOMAIN}/agent/support-agent-2"}),
        expect="template",
    ),
    Case(
        "another trust domain",
        k8s.spiffe_id(**{"spec.spiffeIDTemplate": "spiffe://prod.example.com/agent/support-agent"}),
        expect="trust-domain",
    ),
    Case("not the id of the file", k8s.spiffe_id(), kit.context(_DECLARED), expect="template"),
    Case(
        "an unlabelled one that takes the agent's pods",
        k8s.spiffe_id(**_BARE, **{"spec.spiffeIDTemplate": f"{_DOMAIN}/web"}),
        expect="template",
    ),
]
NEAR_MISS = [
    Case(
        "pods of something else",
        k8s.spiffe_id(**_BARE, **{"spec.podSelector": {"matchLabels": {"app": "web"}}}),
    ),
    Case(
        "every pod of a namespace without agents",
        k8s.spiffe_id(
            **_BARE,
            **{
                "spec.podSelector": ...,
                "spec.namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}},
            },
        ),
    ),
    Case(
        "the trust domain and the account filled in by SPIRE",
        k8s.spiffe_id(**{"spec.spiffeIDTemplate": "spiffe://{{ .TrustDomain }}/sa/{{ .PodSpec.ServiceAccountName }}"}),
    ),
    Case("a narrower selector", k8s.spiffe_id(**{"spec.podSelector.matchLabels.app": "replies"})),
]
UNKNOWN = [
    Case("an unknown template", k8s.spiffe_id(**{"spec.spiffeIDTemplate": kit.UNKNOWN}), expect="spiffeIDTemplate"),
    Case("an unknown selector", k8s.spiffe_id(**{"spec.podSelector": kit.UNKNOWN}), expect="podSelector"),
]
