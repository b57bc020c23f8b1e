"""What a Google Cloud resource claims for an agent: its account, its roles, its provider, the workload it lets in.

An account lets in whoever its allow policy names with a role that makes them the account, whatever the role is called
that does it: impersonation is identity. A custom role of one agent in the hand of another would change under it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nhi.contract import agent_name

from nhi_policies.declared import Context
from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.claims import Claim, Thing, aws_role, cluster_account, token_holder
from nhi_policies.view.gcp.federation import (
    ClusterSubject,
    federated_member,
    issuer_of,
    pool_of,
    presented,
    project_of,
)
from nhi_policies.view.gcp.policies import bindings
from nhi_policies.view.memo import kept
from nhi_policies.view.owners import named_by, owner_of
from nhi_policies.view.resource import Resource, Stack

BECOMING: Final = frozenset(
    {
        "roles/iam.workloadIdentityUser",
        "roles/iam.serviceAccountTokenCreator",
        "roles/iam.serviceAccountOpenIdTokenCreator",
        "roles/iam.serviceAccountUser",
        "roles/iam.serviceAccountKeyAdmin",
        "roles/iam.serviceAccountAdmin",
    }
)
"""Roles with which somebody becomes a service account, or makes others become it.
https://cloud.google.com/iam/docs/service-account-permissions"""

_EMAIL: Final = re.compile(r"(?P<id>[a-z0-9-]+)@(?P<project>[a-z0-9-]+)\.iam\.gserviceaccount\.com")
_ACCOUNT_NAME: Final = re.compile(r"projects/[^/]+/serviceAccounts/(?P<email>[^/]+)")
_ROLE_NAME: Final = re.compile(r"projects/(?P<project>[^/]+)/roles/(?P<id>[^/]+)")
_ASSUMED_ROLE: Final = re.compile(r"arn:[a-z-]+:sts::(?P<account>\d{12}):assumed-role/(?P<name>[^/]+)")


def claims(resource: Resource, stack: Stack, context: Context) -> Iterator[Claim]:
    """What one resource claims. Raises `Unproven` where that is not known."""
    if resource.type == t.GCP_SERVICE_ACCOUNT:
        owner = owner_of(resource, context)
        if owner is not None:
            yield _account(email_of(resource, context)), owner
    elif resource.type == t.GCP_CUSTOM_ROLE:
        owner = owner_of(resource, context)
        role = _role_name(resource, context)
        if owner is not None and role is not None:
            yield ("custom role", role), owner
    elif resource.type == t.GCP_PROVIDER:
        owner = owner_of(resource, context)
        if owner is not None:
            project, pool = pool_of(resource, context)
            yield ("provider", f"{project}/{pool}/{resource.text('workloadIdentityPoolProviderId')}"), owner
            issuer, subject = issuer_of(resource), presented(resource)
            if issuer is not None and subject is not None and resource.read("disabled") is not True:
                yield token_holder(issuer, subject, context), owner
    elif resource.type in t.GCP_ACCOUNT_GRANTS:
        yield from _let_in(resource, stack, context)
    if resource.type.startswith("gcp:") and resource.type not in t.GCP_ACCOUNT_GRANTS:
        yield from _held(resource, stack, context)


def email_of(account: Resource, context: Context) -> str:
    """The address of a service account, from its id and project. Raises `Unproven` where they are not known."""
    gcp = context.environment.environment.gcp if context.environment else None
    project, name = account.text("project") or (gcp.project_id if gcp else ""), account.text("accountId")
    if name is None:
        raise Unproven("accountId", "is left to the provider to choose")
    return f"{name}@{project}.iam.gserviceaccount.com"


def account_owner(email: str, stack: Stack, context: Context) -> str | None:
    """The agent and instance of a service account: of the stack, else by its name in the environment's project."""
    owners = kept(stack, ("gcp account owners",), lambda: _account_owners(stack, context))
    if email in owners:
        return owners[email]
    found = _EMAIL.fullmatch(email)
    gcp = context.environment.environment.gcp if context.environment else None
    if found is None or gcp is None or found["project"] != gcp.project_id:
        return None
    named = context.owner("gcp:service-account", found["id"])
    return agent_name(*named) if named is not None else None


def granted_account(resource: Resource, stack: Stack, context: Context) -> str | None:
    """The address of the account that a grant on a service account is about, by name or by the account's output."""
    of = named_by(resource, "serviceAccountId", stack, t.GCP_SERVICE_ACCOUNT)
    if of is not None:
        return email_of(of, context)
    name = resource.text("serviceAccountId") or ""
    found = _ACCOUNT_NAME.fullmatch(name)
    return found["email"] if found is not None else name or None


def _account_owners(stack: Stack, context: Context) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for account in stack.of(t.GCP_SERVICE_ACCOUNT):
        if isinstance(account.peek("accountId"), str) and isinstance(account.peek("project"), str | None):
            found[email_of(account, context)] = owner_of(account, context)
    return found


def _account(email: str) -> Thing:
    return ("Google service account", email)


def _let_in(resource: Resource, stack: Stack, context: Context) -> Iterator[Claim]:
    for member, owner in becoming(resource, stack, context):
        if member.startswith("serviceAccount:") and federated_member(member, context) is None:
            email = member.removeprefix("serviceAccount:")
            if account_owner(email, stack, context) is not None:
                yield _account(email), owner
            continue
        thing = _entering(member, context)
        if thing is not None:
            yield thing, owner


def becoming(resource: Resource, stack: Stack, context: Context) -> Iterator[tuple[str, str]]:
    """Each member that a grant on an agent's account lets become the agent, and the agent. Raises `Unproven`."""
    account = granted_account(resource, stack, context)
    owner = account_owner(account, stack, context) if account is not None else None
    if owner is not None:
        for binding in bindings(resource):
            if binding.role in BECOMING:
                yield from ((member, owner) for member in binding.members)


def _entering(member: str, context: Context) -> Thing | None:
    found = federated_member(member, context)
    if found is None:
        return None
    environment = context.environment.environment if context.environment else None
    gcp = environment.gcp if environment else None
    if isinstance(found, ClusterSubject):
        kubernetes = environment.kubernetes if environment else None
        own = gcp is not None and kubernetes is not None and kubernetes.cluster in gcp.clusters
        if own and gcp is not None and found.project == gcp.project_id:
            return cluster_account(found.namespace, found.name)
        return ("GKE service account", f"{found.project}[{found.namespace}/{found.name}]")
    role = _ASSUMED_ROLE.fullmatch(found.subject)
    aws = environment.aws if environment else None
    if role is not None and aws is not None and role["account"] == aws.account_id:
        return aws_role(role["name"])
    return ("pool subject", f"{found.project}/{found.pool}", found.subject)


def _role_name(resource: Resource, context: Context) -> str | None:
    gcp = context.environment.environment.gcp if context.environment else None
    project, role = resource.text("project") or (gcp.project_id if gcp else ""), resource.text("roleId")
    return None if role is None else f"{project_of(project, context)}/{role}"


def _held(resource: Resource, stack: Stack, context: Context) -> Iterator[Claim]:
    for binding in bindings(resource):
        found = _ROLE_NAME.fullmatch(binding.role)
        for member in binding.members if found is not None else ():
            owner = account_owner(member.removeprefix("serviceAccount:"), stack, context)
            if owner is not None and found is not None:
                yield ("custom role", f"{project_of(found['project'], context)}/{found['id']}"), owner
