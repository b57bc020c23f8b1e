"""Whom a member of an allow policy names.

Owns the forms of a principal and who belongs to a set of them. Does not own which of them is an agent (`agents`).
https://cloud.google.com/iam/docs/principal-identifiers, read 2026-11-24.
"""

from __future__ import annotations

import re
from collections.abc import Container

_PUBLIC = frozenset({"allusers", "allauthenticatedusers", "principalset://goog/public:all"})
_ACCOUNT = re.compile(r"serviceaccount:([^\s@/]+@[^\s@/]+)")
_POOL = re.compile(
    r"principalset://iam\.googleapis\.com/(?:projects/(?P<project>[^/]+)/)?locations/global/"
    r"(?:workloadidentitypools|workforcepools)/(?P<id>[^/]+)/(?P<rest>.+)"
)
_RESOURCE = re.compile(
    r"principalset://cloudresourcemanager\.googleapis\.com/(?P<kind>projects|folders|organizations)/(?P<id>[^/]+)"
    r"(?:/type/(?P<type>[^/]+))?"
)
_SERVICE_AGENT = re.compile(r"service-\d+@gcp-sa-[a-z0-9-]+\.iam\.gserviceaccount\.com")
"""Accounts that only Google's own services run under.
https://cloud.google.com/iam/docs/service-account-types#service-agents"""


def same(member: str) -> str:
    """A member in one spelling: principals that are URIs keep their case, the others have none."""
    return member if member.startswith(("principal:", "principalSet:")) else member.lower()


def account_email(member: str) -> str | None:
    """The address of the one service account that a member names; None for anybody else, and for a pod."""
    match = _ACCOUNT.fullmatch(member.lower())
    return match[1] if match else None


def is_public(member: str) -> bool:
    """Whether a member stands for everybody, or everybody who has a Google account."""
    return member.lower() in _PUBLIC


def is_service_agent(address: str) -> bool:
    """Whether an account belongs to a service of Google, which nobody can become."""
    return _SERVICE_AGENT.fullmatch(address) is not None


def is_one_workload(member: str) -> bool:
    """Whether a member is one identity that is no person: from outside, a pod, an account in whatever form."""
    return member.startswith("principal://") or member.lower().startswith("serviceaccount:")


def set_with_agents(member: str, project_number: str, pool: str | None, namespaces: Container[str]) -> str | None:
    """Why a member is a set to which agents belong without being named, or None.

    `project_number` is the agents' project, `pool` the id of their workload identity pool there, `namespaces` are those
    of their pods.
    """
    text = member.lower()
    if not text.startswith("principalset://"):
        return None
    if text.startswith("principalset://agents.global."):
        return "it names a set of agent identities"
    everyone = _RESOURCE.fullmatch(text)
    if everyone is not None:
        elsewhere = everyone["kind"] == "projects" and everyone["id"] != project_number
        return None if elsewhere or everyone["type"] == "serviceagent" else "it names every account of a whole resource"
    match = _POOL.fullmatch(text)
    if match is None:
        return None
    if match["rest"] == "*":
        return "it names everybody whom a pool's providers let in"
    if match["id"].endswith(".svc.id.goog"):
        kind, _, namespace = match["rest"].partition("/")
        return None if kind == "namespace" and namespace not in namespaces else "it names pods, and agents' among them"
    own = match["id"] == pool and match["project"] in (None, project_number)
    return "it names a part of the agents' own pool" if own else None
