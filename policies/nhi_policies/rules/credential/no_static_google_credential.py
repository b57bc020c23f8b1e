"""NHI-CRD-300: no credential of Google Cloud that stays."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, Unproven
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.gcp.agents import account_of, accounts, mentioned, only
from nhi_policies.view.resource import Resource

_ACCOUNT = ("serviceAccountId", "serviceAccountEmail", "user")


@rule(
    id="NHI-CRD-300",
    slug="no-static-google-credential",
    severity="critical",
    kind="resource",
    targets=("gcp-static-credential",),
    controls=("OWASP-NHI7", "ASI03", "NIST-IA-5", "ISO27001-A.5.17", "AICM-IAM-13", "AIRS-IAM-06"),
    row="1.5",
)
def no_static_google_credential(resource: Resource, context: Context) -> Iterator[Finding]:
    """A stack with agents makes no service-account key, HMAC key, API key or other credential that stays.

    Why: such a key works from anywhere, for anyone who copies it, until somebody deletes it; its value is in the state.
    Bad: `serviceaccount.Key`, `storage.HmacKey`, `projects.ApiKey` for an agent's account, or for any beside agents.
    Fix: let the workload become the account: Workload Identity Federation, GKE, Cloud Run or Agent Engine need no key.
    """
    beside_agents(context)
    owner = only(mentioned(resource.inputs, context))
    for key in _ACCOUNT if owner is None else ():
        named = resource.peek(key)
        try:
            owner = accounts(context).get(account_of(named, context)) if isinstance(named, str) else owner
        except Unproven:
            continue  # whose it is decides only whom the finding names
    agent = owner[0] if owner else resource.agent
    kind = resource.type.rsplit(":", 1)[-1]
    yield Finding(
        f"{kind} is a credential that stays until somebody deletes it.",
        "remove it and let the workload become the agent's account.",
        "static",
        context.origin(agent),
        agent,
    )
