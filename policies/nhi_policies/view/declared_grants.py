"""What the reviewed files mean for one agent on one platform, as a permission set: the wide side of every proof.

Owns the judge's own way from a declaration to what its agent may do at most: the words' meaning, what a stored
credential brings, all ended by the judge's own lock date, and nothing at all unless the agent is active. Does not own
the meaning of words (`catalog`, which builder and judge both ask), nor what a stack really grants (`view.<platform>`).
The builder's plan is not asked: a mistake in it must not be blessed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nhi.catalog.meaning import agent_platforms
from nhi.catalog.permission_set import permission_set
from nhi.catalog.user_context import session_grants
from nhi.contract import Platform, identity_name
from nhi.permissions.model import Grant, PermissionSet
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context, lock_date, rendered_state
from nhi_policies.view.entra.effective import for_named_users
from nhi_policies.view.gcp.own import one_spelling, own_secret
from nhi_policies.view.handovers import handover_grants
from nhi_policies.view.memo import kept
from nhi_policies.view.origin import meaning_of


def declared_set(context: Context, agent_id: str, platform: Platform, instance: str | None = None) -> PermissionSet:
    """What an agent, or one instance of it, may do at most on a platform at the context's clock and after it.

    One policy; each statement has its grant's reason as label and its line as origin. Empty for an agent that no file
    declares, and for a platform on which it does not live. An agent that must not be rendered active has only its
    denies, which permit nothing.
    """
    return kept(
        context,
        ("declared set", agent_id, platform, instance),
        lambda: _declared_set(context, agent_id, platform, instance),
    )


def declared_grants(
    context: Context, agent_id: str, platform: Platform, instance: str | None = None
) -> tuple[Grant, ...]:
    """The grants and denials behind `declared_set`, without the lock date; no allow unless the agent is active."""
    return kept(
        context,
        ("declared grants", agent_id, platform, instance),
        lambda: tuple(_declared_grants(context, agent_id, platform, instance)),
    )


def _declared_set(context: Context, agent_id: str, platform: Platform, instance: str | None) -> PermissionSet:
    grants = declared_grants(context, agent_id, platform, instance)
    if not grants:
        return PermissionSet(platform, ())
    return permission_set(platform, grants, lock_date(context.agents[agent_id].agent))


def _declared_grants(context: Context, agent_id: str, platform: Platform, instance: str | None) -> Iterator[Grant]:
    declared = context.agents.get(agent_id)
    meaning = meaning_of(context, agent_id, platform)
    if declared is None or meaning is None or platform not in agent_platforms(declared):
        return
    yield from _spelled(meaning.denies, declared, platform)
    if rendered_state(declared.agent, instance, context.clock) == "active":
        yield from _spelled(meaning.allows, declared, platform)
        yield from _without_a_word(context, declared, platform, instance)


def _spelled(grants: tuple[Grant, ...], declared: DeclaredAgent, platform: Platform) -> Iterable[Grant]:
    """Grants with what the environment adds to a word: one name for Google's project, the users of a scope."""
    if platform == "gcp":
        return one_spelling(grants, declared)
    if platform == "entra":
        return (one for grant in grants for one in for_named_users(grant, declared))
    return grants


def _without_a_word(
    context: Context, declared: DeclaredAgent, platform: Platform, instance: str | None
) -> Iterator[Grant]:
    """What a declaration grants beside its words: what follows from its credential, from the users it acts for, and
    from its delegation edges."""
    if platform == "aws":
        yield from _own_secret(declared, instance)
        yield from session_grants(declared, instance)
    if platform == "gcp" and (secret := own_secret(declared, instance)) is not None:
        yield secret
    yield from handover_grants(context, declared.agent.agent_id, platform)


def _own_secret(declared: DeclaredAgent, instance: str | None) -> Iterator[Grant]:
    """What a stored credential brings: the agent may read its own secret."""
    credential, environment = declared.agent.credential, declared.environment.environment
    aws = environment.aws
    if credential is not None and aws is not None and credential.type in ("oauth2_client_credentials", "api_key"):
        name = identity_name("aws:secret", environment.prefix, declared.agent.agent_id, instance, "credential")
        # Secrets Manager adds a dash and six characters of its own to a name.
        arn = f"arn:{aws.partition}:secretsmanager:{aws.region}:{aws.account_id}:secret:{name}-??????"
        origin = declared.positions.at("credential", "type")
        yield Grant("aws", "allow", ("secretsmanager:GetSecretValue",), (arn,), "read", "own credential", origin)
