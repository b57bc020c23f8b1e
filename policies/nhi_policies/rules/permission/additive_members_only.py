"""NHI-PRM-305: allow policies beside agents are added to, never overwritten."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.resource import Resource
from nhi_policies.view.types import kinds_of


@rule(
    id="NHI-PRM-305",
    slug="additive-members-only",
    severity="high",
    kind="resource",
    targets=("gcp-authoritative",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-3", "NIST-CM-3", "ISO27001-A.5.18", "AIRS-IAM-04"),
    row="3.1",
)
def additive_members_only(resource: Resource, context: Context) -> Iterator[Finding]:
    """Beside agents every allow policy is written by additive members, on every service of Google Cloud.

    Why: an authoritative binding owns a role, and an authoritative policy owns everything on an object: each deployment
        wipes what others granted there, and a mistake in it opens the object to whoever stands in the list.
    Bad: `projects.IAMBinding`, `storage.BucketIAMPolicy`, `serviceaccount.IAMBinding`, whoever the members are.
    Fix: write one `...IAMMember` for each member; it adds, and takes away only what it added.
    """
    beside_agents(context)
    whole = "gcp-policy" in kinds_of(resource.type)
    kind = resource.type.rsplit(":", 1)[-1]
    what = "everything that is granted on its object" if whole else "everybody else's hold on its role"
    yield Finding(
        f"{kind} is authoritative: each deployment wipes {what}.",
        f"write {kind.replace('Policy', 'Member').replace('Binding', 'Member')} for each member instead.",
        "authoritative",
    )
