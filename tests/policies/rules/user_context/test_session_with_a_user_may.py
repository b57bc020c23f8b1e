"""Fixtures of NHI-USR-001."""

from dataclasses import replace
from typing import Any

from nhi.spec.declared import DeclaredAgent

from policies import kit
from policies import user_kit as u
from policies.kit import Case

RULE = "NHI-USR-001"


def _bound(word: str = "required", access: str = "read", **binding: Any) -> DeclaredAgent:
    """The agent, whose notes are something else."""
    where = {**u.WHERE, "data_scopes": {"notes": {"aws": [binding]}}}
    declared = u.agent(word, data_access=[{"scope": "notes", "access": access}])
    return replace(declared, environment=kit.environment(**where))


_BUCKET = {"kind": "s3", "bucket": "acme-notes"}
_TABLE = {"kind": "dynamodb", "table": "notes"}

GOOD = [Case("a collection", u.AGENT, kit.context(u.AGENT))]
BAD = [
    Case("a bucket", _bound(**_BUCKET), kit.context(_bound(**_BUCKET)), expect="s3:GetObject"),
    Case("a table", _bound(**_TABLE), kit.context(_bound(**_TABLE)), expect="dynamodb"),
]
NEAR_MISS = [
    Case("one that may act without", _bound("optional", **_BUCKET), kit.context(_bound("optional", **_BUCKET))),
    Case("one that acts for nobody", _bound("never", **_TABLE), kit.context(_bound("never", **_TABLE))),
]
UNKNOWN: list[Case] = []
"""An agent's file has no unknown values."""
