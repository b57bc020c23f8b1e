"""NHI-DEL-104: the policy that narrows a delegate's session says no more than the agent may hand on."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.catalog.load import load_catalog
from nhi.contract import identity_name
from nhi.fleet.delegation import handed_on
from nhi.permissions.model import PermissionSet, Policy
from nhi.permissions.proof import Proved, Refuted, Undecided, subset

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import documents
from nhi_policies.view.aws.effective import decompiled
from nhi_policies.view.handovers import StandingEdge, handed_by
from nhi_policies.view.holders import Holder, holder
from nhi_policies.view.memo import kept
from nhi_policies.view.proofs import in_words
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-DEL-104",
    slug="session-policy-within-scope",
    severity="high",
    kind="resource",
    targets=(t.AWS_POLICY,),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-3(8)", "NIST-AC-6", "ISO27001-A.5.15", "AIRS-DEL-01"),
    row="3.4",
)
def session_policy_within_scope(resource: Resource, context: Context) -> Iterator[Finding]:
    """The policy `...-to-<callee>` of an edge allows what the caller may hand on until the edge ends, and nothing else.

    Why: a session is narrowed to this policy; where it is wider than the caller's own access, it narrows nothing.
    Bad: a bucket in it that the caller may not read, or that its `delegation.scope` leaves out; no end.
    Fix: let the component write it, and change `delegation.scope` in the caller's file.
    """
    who = holder(resource, context)
    edge = _edge(resource, who, context)
    if edge is None:
        raise NotApplicable("it narrows no session of an edge")
    catalog = context.catalog or load_catalog()
    statements = [one for document in documents(resource, "identity") for one in decompiled(document)]
    outside = kept(
        context,
        ("handed on in a session", edge.edge.name),
        lambda: handed_on(edge.edge.caller, catalog, "aws", edge.end),
    )
    verdict = subset(PermissionSet("aws", (Policy(tuple(statements)),)), outside)
    if isinstance(verdict, Proved):
        return
    if isinstance(verdict, Refuted):
        text = f"it allows {in_words(verdict.witness)}, which {who.agent} may not hand on to {edge.callee}."
    else:
        why = verdict.reason if isinstance(verdict, Undecided) else "no proof"
        text = f"it is undecided whether it says more than {who.agent} may hand on to {edge.callee}: {why}."
    yield Finding(text, "let the component write it from the caller's file.", f"scope::{edge.callee}", edge.edge.origin)


def _edge(resource: Resource, who: Holder, context: Context) -> StandingEdge | None:
    name = resource.text("name")
    prefix = who.declared.environment.environment.prefix if who.declared else ""
    for edge in handed_by(context, who.agent):
        if name == identity_name("aws:policy", prefix, who.agent, who.instance, f"to-{edge.callee}"):
            return edge
    return None
