"""NHI-CRD-301: an agent's secret in Secret Manager is due for rotation within the ceiling, and somebody is told."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view.agents import ceilings_of
from nhi_policies.view.gcp.agents import agents_only
from nhi_policies.view.resource import Resource

_SECONDS = re.compile(r"(\d+)(?:\.\d+)?s")


@rule(
    id="NHI-CRD-301",
    slug="google-secret-is-rotated",
    severity="high",
    kind="resource",
    targets=("gcp-secret",),
    controls=("OWASP-NHI7", "ASI03", "NIST-IA-5(1)", "ISO27001-A.5.17", "AICM-IAM-13", "AIRS-SEC-02"),
    row="2.4",
)
def google_secret_is_rotated(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's secret in Secret Manager has a rotation period within the tier's ceiling, and a topic that is told.

    Why: Google rotates nothing itself; it tells a topic that a secret is due, and without one nobody hears of it.
    Bad: a secret of an agent without `rotation`; a period of 180 days; `rotation` without `topics`.
    Fix: set `rotation.rotation_period` within the ceiling and `topics`, or use a workload identity.
    """
    owner = agents_only(resource, context)
    most = ceilings_of(owner, resource, context).max_rotation_days
    origin = context.origin(owner[0], "credential", "rotation_days")
    fix = f"set a rotation period of {most} days or less, and the topic that is told."
    period = resource.text("rotation", "rotationPeriod")
    if period is None:
        yield Finding(f"the agent's secret is never due; the tier allows {most} days.", fix, "missing", origin)
    else:
        match = _SECONDS.fullmatch(period)
        if match is None:
            raise Unproven("rotation.rotationPeriod", "is no length of time")
        days = int(match[1]) / 86400
        if days > most:
            text = f"the agent's secret is due every {days:g} days; the tier allows {most} days."
            yield Finding(text, fix, "ceiling", origin)
    if not resource.read("topics", default=[]):
        yield Finding("nobody is told when the agent's secret is due.", fix, "topics", origin)
