"""What one agent file may say: the model of `agent_policy` and its optional neighbours.

Owns field names, types, short forms and grammar of single values. Deliberately does not own:

- ceilings (`spec.profiles`), which depend on the tier and are judged by rules, so that a file that exceeds one
  gets a finding with rule, line and fix instead of a load error;
- what a name means (`catalog`) or whether an action, scope, tool or target exists (`plan`, `fleet`);
- where a value stands in the file (`spec.source`).

The requirements document's own example loads unchanged. Everything else is optional: what a file leaves open comes
from the environment (`spec.environment`), and what nothing gives is a finding.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from nhi.contract import (
    AGENT_ID_LIMIT,
    AGENT_ID_PATTERN,
    API_VERSION,
    INSTANCE_LIMIT,
    INSTANCE_PATTERN,
    Platform,
)

RiskTier = Literal[1, 2, 3]
State = Literal["proposed", "active", "suspended", "quarantined", "retired", "purged"]
AccessLevel = Literal["none", "read", "write", "admin"]
OnBehalf = Literal["required", "optional", "never"]
CredentialType = Literal[
    "workload_identity", "oauth2_client_credentials", "oidc_federation", "mtls", "spiffe_svid", "api_key"
]
Cadence = Literal["monthly", "quarterly"]

AgentId = Annotated[str, StringConstraints(pattern=AGENT_ID_PATTERN, max_length=AGENT_ID_LIMIT)]
InstanceName = Annotated[str, StringConstraints(pattern=INSTANCE_PATTERN, max_length=INSTANCE_LIMIT)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$", max_length=63)]
"""The name of an action, a data scope or a tool."""
Team = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?$", max_length=63)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=256)]


def _no_months(value: Any) -> Any:
    # ISO 8601 months and years have no fixed length; pydantic would silently read P1M as 30 days.
    if isinstance(value, str):
        date_part = value.upper().split("T", 1)[0]
        if date_part.startswith("P") and ("M" in date_part or "Y" in date_part):
            raise ValueError("months and years have no fixed length; write days, for example P30D")
    if isinstance(value, bool | int | float):
        raise ValueError("write a duration with its unit, for example 30m, 4h, 7d or PT30M")
    return value


def _short_duration(value: Any) -> Any:
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    if isinstance(value, str) and value[:-1].isdigit() and value[-1:] in units:
        return timedelta(**{units[value[-1]]: int(value[:-1])})
    return value


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("a duration must be longer than zero")
    return value


Duration = Annotated[
    timedelta, BeforeValidator(_short_duration), BeforeValidator(_no_months), AfterValidator(_positive)
]
"""A length of time: `30m`, `4h`, `7d`, or ISO 8601 without months and years (`PT30M`, `P7D`)."""


class Part(BaseModel):
    """Base of every part of a file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)


def _short_form(key: str) -> Any:
    def expand(value: Any) -> Any:
        return {key: value} if isinstance(value, str) else value

    return BeforeValidator(expand)


class Sponsor(Part):
    """The human who answers for the agent (row 1.3). A bare string is the `id`."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=254)]
    """E-mail address of the person."""
    type: Literal["person", "group"] = "person"
    backup: str | None = None
    """E-mail address of the person who takes over when the sponsor leaves."""
    since: AwareDatetime | None = None
    departed_on: AwareDatetime | None = None


class Incident(Part):
    """A security incident (row 6.3)."""

    id: Text
    at: AwareDatetime
    responders: tuple[str, ...] = ()


class ActionGrant(Part):
    """One abstract action of the catalog. A bare string is the `action`."""

    action: Word
    reason: Text | None = None
    expires: AwareDatetime | None = None


class DataAccess(Part):
    """Access to one data scope, whose meaning on each platform the environment binds."""

    scope: Word
    access: AccessLevel
    reason: Text | None = None
    expires: AwareDatetime | None = None


class ToolLimits(Part):
    """Bounds on the use of a tool, enforced where the platform has a gateway."""

    calls_per_hour: Annotated[int, Field(ge=1)] | None = None


class ToolAccess(Part):
    """Whether one tool may be called."""

    tool: Word
    allowed: bool
    approval: Literal["none", "human"] = "none"
    limits: ToolLimits | None = None
    reason: Text | None = None
    expires: AwareDatetime | None = None


class DelegationScope(Part):
    """What may be handed on at most; absent means everything the agent itself may do."""

    allowed_actions: tuple[Word, ...] = ()
    data_access: tuple[DataAccess, ...] = ()
    tools: tuple[Word, ...] = ()


class Delegation(Part):
    """To whom the agent may hand work, and from whom it takes work. Depth counts hops."""

    allowed: bool
    max_depth: Annotated[int, Field(ge=0)] | None = None
    allowed_targets: tuple[AgentId, ...] = ()
    accepts_from: tuple[AgentId, ...] = ()
    scope: DelegationScope | None = None


class JustInTime(Part):
    """A grant that is asked for when needed."""

    grant: Word
    max_duration: Duration
    approvers: tuple[str, ...] = ()


class Access(Part):
    """Time limits on what the agent may do."""

    expires: AwareDatetime | None = None
    jit: tuple[JustInTime, ...] = ()


# --- workloads: where the agent runs, and so who may become it ---------------------------------------------------

DnsLabel = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$")]


class EksWorkload(Part):
    """A pod in an EKS cluster that the environment names (EKS Pod Identity)."""

    kind: Literal["eks"]
    cluster: Word
    namespace: DnsLabel | None = None
    service_account: DnsLabel | None = None


class EcsWorkload(Part):
    """An ECS task of one cluster."""

    kind: Literal["ecs"]
    cluster: Text
    service: Text | None = None


class LambdaWorkload(Part):
    """One Lambda function."""

    kind: Literal["lambda"]
    function: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class AgentCoreWorkload(Part):
    """One Amazon Bedrock AgentCore runtime."""

    kind: Literal["agentcore"]
    runtime: Annotated[str, StringConstraints(min_length=1, max_length=48)]


class GkeWorkload(Part):
    """A pod in a GKE cluster that the environment names."""

    kind: Literal["gke"]
    cluster: Word
    namespace: DnsLabel | None = None
    service_account: DnsLabel | None = None


class CloudRunWorkload(Part):
    """One Cloud Run service."""

    kind: Literal["cloud-run"]
    service: Text


class AgentEngineWorkload(Part):
    """One Vertex AI Agent Engine."""

    kind: Literal["agent-engine"]
    engine: Text


class KubernetesWorkload(Part):
    """Pods in the environment's cluster, under the agent's own service account."""

    kind: Literal["kubernetes"]
    namespace: DnsLabel | None = None
    service_account: DnsLabel | None = None


class OidcWorkload(Part):
    """Anything that an OIDC issuer vouches for, by exact subject and audience."""

    kind: Literal["oidc"]
    issuer: Annotated[str, StringConstraints(pattern=r"^https://[^\s?#]+$", max_length=255)]
    subject: Annotated[str, StringConstraints(min_length=1, max_length=512)]
    audience: Annotated[str, StringConstraints(min_length=1, max_length=255)] | None = None


class SpiffeWorkload(Part):
    """A workload with an X.509 SVID of the environment's trust domain."""

    kind: Literal["spiffe"]
    id: Annotated[str, StringConstraints(pattern=r"^spiffe://", max_length=2048)]


Workload = Annotated[
    EksWorkload
    | EcsWorkload
    | LambdaWorkload
    | AgentCoreWorkload
    | GkeWorkload
    | CloudRunWorkload
    | AgentEngineWorkload
    | KubernetesWorkload
    | OidcWorkload
    | SpiffeWorkload,
    Field(discriminator="kind"),
]


class Credential(Part):
    """How the agent proves who it is, and until when (rows 1.5, 2.1 to 2.5)."""

    type: CredentialType
    rotation_days: Annotated[int, Field(ge=1)] | None = None
    """Days between rotations of a stored credential; the requirements allow 1 to 90 (row 2.4)."""
    expires: AwareDatetime | None = None
    max_session: Duration | None = None
    """Longest life of a session or token issued to the agent."""
    workload: Workload | None = None


class Review(Part):
    """How often the agent's access is reviewed, and where the last sign-off is."""

    cadence: Cadence | None = None
    attestation: Text | None = None


class Retention(Part):
    """How long audit logs are kept."""

    years: Annotated[int, Field(ge=1, le=100)] | None = None
    lock: bool | None = None


class Agent(Part):
    """One AI agent: the `agent_policy` of the requirements document."""

    agent_id: AgentId
    purpose: Text | None = None
    owner_team: Team | None = None
    agent_class: Word | None = None
    environment: Word | None = None
    risk_tier: RiskTier | None = None
    platforms: tuple[Platform, ...] | None = None
    instances: tuple[InstanceName, ...] | dict[InstanceName, State] = ()
    """Named instances; one identity each. A map gives each its own state."""

    sponsor: Annotated[Sponsor, _short_form("id")] | None = None
    state: State = "active"
    since: AwareDatetime | None = None
    reason: Text | None = None
    incident: Incident | None = None

    allowed_actions: tuple[Annotated[ActionGrant, _short_form("action")], ...] = ()
    denied_actions: tuple[Word, ...] = ()
    data_access: tuple[DataAccess, ...] = ()
    tool_access: tuple[ToolAccess, ...] = ()
    delegation: Delegation | None = None
    acts_on_behalf: OnBehalf | None = None
    access: Access | None = None
    credential: Credential | None = None
    review: Review | None = None
    retention: Retention | None = None

    @model_validator(mode="after")
    def _platforms_are_distinct(self) -> Agent:
        if self.platforms is not None and len(set(self.platforms)) != len(self.platforms):
            raise ValueError("a platform is named twice in `platforms`")
        return self


class AgentFile(Part):
    """A whole agent file."""

    api_version: Literal["nhi/v1"] = API_VERSION
    agent_policy: Agent
