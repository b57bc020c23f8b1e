"""The few names that the builder and the judge share, frozen early.

Owns: type tokens of our components, the table that says how each fact about an agent is written on each
platform, the names of cloud identities, output names, the api version, digests, rule areas, and `Record`, the
plain form of a resource that documents produce and rules judge.

Does not own what a declaration *means* (`catalog`), what an agent file may say (`spec`) or how a permission is
compared (`permissions`). Nothing here imports Pulumi, pydantic or a platform SDK, so that the gate can read it
in microseconds. Changing a value in this module changes names or tags of identities that already exist: every
table below has a golden test.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

API_VERSION = "nhi/v1"
DIGEST_VERSION = "1"
PROJECT = "nhi"

Platform = Literal["aws", "entra", "gcp", "kubernetes"]
PLATFORMS: tuple[Platform, ...] = ("aws", "entra", "gcp", "kubernetes")

AGENT_CLASS_FACT = "non-human:ai-agent"

# --- type tokens ------------------------------------------------------------------------------------------------

AGENT_IDENTITY = "nhi:index:AgentIdentity"
PLATFORM_IDENTITY: dict[Platform, str] = {
    "aws": "nhi:index:AwsAgentIdentity",
    "entra": "nhi:index:EntraAgentIdentity",
    "gcp": "nhi:index:GcpAgentIdentity",
    "kubernetes": "nhi:index:KubernetesAgentIdentity",
}
KUBERNETES_ADMISSION = "nhi:index:KubernetesAgentAdmission"
ENTRA_CLASSES = "nhi:index:EntraAgentClasses"
COMPONENT_TYPES = frozenset({AGENT_IDENTITY, KUBERNETES_ADMISSION, ENTRA_CLASSES, *PLATFORM_IDENTITY.values()})

# --- rule areas (the middle part of a rule id, NHI-<AREA>-<NNN>) -----------------------------------------------

RULE_AREAS: dict[str, str] = {
    "SPN": "sponsor",
    "CLS": "classification",
    "IDN": "identity",
    "TRU": "trust",
    "CRD": "credential",
    "EXP": "expiry",
    "PRM": "permission",
    "ESC": "escalation",
    "DEL": "delegation",
    "USR": "user context",
    "STA": "state",
    "MON": "monitoring",
    "GAT": "the gate itself",
}

# --- facts on a resource ----------------------------------------------------------------------------------------

Fact = Literal[
    "class",
    "agent-id",
    "instance",
    "sponsor",
    "owner-team",
    "risk-tier",
    "purpose",
    "state",
    "expires",
    "environment",
    "agent-class",
    "spec-digest",
]
FACTS: tuple[Fact, ...] = Fact.__args__  # type: ignore[attr-defined]  # a Literal carries its values there
REQUIRED_FACTS: tuple[Fact, ...] = (
    "class",
    "agent-id",
    "sponsor",
    "owner-team",
    "risk-tier",
    "purpose",
    "state",
    "environment",
)
"""Facts without which a principal is not classified (row 1.2). `expires` has a rule of its own."""

Carrier = Literal["tag", "label", "annotation", "note", "description"]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where one fact stands on one platform: its carrier, its key there, and how a value is encoded."""

    carrier: Carrier
    key: str
    limit: int
    encoding: Literal["aws-tag", "label", "dns-label", "gcp-label", "entra-tag", "text"]


# Facts whose values always fit the Kubernetes label grammar, so that selectors can use them.
_KUBERNETES_LABELS: frozenset[str] = frozenset(
    {"agent-id", "instance", "owner-team", "risk-tier", "state", "environment", "agent-class"}
)


def _placement(platform: Platform, fact: Fact) -> Placement:
    if platform == "aws":
        return Placement("tag", f"nhi:{fact}", 256, "aws-tag")
    if platform == "kubernetes":
        if fact in _KUBERNETES_LABELS:
            return Placement("label", f"nhi/{fact}", 63, "label")
        return Placement("annotation", f"nhi/{fact}", 4096, "text")
    if platform == "entra":
        # A tag there is one word of at most 256 characters, `nhi:<fact>=<value>`; notes hold the same lines.
        return Placement("note", f"nhi:{fact}", 256 - len(f"nhi:{fact}="), "entra-tag")
    return Placement("label", f"nhi-{fact}", 63, "gcp-label")


FACT_TABLE: dict[Platform, dict[Fact, Placement]] = {
    platform: {fact: _placement(platform, fact) for fact in FACTS} for platform in PLATFORMS
}

ON_BEHALF_ANNOTATION = "nhi/acts-on-behalf"
"""What a Kubernetes service account carries beside its facts: whether it acts for users, in the file's own word."""

_ENCODERS: dict[str, re.Pattern[str]] = {
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html (letters, digits, spaces, _ . : / = + - @)
    "aws-tag": re.compile(r"[^\w .:/=+\-@]"),
    # https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
    "label": re.compile(r"[^A-Za-z0-9_.-]"),
    "dns-label": re.compile(r"[^a-z0-9-]"),
    # https://cloud.google.com/resource-manager/docs/labels-overview (lower-case letters, digits, _ and -)
    "gcp-label": re.compile(r"[^a-z0-9_-]"),
    # https://learn.microsoft.com/entra/identity-platform/reference-app-manifest#tags-attribute (no white space)
    "entra-tag": re.compile(r"\s"),
}


@lru_cache(maxsize=8192)  # every object of an agent carries the same facts
def encode_fact(platform: Platform, fact: Fact, value: str) -> str:
    """The value of a fact as the platform can carry it.

    Characters outside the carrier's alphabet become `_`; a value over the carrier's limit is cut and ends in an
    8-digit hash of the whole, so that two different long values stay different.
    """
    placement = FACT_TABLE[platform][fact]
    text = value.lower() if placement.encoding == "gcp-label" else value
    pattern = _ENCODERS.get(placement.encoding)
    if pattern is not None:
        text = pattern.sub("_", text)
    if placement.encoding == "label":
        text = text.strip("-_.")
    return shorten(text, placement.limit)


DESCRIPTION_LIMIT = 256
"""Bytes of a Google Cloud service account's description
(https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts)."""
DESCRIBED_FACTS: tuple[Fact, ...] = (*REQUIRED_FACTS, "instance", "agent-class", "expires")
"""The facts that a description carries, in this order; where there is not room for all, first `purpose` gives way and
then `agent-class`."""
_DESCRIPTION_MARK = "nhi:"
_LONGEST_STATE = "suspended"
_PURPOSE_FLOOR = 24
_SEPARATORS = re.compile(r"[;\x00-\x1f\x7f]")


def describe_facts(facts: Mapping[Fact, str]) -> str | None:
    """Facts as one line of text, for a resource without labels: `nhi:class=...;agent-id=...`, at most 256 bytes.

    Only `DESCRIBED_FACTS` are written. A purpose that does not fit is cut and ends in a hash of the whole. Where even a
    short purpose leaves no room, the class is left out, which the other platforms carry; and where that is not enough
    there is None, because any other fact that is missing would be one that is wrong.

    Room is kept for the longest state, so that an agent which can be described can be described when it is stopped.
    """
    values: dict[Fact, str] = {fact: _SEPARATORS.sub("_", facts[fact]) for fact in DESCRIBED_FACTS if fact in facts}
    purpose = values.get("purpose", "").encode()
    floor = min(_PURPOSE_FLOOR, len(purpose))
    room = _room(values)
    if room < floor and "agent-class" in values:
        del values["agent-class"]
        room = _room(values)
    if room < floor:
        return None
    if room < len(purpose):
        head = purpose[: room - HASH_LENGTH - 1].decode(errors="ignore").rstrip("-_. ")
        values["purpose"] = f"{head}-{hashlib.sha256(purpose).hexdigest()[:HASH_LENGTH]}"
    return _description(values)


def _room(values: Mapping[Fact, str]) -> int:
    """Bytes that a description has for the purpose."""
    longest = max(_LONGEST_STATE, values.get("state", ""), key=len)
    return DESCRIPTION_LIMIT - len(_description({**values, "purpose": "", "state": longest}).encode())


def described_facts(text: str) -> dict[Fact, str]:
    """The facts that `describe_facts` wrote; none for any other text."""
    if not text.startswith(_DESCRIPTION_MARK):
        return {}
    pairs = (part.partition("=") for part in text.removeprefix(_DESCRIPTION_MARK).split(";"))
    return {fact: value for fact, _, value in pairs if fact in FACTS}  # type: ignore[misc]  # just proved a Fact


def _description(values: Mapping[Fact, str]) -> str:
    return _DESCRIPTION_MARK + ";".join(f"{fact}={value}" for fact, value in values.items())


# --- names ------------------------------------------------------------------------------------------------------

AGENT_ID_PATTERN = r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$"
AGENT_ID_LIMIT = 63
INSTANCE_PATTERN = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
INSTANCE_LIMIT = 24
HASH_LENGTH = 8

NAME_LIMITS: dict[str, int] = {
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    "aws:role": 64,
    "aws:policy": 128,
    "aws:agentcore": 255,
    "aws:rolesanywhere-profile": 255,
    "aws:secret": 512,
    # RFC 1123 label, used where a name also becomes a label value
    "kubernetes:name": 63,
    "gcp:service-account": 30,
    # https://cloud.google.com/iam/docs/creating-custom-roles; `-` becomes `_` there, which no agent id has
    "gcp:custom-role": 64,
    # https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers/create
    "gcp:provider": 32,
    # https://cloud.google.com/iam/docs/reference/rest/v2/policies/createPolicy
    "gcp:deny-policy": 63,
    # https://cloud.google.com/iam/docs/reference/rest/v3/organizations.locations.principalAccessBoundaryPolicies
    "gcp:boundary": 63,
    # https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets/create
    "gcp:secret": 255,
    "entra:display-name": 120,
    # https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
    "entra:federated-credential": 120,
}


def shorten(text: str, limit: int) -> str:
    """`text` where it fits `limit`, else its start, a dash and the first 8 hex digits of its SHA-256."""
    if len(text) <= limit:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]
    return f"{text[: limit - HASH_LENGTH - 1].rstrip('-_.')}-{digest}"


def agent_name(agent_id: str, instance: str | None = None) -> str:
    """The agent's name within one environment: its id, and `--` and the instance where there is one.

    An id never contains two dashes in a row, so two different pairs never give one name.
    """
    return agent_id if instance is None else f"{agent_id}--{instance}"


@lru_cache(maxsize=8192)  # an agent's documents name its objects over and over
def identity_name(kind: str, prefix: str, agent_id: str, instance: str | None = None, suffix: str = "") -> str:
    """The name of an agent's object in a cloud, from prefix, agent id and instance only.

    `kind` is a key of `NAME_LIMITS`. Tier, class and team are left out on purpose: changing them must never
    replace an identity. The suffix is kept whole; what stands before it is shortened to fit.
    """
    stem = f"{prefix}-{agent_name(agent_id, instance)}" if prefix else agent_name(agent_id, instance)
    tail = f"-{suffix}" if suffix else ""
    return shorten(stem, NAME_LIMITS[kind] - len(tail)) + tail


# --- agent classes and federation -------------------------------------------------------------------------------

CLASS_ATTRIBUTE = "attribute.agent_class"
"""What an agent's workload identity provider maps its class to, so that a principal set can name the class."""
ENTRA_AUDIENCE = "api://AzureADTokenExchange"
"""What every token that Entra ID exchanges is for
(https://learn.microsoft.com/graph/api/resources/federatedidentitycredential)."""


def class_group_name(prefix: str, agent_class: str) -> str:
    """The name of a class's security group in the directory, from the environment's prefix and the class only."""
    return f"{prefix}-class-{agent_class}"


# --- outputs ----------------------------------------------------------------------------------------------------

AGENT_OUTPUTS: tuple[str, ...] = ("agentId", "instance", "environment", "state", "lockDate", "specDigest")
PLATFORM_OUTPUTS: dict[Platform, tuple[str, ...]] = {
    "aws": ("roleArn", "roleName", "workloadIdentityName", "secretName", "profileArn"),
    "entra": ("clientId", "servicePrincipalId"),
    "gcp": ("principal", "serviceAccountEmail"),
    "kubernetes": ("serviceAccountName", "namespace", "spiffeId"),
}

# --- digests ----------------------------------------------------------------------------------------------------


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no white space: the form that digests and golden files use."""
    return _CANONICAL.encode(value)


def digest(value: Any) -> str:
    """`<digest version>:<SHA-256 of the canonical JSON>`."""
    return f"{DIGEST_VERSION}:{hashlib.sha256(canonical_json(value).encode()).hexdigest()}"


# --- values that are not known yet ------------------------------------------------------------------------------

UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine sends in place of a value that only the cloud will know."""


class Unknown:
    """A value that is not known at preview. There is one instance, `UNKNOWN`; compare with `is`.

    It has no truth value: `if value` on an unknown is a mistake that must not pass as False.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        raise TypeError("an unknown value has no truth value; compare with `is UNKNOWN` first")

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __copy__(self) -> Unknown:
        return self

    def __deepcopy__(self, memo: object) -> Unknown:
        return self


UNKNOWN = Unknown()

# --- records ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ref:
    """A value that only the cloud assigns (an Entra object id): output `output` of the record named `record`."""

    record: str
    output: str


@dataclass(frozen=True, slots=True)
class Record:
    """One resource as a program would register it, before any engine has seen it.

    `inputs` carry wire names (camelCase) and plain JSON values, with `Ref` only where a cloud assigns the value.
    `name` is the logical (Pulumi) name, `depends_on` lists logical names of other records of the same agent.
    """

    type: str
    name: str
    inputs: Mapping[str, Any]
    depends_on: tuple[str, ...] = field(default=())

    @property
    def package(self) -> str:
        """The provider package, the first part of the type token."""
        return self.type.split(":", 1)[0]
