"""Who must be able to become an agent on Google Cloud: what its declared workload comes to, and nothing else.

Owns the judge's own reading: one exact member of the account, and the provider that it comes through. The builder has a
reading of its own; what one of them gets wrong the other must not repeat.

Trap: a pool's providers share its subjects. `principal://.../subject/x` is whoever any provider of the pool calls `x`,
so one more provider in the agents' pool is one more way into every agent that comes through it.
https://cloud.google.com/iam/docs/workload-identity-federation, read 2026-11-24.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nhi.contract import UNKNOWN, identity_name
from nhi.spec.declared import DeclaredAgent
from nhi.spec.environment import Environment

from nhi_policies.verdict import Unproven
from nhi_policies.view.gcp.federation import ASSUMED_ROLE, demanded
from nhi_policies.view.kubernetes.agents import declared_account
from nhi_policies.view.resource import Resource

BECOME_ROLE = "roles/iam.workloadIdentityUser"


@dataclass(frozen=True, slots=True)
class Expected:
    """The one way in: the exact member of the account, and the provider that vouches for it, where it needs one."""

    member: str
    provider: ExpectedProvider | None = None


@dataclass(frozen=True, slots=True)
class ExpectedProvider:
    """What a provider must say: `issuer` and `audience` of OIDC tokens, or the AWS `account`; the exact `subject`."""

    subject: str
    issuer: str | None = None
    audience: str | None = None
    own_audience: bool = False
    """Whether the audience is the one that Google takes where none is written."""
    account: str | None = None


def expected(declared: DeclaredAgent, instance: str | None) -> Expected | None:
    """The way in that a file declares; None where nobody has to become the agent, or where it cannot be told."""
    workload = declared.agent.credential.workload if declared.agent.credential else None
    environment = declared.environment.environment
    gcp, kubernetes = environment.gcp, environment.kubernetes
    if workload is None or gcp is None:
        return None
    match workload.kind:
        case "cloud-run" | "agent-engine":
            return None
        case "gke":
            cluster, account = gcp.clusters.get(workload.cluster), declared_account(declared, instance)
            if cluster is None or account is None:
                return None
            return Expected(
                f"serviceAccount:{cluster.project_id or gcp.project_id}.svc.id.goog[{account[0]}/{account[1]}]"
            )
        case "oidc":
            return _oidc(declared, instance, workload.issuer, workload.subject, workload.audience)
        case "spiffe":
            return _oidc(declared, instance, kubernetes.spiffe_issuer if kubernetes else None, workload.id, None)
        case "kubernetes" | "eks":
            issuer = kubernetes.oidc_issuer if kubernetes else None
            if workload.kind == "eks":
                issuer = _eks_issuer(environment, workload.cluster)
                if issuer is None:
                    return _aws(declared, instance)
            account = declared_account(declared, instance)
            subject = f"system:serviceaccount:{account[0]}:{account[1]}" if account else None
            return _oidc(declared, instance, issuer, subject, None)
        case _:
            return _aws(declared, instance)


def provider_id(declared: DeclaredAgent, instance: str | None) -> str:
    """Id of the agent's own provider in the environment's pool."""
    return identity_name("gcp:provider", declared.environment.environment.prefix, declared.agent.agent_id, instance)


def differences(provider: Resource, wanted: ExpectedProvider) -> Iterator[tuple[str, str]]:
    """What a provider lets in beyond the expected subject: each as half a sentence and a part id. Raises `Unproven`."""
    for foreign in ("saml", "x509", *(("aws",) if wanted.account is None else ("oidc",))):
        if provider.peek(foreign) is not None:
            yield f"it trusts {foreign} assertions, and the file's workload comes with none", foreign
    if wanted.account is not None:
        if provider.text("aws", "accountId") != wanted.account:
            yield f"it trusts another AWS account than {wanted.account}", "account"
        mapping = ASSUMED_ROLE
    else:
        if provider.text("oidc", "issuerUri") != wanted.issuer:
            yield f"its issuer is not {wanted.issuer}", "issuer"
        if provider.peek("oidc", "jwksJson") not in (None, ""):
            yield "it brings keys of its own in the place of the issuer's", "keys"
        audiences = provider.texts("oidc", "allowedAudiences")
        if set(audiences) != {wanted.audience} and not (wanted.own_audience and not audiences):
            yield f"it takes tokens for other audiences than {wanted.audience}", "audience"
        mapping = "assertion.sub"
    written = provider.map("attributeMapping").get("google.subject")
    if written is UNKNOWN:
        raise Unproven("attributeMapping.google.subject")
    if not isinstance(written, str) or "".join(written.split()) != "".join(mapping.split()):
        yield "it does not map the exact subject to google.subject", "mapping"
    if not _pinned(provider.text("attributeCondition"), wanted):
        yield f"its condition does not hold it to {wanted.subject}", "condition"


def _pinned(text: str | None, wanted: ExpectedProvider) -> bool:
    """Whether the condition holds for the subject at most. A part that is not understood can only narrow it."""
    if not text:
        return False
    terms = demanded(text)
    if wanted.account is not None:
        role = f"{wanted.subject}/"
        return any(
            term.name == "assertion.arn" and term.operator in ("==", "startsWith") and term.value.startswith(role)
            for term in terms
        )
    return any(
        term.name in ("assertion.sub", "google.subject") and term.operator == "==" and term.value == wanted.subject
        for term in terms
    )


def _oidc(
    declared: DeclaredAgent, instance: str | None, issuer: str | None, subject: str | None, audience: str | None
) -> Expected | None:
    gcp = declared.environment.environment.gcp
    if gcp is None or gcp.workload_identity_pool is None or issuer is None or subject is None:
        return None
    pool = _pool(gcp.project_number, gcp.workload_identity_pool)
    own = f"https://iam.googleapis.com/{pool}/providers/{provider_id(declared, instance)}"
    provider = ExpectedProvider(subject, issuer, audience or own, audience is None)
    return Expected(f"principal://iam.googleapis.com/{pool}/subject/{subject}", provider)


def _aws(declared: DeclaredAgent, instance: str | None) -> Expected | None:
    environment = declared.environment.environment
    aws, gcp = environment.aws, environment.gcp
    if aws is None or gcp is None or gcp.workload_identity_pool is None:
        return None
    role = identity_name("aws:role", environment.prefix, declared.agent.agent_id, instance)
    subject = f"arn:{aws.partition}:sts::{aws.account_id}:assumed-role/{role}"
    pool = _pool(gcp.project_number, gcp.workload_identity_pool)
    member = f"principal://iam.googleapis.com/{pool}/subject/{subject}"
    return Expected(member, ExpectedProvider(subject, account=aws.account_id))


def _eks_issuer(environment: Environment, cluster: str) -> str | None:
    bound = environment.aws.clusters.get(cluster) if environment.aws else None
    if bound is not None and bound.oidc_issuer is not None:
        return bound.oidc_issuer
    kubernetes = environment.kubernetes
    return kubernetes.oidc_issuer if kubernetes is not None and kubernetes.cluster == cluster else None


def _pool(number: str, pool: str) -> str:
    return f"projects/{number}/locations/global/workloadIdentityPools/{pool}"


def in_agents_pool(provider: Resource, environment: Environment | None) -> bool:
    """Whether a provider is one of the pool that federated agents come through. Raises `Unproven`."""
    gcp = environment.gcp if environment else None
    if gcp is None or gcp.workload_identity_pool is None:
        return False
    pool, project = provider.text("workloadIdentityPoolId"), provider.peek("project")
    elsewhere = isinstance(project, str) and project not in (gcp.project_id, gcp.project_number)
    return (pool or "").rsplit("/", 1)[-1] == gcp.workload_identity_pool and not elsewhere
