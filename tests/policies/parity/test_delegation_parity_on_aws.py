"""Row 3.4 on AWS: what IAM holds of a chain of agents by itself, and that the row falls with each of its locks."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from nhi.spec.declared import DeclaredAgent
from nhi_policies.parity.model import Word

from policies.parity.identities import Weakened, World, agent, document, dropped, world

KNOWLEDGE = [{"scope": "knowledge-base", "access": "read"}]
CALL = {"kind": "lambda", "function": "end-agent"}


def one(name: str, to: str = "", of: str = "", **changes: Any) -> DeclaredAgent:
    """An agent on AWS that reads the knowledge base, hands work to another one and takes it from one."""
    delegation: dict[str, Any] = {"allowed": bool(to)}
    if to:
        delegation |= {"max_depth": 2, "allowed_targets": [to]}
    if of:
        delegation["accepts_from"] = [of]
    return agent(agent_id=name, platforms=["aws"], data_access=KNOWLEDGE, delegation=delegation, **changes)


@cache
def chain(last: str = "eks", state: str = "active") -> World:
    """front-agent -> middle-agent -> end-agent; the last one is assumed too, or called where it is a function."""
    workload = {"credential": {"workload": CALL}} if last == "lambda" else {}
    return world(
        one("front-agent", "middle-agent"),
        one("middle-agent", "end-agent", "front-agent"),
        one("end-agent", of="middle-agent", state=state, **workload),
        admission=False,
    )


def word(found: World, name: str) -> Word:
    return found.words("aws", name)["3.4"]


def why(found: World, name: str) -> str:
    return found.answers("aws", name).answers["3.4"].reason


@pytest.mark.parametrize("name", ["front-agent", "middle-agent", "end-agent"])
def test_assumed_roles_hold_the_row_by_themselves(name: str) -> None:
    assert word(chain(), name) == "enforced"


@pytest.mark.parametrize("row", ["2.1", "2.3"])
def test_who_may_become_an_agent_names_its_callers(row: str) -> None:
    said = {name: chain().answers("aws", name).answers[row].reason for name in ("front-agent", "middle-agent")}
    assert "(front-agent)" in said["middle-agent"]
    assert "hand it work" not in said["front-agent"]


def test_the_answer_says_what_aws_does_not_ask() -> None:
    assert "only to end-agent" in why(chain(), "middle-agent")
    assert "lets in front-agent alone" in why(chain(), "middle-agent")
    assert "that a caller narrows the session is not asked" in why(chain(), "middle-agent")


@pytest.mark.parametrize(
    ("name", "expected"), [("front-agent", "enforced"), ("middle-agent", "detected"), ("end-agent", "detected")]
)
def test_a_function_is_called_without_any_depth(name: str, expected: Word) -> None:
    assert word(chain("lambda"), name) == expected


def test_an_answer_about_a_call_says_so() -> None:
    assert "a call carries no depth" in why(chain("lambda"), "end-agent")


def test_an_edge_of_a_stopped_agent_is_none() -> None:
    found = chain(state="suspended")
    assert "takes none" not in why(found, "middle-agent")
    assert "end-agent" not in why(found, "middle-agent")
    assert word(found, "end-agent") == "enforced"
    assert "denies everything" in why(found, "end-agent")


def test_an_agent_without_edges_is_watched_only() -> None:
    assert word(world(one("lone-agent"), admission=False), "lone-agent") == "detected"


def _hop(number: int, *path: str, to: Any = ...) -> Any:
    """Something of one hop's statement in a trust policy changed, or removed."""

    def edit(trust: dict[str, Any]) -> None:
        inner = next(one for one in trust["Statement"] if one["Sid"].startswith(f"Hop{number}"))
        for key in path[:-1]:
            inner = inner[key]
        if to is ...:
            del inner[path[-1]]
        else:
            inner[path[-1]] = to

    return edit


def _allow(**changes: Any) -> Any:
    """A statement of the agent's own hand-over changed."""

    def edit(policy: dict[str, Any]) -> None:
        (found,) = (one for one in policy["Statement"] if "sts:AssumeRole" in one["Action"])
        found.update(changes)

    return edit


_TRUST = ("end-agent-role", "assumeRolePolicy")
_GRANTS = ("middle-agent-grants-1", "policy")
_SCOPE = ("middle-agent-to-end-agent", "policy")
_TICKETS = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-dev-tickets/*"}
_FALLS: dict[str, Word] = {"3.4": "documented"}
WEAKENED = [
    (
        "end-agent",
        Weakened(
            "any caller", "aws", document(*_TRUST, _hop(1, "Condition", "StringEquals", "aws:PrincipalArn")), _FALLS
        ),
    ),
    (
        "end-agent",
        Weakened(
            "a tag that ends with the hop",
            "aws",
            document(*_TRUST, _hop(1, "Condition", "ForAnyValue:StringEquals")),
            _FALLS,
        ),
    ),
    (
        "end-agent",
        Weakened(
            "tags of one's own", "aws", document(*_TRUST, _hop(2, "Condition", "ForAllValues:StringEquals")), _FALLS
        ),
    ),
    (
        "end-agent",
        Weakened(
            "anybody before",
            "aws",
            document(*_TRUST, _hop(2, "Condition", "StringEquals", "aws:PrincipalTag/nhi:hop-1")),
            _FALLS,
        ),
    ),
    ("end-agent", Weakened("a hop for ever", "aws", document(*_TRUST, _hop(1, "Condition", "DateLessThan")), _FALLS)),
    (
        "end-agent",
        Weakened(
            "more than the one before",
            "aws",
            document("end-agent-grants-1", "policy", lambda policy: policy["Statement"].append(_TICKETS)),
            _FALLS,
        ),
    ),
    ("middle-agent", Weakened("every role", "aws", document(*_GRANTS, _allow(Resource="*")), _FALLS)),
    ("middle-agent", Weakened("an edge for ever", "aws", document(*_GRANTS, _allow(Condition={})), _FALLS)),
    (
        "middle-agent",
        Weakened(
            "another agent's role",
            "aws",
            document(*_GRANTS, _allow(Resource="arn:aws:iam::111122223333:role/agents/acme-dev-front-agent")),
            _FALLS,
        ),
    ),
    ("middle-agent", Weakened("nothing to narrow with", "aws", dropped("middle-agent-to-end-agent"), _FALLS)),
    (
        "middle-agent",
        Weakened(
            "a session that is not narrowed",
            "aws",
            document(*_SCOPE, lambda policy: policy["Statement"].append(_TICKETS)),
            _FALLS,
        ),
    ),
    ("middle-agent", Weakened("no role", "aws", dropped("middle-agent-role"), _FALLS)),
]


@pytest.mark.parametrize(("name", "weakened"), WEAKENED, ids=lambda one: getattr(one, "name", one))
def test_the_row_falls_with_each_lock(name: str, weakened: Weakened) -> None:
    before = chain()
    after = weakened.change(before)
    assert (word(before, name), word(after, name)) == ("enforced", weakened.falls["3.4"])
