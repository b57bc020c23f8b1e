"""NHI-EXP-040: what gives an agent access in a cluster says when it ends."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import FACT_TABLE

from nhi_policies.declared import Context, lock_date
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.agents import tier_of
from nhi_policies.view.facts import fact, moment
from nhi_policies.view.kubernetes.agents import agents_only
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-EXP-040",
    slug="kubernetes-object-carries-end-date",
    severity="high",
    kind="resource",
    targets=(t.K8S_SERVICE_ACCOUNT, "kubernetes-role", "kubernetes-binding"),
    controls=("OWASP-NHI1", "ASI03", "NIST-AC-2(3)", "ISO27001-A.5.18", "AIRS-IAM-06"),
    row="3.3",
)
def kubernetes_object_carries_end_date(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's account, role and binding carry their end date, and it is no later than the agent's own.

    Why: RBAC has no clock; an audit or a clean-up can end access in time only where the object says when.
    Bad: a Role of a tier 2 agent without `nhi/expires`; `nhi/expires: never`; a date after the agent's last day.
    Fix: write the agent's end date, or an earlier one, into the annotation.
    """
    owner = agents_only(resource, context)
    key = FACT_TABLE["kubernetes"]["expires"].key
    written = fact(resource, "expires")
    declared = context.agents.get(owner[0])
    last = lock_date(declared.agent) if declared else None
    if written is None:
        tier = tier_of(owner, resource, context)
        if tier > 1:
            yield _finding(f"it lacks the annotation {key}, which tier {tier} demands.", "missing", owner[0])
        return
    end = moment(written)
    if end is None:
        yield _finding(f"its annotation {key} is no time with a zone.", "malformed", owner[0])
    elif last is not None and end > last:
        yield _finding(f"its annotation {key} lies after the agent's end date {last:%Y-%m-%d}.", "late", owner[0])


def _finding(text: str, part: str, agent: str) -> Finding:
    return Finding(text, "write the agent's end date as 2027-03-31T00:00:00Z, or an earlier one.", part, agent=agent)
