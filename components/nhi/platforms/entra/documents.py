"""One agent on Entra ID as complete records: what a program would register, with no Pulumi and no tenant.

Owns the set of resources, their inputs and their order. Does not own whom they trust (`trust`), which ids a grant has
(`grants`), their registration (`identity`), the APIs and users that the environment names, nor the directory itself.

The eight answers: who am I (Application, ServicePrincipal), who may become me (one federated credential, or a password
where nothing else will do), what may I do (AppRoleAssignment, ServicePrincipalDelegatedPermissionGrant), what may I
never do (nothing is granted by default; the directory has no deny, see `absent`), until when (tag `nhi:expires`, and
the end of a password; assignments have no clock, see `grants`), what am I (tags, the same lines in notes, and a
GroupMember in the group of my class, see `classes`), how am I stopped (the service principal is disabled, and
everything but it and the application is gone), who watches me (monitoring, not here).

Delegation. A caller is assigned the app role of each agent that takes work from it, once for each of that agent's
active instances. The callee's service principal is another identity's record: a fleet knows it by its name; an agent
that is declared alone needs its object id in `entra.agent_principals`.

Owners. Neither object has one, on purpose: an owner may add a secret or another federated credential and become the
agent (https://learn.microsoft.com/entra/identity/enterprise-apps/overview-assign-app-owners). The sponsor is metadata.

Fields that come back. The provider sends every field at every update, and a field that is left out goes back to its
default: an account is enabled, no assignment is needed, two applications may share a name. So both objects say every
such field in every state, and only tags, notes, `accountEnabled` and the requested permissions change when an agent is
stopped. The roles that the agent itself exposes stay, because other agents' assignments name them.

Ids. `clientId`, `objectId` and the application's `id` are given by the directory, so they are `Ref`s and unknown at
preview; everything else is plain.

Passwords. A federated credential takes the place of a stored credential wherever the workload allows one. Only where
it does not, and the environment binds a secrets manager, there is an ApplicationPassword. It ends at the lock date or
after `rotation_days`, whichever comes first, and a new one is made every half of `rotation_days`, so that there is time
to deploy before the old one ends. The window is reckoned from the clock, because a rotating resource's output is
unknown at preview. The value goes from the directory to the secrets manager as a write-only argument. The provider
keeps it as a secret in the state of the ApplicationPassword too, and nothing can prevent that; it is in no output of
ours. Who may read the secret is not granted here: it is for an agent whose workload no cloud knows.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeVar

from nhi.catalog.invocation import INVOKE_ROLE, app_role_id, assignable
from nhi.clock import timestamp
from nhi.contract import ENTRA_AUDIENCE, FACT_TABLE, HASH_LENGTH, Record, Ref, agent_name, encode_fact, identity_name
from nhi.plan.model import AgentPlan
from nhi.platforms.aws.documents import tags as aws_tags
from nhi.platforms.entra.classes import group_of
from nhi.platforms.entra.grants import Permission, absent, granted, scopes_by_api
from nhi.platforms.entra.trust import Subject, federated_subject
from nhi.platforms.workload import rotation_days, stored_credential
from nhi.spec.environment import AwsEnvironment, AwsSecrets, EntraEnvironment
from nhi.spec.problems import InputError, Problem

__all__ = ["absent", "app_role_id", "federated_subject", "granted", "notes", "password_window", "records", "tags"]

APPLICATION: Final = "azuread:index/application:Application"
SERVICE_PRINCIPAL: Final = "azuread:index/servicePrincipal:ServicePrincipal"
FEDERATED_CREDENTIAL: Final = (
    "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
)
PASSWORD: Final = "azuread:index/applicationPassword:ApplicationPassword"
APP_ROLE_ASSIGNMENT: Final = "azuread:index/appRoleAssignment:AppRoleAssignment"
DELEGATED_GRANT: Final = (
    "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant"
)
GROUP_MEMBER: Final = "azuread:index/groupMember:GroupMember"
SECRET: Final = "aws:secretsmanager/secret:Secret"
SECRET_VERSION: Final = "aws:secretsmanager/secretVersion:SecretVersion"

PRINCIPAL_SUFFIX: Final = "service-principal"
"""Ends the logical name of a service principal's record."""
SECRET_SUFFIX: Final = "entra-credential"
"""Ends the name of the secret that holds a password; the agent's AWS credential has a secret of its own."""
NOTES_LIMIT: Final = 1024
"""Characters of a service principal's notes: https://learn.microsoft.com/graph/api/resources/serviceprincipal"""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

T = TypeVar("T")


class PasswordWindow(NamedTuple):
    """When the current password was due, and when it ends."""

    start: datetime
    end: datetime


class _Store(NamedTuple):
    """Where a password goes."""

    aws: AwsEnvironment
    secrets: AwsSecrets


def records(plan: AgentPlan, base: str | None = None) -> tuple[Record, ...]:
    """Every Entra object of one identity, in an order in which each depends only on earlier ones.

    Live: Application, ServicePrincipal, membership in the class's group, a record for each app role, one for each API
    and user of delegated scopes, and last what lets the workload in. Not live, or with nothing that could let anybody
    in: Application and a disabled ServicePrincipal.

    `base` starts every logical name; without it the plan's name does. Raises `InputError` with every problem of this
    agent: no tenant, a permission whose id the environment does not bind, a workload that cannot be federated, a
    credential that would have to be stored with no place for it.
    """
    entra = _tenant(plan)
    made = _Records(plan, base or plan.name)
    problems: list[Problem] = []
    permissions: tuple[Permission, ...] = ()
    subject: Subject | None = None
    store: _Store | None = None
    if plan.live:
        permissions = _attempt(problems, lambda: granted(plan, entra)) or ()
        subject, store = _attempt(problems, lambda: _entrance(plan, entra)) or (None, None)
    if problems:
        raise InputError(dict.fromkeys(problems))
    if subject is None and store is None:
        # Where nobody can become the agent it is written as one that is stopped.
        made.identity(entra, (), enabled=False)
        return tuple(made.made)
    identity = made.identity(entra, permissions, enabled=True)
    locks = made.access(entra, permissions, identity)
    if subject is not None:
        made.federated(subject, locks)
    elif store is not None:
        made.password(store, locks)
    return tuple(made.made)


def tags(plan: AgentPlan) -> list[str]:
    """The agent's facts as tags, `nhi:<fact>=<value>`. A fact that nobody declared has no tag."""
    table = FACT_TABLE["entra"]
    return [f"{table[fact].key}={encode_fact('entra', fact, value)}" for fact, value in plan.facts.items()]


def notes(plan: AgentPlan) -> str:
    """The same lines as `tags`, one below the other. Lines at the end that do not fit are left off."""
    lines = tags(plan)
    while len(text := "\n".join(lines)) > NOTES_LIMIT:
        lines.pop()
    return text


def principal_record(name: str) -> str:
    """The logical name of a service principal's record, where `name` starts those of its agent."""
    return f"{name}-{PRINCIPAL_SUFFIX}"


def password_window(plan: AgentPlan) -> PasswordWindow:
    """The rotation window that the plan's clock falls into.

    Windows are half of `rotation_days` long and counted from 1970, so every run within one agrees. A password of a
    window ends `rotation_days` after its start, or at the lock date where that comes first.
    """
    life = timedelta(days=rotation_days(plan))
    step = life / 2
    start = _EPOCH + (plan.clock - _EPOCH) // step * step
    return PasswordWindow(start, min(end for end in (start + life, plan.lock_date) if end is not None))


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

    def name(self, kind: str, suffix: str = "") -> str:
        return identity_name(kind, self.plan.environment.prefix, self.plan.agent.agent_id, self.plan.instance, suffix)

    @property
    def application(self) -> str:
        return f"{self.base}-application"

    @property
    def principal(self) -> str:
        return principal_record(self.base)

    def identity(
        self, entra: EntraEnvironment, permissions: tuple[Permission, ...], *, enabled: bool
    ) -> tuple[str, str]:
        plan = self.plan
        application: dict[str, Any] = {
            "displayName": self.name("entra:display-name"),
            # Two applications of one name could be taken for each other in every portal and every audit log.
            "preventDuplicateNames": True,
            "signInAudience": "AzureADMyOrg",
            # A public client proves nothing about itself.
            "fallbackPublicClientEnabled": False,
            "api": {"requestedAccessTokenVersion": 2},
            "tags": tags(plan),
            "notes": notes(plan),
        }
        if plan.agent.owner_team is not None:
            application["serviceManagementReference"] = plan.agent.owner_team
        if plan.agent.delegation is not None and plan.agent.delegation.accepts_from:
            application["appRoles"] = [
                {
                    "id": app_role_id(plan.agent.agent_id, INVOKE_ROLE),
                    "value": INVOKE_ROLE,
                    "displayName": INVOKE_ROLE,
                    "description": f"Hand work to {plan.name}",
                    "allowedMemberTypes": ["Application"],
                    "enabled": True,
                }
            ]
        if permissions:
            application["requiredResourceAccesses"] = _required(entra, permissions)
        self.add(APPLICATION, "application", application)
        self.add(
            SERVICE_PRINCIPAL,
            PRINCIPAL_SUFFIX,
            {
                "clientId": Ref(self.application, "clientId"),
                "accountEnabled": enabled,
                "appRoleAssignmentRequired": True,
                # Taking over a principal that somebody else made would take over what it holds.
                "useExisting": False,
                "tags": tags(plan),
                "notes": notes(plan),
            },
            self.application,
        )
        return self.application, self.principal

    def access(
        self, entra: EntraEnvironment, permissions: tuple[Permission, ...], identity: tuple[str, str]
    ) -> tuple[str, ...]:
        made = list(identity)
        holder = Ref(self.principal, "objectId")
        group = group_of(self.plan)
        if group is not None:
            # The logical name leaves the class out, so that another class replaces the membership.
            made.append(
                self.add(
                    GROUP_MEMBER,
                    "class-membership",
                    {"groupObjectId": group, "memberObjectId": holder},
                    *identity,
                )
            )
        for permission in permissions:
            if permission.kind == "role":
                made.append(
                    self.add(
                        APP_ROLE_ASSIGNMENT,
                        f"role-{permission.api}-{permission.value}",
                        {
                            "appRoleId": permission.id,
                            "principalObjectId": holder,
                            "resourceObjectId": entra.apis[permission.api].object_id,
                        },
                        *identity,
                    )
                )
        users = sorted(set(entra.on_behalf_of.get(self.plan.agent.agent_id, ())))
        for api, scopes in scopes_by_api(permissions).items():
            for user in users:
                made.append(
                    self.add(
                        DELEGATED_GRANT,
                        f"scopes-{api}-{user}",
                        {
                            "servicePrincipalObjectId": holder,
                            "resourceServicePrincipalObjectId": entra.apis[api].object_id,
                            "claimValues": scopes,
                            # Trap: without it the grant is consent for every user of the tenant.
                            "userObjectId": user,
                        },
                        *identity,
                    )
                )
        for callee, instance in _callees(self.plan):
            name = agent_name(callee, instance)
            made.append(
                self.add(
                    APP_ROLE_ASSIGNMENT,
                    f"invoke-{name}",
                    {
                        "appRoleId": app_role_id(callee),
                        "principalObjectId": holder,
                        "resourceObjectId": entra.agent_principals.get(name) or Ref(principal_record(name), "objectId"),
                    },
                    *identity,
                )
            )
        return tuple(made)

    def federated(self, subject: Subject, locks: tuple[str, ...]) -> None:
        workload, agent = self.plan.workload, self.plan.agent.agent_id
        self.add(
            FEDERATED_CREDENTIAL,
            "federated-credential",
            {
                "applicationId": Ref(self.application, "id"),
                # Trap: another name is another credential, made before the old one goes, and an application takes no
                # two with one issuer and subject. The name is the application's own, so it needs no prefix to change.
                "displayName": identity_name("entra:federated-credential", "", agent, self.plan.instance),
                "description": f"{self.plan.name} as {workload.kind}" if workload else self.plan.name,
                "issuer": subject.issuer,
                "subject": subject.subject,
                "audiences": [ENTRA_AUDIENCE],
            },
            *locks,
        )

    def password(self, store: _Store, locks: tuple[str, ...]) -> None:
        window = password_window(self.plan)
        secret = self.add(
            SECRET,
            "entra-secret",
            {
                "name": self.name("aws:secret", SECRET_SUFFIX),
                "kmsKeyId": store.secrets.kms_key,
                # A window would keep the name taken, and a suspended agent could not come back.
                "recoveryWindowInDays": 0,
                "region": store.aws.region,
                "tags": aws_tags(self.plan),
            },
            *locks,
        )
        start, end = timestamp(window.start), timestamp(window.end)
        password = self.add(
            PASSWORD,
            "password",
            {
                "applicationId": Ref(self.application, "id"),
                "displayName": self.name("entra:display-name"),
                "endDate": end,
                "rotateWhenChanged": {"window": start},
            },
            *locks,
            secret,
        )
        self.add(
            SECRET_VERSION,
            "entra-secret-version",
            {
                "secretId": Ref(secret, "arn"),
                "secretStringWo": Ref(password, "value"),
                # Trap: a write-only value is sent again only when this number changes, so it has to change with
                # everything that makes a new password.
                "secretStringWoVersion": int(hashlib.sha256(f"{start} {end}".encode()).hexdigest()[:HASH_LENGTH], 16),
                "region": store.aws.region,
            },
            secret,
            password,
        )


def _callees(plan: AgentPlan) -> Iterator[tuple[str, str | None]]:
    """The agents, with their instances, whose app role the plan's agent is assigned, in order."""
    for handover in sorted(plan.hands_to, key=lambda one: one.edge.name):
        if assignable(handover.edge.caller, handover.edge.callee):
            yield from ((handover.edge.callee.agent.agent_id, instance) for instance in handover.instances)


def _required(entra: EntraEnvironment, permissions: tuple[Permission, ...]) -> list[dict[str, Any]]:
    accesses: dict[str, list[dict[str, str]]] = defaultdict(list)
    for permission in permissions:
        accesses[permission.api].append({"id": permission.id, "type": permission.kind.capitalize()})
    return [{"resourceAppId": entra.apis[api].client_id, "resourceAccesses": asked} for api, asked in accesses.items()]


def _tenant(plan: AgentPlan) -> EntraEnvironment:
    entra = plan.environment.entra
    if entra is None:
        raise InputError(
            [
                Problem(
                    f"agent {plan.name} is declared for entra, but the environment {plan.environment.environment} has "
                    "no tenant, so no application could be made",
                    plan.at("platforms"),
                    "add an `entra` section to the environment file, or leave entra out of `platforms`.",
                )
            ]
        )
    return entra


def _entrance(plan: AgentPlan, entra: EntraEnvironment) -> tuple[Subject | None, _Store | None]:
    """What lets the workload in: its federated subject, else a store for a password, else nothing."""
    if not stored_credential(plan):
        return (None if plan.workload is None else federated_subject(plan)), None
    try:
        return federated_subject(plan), None
    except InputError as error:
        why = error.problems
    aws = plan.environment.aws
    if entra.passwords is not None and aws is not None and aws.secrets is not None:
        return None, _Store(aws, aws.secrets)
    missing = "`entra.passwords`" if entra.passwords is None else "`aws.secrets`"
    problem = Problem(
        f"agent {plan.name}'s credential cannot be federated, and the environment has no place for its password",
        plan.at("credential", "type"),
        f"mend the workload, or set {missing} in the environment file.",
    )
    raise InputError([*why, problem])


def _attempt(problems: list[Problem], make: Callable[[], T]) -> T | None:
    try:
        return make()
    except InputError as error:
        problems.extend(error.problems)
        return None
