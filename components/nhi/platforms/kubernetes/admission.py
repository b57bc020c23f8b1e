"""What a cluster refuses about agent identities, whoever asks: admission policies as complete records.

Owns the policies and their bindings, one set for each environment in a cluster. Does not own the objects of one agent
(`documents`). The gate judges at preview what a stack declares; these policies judge at the API server what everybody
else declares, for everything that carries the label `nhi/agent-id` and whatever in a namespace uses an agent's account.

They need Kubernetes 1.30, where ValidatingAdmissionPolicy is v1
(https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/). `failurePolicy` is Fail: a
policy that cannot be evaluated refuses.

What they do not do: CEL has no clock, so an `nhi/expires` in the past is admitted here and found by the gate. An object
without the label is out of their sight, which is why the label cannot be taken off again. Policies about pods,
bindings, secrets and tokens look up the agents' service accounts of the request's own namespace, in a cache of the API
server that may lag behind by a moment. An unlabelled binding in another namespace, or an unlabelled cluster role
binding, to an agent's account is out of their sight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from nhi.contract import FACT_TABLE, Record, identity_name
from nhi.spec.declared import DeclaredEnvironment
from nhi.spec.problems import InputError, Problem

POLICY: Final = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy"
BINDING: Final = "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicyBinding"
API_VERSION: Final = "admissionregistration.k8s.io/v1"

_TABLE = FACT_TABLE["kubernetes"]
_AGENT: Final = _TABLE["agent-id"].key
_INSTANCE: Final = _TABLE["instance"].key
_TIER: Final = _TABLE["risk-tier"].key
_SPONSOR: Final = _TABLE["sponsor"].key
_EXPIRES: Final = _TABLE["expires"].key

POD_IDENTITY_AUDIENCE: Final = "pods.eks.amazonaws.com"
"""EKS asks for a day-long token of this audience for every pod with an association; only the Pod Identity agent of the
node takes it, in exchange for role credentials whose life the role limits:
https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html"""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One policy: what it looks at, and what must hold there."""

    name: str
    groups: Mapping[str, Sequence[str]]
    """Resources by `<api group>/<version>`."""
    validations: Sequence[tuple[str, str]]
    """CEL expression that must be true, and what is said where it is not."""
    operations: Sequence[str] = ("CREATE", "UPDATE")
    match: str | None = None
    variables: Sequence[tuple[str, str]] = ()
    about_accounts: bool = False
    """Whether it is asked once for each agent's service account of the namespace, as `params`."""


def _carried(subject: str, carrier: str, key: str) -> str:
    return f"{subject}.?metadata.?{carrier}[?'{key}'].orValue('')"


def _rules(environment: DeclaredEnvironment) -> tuple[_Rule, ...]:
    label = _carried("object", "labels", _AGENT)
    token_of = _carried("object", "annotations", "kubernetes.io/service-account.name")
    old_label = f"(oldObject == null ? '' : {_carried('oldObject', 'labels', _AGENT)})"
    is_agent = f"{label} != '' || {old_label} != ''"
    lives = ", ".join(
        f"'{tier}': {int(ceilings.max_token_life.total_seconds())}"
        for tier, ceilings in sorted(environment.profile.tiers.items())
    )
    strictest = min(int(ceilings.max_token_life.total_seconds()) for ceilings in environment.profile.tiers.values())
    account_tier = _carried("params", "labels", _TIER)
    return (
        _Rule(
            "metadata",
            {
                "/v1": ("serviceaccounts",),
                "rbac.authorization.k8s.io/v1": ("roles", "rolebindings", "clusterroles", "clusterrolebindings"),
                "networking.k8s.io/v1": ("networkpolicies",),
                "spire.spiffe.io/v1alpha1": ("clusterspiffeids",),
            },
            (
                (
                    f"{_carried('object', 'annotations', _SPONSOR)}.matches('^[^@ ]+@[^@ ]+$')",
                    f"an agent's identity needs a sponsor: annotation {_SPONSOR} with the e-mail address of a person",
                ),
                (
                    f"{_carried('object', 'annotations', _EXPIRES)}"
                    ".matches('^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$')",
                    f"an agent's identity needs an end: annotation {_EXPIRES} such as 2026-08-11T00:00:00Z",
                ),
                (
                    f"{old_label} == '' || {label} == {old_label}",
                    f"an identity keeps its agent: label {_AGENT} cannot be changed or taken off",
                ),
            ),
            match=is_agent,
        ),
        _Rule(
            "accounts",
            {"/v1": ("serviceaccounts",)},
            (
                (
                    "object.?automountServiceAccountToken.orValue(true) == false",
                    "an agent's service account does not mount its token: set automountServiceAccountToken to false",
                ),
            ),
            match=is_agent,
        ),
        _Rule(
            "pods",
            {"/v1": ("pods",)},
            (
                (
                    "variables.runsAsAgent == variables.looksLikeAgent",
                    f"a pod runs under an agent's service account if and only if it carries the agent's labels "
                    f"{_AGENT} and {_INSTANCE}, else the agent's network policy does not hold for it",
                ),
                (
                    "!variables.runsAsAgent || object.spec.?automountServiceAccountToken.orValue(false) == false",
                    "a pod of an agent does not mount the account's token: take automountServiceAccountToken out and "
                    "project a short-lived token where it is needed",
                ),
            ),
            variables=(
                ("runsAsAgent", "object.spec.?serviceAccountName.orValue('default') == params.metadata.name"),
                (
                    "looksLikeAgent",
                    f"{label} == {_carried('params', 'labels', _AGENT)} && "
                    f"{_carried('object', 'labels', _INSTANCE)} == {_carried('params', 'labels', _INSTANCE)}",
                ),
            ),
            about_accounts=True,
        ),
        _Rule(
            "bindings",
            {"rbac.authorization.k8s.io/v1": ("rolebindings",)},
            (
                (
                    "!object.?subjects.orValue([]).exists(subject, subject.kind == 'ServiceAccount' && "
                    "subject.name == params.metadata.name && "
                    "subject.?namespace.orValue('') == params.metadata.namespace) || "
                    f"{label} == {_carried('params', 'labels', _AGENT)}",
                    f"a binding that names an agent's service account carries that agent's label {_AGENT}, "
                    "and with it a sponsor and an end date",
                ),
            ),
            about_accounts=True,
        ),
        _Rule(
            "secrets",
            {"/v1": ("secrets",)},
            (
                (
                    "object.?type.orValue('') != 'kubernetes.io/service-account-token' || "
                    f"{token_of} != params.metadata.name",
                    "an agent has no token that never ends: no Secret of type kubernetes.io/service-account-token",
                ),
            ),
            about_accounts=True,
        ),
        _Rule(
            "tokens",
            {"/v1": ("serviceaccounts/token",)},
            (
                (
                    "request.name != params.metadata.name || "
                    f"object.spec.?audiences.orValue([]) == ['{POD_IDENTITY_AUDIENCE}'] || "
                    "object.spec.?expirationSeconds.orValue(3600) <= variables.longestLife",
                    "the token would live longer than the agent's risk tier allows: ask for fewer expirationSeconds",
                ),
            ),
            operations=("CREATE",),
            variables=(("longestLife", f"{{{lives}}}[?{account_tier}].orValue({strictest})"),),
            about_accounts=True,
        ),
    )


def admission_records(environment: DeclaredEnvironment, base: str = "agents") -> tuple[Record, ...]:
    """The admission policies of an environment's cluster, each followed by its binding.

    `base` starts every logical name. Names in the cluster start with the environment's prefix, so that two environments
    can share a cluster; where they do, both sets hold for every agent and the stricter one decides.

    They demand a sponsor and an end date on every account, role, binding, network policy and SPIFFE id of an agent.
    They refuse: an unlabelled binding to an agent's account, mounting the account's token, a Secret with a token that
    never ends, a token over the tier's token life, and a pod that uses an agent's account without its labels, or its
    labels without its account.

    Raises `InputError` where the environment has no Kubernetes cluster.
    """
    declared = environment.environment
    if declared.kubernetes is None:
        raise InputError(
            [
                Problem(
                    f"environment {declared.environment} has no cluster, so no admission policy can be made for it",
                    environment.positions.at("kubernetes"),
                    "add `kubernetes` to the environment file, or do not declare the admission component.",
                )
            ]
        )
    found: list[Record] = []
    for rule in _rules(environment):
        name = identity_name("kubernetes:name", declared.prefix, "agent", suffix=rule.name)
        policy = Record(
            POLICY,
            f"{base}-admission-{rule.name}",
            {
                "apiVersion": API_VERSION,
                "kind": "ValidatingAdmissionPolicy",
                "metadata": {"name": name},
                "spec": _spec(rule),
            },
        )
        binding: dict[str, Any] = {"policyName": name, "validationActions": ["Deny"]}
        if rule.about_accounts:
            # No namespace: the accounts of the namespace that the request is about. None there: nothing to protect.
            binding["paramRef"] = {
                "selector": {"matchExpressions": [{"key": _AGENT, "operator": "Exists"}]},
                "parameterNotFoundAction": "Allow",
            }
        found += [
            policy,
            Record(
                BINDING,
                f"{base}-admission-{rule.name}-binding",
                {
                    "apiVersion": API_VERSION,
                    "kind": "ValidatingAdmissionPolicyBinding",
                    "metadata": {"name": name},
                    "spec": binding,
                },
                (policy.name,),
            ),
        ]
    return tuple(found)


def _spec(rule: _Rule) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "failurePolicy": "Fail",
        "matchConstraints": {
            "resourceRules": [
                {
                    "apiGroups": [place.rsplit("/", 1)[0]],
                    "apiVersions": [place.rsplit("/", 1)[1]],
                    "operations": list(rule.operations),
                    "resources": list(resources),
                }
                for place, resources in rule.groups.items()
            ]
        },
        "validations": [
            {"expression": expression, "message": message, "reason": "Forbidden"}
            for expression, message in rule.validations
        ],
    }
    if rule.about_accounts:
        spec["paramKind"] = {"apiVersion": "v1", "kind": "ServiceAccount"}
    if rule.match is not None:
        spec["matchConditions"] = [{"name": "is-agent", "expression": rule.match}]
    if rule.variables:
        spec["variables"] = [{"name": name, "expression": expression} for name, expression in rule.variables]
    return spec
