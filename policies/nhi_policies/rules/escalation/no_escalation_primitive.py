"""NHI-ESC-010: no agent can make itself more than it is."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.aws.escalation import Primitive, primitives, primitives_beside
from nhi_policies.view.aws.holders import granted
from nhi_policies.view.aws.reach import unnamed
from nhi_policies.view.holders import Holder
from nhi_policies.view.origin import origin_of
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-ESC-010",
    slug="no-escalation-primitive",
    severity="critical",
    kind="resource",
    targets=("aws-identity-policy",),
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6(10)", "ISO27001-A.8.2", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.1",
)
def no_escalation_primitive(resource: Resource, context: Context) -> Iterator[Finding]:
    """No agent is allowed an action with which it could widen its own access, declared or not.

    Why: one such action is as much as all permissions, whatever else its policies say.
    Bad: `iam:PassRole`, `iam:CreatePolicyVersion`, `lambda:UpdateFunctionCode`, `secretsmanager:GetSecretValue` on `*`.
    Fix: let a pipeline with its own review do this step, and let the agent start that pipeline.
    """
    who, statements = granted(resource, context)
    for statement in statements:
        first = next(iter(statement.resources), "*")
        wide = bool(statement.not_resources) or any(unnamed(one) for one in statement.resources)
        for action in statement.actions:
            found = primitives(action, wide)
            if found:
                yield _finding(f"{statement.label} allows {action}", f"Action::{action}", found, first, who, context)
        if statement.not_actions:
            found = primitives_beside(statement.not_actions, wide)
            if found:
                part = f"NotAction::{statement.sid or statement.index}"
                yield _finding(f"{statement.label} leaves too much (NotAction)", part, found, first, who, context)


def _finding(
    what: str, part: str, found: tuple[Primitive, ...], resource: str, who: Holder, context: Context
) -> Finding:
    one, *others = found
    more = f" (and {len(others)} more)" if others else ""
    return Finding(
        f"{what}: with {one.action}{more} the agent could {one.gains}.",
        f"take it away; see {one.source}",
        part,
        origin_of(context, who.agent, "aws", part.removeprefix("Action::"), resource),
    )
