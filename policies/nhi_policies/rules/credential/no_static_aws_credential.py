"""NHI-CRD-010: no credential of AWS that stays."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import UNKNOWN

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.holders import find_holder
from nhi_policies.view.resource import Resource

_USERS = ("user", "userName", "username")


@rule(
    id="NHI-CRD-010",
    slug="no-static-aws-credential",
    severity="critical",
    kind="resource",
    targets=("static-credential", t.AWS_USER),
    controls=("OWASP-NHI7", "ASI03", "NIST-IA-5", "ISO27001-A.5.17", "AICM-IAM-13", "AIRS-IAM-06"),
    row="1.5",
)
def no_static_aws_credential(resource: Resource, context: Context) -> Iterator[Finding]:
    """A stack with agents makes no access key, password, certificate or key of an IAM user, and no user for an agent.

    Why: such a credential works from anywhere, for anyone who copies it, until somebody deletes it.
    Bad: `aws.iam.AccessKey`, `aws.iam.UserLoginProfile`, `aws.iam.User` with an agent's tags or name.
    Fix: let the workload become the agent's role (`credential.type: workload_identity`).
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    if resource.type != t.AWS_USER:
        kind = resource.type.rsplit(":", 1)[-1]
        agent = next((found for key in _USERS if (found := _agent_named(resource.peek(key), context))), None)
        yield Finding(
            f"{kind} is a credential that stays until somebody deletes it.",
            "remove it and let the workload become the agent's role.",
            "static",
            context.origin(agent),
            agent,
        )
        return
    name = resource.peek("name")
    owner = _agent_named(name, context)
    who = find_holder(resource, context)
    if who is None and owner is None:
        if name is UNKNOWN:
            raise Unproven("name")
        raise NotApplicable("the user is no agent's")
    yield Finding(
        "it is an IAM user for an agent; a user lives on credentials that stay.",
        "remove it and use the agent's role.",
        "user",
        agent=who.agent if who else owner,
    )


def _agent_named(name: object, context: Context) -> str | None:
    """The agent that a user's name means: the name of its role, or its id."""
    if not isinstance(name, str):
        return None
    owner = context.owner("aws:role", name)
    return owner[0] if owner else name if name in context.agents else None
