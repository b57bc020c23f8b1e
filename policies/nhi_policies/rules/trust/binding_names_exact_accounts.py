"""NHI-TRU-040: a binding names exactly whom it serves."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.kubernetes.objects import Subject, subjects
from nhi_policies.view.kubernetes.rbac import wide_group
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-TRU-040",
    slug="binding-names-exact-accounts",
    severity="critical",
    kind="resource",
    targets=("kubernetes-binding",),
    controls=("OWASP-NHI5", "OWASP-NHI9", "ASI03", "NIST-AC-6", "NIST-IA-4", "ISO27001-A.5.15", "AIRS-IAM-01"),
    row="2.3",
)
def binding_names_exact_accounts(resource: Resource, context: Context) -> Iterator[Finding]:
    """Beside agents a binding names service accounts one by one, never a group that agents belong to, and no user.

    Why: every service account is in `system:serviceaccounts` and `system:authenticated`, agents of tomorrow included,
        and whatever runs without an account of its own runs as `default`.
    Bad: a subject of kind Group `system:serviceaccounts:agents`; a User; the account `default`.
    Fix: name the one service account that needs the role.
    """
    beside_agents(context)
    for subject in subjects(resource):
        why = _too_wide(subject, of_agent=resource.agent is not None)
        if why is not None:
            yield Finding(
                f"it serves {subject.kind} {subject.name}: {why}.",
                "name the one service account that needs the role.",
                f"{subject.kind}::{subject.name}",
            )


def _too_wide(subject: Subject, *, of_agent: bool) -> str | None:
    if wide_group(subject):
        return "agents belong to this group without being named"
    if subject.kind == "User":
        return "a user's permissions beside agents' are out of reach of the rules for agents"
    if subject.kind == "ServiceAccount" and subject.name == "default":
        return "every pod without an account of its own runs under it"
    if of_agent and subject.kind != "ServiceAccount":
        return "a binding of an agent serves that agent's service account and nobody else"
    return None
