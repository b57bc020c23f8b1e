"""Which network policies hold for which agents.

Owns the index of a stack's network policies by the agents whose pods they select. Policies add up: one that closes is
undone by one that opens (https://kubernetes.io/docs/concepts/services-networking/network-policies/). So a policy counts
as closing only where it surely selects every pod of an agent, and as opening where it may select one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.kubernetes.agents import AGENT_LABEL, INSTANCE_LABEL
from nhi_policies.view.kubernetes.objects import NetworkPolicy, network_policy
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack


@dataclass(frozen=True, slots=True)
class Selecting:
    """One network policy and the agents that it selects: `agents` None for all pods of the namespace.

    `instance` narrows it to one instance; `surely` says that no pod of the agent is left out.
    """

    resource: Resource
    policy: NetworkPolicy
    namespace: str
    agents: tuple[str, ...] | None
    instance: str | None
    surely: bool


@dataclass(slots=True)
class Network:
    """The network policies of a stack that concern agents, and those that cannot be read."""

    by_agent: dict[tuple[str, str], list[Selecting]] = field(default_factory=dict)
    """By namespace and agent id."""
    by_namespace: dict[str, list[Selecting]] = field(default_factory=dict)
    """Those that select every pod of a namespace."""
    unread: list[tuple[Resource, Unproven]] = field(default_factory=list)

    def every(self) -> list[Selecting]:
        """Each policy once."""
        found = {one.resource.urn: one for group in self.by_agent.values() for one in group}
        found.update((one.resource.urn, one) for group in self.by_namespace.values() for one in group)
        return list(found.values())

    def closing(self, namespace: str, agent: str, instance: str | None) -> frozenset[str]:
        """The directions that surely are governed for every pod of an agent's instance."""
        chosen = [*self.by_agent.get((namespace, agent), ()), *self.by_namespace.get(namespace, ())]
        return frozenset(
            direction
            for one in chosen
            if one.surely and one.instance in (None, instance)
            for direction in one.policy.policy_types
        )


def network(stack: Stack) -> Network:
    """The index of the stack's network policies."""

    def make() -> Network:
        found = Network()
        for resource in stack.of(t.K8S_NETWORK_POLICY):
            try:
                one = _selecting(resource)
            except Unproven as signal:
                found.unread.append((resource, signal))
                continue
            if one is None:
                continue
            if one.agents is None:
                found.by_namespace.setdefault(one.namespace, []).append(one)
            for agent in one.agents or ():
                found.by_agent.setdefault((one.namespace, agent), []).append(one)
        return found

    return kept(stack, "kubernetes network", make)


def _selecting(resource: Resource) -> Selecting | None:
    """What a policy selects; None where it asks for a label that no agent's pod must carry."""
    policy = network_policy(resource)
    namespace = resource.text("metadata", "namespace") or "default"
    labels: Mapping[str, str] = policy.pod_labels
    foreign = any(key not in (AGENT_LABEL, INSTANCE_LABEL) for key in labels)
    surely = not foreign
    agents: tuple[str, ...] | None = (labels[AGENT_LABEL],) if AGENT_LABEL in labels else None
    for expression in policy.match_expressions:
        key, operator = expression.get("key"), expression.get("operator")
        if key == AGENT_LABEL and operator == "In" and agents is None:
            agents = tuple(str(value) for value in expression.get("values") or ())
        elif not (key == AGENT_LABEL and operator == "Exists"):
            surely = False
            foreign = foreign or (key not in (AGENT_LABEL, INSTANCE_LABEL) and operator in ("In", "Exists"))
    if agents is None and foreign:
        return None
    return Selecting(resource, policy, namespace, agents, labels.get(INSTANCE_LABEL), surely)
