"""NHI-TRU-202: one application, one workload."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import agent_name

from nhi_policies.declared import Context, Owner
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.agents import about, beside_agents, unproven
from nhi_policies.view.resource import Resource, Stack


@rule(
    id="NHI-TRU-202",
    slug="one-federated-credential",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI9", "ASI03", "NIST-IA-4", "ISO27001-A.5.16", "AICM-IAM-13", "AIRS-IA-1.2"),
    row="2.3",
)
def one_federated_credential(stack: Stack, context: Context) -> Iterator[Finding]:
    """An agent's application has one federated credential, or none.

    Why: what two workloads do as one application cannot be told apart, and neither can be stopped alone.
    Bad: a second credential for a person who debugs, for another branch, for the next cluster.
    Fix: give each workload an agent, or an instance, of its own.
    """
    beside_agents(context)
    found: dict[Owner, list[Resource]] = {}
    for one in stack.of(*sorted(t.KINDS["entra-trust"])):
        if one.agent is not None:
            found.setdefault((one.agent, one.instance), []).append(one)
    if not found:
        raise NotApplicable("no agent has a federated credential")
    for owner, credentials in found.items():
        # The component's own comes first, so that the finding names what was written beside it.
        first, *others = sorted(credentials, key=lambda one: (not one.from_component, one.urn))
        for other in others:
            try:
                other.text("subject")
            except Unproven as signal:
                yield unproven(other, owner, context, signal)
            yield about(
                other,
                owner,
                context,
                f"{agent_name(*owner)} has a federated credential beside {first.name}, so two workloads are one agent.",
                "leave one, and give each other workload an identity of its own.",
                f"beside::{first.name}",
                context.origin(owner[0], "credential", "workload"),
            )
