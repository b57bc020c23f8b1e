"""NHI-EXP-300: what an agent holds on Google Cloud, and who may become it, ends."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.clock import timestamp

from nhi_policies.declared import Context, Owner, lock_date
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view.agents import ceilings_of
from nhi_policies.view.gcp.agents import whose_account
from nhi_policies.view.gcp.holdings import serves_agents
from nhi_policies.view.gcp.policies import Binding, bindings
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-EXP-300",
    slug="google-member-expires",
    severity="high",
    kind="resource",
    targets=("gcp-grant",),
    controls=("OWASP-NHI1", "ASI03", "NIST-AC-2(3)", "ISO27001-A.5.18", "AICM-IAM-07", "AIRS-IAM-06"),
    row="3.3",
)
def google_member_expires(resource: Resource, context: Context) -> Iterator[Finding]:
    """Each member of an agent ends no later than its lock date, and at tiers 2 and 3 each member ends.

    Why: a condition on `request.time` is the only clock of an allow policy; access that ends by itself needs nobody to
        remember it.
    Bad: a member of a tier 2 agent without a condition; one that ends after `credential.expires`; `... || true`.
    Fix: let the component write the member; it puts the lock date into the condition.
    """
    for owner, binding in _ours(resource, context):
        declared = context.agents.get(owner[0])
        lock = lock_date(declared.agent) if declared else None
        origin = context.origin(owner[0], "credential", "expires")
        fix = f'write `request.time < timestamp("{timestamp(lock)}")`.' if lock else "declare `credential.expires`."
        end = binding.end()
        if end is None and ceilings_of(owner, resource, context).grant_expiry_required:
            yield Finding("it never ends.", fix, f"{binding.path}never", origin, owner[0])
        elif end is not None and lock is not None and end > lock:
            text = f"it ends on {timestamp(end)}, after the agent's lock date {timestamp(lock)}."
            yield Finding(text, fix, f"{binding.path}late", origin, owner[0])


def _ours(resource: Resource, context: Context) -> Iterator[tuple[Owner, Binding]]:
    """Every binding with which somebody becomes an agent, or which serves an agent."""
    try:
        owner = whose_account(resource, context)
    except Unproven:
        owner = None  # NHI-GAT-007 says that the account is not known
    if owner is not None:
        yield from ((owner, binding) for binding in bindings(resource))
    else:
        yield from ((held.owner, held.binding) for held in serves_agents(resource, context))
