"""NHI-TRU-014: one role, one workload."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.aws.holders import entrances
from nhi_policies.view.aws.trust import is_own_session, workloads
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-TRU-014",
    slug="one-workload-per-role",
    severity="high",
    kind="resource",
    targets=(t.AWS_ROLE,),
    controls=("OWASP-NHI9", "ASI03", "NIST-IA-4", "ISO27001-A.5.16", "AICM-IAM-13", "AIRS-IA-1.2"),
    row="2.3",
)
def one_workload_per_role(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's role lets in one workload, beside the role itself.

    Why: what two workloads do under one role cannot be told apart, and neither can be stopped alone.
    Bad: two service principals; two values for `:sub`; a second Allow for a person who debugs.
    Fix: give each workload an agent, or an instance, of its own.
    """
    who, statements = entrances(resource, context)
    others = (statement for statement in statements if not is_own_session(statement, who))
    found = dict.fromkeys(one for statement in others for one in workloads(statement))
    if len(found) > 1:
        named = "; ".join(" ".join(one) for one in found)
        yield Finding(
            f"{len(found)} workloads may become this agent: {named}.",
            "leave one, and give each other workload an identity of its own.",
            "workloads",
        )
