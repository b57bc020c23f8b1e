"""NHI-CRD-040: no token that never ends."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.kubernetes.agents import agent_namespaces, agents_only
from nhi_policies.view.kubernetes.objects import SERVICE_ACCOUNT_TOKEN, secret_type
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-CRD-040",
    slug="no-service-account-token-secret",
    severity="critical",
    kind="resource",
    targets=(t.K8S_SECRET, t.K8S_SERVICE_ACCOUNT),
    controls=("OWASP-NHI7", "OWASP-NHI2", "ASI03", "NIST-IA-5(1)", "ISO27001-A.5.17", "AIRS-IAM-06"),
    row="1.5",
)
def no_service_account_token_secret(resource: Resource, context: Context) -> Iterator[Finding]:
    """No secret holds a service account's token where agents live, and no agent's account lists secrets.

    Why: such a token never ends, works from anywhere, and outlives the agent that it was made for.
    Bad: a Secret of type `kubernetes.io/service-account-token` in the agents' namespace; `secrets` on the account.
    Fix: remove it, and project a short-lived token with an audience into the pod.
    """
    if resource.type == t.K8S_SERVICE_ACCOUNT:
        owner = agents_only(resource, context)
        if resource.read("secrets", default=[]):
            yield Finding(
                "the agent's service account lists secrets, and with them tokens that never end.",
                "remove `secrets`, and project a short-lived token with an audience into the pod.",
                "secrets",
                agent=owner[0],
            )
        return
    beside_agents(context)
    if resource.agent is None and context.agents:
        namespace = resource.text("metadata", "namespace") or "default"
        if namespace not in agent_namespaces(context):
            raise NotApplicable("no agent lives in its namespace")
    if secret_type(resource) == SERVICE_ACCOUNT_TOKEN:
        yield Finding(
            "it holds a service account's token that never ends, in a namespace where agents live.",
            "remove it, and project a short-lived token with an audience into the pod.",
            "token",
        )
