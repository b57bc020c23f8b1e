"""Fixtures of NHI-ESC-540. The agent's account is `support-agent`; `deployer` is nobody's."""

from typing import Any

from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-ESC-540"
_CONTEXT = k8s.context()


def _gives(name: str, *rules: dict[str, Any], account: str = "support-agent") -> list[Resource]:
    """A role with these rules, in the hands of an account."""
    return [k8s.raw_role(*rules, name=name), k8s.raw_binding(k8s.subject(account), role=name, name=name)]


_READ = k8s.rule("get", "secrets", names="own-token")
_WORKER = k8s.rule("patch", "deployments", "apps", "worker")
_NODES: dict[str, Any] = {"roleRef": {"kind": "ClusterRole", "name": "nodes"}, "subjects": [k8s.subject()]}
_STRONG = _gives("strong", k8s.rule("get", "secrets", names="billing"), account="deployer")

GOOD = [Case("what the file declares", [kit.service_account(), kit.k8s_role(), kit.k8s_binding()], _CONTEXT)]
BAD = [
    Case(
        "a Secret that the cluster fills, by two roles",
        [*_gives("a", k8s.rule("create", "secrets")), *_gives("b", _READ)],
        _CONTEXT,
        "create on agents//secrets/",
    ),
    Case(
        "a named workload beside a stronger account",
        [*_gives("a", _WORKER), *_STRONG],
        _CONTEXT,
        "deployer in agents, which may get on agents//secrets/billing",
    ),
    Case(
        "a workflow beside a stronger account",
        [*_gives("a", k8s.rule("create", "workflows", "argoproj.io")), *_STRONG],
        _CONTEXT,
        "combination::workflow-as-another",
    ),
    Case(
        "a secret from outside",
        [*_gives("a", k8s.rule("create", "externalsecrets", "external-secrets.io"), _READ)],
        _CONTEXT,
        "external-secrets.io/externalsecrets",
    ),
    Case(
        "traffic to another namespace",
        [
            *_gives(
                "a",
                k8s.rule("patch", "services", names="web"),
                k8s.rule("create", "endpointslices", "discovery.k8s.io"),
            )
        ],
        _CONTEXT,
        "endpointslices",
    ),
    Case(
        "pods driven onto a node",
        [
            *_gives("a", k8s.rule("create", "pods/eviction")),
            k8s.stranger(t.K8S_CLUSTER_ROLE, "nodes", rules=[k8s.rule("patch", "nodes/status")]),
            k8s.stranger(t.K8S_CLUSTER_ROLE_BINDING, "nodes", **_NODES),
        ],
        _CONTEXT,
        "nodes:status",
    ),
]
NEAR_MISS = [
    Case("one part alone", _gives("a", k8s.rule("create", "secrets")), _CONTEXT),
    Case(
        "the other part with another account",
        [*_gives("a", k8s.rule("create", "secrets")), *_gives("b", _READ, account="deployer")],
        _CONTEXT,
    ),
    Case("a named workload, and no account that may do more", _gives("a", _WORKER), _CONTEXT),
    Case(
        "an account that may do less",
        [*_gives("a", _WORKER, _READ), *_gives("b", _READ, account="deployer")],
        _CONTEXT,
    ),
    Case("an image of an object that is no pod", [*_gives("a", k8s.rule("patch", "pods/status")), *_STRONG], _CONTEXT),
    Case("no agents", [*_gives("a", k8s.rule("create get", "secrets"))], k8s.context(agents={})),
]
UNKNOWN = [
    Case(
        "one part beside a role that this stack does not make",
        [*_gives("a", k8s.rule("create", "secrets")), k8s.raw_binding(role="view", kind="ClusterRole", name="b")],
        _CONTEXT,
        "unproven",
    ),
    Case(
        "one part beside rules that are not known",
        [
            *_gives("a", k8s.rule("create", "secrets")),
            kit.altered(k8s.raw_role(name="b"), rules=kit.UNKNOWN),
            k8s.raw_binding(role="b", name="b"),
        ],
        _CONTEXT,
        "unproven",
    ),
]
