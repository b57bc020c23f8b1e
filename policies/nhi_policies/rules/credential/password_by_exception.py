"""NHI-CRD-201: an agent signs in with a password by exception only."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.holders import holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-CRD-201",
    slug="password-by-exception",
    severity="medium",
    kind="resource",
    targets=(t.ENTRA_APPLICATION_PASSWORD,),
    controls=("OWASP-NHI7", "OWASP-NHI2", "ASI03", "NIST-IA-5(1)", "ISO27001-A.5.17", "AIRS-SEC-02"),
    row="1.5",
)
def password_by_exception(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent whose workload nothing can vouch for signs in with a password only as long as an exception says so.

    Why: the password lies in a secrets manager and in the state of the stack as well, which nothing can prevent; who
        accepts that, and until when, has to be written down.
    Bad: any `ApplicationPassword` of an agent without an entry in the exceptions file.
    Fix: mend the workload so that an issuer vouches for it, or write an exception for this rule and the agent.
    """
    who = holder(resource, context)
    yield Finding(
        "the agent signs in to Entra ID with a password, which needs an exception.",
        "let an issuer vouch for the workload, or write an exception for NHI-CRD-201 and this agent, with an end.",
        "password",
        context.origin(who.agent, "credential", "type"),
    )
