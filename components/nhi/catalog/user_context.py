"""What `acts_on_behalf` comes to on each platform: which grants need a user beside the agent, and what is denied.

Owns the meaning of the file's word, so that builder and judge agree on it: the conditions that a grant carries, the
denials that come with the word, the grants that cannot be held for a user at all, and what an agent needs to get a
session that carries one. Does not own documents, nor for which users an agent may act (the environment on Entra ID, the
user's own permissions everywhere else).

Row 3.5 asks that an agent may do for a user only what both may do. No platform but Entra ID works that out by itself.
What each can do is to refuse a call that carries no user:

- aws: a session carries a user where STS was given a signed context of IAM Identity Center (`sts:SetContext`). Every
  request of it has the key `identitystore:UserId`, which "represents a specific, verified user" and is no text that a
  caller chooses. So each grant of an agent that acts for users only asks that the key is there, and a denial refuses
  everything else without it. AWS's own list of what such sessions may do is in `SESSION_ACTIONS`.
- entra: a delegated scope works with a user only, and gives no more than the user has. App roles are refused where they
  are written (`platforms.entra.grants`).
- gcp, kubernetes: a request has one principal and no user beside it, so nothing can be granted for a user. Whatever
  such an agent would hold there is refused as input.

What needs no user: calls that compute on what is in the request and read nothing that is kept (`USERLESS`), and what
the agent needs to become itself or to get a session with a user (`OWN_ACTIONS`).

Sources, read on 2026-11-28: https://docs.aws.amazon.com/singlesignon/latest/userguide/condition-context-keys-sts-idc.html,
https://docs.aws.amazon.com/singlesignon/latest/userguide/trustedidentitypropagation-identity-enhanced-iam-role-sessions.html,
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/get-workload-access-token.html.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from nhi.catalog import federation
from nhi.contract import Platform, identity_name
from nhi.permissions.globs import covers
from nhi.permissions.model import Condition, Grant, Origin
from nhi.spec.declared import DeclaredAgent
from nhi.spec.environment import AwsEnvironment
from nhi.spec.problems import Problem

USER_KEY: Final = "identitystore:UserId"
"""The key that says which user a session of AWS carries; absent from every other session."""
WITH_A_USER: Final = Condition("Null", USER_KEY, ("false",))
WITHOUT_A_USER: Final = Condition("Null", USER_KEY, ("true",))

SET_CONTEXT: Final = "sts:SetContext"
CONTEXT_PROVIDERS: Final = "sts:RequestContextProviders"

CHOSEN_USER: Final = "bedrock-agentcore:GetWorkloadAccessTokenForUserId"
"""Gives a token for whatever user the caller names; AgentCore takes the name as it is and verifies nothing."""
VERIFIED_USER: Final = "bedrock-agentcore:GetWorkloadAccessTokenForJWT"
"""Gives a token for the user of a signed token, of which AgentCore checks issuer, signature and end."""
NO_USER: Final = "bedrock-agentcore:GetWorkloadAccessToken"
"""Gives a token of the agent alone."""

USERLESS: Final[dict[Platform, frozenset[str]]] = {
    "aws": frozenset(
        {
            "bedrock:InvokeModel",
            "bedrock:InvokeModelWithResponseStream",
            "polly:SynthesizeSpeech",
            "transcribe:StartStreamTranscription",
            "translate:TranslateText",
        }
    ),
    "entra": frozenset(),
    "gcp": frozenset(
        {"aiplatform.endpoints.predict", "cloudtranslate.generalModels.predict", "speech.recognizers.recognize"}
    ),
    "kubernetes": frozenset(),
}
"""Permissions that are nobody's data: they work on what the request brings along. A model has no users."""

_CHAINED: Final[dict[str, tuple[str, ...]]] = {
    "eks": ("sts:TagSession",),
    "spiffe": ("sts:SetSourceIdentity", "sts:TagSession"),
}
"""What a workload's first session hands on to the next one, and so what the role has to allow: EKS sets session tags
that are transitive (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html), IAM Roles Anywhere a source
identity, which stays for all that follows."""

OWN_ACTIONS: Final = frozenset(
    {
        federation.ACTION,
        "secretsmanager:GetSecretValue",
        "sts:AssumeRole",
        SET_CONTEXT,
        *(action for actions in _CHAINED.values() for action in actions),
    }
)
"""What an agent does as itself on AWS: get a token for another cloud, read its own credential, and get a session that
carries a user. One denial cannot leave out an action on one resource only, so it leaves these to the grants."""

SESSION_ACTIONS: Final = (
    "aoss:APIAccessAll",
    "athena:*",
    "elasticmapreduce:*",
    "es:ESHttp*",
    "glue:*",
    "lakeformation:GetDataAccess",
    "q:*",
    "qapps:*",
    "qbusiness:*",
    "s3:GetAccessGrantsInstanceForPrefix",
    "s3:GetDataAccess",
    "s3:ListCallerAccessGrants",
    SET_CONTEXT,
)
"""The services that let a session with a user in: STS itself denies such a session every other action, whatever the
role is granted (AWS's policy AWSIAMIdentityCenterAllowListForIdentityContext, version 12 of 2024-10-01). Where the list
names some actions of a service, the whole service stands here, so that this refuses less than AWS and never more."""


def needs_user(declared: DeclaredAgent) -> bool:
    """Whether the agent acts for users only."""
    return declared.agent.acts_on_behalf == "required"


def acts_for_users(declared: DeclaredAgent) -> bool:
    """Whether the agent acts for users at all."""
    return declared.agent.acts_on_behalf in ("required", "optional")


def userless(grant: Grant) -> bool:
    """Whether a grant is nobody's data, or what the agent needs to be itself."""
    own = {*USERLESS[grant.platform], *((federation.ACTION,) if grant.platform == "aws" else ())}
    return bool(grant.actions) and own.issuperset(grant.actions)


def narrowed(
    declared: DeclaredAgent, platform: Platform, allows: Iterable[Grant]
) -> tuple[tuple[Grant, ...], tuple[Problem, ...]]:
    """The allows of an agent as its user context leaves them, and what cannot be granted because of it.

    Only `required` changes anything. On Entra ID the compiler refuses app roles itself.
    """
    grants = tuple(allows)
    if not needs_user(declared) or platform == "entra":
        return grants, ()
    if platform == "aws":
        held = tuple(
            one if userless(one) else replace(one, conditions=(*one.conditions, WITH_A_USER)) for one in grants
        )
        return held, tuple(_no_provider(declared, held))
    kept = tuple(one for one in grants if userless(one))
    refused: dict[Origin, Problem] = {}  # one for each line that somebody wrote
    for one in grants:
        if not userless(one):
            refused.setdefault(one.origin, _ambient(declared, platform, one))
    return kept, tuple(refused.values())


def _no_provider(declared: DeclaredAgent, held: Collection[Grant]) -> Iterator[Problem]:
    aws = declared.environment.environment.aws
    if aws is not None and not aws.context_providers and any(WITH_A_USER in one.conditions for one in held):
        yield Problem(
            f"agent {declared.agent.agent_id} acts only on behalf of users, and the environment names nobody who may "
            "put a user into a session of AWS, so it could do nothing there",
            _place(declared),
            f"set `aws.context_providers` in {declared.environment.positions.file}.",
        )


def _ambient(declared: DeclaredAgent, platform: Platform, grant: Grant) -> Problem:
    why = "RBAC knows one subject for each request" if platform == "kubernetes" else "IAM knows one principal for each"
    return Problem(
        f"agent {declared.agent.agent_id} acts only on behalf of users, and on {platform} it would hold "
        f"{', '.join(grant.actions[:2])} by itself: {why}, and no user beside it",
        grant.origin,
        f"bind an empty list for {platform} in {declared.environment.positions.file} and open it where a user comes "
        f"along, take {platform} off the agent, or say `acts_on_behalf: optional`.",
    )


def denied(declared: DeclaredAgent, platform: Platform) -> tuple[Grant, ...]:
    """The denials that `acts_on_behalf` brings; none where the file does not say it, and none but on AWS."""
    said = declared.agent.acts_on_behalf
    if platform != "aws" or said is None:
        return ()
    origin = _place(declared)

    def deny(actions: tuple[str, ...], reason: str, *conditions: Condition, but: tuple[str, ...] = ()) -> Grant:
        return Grant("aws", "deny", actions, ("*",), "manage", reason, origin, conditions, None, but)

    if said == "never":
        return (
            deny((VERIFIED_USER, CHOSEN_USER, SET_CONTEXT), "user: acts for none"),
            deny(("*",), "session with a user", WITH_A_USER),
        )
    if said == "optional":
        return (deny((CHOSEN_USER,), "user of its own choice"),)
    return (
        deny((NO_USER, CHOSEN_USER), "user of its own choice"),
        deny((), "without a user", WITHOUT_A_USER, but=tuple(sorted({*OWN_ACTIONS, *USERLESS["aws"]}))),
    )


def session_grants(declared: DeclaredAgent, instance: str | None) -> tuple[Grant, ...]:
    """What an agent that acts for users needs on AWS to get a session with one: its own role, and nobody else's.

    Empty where the environment names no context provider, or the file no workload. The session that a workload gets by
    itself carries no user, because no service puts one in; so the agent assumes its role once more, with the context
    that it was handed.
    """
    aws = declared.environment.environment.aws
    actions = own_session_actions(declared)
    if aws is None or not actions:
        return ()
    role, origin = (own_role(declared, aws, instance),), _place(declared)
    provided = (
        # Trap: `ForAllValues` holds for a request without any, so that one is there is asked as well.
        Condition("ForAllValues:ArnEquals", CONTEXT_PROVIDERS, tuple(sorted(aws.context_providers))),
        Condition("Null", CONTEXT_PROVIDERS, ("false",)),
    )
    return (
        Grant("aws", "allow", actions, role, "write", "own session", origin),
        Grant("aws", "allow", (SET_CONTEXT,), role, "write", "own session with a user", origin, provided),
    )


def own_session_actions(declared: DeclaredAgent) -> tuple[str, ...]:
    """With which actions the agent's role gets itself a new session; empty where no session of it can carry a user."""
    aws = declared.environment.environment.aws
    workload = declared.agent.credential.workload if declared.agent.credential else None
    if aws is None or workload is None or not aws.context_providers or not acts_for_users(declared):
        return ()
    return ("sts:AssumeRole", *_CHAINED.get(workload.kind, ()))


def own_role(declared: DeclaredAgent, aws: AwsEnvironment, instance: str | None) -> str:
    """ARN of the role of one identity, from names alone."""
    name = identity_name("aws:role", declared.environment.environment.prefix, declared.agent.agent_id, instance)
    return f"arn:{aws.partition}:iam::{aws.account_id}:role{aws.path}{name}"


def takes_user(action: str) -> bool:
    """Whether AWS may let a session with a user do this; for a pattern, whether it may for all it stands for."""
    return _takes_user(action.lower())


@lru_cache(maxsize=8192)  # agents share what their words mean
def _takes_user(action: str) -> bool:
    return any(covers(known.lower(), action) for known in SESSION_ACTIONS)


def _place(declared: DeclaredAgent) -> Origin:
    return declared.positions.at("acts_on_behalf")
