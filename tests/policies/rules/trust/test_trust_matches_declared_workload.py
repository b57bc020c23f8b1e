"""Fixtures of NHI-TRU-015."""

from policies import kit
from policies import user_kit as u
from policies.kit import Case

RULE = "NHI-TRU-015"

_FUNCTION = kit.agent(**{"credential.workload": {"kind": "lambda", "function": "support"}})
_INSTANCES = kit.agent(instances=["blue", "green"])
_NONE = kit.agent(**{"credential.workload": ...})


def _lambda(function: str) -> object:
    source = f"arn:aws:lambda:eu-central-1:111122223333:function:{function}"
    trust = kit.trust_statement(
        Principal={"Service": "lambda.amazonaws.com"}, Condition={"StringEquals": {"aws:SourceArn": source}}
    )
    return kit.role(_FUNCTION, assumeRolePolicy=kit.document(trust))


GOOD = [
    Case("the declared pod", kit.role()),
    Case("the declared function", _lambda("support"), kit.context(_FUNCTION)),
    Case("the role itself, beside its pod", u.role(u.own_session()), kit.context(u.AGENT)),
    Case("an instance's own pod", kit.role(_INSTANCES, instance="blue"), kit.context(_INSTANCES)),
]
BAD = [
    Case("a pod for a function", kit.role(_FUNCTION), kit.context(_FUNCTION), expect="lambda.amazonaws.com"),
    Case("another function", _lambda("billing"), kit.context(_FUNCTION), expect="function:billing"),
    Case(
        "another pod",
        kit.role(assumeRolePolicy=kit.document(kit.trust_statement(kit.agent(agent_id="other-agent")))),
        expect="other-agent",
    ),
    Case("a pod where no workload is declared", kit.role(_NONE), kit.context(_NONE), expect="no workload"),
    Case("the whole account", u.role({**u.own_session(), "Condition": kit.LOCK}), kit.context(u.AGENT), expect="root"),
    Case(
        "another instance's pod",
        kit.role(_INSTANCES, instance="blue", assumeRolePolicy=kit.document(kit.trust_statement(_INSTANCES, "green"))),
        kit.context(_INSTANCES),
        expect="green",
    ),
]
NEAR_MISS = [
    Case("nobody", kit.role(assumeRolePolicy=kit.document(kit.trust_statement(Effect="Deny", Principal="*")))),
    Case("an agent that no file declares", kit.role(_FUNCTION), kit.context(kit.agent(agent_id="other-agent"))),
]
UNKNOWN = [Case("an unknown trust policy", kit.role(assumeRolePolicy=kit.UNKNOWN), expect="assumeRolePolicy")]
