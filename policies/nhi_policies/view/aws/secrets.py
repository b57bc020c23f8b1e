"""Which secrets of a stack are agents', and which version or rotation belongs to which secret.

Owns the links between Secrets Manager's resources. A reference to a secret is mostly an ARN that only AWS knows, so the
link is read from the dependency as well as from the text.
"""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import identity_name

from nhi_policies.declared import Context, instances_of
from nhi_policies.view import types as t
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack


def agent_secrets(stack: Stack, context: Context) -> tuple[tuple[Resource, str], ...]:
    """Every secret of an agent in the stack with the agent's id, by its tags or by the agent's name."""
    return kept(stack, "agent_secrets", lambda: tuple(_agent_secrets(stack, context)))


def _agent_secrets(stack: Stack, context: Context) -> Iterator[tuple[Resource, str]]:
    names = kept(context, "aws secret names", lambda: _names(context))
    for secret in stack.of(t.AWS_SECRET):
        name = secret.peek("name")
        agent = secret.agent or (names.get(name) if isinstance(name, str) else None)
        if agent is not None:
            yield secret, agent


def _names(context: Context) -> dict[str, str]:
    if context.environment is None:
        return {}
    prefix = context.environment.environment.prefix
    return {
        identity_name("aws:secret", prefix, agent_id, instance, "credential"): agent_id
        for agent_id, declared in context.agents.items()
        for instance in instances_of(declared.agent)
    }


def directory_secrets(stack: Stack) -> frozenset[str]:
    """URNs of secrets that hold an application's password of Entra ID: whoever makes the next password rotates them."""

    def make() -> frozenset[str]:
        passwords = {one.urn for one in stack.of(t.ENTRA_APPLICATION_PASSWORD)}
        return frozenset(
            secret.urn
            for version in stack.of(t.AWS_SECRET_VERSION)
            if set(version.property_dependencies.get("secretStringWo", ())) & passwords
            for secret in secrets_of(version, stack) or ()
        )

    return kept(stack, "directory secrets", make)


def secrets_of(resource: Resource, stack: Stack) -> tuple[Resource, ...] | None:
    """The secrets that a version or a rotation is about; empty for one outside the stack, None if unknown."""
    by_urn = stack.by_urn
    depends = tuple(by_urn[urn] for urn in resource.property_dependencies.get("secretId", ()) if urn in by_urn)
    if depends:
        return tuple(one for one in depends if one.type == t.AWS_SECRET)
    named = resource.peek("secretId")
    if not isinstance(named, str):
        return None
    name = named.rsplit(":secret:", 1)[-1]
    return tuple(
        secret
        for secret in stack.of(t.AWS_SECRET)
        if isinstance(own := secret.peek("name"), str) and (name == own or name.startswith(f"{own}-"))
    )
