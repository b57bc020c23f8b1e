"""Fixtures of NHI-ESC-500."""

from typing import Any

from nhi_policies.view.resource import Resource

from policies import kit
from policies.kit import Case
from policies.rules.permission import aws_declared as aws

RULE = "NHI-ESC-500"

_WORKER = "arn:aws:iam::111122223333:role/worker"
_INTERPRETER = "arn:aws:bedrock-agentcore:eu-central-1:111122223333:code-interpreter-custom"
_PASS = kit.statement("iam:PassRole", _WORKER)
_MAKE = kit.statement("lambda:CreateFunction", "*")
_CALL = kit.statement("lambda:InvokeFunction", "arn:aws:lambda:eu-central-1:111122223333:function:*")


def _to(service: str) -> dict[str, Any]:
    return kit.statement(
        "iam:PassRole", _WORKER, condition={"StringEquals": {"iam:PassedToService": service}, **kit.LOCK}
    )


def _by_hand(*statements: dict[str, Any]) -> Resource:
    return kit.inline_policy(*statements)


def _held(*statements: dict[str, Any], **more: Any) -> list[Resource]:
    return aws.stack(*statements, **more)


_LIMITS = kit.policy(kit.statement("lambda:*", "*", condition=None), name="limits", path="/", tags={})

GOOD = [Case("what is declared", aws.stack(), aws.CONTEXT)]
BAD = [
    Case("a function under a passed role", _held(_PASS, _MAKE, _CALL), aws.CONTEXT, expect="lambda:InvokeFunction on"),
    Case(
        "its steps in three policies",
        _held(_PASS, guard=(aws.AFTER, _MAKE), more=(_by_hand(_CALL),)),
        aws.CONTEXT,
        expect="iam:PassRole+lambda:CreateFunction+lambda:InvokeFunction",
    ),
    Case(
        "a function that an event starts",
        _held(_PASS, _MAKE, kit.statement("lambda:CreateEventSourceMapping", "*")),
        aws.CONTEXT,
        expect="lambda:CreateEventSourceMapping",
    ),
    Case("a machine", _held(_PASS, kit.statement("ec2:Run*", "*")), aws.CONTEXT, expect="ec2:RunInstances"),
    Case("the same service", _held(_to("lambda.amazonaws.com"), _MAKE, _CALL), aws.CONTEXT, expect="function"),
    Case(
        "all but a list",
        _held(_PASS, kit.statement(Action=..., NotAction=["iam:*", "s3:*"], Resource="*")),
        aws.CONTEXT,
        expect="more ways",
    ),
    Case(
        "a role that it lets itself into",
        _held(kit.statement("iam:UpdateAssumeRolePolicy", _WORKER), kit.statement("sts:AssumeRole", _WORKER)),
        aws.CONTEXT,
        expect="iam:UpdateAssumeRolePolicy on arn:aws:iam::111122223333:role/worker",
    ),
    Case(
        "a step under a condition that nobody can compare",
        _held(_PASS, _MAKE, {**_CALL, "Condition": {"BinaryEquals": {"aws:x": "QQ=="}}}),
        aws.CONTEXT,
        expect="undecided",
    ),
    Case(
        "an agent that no file declares",
        _held(_PASS, _MAKE, _CALL),
        kit.context(kit.agent(agent_id="other-agent")),
        expect="iam:PassRole",
    ),
]
NEAR_MISS = [
    Case(
        "a session of an interpreter",
        _held(
            kit.statement("bedrock-agentcore:*CodeInterpreter*Session", f"{_INTERPRETER}/maths"),
            kit.statement("bedrock-agentcore:InvokeCodeInterpreter", f"{_INTERPRETER}/maths"),
        ),
        aws.CONTEXT,
    ),
    Case("a role that may be passed to another service", _held(_to("ecs.amazonaws.com"), _MAKE, _CALL), aws.CONTEXT),
    Case("a step is missing", _held(_PASS, _MAKE), aws.CONTEXT),
    Case("only calling", _held(_CALL), aws.CONTEXT),
    Case(
        "a step that the guard denies",
        _held(_PASS, _MAKE, _CALL, guard=(aws.AFTER, kit.statement("iam:*", "*", effect="Deny", condition=None))),
        aws.CONTEXT,
    ),
    Case(
        "a step that the boundary of this stack keeps away",
        [
            kit.altered(one, permissionsBoundary=kit.policy_arn(_LIMITS)) if one.type.endswith(":Role") else one
            for one in _held(_PASS, _MAKE, _CALL, more=(_LIMITS,))
        ],
        aws.CONTEXT,
    ),
    Case(
        "two steps on two roles",
        _held(_PASS, more=(kit.inline_policy(_MAKE, _CALL, role="web"),)),
        aws.CONTEXT,
    ),
]
UNKNOWN = [
    Case("an unknown document", aws.stack(more=(kit.inline_policy(policy=kit.UNKNOWN),)), aws.CONTEXT, expect="policy")
]
