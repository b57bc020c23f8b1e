"""What an agent's file comes to on Google Cloud: its declared grants, its own secret, and its edges of delegation.

Owns nothing but the join, and one spelling of the project's name. What a word means is the catalog's, asked as the
builder asks it. The agent's state is not asked: what an agent that is not active holds is a finding of its own.
"""

from __future__ import annotations

from dataclasses import replace

from nhi.contract import identity_name
from nhi.permissions.model import Grant
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.view.handovers import handover_grants
from nhi_policies.view.memo import kept
from nhi_policies.view.origin import meaning_of

STORED = ("oauth2_client_credentials", "api_key")
"""Types of credential whose value is kept in a secret."""


def declared_grants(declared: DeclaredAgent, instance: str | None, context: Context) -> tuple[Grant, ...]:
    """Every grant that the agent's file comes to on Google Cloud, with its own secret and the edges that stand now."""
    agent_id = declared.agent.agent_id

    def make() -> tuple[Grant, ...]:
        meaning = meaning_of(context, agent_id, "gcp")
        allows = one_spelling(meaning.allows, declared) if meaning else ()
        own = own_secret(declared, instance)
        return (*allows, *((own,) if own else ()), *handover_grants(context, agent_id, "gcp"))

    return kept(context, ("google grants", agent_id, instance), make)


def own_secret(declared: DeclaredAgent, instance: str | None) -> Grant | None:
    """What a stored credential brings: the agent may read its own secret."""
    credential, environment = declared.agent.credential, declared.environment.environment
    gcp = environment.gcp
    if credential is None or gcp is None or credential.type not in STORED:
        return None
    secret = identity_name("gcp:secret", environment.prefix, declared.agent.agent_id, instance, "credential")
    return Grant(
        "gcp",
        "allow",
        ("secretmanager.versions.access",),
        (f"//secretmanager.googleapis.com/projects/{gcp.project_id}/secrets/{secret}",),
        "read",
        "own credential",
        declared.positions.at("credential", "type"),
    )


def one_spelling(grants: tuple[Grant, ...], declared: DeclaredAgent) -> tuple[Grant, ...]:
    """The same grants with the project's id wherever a resource has its number: Google takes both for one project."""
    gcp = declared.environment.environment.gcp
    number = f"projects/{gcp.project_number}" if gcp else None
    if number is None or not any(number in resource for grant in grants for resource in grant.resources):
        return grants
    return tuple(
        replace(grant, resources=tuple(_by_id(one, number, f"projects/{gcp.project_id}") for one in grant.resources))
        for grant in grants
        if gcp
    )


def _by_id(resource: str, number: str, named: str) -> str:
    return named if resource == number else resource.replace(f"/{number}/", f"/{named}/", 1)
