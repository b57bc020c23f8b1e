"""NHI-ESC-500: no agent holds permissions that together make it more than it is."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.aws.combinations import Held, Step, held
from nhi_policies.view.aws.effective import granted_to
from nhi_policies.view.aws.holders import agent_roles
from nhi_policies.view.aws.links import unproven
from nhi_policies.view.holders import find_holder
from nhi_policies.view.origin import origin_of
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-ESC-500",
    slug="no-escalation-combination",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6(10)", "ISO27001-A.8.2", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.1",
)
def no_escalation_combination(stack: Stack, context: Context) -> Iterator[Finding]:
    """No agent's role is allowed, over all its policies together, every step of a way to more than it has.

    Why: each step may look harmless, and may stand in a policy of its own; together they are worth every permission of
        the role that they lead to.
    Bad: `iam:PassRole` in one policy and `lambda:CreateFunction` with `lambda:InvokeFunction` in another.
    Fix: take one of the steps away, or let a pipeline with its own review do it.
    """
    roles = agent_roles(stack)
    if not roles:
        raise NotApplicable("no agent has a role in this stack")
    for name, role in roles.items():
        who = find_holder(role, context)
        if who is None:
            continue
        granted = granted_to(stack, context, name, role)
        for one, unknown in granted.unproven:
            yield unproven(one, who.agent, context, f"which steps the role {name} may take", unknown)
        # One mistake mostly opens several ways; the first through each resource is told whole, the others are counted.
        told: dict[str, list[Held]] = {}
        for found in held(granted):
            told.setdefault(granted.sources[found.steps[0].statement.label].urn, []).append(found)
        for target, ways in told.items():
            first = ways[0]
            origins = (
                origin_of(context, who.agent, "aws", step.action, step.witness.resource if step.witness else "*")
                for step in first.steps
            )
            yield Finding(
                _text(name, ways),
                f"take one step away; see {first.combination.source}",
                first.combination.name.replace(" ", ""),
                next((one for one in origins if one is not None), context.origin(who.agent)),
                who.agent,
                target,
            )


def _text(name: str, ways: list[Held]) -> str:
    first, *others = ways
    steps = "; ".join(_told(step) for step in first.steps)
    more = ", ".join(one.combination.name for one in others[:2])
    rest = f" ({len(others)} more ways, such as {more})" if len(others) > 1 else f" (and {more})" if others else ""
    return f"together the role {name} could {first.combination.gains}: {steps}{rest}."


def _told(step: Step) -> str:
    if step.witness is None:
        return f"{step.action} by {step.statement.label} (undecided: {step.reason})"
    return f"{step.action} on {step.witness.resource} by {step.statement.label}"
