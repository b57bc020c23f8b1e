"""NHI-CLS-300: an agent's service account on Google Cloud says whose it is."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import REQUIRED_FACTS, describe_facts, described_facts

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.agents import expected_facts
from nhi_policies.view.facts import facts
from nhi_policies.view.gcp.agents import agents_only
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-CLS-300",
    slug="google-account-carries-facts",
    severity="high",
    kind="resource",
    targets=(t.GCP_SERVICE_ACCOUNT,),
    controls=("OWASP-NHI1", "ASI10", "NIST-CM-8", "ISO27001-A.5.9", "AICM-IAM-03", "AIRS-IAM-01"),
    row="1.2",
)
def google_account_carries_facts(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's Google service account carries the agent's facts in its description, as its file declares them.

    Why: a service account has no labels; whoever meets it must learn from its description that it is an agent's.
    Bad: the account of a declared agent with a description of your own; one whose `risk-tier` is lower than the file's.
    Fix: let the component write the account, or copy its description from what the component writes.
    """
    owner = agents_only(resource, context)
    declared = context.agents.get(owner[0])
    # Both sides go through the same line of text, in which a long purpose is cut short.
    expected = expected_facts(declared, owner[1], context.clock) if declared else {}
    written, wanted = facts(resource), described_facts(describe_facts(expected) or "")
    for name in REQUIRED_FACTS if owner[1] is None else (*REQUIRED_FACTS, "instance"):
        if not written.get(name):
            yield Finding(
                f"its description does not say {name}.",
                "let the component write the account, or add what the agent's file says.",
                f"{name}::missing",
            )
    for name, value in wanted.items():
        if name in written and written[name] != value:
            yield Finding(
                f"its description says another {name} than the agent's file comes to.",
                "let the component write the account, or copy the value from the agent's file.",
                f"{name}::differs",
            )
