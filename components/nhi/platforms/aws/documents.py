"""One agent on AWS as complete records: what a program would register, with no Pulumi and no cloud.

Owns the set of resources, their inputs and their order. Does not own the documents inside them (`trust`, `policies`),
their registration (`identity`), the permissions boundary, the OIDC provider, the trust anchor, the key or the rotation
function: those are the platform team's, and the environment names them.

The eight answers: who am I (Role, AgentcoreWorkloadIdentity), who may become me (trust policy, PodIdentityAssociation,
Roles Anywhere Profile), what may I do (grant policies), what may I never do (guard policy, boundary, exclusive
attachments), until when (the lock date in trust, grants and guard), what am I (tags), how am I stopped (an agent that
is not active keeps its role and its guard, which then denies everything), who watches me (monitoring, not here).

Sessions. A role's `maxSessionDuration` is the longest session that a caller may ask STS for, and AWS takes no less than
one hour; a Roles Anywhere profile takes no less than 15 minutes. Where a tier allows less, the rest is the caller's: it
has to pass `DurationSeconds`, and no condition key of `sts:AssumeRole` can demand it. EKS, ECS, Lambda and AgentCore
choose the session's length themselves. What bounds every session, whatever its length, is the lock date in each grant.

Secrets. The program never holds a value: it makes the secret empty and turns rotation on, and the rotation function
writes the first version and every later one. A secret is deleted at once (no recovery window), because a window would
keep the name taken and a suspended agent could not come back; and what is lost is a value that rotation makes anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from nhi.catalog.delegation import way_on_aws
from nhi.contract import FACT_TABLE, Record, Ref, canonical_json, encode_fact
from nhi.plan.model import AgentPlan
from nhi.platforms.aws import names
from nhi.platforms.aws.policies import (
    credential_grant,
    grant_policies,
    grant_statements,
    guard_policy,
    scope_down,
)
from nhi.platforms.aws.trust import eks_cluster, trust_policy
from nhi.platforms.workload import rotation_days, service_account, stored_credential
from nhi.spec.model import AgentCoreWorkload, EksWorkload, SpiffeWorkload
from nhi.spec.problems import InputError, Problem

__all__ = [
    "credential_grant",
    "grant_policies",
    "grant_statements",
    "guard_policy",
    "max_session_seconds",
    "records",
    "tags",
    "trust_policy",
]

ROLE: Final = "aws:iam/role:Role"
POLICY: Final = "aws:iam/policy:Policy"
ATTACHMENT: Final = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
POLICIES_EXCLUSIVE: Final = "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive"
ATTACHMENTS_EXCLUSIVE: Final = "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive"
POD_IDENTITY: Final = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
WORKLOAD_IDENTITY: Final = "aws:bedrock/agentcoreWorkloadIdentity:AgentcoreWorkloadIdentity"
PROFILE: Final = "aws:rolesanywhere/profile:Profile"
SECRET: Final = "aws:secretsmanager/secret:Secret"
SECRET_ROTATION: Final = "aws:secretsmanager/secretRotation:SecretRotation"

ROLE_SESSION_SECONDS: Final = (3600, 43200)
"""https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"""
PROFILE_SESSION_SECONDS: Final = (900, 43200)
"""https://docs.aws.amazon.com/rolesanywhere/latest/APIReference/API_CreateProfile.html"""

T = TypeVar("T")


def records(plan: AgentPlan, base: str | None = None) -> tuple[Record, ...]:
    """Every AWS resource of one identity, in an order in which each depends only on earlier ones.

    `base` starts every logical name; without it the plan's name does. Locks stand before what they lock: role, guard
    and its attachment, what each edge of delegation hands on at most, grants and their attachments, the two exclusive
    lists, and only then what lets a workload in.

    Raises `InputError` with every problem of this agent: a missing binding of the environment, a workload that has no
    way into AWS, a name AWS would refuse, a document over its size limit.
    """
    names.account(plan)
    problems: list[Problem] = []
    trust = _attempt(problems, lambda: trust_policy(plan))
    guard = _attempt(problems, lambda: guard_policy(plan))
    grants = _attempt(problems, lambda: grant_policies(plan))
    scopes = _attempt(problems, lambda: _scopes(plan))
    if problems or trust is None or grants is None or scopes is None:
        # The grants may ask for the guard too: one mistake, told once.
        raise InputError(dict.fromkeys(problems))
    return _Records(plan, base or plan.name).all(trust, guard, scopes, grants)


def _scopes(plan: AgentPlan) -> dict[str, dict[str, Any]]:
    """By callee: what the agent hands on at most. Nothing is attached to anybody; whoever starts a session for the
    callee passes it as the session's policy."""
    return {
        to.edge.callee.agent.agent_id: scope_down(plan, to) for to in plan.hands_to if way_on_aws(to.edge) is not None
    }


def tags(plan: AgentPlan) -> dict[str, str]:
    """The agent's facts as AWS tags. A fact that nobody declared has no tag."""
    return {FACT_TABLE["aws"][fact].key: encode_fact("aws", fact, value) for fact, value in plan.facts.items()}


def max_session_seconds(plan: AgentPlan, bounds: tuple[int, int] = ROLE_SESSION_SECONDS) -> int:
    """The plan's session length in seconds, within the bounds that AWS takes."""
    lowest, highest = bounds
    return min(max(int(plan.max_session.total_seconds()), lowest), highest)


class _Records:
    """Collects the records of one plan under one base name."""

    def __init__(self, plan: AgentPlan, base: str) -> None:
        self.plan = plan
        self.base = base
        self.made: list[Record] = []

    def add(self, type: str, suffix: str, inputs: dict[str, Any], *after: str) -> str:
        name = f"{self.base}-{suffix}"
        self.made.append(Record(type, name, inputs, after))
        return name

    def all(
        self,
        trust: dict[str, Any],
        guard: dict[str, Any] | None,
        scopes: dict[str, dict[str, Any]],
        grants: tuple[dict[str, Any], ...],
    ) -> tuple[Record, ...]:
        plan, aws = self.plan, names.account(self.plan)
        role = self.add(
            ROLE,
            "role",
            {
                "name": names.role_name(plan),
                "path": aws.path,
                "assumeRolePolicy": canonical_json(trust),
                "permissionsBoundary": aws.permissions_boundary,
                "maxSessionDuration": max_session_seconds(plan),
                # A policy that somebody attached by hand must not keep the role from being deleted.
                "forceDetachPolicies": True,
                "tags": tags(plan),
            },
        )
        attached: list[str] = []
        before = [role]
        if guard is not None:
            before += self.policy("guard", guard, role)
            attached.append("guard")
        before += [self.document(f"to-{callee}", document, *before) for callee, document in scopes.items()]
        locks = list(before)
        for number, document in enumerate(grants, start=1):
            suffix = f"grants-{number}"
            locks += self.policy(suffix, document, *before)
            attached.append(suffix)
        locks.append(
            self.add(
                POLICIES_EXCLUSIVE,
                "policies-exclusive",
                {"roleName": names.role_name(plan), "policyNames": []},
                *locks,
            )
        )
        locks.append(
            self.add(
                ATTACHMENTS_EXCLUSIVE,
                "attachments-exclusive",
                {
                    "roleName": names.role_name(plan),
                    "policyArns": [names.policy_arn(plan, suffix) for suffix in attached],
                },
                *locks[:-1],
            )
        )
        self.entrances(tuple(locks))
        return tuple(self.made)

    def document(self, suffix: str, document: dict[str, Any], *after: str) -> str:
        plan = self.plan
        return self.add(
            POLICY,
            suffix,
            {
                "name": names.policy_name(plan, suffix),
                "path": names.account(plan).path,
                "policy": canonical_json(document),
                "tags": tags(plan),
            },
            *after,
        )

    def policy(self, suffix: str, document: dict[str, Any], *after: str) -> tuple[str, str]:
        plan = self.plan
        policy = self.document(suffix, document, *after)
        attachment = self.add(
            ATTACHMENT,
            f"{suffix}-attachment",
            {"role": names.role_name(plan), "policyArn": names.policy_arn(plan, suffix)},
            *after,
            policy,
        )
        return policy, attachment

    def entrances(self, locks: tuple[str, ...]) -> None:
        plan, aws = self.plan, names.account(self.plan)
        workload = plan.workload
        if isinstance(workload, AgentCoreWorkload):
            # It grants nothing and holds nothing, so it stays in every state: it is the agent's name in AgentCore.
            self.add(
                WORKLOAD_IDENTITY,
                "workload-identity",
                {"name": names.workload_identity_name(plan), "region": aws.region, "tags": tags(plan)},
                *locks,
            )
        if not plan.live:
            return
        if isinstance(workload, EksWorkload):
            namespace, name = service_account(plan)
            self.add(
                POD_IDENTITY,
                "pod-identity",
                {
                    "clusterName": eks_cluster(plan, workload),
                    "namespace": namespace,
                    "serviceAccount": name,
                    "roleArn": names.role_arn(plan),
                    "region": aws.region,
                    "tags": tags(plan),
                },
                *locks,
            )
        if isinstance(workload, SpiffeWorkload):
            self.add(
                PROFILE,
                "profile",
                {
                    "name": names.profile_name(plan),
                    "enabled": True,
                    "roleArns": [names.role_arn(plan)],
                    "durationSeconds": max_session_seconds(plan, PROFILE_SESSION_SECONDS),
                    "tags": tags(plan),
                },
                *locks,
            )
        if stored_credential(plan) and aws.secrets is not None:
            secret = self.add(
                SECRET,
                "secret",
                {
                    "name": names.secret_name(plan),
                    "kmsKeyId": aws.secrets.kms_key,
                    "recoveryWindowInDays": 0,
                    "region": aws.region,
                    "tags": tags(plan),
                },
                *locks,
            )
            self.add(
                SECRET_ROTATION,
                "secret-rotation",
                {
                    # Trap: the provider reads this back as the ARN, and a change of it replaces the rotation. A name
                    # here would replace it at every update, and deleting the old one would turn the new one off.
                    "secretId": Ref(secret, "arn"),
                    "rotationLambdaArn": aws.secrets.rotation_lambda,
                    "rotationRules": {"automaticallyAfterDays": rotation_days(plan)},
                    "region": aws.region,
                },
                secret,
            )


def _attempt(problems: list[Problem], make: Callable[[], T]) -> T | None:
    try:
        return make()
    except InputError as error:
        problems.extend(error.problems)
        return None
