"""What an API server demands of Roles, ClusterRoles and their bindings.

Owns the shape of RBAC objects (https://kubernetes.io/docs/reference/access-authn-authz/rbac/ and the API server's
pkg/apis/rbac/validation). Does not own whether a rule is *wise* (the gate) or effective: a server accepts
`resourceNames` beside `create`, though it can never match there for a top-level resource, and accepts a binding to
a role that does not exist. So does this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.kubernetes import grammar
from nhi.sandbox.clouds.kubernetes.grammar import Failures, at, elements, empty
from nhi.sandbox.clouds.limits import known
from nhi.sandbox.clouds.model import Failure

GROUP = "rbac.authorization.k8s.io"


def role(inputs: Mapping[str, Any]) -> Failures:
    """A Role: rules over resources of one namespace."""
    yield from _rules(inputs.get("rules"), namespaced=True)


def cluster_role(inputs: Mapping[str, Any]) -> Failures:
    """A ClusterRole: rules, or selectors of the ClusterRoles it sums up."""
    yield from _rules(inputs.get("rules"), namespaced=False)
    aggregation = inputs.get("aggregationRule")
    if known(aggregation):
        selectors = at(aggregation, "clusterRoleSelectors")
        if empty(selectors):
            yield Failure("aggregationRule.clusterRoleSelectors", "at least one selector is required")
        for path, selector in elements(selectors, "aggregationRule.clusterRoleSelectors"):
            yield from grammar.selector(selector, path)


def _rules(rules: Any, *, namespaced: bool) -> Failures:
    for path, rule in elements(rules, "rules"):
        if empty(rule.get("verbs")):
            yield Failure(f"{path}.verbs", "at least one verb is required")
        urls = rule.get("nonResourceURLs")
        if not empty(urls):
            if namespaced:
                yield Failure(f"{path}.nonResourceURLs", "a Role cannot grant paths outside its namespace")
            if not all(empty(rule.get(name)) for name in ("apiGroups", "resources", "resourceNames")):
                yield Failure(f"{path}.nonResourceURLs", "one rule cannot grant both resources and other paths")
            continue
        if empty(rule.get("apiGroups")):
            yield Failure(f"{path}.apiGroups", 'at least one API group is required; "" is the core group')
        if empty(rule.get("resources")):
            yield Failure(f"{path}.resources", "at least one resource is required")


def role_binding(inputs: Mapping[str, Any]) -> Failures:
    """A RoleBinding: a Role or ClusterRole, given within one namespace."""
    yield from _binding(inputs, ("Role", "ClusterRole"), namespaced=True)


def cluster_role_binding(inputs: Mapping[str, Any]) -> Failures:
    """A ClusterRoleBinding: a ClusterRole, given everywhere."""
    yield from _binding(inputs, ("ClusterRole",), namespaced=False)


def _binding(inputs: Mapping[str, Any], kinds: tuple[str, ...], *, namespaced: bool) -> Failures:
    reference = inputs.get("roleRef")
    if reference is not UNKNOWN:
        # A server fills in what is left empty.
        yield from grammar.one_of(at(reference, "apiGroup"), (GROUP, ""), "roleRef.apiGroup")
        yield from grammar.one_of(at(reference, "kind"), kinds, "roleRef.kind")
        yield from grammar.named(grammar.path_segment, at(reference, "name"), "roleRef.name", required=True)
    for path, subject in elements(inputs.get("subjects"), "subjects"):
        yield from _subject(subject, path, namespaced=namespaced)


def _subject(subject: Mapping[str, Any], path: str, *, namespaced: bool) -> Failures:
    kind, group = subject.get("kind"), subject.get("apiGroup")
    yield from grammar.one_of(kind, ("ServiceAccount", "User", "Group"), f"{path}.kind")
    if kind == "ServiceAccount":
        yield from grammar.named(grammar.subdomain, subject.get("name"), f"{path}.name", required=True)
        if not empty(group) and group is not UNKNOWN:
            yield Failure(f"{path}.apiGroup", "must be empty for a ServiceAccount")
        if not namespaced and empty(subject.get("namespace")):
            yield Failure(f"{path}.namespace", "required for a ServiceAccount in a ClusterRoleBinding")
    elif kind in ("User", "Group"):
        if empty(subject.get("name")):
            yield Failure(f"{path}.name", "required, and missing")
        if not empty(group):
            yield from grammar.one_of(group, (GROUP,), f"{path}.apiGroup")
