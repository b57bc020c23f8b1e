"""Which resource types the gate knows: covered by rules, harmless, or opaque.

Opaque means that what the resource does to identities cannot be read from its properties (a chart, a script, a
template), or that nobody has taught the gate this type. Beside agents that is unproven, and unproven is denied.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from nhi.contract import AGENT_IDENTITY, COMPONENT_TYPES, PLATFORM_IDENTITY

from .aws import *
from .entra import *
from .gcp import *
from .kubernetes import *

Standing = Literal["covered", "harmless", "opaque", "unknown"]


@dataclass(frozen=True, slots=True)
class TypeEntry:
    """How a type stands, and why where it is not covered."""

    standing: Standing
    why: str = ""


def _kinds(*tables: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    merged: dict[str, frozenset[str]] = {}
    for table in tables:
        for kind, tokens in table.items():
            merged[kind] = merged.get(kind, frozenset()) | tokens
    return merged


KINDS: dict[str, frozenset[str]] = _kinds(
    {
        "component": COMPONENT_TYPES,
        "agent-component": frozenset({AGENT_IDENTITY, *PLATFORM_IDENTITY.values()}),
    },
    AWS_KINDS,
    ENTRA_KINDS,
    GCP_KINDS,
    K8S_KINDS,
)
"""Names for sets of types that rules target. `opaque` and `unknown` are kinds as well, by `classify`."""

FORMS: dict[str, re.Pattern[str]] = {**GCP_FORMS}
"""Further kinds, whose types are known by the form of their token."""

COVERED: frozenset[str] = frozenset().union(*KINDS.values(), AWS_COVERED, ENTRA_COVERED, GCP_COVERED, K8S_COVERED)

HARMLESS: frozenset[str] = frozenset().union(
    {"pulumi:pulumi:Stack", "pulumi:pulumi:StackReference"}, AWS_HARMLESS, ENTRA_HARMLESS, GCP_HARMLESS
)
"""Types of identity-bearing services that by themselves give no agent access."""

HARMLESS_PACKAGES = frozenset({"archive", "local", "random", "std", "time", "tls"})
CLOUD_PACKAGES = frozenset({"aws", "azuread", "gcp", "kubernetes"})

_OPAQUE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), why)
    for pattern, why in (
        (r"pulumi-(?:nodejs|python):dynamic[:/].*", "a dynamic resource runs code that the gate cannot read"),
        (r"command:.*", "a command can do anything"),
        (r"docker-build:.*|docker:.*", "a build can do anything"),
        (r"null:.*|terraform:.*|terraform-module:.*", "it runs something that the gate cannot read"),
        (
            r"(?:aws:cloudformation|aws:serverlessrepository|aws-native:cloudformation)[/:].*",
            "a template makes resources of its own",
        ),
        (r"aws:cloudcontrol/.*", "it makes a resource of any type"),
        (r"kubernetes:helm.*", "a chart makes objects of its own"),
        (r"kubernetes:(?:yaml|kustomize)[:/].*", "its objects come from files that the gate does not read"),
        (r"gcp:deploymentmanager/.*", "a template makes resources of its own"),
        (r"gcp:osconfig/(?:guestPolic|osPolic|v2Policy).*", "it runs scripts on machines with their accounts"),
    )
)

_IDENTITY_BEARING = re.compile(
    r"aws:(?:iam|sts|ssoadmin|organizations|rolesanywhere|identitystore|eks|agentregistry|verifiedpermissions)/.*"
    r"|aws:bedrock/agent.*"
    r"|aws:cognito/identityPool.*"
    r"|kubernetes:(?:rbac|authentication|authorization|certificates|admissionregistration|apiextensions|spire)\b.*"
    r"|kubernetes:core/v1:(?:ServiceAccount|Secret)(?:Patch|List)"
    r"|azuread:.*"
    r"|gcp:(?:iam|iap|privilegedaccessmanager|agentidentity|agentregistry)/.*"
    r"|(?i:gcp:(?:serviceaccount/|(?:projects|organizations|folder)/iam|.*iam(?:member|binding|policy)).*)",
)

# Groups of the Kubernetes API whose objects a cluster itself serves; anything else is a custom resource.
_KUBERNETES_GROUPS = re.compile(
    r"kubernetes:(?:core|apps|batch|autoscaling|policy|extensions|meta|[a-z]+\.k8s\.io|rbac\.authorization\.k8s\.io"
    r"|[a-z]+\.(?:apiserver|authorization)\.k8s\.io)/v\d\w*:\w+"
)


@cache
def classify(type_token: str) -> TypeEntry:
    """How the gate stands to a type. `opaque` types are known to hide things, `unknown` ones nobody has judged."""
    if type_token in COVERED or any(form.fullmatch(type_token) for form in FORMS.values()):
        return TypeEntry("covered")
    if type_token in HARMLESS or type_token.startswith("pulumi:providers:"):
        return TypeEntry("harmless", ENTRA_HARMLESS.get(type_token, "it gives no agent access"))
    for pattern, why in _OPAQUE:
        if pattern.fullmatch(type_token):
            return TypeEntry("opaque", why)
    package = type_token.split(":", 1)[0]
    if package in HARMLESS_PACKAGES:
        return TypeEntry("harmless", "its package touches no identity")
    if package not in CLOUD_PACKAGES:
        return TypeEntry("unknown", f"the gate does not know the package {package}")
    if _IDENTITY_BEARING.fullmatch(type_token):
        why = ENTRA_LEFT_UNKNOWN.get(type_token, "it belongs to an identity service")
        return TypeEntry("unknown", f"{why}, and no rule reads this type")
    if package == "kubernetes" and not _KUBERNETES_GROUPS.fullmatch(type_token):
        return TypeEntry("unknown", "it is a custom resource that no rule reads")
    return TypeEntry("harmless", "its service gives no identity access")


@cache
def kinds_of(type_token: str) -> frozenset[str]:
    """The kinds a type belongs to: those of `KINDS` and `FORMS`, and its standing."""
    listed = {kind for kind, types in KINDS.items() if type_token in types}
    formed = {kind for kind, form in FORMS.items() if form.fullmatch(type_token)}
    return frozenset({*listed, *formed, classify(type_token).standing})
