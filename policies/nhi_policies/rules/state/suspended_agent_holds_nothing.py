"""NHI-STA-011: an agent that is not active holds nothing on AWS and on Entra ID."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import UNKNOWN, identity_name

from nhi_policies.declared import Context, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import documents, name_of_arn, policy_arns_of
from nhi_policies.view.holders import Holder, holder
from nhi_policies.view.resource import Resource

_THINGS = {
    t.AWS_POD_IDENTITY: "a pod may still become it",
    t.AWS_SECRET: "its secret is still there",
    t.AWS_INSTANCE_PROFILE: "a machine may still become it",
    t.ENTRA_API_ACCESS: "its application still asks for permissions",
}
_KINDS = {
    "entra-trust": "a workload may still become it",
    "entra-secret": "its secret is still there",
    "entra-grant": "it still has a permission",
    "entra-membership": "it is still in a group",
}


@rule(
    id="NHI-STA-011",
    slug="suspended-agent-holds-nothing",
    severity="critical",
    kind="resource",
    targets=(
        "aws-identity-policy",
        "aws-grant",
        t.AWS_ROLE_ATTACHMENTS_EXCLUSIVE,
        t.AWS_ROLES_ANYWHERE_PROFILE,
        t.ENTRA_APPLICATION,
        t.ENTRA_SERVICE_PRINCIPAL,
        *_THINGS,
        *_KINDS,
    ),
    controls=("OWASP-NHI1", "ASI10", "NIST-AC-2(3)", "ISO27001-A.5.18", "AICM-IAM-07", "AIRS-IR-01"),
    row="6.1",
)
def suspended_agent_holds_nothing(resource: Resource, context: Context) -> Iterator[Finding]:
    """An agent that is proposed, suspended or past its lock date has no grant, no entrance and no secret.

    Why: a state that only a tag knows stops nobody.
    Bad: `state: suspended` in the file, and a trust policy that still lets its pod in, a service principal that is
        enabled, or an assignment that works again as soon as it is.
    Fix: let the component render the agent; it leaves a role with a policy that denies everything, an application and a
        disabled principal.
    """
    who = holder(resource, context)
    if who.declared is None:
        raise NotApplicable("no file declares the agent")
    state = rendered_state(who.declared.agent, who.instance, context.clock)
    if state == "active":
        raise NotApplicable("the agent is active")
    for what, part in _held(resource, who, context):
        yield Finding(
            f"the agent is {state}, and {what}.",
            "let the component render the agent, which takes this away.",
            part,
            context.origin(who.agent, "state"),
        )


def _held(resource: Resource, who: Holder, context: Context) -> Iterator[tuple[str, str]]:
    what = _THINGS.get(resource.type) or next((_KINDS[one] for one in _KINDS if resource.type in t.KINDS[one]), None)
    if what is not None:
        yield what, resource.type.rsplit(":", 1)[-1]
    if resource.type == t.AWS_ROLES_ANYWHERE_PROFILE:
        enabled = resource.peek("enabled")
        if enabled is UNKNOWN:
            raise Unproven("enabled")
        if enabled is not False:
            yield "its Roles Anywhere profile is enabled", "Profile"
    if resource.type == t.ENTRA_SERVICE_PRINCIPAL and resource.read("accountEnabled", default=True) is not False:
        yield "its service principal is enabled", "enabled"
    if resource.type == t.ENTRA_APPLICATION and resource.read("requiredResourceAccesses", default=[]):
        yield "its application still asks for permissions", "requested"
    if resource.package != "aws":
        return
    prefix = context.environment.environment.prefix if context.environment else ""
    guard = identity_name("aws:policy", prefix, who.agent, who.instance, "guard")
    for arn in policy_arns_of(resource) if resource.type != t.AWS_ROLES_ANYWHERE_PROFILE else ():
        if name_of_arn(arn) != guard:
            yield f"the policy {name_of_arn(arn)} is still attached", f"policy::{name_of_arn(arn)}"
    for document in documents(resource, "identity", "trust"):
        for statement in document.allows:
            yield f"{statement.label} still allows something", f"allow::{statement.sid or statement.index}"
