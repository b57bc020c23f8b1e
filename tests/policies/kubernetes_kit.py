"""What fixtures about a cluster need beside the kit: an agent with grants there, a SPIFFE id, admission, workloads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nhi.spec.declared import DeclaredAgent
from nhi_policies.declared import Context
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource

from policies import kit

BINDINGS: Mapping[str, Any] = {
    "resources": {
        "model": {"kubernetes": [{"kind": "service", "namespace": "models", "pod_labels": {"app": "gateway"}}]}
    },
    "data_scopes": {
        "prompts": {"kubernetes": [{"kind": "configmap", "name": "prompts"}]},
        "vault": {"kubernetes": [{"kind": "secret", "name": "vault"}]},
        "indexes": {
            "kubernetes": [{"kind": "custom", "api_group": "x.example.com", "resource": "indexes", "name": "a"}]
        },
    },
    "tools": {"archive": {"kubernetes": [{"kind": "cidr", "cidr": "10.20.0.0/24", "port": 443}]}},
}
FILE: Mapping[str, Any] = {
    "allowed_actions": ["text_generation"],
    "denied_actions": ["credential_management"],
    "data_access": [
        {"scope": "prompts", "access": "read"},
        {"scope": "indexes", "access": "write"},
        {"scope": "vault", "access": "none"},
    ],
    "tool_access": [{"tool": "archive", "allowed": True}],
}


def agent(**changes: Any) -> DeclaredAgent:
    """An agent that the environment gives something in the cluster; changes by dotted key."""
    declared = kit.agent(**{**FILE, **changes})
    return replace(declared, environment=kit.environment(**BINDINGS))


def context(*agents: DeclaredAgent, **changes: Any) -> Context:
    """A context with these agents, else with the good one of this module."""
    return kit.context(*(agents or (agent(),)), **changes)


def spiffe_id(declared: DeclaredAgent | None = None, **changes: Any) -> Resource:
    """A good ClusterSPIFFEID of an agent."""
    one = declared or kit.agent()
    name = one.agent.agent_id
    meta = kit.metadata(one)
    meta.pop("namespace")
    made = kit.resource(
        t.K8S_SPIFFE_ID,
        f"{name}-spiffe-id",
        {
            "metadata": meta,
            "spec": {
                "spiffeIDTemplate": f"spiffe://dev.example.com/env/dev/agent/{name}/{{{{ .PodMeta.UID }}}}",
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "agents"}},
                "podSelector": {"matchLabels": {"nhi/agent-id": name}},
                "ttl": "1h",
                "jwtTtl": "5m",
            },
        },
    )
    return kit.altered(made, **changes)


def admission(**changes: Any) -> Resource:
    """A policy that demands sponsor and end date; changes by dotted key."""
    body = {
        "metadata": {"name": "acme-agent-metadata"},
        "spec": {
            "failurePolicy": "Fail",
            "validations": [
                {"expression": "object.metadata.annotations['nhi/sponsor'] != ''"},
                {"expression": "object.metadata.annotations['nhi/expires'] != ''"},
            ],
        },
    }
    return kit.altered(kit.resource(t.K8S_ADMISSION_POLICY, "metadata", body), **changes)


def admission_binding(**changes: Any) -> Resource:
    """The binding that denies with it."""
    body = {
        "metadata": {"name": "acme-agent-metadata"},
        "spec": {"policyName": "acme-agent-metadata", "validationActions": ["Deny"]},
    }
    return kit.altered(kit.resource(t.K8S_ADMISSION_BINDING, "metadata-binding", body), **changes)


def deployment(labels: Mapping[str, str] | None = None, account: str = "support-agent", **pod: Any) -> Resource:
    """A Deployment in the agents' namespace whose pods have these labels (the good agent's) and this account."""
    own = {"nhi/agent-id": "support-agent"} if labels is None else dict(labels)
    template = {"metadata": {"labels": own}, "spec": {"serviceAccountName": account, **pod}}
    return kit.resource(
        "kubernetes:apps/v1:Deployment",
        "worker",
        {"metadata": {"name": "worker", "namespace": "agents"}, "spec": {"template": template}},
    )


def projected(**token: Any) -> list[dict[str, Any]]:
    """Volumes with one projected token."""
    return [{"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "token", **token}}]}}]


def stranger(type_token: str, name: str, **body: Any) -> Resource:
    """An object that carries nothing of an agent."""
    meta = {"name": name} if type_token == t.K8S_CLUSTER_ROLE_BINDING else {"name": name, "namespace": "agents"}
    return kit.resource(type_token, name, {"metadata": meta, **body})


def subject(name: str = "support-agent", kind: str = "ServiceAccount", **more: Any) -> dict[str, Any]:
    """One subject of a binding, in the agents' namespace where it is a service account."""
    return {"kind": kind, "name": name, **({"namespace": "agents"} if kind == "ServiceAccount" else {}), **more}


def raw_role(*rules: Mapping[str, Any], name: str = "by-hand") -> Resource:
    """A Role that somebody wrote by hand, without labels."""
    return stranger(t.K8S_ROLE, name, rules=[dict(one) for one in rules])


def raw_binding(
    *subjects: Mapping[str, Any], role: str = "by-hand", kind: str = "Role", name: str = "by-hand"
) -> Resource:
    """A RoleBinding that somebody wrote by hand; of the good agent's account where no subject is given."""
    return stranger(
        t.K8S_ROLE_BINDING,
        name,
        roleRef={"kind": kind, "name": role},
        subjects=[dict(one) for one in (subjects or (subject(),))],
    )


def rule(verbs: str, resources: str, group: str = "", names: str = "") -> dict[str, Any]:
    """One rule of a role; several verbs, resources or names are parted by spaces."""
    made: dict[str, Any] = {"apiGroups": [group], "resources": resources.split(), "verbs": verbs.split()}
    return {**made, "resourceNames": names.split()} if names else made
