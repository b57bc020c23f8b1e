"""Fixtures of NHI-DEL-102."""

from collections.abc import Mapping
from typing import Any

from nhi_policies.view.resource import Resource

from policies import kit
from policies.delegation_kit import CHAIN, fleet, told
from policies.kit import ACCOUNT, Case

RULE = "NHI-DEL-102"

FUNCTION = {"credential.workload": {"kind": "lambda", "function": "end"}}
RUNTIME = {"credential.workload": {"kind": "agentcore", "runtime": "end"}}
CALL = kit.statement("lambda:InvokeFunction", f"arn:aws:lambda:eu-central-1:{ACCOUNT}:function:end")
_RUNS = f"arn:aws:bedrock-agentcore:eu-central-1:{ACCOUNT}:runtime/end-"


def assume(callee: str) -> dict[str, Any]:
    return kit.statement(["sts:AssumeRole", "sts:TagSession"], f"arn:aws:iam::{ACCOUNT}:role/agents/acme-{callee}")


def case(
    name: str,
    grants: Mapping[str, Mapping[str, Any] | Any],
    edges: tuple[str, ...] = CHAIN,
    *,
    expect: str = "",
    **changes: Mapping[str, Any],
) -> Case:
    """The roles of a fleet, each with one inline statement where it is given one."""
    agents = fleet(edges, **changes)
    stack: list[Resource] = [kit.role(one) for one in agents.values()]
    for agent, statement in grants.items():
        policy = statement if statement is kit.UNKNOWN else kit.document(statement)
        stack.append(kit.altered(kit.inline_policy(declared=agents[agent]), policy=policy))
    return Case(name, stack, told(agents), expect=expect)


GOOD = [
    case("the declared edges", {"origin": assume("middle"), "middle": assume("end")}),
    case("a declared call", {"middle": CALL}, end=FUNCTION),
    case("a declared call of a runtime", {"middle": kit.statement("bedrock-agentcore:*", f"{_RUNS}*")}, end=RUNTIME),
]
BAD = [
    case(
        "no consent",
        {"middle": assume("end")},
        end={"delegation.accepts_from": []},
        expect="end takes no work",
    ),
    case("no target", {"origin": assume("end")}, expect="origin does not hand work to end"),
    case("a call nobody declared", {"origin": CALL}, end=FUNCTION, expect="lambda:InvokeFunction of end"),
    case(
        "a version of the function",
        {"origin": kit.statement("lambda:*", f"{CALL['Resource']}:live")},
        end=FUNCTION,
        expect="of end",
    ),
    case("every function", {"origin": kit.statement("lambda:Invoke*", "*")}, end=FUNCTION, expect="of end"),
    case(
        "one runtime of that name", {"origin": kit.statement("*", f"{_RUNS}AbCdEf0123")}, end=RUNTIME, expect="of end"
    ),
    case("a stopped callee", {"middle": assume("end")}, end={"state": "suspended"}, expect="one of the two is stopped"),
    case(
        "a circle through three agents",
        {"origin": assume("middle"), "middle": assume("end"), "end": assume("origin")},
        expect="the circle end -> origin -> middle -> end",
    ),
    case(
        "a circle of nothing but grants",
        {"origin": assume("end"), "end": assume("origin")},
        ("other>origin", "other>end"),
        expect="the circle origin -> end -> origin",
    ),
    case("an agent that assumes itself", {"origin": assume("origin")}, expect="the circle origin -> origin"),
]
NEAR_MISS = [
    case(
        "a function of nobody",
        {"origin": kit.statement("lambda:InvokeFunction", f"{CALL['Resource']}-tool")},
        end=FUNCTION,
    ),
    case(
        "a runtime whose name begins alike", {"origin": kit.statement("*", f"{_RUNS[:-1]}ing-AbCdEf0123")}, end=RUNTIME
    ),
    case("a look at a function", {"origin": kit.statement("lambda:GetFunction", CALL["Resource"])}, end=FUNCTION),
    case("a denial", {"origin": {**assume("end"), "Effect": "Deny"}}),
]
UNKNOWN = [case("a grant that is not known", {"origin": kit.UNKNOWN}, expect="policy")]
