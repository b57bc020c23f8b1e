"""NHI-CRD-303: no policy of the organization that keeps keys out of Google Cloud is lifted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.resource import Resource

# https://docs.cloud.google.com/organization-policy/restrict-service-accounts
_HOLDS = frozenset(
    {
        "iam.disableServiceAccountKeyCreation",
        "iam.disableServiceAccountKeyUpload",
        "iam.managed.disableServiceAccountApiKeyCreation",
        "iam.managed.disableServiceAccountKeyCreation",
        "iam.managed.disableServiceAccountKeyUpload",
    }
)
_NAMES_NOBODY = "iam.allowServiceAccountCredentialLifetimeExtension"


@rule(
    id="NHI-CRD-303",
    slug="google-guard-kept",
    severity="high",
    kind="resource",
    targets=("gcp-organization-policy",),
    controls=("OWASP-NHI7", "ASI03", "NIST-IA-5", "ISO27001-A.5.17", "AICM-IAM-13", "AIRS-IAM-06"),
    row="1.5",
)
def google_guard_kept(resource: Resource, context: Context) -> Iterator[Finding]:
    """Beside agents nothing lifts the organization's policies against keys and against tokens of twelve hours.

    Why: they are the one lock on keys that also holds for administrators and for whoever works outside the program;
        with the extension a token lives for twelve hours instead of one.
    Bad: `orgpolicy.Policy` for `iam.disableServiceAccountKeyCreation` with `enforce="FALSE"`, under a condition, or
        with `reset`; a value allowed by `iam.allowServiceAccountCredentialLifetimeExtension`.
    Fix: enforce the constraint, or leave the policy to whoever keeps the organization's policies.
    """
    beside_agents(context)
    written = resource.text("name") or resource.text("constraint")
    if written is None:
        raise Unproven("name", "names no constraint")
    constraint = written.rsplit("/", 1)[-1]
    if constraint in _HOLDS and not _enforced(resource):
        yield Finding(f"it lifts {constraint}: keys can be made.", "enforce it, without a condition.", constraint)
    if constraint == _NAMES_NOBODY and _allowed(resource):
        yield Finding(f"it allows tokens of twelve hours by {constraint}.", "allow no account.", constraint)


def _rules(resource: Resource) -> list[Any]:
    return resource.read("spec", "rules", default=[])


def _enforced(resource: Resource) -> bool:
    """Whether the constraint holds everywhere; a policy that is only tried out (a dry run) changes nothing."""
    if resource.type != "gcp:orgpolicy/policy:Policy":
        return resource.read("booleanPolicy", "enforced") is True
    if resource.peek("spec") is None:
        return True
    rules = _rules(resource)
    return (
        bool(rules)
        and not resource.read("spec", "reset")
        and all(str(one.get("enforce")).upper() == "TRUE" and not one.get("condition") for one in rules)
    )


def _allowed(resource: Resource) -> bool:
    """Whether anybody is allowed."""
    allow = resource.map("listPolicy", "allow")
    return bool(allow.get("all") or allow.get("values")) or any(
        str(one.get("allowAll")).upper() == "TRUE" or (one.get("values") or {}).get("allowedValues")
        for one in _rules(resource)
    )
