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

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import core_schema

from nhi.contract import (
    AGENT_ID_LIMIT,
    AGENT_ID_PATTERN,
    API_VERSION,
    INSTANCE_LIMIT,
    INSTANCE_PATTERN,
    Platform,
)


def _no_bool(value: Any) -> Any:
    # True == 1 in Python, so a Literal would take `true` for tier 1.
    if isinstance(value, bool):
        raise ValueError("a tier is 1, 2 or 3, not true or false")
    return value


RiskTier = Annotated[Literal[1, 2, 3], BeforeValidator(_no_bool)]
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


Address = Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]+$", max_length=254)]
"""An e-mail address: printable ASCII, so that no letter can pass for another. What makes it a person's is a rule."""
ExactName = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]+$", max_length=256)]
"""The exact name of a workload's object: printable ASCII without spaces."""

Flag = Annotated[bool, Field(strict=True)]
"""`true` or `false` only; in YAML 1.2 `no` and `on` are text, and 1 is a number."""
Count = Annotated[int, Field(strict=True)]
"""A whole number, not a text or a boolean that looks like one."""

_DURATION_PATTERN = r"^(?:\d{1,9}[smhd]|P(?=[\dT])(?:\d{1,9}D)?(?:T(?=\d)(?:\d{1,9}H)?(?:\d{1,9}M)?(?:\d{1,9}S)?)?)$"
_DURATION = re.compile(_DURATION_PATTERN, re.ASCII)
_TIMESTAMP_PATTERN = r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$"
_TIMESTAMP = re.compile(_TIMESTAMP_PATTERN, re.ASCII)
_ZONELESS = re.compile(r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")


def _written_duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    if not isinstance(value, str):
        raise ValueError("a duration is text with a unit; a bare number could be minutes or days")
    if not _DURATION.fullmatch(value):
        date_part = value.upper().split("T", 1)[0]
        if date_part.startswith("P") and ("M" in date_part or "Y" in date_part):
            # ISO 8601 months and years have no fixed length; pydantic would silently read P1M as 30 days.
            raise ValueError("months and years have no fixed length; write days, for example P30D")
        raise ValueError("this is no duration that ISO 8601 or its short forms know")
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    if value[-1] in units:
        try:
            return timedelta(**{units[value[-1]]: int(value[:-1])})
        except OverflowError:
            raise ValueError("the duration is too long to reckon with") from None
    return value


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("a duration must be longer than zero")
    return value


def _iso_duration(value: timedelta) -> str:
    # pydantic alone writes 366 days as P1Y1D, which we refuse to read.
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    time = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count)
    return "P" + (f"{value.days}D" if value.days else "") + (f"T{time}" if time else "")


Duration = Annotated[
    timedelta,
    BeforeValidator(_written_duration),
    AfterValidator(_positive),
    PlainSerializer(_iso_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _DURATION_PATTERN}),
]
"""A length of time: `30m`, `4h`, `7d`, or ISO 8601 without months and years (`PT30M`, `P7D`)."""


def _written_timestamp(value: Any) -> Any:
    # pydantic alone would also read an epoch number, and the digits of one in quotes.
    if isinstance(value, str) and not _TIMESTAMP.fullmatch(value):
        if _ZONELESS.fullmatch(value):
            raise ValueError("a time needs a date, a time and a zone; without a zone it means another moment elsewhere")
        raise ValueError("this is no time that RFC 3339 knows")
    if isinstance(value, bool | int | float):
        raise ValueError("a time is text with a zone, not a number")
    return value


Timestamp = Annotated[
    AwareDatetime,
    BeforeValidator(_written_timestamp),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": _TIMESTAMP_PATTERN}),
]
"""A moment as RFC 3339 with seconds and a zone: `2027-01-31T00:00:00Z`."""


def _distinct(value: tuple[Platform, ...]) -> tuple[Platform, ...]:
    if len(set(value)) != len(value):
        raise ValueError("a platform is named twice")
    return value


Platforms = Annotated[
    tuple[Platform, ...], Field(min_length=1, json_schema_extra={"uniqueItems": True}), AfterValidator(_distinct)
]
"""The platforms of an agent or an environment, each once."""


class Part(BaseModel):
    """Base of every part of a file: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)


@dataclass(frozen=True, slots=True)
class ShortForm:
    """Annotation of a part that may be written as a bare string: the string is the value of `key`."""

    key: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self._expand, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        whole = handler(schema)
        return {"anyOf": [dict(handler.resolve_ref_schema(whole)["properties"][self.key]), whole]}

    def _expand(self, value: Any) -> Any:
        return {self.key: value} if isinstance(value, str) else value


class Sponsor(Part):
    """The human who answers for the agent (row 1.3). A bare string is the `id`."""

    id: Address
    """E-mail address of the person."""
    type: Literal["person", "group"] = "person"
    backup: Address | None = None
    """E-mail address of the person who takes over when the sponsor leaves."""
    since: Timestamp | None = None
    departed_on: Timestamp | None = None


class Incident(Part):
    """A security incident (row 6.3)."""

    id: Text
    at: Timestamp
    responders: tuple[Address, ...] = ()


class ActionGrant(Part):
    """One abstract action of the catalog. A bare string is the `action`."""

    action: Word
    reason: Text | None = None
    expires: Timestamp | None = None


class DataAccess(Part):
    """Access to one data scope, whose meaning on each platform the environment binds."""

    scope: Word
    access: AccessLevel
    reason: Text | None = None
    expires: Timestamp | None = None


class ToolLimits(Part):
    """Bounds on the use of a tool, enforced where the platform has a gateway."""

    calls_per_hour: Annotated[Count, Field(ge=1)] | None = None


class ToolAccess(Part):
    """Whether one tool may be called."""

    tool: Word
    allowed: Flag
    approval: Literal["none", "human"] = "none"
    limits: ToolLimits | None = None
    reason: Text | None = None
    expires: Timestamp | None = None


class DelegationScope(Part):
    """What may be handed on at most; absent means everything the agent itself may do."""

    allowed_actions: tuple[Word, ...] = ()
    data_access: tuple[DataAccess, ...] = ()
    tools: tuple[Word, ...] = ()


class Delegation(Part):
    """To whom the agent may hand work, and from whom it takes work. Depth counts hops."""

    allowed: Flag
    max_depth: Annotated[Count, Field(ge=0)] | None = None
    allowed_targets: tuple[AgentId, ...] = ()
    accepts_from: tuple[AgentId, ...] = ()
    scope: DelegationScope | None = None


class JustInTime(Part):
    """A grant that is asked for when needed."""

    grant: Word
    max_duration: Duration
    approvers: tuple[Address, ...] = ()


class Access(Part):
    """Time limits on what the agent may do."""

    expires: Timestamp | None = None
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
    cluster: ExactName
    service: ExactName | None = None


class LambdaWorkload(Part):
    """One Lambda function."""

    kind: Literal["lambda"]
    function: Annotated[ExactName, StringConstraints(max_length=64)]


class AgentCoreWorkload(Part):
    """One Amazon Bedrock AgentCore runtime."""

    kind: Literal["agentcore"]
    runtime: Annotated[ExactName, StringConstraints(max_length=48)]


class GkeWorkload(Part):
    """A pod in a GKE cluster that the environment names."""

    kind: Literal["gke"]
    cluster: Word
    namespace: DnsLabel | None = None
    service_account: DnsLabel | None = None


class CloudRunWorkload(Part):
    """One Cloud Run service."""

    kind: Literal["cloud-run"]
    service: ExactName


class AgentEngineWorkload(Part):
    """One Vertex AI Agent Engine."""

    kind: Literal["agent-engine"]
    engine: ExactName


class KubernetesWorkload(Part):
    """Pods in the environment's cluster, under the agent's own service account."""

    kind: Literal["kubernetes"]
    namespace: DnsLabel | None = None
    service_account: DnsLabel | None = None


class OidcWorkload(Part):
    """Anything that an OIDC issuer vouches for, by exact subject and audience."""

    kind: Literal["oidc"]
    issuer: Annotated[str, StringConstraints(pattern=r"^https://[^\s?#]+$", max_length=255)]
    subject: Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]+$", max_length=512)]
    audience: Annotated[ExactName, StringConstraints(max_length=255)] | None = None


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
    rotation_days: Annotated[Count, Field(ge=1)] | None = None
    """Days between rotations of a stored credential; the requirements allow 1 to 90 (row 2.4)."""
    expires: Timestamp | None = None
    max_session: Duration | None = None
    """Longest life of a session or token issued to the agent."""
    workload: Workload | None = None


class Review(Part):
    """How often the agent's access is reviewed, and where the last sign-off is."""

    cadence: Cadence | None = None
    attestation: Text | None = None


class Retention(Part):
    """How long audit logs are kept."""

    years: Annotated[Count, Field(ge=1, le=100)] | None = None
    lock: Flag | None = None


class Agent(Part):
    """One AI agent: the `agent_policy` of the requirements document."""

    agent_id: AgentId
    purpose: Text | None = None
    owner_team: Team | None = None
    agent_class: Word | None = None
    environment: Word | None = None
    risk_tier: RiskTier | None = None
    platforms: Platforms | None = None
    instances: tuple[InstanceName, ...] | dict[InstanceName, State] = ()
    """Named instances; one identity each. A map gives each its own state."""

    sponsor: Annotated[Sponsor, ShortForm("id")] | None = None
    state: State = "active"
    since: Timestamp | None = None
    reason: Text | None = None
    incident: Incident | None = None

    allowed_actions: tuple[Annotated[ActionGrant, ShortForm("action")], ...] = ()
    denied_actions: tuple[Word, ...] = ()
    data_access: tuple[DataAccess, ...] = ()
    tool_access: tuple[ToolAccess, ...] = ()
    delegation: Delegation | None = None
    acts_on_behalf: OnBehalf | None = None
    access: Access | None = None
    credential: Credential | None = None
    review: Review | None = None
    retention: Retention | None = None


class AgentFile(Part):
    """A whole agent file."""

    api_version: Literal["nhi/v1"] = API_VERSION
    agent_policy: Agent
