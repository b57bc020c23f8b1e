"""NHI-DEL-101: an agent's role lets in other agents only as edges declare it."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import documents
from nhi_policies.view.aws.handovers import entrance
from nhi_policies.view.aws.trust import is_own_session
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-DEL-101",
    slug="role-lets-in-declared-callers",
    severity="critical",
    kind="resource",
    targets=(t.AWS_ROLE,),
    controls=("OWASP-NHI5", "ASI03", "ASI07", "NIST-AC-3(8)", "ISO27001-A.5.15", "AICM-AIS-11", "AIRS-DEL-04"),
    row="3.4",
)
def role_lets_in_declared_callers(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's role lets in another agent only where both files say so, hop by hop, and only until the edge ends.

    Why: whoever assumes a role is that agent; without the tags of the hops nobody sees whose work it is, and work
        travels on without end.
    Bad: a role that another agent may assume though `accepts_from` does not name it; a statement without
        `aws:RequestTag/nhi:hop-1` or `sts:TransitiveTagKeys`; one that outlives either agent.
    Fix: name the caller in `accepts_from` and the callee in `allowed_targets`, and let the component write the trust.
    """
    who = holder(resource, context)
    for document in documents(resource, "trust"):
        for statement in document.allows:
            found = entrance(statement, who.agent, context)
            if found is None or not found.wrong or is_own_session(statement, who):
                continue
            index = statement.sid or statement.index
            yield Finding(
                f"{statement.label} {found.wrong}.",
                "declare the edge in both files, and let the component write the trust policy.",
                f"caller::{index}",
                context.origin(who.agent, "delegation"),
            )
