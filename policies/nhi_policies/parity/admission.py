"""What a cluster refuses about agents, as the admission policies of a stack say it.

Owns recognising a refusal. CEL is not evaluated: an expression counts only where it is, word for word, one of the forms
below. A policy that is written another way may refuse as much, and is not counted: what is not understood is unproven.
A policy counts only where nothing narrows it (no selectors, no exclusions, no match condition but the agents' label),
where it fails closed, and where a binding of the stack denies with it.

https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nhi.contract import FACT_TABLE

from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.kubernetes.agents import AGENT_LABEL, INSTANCE_LABEL
from nhi_policies.view.kubernetes.pods import POD_IDENTITY_AUDIENCE
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack

Refused = Literal["no sponsor", "no end date", "mounted token", "foreign pod", "stored token", "long token"]
"""What is refused: an identity without sponsor or end date, an account that mounts its token, a pod that has an agent's
account without its labels or the other way round, a Secret with a token that never ends, a token over a ceiling."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal: the policy, the binding that denies with it, and for `long token` the seconds by tier."""

    policy: Resource
    binding: Resource
    seconds: Mapping[int, int]

    @property
    def by(self) -> tuple[Resource, ...]:
        """The resources that do it."""
        return self.policy, self.binding


def _carried(subject: str, carrier: str, key: str) -> str:
    return f"{subject}.?metadata.?{carrier}[?'{key}'].orValue('')"


_TABLE = FACT_TABLE["kubernetes"]
_LABEL = _carried("object", "labels", AGENT_LABEL)
_OLD_LABEL = f"(oldObject == null ? '' : {_carried('oldObject', 'labels', AGENT_LABEL)})"
_ABOUT_AGENTS = frozenset({f"{_LABEL} != ''", f"{_LABEL} != '' || {_OLD_LABEL} != ''"})
_TIER_OF_ACCOUNT = _carried("params", "labels", _TABLE["risk-tier"].key)

_NOT_MOUNTED = frozenset(
    {
        "object.?automountServiceAccountToken.orValue(true) == false",
        "object.automountServiceAccountToken == false",
        "has(object.automountServiceAccountToken) && !object.automountServiceAccountToken",
    }
)
_SAME_POD = "variables.runsAsAgent == variables.looksLikeAgent"
_POD_VARIABLES = {
    "runsAsAgent": "object.spec.?serviceAccountName.orValue('default') == params.metadata.name",
    "looksLikeAgent": f"{_LABEL} == {_carried('params', 'labels', AGENT_LABEL)} && "
    f"{_carried('object', 'labels', INSTANCE_LABEL)} == {_carried('params', 'labels', INSTANCE_LABEL)}",
}
_NO_STORED_TOKEN = (
    "object.?type.orValue('') != 'kubernetes.io/service-account-token' || "
    f"{_carried('object', 'annotations', 'kubernetes.io/service-account.name')} != params.metadata.name"
)
_SHORT_TOKEN = (
    f"request.name != params.metadata.name || object.spec.?audiences.orValue([]) == ['{POD_IDENTITY_AUDIENCE}'] || "
    "object.spec.?expirationSeconds.orValue(3600) <= variables.longestLife"
)
_LIVES = re.compile(
    r"\{(?P<tiers>'\d': \d+(?:, '\d': \d+)*)\}\[\?" + re.escape(_TIER_OF_ACCOUNT) + r"\]\.orValue\(\d+\)"
)

_SPEC_KEYS = frozenset(
    {
        "failurePolicy",
        "matchConstraints",
        "matchConditions",
        "validations",
        "variables",
        "paramKind",
        "auditAnnotations",
    }
)
_EVERY_ACCOUNT = {"matchExpressions": [{"key": AGENT_LABEL, "operator": "Exists"}]}


def refusals(stack: Stack) -> Mapping[Refused, Refusal]:
    """What the admission policies of a stack refuse, each with the first policy that does."""

    def make() -> dict[Refused, Refusal]:
        found: dict[Refused, Refusal] = {}
        bindings = tuple(stack.of(t.K8S_ADMISSION_BINDING))
        for policy in stack.of(t.K8S_ADMISSION_POLICY):
            try:
                spec = policy.map("spec")
                binding = next((one for one in bindings if _denies_with(policy, spec, one)), None)
            except Unproven:
                continue  # what cannot be read refuses nothing that anyone could rely on
            if binding is not None and _whole(spec):
                for what, seconds in _refused(spec):
                    found.setdefault(what, Refusal(policy, binding, seconds))
        return found

    return kept(stack, "kubernetes refusals", make)


def _denies_with(policy: Resource, spec: Mapping[str, Any], binding: Resource) -> bool:
    written = binding.map("spec")
    name = policy.text("metadata", "name")
    if name is None or written.get("policyName") != name or "Deny" not in (written.get("validationActions") or ()):
        return False
    if set(written) - {"policyName", "validationActions", "paramRef"}:
        return False
    reference = written.get("paramRef")
    if spec.get("paramKind") is None:
        return reference is None
    return (
        spec["paramKind"] == {"apiVersion": "v1", "kind": "ServiceAccount"}
        and isinstance(reference, Mapping)
        and set(reference) <= {"selector", "parameterNotFoundAction"}
        and reference.get("selector") == _EVERY_ACCOUNT
    )


def _whole(spec: Mapping[str, Any]) -> bool:
    """Whether nothing but the agents' label narrows a policy, and it fails closed."""
    constraints = spec.get("matchConstraints")
    conditions = [one.get("expression") for one in spec.get("matchConditions") or ()]
    return (
        not set(spec) - _SPEC_KEYS
        and spec.get("failurePolicy", "Fail") == "Fail"
        and isinstance(constraints, Mapping)
        and not set(constraints) - {"resourceRules", "matchPolicy"}
        and constraints.get("matchPolicy", "Equivalent") == "Equivalent"
        and all(_plain(one) in _ABOUT_AGENTS for one in conditions)
    )


def _plain(expression: object) -> str:
    return " ".join(expression.split()) if isinstance(expression, str) else ""


def _looks_at(spec: Mapping[str, Any], group: str, resource: str, *operations: str) -> bool:
    """Whether one of the resource rules takes every such object, and every one of these operations on it."""
    for one in spec["matchConstraints"].get("resourceRules") or ():
        done, versions = one.get("operations") or (), one.get("apiVersions") or ()
        if (
            group in (one.get("apiGroups") or ())
            and resource in (one.get("resources") or ())
            and ("v1" in versions or "*" in versions)
            and ("*" in done or set(operations) <= set(done))
            and not one.get("resourceNames")
            and one.get("scope", "*") in ("*", "Namespaced")
        ):
            return True
    return False


def _refused(spec: Mapping[str, Any]) -> Iterator[tuple[Refused, Mapping[int, int]]]:
    expressions = {_plain(one.get("expression")) for one in spec.get("validations") or ()}
    variables = {one.get("name"): _plain(one.get("expression")) for one in spec.get("variables") or ()}
    by_account = spec.get("paramKind") is not None
    about_agents = bool(spec.get("matchConditions"))
    if _looks_at(spec, "", "serviceaccounts", "CREATE", "UPDATE"):
        if any(_demands(one, _TABLE["sponsor"].key) for one in expressions):
            yield "no sponsor", {}
        if any(_demands(one, _TABLE["expires"].key) for one in expressions):
            yield "no end date", {}
        if expressions & _NOT_MOUNTED:
            yield "mounted token", {}
    if not by_account or about_agents:
        return
    told = {name: variables.get(name) for name in _POD_VARIABLES}
    if _looks_at(spec, "", "pods", "CREATE", "UPDATE") and _SAME_POD in expressions and told == _POD_VARIABLES:
        yield "foreign pod", {}
    if _looks_at(spec, "", "secrets", "CREATE", "UPDATE") and _NO_STORED_TOKEN in expressions:
        yield "stored token", {}
    if _looks_at(spec, "", "serviceaccounts/token", "CREATE") and _SHORT_TOKEN in expressions:
        lives = _LIVES.fullmatch(variables.get("longestLife", ""))
        if lives is not None:
            pairs = (one.split(": ") for one in lives["tiers"].split(", "))
            yield "long token", {int(tier.strip("'")): int(seconds) for tier, seconds in pairs}


def _demands(expression: str, key: str) -> bool:
    """Whether an expression is true only for an object whose annotation `key` is there and is not empty."""
    for carried in (_carried("object", "annotations", key), f"object.metadata.annotations['{key}']"):
        if expression == f"{carried} != ''":
            return True
        if expression.startswith(f"{carried}.matches('") and expression.endswith("')"):
            pattern = expression[len(carried) + len(".matches('") : -2]
            try:
                # CEL's matches finds the pattern anywhere, so one that finds it in nothing demands nothing.
                return "'" not in pattern and re.search(pattern, "") is None
            except re.error:
                return False
    return False
