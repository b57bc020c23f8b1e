"""Which subjects a provider of a workload identity pool can present, and who a member of an allow policy is.

All providers of one pool share its subjects: a member names the pool and a subject, and whichever provider of the pool
presents that subject is the member. So what a provider can present has to be known exactly. It is, where it maps
`google.subject` to the token's subject, or to the role of an AWS caller, and its condition pins that to one text; it is
not where it maps anything else, or pins less.

Only what must hold for every token counts (`permissions.cel`): comparisons joined by `&&`. A condition that says it in
another way may present any subject.

https://cloud.google.com/iam/docs/workload-identity-federation#mapping
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from nhi.permissions.cel import NotCelError, Term, demand

from nhi_policies.declared import Context
from nhi_policies.verdict import Unproven
from nhi_policies.view.resource import Resource

ASSUMED_ROLE: Final = (
    'assertion.arn.extract("{account_arn}assumed-role/") + "assumed-role/" + '
    'assertion.arn.extract("assumed-role/{role_name}/")'
)
"""The one mapping of an AWS caller to its role that counts: without the session's name, which the caller chooses.
https://cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds#mappings-and-conditions"""
_OF_SUBJECT: Final = "assertion.sub"
_ROLE: Final = re.compile(r"arn:[a-z-]+:sts::\d{12}:assumed-role/[^/]+/")
_MEMBER: Final = re.compile(
    r"principal://iam\.googleapis\.com/projects/(?P<project>[^/]+)/locations/global/"
    r"workloadIdentityPools/(?P<pool>[^/]+)/subject/(?P<subject>.+)"
)
_GKE: Final = re.compile(
    r"serviceAccount:(?P<project>[^\[]+)\.svc\.id\.goog\[(?P<namespace>[^/\]]+)/(?P<name>[^\]]+)\]"
)


@dataclass(frozen=True, slots=True)
class PoolSubject:
    """One subject of one workload identity pool; the project by its id where the environment is its own."""

    project: str
    pool: str
    subject: str


@dataclass(frozen=True, slots=True)
class ClusterSubject:
    """A Kubernetes service account as the workload pool of a project's clusters names it."""

    project: str
    namespace: str
    name: str


def project_of(name: str, context: Context) -> str:
    """A project by its id, where `name` is the id or the number of the environment's own; else as it is."""
    gcp = context.environment.environment.gcp if context.environment else None
    return gcp.project_id if gcp is not None and name in (gcp.project_id, gcp.project_number) else name


def federated_member(member: str, context: Context) -> PoolSubject | ClusterSubject | None:
    """The outside workload that a member of an allow policy is; None where it is none, or more than one."""
    pooled = _MEMBER.fullmatch(member)
    if pooled is not None:
        return PoolSubject(project_of(pooled["project"], context), pooled["pool"], pooled["subject"])
    gke = _GKE.fullmatch(member)
    return ClusterSubject(gke["project"], gke["namespace"], gke["name"]) if gke is not None else None


def pool_of(provider: Resource, context: Context) -> tuple[str, str]:
    """Project and pool of a provider. Raises `Unproven` where they are not known.

    A provider that names no project is the provider's default one, which is taken for the environment's.
    """
    gcp = context.environment.environment.gcp if context.environment else None
    project = provider.text("project") or (gcp.project_id if gcp else "")
    pool = provider.text("workloadIdentityPoolId")
    if not pool:
        raise Unproven("workloadIdentityPoolId", "is missing")
    return project_of(project, context), pool


def presented(provider: Resource) -> str | None:
    """The one subject that a provider can present; None where it may be any. Raises `Unproven` for unknown inputs."""
    mapping = provider.map("attributeMapping").get("google.subject")
    condition = provider.text("attributeCondition")
    if mapping not in (_OF_SUBJECT, ASSUMED_ROLE) or not condition:
        return None
    for term in demanded(condition):
        if mapping == _OF_SUBJECT and term.name == _OF_SUBJECT and term.operator == "==":
            return term.value
        of_role = mapping == ASSUMED_ROLE and (term.name, term.operator) == ("assertion.arn", "startsWith")
        if of_role and _ROLE.fullmatch(term.value):
            return term.value.removesuffix("/")
    return None


def demanded(condition: str) -> tuple[Term, ...]:
    """The comparisons that an attribute condition holds every token to. Raises `Unproven` for what is no CEL."""
    try:
        return demand(condition).terms
    except NotCelError as error:
        raise Unproven("attributeCondition", error.why) from None


def issuer_of(provider: Resource) -> str | None:
    """The OIDC issuer that a provider believes; None for one of another kind."""
    return provider.text("oidc", "issuerUri") if provider.peek("oidc") is not None else None
