"""NHI-PRM-045: an agent's pods reach what is declared and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import agent_name

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about, unproven
from nhi_policies.view.kubernetes.agents import agent_namespaces
from nhi_policies.view.kubernetes.declared import destinations, open_to_all
from nhi_policies.view.kubernetes.network import Selecting, network
from nhi_policies.view.kubernetes.rbac import present_accounts
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-PRM-045",
    slug="network-is-closed",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI02", "NIST-SC-7", "NIST-AC-4", "ISO27001-A.8.20"),
    row="3.1",
)
def network_is_closed(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every agent with an account in the stack has a network policy for its pods that closes both directions.

    Why: an agent that was talked into sending data out can send it only where its network lets it.
    Bad: no NetworkPolicy for the agent's label; one without `Egress` among its types; egress to `0.0.0.0/0`; an
        ingress rule without `from`.
    Fix: select the agent's pods by `nhi/agent-id`, name both `policyTypes`, and list destinations one by one.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    index = network(stack)
    for resource, signal in index.unread:
        yield unproven(resource, None, context, signal)
    places = set(agent_namespaces(context))
    for (namespace, _), owner, account in present_accounts(stack, context):
        places.add(namespace)
        for direction in sorted({"Ingress", "Egress"} - index.closing(namespace, *owner)):
            yield about(
                account,
                owner,
                context,
                f"no network policy closes {direction.lower()} for the pods of {agent_name(*owner)}.",
                f"select them by the label nhi/agent-id in namespace {namespace}, and name both policyTypes.",
                f"missing::{direction}",
            )
    for one in index.every():
        if one.agents is not None or one.namespace in places:
            yield from _open(one, context)


def _open(one: Selecting, context: Context) -> Iterator[Finding]:
    for direction, side, rules in (("ingress", "from", one.policy.ingress), ("egress", "to", one.policy.egress)):
        for number, written in enumerate(rules):
            # Traffic between pods of one namespace is judged against the declaration, not here.
            wide = next((to for to in destinations(written, one.namespace, side) if open_to_all(to)), None)
            if wide is not None:
                yield about(
                    one.resource,
                    (one.agents[0], one.instance) if one.agents and len(one.agents) == 1 else None,
                    context,
                    f"spec.{direction}[{number}] opens {direction} {side} {wide}.",
                    "name the one service or address range that is needed, with its port.",
                    f"{direction}::{number}",
                )
