"""NHI-GAT-007: every principal that gets something beside agents is made in the stack."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import roles_of
from nhi_policies.view.entra.owners import HOLDER_KEYS, members, referred, same_owner
from nhi_policies.view.gcp.agents import of_account, principals, whose_account
from nhi_policies.view.gcp.claims import email_of
from nhi_policies.view.gcp.holdings import of_kind
from nhi_policies.view.gcp.members import account_email, is_one_workload, is_service_agent, same
from nhi_policies.view.gcp.policies import bindings
from nhi_policies.view.kubernetes.objects import service_account, subjects
from nhi_policies.view.resource import Resource, Stack

_AWS_GRANTS = (
    t.AWS_ROLE_POLICY,
    t.AWS_ROLE_ATTACHMENT,
    t.AWS_POLICY_ATTACHMENT,
    t.AWS_INSTANCE_PROFILE,
    t.AWS_POD_IDENTITY,
    t.AWS_ROLES_ANYWHERE_PROFILE,
)
_OF_APPLICATIONS = frozenset({"applicationId", "clientId", "authorizedClientId"})
_BINDINGS = (t.K8S_ROLE_BINDING, t.K8S_CLUSTER_ROLE_BINDING)


@rule(
    id="NHI-GAT-007",
    slug="grant-to-unseen-principal",
    severity="medium",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI9", "ASI03", "NIST-IA-4", "ISO27001-A.5.16", "AIRS-IAM-01"),
    row="1.1",
)
def grant_to_unseen_principal(stack: Stack, context: Context) -> Iterator[Finding]:
    """In a stack with agents, whoever is granted something is made in the same stack.

    Why: a role or service account that the program only reads, by `.get()` or by name, is not judged: nobody sees its
        trust, its other permissions, or whether it is an agent.
    Bad: an attachment to a role that `aws.iam.Role.get` read; a binding to a service account of another stack; a member
        `serviceAccount:...` whose account this stack does not make; an app role for a principal, or a credential for an
        application, that only its id names.
    Fix: make the principal in this stack, or move its grant to the stack that makes it.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    roles = {name for role in stack.of(t.AWS_ROLE) for name in _known(role)}
    for grant in stack.of(*_AWS_GRANTS):
        try:
            named = roles_of(grant)
        except Unproven as unknown:
            yield _unproven(grant, unknown)
            continue
        for name in named:
            if name not in roles:
                yield _unseen(grant, f"role {name}")
    accounts: set[tuple[str, str]] = set()
    for one in stack.of(t.K8S_SERVICE_ACCOUNT):
        try:
            accounts.add(service_account(one))
        except Unproven:
            continue  # what is bound to it then counts as unseen
    for binding in stack.of(*_BINDINGS):
        try:
            bound = subjects(binding)
        except Unproven as unknown:
            yield _unproven(binding, unknown)
            continue
        for subject in bound:
            if subject.kind == "ServiceAccount" and (subject.namespace or "default", subject.name) not in accounts:
                yield _unseen(binding, f"service account {subject.namespace or 'default'}/{subject.name}")
    yield from _on_google(stack, context)
    yield from _on_entra(stack, context)


def _on_entra(stack: Stack, context: Context) -> Iterator[Finding]:
    tenant = context.environment.environment.entra if context.environment else None
    people = {user for users in tenant.on_behalf_of.values() for user in users} if tenant else set()
    for type_token, key in HOLDER_KEYS.items():
        for grant in stack.of(type_token):
            try:
                named = referred(grant, key, stack)
            except Unproven as unknown:
                yield _unproven(grant, unknown)
                continue
            id = grant.peek(key)
            if not named and isinstance(id, str) and id.lower() not in people:
                yield _unseen(grant, f"{'application' if key in _OF_APPLICATIONS else 'principal'} {id}")
            elif grant.agent is None and not same_owner(named, stack):
                yield _unproven(grant, Unproven(key, "is made from objects of several agents"))
    for group in stack.of(*sorted(t.KINDS["entra-group"])):
        try:
            for id, named in members(group, stack):
                if not named and id.lower() not in people:
                    yield _unseen(group, f"member {id}")
        except Unproven as unknown:
            yield _unproven(group, unknown)


def _on_google(stack: Stack, context: Context) -> Iterator[Finding]:
    made = {address for one in stack.of(t.GCP_SERVICE_ACCOUNT) for address in _address(one, context)}
    for grant in of_kind(stack, "gcp-grant"):
        try:
            whose_account(grant, context)
            members = dict.fromkeys(member for binding in bindings(grant) for member in binding.members)
        except Unproven as unknown:
            yield _unproven(grant, unknown)
            continue
        for member in members:
            address = account_email(member)
            if address is not None:
                if address not in made and not is_service_agent(address):
                    yield _unseen(grant, f"service account {address}")
            # Whom an account lets in is its trust, which other rules judge where the account is an agent's.
            elif is_one_workload(member) and not of_account(grant) and same(member) not in principals(context):
                yield _unseen(grant, member)


def _address(account: Resource, context: Context) -> tuple[str, ...]:
    try:
        return (email_of(account, context).lower(),)
    except Unproven:
        return ()


def _known(role: Resource) -> tuple[str, ...]:
    try:
        return roles_of(role)
    except Unproven:
        return ()


def _unseen(grant: Resource, principal: str) -> Finding:
    return Finding(
        f"it grants something to {principal}, which this stack does not make, so nobody judges it.",
        "make the principal in this stack, or move the grant to the stack that makes it.",
        f"principal::{principal}",
        agent=grant.agent,
        target=grant.urn,
    )


def _unproven(grant: Resource, unknown: Unproven) -> Finding:
    return Finding(
        f"whom it grants something to is unproven: {unknown.path} {unknown.why}.",
        "name the principal with a plain value, not with another resource's output.",
        f"unproven::{unknown.path}",
        agent=grant.agent,
        target=grant.urn,
    )
