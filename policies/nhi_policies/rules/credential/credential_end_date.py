"""NHI-CRD-002: the credential ends, and not too late."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable


@rule(
    id="NHI-CRD-002",
    slug="credential-end-date",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI7", "ASI03", "NIST-AC-2(3)", "NIST-IA-5(1)", "ISO27001-A.5.18", "AIRS-IAM-06"),
    row="3.3",
)
def credential_end_date(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Every credential ends on a declared date that lies no further ahead than the tier allows.

    Why: access that ends by itself needs nobody to remember it.
    Bad: no `credential.expires`; an end date years ahead.
    Fix: set `credential.expires` to a date within the tier's ceiling and renew it with each review.
    """
    credential = declared.agent.credential
    if credential is None:
        raise NotApplicable("the agent declares no credential")
    ceiling = declared.environment.profile.ceilings(declared.agent.risk_tier).max_credential_life
    latest = context.clock + ceiling
    if credential.expires is None:
        yield Finding(
            "the credential has no end date, so the access never ends by itself.",
            f"set `credential.expires` to a date no later than {latest:%Y-%m-%d}.",
            "missing",
            declared.positions.at("credential"),
        )
    elif credential.expires > latest:
        yield Finding(
            f"the credential ends on {credential.expires:%Y-%m-%d}, later than tier "
            f"{declared.agent.risk_tier or '3 (none is declared)'} allows ({ceiling.days} days ahead).",
            f"set `credential.expires` to a date no later than {latest:%Y-%m-%d}.",
            "ceiling",
            declared.positions.at("credential", "expires"),
        )
