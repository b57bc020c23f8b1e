"""What an agent needs on Google Cloud, Entra ID and Kubernetes to hand work to another agent.

Owns, for one edge, the permission that lets the caller reach its callee there (`delegation` asks), the app role that a
callee exposes in the directory, and which pods talk to each other on which port. Builder and judge both ask this
module. Does not own between whom an edge is (`fleet.delegation`), whether it stands now (builder and judge each have
their own clock), AWS (`delegation`), nor any document.

What each platform can hold of an edge:

- gcp: a workload with an endpoint that IAM guards is invoked with one permission on exactly that endpoint: a Cloud Run
  service, an Agent Engine. An agent in pods, on AWS or elsewhere has none, so nothing is granted there.
  https://docs.cloud.google.com/run/docs/securing/managing-access,
  https://docs.cloud.google.com/agent-builder/agent-engine/manage/access
- entra: the callee's application exposes one app role, which is assigned to the caller; without it the directory gives
  the caller no token for the callee, because assignment is required. A caller that acts only on behalf of users gets
  none: an app role works without any user.
  https://learn.microsoft.com/entra/identity-platform/howto-add-app-roles-in-apps
- kubernetes: no permission of the API server is needed to talk to a pod, so there is no grant. Network policies let
  the caller's pods out to the callee's and into them, on one port, and nobody else.
  https://kubernetes.io/docs/concepts/services-networking/network-policies/

Not used: `agentregistry.Binding` tells a gateway which credentials to use and grants nothing by itself, and
`iap.AgentRegistryAgentIamMember` names the callee by an id that Google gives it when it is registered.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from nhi.catalog.meaning import agent_platforms
from nhi.contract import FACT_TABLE, encode_fact
from nhi.permissions.model import Egress, Grant, Origin
from nhi.spec.declared import DeclaredAgent
from nhi.spec.model import AgentEngineWorkload, CloudRunWorkload

INVOKE_ROLE: Final = "Agent.Invoke"
"""The app role that an agent exposes to the agents it accepts work from."""
_AGENT_API: Final = "agent/"
"""Begins the name of an agent as an API of the directory. No API of an environment has a slash in its name."""


class Endpoint(NamedTuple):
    """What IAM guards of an agent on Google Cloud: the one permission that invokes it, and its full resource name."""

    permission: str
    resource: str


def google_endpoint(callee: DeclaredAgent) -> Endpoint | None:
    """The endpoint of an agent that others may invoke; None where IAM guards none of it."""
    gcp = callee.environment.environment.gcp
    workload = callee.agent.credential.workload if callee.agent.credential else None
    if gcp is None or "gcp" not in agent_platforms(callee):
        return None
    place = f"projects/{gcp.project_id}/locations/{gcp.location}"
    match workload:
        case CloudRunWorkload(service=service):
            return Endpoint("run.routes.invoke", f"//run.googleapis.com/{place}/services/{service}")
        case AgentEngineWorkload(engine=engine):
            name = f"//aiplatform.googleapis.com/{place}/reasoningEngines/{engine}"
            return Endpoint("aiplatform.reasoningEngines.query", name)
        case _:
            return None


def google_grants(callee: DeclaredAgent, reason: str, origin: Origin, end: datetime | None) -> tuple[Grant, ...]:
    """The permission to invoke the callee's endpoint; nothing where it has none."""
    endpoint = google_endpoint(callee)
    if endpoint is None:
        return ()
    permission, resource = endpoint
    return (Grant("gcp", "allow", (permission,), (resource,), "write", reason, origin, expires=end),)


def app_role_id(agent_id: str, role: str = INVOKE_ROLE) -> str:
    """The id of an app role that an agent exposes: the same in every environment and at every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:nhi:app-role:{agent_id}:{role}"))


def agent_api(agent_id: str) -> str:
    """What an agent, as an API of the directory, is called in a grant: all its instances expose one role."""
    return f"{_AGENT_API}{agent_id}"


def assignable(caller: DeclaredAgent, callee: DeclaredAgent) -> bool:
    """Whether the callee's app role is assigned to the caller: both live in the directory, and the caller also acts
    without a user."""
    if caller.agent.acts_on_behalf == "required":
        return False
    return "entra" in agent_platforms(caller) and "entra" in agent_platforms(callee)


def entra_grants(
    caller: DeclaredAgent,
    callee: DeclaredAgent,
    instances: Iterable[str | None],
    reason: str,
    origin: Origin,
    end: datetime | None,
) -> tuple[Grant, ...]:
    """The app role of the callee for the caller; nothing where it gets none, or no instance of the callee is active."""
    if not tuple(instances) or not assignable(caller, callee):
        return ()
    api = agent_api(callee.agent.agent_id)
    return (Grant("entra", "allow", (f"role:{INVOKE_ROLE}",), (api,), "write", reason, origin, expires=end),)


# --- pods ---------------------------------------------------------------------------------------------------------


def callee_pods(
    caller: DeclaredAgent, callee: DeclaredAgent, instances: Iterable[str | None], origin: Origin
) -> tuple[Egress, ...]:
    """Where the caller's pods connect to: the pods of each of the callee's `instances`."""
    reason = f"hands work to {callee.agent.agent_id}"
    return _pods(callee, instances, reason, origin) if _in_pods(caller) else ()


def caller_pods(
    caller: DeclaredAgent, callee: DeclaredAgent, instances: Iterable[str | None], origin: Origin
) -> tuple[Egress, ...]:
    """From where the callee's pods are connected to: the pods of each of the caller's `instances`."""
    reason = f"takes work from {caller.agent.agent_id}"
    return _pods(caller, instances, reason, origin) if _in_pods(callee) else ()


def _pods(agent: DeclaredAgent, instances: Iterable[str | None], reason: str, origin: Origin) -> tuple[Egress, ...]:
    namespace, kubernetes = _namespace(agent), agent.environment.environment.kubernetes
    if namespace is None or kubernetes is None or not _in_pods(agent):
        return ()
    return tuple(
        Egress(
            reason,
            origin,
            namespace=namespace,
            pod_labels=pod_labels(agent.agent.agent_id, instance),
            port=kubernetes.agent_port,
        )
        for instance in instances
    )


def pod_labels(agent_id: str, instance: str | None) -> Mapping[str, str]:
    """The labels by which an agent's pods, or those of one instance, are selected."""
    table = FACT_TABLE["kubernetes"]
    labels = {table["agent-id"].key: encode_fact("kubernetes", "agent-id", agent_id)}
    if instance is not None:
        labels[table["instance"].key] = encode_fact("kubernetes", "instance", instance)
    return labels


def _in_pods(agent: DeclaredAgent) -> bool:
    workload = agent.agent.credential.workload if agent.agent.credential else None
    return workload is not None and "kubernetes" in agent_platforms(agent)


def _namespace(agent: DeclaredAgent) -> str | None:
    workload = agent.agent.credential.workload if agent.agent.credential else None
    named = getattr(workload, "namespace", None)
    kubernetes = agent.environment.environment.kubernetes
    return named or (kubernetes.namespace if kubernetes else None)
