"""NHI-DEL-008: the scope of a delegation is part of what the agent itself may do, for as long as it may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nhi.catalog.load import Catalog, load_catalog
from nhi.catalog.meaning import agent_platforms, meaning
from nhi.catalog.permission_set import permission_set
from nhi.contract import Platform
from nhi.fleet.delegation import access, narrowing
from nhi.permissions.proof import Refuted, Undecided, difference
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.proofs import in_words

_FIX = "take it out of `delegation.scope`, or have it allowed for the agent itself first."


@rule(
    id="NHI-DEL-008",
    slug="delegation-scope-is-own",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-3(8)", "NIST-AC-6", "ISO27001-A.5.15", "AIRS-DEL-01"),
    row="3.4",
)
def delegation_scope_is_own(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """What `delegation.scope` names lies within the agent's own access, by proof, and ends no later.

    Why: an agent can hand on only what it has; a wider scope is a mistake, or waits for access that nobody gave yet.
    Bad: a scope with an action that the agent lacks, with `write` where it has `read`, or that outlives its own.
    Fix: take it out of the scope, or have it allowed for the agent itself first.
    """
    narrowed = narrowing(declared)
    if narrowed is None:
        raise NotApplicable("the delegation has no scope of its own")
    catalog = context.catalog or load_catalog()
    said: set[str] = set()
    for platform in agent_platforms(declared):
        # A word that nobody knows would mean nothing here, and so lie within everything.
        for problem in meaning(narrowed, catalog, platform).problems:
            if problem.message not in said:
                said.add(problem.message)
                yield Finding(problem.message, problem.fix or _FIX, f"word::{len(said)}", problem.origin)
        for verdict in _beyond(narrowed, declared, catalog, platform):
            label = verdict.statement.label if verdict.statement else "the scope"
            if label in said:
                continue
            said.add(label)
            shown = (
                f"it is undecided whether that lies within the agent's own access: {verdict.reason}"
                if isinstance(verdict, Undecided)
                else f"the agent itself may not {in_words(verdict.witness)}"
            )
            origin = verdict.statement.origin if verdict.statement else None
            yield Finding(f"`delegation.scope` hands on {label}, and {shown}.", _FIX, f"scope::{label}", origin)


def _beyond(
    narrowed: DeclaredAgent, declared: DeclaredAgent, catalog: Catalog, platform: Platform
) -> Iterator[Refuted | Undecided]:
    """What the scope hands on beyond the agent's own access. An entry without an end ends with the agent's own."""
    own, scope = access(declared, catalog, platform), access(narrowed, catalog, platform)
    endless = [grant for grant in scope if grant.expires is None]
    dated = [grant for grant in scope if grant.expires is not None]
    always = [replace(grant, expires=None) for grant in own]
    yield from difference(permission_set(platform, endless), permission_set(platform, always))
    yield from difference(permission_set(platform, dated), permission_set(platform, own))
