"""NHI-IDN-002: no resource belongs to an agent that no file declares."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import encode_fact

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.facts import fact, platform_of
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-IDN-002",
    slug="undeclared-agent",
    severity="high",
    kind="resource",
    targets=(
        *("principal", "aws-grant", "kubernetes-role", "kubernetes-binding", "kubernetes-workload"),
        *("gcp-role", "gcp-secret", t.GCP_PROVIDER),
    ),
    controls=("OWASP-NHI1", "ASI10", "NIST-IA-4", "ISO27001-A.5.16", "AICM-IAM-03", "AIRS-IAM-01"),
    row="1.1",
)
def undeclared_agent(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every resource that names an agent names one that a reviewed file declares.

    Why: an identity without a file has no sponsor, no end date and nobody who reviews it.
    Bad: a role written by hand with the tag `nhi:agent-id` of an agent that was deleted, or never existed.
    Fix: declare the agent in a file, correct the tag, or remove the resource.
    """
    if not context.from_files:
        raise NotApplicable("the gate is told no reviewed files")
    platform = platform_of(resource)
    named = fact(resource, "agent-id")
    if platform is None or named is None:
        raise NotApplicable("it names no agent")
    declared = kept(
        context,
        ("encoded ids", platform),
        lambda: frozenset(encode_fact(platform, "agent-id", agent_id) for agent_id in context.agents),
    )
    if named not in declared:
        yield Finding(
            f"it belongs to agent {named}, which no reviewed file of this stack declares.",
            "declare the agent in a file, correct its id on the resource, or remove the resource.",
            "agent",
        )
