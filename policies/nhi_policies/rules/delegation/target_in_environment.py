"""NHI-DEL-002: both ends of an edge are agents of this environment."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable


@rule(
    id="NHI-DEL-002",
    slug="target-in-environment",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI8", "ASI07", "NIST-AC-4", "ISO27001-A.8.31", "AIRS-DEL-04"),
    row="3.4",
)
def target_in_environment(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Whoever an agent hands work to, or takes it from, is declared in the same environment.

    Why: an edge into another environment would let work of dev act in prod, and an unknown name is whoever takes it.
    Bad: a target that only another environment's file declares; a name that no file declares.
    Fix: name an agent of this environment, or declare that agent here.
    """
    delegation = declared.agent.delegation
    if delegation is None:
        raise NotApplicable("no delegation is declared")
    if not context.from_files:
        raise NotApplicable("without reviewed files nobody knows the other agents")
    told = {problem.origin for problem in context.problems}
    for field, names in (("allowed_targets", delegation.allowed_targets), ("accepts_from", delegation.accepts_from)):
        for index, name in enumerate(names):
            origin = declared.positions.at("delegation", field, index)
            # A name that no file of any environment declares is a problem of the file already.
            if name not in context.agents and origin not in told:
                here = declared.environment.environment.environment
                yield Finding(
                    f"{name} is no agent of environment {here}, so the edge would lead out of it.",
                    "name an agent of this environment, or declare that agent in it.",
                    f"{field}::{name}",
                    origin,
                )
