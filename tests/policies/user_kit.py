"""An agent on AWS that acts for users only, with everything that its file comes to, as one would write it by hand.

It reads one collection for its users and asks a model; `word` says another word than `required`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nhi.spec.declared import DeclaredAgent
from nhi_policies.view.resource import Resource

from policies import kit
from policies.rules.permission import aws_declared as aws

PROVIDER = "arn:aws:iam::aws:contextProvider/IdentityCenter"
ROLE = f"arn:aws:iam::{kit.ACCOUNT}:role/agents/acme-support-agent"
COLLECTION = f"arn:aws:aoss:eu-central-1:{kit.ACCOUNT}:collection/notes"
USER = {"identitystore:UserId": "false"}
NO_USER = {"identitystore:UserId": "true"}
WHERE: dict[str, Any] = {
    "aws.context_providers": [PROVIDER],
    "resources": {"model": {"aws": [{"kind": "model", "id": "anthropic.claude-sonnet-5"}]}},
    "data_scopes": {"notes": {"aws": [{"kind": "opensearch-serverless", "collection": "notes"}]}},
}
OWN = (
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "polly:SynthesizeSpeech",
    "secretsmanager:GetSecretValue",
    "sts:AssumeRole",
    "sts:GetWebIdentityToken",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
    "transcribe:StartStreamTranscription",
    "translate:TranslateText",
)
"""What the guard leaves open without a user."""
_TOKEN = "bedrock-agentcore:GetWorkloadAccessToken"


def agent(word: str = "required", **changes: Any) -> DeclaredAgent:
    """The agent; changes by dotted key of its file."""
    declares: dict[str, Any] = {
        "platforms": ["aws"],
        "denied_actions": [],
        "data_access": [{"scope": "notes", "access": "read"}],
        "acts_on_behalf": word,
    }
    return replace(kit.agent(**{**declares, **changes}), environment=kit.environment(**WHERE))


AGENT = agent()
NEVER = agent("never")
OPTIONAL = agent("optional")

READ = kit.statement("aoss:APIAccessAll", COLLECTION, condition={"Null": USER, **kit.LOCK})
READ_ALONE = kit.statement("aoss:APIAccessAll", COLLECTION)
RENEW = kit.statement(["sts:AssumeRole", "sts:TagSession"], ROLE)
PROVIDED = {
    "ForAllValues:ArnEquals": {"sts:RequestContextProviders": [PROVIDER]},
    "Null": {"sts:RequestContextProviders": "false"},
}
SET_USER = kit.statement("sts:SetContext", ROLE, condition={**PROVIDED, **kit.LOCK})
GRANTS = (aws.MODEL, READ, RENEW, SET_USER)


def deny(*actions: str, condition: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A denial of the guard."""
    return kit.statement(list(actions), "*", effect="Deny", condition=condition)


CHOSEN = deny(_TOKEN, f"{_TOKEN}ForUserId")
ALONE: dict[str, Any] = {
    "Effect": "Deny",
    "NotAction": list(OWN),
    "Resource": "*",
    "Condition": {"Null": NO_USER},
}
NOBODY = deny(f"{_TOKEN}ForJWT", f"{_TOKEN}ForUserId", "sts:SetContext")
WITH_USER = deny("*", condition={"Null": USER})
GUARD = (aws.AFTER, CHOSEN, ALONE)


def own_session(action: str | list[str] = "sts:AssumeRole", **condition: Any) -> dict[str, Any]:
    """A trust statement that lets in the role itself."""
    return {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{kit.ACCOUNT}:root"},
        "Action": action,
        "Condition": {"ArnEquals": {"aws:PrincipalArn": ROLE}, **kit.LOCK, **condition},
    }


SET_OWN = own_session("sts:SetContext", **PROVIDED)


def role(*more: Mapping[str, Any], declared: DeclaredAgent = AGENT) -> Resource:
    """The agent's role, with further statements in its trust policy."""
    return kit.role(declared, assumeRolePolicy=kit.document(kit.trust_statement(declared), *more))


def stack(
    *grants: Mapping[str, Any],
    guard: tuple[Mapping[str, Any], ...] = GUARD,
    declared: DeclaredAgent = AGENT,
    trust: tuple[Mapping[str, Any], ...] = (own_session(), SET_OWN),
    more: tuple[Resource, ...] = (),
) -> list[Resource]:
    """Everything that belongs to the role."""
    made = aws.stack(*(grants or GRANTS), guard=guard, declared=declared, more=more)
    return [role(*trust, declared=declared), *made[1:]]
