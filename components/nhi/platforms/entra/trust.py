"""Who may become an agent on Entra ID: the one outside subject that its federated credential trusts.

Owns issuer and subject per workload kind, both exact. Entra compares them letter by letter with the token's `iss` and
`sub`, so a `*` in a subject stands for itself and trusts nobody.

| workload | issuer | subject |
|---|---|---|
| oidc | the declared one | the declared one |
| kubernetes, gke, eks | the cluster's, from the environment | `system:serviceaccount:<namespace>:<name>` |
| ecs, lambda, agentcore; eks without an issuer | the AWS account's outbound issuer | ARN of the agent's own role |
| cloud-run, agent-engine | https://accounts.google.com | unique id of the agent's service account |
| spiffe | the trust domain's OIDC issuer | the SPIFFE id |

The audience is always `contract.ENTRA_AUDIENCE`, whatever audience the file declares for the workload: a token that
was made for another cloud must not open this one.

Does not own the credential's record (`documents`), what lets the AWS role ask for an outbound token
(`catalog.federation`, a permission on AWS), nor whether two agents trust one subject (the gate).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from nhi.plan.model import AgentPlan
from nhi.platforms.aws import names as aws_names
from nhi.platforms.workload import service_account, spiffe_id, trust_domain
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

GOOGLE_ISSUER: Final = "https://accounts.google.com"
TEXT_LIMIT: Final = 600
"""Characters of an issuer and of a subject: https://learn.microsoft.com/graph/api/resources/federatedidentitycredential"""


class Subject(NamedTuple):
    """One outside workload: who vouches for it, and what it is called there."""

    issuer: str
    subject: str


def federated_subject(plan: AgentPlan) -> Subject:
    """The outside subject that may become the agent of a plan that has a workload.

    Raises `InputError` at the workload's line where the environment lacks what names the subject, or where the subject
    is longer than Entra takes.
    """
    found = _subject(plan)
    for what, text in zip(found._fields, found, strict=True):
        if len(text) > TEXT_LIMIT:
            raise _problem(
                plan,
                f"the {what} has {len(text)} characters and Entra ID takes {TEXT_LIMIT}, so the credential would be "
                "refused",
                "shorten the workload's names.",
            )
    return found


def _subject(plan: AgentPlan) -> Subject:
    match plan.workload:
        case OidcWorkload(issuer=issuer, subject=subject):
            return Subject(issuer, subject)
        case EksWorkload(cluster=cluster):
            issuer = plan.environment.eks_issuer(cluster)
            return _aws_role(plan, cluster) if issuer is None else _cluster_account(plan, issuer)
        case KubernetesWorkload():
            return _cluster_account(plan, _kubernetes_issuer(plan, None))
        case GkeWorkload(cluster=cluster):
            return _cluster_account(plan, _kubernetes_issuer(plan, cluster))
        case EcsWorkload() | LambdaWorkload() | AgentCoreWorkload():
            return _aws_role(plan)
        case CloudRunWorkload() | AgentEngineWorkload():
            return _google_account(plan)
        case SpiffeWorkload():
            return _spiffe(plan)
        case None:
            raise _problem(
                plan,
                f"agent {plan.name} has no workload, so nobody could be trusted to become it on Entra ID",
                "name `credential.workload`.",
            )


def _cluster_account(plan: AgentPlan, issuer: str) -> Subject:
    namespace, name = service_account(plan)
    return Subject(issuer, f"system:serviceaccount:{namespace}:{name}")


def _kubernetes_issuer(plan: AgentPlan, cluster: str | None) -> str:
    kubernetes = plan.environment.kubernetes
    if kubernetes is not None and cluster in (None, kubernetes.cluster) and kubernetes.oidc_issuer is not None:
        return kubernetes.oidc_issuer
    which = f"the cluster {cluster!r}" if cluster else "its cluster"
    raise _problem(
        plan,
        f"the environment names no OIDC issuer for {which}, so Entra ID could not know the service account of agent "
        f"{plan.name}",
        "set `kubernetes.oidc_issuer` (and `kubernetes.cluster`) in the environment file.",
    )


def _aws_role(plan: AgentPlan, cluster: str | None = None) -> Subject:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_outbound.html: `sub` is the principal's ARN.
    aws = plan.environment.aws
    if aws is None or "aws" not in plan.platforms:
        raise _problem(
            plan,
            f"agent {plan.name} runs on AWS, but has no identity there that could vouch for it to Entra ID",
            "add aws to its `platforms`, or use the workload kind oidc.",
        )
    if aws.outbound_issuer is None:
        other = f", or `aws.clusters.{cluster}.oidc_issuer`" if cluster else ""
        raise _problem(
            plan,
            f"the environment names no issuer for the tokens of AWS roles, so Entra ID could not know the role of "
            f"agent {plan.name}",
            f"turn on outbound web identity federation and set `aws.outbound_issuer`{other} in the environment file.",
        )
    return Subject(aws.outbound_issuer, aws_names.role_arn(plan))


def _google_account(plan: AgentPlan) -> Subject:
    entra = plan.environment.entra
    found = entra.google_subjects.get(plan.name) if entra else None
    if found is None:
        raise _problem(
            plan,
            f"agent {plan.name} runs on Google Cloud, and the unique id of its service account, which Google assigns "
            "and its tokens carry as `sub`, is not known",
            f"make the Google identity first, then write its unique id to `entra.google_subjects.{plan.name}` in the "
            "environment file.",
        )
    return Subject(GOOGLE_ISSUER, found)


def _spiffe(plan: AgentPlan) -> Subject:
    kubernetes = plan.environment.kubernetes
    if kubernetes is None or kubernetes.spiffe_issuer is None:
        raise _problem(
            plan,
            f"the environment names no OIDC issuer for SPIFFE ids, so Entra ID could not check those of agent "
            f"{plan.name}",
            "run SPIRE's OIDC discovery provider and set `kubernetes.spiffe_issuer` in the environment file.",
        )
    identity = spiffe_id(plan)
    if identity is None or trust_domain(identity) != kubernetes.trust_domain:
        raise _problem(
            plan,
            f"{identity!r} is not of trust domain {kubernetes.trust_domain}, so {kubernetes.spiffe_issuer} never "
            "vouches for it",
            f"start the id with spiffe://{kubernetes.trust_domain}/.",
            "id",
        )
    return Subject(kubernetes.spiffe_issuer, identity)


def _problem(plan: AgentPlan, message: str, fix: str, *key: str) -> InputError:
    return InputError([Problem(message, plan.at("credential", "workload", *key), fix)])
