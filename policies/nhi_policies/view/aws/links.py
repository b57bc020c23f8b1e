"""What hangs on an agent's role in one stack: attached policies, inline policies, exclusive lists.

Owns the links between IAM resources. A policy is found by the ARN that follows from its name and path, so that a
program that computes ARNs from names can be proven and one that waits for outputs cannot. What is not known is kept
apart, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nhi_policies.declared import Context
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import Statement, documents, policy_arns_of, roles_of
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack


@dataclass
class Links:
    """The links of one stack. Roles are named by their names, policies by their ARNs."""

    policies: dict[str, Resource] = field(default_factory=dict)
    attached: dict[str, dict[str, Resource]] = field(default_factory=dict)
    """By role: the ARN of each attached policy, and the resource that attaches it."""
    inline: dict[str, list[Resource]] = field(default_factory=dict)
    exclusive_inline: dict[str, Resource] = field(default_factory=dict)
    exclusive_attached: dict[str, Resource] = field(default_factory=dict)
    unknown: dict[str, list[tuple[Resource, Unproven]]] = field(default_factory=dict)
    """By role: what hangs on it and cannot be told."""

    def holding(self, name: str, role: Resource) -> list[Resource]:
        """Every resource of this stack whose identity policies a role has: itself, inline and attached ones."""
        made = (self.policies.get(arn) for arn in self.attached.get(name, ()))
        return [role, *self.inline.get(name, ()), *(one for one in made if one is not None)]

    def statements(self, name: str, role: Resource) -> Iterator[Statement]:
        """Every statement of those. Raises `Unproven`."""
        for one in self.holding(name, role):
            for document in documents(one, "identity"):
                yield from document.statements


def links(stack: Stack, context: Context) -> Links:
    """The links of a stack, worked out once."""
    return kept(stack, "aws_links", lambda: _links(stack, context))


def _links(stack: Stack, context: Context) -> Links:
    found = Links()
    aws = context.environment.environment.aws if context.environment else None
    for policy in stack.of(t.AWS_POLICY):
        name, path = policy.peek("name"), policy.peek("path")
        if aws is not None and isinstance(name, str) and isinstance(path, str | None):
            found.policies[f"arn:{aws.partition}:iam::{aws.account_id}:policy{path or '/'}{name}"] = policy
    attaching = (t.AWS_ROLE_ATTACHMENT, t.AWS_POLICY_ATTACHMENT, t.AWS_ROLE_ATTACHMENTS_EXCLUSIVE, t.AWS_ROLE)
    for one in stack.of(*attaching, t.AWS_ROLE_POLICY, t.AWS_ROLE_POLICIES_EXCLUSIVE):
        try:
            roles = roles_of(one)
        except Unproven:
            continue  # whoever it is about is another rule's finding: nobody knows whether it is an agent
        for role in roles:
            if one.type == t.AWS_ROLE_POLICY:
                found.inline.setdefault(role, []).append(one)
            elif one.type == t.AWS_ROLE_POLICIES_EXCLUSIVE:
                found.exclusive_inline[role] = one
            if one.type == t.AWS_ROLE_ATTACHMENTS_EXCLUSIVE:
                found.exclusive_attached[role] = one
            try:
                for arn in policy_arns_of(one):
                    found.attached.setdefault(role, {}).setdefault(arn, one)
            except Unproven as unknown:
                found.unknown.setdefault(role, []).append((one, unknown))
    return found


def unproven(resource: Resource, agent: str, context: Context, what: str, unknown: Unproven) -> Finding:
    """The finding of a stack rule about one resource whose values are not known."""
    return Finding(
        f"{what} is unproven: {unknown.path} {unknown.why}.",
        "compute it in the program from plain values (names, account ids), not from another resource's output.",
        f"unproven::{unknown.path}",
        context.origin(agent),
        agent,
        resource.urn,
    )
