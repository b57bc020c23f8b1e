"""The endpoints by which agents are invoked on Google Cloud, and the allow policies that stand on them.

Owns that, for the types of allow policy that a Cloud Run service and an Agent Engine have. Does not own which agent
invokes which (`view.handovers`). Who may invoke everything in the project is not looked at here: an agent that may is
granted more than its file declares, and what the platform team gives its own people is not this gate's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from nhi.catalog.invocation import Endpoint, google_endpoint

from nhi_policies.declared import Context
from nhi_policies.verdict import Unproven
from nhi_policies.view.gcp.agents import google
from nhi_policies.view.memo import kept, told
from nhi_policies.view.resource import Resource

_ON = re.compile(r"gcp:(?:cloudrun/iam|cloudrunv2/serviceIam|vertex/aiReasoningEngineIam)(?:Member|Binding|Policy):\w+")
_KEYS = ("service", "name", "reasoningEngine")


class Invoked(NamedTuple):
    """One agent that others may invoke, and by which endpoint."""

    agent: str
    endpoint: Endpoint


def endpoints(context: Context) -> Mapping[str, Invoked]:
    """The declared agents that have an endpoint, by its resource name without the host."""

    def make() -> dict[str, Invoked]:
        found: dict[str, Invoked] = {}
        for agent_id, declared in context.agents.items():
            endpoint = google_endpoint(declared)
            if endpoint is not None:
                found.setdefault(endpoint.resource.split("/", 3)[-1], Invoked(agent_id, endpoint))
        return found

    return kept(context, "google endpoints", make)


@told
def invoked_by(resource: Resource, context: Context) -> Invoked | None:
    """The agent on whose endpoint an allow policy stands; None for any other resource.

    Raises `Unproven` where the endpoint is not known.
    """
    gcp = google(context)
    if gcp is None or _ON.fullmatch(resource.type) is None or not endpoints(context):
        return None
    written = next((name for key in _KEYS if (name := resource.text(key)) is not None), None)
    if written is None:
        raise Unproven("name", "is missing")
    place = resource.text("location") or resource.text("region") or gcp.location
    project = resource.text("project") or gcp.project_id
    of_project = gcp.project_id if project in (gcp.project_number, f"projects/{gcp.project_id}") else project
    kind = "reasoningEngines" if "ReasoningEngine" in resource.type else "services"
    return endpoints(context).get(f"projects/{of_project}/locations/{place}/{kind}/{written.rsplit('/', 1)[-1]}")
