"""NHI-CRD-011: a session of an AWS role is no longer than the tier allows."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.holders import ceilings, holder
from nhi_policies.view.resource import Resource

# Property, what AWS takes where it is left out, and the least that AWS takes.
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
# https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateProfile.html
_LIMITS = {
    t.AWS_ROLE: ("maxSessionDuration", 3600, 3600),
    t.AWS_ROLES_ANYWHERE_PROFILE: ("durationSeconds", 3600, 900),
}


@rule(
    id="NHI-CRD-011",
    slug="role-session-within-ceiling",
    severity="high",
    kind="resource",
    targets=tuple(_LIMITS),
    controls=("OWASP-NHI7", "ASI03", "NIST-AC-12", "ISO27001-A.8.5", "AIRS-SESS-01"),
    row="1.5",
)
def role_session_within_ceiling(resource: Resource, context: Context) -> Iterator[Finding]:
    """The longest session of an agent's role or Roles Anywhere profile is within the tier's ceiling.

    Why: a stolen session works until it ends.
    Bad: 12 hours for a tier 2 agent; a profile of one hour for a tier 3 agent, which may have 30 minutes.
    Fix: set the duration to the ceiling or less. A role takes no less than one hour, which therefore passes.
    """
    who = holder(resource, context)
    key, default, least = _LIMITS[resource.type]
    seconds = resource.read(key, default=default)
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise Unproven(key, "is no whole number of seconds")
    ceiling = int(ceilings(who, context).max_session.total_seconds())
    if seconds > max(ceiling, least):
        yield Finding(
            f"`{key}` is {seconds} seconds, and the agent's tier allows {ceiling}.",
            f"set it to {max(ceiling, least)} or less.",
            key,
            context.origin(who.agent, "credential", "max_session"),
        )
