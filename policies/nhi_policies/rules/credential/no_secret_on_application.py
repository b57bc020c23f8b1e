"""NHI-CRD-200: no secret of an application but the one that a file brings."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.entra.trust import expected
from nhi_policies.view.holders import Holder, find_holder
from nhi_policies.view.resource import Resource

_STORED = ("oauth2_client_credentials", "api_key")


@rule(
    id="NHI-CRD-200",
    slug="no-secret-on-application",
    severity="critical",
    kind="resource",
    targets=("entra-secret", t.ENTRA_APPLICATION),
    controls=("OWASP-NHI7", "ASI03", "NIST-IA-5", "ISO27001-A.5.17", "AICM-IAM-13", "AIRS-IAM-06"),
    row="1.5",
)
def no_secret_on_application(resource: Resource, context: Context) -> Iterator[Finding]:
    """Beside agents no application or principal gets a secret, but for the password that an agent's file brings.

    Why: a secret works for whoever copied it, from anywhere; whose application it is for shows only once the directory
        has given its id, so nobody gets one.
    Bad: an `ApplicationPassword` by hand; a certificate; `password` inside an `Application`; a password of the service
        principal; a password for an agent whose workload can be federated.
    Fix: let the workload come in by a federated credential. A password is for a declared `oauth2_client_credentials` or
        `api_key` whose workload no issuer vouches for, in an environment that has a place for it (`entra.passwords`).
    """
    beside_agents(context)
    if resource.type == t.ENTRA_APPLICATION:
        if resource.peek("password") is None:
            raise NotApplicable("it has no password in it")
        what, part = "a password stands in the application itself", "inline"
    else:
        what, part = f"{resource.type.rpartition(':')[2]} is a secret that stays until it ends", "secret"
        who = find_holder(resource, context)
        if resource.type == t.ENTRA_APPLICATION_PASSWORD and who is not None:
            wrong = _undeclared(who, context)
            if wrong is None:
                return
            what = f"it is a password, and {wrong}"
    yield Finding(
        f"{what}.",
        "remove it, and let the workload come in by a federated credential.",
        part,
        context.origin(resource.agent, "credential", "type"),
    )


def _undeclared(who: Holder, context: Context) -> str | None:
    """Why the file brings no password; None where it does."""
    if who.declared is None:
        return "no file declares the agent"
    agent, environment = who.declared.agent, who.declared.environment.environment
    if agent.credential is None or agent.credential.type not in _STORED:
        return "the file declares no stored credential"
    if rendered_state(agent, who.instance, context.clock) != "active":
        return "the agent is not active"
    if expected(who.declared, who.instance) is not None:
        return "its workload can be federated"
    if environment.entra is None or environment.entra.passwords is None:
        return "the environment has no place for it"
    return None
