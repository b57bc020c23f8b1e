"""NHI-PRM-013: no agent is an administrator."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhi.permissions.globs import has_wildcard

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.aws.documents import documents, policy_arns_of
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource

# Policies that AWS keeps: https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
_ADMIN = re.compile(
    r"arn:aws[a-z-]*:iam::aws:policy/(?:.*/)?"
    r"(?:AdministratorAccess.*|PowerUserAccess|IAMFullAccess|.*FullAccess(?:V\d+|_v\d+)?|SystemAdministrator"
    r"|DatabaseAdministrator|NetworkAdministrator|.*_?Admin(?:istrator)?(?:Access)?)"
)


@rule(
    id="NHI-PRM-013",
    slug="no-admin-policy",
    severity="critical",
    kind="resource",
    targets=(
        "aws-identity-policy",
        "aws-grant",
        "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    ),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6(5)", "ISO27001-A.8.2", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.1",
)
def no_admin_policy(resource: Resource, context: Context) -> Iterator[Finding]:
    """No agent holds a policy that allows everything, or everything of a service.

    Why: whoever talks such an agent into something owns the account.
    Bad: `AdministratorAccess`, `PowerUserAccess`, `AmazonS3FullAccess` on an agent's role; Action `*` on Resource `*`.
    Fix: declare what the agent needs in its file; the component writes the policy.
    """
    holder(resource, context)
    for arn in policy_arns_of(resource):
        if _ADMIN.fullmatch(arn):
            name = arn.rsplit("/", 1)[-1]
            yield Finding(
                f"the AWS policy {name} is attached to an agent.",
                "detach it and declare what the agent needs in its file.",
                f"policy::{name}",
            )
    for document in documents(resource, "identity"):
        for statement in document.allows:
            if any(_everything(action) for action in statement.actions) and "*" in statement.resources:
                yield Finding(
                    f"{statement.label} allows everything on everything.",
                    "declare what the agent needs in its file.",
                    f"everything::{statement.sid or statement.index}",
                )


def _everything(action: str) -> bool:
    return has_wildcard(action) and not action.replace(":", "").strip("*")
