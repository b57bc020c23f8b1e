"""NHI-TRU-013: another account is trusted under a condition only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.aws.holders import entrances
from nhi_policies.view.aws.reach import is_exact
from nhi_policies.view.aws.trust import pinned
from nhi_policies.view.resource import Resource

# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
_CONDITIONS = ("sts:ExternalId", "aws:PrincipalOrgID", "aws:PrincipalArn", "aws:SourceIdentity", "sts:SourceIdentity")
_ACCOUNT = re.compile(r"(?:arn:[a-z-]+:(?:iam|sts)::)?(\d{12})(?::.*)?")


@rule(
    id="NHI-TRU-013",
    slug="no-cross-account-trust-without-condition",
    severity="high",
    kind="resource",
    targets=(t.AWS_ROLE,),
    controls=("OWASP-NHI3", "ASI03", "NIST-AC-3", "ISO27001-A.5.19", "AIRS-IAM-01", "AWS-AGENTSEC-03-BP01"),
    row="2.1",
)
def no_cross_account_trust_without_condition(resource: Resource, context: Context) -> Iterator[Finding]:
    """A principal of another account that may become an agent is held to an external id, organisation or exact ARN.

    Why: who may use that principal is decided in an account that nobody here reviews.
    Bad: `Principal: {AWS: "arn:aws:iam::999988887777:root"}` without a condition.
    Fix: pin `sts:ExternalId`, `aws:PrincipalOrgID` or `aws:PrincipalArn`, or do not trust the account.
    """
    aws = context.environment.environment.aws if context.environment else None
    for statement in entrances(resource, context)[1]:
        held = any(
            (values := pinned(statement, key)) and all(is_exact(value) for value in values) for key in _CONDITIONS
        )
        for principal in statement.principals:
            if principal.kind not in ("AWS", "CanonicalUser") or held:
                continue
            found = _ACCOUNT.fullmatch(principal.value)
            if found is None or aws is None or found[1] != aws.account_id:
                yield Finding(
                    f"{statement.label} trusts {principal.value} of another account without a condition.",
                    "pin sts:ExternalId, aws:PrincipalOrgID or aws:PrincipalArn, or take the account out.",
                    f"principal::{principal.value}",
                )
