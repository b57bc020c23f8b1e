"""Who a trust policy lets in, as the judge reads it, and whom the declaration says it should.

Owns the pins that each kind of principal needs (subject, audience, service account, SPIFFE id, source), and the judge's
own reading of a declared workload. Deliberately not the builder's code: a mistake there must not be blessed here.

Condition keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nhi.catalog.user_context import own_role, own_session_actions
from nhi.contract import identity_name
from nhi.spec.declared import DeclaredAgent
from nhi.spec.environment import AwsEnvironment

from nhi_policies.view.aws.documents import Principal, Statement
from nhi_policies.view.aws.reach import is_exact, unescaped
from nhi_policies.view.holders import Holder

Keys = tuple[str, ...]
"""Condition keys of which one is enough."""

EKS = "pods.eks.amazonaws.com"
ECS = "ecs-tasks.amazonaws.com"
LAMBDA = "lambda.amazonaws.com"
AGENTCORE = "bedrock-agentcore.amazonaws.com"
ROLES_ANYWHERE = "rolesanywhere.amazonaws.com"

_TAG = "aws:RequestTag/"
_CLUSTER: Keys = (f"{_TAG}eks-cluster-arn", f"{_TAG}eks-cluster-name", "aws:SourceArn")
_SPIFFE = "aws:PrincipalTag/x509SAN/URI"
# What each service's own session says about the workload; the service sets it, the workload cannot choose it.
# https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html
# https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html
_SERVICE_PINS: dict[str, tuple[tuple[str, Keys], ...]] = {
    EKS: (
        ("namespace", (f"{_TAG}kubernetes-namespace",)),
        ("service account", (f"{_TAG}kubernetes-service-account",)),
        ("cluster", _CLUSTER),
    ),
    ROLES_ANYWHERE: (("SPIFFE id", (_SPIFFE,)),),
}
_OPERATORS = ("StringEquals", "StringLike", "ArnEquals", "ArnLike")


def pinned(statement: Statement, *keys: str) -> tuple[str, ...] | None:
    """The values to which one of `keys` is pinned, None where none is, or only by an operator that lets others in.

    Values are as IAM compares them; `is_exact` has to be asked about each.
    """
    for key in keys:
        values = statement.condition_values(key, *_OPERATORS)
        if values is not None:
            return values
    return None


def provider_of(principal: Principal) -> str:
    """The prefix of a federated principal's condition keys: the issuer without scheme, `saml`, or a known provider."""
    for mark in ("oidc-provider/", "saml-provider/"):
        if mark in principal.value:
            return principal.value.split(mark, 1)[1] if mark == "oidc-provider/" else "saml"
    return principal.value


def required_pins(principal: Principal) -> tuple[tuple[str, Keys], ...]:
    """What must be pinned for a principal to stand for one workload: what it is called, and its keys.

    Empty for principals that are pinned otherwise: services by their source, AWS principals by their own ARN.
    """
    if principal.kind == "Federated":
        provider = provider_of(principal)
        return (("subject", (f"{provider}:sub",)), ("audience", (f"{provider}:aud",)))
    return _SERVICE_PINS.get(principal.value, ()) if principal.kind == "Service" else ()


def is_own_session(statement: Statement, who: Holder) -> bool:
    """Whether a statement lets in the agent's own role and nobody else, for a session with a user that its file means.

    The account is the principal, because a role that is being made cannot be named yet; `aws:PrincipalArn` names it.
    """
    aws = who.declared.environment.environment.aws if who.declared else None
    if who.declared is None or aws is None or not own_session_actions(who.declared):
        return False
    account = Principal("AWS", f"arn:{aws.partition}:iam::{aws.account_id}:root")
    role = own_role(who.declared, aws, who.instance)
    return (
        set(statement.principals) == {account}
        and not statement.not_principals
        and (pinned(statement, "aws:PrincipalArn") == (role,))
    )


def workloads(statement: Statement) -> Iterator[tuple[str, ...]]:
    """Every workload that a statement lets in: its principal and what tells it from others, one value each."""
    for principal in statement.principals:
        pins = required_pins(principal)
        keys = [keys for what, keys in pins if what != "audience"]
        if principal.kind == "Service" and not pins:
            keys = [("aws:SourceArn",)]
        found: list[tuple[str, ...]] = [(str(principal),)]
        for one in keys:
            values = pinned(statement, *one) or ("any",)
            found = [(*before, value) for before in found for value in dict.fromkeys(values)]
        yield from found


# --- the source of a service -------------------------------------------------------------------------------------

_RUNTIME = re.compile(r"runtime/[A-Za-z]\w*(?:-(?:\*|\?{10}|\w{10}))?")
"""AgentCore adds a dash and ten characters to a runtime's name, and a name has no dash: `<name>-*` is one runtime."""


def source_problem(principal: Principal, source: str, account: str) -> str:
    """Why an `aws:SourceArn` is not narrow enough for this service; empty where it is."""
    parts = unescaped(source).split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return "its aws:SourceArn is no ARN"
    if parts[4] != account:
        return "its aws:SourceArn is of another account than its aws:SourceAccount"
    if is_exact(source):
        return ""
    head, rest = ":".join(parts[:5]), parts[5]
    if is_exact(head):
        # ECS puts neither cluster nor task into the ARN: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
        if principal.value == ECS and parts[2] == "ecs" and rest == "*":
            return ""
        if principal.value == AGENTCORE and parts[2] == "bedrock-agentcore" and _RUNTIME.fullmatch(rest):
            return ""
    return "its aws:SourceArn is a pattern that other workloads fit as well"


# --- the declared workload ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expected:
    """Whom a declared workload lets in: its principal, and the values of the keys that pin it, keys in lower case."""

    principal: Principal
    pins: Mapping[str, str] = field(default_factory=dict)
    source: re.Pattern[str] | None = None
    """What `aws:SourceArn` must look like where it cannot be one value."""


def expected(declared: DeclaredAgent, instance: str | None) -> Expected | None:
    """Whom the role of a declared agent must trust; None where the file names no workload, or none with a way in."""
    workload = declared.agent.credential.workload if declared.agent.credential else None
    environment = declared.environment.environment
    aws, kubernetes = environment.aws, environment.kubernetes
    if workload is None or aws is None:
        return None
    match workload.kind:
        case "ecs":
            return Expected(Principal("Service", ECS), source=re.compile(re.escape(_arn(aws, "ecs", "")) + ".*"))
        case "lambda":
            return _service(LAMBDA, **{"aws:sourcearn": _arn(aws, "lambda", f"function:{workload.function}")})
        case "agentcore":
            runtime = re.escape(_arn(aws, "bedrock-agentcore", f"runtime/{workload.runtime}"))
            return Expected(Principal("Service", AGENTCORE), source=re.compile(rf"{runtime}(?:-.+)?"))
        case "oidc":
            return _federated(aws, workload.issuer, workload.subject, workload.audience or "sts.amazonaws.com")
        case "spiffe":
            return _service(ROLES_ANYWHERE, **{_SPIFFE.lower(): workload.id})
        case "eks" | "gke" | "kubernetes":
            namespace = workload.namespace or (kubernetes.namespace if kubernetes else "")
            stem = workload.service_account or declared.agent.agent_id
            account = identity_name("kubernetes:name", "", stem, instance)
            if workload.kind == "eks":
                cluster = aws.clusters.get(workload.cluster)
                return _pod(aws, cluster.name if cluster else "", namespace, account)
            issuer = kubernetes.oidc_issuer if kubernetes else None
            subject = f"system:serviceaccount:{namespace}:{account}"
            return _federated(aws, issuer, subject, "sts.amazonaws.com") if issuer else None
        case _:
            return None


def _arn(aws: AwsEnvironment, service: str, resource: str) -> str:
    return f"arn:{aws.partition}:{service}:{aws.region}:{aws.account_id}:{resource}"


def _service(name: str, **pins: str) -> Expected:
    return Expected(Principal("Service", name), pins)


def _pod(aws: AwsEnvironment, cluster: str, namespace: str, account: str) -> Expected:
    arn = _arn(aws, "eks", f"cluster/{cluster}")
    tag = _TAG.lower()
    return _service(
        EKS,
        **{
            "aws:sourcearn": arn,
            f"{tag}eks-cluster-arn": arn,
            f"{tag}eks-cluster-name": cluster,
            f"{tag}kubernetes-namespace": namespace,
            f"{tag}kubernetes-service-account": account,
        },
    )


def _federated(aws: AwsEnvironment, issuer: str, subject: str, audience: str) -> Expected:
    provider = issuer.removeprefix("https://")
    principal = Principal("Federated", f"arn:{aws.partition}:iam::{aws.account_id}:oidc-provider/{provider}")
    return Expected(principal, {f"{provider}:sub".lower(): subject, f"{provider}:aud".lower(): audience})
