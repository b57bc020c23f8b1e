"""NHI-STA-300: an agent that is not active holds nothing on Google Cloud."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import UNKNOWN

from nhi_policies.declared import Context, Owner, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.gcp.agents import agents_only, of_account
from nhi_policies.view.gcp.holdings import served
from nhi_policies.view.gcp.policies import bindings
from nhi_policies.view.resource import Resource
from nhi_policies.view.types import kinds_of


@rule(
    id="NHI-STA-300",
    slug="suspended-google-agent-holds-nothing",
    severity="critical",
    kind="resource",
    targets=(t.GCP_SERVICE_ACCOUNT, t.GCP_PROVIDER, "gcp-role", "gcp-grant", "gcp-secret"),
    controls=("OWASP-NHI1", "ASI10", "NIST-AC-2(3)", "ISO27001-A.5.18", "AICM-IAM-07", "AIRS-IR-01"),
    row="6.1",
)
def suspended_google_agent_holds_nothing(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent that is proposed, suspended or past its lock date has a disabled account, and nobody becomes it.

    Why: a state that only a description knows stops nobody.
    Bad: `state: suspended` in the file, and an account with `disabled=False`; its member, secret or provider is left.
    Fix: let the component render the agent; it disables account, roles and provider and leaves no member.
    """
    for owner in _owners(resource, context):
        declared = context.agents.get(owner[0])
        if declared is None:
            raise NotApplicable("no file declares the agent")
        state = rendered_state(declared.agent, owner[1], context.clock)
        if state == "active":
            continue
        what = _still(resource)
        if what is not None:
            yield Finding(
                f"the agent is {state}, and {what[0]}.",
                "let the component render the agent, which takes this away.",
                what[1],
                context.origin(owner[0], "state"),
                owner[0],
            )


def _owners(resource: Resource, context: Context) -> tuple[Owner, ...]:
    if "gcp-grant" not in kinds_of(resource.type) or of_account(resource):
        return (agents_only(resource, context),)
    try:
        return tuple(dict.fromkeys(held.owner for held in served(resource, context)))
    except Unproven:
        raise NotApplicable("whom it serves is not known, which is NHI-GAT-007's finding") from None


def _still(resource: Resource) -> tuple[str, str] | None:
    kinds = kinds_of(resource.type)
    if resource.type in (t.GCP_SERVICE_ACCOUNT, t.GCP_PROVIDER):
        disabled = resource.peek("disabled")
        if disabled is UNKNOWN:
            raise Unproven("disabled")
        what = "its account is enabled" if resource.type == t.GCP_SERVICE_ACCOUNT else "its provider is enabled"
        return None if disabled is True else (what, "enabled")
    if "gcp-role" in kinds:
        return None if resource.text("stage") == "DISABLED" else ("its custom role is not DISABLED", "stage")
    if "gcp-secret" in kinds:
        return "its secret is still there", "secret"
    if not any(binding.members for binding in bindings(resource)):
        return None
    return ("somebody may still become it", "entrance") if of_account(resource) else ("it is still a member", "member")
