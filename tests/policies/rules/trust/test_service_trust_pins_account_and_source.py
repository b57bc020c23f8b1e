"""Fixtures of NHI-TRU-012."""

from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-012"

_HERE = "eu-central-1:111122223333"


def _role(service: str, source: str | None, account: str | None = "111122223333", operator: str = "ArnLike") -> object:
    condition: dict[str, dict[str, str]] = {}
    if account:
        condition["StringEquals"] = {"aws:SourceAccount": account}
    if source:
        condition.setdefault(operator, {})["aws:SourceArn"] = source
    principal = {"Service": f"{service}.amazonaws.com"}
    return kit.role(assumeRolePolicy=kit.document(kit.trust_statement(Principal=principal, Condition=condition or ...)))


GOOD = [
    Case("an EKS pod", kit.role()),
    Case("one function", _role("lambda", f"arn:aws:lambda:{_HERE}:function:support", operator="StringEquals")),
]
BAD = [
    Case("no account", _role("lambda", f"arn:aws:lambda:{_HERE}:function:support", None), expect="aws:SourceAccount"),
    Case("no source", _role("lambda", None), expect="aws:SourceArn"),
    Case("every function", _role("lambda", f"arn:aws:lambda:{_HERE}:function:*"), expect="pattern"),
    Case("every runtime", _role("bedrock-agentcore", f"arn:aws:bedrock-agentcore:{_HERE}:runtime/*"), expect="pattern"),
    Case("another account", _role("lambda", "arn:aws:lambda:eu-central-1:9:function:x", "999988887777"), expect="9999"),
    Case(
        "two accounts that differ",
        _role("ecs-tasks", "arn:aws:ecs:eu-central-1:999988887777:*"),
        expect="another account",
    ),
    Case("every region of ECS", _role("ecs-tasks", "arn:aws:ecs:*:111122223333:*"), expect="pattern"),
]
NEAR_MISS = [
    Case("ECS, which knows nothing narrower", _role("ecs-tasks", f"arn:aws:ecs:{_HERE}:*")),
    Case("one runtime", _role("bedrock-agentcore", f"arn:aws:bedrock-agentcore:{_HERE}:runtime/support_agent-*")),
    Case(
        "one runtime, its ending counted",
        _role("bedrock-agentcore", f"arn:aws:bedrock-agentcore:{_HERE}:runtime/a-??????????"),
    ),
    Case(
        "no service at all",
        kit.role(assumeRolePolicy=kit.document(kit.trust_statement(Principal={"AWS": "111122223333"}))),
    ),
]
UNKNOWN = [Case("an unknown trust policy", kit.role(assumeRolePolicy=kit.UNKNOWN), expect="assumeRolePolicy")]
