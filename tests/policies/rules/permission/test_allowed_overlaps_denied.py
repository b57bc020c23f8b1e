"""Fixtures of NHI-PRM-500."""

from typing import Any

from nhi.spec.declared import DeclaredAgent

from policies import kit
from policies.kit import Case
from policies.rules.permission import aws_declared as aws

RULE = "NHI-PRM-500"


def _case(name: str, scopes: dict[str, Any], expect: str = "", **changes: Any) -> Case:
    """An agent that reads `notes` and may not touch `salaries`, with these folders for both."""
    bound = {
        scope: {"aws": [{"kind": "s3", **(folder if isinstance(folder, dict) else {"bucket": folder})}]}
        for scope, folder in scopes.items()
    }
    declared: DeclaredAgent = aws.agent(
        {**aws.BINDINGS, "data_scopes": bound},
        **{
            "data_access": [{"scope": "notes", "access": "read"}, {"scope": "salaries", "access": "none"}],
            "tool_access": [],
            **changes,
        },
    )
    return Case(name, declared, kit.context(declared), expect)


_FUNCTION = {**aws.BINDINGS, "resources": {"function": {"aws": [{"kind": "lambda", "function": "refund"}]}}}
_REFUSED = aws.agent(_FUNCTION, allowed_actions=["function_invoke"])
_FOLDER = {"bucket": "acme", "prefix": "hr/salaries/"}

GOOD = [
    _case("two buckets", {"notes": "acme-notes", "salaries": "acme-salaries"}),
    Case("nothing is denied", aws.agent(tool_access=[]), kit.context(aws.agent(tool_access=[]))),
]
BAD = [
    _case(
        "a closed folder inside an open one",
        {"notes": {"bucket": "acme", "prefix": "hr/"}, "salaries": _FOLDER},
        expect="s3:GetObject on arn:aws:s3:::acme/hr/salaries/",
    ),
    _case("an open folder inside a closed bucket", {"notes": _FOLDER, "salaries": "acme"}, expect="s3:GetObject"),
    _case("one folder under two words", {"notes": _FOLDER, "salaries": _FOLDER}, expect="data_access: salaries (none)"),
    Case(
        "a refused tool that an action calls",
        _REFUSED,
        kit.context(_REFUSED),
        expect="lambda:InvokeFunction on arn:aws:lambda:eu-central-1:111122223333:function:refund",
    ),
]
NEAR_MISS = [
    _case("two folders that begin alike", {"notes": {"bucket": "acme", "prefix": "hr/s/"}, "salaries": _FOLDER}),
    _case(
        "one word on both sides, which NHI-PRM-001 tells",
        {"notes": "acme-notes"},
        data_access=[{"scope": "notes", "access": "read"}, {"scope": "notes", "access": "none"}],
    ),
    _case(
        "denials of how and not of what",
        {"notes": "acme-notes", "salaries": "acme-salaries"},
        acts_on_behalf="never",
    ),
    _case("a suspended agent", {"notes": _FOLDER, "salaries": _FOLDER}, state="suspended"),
]
UNKNOWN: list[Case] = []
