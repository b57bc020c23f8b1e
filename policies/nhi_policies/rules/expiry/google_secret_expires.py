"""NHI-EXP-301: an agent's secret in Secret Manager expires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from nhi.clock import timestamp

from nhi_policies.declared import Context, lock_date
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view.agents import ceilings_of
from nhi_policies.view.gcp.agents import agents_only
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-EXP-301",
    slug="google-secret-expires",
    severity="high",
    kind="resource",
    targets=("gcp-secret",),
    controls=("OWASP-NHI7", "ASI03", "NIST-IA-5(1)", "NIST-AC-2(3)", "ISO27001-A.5.17", "AIRS-IAM-06"),
    row="3.3",
)
def google_secret_expires(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent's secret in Secret Manager expires by the agent's lock date.

    Why: an expired secret is deleted by Google itself; one without an end outlives the agent.
    Bad: a secret of an agent without `expire_time`; one that expires after `credential.expires`.
    Fix: let the component write the secret, or set `expire_time` to the agent's end date.
    """
    owner = agents_only(resource, context)
    declared = context.agents.get(owner[0])
    lock = lock_date(declared.agent) if declared else None
    origin = context.origin(owner[0], "credential", "expires")
    fix = f"set `expireTime` to {timestamp(lock)}." if lock else "declare `credential.expires`."
    end = _end(resource, context)
    if end is None and (lock is not None or ceilings_of(owner, resource, context).grant_expiry_required):
        yield Finding("the agent's secret never expires.", fix, "never", origin)
    elif end is not None and lock is not None and end > lock:
        yield Finding(f"the agent's secret expires on {timestamp(end)}, after its lock date.", fix, "late", origin)


def _end(resource: Resource, context: Context) -> datetime | None:
    written, life = resource.text("expireTime"), resource.text("ttl")
    try:
        if written is not None:
            end = datetime.fromisoformat(written)
            if end.tzinfo is None:
                raise Unproven("expireTime", "has no zone")
            return end
        return None if life is None else context.clock + timedelta(seconds=float(life.removesuffix("s")))
    except ValueError:
        raise Unproven("expireTime" if written is not None else "ttl", "is no time") from None
