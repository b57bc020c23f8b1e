"""Catalog files of users: what they may add, what they may not, and where a mistake is reported."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nhi.catalog.load import load_catalog, read_catalog
from nhi.spec.problems import InputError
from words import meant

GOOD = """\
version: team-7
actions:
  fax_send:
    summary: Send a fax
    access: write
    aws: [{slot: queue, actions: ["sqs:SendMessage"]}]
    kubernetes: {unmapped: nobody faxes from a cluster}
kinds:
  aws:
    fax-line:
      summary: One fax line
      fields: {line: text, region: text?}
      call:
        - actions: ["connect:StartOutboundVoiceContact"]
          resources: ["arn:{partition}:connect:{region}:{account_id}:instance/{line}/contact/*"]
"""


def written(tmp_path: Path, old: str = "", new: str = "", name: str = "team.yaml") -> Path:
    """The good file with one text replaced."""
    assert not old or GOOD.count(old) >= 1, old
    file = tmp_path / name
    file.write_text(GOOD.replace(old, new, 1) if old else GOOD, encoding="utf-8")
    return file


def problem_of(file: Path) -> str:
    catalog, problems = read_catalog([file], root=file.parent)
    assert len(problems) == 1, [str(problem) for problem in problems]
    assert catalog.actions.keys() == load_catalog().actions.keys()
    return str(problems[0])


def test_a_users_file_adds_actions_and_kinds(tmp_path: Path) -> None:
    catalog = load_catalog([written(tmp_path)])
    assert catalog.version == "2026.11+team-7"
    assert "fax-line" in catalog.kinds["aws"]
    found = meant("allowed_actions: [fax_send]", catalog=catalog)
    assert [grant.actions for grant in found.allows] == [("sqs:SendMessage",)]
    cluster = meant("allowed_actions: [fax_send]", "kubernetes", catalog=catalog)
    assert [entry.reason for entry in cluster.unmapped] == ["nobody faxes from a cluster"]
    assert "the catalog says nothing" in meant("allowed_actions: [fax_send]", "gcp", catalog=catalog).unmapped[0].reason


def test_the_shipped_catalog_is_read_once_and_never_changed_by_a_users_file(tmp_path: Path) -> None:
    load_catalog([written(tmp_path)])
    assert load_catalog() is load_catalog()
    assert "fax_send" not in load_catalog().actions


def test_redefining_a_shipped_action_is_refused_with_both_places(tmp_path: Path) -> None:
    file = written(tmp_path, "fax_send", "mail_send")
    with pytest.raises(
        InputError, match=r"team\.yaml:3:3: the action 'mail_send' is already defined in catalog\.yaml:\d+"
    ):
        load_catalog([file])


def test_redefining_a_shipped_action_is_possible_when_it_says_so(tmp_path: Path) -> None:
    text = GOOD.replace("fax_send:", "mail_send:\n    override: true", 1)
    file = tmp_path / "team.yaml"
    file.write_text(text, encoding="utf-8")
    assert load_catalog([file]).actions["mail_send"].summary == "Send a fax"


def test_two_files_with_one_kind_are_refused(tmp_path: Path) -> None:
    first = written(tmp_path)
    second = tmp_path / "second.yaml"
    second.write_text(GOOD.replace("fax_send", "telex_send", 1), encoding="utf-8")
    _, problems = read_catalog([first, second], root=tmp_path)
    assert [str(p.origin) for p in problems] == ["second.yaml:10:5"]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("summary: Send a fax", "sumary: Send a fax", 4, "summary"),
        ("access: write", "access: deep", 5, "read"),
        ("slot: queue, actions", "slot: queue, verbs", 6, "`verbs` means nothing on aws|needs either"),
        ("slot: queue, ", "", 6, "without resources"),
        ('actions: ["sqs:SendMessage"]', "level: bottom", 6, "level"),
        ('actions: ["sqs:SendMessage"]', 'level: call, actions: ["sqs:SendMessage"]', 6, "either"),
        ("{line}/contact", "{lime}/contact", 14, r"\{lime\} is given by nothing"),
        ("line: text", "line: number", 12, "fields"),
        ("      call:", "      shout:", 13, "call"),
    ],
)
def test_a_mistake_in_a_users_file_names_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    _, problems = read_catalog([written(tmp_path, old, new)], root=tmp_path)
    assert problems
    text = "\n".join(str(problem) for problem in problems)
    assert re.search(said, text), text
    assert any(abs(problem.origin.line - line) <= 1 for problem in problems), text
    assert all(problem.fix for problem in problems), text


def test_an_egress_to_a_namespace_without_labels_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "team.yaml"
    file.write_text(
        "kinds:\n  kubernetes:\n    hole:\n      summary: All of a namespace\n      fields: {ns: text}\n"
        "      call:\n        - egress: {namespace: '{ns}', port: '443'}\n",
        encoding="utf-8",
    )
    assert "would open all of its pods" in problem_of(file)


@pytest.mark.parametrize("text", ["actions: [", "actions: {a: &x 1, b: *x}\n", "actions:\n  a: 1\n  a: 2\n"])
def test_an_unreadable_file_is_a_problem_and_adds_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "team.yaml"
    file.write_text(text, encoding="utf-8")
    catalog, problems = read_catalog([file], root=tmp_path)
    assert problems
    assert catalog.actions.keys() == load_catalog().actions.keys()


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_catalog([tmp_path / "none.yaml"])


def test_a_users_wildcard_reaches_the_grant_so_that_the_gate_can_judge_it(tmp_path: Path) -> None:
    catalog = load_catalog([written(tmp_path, '"sqs:SendMessage"', '"sqs:*"')])
    found = meant("allowed_actions: [fax_send]", catalog=catalog)
    assert {grant.actions for grant in found.allows} == {("sqs:*",)}
    assert {grant.resources for grant in found.allows} == {("arn:aws:sqs:eu-central-1:111122223333:work",)}
