"""One agent on Google Cloud as complete records: what a program would register, with no Pulumi and no cloud.

Owns the set of resources, their inputs and their order. Does not own what is inside them (`trust`, `grants`), their
registration (`identity`), the workload identity pool, the clusters, the engine, the topic that rotation is told on,
or organization policies such as the ban on service-account keys: those are the platform team's.

The eight answers: who am I (serviceaccount.Account; on Agent Engine the engine's agent identity), who may become me
(serviceaccount.IAMMember with one exact principal, and the WorkloadIdentityPoolProvider it comes through), what may I
do (IAMCustomRole and additive members, see `grants`), what may I never do (DenyPolicy, principal access boundary),
until when (`request.time` in the condition of every member), what am I (the account's and the roles' description, the
secret's labels), how am I stopped (below), who watches me (monitoring, not here).

Never a key, never an authoritative binding or policy, never a basic role.

How an agent is stopped. Its account is disabled, and there is no member: nobody becomes it, and it may do nothing. Its
custom roles stay in the stage DISABLED, in which they grant nothing, and its provider stays disabled, because Google
keeps the id of a deleted role for up to 37 days and of a deleted provider for 30: an agent that came back in that time
could not get them again. Trap: `disabled` has no effect when an account is created, so an account that begins its life
stopped is enabled until the next change of it; what holds then is that nobody may become it and nothing is granted. An
access token that was issued before lives on for up to an hour (Google has no way to take one back); the missing
members and the deny policy take its use away.

Principal access boundary. It is a policy of the organization, bound to the project's principals and narrowed to this
one account. Google binds few such policies to one project (ten, https://cloud.google.com/iam/quotas), so `boundary` is
for projects with few agents. An agent identity is no principal of the project's set, so there is none on Agent Engine.

Secrets. Federation replaces them. Where the credential's type needs one, the secret is made without a version, expires
with the agent, and its topic is told when it is due; what listens there writes the versions. Google itself rotates
nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, TypeVar

from nhi.clock import timestamp
from nhi.contract import FACT_TABLE, HASH_LENGTH, Record, canonical_json, describe_facts, encode_fact, shorten
from nhi.plan.model import AgentPlan
from nhi.platforms.gcp import names
from nhi.platforms.gcp.grants import Held, Place, denied_permissions, held, reported
from nhi.platforms.gcp.trust import BECOME_ROLE, Entrance, entrance, until
from nhi.platforms.workload import rotation_days, stored_credential
from nhi.spec.problems import InputError, Problem

__all__ = ["Entrance", "Held", "Place", "denied_permissions", "entrance", "held", "records", "reported"]

ACCOUNT: Final = "gcp:serviceaccount/account:Account"
ACCOUNT_MEMBER: Final = "gcp:serviceaccount/iAMMember:IAMMember"
CUSTOM_ROLE: Final = "gcp:projects/iAMCustomRole:IAMCustomRole"
DENY_POLICY: Final = "gcp:iam/denyPolicy:DenyPolicy"
BOUNDARY: Final = "gcp:iam/principalAccessBoundaryPolicy:PrincipalAccessBoundaryPolicy"
BOUNDARY_BINDING: Final = "gcp:iam/projectsPolicyBinding:ProjectsPolicyBinding"
PROVIDER: Final = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider"
SECRET: Final = "gcp:secretmanager/secret:Secret"

DISPLAY_NAME_LIMIT: Final = 100
BOUNDARY_VERSION: Final = "3"
"""Which permissions a boundary blocks; a fixed number, because `latest` would be read back as another value at every
preview. https://cloud.google.com/iam/docs/pab-blocked-permissions"""
NOTICE: Final = timedelta(hours=1)
"""A rotation that is due sooner than this is put off by one period; Google refuses times that are too near."""
EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)

T = TypeVar("T")


def records(plan: AgentPlan, base: str | None = None) -> tuple[Record, ...]:
    """Every Google Cloud resource of one identity, in an order in which each depends only on earlier ones.

    `base` starts every logical name; without it the plan's name does. Locks stand before what they lock: account,
    boundary, denies, roles and their members, and only then what lets a workload in.

    Raises `InputError` with every problem of this agent: a missing binding of the environment, a workload that has no
    way into Google Cloud, a name Google would refuse, a grant that no condition can say. An agent that is not live is
    written in spite of a mistake in its grants or workload: a mistake must never keep access alive.
    """
    names.project(plan)
    problems: list[Problem] = []
    description = _attempt(problems, lambda: _description(plan))
    member = _attempt(problems, lambda: names.member(plan))
    ignored: list[Problem] = []
    entry = _attempt(problems if plan.live else ignored, lambda: entrance(plan))
    holds = _attempt(problems if plan.live else ignored, lambda: held(plan))
    if plan.live:
        problems.extend(_boundary_problems(plan))
    if not plan.live and member is None and not names.has_account(plan):
        # The engine cannot be named, so nothing of it is written, and so it holds nothing.
        return ()
    if problems or description is None or member is None:
        raise InputError(dict.fromkeys(problems))
    return _Records(plan, base or plan.name, description, member).all(entry, holds or Held({}, frozenset()))


def next_rotation(clock: datetime, period: timedelta) -> datetime:
    """When a secret is next due: the end of the window of `period` length that `clock` lies in.

    Windows are counted from one fixed day, so that every preview within one window gives the same answer.
    """
    due = EPOCH + ((clock - EPOCH) // period + 1) * period
    return due if due - clock >= NOTICE else due + period


class _Records:
    """Collects the records of one plan under one base name."""

    def __init__(self, plan: AgentPlan, base: str, description: str, member: str) -> None:
        self.plan = plan
        self.base = base
        self.description = description
        self.member = member
        self.project = names.project(plan).project_id
        self.made: list[Record] = []

    def add(self, type: str, suffix: str, inputs: dict[str, Any], *after: str) -> str:
        name = f"{self.base}-{suffix}"
        self.made.append(Record(type, name, inputs, tuple(dict.fromkeys(after))))
        return name

    def all(self, entry: Entrance | None, holds: Held) -> tuple[Record, ...]:
        plan = self.plan
        account: tuple[str, ...] = ()
        if names.has_account(plan):
            account = (
                self.add(
                    ACCOUNT,
                    "account",
                    {
                        "project": self.project,
                        "accountId": names.account_id(plan),
                        "displayName": shorten(plan.name, DISPLAY_NAME_LIMIT),
                        "description": self.description,
                        "disabled": not plan.live,
                    },
                ),
            )
        guards = (*account, *self.boundary(account), *self.denies(account))
        roles = {permissions: self.role(permissions, *guards) for permissions in holds.roles}
        locks = [*guards, *roles.values()]
        if plan.live:
            secret = self.secret(*guards)
            locks += secret
            for place, permissions in holds.places.items():
                if place in holds.current:
                    locks.append(self.grant(place, permissions, *guards, roles[permissions], *secret))
        self.entrance(entry, tuple(locks))
        return tuple(self.made)

    def boundary(self, account: tuple[str, ...]) -> tuple[str, ...]:
        plan, gcp = self.plan, names.project(self.plan)
        if not gcp.boundary or gcp.organization_id is None or not account:
            return ()
        name = names.boundary_id(plan)
        parent = f"organizations/{gcp.organization_id}/locations/global"
        resource = f"//cloudresourcemanager.googleapis.com/projects/{self.project}"
        policy = self.add(
            BOUNDARY,
            "boundary",
            {
                "organization": gcp.organization_id,
                "location": "global",
                "principalAccessBoundaryPolicyId": name,
                "displayName": name,
                "details": {
                    "enforcementVersion": BOUNDARY_VERSION,
                    "rules": [
                        {"description": "Only the agent's own project", "effect": "ALLOW", "resources": [resource]}
                    ],
                },
            },
            *account,
        )
        binding = self.add(
            BOUNDARY_BINDING,
            "boundary-binding",
            {
                "project": self.project,
                "location": "global",
                "policyBindingId": name,
                "displayName": name,
                "policyKind": "PRINCIPAL_ACCESS_BOUNDARY",
                "policy": f"{parent}/principalAccessBoundaryPolicies/{name}",
                "target": {"principalSet": resource},
                "condition": {
                    "title": "this agent only",
                    "expression": (
                        'principal.type == "iam.googleapis.com/ServiceAccount" && '
                        f'principal.subject == "{names.email(plan)}"'
                    ),
                },
            },
            *account,
            policy,
        )
        return policy, binding

    def denies(self, account: tuple[str, ...]) -> tuple[str, ...]:
        plan = self.plan
        denied = denied_permissions(plan)
        if not denied:
            return ()
        rule = {
            "description": "What the agent file denies",
            "denyRule": {"deniedPrincipals": [names.denied_principal(plan)], "deniedPermissions": list(denied)},
        }
        return (
            self.add(
                DENY_POLICY,
                "deny-policy",
                {
                    "parent": names.attachment_point(plan),
                    "name": names.deny_policy_name(plan),
                    "displayName": names.deny_policy_name(plan),
                    "rules": [rule],
                },
                *account,
            ),
        )

    def role(self, permissions: tuple[str, ...], *after: str) -> str:
        plan = self.plan
        suffix = names.custom_role_suffix(permissions)
        return self.add(
            CUSTOM_ROLE,
            f"role-{suffix}",
            {
                "project": self.project,
                "roleId": names.custom_role_id(plan, permissions),
                "title": shorten(f"{plan.name} {suffix}", DISPLAY_NAME_LIMIT),
                "description": self.description,
                "permissions": list(permissions),
                "stage": "GA" if plan.live else "DISABLED",
            },
            *after,
        )

    def grant(self, place: Place, permissions: tuple[str, ...], *after: str) -> str:
        # The logical name leaves the common end out, so that moving the lock date replaces a member and does not make
        # a new one beside it.
        lock = self.plan.grant_end(None)
        own_end = place.end if place.end != (timestamp(lock) if lock else "") else ""
        return self.add(
            place.type,
            f"grant-{_tail(place._replace(end=own_end))}",
            {
                **dict(place.inputs),
                "role": names.custom_role(self.plan, permissions),
                "member": self.member,
                **place.condition(),
            },
            *after,
        )

    def secret(self, *after: str) -> tuple[str, ...]:
        plan, gcp = self.plan, names.project(self.plan)
        if not stored_credential(plan) or gcp.secrets is None:
            return ()
        period = timedelta(days=rotation_days(plan))
        end = plan.grant_end(None)
        auto = gcp.location == "global"
        inputs: dict[str, Any] = {
            "project": self.project,
            "secretId": names.secret_id(plan),
            "replication": {"auto": {}} if auto else {"userManaged": {"replicas": [{"location": gcp.location}]}},
            "labels": {
                FACT_TABLE["gcp"][fact].key: encode_fact("gcp", fact, value) for fact, value in plan.facts.items()
            },
            "topics": [{"name": gcp.secrets.topic}],
            "rotation": {
                "rotationPeriod": f"{int(period.total_seconds())}s",
                "nextRotationTime": timestamp(next_rotation(plan.clock, period)),
            },
        }
        if end is not None:
            inputs["expireTime"] = timestamp(end)
        return (self.add(SECRET, "secret", inputs, *after),)

    def entrance(self, entry: Entrance | None, locks: tuple[str, ...]) -> None:
        plan = self.plan
        if entry is None:
            return
        provider: tuple[str, ...] = ()
        if entry.provider is not None:
            inputs = {**entry.provider, "description": self.description, "disabled": not plan.live}
            provider = (self.add(PROVIDER, "provider", inputs, *locks),)
        if plan.live:
            self.add(
                ACCOUNT_MEMBER,
                "become",
                {
                    "serviceAccountId": names.account_name(plan),
                    "role": BECOME_ROLE,
                    "member": entry.member,
                    **until(plan),
                },
                *locks,
                *provider,
            )


@lru_cache(maxsize=8192)  # agents share what their words mean
def _tail(place: Place) -> str:
    where = canonical_json([place.type, list(place.inputs), place.constraint, place.end])
    return hashlib.sha256(where.encode()).hexdigest()[:HASH_LENGTH]


def _description(plan: AgentPlan) -> str:
    text = describe_facts(plan.facts)
    if text is None:
        raise InputError(
            [
                Problem(
                    f"what agent {plan.name} is does not fit the 256 bytes that Google Cloud gives a service account, "
                    "even with its purpose cut short",
                    plan.at("agent_id"),
                    "shorten the agent id, the owner team or the sponsor's address.",
                )
            ]
        )
    return text


def _boundary_problems(plan: AgentPlan) -> list[Problem]:
    gcp = names.project(plan)
    if not gcp.boundary or gcp.organization_id is not None:
        return []
    return [
        Problem(
            "the environment asks for principal access boundaries, which are policies of the organization, and names "
            f"no organization, so agent {plan.name} would have none",
            plan.at("platforms"),
            "set `gcp.organization_id` in the environment file, or take `gcp.boundary` out.",
        )
    ]


def _attempt(problems: list[Problem], make: Callable[[], T]) -> T | None:
    try:
        return make()
    except InputError as error:
        problems.extend(error.problems)
        return None
