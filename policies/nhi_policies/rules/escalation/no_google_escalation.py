"""NHI-ESC-300: no agent's custom role lets it become more than it is."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.gcp.agents import agents_only
from nhi_policies.view.gcp.escalation import escalation
from nhi_policies.view.gcp.holdings import permissions
from nhi_policies.view.origin import origin_of_action
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-ESC-300",
    slug="no-google-escalation",
    severity="critical",
    kind="resource",
    targets=("gcp-role",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6(10)", "ISO27001-A.8.2", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.1",
)
def no_google_escalation(resource: Resource, context: Context) -> Iterator[Finding]:
    """No custom role of an agent holds a permission with which it could widen its own access, declared or not.

    Why: one such permission is as much as all of them, whatever else its roles say.
    Bad: `iam.serviceAccounts.getAccessToken`, `iam.serviceAccounts.actAs`, `storage.buckets.setIamPolicy`,
        `iam.roles.update` in an agent's role.
    Fix: let a pipeline with its own review do this step, and let the agent start that pipeline.
    """
    owner = agents_only(resource, context)
    for permission in permissions(resource):
        found = escalation(permission)
        if found is not None:
            yield Finding(
                f"its role holds {permission}: with it the agent could {found.gains}.",
                f"take it away; see {found.source}",
                f"permission::{permission}",
                origin_of_action(context, owner[0], "gcp", permission),
                owner[0],
            )
