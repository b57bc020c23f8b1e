"""NHI-CRD-203: an application's password goes to the secrets manager, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.agents import about
from nhi_policies.view.aws.secrets import secrets_of
from nhi_policies.view.resource import Resource, Stack

_PLACE = (t.AWS_SECRET_VERSION, "secretStringWo")


@rule(
    id="NHI-CRD-203",
    slug="password-goes-to-secrets-manager",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI2", "ASI03", "NIST-IA-5(7)", "ISO27001-A.5.17", "AIRS-SEC-01"),
    row="2.5",
)
def password_goes_to_secrets_manager(stack: Stack, context: Context) -> Iterator[Finding]:
    """An agent's password is written into a secret of the agent, as a write-only argument, and is put nowhere else.

    Why: a password that goes through a property of anything else stands in that property, its state and its logs.
    Bad: a password that nothing stores, so that a person will; one in `secret_string`, in a variable of a function, in
        a file; one in the secret of another agent.
    Fix: let the component write it; it hands the value to `SecretVersion(secret_string_wo=...)`.
    """
    passwords = [one for one in stack.of(t.ENTRA_APPLICATION_PASSWORD) if one.agent is not None]
    if not passwords:
        raise NotApplicable("no agent has a password")
    made = _made_from(stack, frozenset(password.urn for password in passwords))
    for password in passwords:
        uses = made.get(password.urn, ())
        for resource, key in uses:
            if (resource.type, key) != _PLACE:
                yield about(
                    resource,
                    None,
                    context,
                    f"its `{key}` is made from the password of agent {password.agent}.",
                    "take it out; whoever needs the password reads it from the secrets manager.",
                    f"leak::{key}",
                )
        if not any((one.type, key) == _PLACE and _of_agent(one, password, stack) for one, key in uses):
            yield about(
                password,
                None,
                context,
                "it goes into no secret of the agent, so somebody will carry it by hand.",
                "let the component write it into the secrets manager, as a write-only argument.",
                "place",
                context.origin(password.agent, "credential", "type"),
            )


def _made_from(stack: Stack, passwords: frozenset[str]) -> dict[str, list[tuple[Resource, str]]]:
    """The properties that are made from one password and nothing else, by its URN.

    What depends on other objects as well is an output of the whole identity, which has no secret in it.
    """
    found: dict[str, list[tuple[Resource, str]]] = {}
    for resource in stack:
        for key, sources in resource.property_dependencies.items():
            if len(only := frozenset(sources)) == 1 and only <= passwords:
                found.setdefault(next(iter(only)), []).append((resource, key))
    return found


def _of_agent(version: Resource, password: Resource, stack: Stack) -> bool:
    return any(secret.agent == password.agent for secret in secrets_of(version, stack) or ())
