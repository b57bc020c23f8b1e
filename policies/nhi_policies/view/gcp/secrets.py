"""Which secrets of Secret Manager are agents', and which version or reader belongs to which of them.

A reference to a secret is its resource name, or an output that is not known; then the dependency tells.
"""

from __future__ import annotations

from nhi_policies.declared import Context
from nhi_policies.view.gcp.agents import secret_owner
from nhi_policies.view.gcp.holdings import of_kind
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack
from nhi_policies.view.types import kinds_of


def agent_secrets(stack: Stack, context: Context) -> tuple[tuple[Resource, str], ...]:
    """Every secret of an agent in the stack with the agent's id, by its labels or by the agent's name."""

    def make() -> tuple[tuple[Resource, str], ...]:
        found: list[tuple[Resource, str]] = []
        for secret in of_kind(stack, "gcp-secret"):
            owner = secret_owner(secret.peek("secretId"), context)
            agent = secret.agent or (owner[0] if owner else None)
            if agent is not None:
                found.append((secret, agent))
        return tuple(found)

    return kept(stack, "google secrets of the stack", make)


def secrets_of(version: Resource, stack: Stack) -> tuple[Resource, ...] | None:
    """The secrets that a version is about; empty for one outside the stack, None if unknown."""
    made = (stack.by_urn.get(urn) for urn in version.property_dependencies.get("secret", ()))
    depends = tuple(one for one in made if one is not None and "gcp-secret" in kinds_of(one.type))
    if depends:
        return depends
    named = version.peek("secret")
    if not isinstance(named, str):
        return None
    return tuple(
        secret for secret in of_kind(stack, "gcp-secret") if secret.peek("secretId") == named.rsplit("/", 1)[-1]
    )
