"""Whom a declared workload lets in on Entra ID: the judge's own reading, not the builder's.

Owns issuer and subject of each kind of workload. Entra ID compares both letter by letter with the token's `iss` and
`sub` (https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations), and the audience is
the one that Microsoft recommends for every token that is exchanged there
(https://learn.microsoft.com/graph/api/resources/federatedidentitycredential).
"""

from __future__ import annotations

from typing import NamedTuple

from nhi.contract import agent_name, identity_name
from nhi.spec.declared import DeclaredAgent
from nhi.spec.environment import Environment

from nhi_policies.view.kubernetes.agents import declared_account

AUDIENCE = "api://AzureADTokenExchange"
_GOOGLE = "https://accounts.google.com"


class Subject(NamedTuple):
    """Who is let in: the issuer that vouches for them, and what they are called there."""

    issuer: str
    subject: str


def expected(declared: DeclaredAgent, instance: str | None) -> Subject | None:
    """Whom the application of a declared agent must trust; None where the file declares nobody whom it could trust."""
    workload = declared.agent.credential.workload if declared.agent.credential else None
    environment = declared.environment.environment
    if workload is None:
        return None
    match workload.kind:
        case "oidc":
            return Subject(workload.issuer, workload.subject)
        case "spiffe":
            issuer = environment.kubernetes.spiffe_issuer if environment.kubernetes else None
            return Subject(issuer, workload.id) if issuer else None
        case "ecs" | "lambda" | "agentcore":
            return _role(declared, instance)
        case "cloud-run" | "agent-engine":
            found = environment.entra.google_subjects if environment.entra else {}
            subject = found.get(agent_name(declared.agent.agent_id, instance))
            return Subject(_GOOGLE, subject) if subject else None
        case "eks":
            issuer = _eks_issuer(environment, workload.cluster)
            return _role(declared, instance) if issuer is None else _account(declared, instance, issuer)
        case "gke":
            return _account(declared, instance, _own_issuer(environment, workload.cluster))
        case "kubernetes":
            return _account(declared, instance, _own_issuer(environment, None))


def _own_issuer(environment: Environment, cluster: str | None) -> str | None:
    """The issuer of the environment's own cluster, where it is the one that is asked for."""
    kubernetes = environment.kubernetes
    return kubernetes.oidc_issuer if kubernetes is not None and cluster in (None, kubernetes.cluster) else None


def _eks_issuer(environment: Environment, cluster: str) -> str | None:
    bound = environment.aws.clusters.get(cluster) if environment.aws else None
    return bound.oidc_issuer if bound and bound.oidc_issuer else _own_issuer(environment, cluster)


def _account(declared: DeclaredAgent, instance: str | None, issuer: str | None) -> Subject | None:
    account = declared_account(declared, instance)
    return Subject(issuer, f"system:serviceaccount:{':'.join(account)}") if issuer and account else None


def _role(declared: DeclaredAgent, instance: str | None) -> Subject | None:
    """The agent's own role, for which the account's issuer vouches by its ARN."""
    environment = declared.environment.environment
    aws = environment.aws
    if aws is None or aws.outbound_issuer is None:
        return None
    name = identity_name("aws:role", environment.prefix, declared.agent.agent_id, instance)
    return Subject(aws.outbound_issuer, f"arn:{aws.partition}:iam::{aws.account_id}:role{aws.path}{name}")
