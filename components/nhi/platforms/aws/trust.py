"""Who may become an agent on AWS: the trust policy of its role.

Owns one statement per workload kind, pinned as closely as the service behind it allows:

| workload | principal | pinned by |
|---|---|---|
| eks | pods.eks.amazonaws.com | cluster ARN, and the session tags that EKS sets: cluster, namespace, service account |
| ecs | ecs-tasks.amazonaws.com | account and region only; see below |
| lambda | lambda.amazonaws.com | ARN of the function |
| agentcore | bedrock-agentcore.amazonaws.com | ARN of the runtime; AWS ends it in `-` and ten characters |
| oidc, kubernetes, gke | the issuer's OIDC provider | exact subject and audience |
| spiffe | rolesanywhere.amazonaws.com | trust anchor, and the SPIFFE id in the certificate |

ECS puts no cluster, service or task family into `aws:SourceArn`, and AWS says to use the wildcard for all clusters
(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html). A narrower pattern would lock the
agent out. So any task definition of the account that names the role can become the agent, and what decides who may
write that name is `iam:PassRole`, which is the account owner's matter.

An agent that acts for users gets two statements more, where the environment names who may vouch for a user
(`aws.context_providers`): its role may assume itself once more, and set the user whom that provider signed for. Nobody
else may set one.

Every statement ends at the lock date. An agent that is not active, or has no workload, gets one Deny for everybody:
IAM wants a statement, and a document without an Allow lets nobody in. Does not own what the agent may do (`policies`).

An agent that takes work, and has nothing that IAM guards and a caller could call, is assumed by its callers: one more
statement for each caller and each number of hops that a chain through the caller can have. A caller writes its id into
the session tag of its hop and makes the tag transitive; STS carries it into every later session and lets nobody set it
again. So a session with a tag for one hop can only take the next one, and past the last number of hops there is no
statement. The callers before are held to who may stand in their places.

The callers are named by `aws:PrincipalArn`, which holds the role's ARN in each of its sessions, and not as principals.
Trap: IAM refuses a trust policy that names a role which does not exist yet, so all callers would have to be made first,
and it keeps a role's unique id in place of its name, so a caller that was made anew would be locked out
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nhi.catalog.delegation import agent_role_arns, assume_actions, hop_tag, way_on_aws
from nhi.catalog.user_context import CONTEXT_PROVIDERS, SET_CONTEXT, own_role, own_session_actions
from nhi.clock import timestamp
from nhi.contract import canonical_json
from nhi.plan.model import AgentPlan, Handover
from nhi.platforms.aws.names import account, arn
from nhi.platforms.workload import service_account, spiffe_id
from nhi.spec.model import (
    AgentCoreWorkload,
    EcsWorkload,
    EksWorkload,
    GkeWorkload,
    KubernetesWorkload,
    LambdaWorkload,
    OidcWorkload,
    SpiffeWorkload,
)
from nhi.spec.problems import InputError, Problem

VERSION: Final = "2012-10-17"
TRUST_LIMIT: Final = 2048
"""Characters of a trust policy, the default quota
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""
STS_AUDIENCE: Final = "sts.amazonaws.com"

# What an OIDC provider's ARN can carry; a wildcard there would stand for other issuers.
_ISSUER: Final = re.compile(r"https://[A-Za-z0-9._~:/@%+,=-]+")

_CHAINED_TAGS: Final = ("eks-cluster-*", "kubernetes-*", "x509*")
"""Keys of the session tags that EKS and IAM Roles Anywhere set. A new session may carry these on and gets no others, so
that an agent cannot tag itself."""

NOBODY: Final[Mapping[str, Any]] = {
    "Sid": "NobodyBecomesThisAgent",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "sts:AssumeRole",
}


def trust_policy(plan: AgentPlan) -> dict[str, Any]:
    """The trust policy of the agent's role.

    Raises `InputError` at the workload's line where the environment lacks a binding that the workload needs, where its
    kind has no way into AWS, or where the document is over AWS's size limit.
    """
    statements = [_allow(plan), *_own_session(plan)] if plan.live and plan.workload is not None else []
    callers = [one for one in plan.takes_from if plan.live and way_on_aws(one.edge) == "assume"]
    handovers = [_hop(plan, one, hops) for one in callers for hops in range(1, len(one.places) + 1)]
    document = {"Version": VERSION, "Statement": [*statements, *handovers] or [dict(NOBODY)]}
    size = len(canonical_json(document).encode())
    if size > TRUST_LIMIT and handovers:
        named = ", ".join(one.edge.caller.agent.agent_id for one in callers)
        raise InputError(
            [
                Problem(
                    f"the trust policy of agent {plan.name} has {size} bytes with one statement for each caller "
                    f"({named}) and number of hops, and AWS takes {TRUST_LIMIT}, so the role would be refused",
                    plan.at("delegation", "accepts_from"),
                    "take work from fewer agents, lower the callers' `max_depth`, or run the agent as a function or an "
                    "AgentCore runtime, which is called and not assumed.",
                )
            ]
        )
    if size > TRUST_LIMIT:
        raise _problem(
            plan,
            f"the trust policy has {size} bytes and AWS takes {TRUST_LIMIT}, so the role would be refused",
            "shorten the workload's names (subject, audience, SPIFFE id).",
        )
    return document


def _allow(plan: AgentPlan) -> dict[str, Any]:
    match plan.workload:
        case EksWorkload():
            return _eks(plan, plan.workload)
        case EcsWorkload():
            # Trap: narrower than the whole account and region is not supported, see the module's docstring.
            return _service(plan, "Ecs", "ecs-tasks", like=arn(plan, "ecs", "*"))
        case LambdaWorkload(function=function):
            source = arn(plan, "lambda", f"function:{_exact(function)}")
            return _service(plan, "Lambda", "lambda", {"aws:SourceArn": source})
        case AgentCoreWorkload(runtime=runtime):
            # A runtime's name has no hyphen, so `<name>-*` fits this runtime only.
            like = arn(plan, "bedrock-agentcore", f"runtime/{_exact(runtime, pattern=True)}-*")
            return _service(plan, "AgentCore", "bedrock-agentcore", like=like)
        case OidcWorkload(issuer=issuer, subject=subject, audience=audience):
            return _federated(plan, "Oidc", issuer, _exact(subject), _exact(audience or STS_AUDIENCE))
        case KubernetesWorkload():
            return _cluster(plan, "Kubernetes", None)
        case GkeWorkload(cluster=cluster):
            return _cluster(plan, "Gke", cluster)
        case SpiffeWorkload():
            return _spiffe(plan)
        case workload:
            kind = workload.kind if workload else "none"
            raise _problem(
                plan,
                f"agent {plan.name} runs on {kind}, which has no way into AWS, so nobody could become its role",
                "use the workload kind oidc with the issuer and exact subject that the workload's tokens carry, or "
                "leave aws out of `platforms`.",
            )


def _hop(plan: AgentPlan, caller: Handover, hops: int) -> dict[str, Any]:
    """The statement for one caller at the end of a chain of `hops` hops, the last of which is its own."""
    who = caller.edge.caller.agent.agent_id
    own = hop_tag(hops)
    before = enumerate(caller.places[hops - 1][:-1], start=1)
    end = {} if caller.end is None else {"DateLessThan": {"aws:CurrentTime": timestamp(caller.end)}}
    return {
        "Sid": f"Hop{hops}From{''.join(word.capitalize() for word in who.split('-'))}",
        "Effect": "Allow",
        "Principal": {"AWS": arn(plan, "iam", "root", regional=False)},
        "Action": list(assume_actions(caller.edge)),
        "Condition": {
            "StringEquals": {
                "aws:PrincipalArn": _one_or_all(agent_role_arns(caller.edge.caller, caller.instances)),
                **{f"aws:PrincipalTag/{hop_tag(hop)}": _one_or_all(sorted(place)) for hop, place in before},
                f"aws:RequestTag/{own}": who,
            },
            # Tags of earlier hops are inherited and cannot be passed again; whether STS counts them among the keys of
            # the request is not documented, so they may be there.
            "ForAllValues:StringEquals": {"aws:TagKeys": _one_or_all([hop_tag(hop) for hop in range(1, hops + 1)])},
            "ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": own},
            **end,
        },
    }


def _one_or_all(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _eks(plan: AgentPlan, workload: EksWorkload) -> dict[str, Any]:
    cluster = eks_cluster(plan, workload)
    namespace, name = service_account(plan)
    cluster_arn = arn(plan, "eks", f"cluster/{cluster}")
    pins = {
        "aws:SourceArn": cluster_arn,
        # Session tags that EKS sets itself; a pod cannot choose them
        # (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html).
        "aws:RequestTag/eks-cluster-arn": cluster_arn,
        "aws:RequestTag/eks-cluster-name": cluster,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": name,
    }
    return _service(plan, "Eks", "pods.eks", pins, actions=("sts:AssumeRole", "sts:TagSession"))


def eks_cluster(plan: AgentPlan, workload: EksWorkload) -> str:
    """The real name of the EKS cluster that the workload names. Raises `InputError` where the environment has none."""
    clusters = account(plan).clusters
    if workload.cluster not in clusters:
        known = ", ".join(sorted(clusters)) or "none"
        raise _problem(
            plan,
            f"the environment has no EKS cluster {workload.cluster!r} (it has: {known}), so the role would "
            "trust nothing",
            "name one of the environment's clusters, or add it under `aws.clusters`.",
            "cluster",
        )
    return clusters[workload.cluster].name


def _cluster(plan: AgentPlan, kind: str, cluster: str | None) -> dict[str, Any]:
    kubernetes = plan.environment.kubernetes
    if kubernetes is not None and cluster is not None and kubernetes.cluster != cluster:
        kubernetes = None
    if kubernetes is None or kubernetes.oidc_issuer is None:
        which = f"the cluster {cluster!r}" if cluster else "its cluster"
        raise _problem(
            plan,
            f"the environment names no OIDC issuer for {which}, so AWS could not know the service account "
            f"of agent {plan.name}",
            "set `kubernetes.oidc_issuer` (and `kubernetes.cluster`) in the environment file.",
        )
    namespace, name = service_account(plan)
    return _federated(plan, kind, kubernetes.oidc_issuer, f"system:serviceaccount:{namespace}:{name}", STS_AUDIENCE)


def _spiffe(plan: AgentPlan) -> dict[str, Any]:
    anchor = account(plan).trust_anchor
    identity = spiffe_id(plan)
    if anchor is None or identity is None:
        raise _problem(
            plan,
            f"the environment has no IAM Roles Anywhere trust anchor, so the certificate of agent "
            f"{plan.name} would open nothing",
            "set `aws.trust_anchor` in the environment file.",
        )
    pins = {"aws:SourceArn": anchor, "aws:PrincipalTag/x509SAN/URI": identity}
    actions = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")
    return _service(plan, "Spiffe", "rolesanywhere", pins, actions=actions)


def _federated(plan: AgentPlan, kind: str, issuer: str, subject: str, audience: str) -> dict[str, Any]:
    if not _ISSUER.fullmatch(issuer):
        raise _problem(
            plan,
            f"the issuer {issuer!r} cannot stand in the ARN of an OIDC provider, so the role would be refused",
            "write the issuer's URL exactly as its tokens carry it.",
            "issuer",
        )
    provider = issuer.removeprefix("https://")
    return {
        "Sid": f"Become{kind}",
        "Effect": "Allow",
        "Principal": {"Federated": arn(plan, "iam", f"oidc-provider/{provider}", regional=False)},
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Condition": {"StringEquals": {f"{provider}:aud": audience, f"{provider}:sub": subject}, **until(plan)},
    }


def _own_session(plan: AgentPlan) -> list[dict[str, Any]]:
    """What lets the role itself in again with a user, where the agent acts for users and somebody can vouch for them.

    Trap: a trust policy that names its own role cannot be made, because the role is not there yet. So the account is
    named, and the condition keeps it to the one role
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html).
    """
    aws, actions = account(plan), own_session_actions(plan.declared)
    if not actions:
        return []
    itself = {"ArnEquals": {"aws:PrincipalArn": own_role(plan.declared, aws, plan.instance)}}
    tags = {"ForAllValues:StringLike": {"aws:TagKeys": list(_CHAINED_TAGS)}} if "sts:TagSession" in actions else {}
    provided = {
        # `ForAllValues` holds for a request without any provider, so that one is there is asked as well.
        "ForAllValues:ArnEquals": {CONTEXT_PROVIDERS: sorted(aws.context_providers)},
        "Null": {CONTEXT_PROVIDERS: "false"},
    }
    return [
        {
            "Sid": sid,
            "Effect": "Allow",
            "Principal": {"AWS": arn(plan, "iam", "root", regional=False)},
            "Action": list(allowed),
            "Condition": {**itself, **condition, **until(plan)},
        }
        for sid, allowed, condition in (
            ("OwnSession", actions, tags),
            ("OwnSessionWithUser", (SET_CONTEXT,), provided),
        )
    ]


def _service(
    plan: AgentPlan,
    kind: str,
    service: str,
    pins: Mapping[str, str] | None = None,
    *,
    like: str | None = None,
    actions: tuple[str, ...] = ("sts:AssumeRole",),
) -> dict[str, Any]:
    condition: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": account(plan).account_id, **(pins or {})}}
    if like is not None:
        condition["ArnLike"] = {"aws:SourceArn": like}
    return {
        "Sid": f"Become{kind}",
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": list(actions),
        "Condition": {**condition, **until(plan)},
    }


def until(plan: AgentPlan) -> dict[str, Any]:
    """The condition that ends a statement at the lock date; empty where nothing in the file ends."""
    end = plan.grant_end(None)
    return {} if end is None else {"DateLessThan": {"aws:CurrentTime": timestamp(end)}}


def _exact(value: str, *, pattern: bool = False) -> str:
    """`value` so that IAM takes it letter by letter: no policy variable and, in a pattern, no wildcard.

    A file that writes a wildcard so trusts nobody rather than many, and the gate says which line it is
    (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
    """
    special = "$*?" if pattern else "$"
    return "".join(f"${{{character}}}" if character in special else character for character in value)


def _problem(plan: AgentPlan, message: str, fix: str, *key: str) -> InputError:
    return InputError([Problem(message, plan.at("credential", "workload", *key), fix)])
