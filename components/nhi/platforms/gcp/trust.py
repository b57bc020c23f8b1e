"""Who may become an agent on Google Cloud: one exact member on its service account, and the provider it comes through.

Owns one way in per workload kind:

| workload | member of the service account | pinned by |
|---|---|---|
| gke | `serviceAccount:<project>.svc.id.goog[<namespace>/<service account>]` | the project's workload pool; see below |
| oidc, kubernetes, eks | `principal://.../subject/<subject>` | issuer, exact audience, exact subject |
| spiffe | the same, subject = SPIFFE id | issuer of the JWT SVIDs, exact audience, exact subject |
| ecs, lambda, agentcore, eks without issuer | the same, subject = assumed role | AWS account, role; any session |
| cloud-run | none | the service is deployed with the account; who may do that is `iam.serviceAccounts.actAs` |
| agent-engine | none, there is no service account | the engine is the principal |

The member is bound with `roles/iam.workloadIdentityUser`, under the condition that ends at the lock date. A service
account's allow policy takes conditions (the SDK documents one on `serviceaccount.IAMMember`).

A provider maps the agent's class to `attribute.agent_class`, so `principalSet://.../attribute.agent_class/<class>` is
every agent of the class that comes through the environment's pool: for denies and audits, since a class bounds and
never grants. Where there is no provider (gke, cloud-run, agent-engine) no principal set can name the class: Google
gives service accounts no attributes and no labels, and the class stands in the account's description only.

Traps. All GKE clusters of one project share its pool, so the same namespace and account name in another cluster of
that project is the same principal. All providers of one workload identity pool share its subjects, so two agents that
declare the same subject under two issuers would each be able to become the other: that no two do is for the gate to
prove, which sees every agent. `google.subject` holds at most 127 characters. A provider that is deleted keeps its id
for 30 days, so the provider of an agent that is not active is disabled and stays; no member names its subject then.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from nhi.clock import timestamp
from nhi.contract import CLASS_ATTRIBUTE
from nhi.plan.model import AgentPlan
from nhi.platforms.aws.names import account as aws_account
from nhi.platforms.aws.names import role_name
from nhi.platforms.gcp import names
from nhi.platforms.workload import service_account, spiffe_id, spiffe_problem
from nhi.spec.model import (
    AgentCoreWorkload,
    AgentEngineWorkload,
    CloudRunWorkload,
    EcsWorkload,
    EksWorkload,
    GkeWorkload,
    KubernetesWorkload,
    LambdaWorkload,
    OidcWorkload,
    SpiffeWorkload,
)
from nhi.spec.problems import InputError, Problem

BECOME_ROLE: Final = "roles/iam.workloadIdentityUser"
SUBJECT_LIMIT: Final = 127
"""https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers"""
PROVIDER_DESCRIPTION_LIMIT: Final = 256

AWS_SUBJECT: Final = (
    'assertion.arn.extract("{account_arn}assumed-role/") + "assumed-role/" + '
    'assertion.arn.extract("assumed-role/{role_name}/")'
)
"""The assumed role without its session name, which the caller chooses and which would make a new subject each time."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """One way in: the exact `member`, and the inputs of the provider it comes through, where it needs one."""

    member: str
    provider: dict[str, Any] | None = None


def entrance(plan: AgentPlan) -> Entrance | None:
    """How the plan's workload becomes the agent; None where nobody has to, or where no workload is named.

    Whether the agent is live is not looked at. Raises `InputError` at the workload's line where the environment lacks
    a binding that the workload needs, or where Google Cloud would refuse the subject.
    """
    match plan.workload:
        case None | CloudRunWorkload() | AgentEngineWorkload():
            return None
        case GkeWorkload():
            return Entrance(_gke(plan, plan.workload))
        case OidcWorkload(issuer=issuer, subject=subject, audience=audience):
            return _oidc(plan, issuer, subject, audience)
        case KubernetesWorkload():
            kubernetes = plan.environment.kubernetes
            return _cluster(plan, kubernetes.oidc_issuer if kubernetes else None, "kubernetes.oidc_issuer")
        case EksWorkload(cluster=cluster):
            issuer = plan.environment.eks_issuer(cluster)
            return _aws(plan) if issuer is None else _cluster(plan, issuer, f"aws.clusters.{cluster}.oidc_issuer")
        case SpiffeWorkload():
            return _spiffe(plan)
        case EcsWorkload() | LambdaWorkload() | AgentCoreWorkload():
            return _aws(plan)


def until(plan: AgentPlan) -> dict[str, Any]:
    """The `condition` input that ends a member at the lock date; empty where nothing in the file ends."""
    end = plan.grant_end(None)
    return {} if end is None else {"condition": condition(timestamp(end))}


def condition(end: str | None, constraint: str | None = None) -> dict[str, str]:
    """A condition: until `end` (RFC 3339, Z), and only where `constraint` holds. One of the two must be given."""
    parts = [f'request.time < timestamp("{end}")' if end else "", constraint or ""]
    return {
        "title": f"until {end}" if end else "no end date",
        "expression": " && ".join(part for part in parts if part),
    }


def cel(text: str) -> str:
    """`text` as a CEL string literal. Control characters are refused before: names and subjects have none."""
    return json.dumps(text, ensure_ascii=False)


def _gke(plan: AgentPlan, workload: GkeWorkload) -> str:
    gcp = names.project(plan)
    cluster = gcp.clusters.get(workload.cluster)
    if cluster is None:
        known = ", ".join(sorted(gcp.clusters)) or "none"
        raise _problem(
            plan,
            f"the environment has no GKE cluster {workload.cluster!r} (it has: {known}), so nobody could become agent "
            f"{plan.name}",
            "name one of the environment's clusters, or add it under `gcp.clusters`.",
            "cluster",
        )
    namespace, name = service_account(plan)
    return f"serviceAccount:{cluster.project_id or gcp.project_id}.svc.id.goog[{namespace}/{name}]"


def _cluster(plan: AgentPlan, issuer: str | None, setting: str) -> Entrance:
    if issuer is None:
        raise _problem(
            plan,
            "the environment names no OIDC issuer of the cluster, so Google Cloud could not know the service account "
            f"of agent {plan.name}",
            f"set `{setting}` in the environment file.",
        )
    namespace, name = service_account(plan)
    return _oidc(plan, issuer, f"system:serviceaccount:{namespace}:{name}", None)


def _spiffe(plan: AgentPlan) -> Entrance:
    kubernetes = plan.environment.kubernetes
    issuer = kubernetes.spiffe_issuer if kubernetes else None
    subject = spiffe_id(plan)
    if issuer is None or subject is None or spiffe_problem(subject) is not None:
        raise _problem(
            plan,
            "the environment names no OIDC issuer of its trust domain, so Google Cloud could not check the SVID of "
            f"agent {plan.name}",
            "set `kubernetes.spiffe_issuer` (SPIRE's OIDC discovery provider) in the environment file.",
        )
    return _oidc(plan, issuer, subject, None)


def _oidc(plan: AgentPlan, issuer: str, subject: str, audience: str | None) -> Entrance:
    pool = names.pool(plan)
    # What Google would take where no audience is set, written out: a list that is set is exact, an empty one is not.
    own = f"https://iam.googleapis.com/{pool}/providers/{names.provider_id(plan)}"
    return _federated(
        plan,
        subject,
        "assertion.sub",
        f"assertion.sub == {cel(subject)}",
        {"oidc": {"issuerUri": issuer, "allowedAudiences": [audience or own]}},
    )


def _aws(plan: AgentPlan) -> Entrance:
    if "aws" not in plan.platforms or plan.environment.aws is None:
        kind = plan.workload.kind if plan.workload else "none"
        raise _problem(
            plan,
            f"agent {plan.name} runs on {kind} and would come to Google Cloud as its AWS role, but it has none",
            "add aws to the agent's `platforms`, or take gcp out of them.",
        )
    aws = aws_account(plan)
    # An assumed role's ARN has no path, whatever the role's own path is.
    role = f"arn:{aws.partition}:sts::{aws.account_id}:assumed-role/{role_name(plan)}"
    return _federated(
        plan,
        role,
        AWS_SUBJECT,
        f"assertion.account == {cel(aws.account_id)} && assertion.arn.startsWith({cel(role + '/')})",
        {"aws": {"accountId": aws.account_id}},
    )


def _federated(plan: AgentPlan, subject: str, mapping: str, pin: str, source: dict[str, Any]) -> Entrance:
    if len(subject) > SUBJECT_LIMIT:
        raise _problem(
            plan,
            f"the subject has {len(subject)} characters and Google Cloud takes {SUBJECT_LIMIT}, so every token of "
            f"agent {plan.name} would be refused",
            "give the workload a shorter subject (names, namespace, SPIFFE id).",
        )
    pool = names.pool(plan)
    gcp = names.project(plan)
    name = names.provider_id(plan)
    agent_class = plan.agent.agent_class
    # A constant: what the token says about itself never decides the class.
    class_of = {} if agent_class is None else {CLASS_ATTRIBUTE: cel(agent_class)}
    inputs = {
        "project": gcp.project_id,
        "workloadIdentityPoolId": gcp.workload_identity_pool,
        "workloadIdentityPoolProviderId": name,
        "displayName": name,
        "attributeMapping": {"google.subject": mapping, **class_of},
        "attributeCondition": pin,
        **source,
    }
    return Entrance(f"principal://iam.googleapis.com/{pool}/subject/{subject}", inputs)


def _problem(plan: AgentPlan, message: str, fix: str, *key: str) -> InputError:
    return InputError([Problem(message, plan.at("credential", "workload", *key), fix)])
