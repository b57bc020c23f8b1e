"""An agent whose file means something on AWS: a model, a bucket's prefix and a denied tool. What the fixtures of the
rules that compare grants with declarations share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nhi.spec.declared import DeclaredAgent
from nhi_policies.declared import Context
from nhi_policies.view.resource import Resource

from policies import kit

BINDINGS: dict[str, Any] = {
    "resources": {"model": {"aws": [{"kind": "model", "id": "anthropic.claude-sonnet-5"}]}},
    "data_scopes": {"notes": {"aws": [{"kind": "s3", "bucket": "acme-notes", "prefix": "drafts/"}]}},
    "tools": {"refund": {"aws": [{"kind": "lambda", "function": "refund"}]}},
}
REFUND = "arn:aws:lambda:eu-central-1:111122223333:function:refund"
NOTES = "arn:aws:s3:::acme-notes/drafts/*"


def agent(bindings: Mapping[str, Any] = BINDINGS, **changes: Any) -> DeclaredAgent:
    """The agent: `text_generation`, reads `notes`, never calls `refund`."""
    declares = {
        "platforms": ["aws"],
        "denied_actions": [],
        "data_access": [{"scope": "notes", "access": "read"}],
        "tool_access": [{"tool": "refund", "allowed": False}],
    }
    return replace(kit.agent(**{**declares, **changes}), environment=kit.environment(**bindings))


AGENT = agent()
CONTEXT: Context = kit.context(AGENT)

MODEL = kit.statement()
READ = kit.statement("s3:GetObject", NOTES)
LIST = kit.statement(
    "s3:ListBucket", "arn:aws:s3:::acme-notes", condition={"StringLike": {"s3:prefix": "drafts/*"}, **kit.LOCK}
)
AFTER = kit.statement("*", "*", effect="Deny", condition={"DateGreaterThanEquals": {"aws:CurrentTime": kit.END}})
NO_REFUND = kit.statement("lambda:InvokeFunction", REFUND, effect="Deny", condition=None)
NEVER = kit.statement("*", "*", effect="Deny", condition=None)


def stack(
    *grants: Mapping[str, Any],
    guard: tuple[Mapping[str, Any], ...] = (AFTER, NO_REFUND),
    declared: DeclaredAgent = AGENT,
    more: tuple[Resource, ...] = (),
    without: tuple[str, ...] = (),
) -> list[Resource]:
    """Everything that belongs to the agent's role; `without` leaves out resources by the end of their type."""
    locks = kit.policy(*guard, declared=declared, suffix="guard")
    grant = kit.policy(*(grants or (MODEL, READ, LIST)), declared=declared)
    role = kit.role(declared)
    arns = [kit.policy_arn(locks), kit.policy_arn(grant)]
    made = [
        role,
        locks,
        grant,
        kit.attachment(declared, locks),
        kit.attachment(declared, grant),
        kit.resource(
            "aws:iam/rolePoliciesExclusive:RolePoliciesExclusive",
            "inline",
            {"roleName": role.inputs["name"], "policyNames": []},
        ),
        kit.resource(
            "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
            "attached",
            {"roleName": role.inputs["name"], "policyArns": arns},
        ),
        *more,
    ]
    return [one for one in made if not one.type.endswith(without or ("\0",))]
