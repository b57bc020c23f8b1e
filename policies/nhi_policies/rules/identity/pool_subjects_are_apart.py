"""NHI-IDN-003: in a workload identity pool, nobody but an agent's own provider presents the agent's subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.gcp.claims import becoming
from nhi_policies.view.gcp.federation import PoolSubject, federated_member, pool_of, presented
from nhi_policies.view.owners import owner_of
from nhi_policies.view.resource import Resource, Stack

_FIX = (
    "pin the provider's condition to the one subject of its agent (`assertion.sub == ...`), or give other issuers a "
    "pool of their own."
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A subject of a pool that becomes an agent."""

    subject: PoolSubject
    owner: str
    by: Resource


@dataclass
class _Entries:
    """The entries by pool, and by pool and subject: a fleet's providers are many, and each asks for its own."""

    by_pool: dict[tuple[str, str], list[_Entry]] = field(default_factory=dict)
    by_subject: dict[tuple[str, str, str], list[_Entry]] = field(default_factory=dict)

    def add(self, entry: _Entry) -> None:
        subject = entry.subject
        self.by_pool.setdefault((subject.project, subject.pool), []).append(entry)
        self.by_subject.setdefault((subject.project, subject.pool, subject.subject), []).append(entry)


@rule(
    id="NHI-IDN-003",
    slug="pool-subjects-are-apart",
    severity="critical",
    kind="stack",
    reach="stack",  # a provider that pins no subject reaches everybody who comes through its pool
    controls=("OWASP-NHI9", "ASI03", "NIST-IA-4", "NIST-IA-9", "ISO27001-A.5.16", "AICM-IAM-13", "AIRS-IA-1.2"),
    row="2.3",
)
def pool_subjects_are_apart(stack: Stack, context: Context) -> Iterator[Finding]:
    """In a workload identity pool that agents come through, each provider presents one subject, and no other agent's.

    Why: a member names pool and subject and not the provider, so whoever presents the subject is the agent, whichever
        issuer vouches for it.
    Bad: two agents that declare one subject under two issuers of one pool; a pipeline's provider without a pinned
        subject in the agents' pool.
    Fix: pin each provider to the exact subject of its agent, and give other issuers a pool of their own.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    entries = _Entries()
    for resource in stack.of(*t.GCP_ACCOUNT_GRANTS):
        try:
            for entry in _entries(resource, stack, context):
                entries.add(entry)
        except Unproven as unknown:
            yield _unproven(resource, context, "whom it lets become a service account", unknown)
    for provider in stack.of(t.GCP_PROVIDER):
        try:
            yield from _beside(provider, entries, context)
        except Unproven as unknown:
            yield _unproven(provider, context, "which subject it presents", unknown)


def _entries(resource: Resource, stack: Stack, context: Context) -> Iterator[_Entry]:
    for member, owner in becoming(resource, stack, context):
        found = federated_member(member, context)
        if isinstance(found, PoolSubject):
            yield _Entry(found, owner, resource)


def _beside(provider: Resource, entries: _Entries, context: Context) -> Iterator[Finding]:
    if provider.peek("disabled") is True:
        return
    pool = pool_of(provider, context)
    if pool not in entries.by_pool:
        return
    owner, subject = owner_of(provider, context), presented(provider)
    reached = entries.by_pool[pool] if subject is None else entries.by_subject.get((*pool, subject), ())
    endangered = [one for one in reached if one.owner != owner]
    if not endangered:
        return
    first, *others = sorted(endangered, key=lambda one: one.owner)
    agent = first.owner.partition("--")[0]
    more = f" (and {len(others)} more)" if others else ""
    what = "may present any subject" if subject is None else f"presents the subject {subject}"
    yield Finding(
        f"a provider of pool {pool[1]} {what}, so its issuer can make itself {first.owner}{more}.",
        _FIX,
        f"subject::{first.owner}",
        context.origin(agent, "credential", "workload"),
        agent,
        provider.urn,
    )


def _unproven(resource: Resource, context: Context, what: str, unknown: Unproven) -> Finding:
    return Finding(
        f"{what} is unproven: {unknown.path} {unknown.why}.",
        "compute it in the program from plain values, not from another resource's output.",
        f"unproven::{unknown.path}",
        context.origin(resource.agent),
        resource.agent,
        resource.urn,
    )
