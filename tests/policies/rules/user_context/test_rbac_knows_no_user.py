"""Fixtures of NHI-USR-040."""

from typing import Any

from nhi_policies.view.resource import Resource

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-USR-040"

_ONLY = kit.agent(acts_on_behalf="required")
_CONTEXT = kit.context(_ONLY)
_MAY = kit.agent(acts_on_behalf="optional")


def _held(*rules: dict[str, Any], **changes: Any) -> list[Resource]:
    return [kit.service_account(), kit.k8s_role(*rules), kit.k8s_binding(**changes)]


GOOD = [Case("an account that holds nothing", [kit.service_account(), kit.k8s_network_policy()], _CONTEXT)]
BAD = [
    Case("a config map", _held(), _CONTEXT, expect="get on configmaps"),
    Case("a user in its place", _held(k8s.rule("impersonate", "users", names="anna")), _CONTEXT, expect="impersonate"),
]
NEAR_MISS = [
    Case("one that may act without", _held(), kit.context(_MAY)),
    Case("a role that nobody binds", [kit.service_account(), kit.k8s_role()], kit.context(_MAY)),
    Case(
        "another account's binding",
        _held(subjects=[{"kind": "ServiceAccount", "name": "other", "namespace": "agents"}], **{"metadata.labels": {}}),
        kit.context(_MAY),
    ),
]
UNKNOWN = [
    Case(
        "unknown rules",
        [kit.service_account(), kit.k8s_role(rules=kit.UNKNOWN), kit.k8s_binding()],
        _CONTEXT,
        expect="unproven",
    ),
]
