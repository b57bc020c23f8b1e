"""NHI-CLS-040: an agent's service account says whose it is."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import FACT_TABLE, REQUIRED_FACTS, encode_fact

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.agents import expected_facts
from nhi_policies.view.facts import facts
from nhi_policies.view.kubernetes.agents import agents_only
from nhi_policies.view.resource import Resource

_OF_AN_INSTANCE = (*REQUIRED_FACTS, "instance")


@rule(
    id="NHI-CLS-040",
    slug="service-account-carries-facts",
    severity="high",
    kind="resource",
    targets=(t.K8S_SERVICE_ACCOUNT,),
    controls=("OWASP-NHI1", "ASI10", "NIST-CM-8", "ISO27001-A.5.9", "AICM-IAM-03"),
    row="1.2",
)
def service_account_carries_facts(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's service account carries class, id, sponsor, team, tier, purpose, state and environment, as declared.

    Why: whoever meets the account in the cluster must learn from it alone that it is an agent, and whom to call.
    Bad: the account of a declared agent without labels; one whose `nhi/risk-tier` is lower than the file's.
    Fix: let the component write the account, or copy its labels and annotations from the file.
    """
    owner = agents_only(resource, context)
    declared = context.agents.get(owner[0])
    expected = expected_facts(declared, owner[1], context.clock) if declared else {}
    found = facts(resource)
    for name in REQUIRED_FACTS if owner[1] is None else _OF_AN_INSTANCE:
        placement = FACT_TABLE["kubernetes"][name]
        if name not in found:
            yield Finding(
                f"it lacks the {placement.carrier} {placement.key}.",
                "let the component write the account, or add what the agent's file says.",
                f"{name}::missing",
                agent=owner[0],
            )
        elif name in expected and found[name] != encode_fact("kubernetes", name, expected[name]):
            yield Finding(
                f"its {placement.carrier} {placement.key} is not what the agent's file comes to.",
                "let the component write the account, or copy the value from the agent's file.",
                f"{name}::differs",
                agent=owner[0],
            )
