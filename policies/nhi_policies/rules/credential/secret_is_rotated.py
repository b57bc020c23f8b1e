"""NHI-CRD-012: an agent's secret is rotated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.aws.secrets import agent_secrets, directory_secrets, secrets_of
from nhi_policies.view.holders import Holder, ceilings
from nhi_policies.view.resource import Resource, Stack

_RATE = re.compile(r"rate\((\d+) (hour|day)s?\)")


@rule(
    id="NHI-CRD-012",
    slug="secret-is-rotated",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI7", "ASI03", "NIST-IA-5(1)", "ISO27001-A.5.17", "AICM-IAM-13", "AIRS-SEC-02"),
    row="2.4",
)
def secret_is_rotated(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every secret of an agent has a rotation within the tier's ceiling.

    Why: a stored secret that nobody changes works for whoever copied it once.
    Bad: a secret without `SecretRotation`; a rotation every 180 days.
    Fix: add a rotation with `automatically_after_days` within the ceiling, or use a workload identity. A secret that
        holds a password of Entra ID is rotated by the next password, which NHI-CRD-202 demands.
    """
    elsewhere = directory_secrets(stack)
    secrets = [(secret, agent) for secret, agent in agent_secrets(stack, context) if secret.urn not in elsewhere]
    if not secrets:
        raise NotApplicable("no agent has a secret")
    rotations: dict[str, list[Resource]] = {}
    for rotation in stack.of(t.AWS_SECRET_ROTATION):
        for secret in secrets_of(rotation, stack) or ():
            rotations.setdefault(secret.urn, []).append(rotation)
    for secret, agent in secrets:
        most = ceilings(Holder(agent, None, context.agents.get(agent)), context).max_rotation_days
        every = [_days(one) for one in rotations.get(secret.urn, ())]
        origin = context.origin(agent, "credential", "rotation_days")
        if not every:
            text, part = "the agent's secret has no rotation in this stack", "missing"
        elif any(days is None for days in every):
            text, part = "how often the agent's secret is rotated is not known", "unproven"
        elif all(days is not None and 0 < days <= most for days in every):
            continue
        else:
            text, part = f"the agent's secret is rotated every {every[0]} days", "ceiling"
        fix = f"rotate it every {most} days or sooner with `SecretRotation`."
        yield Finding(f"{text}; the tier allows {most} days.", fix, part, origin, agent, secret.urn)


def _days(rotation: Resource) -> float | None:
    days = rotation.peek("rotationRules", "automaticallyAfterDays")
    if isinstance(days, int):
        return days
    rate = rotation.peek("rotationRules", "scheduleExpression")
    found = _RATE.fullmatch(rate) if isinstance(rate, str) else None
    return None if found is None else int(found[1]) / (24 if found[2] == "hour" else 1)
