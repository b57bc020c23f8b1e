"""NHI-CLS-010: whatever an agent service runs is declared as an agent."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import Statement, trust
from nhi_policies.view.facts import fact
from nhi_policies.view.resource import Resource

AGENT_SERVICES = frozenset(
    {"bedrock.amazonaws.com", "bedrock-agentcore.amazonaws.com", "preview.bedrock-agentcore.amazonaws.com"}
)
# bedrock.amazonaws.com also assumes roles for work that is no agent; these are its resource types in a source ARN:
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
_NOT_AGENTS = (
    "knowledge-base/",
    "model-customization-job/",
    "custom-model/",
    "evaluation-job/",
    "model-invocation-job/",
    "model-import-job/",
    "model-copy-job/",
    "data-automation-project/",
)


@rule(
    id="NHI-CLS-010",
    slug="shadow-agent",
    severity="high",
    kind="resource",
    targets=(t.AWS_ROLE, t.AWS_AGENT_RUNTIME, t.AWS_HARNESS, t.AWS_BEDROCK_AGENT, t.GCP_REASONING_ENGINE),
    controls=("OWASP-NHI1", "ASI10", "NIST-CM-8", "ISO27001-A.5.9", "AICM-IAM-03", "AWS-AGENTSEC-03-BP01"),
    row="1.2",
)
def shadow_agent(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every agent runtime, and every role that an agent service may assume, names the agent that it belongs to.

    Why: an agent that nobody declared has no sponsor and no end date, and no review ever finds it.
    Bad: a role that trusts `bedrock-agentcore.amazonaws.com` and a runtime that uses it, both without nhi tags; an
        engine of Agent Engine without nhi labels.
    Fix: declare the agent in a file and let the component make its identity.
    """
    if resource.type == t.AWS_ROLE:
        serving = sorted(
            {
                principal.value
                for statement in trust(resource).allows
                for principal in statement.principals
                if principal.kind == "Service" and principal.value in AGENT_SERVICES and not _no_agent(statement)
            }
        )
        if not serving:
            raise NotApplicable("no agent service may assume it")
        what = f"{', '.join(serving)} may assume it"
    else:
        what = "it runs an agent"
    if fact(resource, "agent-id") is None or fact(resource, "class") is None:
        yield Finding(
            f"{what}, and it does not say which declared agent it belongs to.",
            "declare the agent in a file and use its component, or remove the trust.",
            "metadata",
        )


def _no_agent(statement: Statement) -> bool:
    """Whether the statement is pinned to work of the service that is no agent, by its source ARN."""
    sources = statement.condition_values("aws:SourceArn", "StringEquals", "ArnEquals", "StringLike", "ArnLike")
    return bool(sources) and all(source.rsplit(":", 1)[-1].startswith(_NOT_AGENTS) for source in sources or ())
