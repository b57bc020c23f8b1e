"""Fixtures of NHI-CLS-010."""

from policies import kit
from policies.kit import Case

RULE = "NHI-CLS-010"
_AGENTCORE = "bedrock-agentcore.amazonaws.com"


def _trust(service: str, **conditions: str) -> str:
    condition = {"StringEquals": {"aws:SourceAccount": kit.ACCOUNT, **conditions}}
    return kit.document(
        {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole", "Condition": condition}
    )


_RUNTIME = "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime"


def _engine(**inputs: object) -> object:
    return kit.resource("gcp:vertex/aiReasoningEngine:AiReasoningEngine", "x", {"displayName": "x", **inputs})


GOOD = [
    Case("a role of a declared agent", kit.role(assumeRolePolicy=_trust(_AGENTCORE))),
    Case("an engine of one", _engine(labels={"nhi-agent-id": "support-agent", "nhi-class": "non-human_ai-agent"})),
    Case("a runtime of one", kit.resource(_RUNTIME, "x", {"roleArn": "arn:aws:iam::1:role/x", "tags": kit.tags()})),
]
BAD = [
    Case(
        "a role for AgentCore without tags", kit.role(assumeRolePolicy=_trust(_AGENTCORE), tags={}), expect=_AGENTCORE
    ),
    Case(
        "a role for Bedrock agents without tags",
        kit.role(assumeRolePolicy=_trust("bedrock.amazonaws.com"), tags={"team": "ml"}),
    ),
    Case("an engine without labels", _engine(), expect="runs an"),
    Case("an engine that says whose it is and not what", _engine(labels={"nhi-agent-id": "support-agent"})),
    Case("a runtime without tags", kit.resource(_RUNTIME, "x", {"roleArn": "arn:aws:iam::1:role/x"}), expect="runs an"),
    Case(
        "a tag with the agent and none with the class",
        kit.role(assumeRolePolicy=_trust(_AGENTCORE), tags=kit.tags(**{"class": ...})),
    ),
]
NEAR_MISS = [
    Case("a role of a function", kit.role(assumeRolePolicy=_trust("lambda.amazonaws.com"), tags={})),
    Case(
        "a knowledge base's role",
        kit.role(
            tags={},
            assumeRolePolicy=_trust(
                "bedrock.amazonaws.com",
                **{"aws:SourceArn": "arn:aws:bedrock:eu-central-1:111122223333:knowledge-base/ABCDEFGHIJ"},
            ),
        ),
    ),
]
UNKNOWN = [
    Case("an unknown trust policy", kit.role(assumeRolePolicy=kit.UNKNOWN, tags={}), expect="assumeRolePolicy"),
    Case("an engine with unknown labels", _engine(labels=kit.UNKNOWN), expect="labels"),
    Case("unknown tags", kit.role(assumeRolePolicy=_trust(_AGENTCORE), tags=kit.UNKNOWN), expect="tags"),
]
