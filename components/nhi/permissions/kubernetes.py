"""Kubernetes RBAC rules as statements, and statements as RBAC rules where that is exact.

Owns the encoding of one rule under one binding, of one request, and the sum of an aggregated ClusterRole. Does not own
which binding gives which role to whom (the judge's view walks those), nor the answer to a request
(`permissions.evaluate`).

A request for an object is the verb, and `<namespace>/<api group>/<resource>[:<subresource>]/<name>`; a part that a
request lacks is empty. A request for a Namespace itself stands in that namespace, as the API server reads its path. Any
other path is `url:<path>`.

RBAC has wildcards in few places, and a `*` anywhere else is an ordinary character: `resourceNames: ["*"]` grants the
object called `*`, `pods/*` no subresource that exists, `get*` no verb. So that a star in a statement is always a
wildcard, such characters are percent-encoded here, in patterns and requests alike: `%`, `*` and `/`, before the name
`:` as well. No name of an object has a `%` or a `/` in it, so real names are written as they are.

Sources: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ and the rules by which the API server compares
(`VerbMatches`, `APIGroupMatches`, `ResourceMatches`, `ResourceNameMatches`, `NonResourceURLMatches` in
https://github.com/kubernetes/kubernetes/blob/v1.36.1/pkg/apis/rbac/v1/evaluation_helpers.go). `make test-kubernetes`
puts the same questions to a real API server.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import unquote

from nhi.permissions.model import Condition, Origin, PermissionSet, Statement

_EMPTY_VERB: Final = "%"
"""How a verb without a letter is written, since a pattern is never empty; an odd HTTP method has such a verb."""


class InexpressibleError(ValueError):
    """RBAC has no rule that grants exactly this."""


class RuleLike(Protocol):
    """A rule of a Role or ClusterRole, as RBAC names its parts; lists that are not written are empty."""

    @property
    def verbs(self) -> tuple[str, ...]: ...
    @property
    def api_groups(self) -> tuple[str, ...]: ...
    @property
    def resources(self) -> tuple[str, ...]: ...
    @property
    def resource_names(self) -> tuple[str, ...]: ...
    @property
    def non_resource_urls(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """One rule; a subresource is written as RBAC writes it, `pods/log`."""

    verbs: tuple[str, ...]
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = ()

    def document(self) -> dict[str, list[str]]:
        """The rule as a Role or ClusterRole carries it."""
        keys = {
            "apiGroups": self.api_groups,
            "resources": self.resources,
            "resourceNames": self.resource_names,
            "nonResourceURLs": self.non_resource_urls,
            "verbs": self.verbs,
        }
        return {key: list(values) for key, values in keys.items() if values}


@dataclass(frozen=True, slots=True)
class ClusterRole:
    """A ClusterRole: its labels, its rules, and the label selectors of its aggregation rule, None where it has none."""

    labels: Mapping[str, str]
    rules: tuple[Rule, ...]
    selectors: tuple[Mapping[str, Any], ...] | None = None


def rule(document: Mapping[str, Sequence[str] | None]) -> Rule:
    """The rule that a document of a Role or ClusterRole carries."""

    def texts(key: str) -> tuple[str, ...]:
        return tuple(document.get(key) or ())

    return Rule(
        texts("verbs"), texts("apiGroups"), texts("resources"), texts("resourceNames"), texts("nonResourceURLs")
    )


def statements(
    rule: RuleLike,
    namespace: str | None,
    label: str = "",
    conditions: tuple[Condition, ...] = (),
    origin: Origin | None = None,
) -> tuple[Statement, ...]:
    """What a rule grants under a binding in `namespace`, or under a ClusterRoleBinding where that is None.

    A binding in a namespace grants no path, since a request for a path is in none; nor anything cluster-scoped.
    """
    where = "*" if namespace is None else _quoted(namespace)
    names = tuple(_name(name) for name in rule.resource_names) or ("*",)
    objects = tuple(
        f"{where}/{_whole(group)}/{_kind(kind)}/{name}"
        for group in rule.api_groups
        for kind in rule.resources
        for name in names
    )
    paths = tuple(_path(path) for path in rule.non_resource_urls) if namespace is None else ()
    actions = tuple("*" if verb == "*" else _verb(verb) for verb in rule.verbs)
    return tuple(
        Statement("allow", actions=actions, resources=resources, conditions=conditions, label=label, origin=origin)
        for resources in (objects, paths)
        if actions and resources
    )


def request(
    verb: str, namespace: str = "", group: str = "", resource: str = "", subresource: str = "", name: str = ""
) -> tuple[str, str]:
    """Action and resource of a request for an object, or for all of a kind where `name` is empty."""
    kind = _quoted(resource) + (f":{_quoted(subresource)}" if subresource else "")
    return _verb(verb), f"{_quoted(namespace)}/{_quoted(group)}/{kind}/{_name(name)}"


def path_request(verb: str, path: str) -> tuple[str, str]:
    """Action and resource of a request for a path that is no resource."""
    return _verb(verb), f"url:{_plain_path(path)}"


def rules(permissions: PermissionSet) -> Mapping[str | None, tuple[Rule, ...]]:
    """The rules that grant exactly these permissions, by the namespace of their binding; None is cluster-wide.

    Raises `InexpressibleError` for what RBAC cannot say: a deny, a condition, several policies at once, everything but
    something, or a wildcard over a part of a text.
    """
    if permissions.platform != "kubernetes":
        raise InexpressibleError(f"RBAC grants nothing on {permissions.platform}.")
    if len(permissions.policies) > 1:
        raise InexpressibleError("RBAC grants what any role grants, and never what several policies grant together.")
    found: dict[str | None, set[Rule]] = defaultdict(set)
    for policy in permissions.policies:
        for statement in policy.statements:
            for namespace, one in _rules(statement):
                found[namespace].add(one)
    return {
        namespace: tuple(sorted(found[namespace])) for namespace in sorted(found, key=lambda one: (one is None, one))
    }


def aggregated(roles: Mapping[str, ClusterRole], name: str) -> tuple[Rule, ...]:
    """The rules of a ClusterRole once the cluster has summed it up, each once.

    Its own, and those of every role that one of its selectors chooses, which may be summed up in turn. The cluster
    later drops the own rules of an aggregated role; until then they hold, so they count.
    https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
    """
    seen: dict[str, ClusterRole] = {}
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        role = seen[one] = roles[one]
        waiting += [
            other
            for other, candidate in roles.items()
            if any(_selects(selector, candidate.labels) for selector in role.selectors or ())
        ]
    return tuple(dict.fromkeys(each for one in sorted(seen) for each in seen[one].rules))


def _selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors"""
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    for expression in selector.get("matchExpressions") or ():
        key, operator, values = expression["key"], expression["operator"], expression.get("values") or ()
        holds = {
            "In": labels.get(key) in values,
            "NotIn": labels.get(key) not in values,
            "Exists": key in labels,
            "DoesNotExist": key not in labels,
        }
        # An operator that does not exist selects all: what a role is not known to lack, it counts as having.
        if not holds.get(operator, True):
            return False
    return True


# --- texts ------------------------------------------------------------------------------------------------------


def _encoded(text: str, signs: str) -> str:
    return re.sub(f"[{signs}]", lambda sign: f"%{ord(sign[0]):02X}", text)


def _quoted(text: str) -> str:
    return _encoded(text, "%*/:")


def _name(text: str) -> str:
    return _encoded(text, "%*/")


def _verb(verb: str) -> str:
    return _quoted(verb) or _EMPTY_VERB


def _plain_path(path: str) -> str:
    return _encoded(path, "%*")


def _path(path: str) -> str:
    # Only stars at the end are a wildcard, and any number of them is one.
    stem = path.rstrip("*")
    return f"url:{_plain_path(stem)}{'*' if stem != path else ''}"


def _whole(text: str) -> str:
    return "*" if text == "*" else _quoted(text)


def _kind(resource: str) -> str:
    kind, slash, subresource = resource.partition("/")
    # `*` alone covers every subresource too; `*/scale` covers that one of every resource.
    return f"{_whole(kind)}:{_quoted(subresource)}" if slash else _whole(kind)


def _read(pattern: str) -> str:
    if pattern == "*":
        return pattern
    if "*" in pattern:
        raise InexpressibleError(f"RBAC has no wildcard over a part of a text, as in {pattern!r}.")
    return unquote(pattern)


def _read_name(pattern: str) -> str | None:
    """A name, None for every one; a `*` in the result is an ordinary character."""
    return None if pattern == "*" else _read(pattern)


def _rules(statement: Statement) -> Iterable[tuple[str | None, Rule]]:
    if statement.effect != "allow":
        raise InexpressibleError("RBAC has no deny.")
    if statement.conditions:
        raise InexpressibleError("RBAC has no conditions.")
    if statement.not_actions or statement.not_resources:
        raise InexpressibleError("RBAC grants what a rule names, and never everything but something.")
    verbs = tuple(sorted({"" if verb == _EMPTY_VERB else _literal(verb, "a verb") for verb in statement.actions}))
    paths: set[str] = set()
    names: dict[tuple[str | None, str, str], set[str | None]] = defaultdict(set)
    for resource in statement.resources:
        if resource.startswith("url:"):
            paths.add(_read_path(resource.removeprefix("url:")))
            continue
        parts = resource.split("/")
        if len(parts) not in (3, 4):
            raise InexpressibleError(f"{resource!r} is not <namespace>/<group>/<resource>/<name>.")
        namespace, group, kind = parts[:3]
        name = _read_name(parts[3]) if len(parts) == 4 else None
        names[_read_name(namespace), _literal(group, "an api group"), _read_kind(kind)].add(name)
    grouped: dict[tuple[str | None, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (namespace, group, kind), wanted in names.items():
        chosen = () if None in wanted else tuple(sorted(name for name in wanted if name is not None))
        grouped[namespace, group, chosen].append(kind)
    for (namespace, group, chosen), kinds in grouped.items():
        yield namespace, Rule(verbs, (group,), tuple(sorted(kinds)), chosen)
    if paths:
        yield None, Rule(verbs, non_resource_urls=tuple(sorted(paths)))


def _literal(pattern: str, what: str) -> str:
    """A text in which a `*` alone is RBAC's wildcard, so that the text `*` itself cannot be written."""
    text = _read(pattern)
    if text == "*" and pattern != "*":
        raise InexpressibleError(f"RBAC reads `*` as {what} as every one of them, so one called `*` cannot be named.")
    return text


def _read_path(pattern: str) -> str:
    stem = pattern.rstrip("*")
    if "*" in stem:
        raise InexpressibleError(f"RBAC has a wildcard at the end of a path only, not in {pattern!r}.")
    text = unquote(stem)
    if text.endswith("*"):
        raise InexpressibleError(f"RBAC reads a star at the end of a path as a wildcard, so {text!r} cannot be named.")
    return text + ("*" if stem != pattern else "")


def _read_kind(pattern: str) -> str:
    kind, colon, subresource = pattern.partition(":")
    if subresource == "*":
        raise InexpressibleError(f"RBAC has no wildcard over the subresources of one resource, as in {pattern!r}.")
    text = _literal(kind, "a resource")
    if "/" in text:
        raise InexpressibleError(f"{text!r} is no resource.")
    return f"{text}/{_read(subresource)}" if colon else text
