"""What an AWS resource claims for an agent: its role, and the workload that its trust policy lets in."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import agent_name

from nhi_policies.declared import Context
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import Statement, documents, roles_of
from nhi_policies.view.aws.handovers import is_declared_hop
from nhi_policies.view.aws.reach import is_exact, unescaped
from nhi_policies.view.claims import Claim, Thing, aws_role, spiffe_workload, token_holder
from nhi_policies.view.owners import owner_of
from nhi_policies.view.resource import Resource, Stack

_CLOCK_KEYS = frozenset({"aws:currenttime", "aws:epochtime"})
_SPIFFE_KEY = "aws:principaltag/x509san/uri"
_NAMES = (
    "aws:requesttag/eks-cluster-name",
    "aws:requesttag/kubernetes-namespace",
    "aws:requesttag/kubernetes-service-account",
    _SPIFFE_KEY,
)
"""Condition keys that by themselves name one workload, in lower case."""
_ACCOUNT_KEYS = frozenset({"aws:sourceaccount", "aws:sourceorgid", "aws:principalorgid", "aws:requestedregion"})


def claims(resource: Resource, _: Stack, context: Context) -> Iterator[Claim]:
    """What a role or a pod identity claims. Raises `Unproven` where that is not known."""
    if resource.type == t.AWS_ROLE:
        owner = owner_of(resource, context)
        if owner is not None:
            (name,) = roles_of(resource)
            yield aws_role(name), owner
            for document in documents(resource, "trust"):
                for statement in document.allows:
                    if resource.agent is None or not is_declared_hop(statement, resource.agent, context):
                        yield from ((thing, owner) for thing in _trusted(statement, context))
    elif resource.type == t.AWS_POD_IDENTITY:
        parts = [resource.text(key) or "" for key in ("clusterName", "namespace", "serviceAccount")]
        for role in roles_of(resource):
            named = context.owner("aws:role", role)
            owner = agent_name(*named) if named else owner_of(resource, context) or f"role {role}"
            yield ("pod identity of service account", *parts), owner


def _trusted(statement: Statement, context: Context) -> Iterator[Thing]:
    """The workloads that a trust statement pins, each as a thing that only one agent may be.

    Two statements that pin one workload need not be written alike, so what names the workload decides where it is
    there (service account, subject, SPIFFE id), and only else all conditions together. A statement that pins nothing
    but account, region or time trusts no one workload; that is another rule's finding, and for ECS as narrow as AWS
    allows.
    """
    pins = {
        condition.key.lower(): condition.values
        for condition in statement.conditions
        if condition.key.lower() not in _CLOCK_KEYS | _ACCOUNT_KEYS
        and not condition.key.lower().endswith(":aud")
        and not any(value == "*" or value.endswith(":*") for value in condition.values)
    }
    names = {key: values for key, values in pins.items() if key.startswith(_NAMES) or key.endswith(":sub")}
    if any(key.endswith("/kubernetes-service-account") for key in names) and not any(
        key.endswith("/eks-cluster-name") for key in names
    ):
        names |= {key: values for key, values in pins.items() if key.endswith(("/eks-cluster-arn", ":sourcearn"))}
    told = sorted(f"{key}={'|'.join(sorted(values))}" for key, values in (names or pins).items())
    for principal in statement.principals:
        provider = principal.value.partition(":oidc-provider/")[2] if principal.kind == "Federated" else ""
        subjects = names.get(f"{provider.lower()}:sub", ()) if provider else ()
        holders = names.get(_SPIFFE_KEY, ())
        if subjects and all(map(is_exact, subjects)):
            yield from (token_holder(f"https://{provider}", unescaped(subject), context) for subject in subjects)
        elif holders and all(map(is_exact, holders)):
            yield from (spiffe_workload(unescaped(holder)) for holder in holders)
        elif told:
            yield ("trusted workload", str(principal), *told)
        elif principal.kind == "AWS" and ":root" not in principal.value:
            yield ("trusted principal", str(principal))
