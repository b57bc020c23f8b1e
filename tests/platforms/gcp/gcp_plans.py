"""Plans of one agent for the Google Cloud tests: a valid one, in which a test changes one thing."""

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

GCP: Mapping[str, Any] = {
    "project_id": "acme-agents",
    "project_number": "123456789012",
    "location": "europe-west3",
    "organization_id": "998877665544",
    "workload_identity_pool": "agents",
    "clusters": {"main": {"name": "prod-main"}},
    "secrets": {"topic": "projects/acme-agents/topics/rotate-agent-secrets"},
}
AWS: Mapping[str, Any] = {
    **plans.AWS,
    "clusters": {
        "main": {"name": "prod-main", "oidc_issuer": "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE"},
        "edge": {"name": "prod-edge"},
    },
}
KUBERNETES: Mapping[str, Any] = {**plans.KUBERNETES, "spiffe_issuer": "https://spire.prod.example.org"}
KINDS = ("gke", "cloud-run", "agent-engine", "kubernetes", "eks", "oidc", "spiffe", "ecs", "lambda", "agentcore")
BUCKET = "//storage.googleapis.com/projects/_/buckets/acme-knowledge"


def environment(
    gcp: Mapping[str, Any] | None = GCP,
    aws: Mapping[str, Any] | None = AWS,
    kubernetes: Mapping[str, Any] | None = KUBERNETES,
    **more: Any,
) -> DeclaredEnvironment:
    """The environment `prod` with everything that a workload can need on Google Cloud."""
    platforms = ["aws", "kubernetes", "gcp"]
    section = {"gcp": gcp} if gcp else {}
    return plans.environment(aws=aws, kubernetes=kubernetes, platforms=platforms, **section, **more)


def grant(actions: Sequence[str], *resources: str, **more: Any) -> Grant:
    return plans.grant(actions, *resources, platform="gcp", **more)


READ = grant(["storage.objects.get"], f"{BUCKET}/objects/published/*", reason="knowledge-base read")
LIST = grant(["storage.objects.list"], BUCKET, reason="knowledge-base list")
PUBLISH = grant(
    ["pubsub.topics.publish"],
    "//pubsub.googleapis.com/projects/acme-agents/topics/work",
    access="write",
    expires=datetime(2026, 12, 24, tzinfo=UTC),
)
TRANSLATE = grant(["cloudtranslate.generalModels.predict"], "projects/acme-agents", reason="translation")
NO_KEYS = grant(
    ["iam.serviceAccountKeys.create", "resourcemanager.projects.setIamPolicy"],
    "projects/acme-agents",
    effect="deny",
    access="manage",
)


def plan(
    workload: Mapping[str, Any] | str | None = "gke",
    *,
    allows: Iterable[Grant] = (READ, LIST, PUBLISH, TRANSLATE),
    denies: Iterable[Grant] = (NO_KEYS,),
    **more: Any,
) -> AgentPlan:
    """An active agent on Google Cloud (and AWS) with a workload, grants, a deny and a lock date."""
    given: dict[str, Any] = {"where": environment(), "platforms": ("aws", "gcp"), **more}
    made = plans.plan(plans.WORKLOADS[workload] if isinstance(workload, str) else workload, **given)
    return replace(made, meanings={"gcp": Meaning("gcp", tuple(allows), tuple(denies))})
