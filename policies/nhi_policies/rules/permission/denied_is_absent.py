"""NHI-PRM-047: what is denied is granted nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.permissions.proof import Proved, Refuted

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about
from nhi_policies.view.coverage import untouched
from nhi_policies.view.kubernetes.declared import permissions_of
from nhi_policies.view.kubernetes.effective import allows_of
from nhi_policies.view.kubernetes.objects import RbacRule
from nhi_policies.view.kubernetes.rbac import Held, each_rule, holdings
from nhi_policies.view.origin import meaning_of
from nhi_policies.view.proofs import in_words
from nhi_policies.view.resource import Stack


@rule(
    id="NHI-PRM-047",
    slug="denied-is-absent",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-AC-3", "ISO27001-A.5.15"),
    row="3.3",
)
def denied_is_absent(stack: Stack, context: Context) -> Iterator[Finding]:
    """No role that an agent holds grants anything that its file denies.

    Why: Kubernetes has no deny: a denial in the file holds in the cluster only as long as nobody grants the thing.
    Bad: `denied_actions: [credential_management]`, and a Role of the agent with `create` on `serviceaccounts/token`.
    Fix: take the permission out of the role, or the denial out of the file.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")

    yield from each_rule(holdings(stack, context), context, lambda held, written: _denied(held, written, context))


def _denied(held: Held, written: RbacRule, context: Context) -> Iterator[Finding]:
    meaning = meaning_of(context, held.owner[0], "kubernetes") if held.owner else None
    if meaning is None or not meaning.denies:
        return
    if isinstance(untouched("kubernetes", allows_of(written, held.namespace), meaning.denies), Proved):
        return
    for wanted in permissions_of(written, held.namespace):
        names = () if wanted.name is None else (wanted.name,)
        allows = allows_of(RbacRule(0, (wanted.group,), (wanted.resource,), (wanted.verb,), names, ()), held.namespace)
        for deny in meaning.denies:
            verdict = untouched("kubernetes", allows, (deny,))
            if isinstance(verdict, Proved):
                continue
            shown = in_words(verdict.witness) if isinstance(verdict, Refuted) else f"unproven: {verdict.reason}"
            yield about(
                held.subject,
                held.owner,
                context,
                f"it grants {wanted}, which the file denies ({deny.reason}): {shown}.",
                "take the permission out of the role; Kubernetes itself refuses nothing.",
                str(wanted).replace(" ", "-"),
                deny.origin,
            )
            break
