"""NHI-DEL-400: nobody connects to an agent's pods but the pods of agents that hand work to it."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about, unproven
from nhi_policies.view.handovers import missing, standing
from nhi_policies.view.kubernetes.agents import AGENT_LABEL, agent_namespaces, declared_accounts
from nhi_policies.view.kubernetes.declared import (
    Destination,
    declared_callers,
    destinations,
    open_to_all,
    reaches,
)
from nhi_policies.view.kubernetes.network import Selecting, network
from nhi_policies.view.resource import Stack

_FIX = "take the rule away, or declare the edge: the callee in `allowed_targets` and the caller in `accepts_from`."


@rule(
    id="NHI-DEL-400",
    slug="ingress-is-a-declared-edge",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "ASI07", "NIST-AC-3(8)", "NIST-SC-7", "ISO27001-A.8.20", "AIRS-DEL-04"),
    row="3.4",
)
def ingress_is_a_declared_edge(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every ingress rule on an agent's pods lets in the pods of callers that both files name, on the agents' port.

    Why: whoever reaches an agent's pods hands it work; the network is the only lock there that the cluster holds.
    Bad: an ingress rule for every pod of a namespace; for an agent whose id is missing in the callee's `accepts_from`,
        or that is stopped; for a declared caller on every port.
    Fix: let the component write the network policy, and declare the edge in both files.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    spaces, index = agent_namespaces(context), network(stack)
    for resource, signal in index.unread:
        yield unproven(resource, None, context, signal)
    for one in index.every():
        if one.agents is None and one.namespace not in spaces:
            continue
        known = context.declared_in(stack)
        agents = tuple(agent for agent in one.agents or _in(one.namespace, context) if agent in context.agents)
        for number, written in enumerate(one.policy.ingress):
            for source in destinations(written, one.namespace, "from"):
                if open_to_all(source):
                    continue  # NHI-PRM-045 says so
                let_in = next((agent for agent in agents if not _declared(source, agent, context)), None)
                if let_in is not None and (one.agents is None or let_in in known):
                    yield _finding(one, number, source, let_in, context)


def _in(namespace: str, context: Context) -> tuple[str, ...]:
    """The declared agents whose pods run in a namespace."""
    return tuple(
        dict.fromkeys(agent for (space, _), (agent, _) in declared_accounts(context).items() if space == namespace)
    )


def _declared(source: Destination, agent: str, context: Context) -> bool:
    return any(reaches(caller, source) for caller in declared_callers(context, agent))


def _finding(one: Selecting, number: int, source: Destination, callee: str, context: Context) -> Finding:
    caller = dict(source.pod_labels).get(AGENT_LABEL)
    if caller is None or caller not in context.agents:
        why = f"{callee} takes work from no such pods"
    elif standing(context, caller, callee) is None:
        why = missing(context, caller, callee)
    else:
        why = "that is wider than what it hands its work over by"
    owner = (callee, one.instance) if one.agents is not None else None
    text = f"spec.ingress[{number}] lets in {source}, and {why}."
    part = f"ingress::{number}::{source}".replace(" ", "-")
    return about(one.resource, owner, context, text, _FIX, part, context.origin(callee, "delegation"))
