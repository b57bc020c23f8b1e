"""NHI-PRM-307: where the environment asks for it, a principal access boundary keeps each agent in its project."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.agents import about, unproven
from nhi_policies.view.gcp.agents import email, engine_principal, google
from nhi_policies.view.gcp.boundaries import boundary
from nhi_policies.view.gcp.holdings import identities
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-PRM-307",
    slug="access-boundary-present",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "OWASP-NHI8", "ASI03", "NIST-AC-6", "NIST-AC-4", "ISO27001-A.8.3"),
    row="1.4",
)
def access_boundary_present(stack: Stack, context: Context) -> Iterator[Finding]:
    """Where the environment asks for boundaries, each agent's account has one that ends at the environment's project.

    Why: a boundary holds against grants that other projects make, which no stack here can see.
    Bad: `boundary: true` in the environment, and an account without a policy binding; a boundary of two projects; a
        binding under a further condition.
    Fix: let the component render the agent, and never take the boundary off.
    """
    gcp = google(context)
    found = identities(stack, context) if gcp is not None and gcp.boundary else {}
    if not found:
        raise NotApplicable("no agent needs a boundary")
    for owner, resource in found.items():
        declared = context.agents[owner[0]]
        address = email(declared, owner[1])
        if address is None or engine_principal(declared) is not None:
            continue  # an agent identity is no principal of the project's set, so nothing can be bound to it
        try:
            bound = boundary(stack, context, address)
        except Unproven as signal:
            yield unproven(resource, owner, context, signal)
            continue
        if bound is None:
            yield about(
                resource,
                owner,
                context,
                "no principal access boundary keeps the agent's account inside its project.",
                "let the component render the agent; it writes and binds the boundary.",
                "boundary",
            )
