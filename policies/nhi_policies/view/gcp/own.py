"""What an agent's file comes to on Google Cloud: its declared grants, and its own secret.

Owns nothing but the join. What a word means is the catalog's, asked as the builder asks it.
"""

from __future__ import annotations

from nhi.contract import identity_name
from nhi.permissions.model import Grant
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.view.memo import kept
from nhi_policies.view.origin import meaning_of

STORED = ("oauth2_client_credentials", "api_key")
"""Types of credential whose value is kept in a secret."""


def declared_grants(declared: DeclaredAgent, instance: str | None, context: Context) -> tuple[Grant, ...]:
    """Every grant that the agent's file comes to on Google Cloud, reading its own secret included."""
    agent_id = declared.agent.agent_id

    def make() -> tuple[Grant, ...]:
        meaning = meaning_of(context, agent_id, "gcp")
        allows = meaning.allows if meaning else ()
        credential, environment = declared.agent.credential, declared.environment.environment
        gcp = environment.gcp
        if credential is None or gcp is None or credential.type not in STORED:
            return allows
        secret = identity_name("gcp:secret", environment.prefix, agent_id, instance, "credential")
        own = Grant(
            "gcp",
            "allow",
            ("secretmanager.versions.access",),
            (f"//secretmanager.googleapis.com/projects/{gcp.project_id}/secrets/{secret}",),
            "read",
            "own credential",
            declared.positions.at("credential", "type"),
        )
        return (*allows, own)

    return kept(context, ("google grants", agent_id, instance), make)
