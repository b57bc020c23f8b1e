"""NHI-PRM-302: every permission that an agent is given, or denied, on Google Cloud is one that the gate knows."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.catalog.vocabulary import GCP_PERMISSIONS
from nhi.spec.nearest import nearest

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.gcp.agents import agents_only
from nhi_policies.view.gcp.escalation import escalation
from nhi_policies.view.gcp.holdings import permissions
from nhi_policies.view.origin import origin_of_action
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-PRM-302",
    slug="known-google-permission",
    severity="medium",
    kind="resource",
    targets=("gcp-role",),
    controls=("OWASP-NHI5", "ASI03", "NIST-CM-6", "ISO27001-A.8.9", "AICM-IAM-05"),
    row="3.2",
)
def known_google_permission(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every permission in a custom role of an agent is one that the gate knows.

    Why: whether another one exists, how deep it reaches and what it leads to is unproven; Google refuses a role with a
        permission that does not exist, at the deployment and not before.
    Bad: `storage.objects.gett`; a permission of a service that nobody has taught the catalog.
    Fix: correct the name; for a service of your own choice ask for an exception, or have the vocabulary extended.
    """
    owner = agents_only(resource, context)
    for permission in permissions(resource):
        if permission in GCP_PERMISSIONS or escalation(permission) is not None:
            continue
        close = nearest(permission, GCP_PERMISSIONS)
        yield Finding(
            f"its role holds {permission}, which the gate does not know, so what it leads to is unproven.",
            f"did you mean {close}?" if close else "correct the name, or have the catalog's vocabulary extended.",
            f"permission::{permission}",
            origin_of_action(context, owner[0], "gcp", permission),
            owner[0],
        )
