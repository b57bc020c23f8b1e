"""NHI-IDN-300: no program takes over a service account that exists."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import UNKNOWN

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-IDN-300",
    slug="no-account-taken-over",
    severity="high",
    kind="resource",
    targets=(t.GCP_SERVICE_ACCOUNT,),
    controls=("OWASP-NHI9", "OWASP-NHI1", "ASI03", "NIST-IA-4", "ISO27001-A.5.16"),
    row="1.1",
)
def no_account_taken_over(resource: Resource, context: Context) -> Iterator[Finding]:
    """Beside agents a service account is made, never taken over from somebody who made it before.

    Why: an account that exists brings keys, members and grants that no preview shows and no file declares.
    Bad: `serviceaccount.Account(..., create_ignore_already_exists=True)`.
    Fix: leave the option out; choose another id, or import the account after a review of what it has.
    """
    beside_agents(context)
    taken = resource.peek("createIgnoreAlreadyExists")
    if taken is UNKNOWN:
        raise Unproven("createIgnoreAlreadyExists")
    if taken not in (None, False):
        yield Finding(
            "it takes over an account that exists, with every key, member and grant that it has.",
            "leave `createIgnoreAlreadyExists` out; import the account after a review, or choose another id.",
            "createIgnoreAlreadyExists",
        )
