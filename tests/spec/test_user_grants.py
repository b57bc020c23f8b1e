"""A file of a user's grants: read with the line of each statement, of one mind with its schema."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from nhi.permissions.model import Condition
from nhi.spec.schema import user_grants_schema
from nhi.spec.source import parse
from nhi.spec.user_grants import load_user_grants

GOOD = """\
api_version: nhi/v1
user_grants:
  user: ana.reyes@example.com
  aws:
    - effect: allow
      actions: ["s3:Get*"]
      resources: ["arn:aws:s3:::home/${aws:username}/*"]
      conditions:
        - {operator: IpAddress, key: "aws:SourceIp", values: [203.0.113.0/24]}
      reason: own files
      expires: "2027-01-31T00:00:00Z"
    - {effect: deny, actions: ["s3:*"], resources: ["*"]}
  kubernetes:
    - {effect: allow, actions: [get], resources: [shop//configmaps]}
"""


def test_each_statement_is_a_grant_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "ana.yaml").write_text(GOOD)
    user, problems = load_user_grants(tmp_path / "ana.yaml", root=tmp_path)
    assert problems == ()
    assert user is not None
    assert user.name == "ana.reyes@example.com"
    first, second = user.on("aws")
    assert (str(first.origin), first.reason, first.effect) == ("ana.yaml:5:7", "own files", "allow")
    assert first.conditions == (Condition("IpAddress", "aws:SourceIp", ("203.0.113.0/24",)),)
    assert first.expires == datetime(2027, 1, 31, tzinfo=UTC)
    assert (str(second.origin), second.reason, second.effect) == ("ana.yaml:12:7", "statement 2 for aws", "deny")
    assert [grant.resources for grant in user.on("kubernetes")] == [("shop//configmaps",)]
    assert user.on("gcp") == ()


BAD = [
    pytest.param("effect: allow", "effect: perhaps", 5, id="effect"),
    pytest.param("reason: own files", "because: own files", 10, id="unknown key"),
    pytest.param('["s3:Get*"]', "[]", 6, id="no action"),
    pytest.param("values: [203.0.113.0/24]", "values: []", 9, id="no value"),
    pytest.param("2027-01-31T00:00:00Z", "2027-01-31", 11, id="no zone"),
    pytest.param("user: ana.reyes@example.com", "users: [ana]", 3, id="no user"),
    pytest.param("  kubernetes:", "  openshift:", 13, id="platform"),
    pytest.param("nhi/v1", "nhi/v9", 1, id="version"),
]


@pytest.mark.parametrize(("old", "new", "line"), BAD)
def test_a_mistake_is_told_at_its_line_and_the_schema_sees_it_too(
    tmp_path: Path, old: str, new: str, line: int
) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    (tmp_path / "ana.yaml").write_text(text)
    user, problems = load_user_grants(tmp_path / "ana.yaml", root=tmp_path)
    assert user is None
    assert {problem.origin.line for problem in problems} == {line}
    assert list(Draft202012Validator(user_grants_schema()).iter_errors(parse(text, "ana.yaml").value))


def test_the_good_file_keeps_the_schema() -> None:
    assert list(Draft202012Validator(user_grants_schema()).iter_errors(parse(GOOD, "ana.yaml").value)) == []
    Draft202012Validator.check_schema(user_grants_schema())


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("[get]", "[Get]", "ana.yaml:14:33"),
        ("[shop//configmaps]", "[configmaps]", "ana.yaml:14:51"),
        ('["s3:*"]', "[s3]", "ana.yaml:12:32"),
    ],
)
def test_words_of_another_platform_are_a_mistake_at_their_place(tmp_path: Path, old: str, new: str, place: str) -> None:
    (tmp_path / "ana.yaml").write_text(GOOD.replace(old, new, 1))
    user, problems = load_user_grants(tmp_path / "ana.yaml", root=tmp_path)
    assert user is None
    assert [str(problem.origin) for problem in problems] == [place]
