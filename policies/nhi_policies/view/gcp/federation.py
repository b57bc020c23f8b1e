"""Which subjects a provider of a workload identity pool can present, and who a member of an allow policy is.

All providers of one pool share its subjects: a member names the pool and a subject, and whichever provider of the pool
presents that subject is the member. So what a provider can present has to be known exactly. It is, where it maps
`google.subject` to the token's subject, or to the role of an AWS caller, and its condition pins that to one text; it is
not where it maps anything else, or pins less.

Expressions are read in the forms that leave no doubt: conjuncts joined by `&&`, without `||`, `!`, `?` or brackets
around them. Anything else may present any subject.

https://cloud.google.com/iam/docs/workload-identity-federation#mapping
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

from nhi_policies.declared import Context
from nhi_policies.verdict import Unproven
from nhi_policies.view.resource import Resource

_STRING: Final = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_STRINGS: Final = re.compile(_STRING)
_SUBJECT_IS: Final = re.compile(rf"assertion\.sub\s*==\s*(?P<text>{_STRING})")
_ROLE_IS: Final = re.compile(rf"assertion\.arn\.startsWith\(\s*(?P<text>{_STRING})\s*\)")
_ASSUMED_ROLE: Final = re.compile(r"arn:[a-z-]+:sts::\d{12}:assumed-role/[^/]+/")
_UNDECIDED: Final = re.compile(r"\|\||[?!'\n]|//|\"{3}|\w\"|[^\w.]\(|^\s*\(")
"""What leaves a doubt once every string is blanked: another operator, a comment, brackets around a part, a string of
another kind."""
_OF_SUBJECT: Final = "assertion.sub"
_OF_ROLE: Final = (
    'assertion.arn.extract("{account_arn}assumed-role/") + "assumed-role/" + '
    'assertion.arn.extract("assumed-role/{role_name}/")'
)
"""The caller's role without the session, whose name the caller chooses."""
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
    pinned = {_OF_SUBJECT: _SUBJECT_IS, _OF_ROLE: _ROLE_IS}.get(str(mapping))
    if pinned is None or condition is None:
        return None
    for conjunct in _conjuncts(condition):
        found = pinned.fullmatch(conjunct)
        text = _text(found["text"]) if found is not None else None
        if text is None:
            continue
        if mapping == _OF_SUBJECT:
            return text
        if _ASSUMED_ROLE.fullmatch(text):
            return text.removesuffix("/")
    return None


def issuer_of(provider: Resource) -> str | None:
    """The OIDC issuer that a provider believes; None for one of another kind."""
    return provider.text("oidc", "issuerUri") if provider.peek("oidc") is not None else None


def _conjuncts(expression: str) -> tuple[str, ...]:
    """The parts that all must hold; none where the expression is not a plain conjunction."""
    blank = _STRINGS.sub(lambda found: '"' + " " * (len(found[0]) - 2) + '"', expression)
    if _UNDECIDED.search(blank):
        return ()
    parts: list[str] = []
    start = 0
    for mark in re.finditer("&&", blank):
        parts.append(expression[start : mark.start()].strip())
        start = mark.end()
    return (*parts, expression[start:].strip())


def _text(literal: str) -> str | None:
    """A CEL string literal's text, in the forms that JSON shares; None for any other."""
    if literal.startswith("'"):
        return None if "\\" in literal or '"' in literal else literal[1:-1]
    try:
        return str(json.loads(literal))
    except ValueError:
        return None
