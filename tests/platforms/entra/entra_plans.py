"""Plans of one agent for the Entra ID tests: a valid one, in which a test changes one thing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import plans
from nhi.catalog.model import Meaning
from nhi.permissions.model import Grant
from nhi.plan.model import AgentPlan
from nhi.spec.declared import DeclaredEnvironment
from plans import AWS, KUBERNETES, PLACE, WORKLOADS

GRAPH = "microsoft.graph"


def guid(number: int) -> str:
    """A GUID that a reader can tell from another."""
    return f"0a000000-0000-4000-8000-{number:012d}"


ANNA, BELA = guid(901), guid(902)
ENTRA: Mapping[str, Any] = {
    "tenant_id": guid(1),
    "apis": {
        GRAPH: {
            "client_id": guid(10),
            "object_id": guid(11),
            "roles": {"Sites.Read.All": guid(12), "ExternalItem.Read.All": guid(13), "Mail.Send": guid(14)},
            "scopes": {"Mail.Read": guid(15), "Mail.Send": guid(16), "Sites.Read.All": guid(17)},
        },
        "search-api": {"client_id": guid(20), "object_id": guid(21), "roles": {"Search.Run": guid(22)}},
    },
    "on_behalf_of": {"research-agent": [BELA, ANNA]},
    "google_subjects": {"research-agent": "103456789012345678901"},
}
AWS_WITH_ISSUER: Mapping[str, Any] = {**AWS, "outbound_issuer": "https://a1b2c3d4.tokens.sts.global.api.aws"}
KUBERNETES_WITH_SPIFFE: Mapping[str, Any] = {**KUBERNETES, "spiffe_issuer": "https://spire.prod.example.org"}
PASSWORDS: Mapping[str, Any] = {**ENTRA, "passwords": {"secret": "aws-secrets-manager"}}


def environment(
    entra: Mapping[str, Any] | None = ENTRA,
    aws: Mapping[str, Any] | None = AWS_WITH_ISSUER,
    kubernetes: Mapping[str, Any] | None = KUBERNETES_WITH_SPIFFE,
    *,
    agent: Mapping[str, Any] | None = None,
    **more: Any,
) -> DeclaredEnvironment:
    """The environment `prod` with a tenant; `agent` lays fields over the research agent's file."""
    given: dict[str, Any] = {"platforms": ["entra", "aws", "kubernetes"], **more}
    if entra is not None:
        given["entra"] = dict(entra)
    else:
        given["platforms"] = ["aws", "kubernetes"]
    if agent is not None:
        given["agents"] = {"research-agent": dict(agent)}
    return plans.environment(aws, kubernetes, **given)


def grant(actions: Sequence[str], *resources: str, **more: Any) -> Grant:
    return plans.grant(actions, *resources, platform="entra", **more)


SITES = grant(["role:Sites.Read.All"], GRAPH, reason="knowledge-base read")
SEARCH = grant(["role:Search.Run"], "search-api", access="write", reason="web_search")
ITEMS = grant(["role:ExternalItem.Read.All"], GRAPH, expires=datetime(2026, 12, 24, tzinfo=UTC))
MAIL = grant(["scope:Mail.Read", "scope:Sites.Read.All"], GRAPH, reason="inbox")
NO_MAIL = grant(["role:Mail.Send"], GRAPH, effect="deny", access="write", reason="denied_actions: send_mail")


def plan(
    workload: Mapping[str, Any] | None = WORKLOADS["kubernetes"],
    *,
    allows: Iterable[Grant] = (SITES, SEARCH, ITEMS),
    denies: Iterable[Grant] = (NO_MAIL,),
    platforms: tuple[Any, ...] = ("entra", "aws"),
    where: DeclaredEnvironment | None = None,
    on_behalf: str | None = None,
    **more: Any,
) -> AgentPlan:
    """An active agent on Entra ID and AWS with a workload, three app roles, a deny and a lock date."""
    around = where or environment(agent={"acts_on_behalf": on_behalf} if on_behalf else None)
    made = plans.plan(workload, platforms=platforms, where=around, **more)
    return replace(made, meanings={"entra": Meaning("entra", tuple(allows), tuple(denies))})


__all__ = [
    "ANNA",
    "AWS_WITH_ISSUER",
    "BELA",
    "ENTRA",
    "GRAPH",
    "ITEMS",
    "KUBERNETES_WITH_SPIFFE",
    "MAIL",
    "NO_MAIL",
    "PASSWORDS",
    "PLACE",
    "SEARCH",
    "SITES",
    "WORKLOADS",
    "environment",
    "grant",
    "guid",
    "plan",
]
