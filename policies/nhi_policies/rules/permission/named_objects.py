"""NHI-PRM-043: what an agent changes, it changes by name."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.agents import about
from nhi_policies.view.kubernetes.declared import origin_of_rule, permissions_of
from nhi_policies.view.kubernetes.objects import RbacRule
from nhi_policies.view.kubernetes.rbac import Held, each_rule, held_roles, thing
from nhi_policies.view.resource import Stack

_WRITES = ("update", "patch", "delete", "deletecollection")
_READS = ("get", "list", "watch")


@rule(
    id="NHI-PRM-043",
    slug="named-objects",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.8.3", "AIRS-IAM-02"),
    row="3.1",
)
def named_objects(stack: Stack, context: Context) -> Iterator[Finding]:
    """A role of an agent names the objects that it changes, and the secrets that it reads.

    Why: without names the agent changes every object of the namespace, its neighbours' configuration included.
    Bad: `verbs: [patch]` on `configmaps` without `resourceNames`; `verbs: [get]` on `secrets` without them.
    Fix: list the objects in `resourceNames`. `deletecollection` cannot be limited to names: take it out.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")

    def check(held: Held, one: RbacRule) -> Iterator[Finding]:
        for wanted in permissions_of(one, held.namespace):
            reads_secret = wanted.resource == "secrets" and wanted.group in ("", "*") and wanted.verb in _READS
            unnamed = wanted.name is None or wanted.verb == "deletecollection"
            if unnamed and (wanted.verb in _WRITES or reads_secret):
                what = thing(wanted.group, wanted.resource)
                agent = held.owner[0] if held.owner else None
                yield about(
                    held.subject,
                    held.owner,
                    context,
                    f"rules[{one.index}] grants {wanted.verb} on every object of {what} in its namespace.",
                    "list the objects in resourceNames.",
                    f"{wanted.verb}::{what}",
                    origin_of_rule(context, agent, wanted),
                )

    yield from each_rule(held_roles(stack, context), context, check)
