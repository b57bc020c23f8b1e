"""NHI-TRU-041: a SPIFFE id belongs to one agent."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import agent_name

from nhi_policies.declared import Context, Owner
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.kubernetes.agents import AGENT_LABEL, INSTANCE_LABEL, agent_namespaces, owner_of
from nhi_policies.view.kubernetes.declared import NAMESPACE_LABEL
from nhi_policies.view.kubernetes.pods import selector_labels
from nhi_policies.view.resource import Resource

_LABEL_IN_TEMPLATE = (f'index .PodMeta.Labels "{AGENT_LABEL}"', ".PodSpec.ServiceAccountName")
"""What the SPIRE controller manager fills in with something that only one agent's pods have."""


@rule(
    id="NHI-TRU-041",
    slug="spiffe-id-is-exact",
    severity="high",
    kind="resource",
    targets=(t.K8S_SPIFFE_ID,),
    controls=("OWASP-NHI9", "ASI03", "NIST-IA-4", "NIST-IA-9", "ISO27001-A.5.16", "AIRS-IA-1.2"),
    row="2.1",
)
def spiffe_id_is_exact(resource: Resource, context: Context) -> Iterator[Finding]:
    """A SPIFFE id that an agent's pods get selects one agent by its label, names it, and is of the right trust domain.

    Why: who is trusted by SPIFFE id is trusted by this text alone; two agents with one id are one identity.
    Bad: a ClusterSPIFFEID without `podSelector`; a template such as `spiffe://<domain>/agents`; another trust domain.
    Fix: select pods by the label `nhi/agent-id`, and put the agent's id into the path.
    """
    beside_agents(context)
    owner = owner_of(resource, context)
    labels = selector_labels(resource, "spec", "podSelector")
    if owner is None:
        if AGENT_LABEL in labels:
            owner = labels[AGENT_LABEL], labels.get(INSTANCE_LABEL)
        elif labels or _elsewhere(resource, context):
            raise NotApplicable("it selects other pods than agents'")
    expected = {} if owner is None else {AGENT_LABEL: owner[0], INSTANCE_LABEL: owner[1]}
    if owner is None or any(value is not None and labels.get(key) != value for key, value in expected.items()):
        yield Finding(
            "its podSelector does not name one agent, so pods of others get the id as well.",
            f"select pods by the label {AGENT_LABEL} of the one agent, and by {INSTANCE_LABEL} for an instance.",
            "selector",
        )
    template = resource.text("spec", "spiffeIDTemplate")
    if template is None:
        raise Unproven("spec.spiffeIDTemplate", "is missing")
    domain, _, path = template.removeprefix("spiffe://").partition("/")
    environment = context.environment.environment if context.environment else None
    cluster = environment.kubernetes if environment else None
    if "{{" not in domain and cluster is not None and domain != cluster.trust_domain:
        yield Finding(
            f"its id is of trust domain {domain}, and the environment's is {cluster.trust_domain}.",
            f"start the template with spiffe://{cluster.trust_domain}/.",
            "trust-domain",
        )
    if owner is not None and not _names(owner, template, path, context):
        yield Finding(
            f"its id does not name the agent, so another agent's id can be the same: it needs {agent_name(*owner)}.",
            "put the agent's id, and the instance's name, into a segment of the path.",
            "template",
        )


def _elsewhere(resource: Resource, context: Context) -> bool:
    """Whether it selects pods of a namespace in which no agent lives."""
    namespace = selector_labels(resource, "spec", "namespaceSelector").get(NAMESPACE_LABEL)
    return namespace is not None and bool(context.agents) and namespace not in agent_namespaces(context)


def _names(owner: Owner, template: str, path: str, context: Context) -> bool:
    declared = context.agents.get(owner[0])
    credential = declared.agent.credential if declared else None
    if credential is not None and credential.workload is not None and credential.workload.kind == "spiffe":
        return template == credential.workload.id
    return agent_name(*owner) in path.split("/") or any(text in path for text in _LABEL_IN_TEMPLATE)
