"""NHI-USR-301: the auth provider of an agent gives tokens of those for whom it acts."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context, Owner
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.gcp.agents import principals
from nhi_policies.view.gcp.members import same
from nhi_policies.view.resource import Resource

_KIND = "authProviderTypeParams"
_WITH_USER = "threeLeggedOauth"
_NAMES = {"apiKey": "an API key", "twoLeggedOauth": "two-legged OAuth", _WITH_USER: "three-legged OAuth"}


@rule(
    id="NHI-USR-301",
    slug="auth-provider-fits-user-context",
    severity="high",
    kind="resource",
    targets=(t.GCP_AUTH_PROVIDER,),
    controls=("OWASP-NHI10", "ASI03", "NIST-AC-3", "ISO27001-A.5.15", "AIRS-DEL-05"),
    row="3.5",
)
def auth_provider_fits_user_context(resource: Resource, context: Context) -> Iterator[Finding]:
    """An auth provider gives an agent that acts for users only their tokens, of named scopes, and no other agent any.

    Why: with an API key or a two-legged client the agent acts as itself, and no user has to agree. Without allowed
        scopes it may ask the user for all that the client may.
    Bad: `two_legged_oauth` whose `workload_ids` name such an agent, or name nobody, which is everybody; no
        `allowed_scopes`.
    Fix: use `three_legged_oauth` with `allowed_scopes`, and name the one agent in `workload_ids`.
    """
    beside_agents(context)
    served = _served(resource, context)
    if not served:
        raise NotApplicable("it serves no agent")
    kinds = _kinds(resource)
    scoped = bool(resource.texts("allowedScopes"))
    for agent, _ in served:
        declared = context.agents[agent]
        said, at = declared.agent.acts_on_behalf, declared.positions.at("acts_on_behalf")
        alone = [_NAMES.get(kind, kind) for kind in kinds if kind != _WITH_USER]
        if said == "required" and alone:
            text = f"{agent} acts only on behalf of users, and the provider gives it {', '.join(alone)}, without any."
            yield Finding(text, "use `three_legged_oauth` with `allowed_scopes`.", f"alone::{agent}", at, agent)
        if _WITH_USER in kinds and said not in ("required", "optional"):
            text = f"{agent} acts for no users, and the provider gives it tokens of users."
            fix = "take the agent out of `workload_ids`, or say `acts_on_behalf: required` (or optional)."
            yield Finding(text, fix, f"users::{agent}", at, agent)
        elif _WITH_USER in kinds and not scoped:
            text = f"{agent} may ask users for every scope of the provider's client."
            yield Finding(text, "list `allowed_scopes`.", f"scopes::{agent}", at, agent)


def _served(resource: Resource, context: Context) -> tuple[Owner, ...]:
    """The declared agents that a provider names; all on Google Cloud where it names nobody, or a whole set."""
    known = {member: owner for member, owner in principals(context).items() if owner[0] in context.agents}
    named = resource.texts("workloadIds")
    if not named or any(one.startswith("principalSet:") or "*" in one for one in named):
        return tuple(dict.fromkeys(owner for owner in known.values() if _on_google(owner, context)))
    return tuple(dict.fromkeys(known[same(one)] for one in named if same(one) in known))


def _on_google(owner: Owner, context: Context) -> bool:
    declared = context.agents[owner[0]]
    return "gcp" in (declared.agent.platforms or declared.environment.environment.platforms)


def _kinds(resource: Resource) -> tuple[str, ...]:
    written = resource.peek(_KIND)
    if not isinstance(written, dict):
        raise Unproven(_KIND)
    return tuple(key for key, value in written.items() if value is not None and not key.startswith("__"))
