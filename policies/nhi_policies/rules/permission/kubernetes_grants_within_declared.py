"""NHI-PRM-046: what an agent holds in a cluster is what its file declares."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.permissions.model import Origin
from nhi.permissions.proof import Proved, Refuted, Undecided

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about
from nhi_policies.view.coverage import active, covered, endless, nearest
from nhi_policies.view.kubernetes.agents import agent_namespaces
from nhi_policies.view.kubernetes.declared import (
    Declared,
    Destination,
    declared_access,
    declared_destination,
    destinations,
    permissions_of,
    undeclared_address,
)
from nhi_policies.view.kubernetes.effective import allows_of, end_of
from nhi_policies.view.kubernetes.network import Selecting, network
from nhi_policies.view.kubernetes.objects import RbacRule
from nhi_policies.view.kubernetes.rbac import Held, each_rule, holdings
from nhi_policies.view.origin import meaning_of
from nhi_policies.view.proofs import in_words
from nhi_policies.view.resource import Stack

_DECLARE = "declare it in the agent's file with a reason, or take it out."


@rule(
    id="NHI-PRM-046",
    slug="kubernetes-grants-within-declared",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-CM-3", "ISO27001-A.5.18", "AIRS-IAM-02"),
    row="3.2",
)
def kubernetes_grants_within_declared(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every permission and network destination that an agent holds in the cluster is covered by its reviewed file.

    Why: reviewers read the file; a permission beside it was never reviewed, and nobody will miss it when it leaves.
    Bad: a Role written by hand that is bound to an agent's account; a binding to a ClusterRole of another stack; egress
        to a service that the file does not name.
    Fix: declare the action, data scope or tool in the agent's file, or remove the grant.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    held = [one for one in holdings(stack, context) if one.owner is None or one.owner[0] in context.agents]
    for one in held:
        if one.role is None and one.ref is not None:
            yield about(
                one.binding,
                one.owner,
                context,
                f"it hands out {one.ref.kind} {one.ref.name}, which this stack does not make, so what it grants is "
                "unproven.",
                "write a Role in this stack with what the agent's file declares, and bind that.",
                f"unseen::{one.ref.kind}::{one.ref.name}",
            )
    yield from each_rule(held, context, lambda one, written: _beyond(one, written, context))
    spaces = agent_namespaces(context)
    for policy in network(stack).every():
        if policy.agents is not None or policy.namespace in spaces:
            yield from _egress(policy, context)


def _beyond(held: Held, written: RbacRule, context: Context) -> Iterator[Finding]:
    if held.owner is None:
        return  # whom it serves is not one agent, which is a finding of its own
    end = end_of(held)
    meaning = meaning_of(context, held.owner[0], "kubernetes")
    grants = active(meaning.allows, context.clock) if meaning else ()
    if end is None:
        grants = endless(grants)  # an object without an end date is a finding of its own
    for path in written.non_resource_urls:
        yield _finding(held, context, f"{', '.join(written.verbs)} on path {path}", f"path::{path}")
    reached = tuple(one for one in allows_of(written, held.namespace, end) if not one.resources[0].startswith("url:"))
    if isinstance(covered("kubernetes", reached, grants), Proved):
        return
    # One permission after the other, so that each finding names one, with a request of its own.
    for wanted in permissions_of(written, held.namespace):
        names = () if wanted.name is None else (wanted.name,)
        one = RbacRule(0, (wanted.group,), (wanted.resource,), (wanted.verb,), names, ())
        verdict = covered("kubernetes", allows_of(one, held.namespace, end), grants)
        if isinstance(verdict, Refuted):
            longer = isinstance(covered("kubernetes", allows_of(one, held.namespace), endless(grants)), Proved)
            what = f"{wanted} for longer than the file does" if longer else f"{wanted}, which the file does not declare"
            shown = f"{what}: for example {in_words(verdict.witness)}"
            origin = nearest(grants, verdict.witness)
            yield _finding(held, context, shown, str(wanted).replace(" ", "-"), origin)
        elif isinstance(verdict, Undecided):
            shown = f"{wanted}, and that the file declares it is unproven: {verdict.reason}"
            yield _finding(held, context, shown, str(wanted).replace(" ", "-"))


def _finding(held: Held, context: Context, what: str, part: str, origin: Origin | None = None) -> Finding:
    return about(held.subject, held.owner, context, f"it grants {what}.", _DECLARE, part, origin)


def _egress(policy: Selecting, context: Context) -> Iterator[Finding]:
    for agent in policy.agents or (None,):
        if agent is not None and agent not in context.agents:
            continue
        access = declared_access(context, agent) if agent is not None else None
        for written in policy.policy.egress:
            for to in destinations(written, policy.namespace):
                if not declared_destination(to, access, context):
                    yield about(
                        policy.resource,
                        (agent, policy.instance) if agent is not None else None,
                        context,
                        f"it opens {to}, which the file does not declare{_shown(to, access)}.",
                        _DECLARE,
                        f"egress::{to}".replace(" ", "-"),
                    )


def _shown(to: Destination, access: Declared | None) -> str:
    """An address that a range opens and the file does not declare, in words."""
    if to.cidr is None or to.anywhere or access is None:
        return ""
    return f": for example the address {undeclared_address(to, access)}"
