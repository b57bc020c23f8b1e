"""NHI-CLS-300: an agent's account and roles on Google Cloud say whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nhi.contract import REQUIRED_FACTS, Fact, describe_facts, described_facts

from nhi_policies.declared import Context, Owner
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.agents import expected_facts
from nhi_policies.view.facts import facts
from nhi_policies.view.gcp.agents import agents_only
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-CLS-300",
    slug="google-identity-carries-facts",
    severity="high",
    kind="resource",
    targets=(t.GCP_SERVICE_ACCOUNT, "gcp-role"),
    controls=("OWASP-NHI1", "ASI10", "NIST-CM-8", "ISO27001-A.5.9", "AICM-IAM-03", "AIRS-IAM-01"),
    row="1.2",
)
def google_identity_carries_facts(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's service account and custom roles carry the agent's facts in their description, as its file says.

    Why: neither has labels; whoever meets one must learn from its description that it is an agent's. An agent on Agent
        Engine has no account, so its roles are all that says so.
    Bad: the account of a declared agent with a description of your own; one whose `risk-tier` is lower than the file's.
    Fix: let the component write them, or copy the description from what the component writes.
    """
    owner = agents_only(resource, context)
    written, wanted = facts(resource), kept(context, ("google facts", owner), lambda: _wanted(owner, context))
    for name in REQUIRED_FACTS if owner[1] is None else (*REQUIRED_FACTS, "instance"):
        if not written.get(name):
            yield Finding(
                f"its description does not say {name}.",
                "let the component write it, or add what the agent's file says.",
                f"{name}::missing",
            )
    for name, value in wanted.items():
        if name in written and written[name] != value:
            yield Finding(
                f"its description says another {name} than the agent's file comes to.",
                "let the component write it, or copy the value from the agent's file.",
                f"{name}::differs",
            )


def _wanted(owner: Owner, context: Context) -> Mapping[Fact, str]:
    """What the description must say: the file's facts, in the one line of text in which a long purpose is cut short."""
    declared = context.agents.get(owner[0])
    return described_facts(describe_facts(expected_facts(declared, owner[1], context.clock)) or "") if declared else {}
