"""NHI-IDN-040: a pod that runs as an agent says so, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import agent_name

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.kubernetes.agents import (
    AGENT_LABEL,
    INSTANCE_LABEL,
    declared_account,
    declared_accounts,
    pod_labels,
)
from nhi_policies.view.kubernetes.objects import pod_service_account
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-IDN-040",
    slug="pod-account-and-labels-agree",
    severity="high",
    kind="resource",
    targets=("kubernetes-workload",),
    controls=("OWASP-NHI9", "ASI03", "NIST-IA-4", "NIST-SC-7", "ISO27001-A.5.16"),
    row="2.3",
)
def pod_account_and_labels_agree(resource: Resource, context: Context) -> Iterator[Finding]:
    """A pod runs under an agent's service account if and only if it carries that agent's labels.

    Why: the account decides what the pod may do, the label which network policy and SPIFFE id it gets; a pod with one
        of them only has an agent's rights without its bounds.
    Bad: a Deployment under an agent's account whose pods lack `nhi/agent-id`; pods with the label under `default`.
    Fix: give the pods both, or neither. Two agents on one account are rule NHI-IDN-001's.
    """
    beside_agents(context)
    account = pod_service_account(resource)
    labels = pod_labels(resource)
    agent, instance = labels.get(AGENT_LABEL), labels.get(INSTANCE_LABEL)
    owner = declared_accounts(context).get(account) if account else None
    if owner is not None and agent is None:
        yield Finding(
            f"its pods run under the account of {agent_name(*owner)} without that agent's labels, so no network "
            "policy of the agent holds for them.",
            f"add {AGENT_LABEL}{f' and {INSTANCE_LABEL}' if owner[1] else ''} to the pods' labels.",
            "labels",
            agent=owner[0],
        )
    elif owner is not None and agent == owner[0] and instance != owner[1]:
        yield Finding(
            f"its pods run under the account of {agent_name(*owner)} with the labels of another instance.",
            f"set {INSTANCE_LABEL} to the instance whose account it is, or leave it out.",
            "instance",
            agent=owner[0],
        )
    elif owner is None and agent is not None:
        declared = context.agents.get(str(agent))
        if declared is None or declared_account(declared, None if instance is None else str(instance)) is None:
            raise NotApplicable("no file gives the agent of its label an account")
        yield Finding(
            f"its pods carry the labels of agent {agent}, and run under an account that is not the agent's.",
            "set serviceAccountName to the agent's account, or take the labels off.",
            "account",
            agent=str(agent),
        )
