"""NHI-DEL-010: whoever an agent's work reaches may do no more than the agent may hand on."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.permissions.proof import Refuted, Undecided
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.delegation import declared_access, widenings
from nhi_policies.view.proofs import in_words


@rule(
    id="NHI-DEL-010",
    slug="delegation-never-widens",
    severity="critical",
    kind="agent",
    controls=("OWASP-NHI5", "ASI03", "ASI07", "NIST-AC-3(8)", "NIST-AC-6", "ISO27001-A.5.15", "AIRS-DEL-01"),
    row="3.4",
)
def delegation_never_widens(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Along every chain, what an agent's file allows lies within what each agent before it may hand on, by proof.

    Why: whoever steers the first agent steers the last; more access there is access that nobody gave the first one.
    Bad: a research agent that hands work to one with write access to customer data; a third agent that reads a bucket
    which the first of the chain may not.
    Fix: take the access away from the delegate, give it to the delegators first, or remove the edge.
    """
    agent = declared.agent.agent_id
    edges = {edge.callee.agent.agent_id: edge for edge in context.delegation.calls(agent)}
    if not edges:
        raise NotApplicable("the agent hands work to nobody")
    for found in widenings(agent, context, declared_access(context)):
        last, path = found.chain[-1], " -> ".join(found.chain)
        verdict = found.verdict
        if isinstance(verdict, Refuted):
            line = verdict.statement.origin if verdict.statement else None
            shown = f"{last} may {in_words(verdict.witness)}" + (f" ({line})" if line else "")
            text = f"over {path} {shown}, and {agent} may not hand that on."
        else:
            why = verdict.reason if isinstance(verdict, Undecided) else "no proof"
            text = f"over {path} it is undecided on {found.platform} whether {last} may do more than {agent}: {why}."
        yield Finding(
            text,
            f"take the access away from {last}, give it to {agent} first, or remove an edge of the chain.",
            f"{found.platform}::{path}",
            edges[found.chain[1]].origin,
        )
