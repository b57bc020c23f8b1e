"""NHI-GAT-002: program and gate judge by one clock."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.clock import clock, timestamp

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-GAT-002",
    slug="clock-mismatch",
    severity="critical",
    kind="resource",
    targets=("agent-component",),
    controls=("OWASP-NHI1", "ASI10", "NIST-AC-2(2)", "ISO27001-A.5.18"),
    row="3.3",
)
def clock_mismatch(resource: Resource, context: Context) -> Iterator[Finding]:
    """A program pins its clock only where the gate's settings pin the same one for this stack.

    Why: whoever sets the program's clock back brings an agent that has ended back to life.
    Bad: `nhi:clock` in a stack that `gate.yaml` pins no clock for; two different pinned clocks.
    Fix: remove `nhi:clock`, or write the same time for the sandbox stack in `gate.yaml`.
    """
    if resource.from_component:
        raise NotApplicable("the component around it is judged")
    given = resource.text("pinnedClock")
    if given is None:
        if context.pinned is not None:
            yield Finding(
                f"the gate judges this stack at {timestamp(context.pinned)}, and the program at the real time.",
                "set `nhi:clock` to the gate's clock, or remove the clock from gate.yaml.",
                "program",
            )
        return
    try:
        moment = clock(given)
    except ValueError:
        raise Unproven("pinnedClock", "is no timestamp with a zone") from None
    if context.pinned is None:
        yield Finding(
            f"the program pins its clock to {timestamp(moment)}, and the gate pins none for this stack.",
            "remove `nhi:clock`; only sandbox stacks that gate.yaml lists with a clock may pin it.",
            "gate",
        )
    elif moment != context.pinned:
        yield Finding(
            f"the program's clock is {timestamp(moment)}, the gate's {timestamp(context.pinned)}.",
            "write the same time in both places.",
            "differ",
        )
