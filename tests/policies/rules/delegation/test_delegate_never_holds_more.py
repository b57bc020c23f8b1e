"""Fixtures of NHI-DEL-011: two agents as the builder writes them, and what somebody adds by hand."""

from __future__ import annotations

from typing import Any

from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource

from policies import kit
from policies.kit import Case
from policies.parity.test_delegation_parity import GOOD as IN_PODS
from policies.parity.test_delegation_parity import GOOGLE, HANDS, ON_GOOGLE, callee, caller, world

RULE = "NHI-DEL-011"

_PROJECT = "acme-agents-dev"
_UNTIL = {"title": "by hand", "expression": 'request.time < timestamp("2027-03-31T00:00:00Z")'}
_MIDDLE = {
    "delegation": {
        "allowed": True,
        "max_depth": 1,
        "allowed_targets": ["last-agent"],
        "accepts_from": ["support-agent"],
    }
}
_LAST = {"agent_id": "last-agent", "delegation": {"allowed": False, "accepts_from": ["callee-agent"]}, **ON_GOOGLE}
_NONE = {"allowed": False}
_SALES = [{"scope": "knowledge-base", "access": "read"}, {"scope": "sales-figures", "access": "read"}]


def _member(who: str = "callee-agent", permission: str = "bigquery.tables.getData", **changes: Any) -> list[Resource]:
    """A role by hand, and a member with it on the dataset that nobody's file names."""
    role = {"project": _PROJECT, "roleId": "by_hand", "title": "by hand", "permissions": [permission]}
    member = {
        "project": _PROJECT,
        "datasetId": "sales",
        "role": f"projects/{_PROJECT}/roles/by_hand",
        "member": f"serviceAccount:acme-dev-{who}@{_PROJECT}.iam.gserviceaccount.com",
        "condition": _UNTIL,
    }
    made = kit.resource("gcp:bigquery/datasetIamMember:DatasetIamMember", "by-hand", member)
    return [kit.resource(t.GCP_CUSTOM_ROLE, "by-hand-role", role), kit.altered(made, **changes)]


def _assigned(role: Any = "0de00000-0000-4000-8000-000000000022") -> Resource:
    """An app role of the portal, which nobody's file names."""
    return kit.resource(
        t.ENTRA_APP_ROLE_ASSIGNMENT,
        "by-hand",
        {
            "appRoleId": role,
            "principalObjectId": kit.UNKNOWN,
            "resourceObjectId": "0de00000-0000-4000-8000-000000000021",
        },
        property_dependencies={"principalObjectId": ("callee-agent-service-principal",)},
    )


def _bound(*verbs: str) -> list[Resource]:
    """A Role by hand, bound to the callee's account."""
    meta = {"name": "by-hand", "namespace": "agents", "annotations": {"nhi/expires": "2027-03-31T00:00:00Z"}}
    rules = [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["depot-routes"], "verbs": list(verbs)}]
    subject = {"kind": "ServiceAccount", "name": "callee-agent", "namespace": "agents"}
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "by-hand"}
    return [
        kit.resource(t.K8S_ROLE, "by-hand", {"metadata": meta, "rules": rules}),
        kit.resource(t.K8S_ROLE_BINDING, "by-hand", {"metadata": meta, "roleRef": ref, "subjects": [subject]}),
    ]


def _case(name: str, of: Any, *more: Resource, expect: str = "") -> Case:
    return Case(name, [*of.resources, *more], of.context, expect=expect)


_CHAIN = world(
    caller(delegation={**HANDS, "max_depth": 2}),
    callee(platforms=["entra", "gcp", "kubernetes"], **_MIDDLE),
    callee(**_LAST),
)

GOOD = [
    _case("what the builder writes, in pods", IN_PODS),
    _case("a service of its own", GOOGLE),
    _case("two hops", _CHAIN),
]
BAD = [
    _case(
        "a dataset that the caller may not read",
        GOOGLE,
        *_member(),
        expect="over support-agent -> callee-agent callee-agent may bigquery.tables.getData on //bigquery",
    ),
    _case("one of the second delegate", _CHAIN, *_member("last-agent"), expect="over callee-agent -> last-agent"),
    _case("an app role that the caller has not", IN_PODS, _assigned(), expect="may role:Absence.Read.All on hr-portal"),
    _case("an object that the caller may not read", IN_PODS, *_bound("get"), expect="agents//configmaps/depot-routes"),
]
NEAR_MISS = [
    _case("an agent that takes no work", GOOGLE, *_member("support-agent")),
    _case(
        "the file says so already, which another rule finds",
        world(caller(), callee(**ON_GOOGLE, data_access=_SALES)),
    ),
    _case(
        "what the caller may do as well",
        world(caller(data_access=_SALES), callee(**ON_GOOGLE)),
        *_member(),
    ),
    _case("agents that hand nothing over", world(caller(delegation=_NONE), callee(delegation=_NONE)), *_bound("get")),
]
UNKNOWN = [
    _case("a role that is not known", GOOGLE, *_member(role=kit.UNKNOWN), expect="unproven"),
    _case("an app role that is not known", IN_PODS, _assigned(kit.UNKNOWN), expect="appRoleId"),
]
