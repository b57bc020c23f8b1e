"""NHI-DEL-102: an agent can reach another one on AWS only over an edge that both files declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nhi.catalog.user_context import own_session_actions

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.aws.delegated import reaches
from nhi_policies.view.aws.links import unproven
from nhi_policies.view.handovers import handed_by, missing, standing
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-DEL-102",
    slug="granted-edge-is-declared",
    severity="critical",
    kind="stack",
    controls=("OWASP-NHI5", "ASI03", "ASI07", "ASI08", "NIST-AC-4", "ISO27001-A.5.15", "AIRS-DEL-04"),
    row="3.4",
)
def granted_edge_is_declared(stack: Stack, context: Context) -> Iterator[Finding]:
    """Whoever may assume an agent's role, or call its function or runtime, has an edge to it that both files declare.

    Why: an edge that a program makes by hand was agreed to by nobody, and can close a circle in which work never ends.
    Bad: `lambda:InvokeFunction` on the function of an agent whose `accepts_from` does not name the caller; a tool that
        is bound to another agent's function; grants over which work comes back to where it began.
    Fix: name the callee in `allowed_targets` and the caller in `accepts_from`, or take the grant away.
    """
    said = reaches(stack, context)
    for agent, holding, unknown in said.unproven:
        yield unproven(holding, agent, context, f"whom {agent} can hand work to", unknown)
    found = said.found
    if not found and not said.unproven:
        raise NotApplicable("no agent of the stack can reach another one on AWS")
    beyond: dict[str, set[str]] = {}
    for one in found:
        beyond.setdefault(one.caller, set()).add(one.callee)
    told: set[tuple[str, str, str]] = set()
    for one in found:
        # An agent that acts for users assumes its own role once more, which hands nothing on.
        if one.caller == one.callee and own_session_actions(context.agents[one.caller]):
            continue
        # Where only the callee's trust says so, the rule about its role has said it.
        if not one.by or standing(context, one.caller, one.callee):
            continue
        if (one.caller, one.callee, one.source.urn) in told:
            continue
        told.add((one.caller, one.callee, one.source.urn))
        circle = _back(one.callee, one.caller, beyond, context)
        closes = f" It closes the circle {' -> '.join((one.caller, *circle))}." if circle else ""
        yield Finding(
            f"{one.by} of {one.callee}, and {missing(context, one.caller, one.callee)}.{closes}",
            "declare the edge in both files, or take the grant away.",
            f"edge::{one.callee}",
            context.origin(one.caller, "delegation", "allowed_targets"),
            one.caller,
            one.source.urn,
        )


def _back(start: str, goal: str, beyond: Mapping[str, set[str]], context: Context) -> tuple[str, ...]:
    """A shortest way from one agent to another over declared and granted edges; empty where there is none."""
    border: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while border:
        further: list[tuple[str, ...]] = []
        for way in border:
            if way[-1] == goal:
                return way
            declared = {edge.callee for edge in handed_by(context, way[-1])}
            for callee in sorted((declared | beyond.get(way[-1], set())) - seen):
                seen.add(callee)
                further.append((*way, callee))
        border = further
    return ()
