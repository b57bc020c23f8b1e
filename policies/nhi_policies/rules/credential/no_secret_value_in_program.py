"""NHI-CRD-013: no program holds the value of an agent's secret."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.aws import secrets as aws
from nhi_policies.view.gcp import secrets as google
from nhi_policies.view.resource import Stack

_KINDS: tuple[tuple[str, ModuleType, tuple[str, ...]], ...] = (
    (t.AWS_SECRET_VERSION, aws, ("secretString", "secretBinary")),
    (t.GCP_SECRET_VERSION, google, ("secretData",)),
    (t.GCP_REGIONAL_SECRET_VERSION, google, ("secretData",)),
)
"""Type of a version, who knows whose secret it is about, and the properties that hold its value."""

_PROVIDER_SECRETS = (
    ("authProviderTypeParams", "apiKey", "apiKey"),
    ("authProviderTypeParams", "twoLeggedOauth", "clientSecret"),
    ("authProviderTypeParams", "threeLeggedOauth", "clientSecret"),
)
"""Where an auth provider of Google's holds a secret that stays in the state; `clientSecretWo` does not."""


@rule(
    id="NHI-CRD-013",
    slug="no-secret-value-in-program",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI2", "ASI03", "NIST-IA-5(7)", "ISO27001-A.5.17", "AIRS-SEC-01"),
    row="2.5",
)
def no_secret_value_in_program(stack: Stack, context: Context) -> Iterator[Finding]:
    """No program writes the value of an agent's secret.

    Why: a value in a program is in its state, its history and its logs as well.
    Bad: `SecretVersion(secret_id=secret.id, secret_string=...)` for an agent's secret; `secret_data=` on Google Cloud.
    Fix: leave the secret empty and let what rotates it write the first version.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    for provider in stack.of(t.GCP_AUTH_PROVIDER):
        for path in _PROVIDER_SECRETS:
            if provider.peek(*path) is not None:
                text = f"the program writes `{path[-1]}` of an auth provider that agents use."
                yield Finding(text, "use three-legged OAuth with `client_secret_wo`.", path[-1], target=provider.urn)
    for version_type, secrets, values in _KINDS:
        agents = {secret.urn: agent for secret, agent in secrets.agent_secrets(stack, context)}
        for version in stack.of(version_type):
            value = next((key for key in values if version.peek(key) is not None), None)
            if value is None:
                continue
            about = secrets.secrets_of(version, stack)
            agent = version.agent or next((agents[one.urn] for one in about or () if one.urn in agents), None)
            if agent is not None or about is None:
                whose = "an agent's secret" if agent else "a secret that the gate cannot tell from an agent's"
                yield Finding(
                    f"the program writes `{value}` of {whose}.",
                    "remove the value; what rotates the secret writes the first version.",
                    value if agent else "unproven::secretId",
                    agent=agent,
                    target=version.urn,
                )
