"""NHI-ESC-302: no custom role of a stack lets its holder become an agent, or an agent somebody else."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.agents import about, unproven
from nhi_policies.view.gcp.agents import owner_of, principals, whose_account
from nhi_policies.view.gcp.escalation import escalation
from nhi_policies.view.gcp.grants import spans
from nhi_policies.view.gcp.holdings import custom_roles, of_kind, permissions
from nhi_policies.view.gcp.members import same
from nhi_policies.view.gcp.policies import Binding, bindings
from nhi_policies.view.resource import Resource, Stack


@rule(
    id="NHI-ESC-302",
    slug="no-google-escalation-by-custom-role",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-6(10)", "ISO27001-A.8.2", "AIRS-IAM-04"),
    row="2.1",
)
def no_google_escalation_by_custom_role(stack: Stack, context: Context) -> Iterator[Finding]:
    """No custom role that anybody is given on the project, or an agent anywhere, leads to other accounts.

    Why: a custom role hides what it holds behind a name; one that signs or makes tokens is as good as every account.
    Bad: a role with `iam.serviceAccounts.signBlob`, made for people and bound on the project; a custom role of another
        stack, bound on the project.
    Fix: take the permission out of the role, bind it on the one account that is meant, or make the role in this stack.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    for resource in of_kind(stack, "gcp-grant"):
        try:
            for binding in bindings(resource):
                yield from _leads(resource, binding, stack, context)
        except Unproven as signal:
            if spans(resource) is not None:
                yield unproven(resource, None, context, signal)


def _leads(resource: Resource, binding: Binding, stack: Stack, context: Context) -> Iterator[Finding]:
    known = principals(context)
    agents = {known[same(one)] for one in binding.members if same(one) in known}
    wide = spans(resource) is not None
    if not wide and (not agents or whose_account(resource, context) is not None):
        return
    if binding.role.startswith("roles/"):
        return  # what a role of Google holds is known by its name; another rule looks
    role = custom_roles(stack, context).get(binding.role)
    owner = next(iter(sorted(agents, key=str)), None)
    if role is None:
        text = f"what the role {binding.role} holds is unproven: this stack does not make it."
        fix = "make the role in this stack, or bind it on one object in the stack that makes it."
        yield about(resource, owner, context, text, fix, f"unseen::{binding.role}")
        return
    if owner_of(role, context) is not None and agents:
        return  # an agent's own role is judged where it is made
    for permission in permissions(role):
        found = escalation(permission)
        if found is not None and (found.over_accounts or agents):
            yield about(
                resource,
                owner,
                context,
                f"its role {binding.role} holds {permission}, with which one could {found.gains}.",
                f"take it out of the role, or bind it on the one account that is meant; see {found.source}",
                f"permission::{permission}",
            )
