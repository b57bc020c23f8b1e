"""NHI-ESC-540: what an agent holds in a cluster leads nowhere else when it is put together."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.permissions.proof import Refuted

from nhi_policies.declared import Context, Owner
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.combinations import Completed, completed, finding
from nhi_policies.view.kubernetes.combinations import COMBINATIONS, InCluster
from nhi_policies.view.kubernetes.effective import granted_set, holdings_by_owner, stronger_account
from nhi_policies.view.kubernetes.rbac import Held
from nhi_policies.view.proofs import Granted, in_words
from nhi_policies.view.resource import Stack

_ANYWHERE = "any-namespace"


@rule(
    id="NHI-ESC-540",
    slug="no-kubernetes-combination",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-6(10)", "ISO27001-A.8.2", "AIRS-IAM-02"),
    row="3.1",
)
def no_kubernetes_combination(stack: Stack, context: Context) -> Iterator[Finding]:
    """All that an agent holds in a cluster, over all of its roles, adds up to no way to become more than it is.

    Why: each role may look harmless to whoever reviews it; an attacker has all of them at once, and every account whose
        name it may write into a workload.
    Bad: `create` on `secrets` in one role and `get` on one named Secret in another; `patch` on a named Deployment in a
        namespace where another account may do more.
    Fix: take one of the parts away, or move the stronger account to a namespace of its own.
    """
    beside_agents(context)
    for owner, holdings in holdings_by_owner(stack, context).items():
        table = _within_reach(holdings)
        if not table:
            continue
        granted = granted_set(stack, context, *owner)
        found = [*_completed(stack, granted, owner, table, context)]
        if found:
            first = min(found, key=lambda one: one[0].unproven is not None)
            rest = [one for one, _ in found if one is not first[0]]
            yield finding([first[0], *rest], granted, owner, context, first[1])


def _within_reach(holdings: tuple[Held, ...]) -> list[InCluster]:
    """The combinations whose every kind some rule of the agent names: a look that costs less than a proof."""
    kinds: set[str] = set()
    for held in holdings:
        if held.problem is not None or held.role is None:
            return list(COMBINATIONS)
        for each in held.rules:
            names = {f"{group}/{one.replace('/', ':', 1)}" for group in each.api_groups for one in each.resources}
            if any("*" in name for name in names):
                return list(COMBINATIONS)
            kinds |= names
    return [one for one in COMBINATIONS if all(kinds & wanted for wanted in one.kinds)]


def _completed(
    stack: Stack, granted: Granted, owner: Owner, table: list[InCluster], context: Context
) -> Iterator[tuple[Completed, str]]:
    spaces = {resource.split("/", 1)[0] for one in granted.statements for resource in one.resources}
    # What holds everywhere holds in a namespace of which nothing else is known.
    named = {_ANYWHERE if one == "*" else one for one in spaces if not one.startswith("url:")}
    for namespace in sorted(named):
        for entry in table:
            found = completed(granted, entry.within(namespace))
            if found is None:
                continue
            if not entry.through_account:
                yield found, ""
                continue
            # What runs as an account that may do no more leads nowhere.
            place = None if namespace == _ANYWHERE else namespace
            stronger = stronger_account(stack, owner, place, context)
            if stronger is not None:
                account, verdict = stronger
                may = f", which may {in_words(verdict.witness)}" if isinstance(verdict, Refuted) else ""
                yield found, f", for example {account[1]} in {account[0]}{may}"
