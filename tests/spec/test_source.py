"""Reading YAML: the accepted subset, scalar types, and the place of everything."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from nhi.permissions.model import Origin
from nhi.spec import source as source_module
from nhi.spec.source import DEPTH_LIMIT, PROBLEM_LIMIT, SIZE_LIMIT, VALUE_LIMIT, parse, read

from .files import EXAMPLE, only


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("12:30:45", "12:30:45"),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("+7", 7),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.", 1.0),
        ("-", [None]),
        ("2026-08-11", "2026-08-11"),
        ("2026-08-11T00:00:00Z", "2026-08-11T00:00:00Z"),
        ("true", True),
        ("FALSE", False),
        ("tRue", "tRue"),
        ("~", None),
        ("null", None),
        ("", None),
        ("=", "="),
        ('"1"', "1"),
        ("'true'", "true"),
        ('""', ""),
    ],
)
def test_a_scalar_is_what_yaml_1_2_says(written: str, value: object) -> None:
    source = parse(f"a:\n  {written}\n", "a.yaml") if written == "-" else parse(f"a: {written}\n", "a.yaml")
    assert source.problems == ()
    assert source.value == {"a": value}
    assert type(source.value["a"]) is type(value)


@pytest.mark.parametrize("written", [".inf", "-.INF", ".nan", "1e999", "9" * 41])
def test_a_number_that_json_cannot_carry_is_refused(written: str) -> None:
    assert only(parse(f"a: {written}\n", "a.yaml").problems).origin == Origin("a.yaml", 1, 4)


def test_every_value_and_key_of_the_example_has_its_place() -> None:
    positions = read(EXAMPLE).positions
    expected = {
        ("agent_policy",): (1, 1),
        ("agent_policy", "sponsor"): (3, 12),
        ("agent_policy", "risk_tier"): (4, 14),
        ("agent_policy", "denied_actions"): (11, 3),
        ("agent_policy", "denied_actions", 2): (14, 7),
        ("agent_policy", "data_access", 1): (19, 7),
        ("agent_policy", "data_access", 1, "access"): (20, 15),
        ("agent_policy", "delegation"): (28, 3),
        ("agent_policy", "delegation", "allowed_targets"): (31, 22),
        ("agent_policy", "delegation", "allowed_targets", 1): (31, 39),
        ("agent_policy", "credential", "expires"): (36, 14),
    }
    assert {path: (positions.at(*path).line, positions.at(*path).column) for path in expected} == expected
    assert positions.key_at("agent_policy", "sponsor") == Origin(str(EXAMPLE), 3, 3)


def test_a_value_that_is_not_written_stands_at_its_nearest_parent() -> None:
    positions = parse("a:\n  b: 1\n", "a.yaml").positions
    assert positions.at("a", "c", "d") == Origin("a.yaml", 1, 1)
    assert parse("", "a.yaml").positions.at("a") == Origin("a.yaml")


def test_the_pure_parser_gives_the_same_as_libyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    fast = parse(text, "a.yaml")
    monkeypatch.setattr(source_module, "_parser", lambda: yaml.SafeLoader)
    slow = parse(text, "a.yaml")
    assert slow == fast
    assert parse("a: [1, 2", "a.yaml").problems[0].fix == "add the `,` or `]`."


def test_a_byte_order_mark_is_tolerated() -> None:
    source = parse("\ufeffa: 1\n", "a.yaml")
    assert source.value == {"a": 1}
    assert source.positions.at("a") == Origin("a.yaml", 1, 4)


_keys = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=8).filter(
    lambda key: key not in ("null", "true", "false")
)
_leaves = (
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(st.characters(exclude_categories=["C", "Z"]))
)
_trees = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4), max_leaves=12
)


class _Writer:
    """Writes a value as block YAML and notes where it put each leaf."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.places: dict[tuple[str | int, ...], tuple[int, int]] = {}

    def write(self, value: object, path: tuple[str | int, ...], indent: int, opening: str) -> None:
        if isinstance(value, dict | list) and value:
            if opening.strip():
                self.lines.append(opening.rstrip())
            entries = value.items() if isinstance(value, dict) else enumerate(value)
            for key, part in entries:
                start = " " * indent + (f"{key}: " if isinstance(value, dict) else "- ")
                self.write(part, (*path, key), indent + 2, start)
            return
        self.places[path] = (len(self.lines) + 1, len(opening) + 1)
        self.lines.append(opening + json.dumps(value, ensure_ascii=False))


@settings(deadline=None)
@given(st.dictionaries(_keys, _trees, min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_every_leaf_stands_exactly_where_its_position_says(tree: dict[str, object], end: str) -> None:
    writer = _Writer()
    writer.write(tree, (), 0, "")
    source = parse(end.join(writer.lines) + end, "a.yaml")
    assert source.problems == ()
    assert source.value == tree
    for path, place in writer.places.items():
        origin = source.positions.by_path[path]
        assert (origin.line, origin.column) == place


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "written twice (first in line 1)"),
        ("a: !!int 1\n", 1, 4, "explicit tag"),
        ("a: !x {b: 1}\n", 1, 4, "explicit tag"),
        ("!!str a: 1\n", 1, 1, "explicit tag"),
        ("a: &x 1\n", 1, 4, "an anchor"),
        ("a: *x\n", 1, 4, "an alias"),
        ("a:\n  <<: {b: 1}\n", 2, 3, "a merge key"),
        ("a: 1\n---\nb: 2\n", 2, 1, "second YAML document"),
        ("1: a\n", 1, 1, "not text"),
        ("null: a\n", 1, 1, "not text"),
        ("true: a\n", 1, 1, "not text"),
        ("[a]: b\n", 1, 1, "not text"),
        ("a:\n\tb: 1\n", 2, 1, "a tab"),
        ("a: b\t# c\n", 1, 5, "a tab"),
        ("a: b\x00\n", 1, 5, "U+0000"),
        ('a: "b\u202ec"\n', 1, 6, "RIGHT-TO-LEFT OVERRIDE"),
        ("a: 1\n# x\u200b\n", 2, 4, "ZERO WIDTH SPACE"),
        ("a: b\u2028c: d\n", 1, 5, "LINE SEPARATOR"),
        ("%TAG ! x:\n---\na: 1\n", 1, 1, "`%TAG` directive"),
        ("a: b: c\n", 1, 5, "cannot stand here"),
        ("a: [1, 2\nb: 3\n", 1, 4, "not closed"),
        ("a: {b: 1\n", 1, 4, "not closed"),
        ("a: @b\n", 1, 4, "cannot start with this character"),
        ("a: 'b\n", 1, 4, "never closed"),
        ('a: "b\nc: "d"\n', 1, 4, "closes only in line 2"),
        ('a: "\\q"\n', 1, 5, "backslash"),
        ("a:\n  - b\n c: d\n", 3, 2, "a key is expected"),
    ],
)
def test_what_reads_differently_elsewhere_is_refused(text: str, line: int, column: int, message: str) -> None:
    problem = only(parse(text, "a.yaml").problems)
    assert message in problem.message
    assert problem.fix
    assert (problem.origin.line, problem.origin.column) == (line, column)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "~\n", "\ufeff"])
def test_an_empty_file_is_a_problem(text: str) -> None:
    assert "empty" in only(parse(text, "a.yaml").problems).message


def test_a_tab_in_a_comment_line_is_harmless() -> None:
    assert parse("#\tx\na: 1\n", "a.yaml").problems == ()


def test_text_in_any_script_is_read() -> None:
    assert parse("purpose: Überprüft Verträge, 契約, عقود\n", "a.yaml").value == {
        "purpose": "Überprüft Verträge, 契約, عقود"
    }


def test_all_problems_of_one_file_are_found() -> None:
    source = parse("a: &x 1\nb: !!str 2\nc: *x\na: 3\n1: 2\nd: 4\n", "a.yaml")
    assert [problem.origin.line for problem in source.problems] == [1, 2, 3, 4, 5]
    assert source.value["d"] == 4


def test_nesting_is_limited() -> None:
    assert parse("a: " + "[" * (DEPTH_LIMIT - 1) + "]" * (DEPTH_LIMIT - 1), "a.yaml").problems == ()
    for text in ("a: " + "[" * DEPTH_LIMIT + "]" * DEPTH_LIMIT, "[" * 100_000, "- " * 100_000, "{a: " * 100_000):
        assert "nested deeper" in only(parse(text, "a.yaml").problems).message


def test_an_anchor_bomb_is_never_expanded() -> None:
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    source = parse(bomb, "a.yaml")
    assert len(source.problems) == PROBLEM_LIMIT
    assert source.value is None


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"#" * (SIZE_LIMIT + 1))
    assert "larger than 1024 KiB" in only(read(file).problems).message
    assert "larger than 1024 KiB" in only(parse("#" * (SIZE_LIMIT + 1), "a.yaml").problems).message


def test_too_many_values_are_refused() -> None:
    assert "the rest is not read" in only(parse("- 1\n" * (VALUE_LIMIT + 1), "a.yaml").problems).message


@pytest.mark.parametrize(("content", "line", "column"), [(b"a: 1\nb: \xe9\n", 2, 4), (b"\xff\xfea\x00", 1, 1)])
def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path, content: bytes, line: int, column: int) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(content)
    problem = only(read(file).problems)
    assert "is not UTF-8" in problem.message
    assert problem.origin == Origin(str(file), line, column)


def test_a_missing_file_a_folder_and_a_pipe_are_problems(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    for path in (tmp_path / "none.yaml", tmp_path, pipe):
        assert only(read(path).problems).origin == Origin(str(path))


def test_positions_carry_the_path_as_given_or_relative_to_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "agents").mkdir()
    (tmp_path / "agents" / "a.yaml").write_text("a: 1\n")
    monkeypatch.chdir(tmp_path)
    assert read("agents/a.yaml").positions.file == "agents/a.yaml"
    assert read(tmp_path / "agents" / "a.yaml", root=tmp_path).positions.file == "agents/a.yaml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a:\n  b:one\n\n  c: two\n", "no space follows"),
        ("a:\n  b:\u00a0one\n  c: two\n", "U+00A0 NO-BREAK SPACE"),
    ],
)
def test_a_colon_without_a_space_is_told_in_its_own_line(text: str, said: str) -> None:
    problem = only(parse(text, "a.yaml").problems)
    assert problem.origin == Origin("a.yaml", 2, 5)
    assert said in problem.message
