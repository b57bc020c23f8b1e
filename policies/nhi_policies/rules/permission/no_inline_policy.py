"""NHI-PRM-015: an agent's role has managed policies only."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import UNKNOWN

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.aws.documents import roles_of
from nhi_policies.view.aws.holders import agent_roles
from nhi_policies.view.resource import Resource, Stack


@rule(
    id="NHI-PRM-015",
    slug="no-inline-policy",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "NIST-CM-3", "ISO27001-A.5.15", "AIRS-IAM-04"),
    row="3.1",
)
def no_inline_policy(stack: Stack, context: Context) -> Iterator[Finding]:
    """Nothing is written into an agent's role itself: no inline policy, and no list of managed policies.

    Why: the role's exclusive lists are what keeps a permission from staying unseen, and they know managed policies.
    Bad: an `aws.iam.RolePolicy` on an agent's role; `inline_policies` or `managed_policy_arns` of the role.
    Fix: declare what the agent needs in its file; the component writes and attaches the policy.
    """
    if not context.has_agents:
        raise NotApplicable("the stack has no agents")
    roles = agent_roles(stack)
    for inline in stack.of(t.AWS_ROLE_POLICY):
        try:
            named = roles_of(inline)
        except Unproven as unknown:
            yield _finding(
                inline, context, f"whose inline policy this is cannot be told: {unknown.path} {unknown.why}", "role"
            )
            continue
        for name in named:
            agent = inline.agent or (roles[name].agent if name in roles else None)
            if agent is not None:
                yield _finding(inline, context, f"it is an inline policy on the agent's role {name}", "inline", agent)
    for name, role in roles.items():
        for key in ("inlinePolicies", "managedPolicyArns"):
            written = role.peek(key)
            if written is UNKNOWN or (written and written != [{}]):
                yield _finding(role, context, f"the agent's role {name} carries `{key}`", key)


def _finding(resource: Resource, context: Context, what: str, part: str, agent: str | None = None) -> Finding:
    agent = agent or resource.agent
    return Finding(
        f"{what}.",
        "declare what the agent needs in its file; the component writes and attaches the policy.",
        part,
        context.origin(agent),
        agent,
        resource.urn,
    )
