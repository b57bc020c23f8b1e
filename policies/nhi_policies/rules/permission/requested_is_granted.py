"""NHI-PRM-202: an agent's application asks for what the agent is granted."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context, Owner
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.agents import about, unproven
from nhi_policies.view.entra.grants import Permission, permissions
from nhi_policies.view.resource import Resource, Stack

_ASKS = (t.ENTRA_APPLICATION, t.ENTRA_API_ACCESS)


@rule(
    id="NHI-PRM-202",
    slug="requested-is-granted",
    severity="medium",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.5.15", "AICM-IAM-05"),
    row="3.1",
)
def requested_is_granted(stack: Stack, context: Context) -> Iterator[Finding]:
    """The permissions that an agent's application asks for are the ones that this stack grants it, no more and no less.

    Why: whoever presses "grant consent" in the portal grants all that is asked for; and what is granted beside it is
        missed by everybody who reads the application.
    Bad: an API permission that is asked for and not assigned; an assignment that the application does not ask for.
    Fix: let the component write both.
    """
    applications: dict[Owner, Resource] = {}
    for one in stack.of(t.ENTRA_APPLICATION):
        if one.agent is not None:
            applications.setdefault((one.agent, one.instance), one)
    if not applications:
        raise NotApplicable("no agent has an application in this stack")
    asked: dict[Owner, dict[tuple[str, ...], Permission]] = {}
    given: dict[Owner, dict[tuple[str, ...], tuple[Permission, Resource]]] = {}
    for resource in stack.of(*_ASKS, *sorted(t.KINDS["entra-grant"])):
        if resource.agent is None:
            continue
        owner = resource.agent, resource.instance
        try:
            for one in permissions(resource, context):
                if one.invokes:
                    continue  # an agent's role is assigned by name, and nobody is asked for consent
                key = (one.kind, one.api or "", one.value or one.id or "")
                if resource.type in _ASKS:
                    asked.setdefault(owner, {})[key] = one
                else:
                    given.setdefault(owner, {})[key] = one, resource
        except Unproven as signal:
            yield unproven(resource, owner, context, signal)
    for owner, application in applications.items():
        own, held = asked.get(owner, {}), given.get(owner, {})
        for key, one in own.items():
            if key not in held:
                text = f"it asks for {one}, which this stack does not grant."
                yield _finding(application, owner, context, text, f"asked::{'::'.join(key)}")
        for key, (one, grant) in held.items():
            if key not in own:
                text = f"it gives {one}, which the application does not ask for."
                yield _finding(grant, owner, context, text, f"granted::{'::'.join(key)}")


def _finding(resource: Resource, owner: Owner, context: Context, text: str, part: str) -> Finding:
    return about(resource, owner, context, text, "let the component write both, or mend the one that is wrong.", part)
