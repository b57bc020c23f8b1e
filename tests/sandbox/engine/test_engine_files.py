"""Project files, property paths, the state file, its lock and its binding."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nhi.sandbox.engine.paths import ignore_changes, parse, replaced_by
from nhi.sandbox.engine.project import EngineError, load_pack, load_project
from nhi.sandbox.engine.state import Binding, Ledger, Pending, Resource, StateFile, read_binding, write_binding


def _clock() -> datetime:
    return datetime(2026, 11, 1, tzinfo=UTC)


def _project(folder: Path, text: str = "", stack: str = "") -> None:
    (folder / "__main__.py").write_text("")
    (folder / "Pulumi.yaml").write_text("name: demo\nruntime: python\n" + text)
    (folder / "Pulumi.dev.yaml").write_text(stack)


def test_configuration_comes_from_project_stack_and_command_line_in_that_order(tmp_path: Path) -> None:
    _project(
        tmp_path,
        "config: {a: {default: 1}, b: {default: 1}, c: {default: [1, {x: true}]}, 'aws:region': eu-central-1}\n",
        "config: {'demo:b': 2, 'demo:d': 2026-11-01T00:00:00Z, 'demo:e': true}\n",
    )
    project = load_project(tmp_path, "dev", {"a": "3"})
    assert project.config == {
        "demo:a": "3",
        "demo:b": "2",
        "demo:c": '[1,{"x":true}]',
        "demo:d": "2026-11-01T00:00:00Z",
        "demo:e": "true",
        "aws:region": "eu-central-1",
    }


@pytest.mark.parametrize(
    ("project", "stack", "message"),
    [
        ("packages: {x: y}\n", "", r"packages\.x: the local engine takes a folder of Python components"),
        ("packages: {x: ./nowhere}\n", "", r"not './nowhere'; use the Pulumi CLI"),
        ("packages: {x: {source: y}}\n", "", r"packages\.x"),
        ("packages: [x]\n", "", "packages is no mapping"),
        ("plugins: {providers: []}\n", "", "does not support plugins"),
        ("resources: {}\n", "", "does not support resources"),
        ("config: {a: {type: string}}\n", "", "missing configuration value 'demo:a'"),
        ("main: nowhere\n", "", "no such file or folder"),
        ("", "config: {'demo:a': {secure: v1:abc}}\n", "demo:a is encrypted"),
        ("", "environment: [prod]\n", "does not support environment"),
        ("", "- a\n", "expected a mapping"),
        ("", "config: [\n", "Pulumi.dev.yaml"),
    ],
)
def test_a_project_that_cannot_be_run_is_refused_with_the_reason(
    tmp_path: Path, project: str, stack: str, message: str
) -> None:
    _project(tmp_path, project, stack)
    with pytest.raises(EngineError, match=message):
        load_project(tmp_path, "dev", {})


def test_another_language_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: demo\nruntime: nodejs\n")
    with pytest.raises(EngineError, match="runs Python only"):
        load_project(tmp_path, "dev", {})


def test_a_pack_without_a_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "PulumiPolicy.yaml").write_text("version: 0.1.0\nruntime: {name: python}\n")
    with pytest.raises(EngineError, match="no __main__"):
        load_pack(tmp_path)


@pytest.mark.parametrize(
    ("path", "steps"),
    [("a", ("a",)), ("a.b[0]", ("a", "b", 0)), ('a["b.c"].d', ("a", "b.c", "d")), ("a[*].b", ("a", "*", "b"))],
)
def test_property_paths(path: str, steps: tuple[str | int, ...]) -> None:
    assert parse(path) == steps


@pytest.mark.parametrize("path", ["", "a[", "a[x]", "a]"])
def test_what_is_no_property_path_is_an_error(path: str) -> None:
    with pytest.raises(ValueError, match="property path"):
        parse(path)


def test_ignored_changes_put_back_and_take_out() -> None:
    old = {"tags": {"a": "1", "b": "2"}, "items": [{"x": 1}, {"x": 2}]}
    new = {"tags": {"a": "9", "c": "3"}, "items": [{"x": 8}, {"x": 9}], "more": 1}
    assert ignore_changes(new, old, ["tags.a", "tags.c", "items[*].x", "more"]) == {
        "tags": {"a": "1"},
        "items": [{"x": 1}, {"x": 2}],
    }
    assert new["tags"] == {"a": "9", "c": "3"}


def test_replace_on_changes_looks_only_where_its_path_leads() -> None:
    old, new = {"spec": {"a": 1, "b": 1}}, {"spec": {"a": 1, "b": 2}}
    assert replaced_by(["spec.a"], old, new, ["spec"]) == []
    assert replaced_by(["spec.b"], old, new, ["spec"]) == ["spec"]
    assert replaced_by(["*"], old, new, ["spec"]) == ["spec"]


def _state_file(folder: Path) -> StateFile:
    return StateFile(folder, "dev", "3.272.0", _clock)


def test_a_state_reads_back_as_it_was_written(tmp_path: Path) -> None:
    file = _state_file(tmp_path)
    seal = file.seal(create=True)
    ledger = Ledger(file, seal, file.read(), keep=True)
    thing = Resource(
        "urn:pulumi:dev::demo::a:b:C::n", "a:b:C", custom=True, id="1", inputs={"x": [1, "ä"]}, protect=True
    )
    ledger.news.append(thing)
    ledger.pending.append(Pending(thing, "updating"))
    ledger.save()
    snapshot = file.read()
    assert snapshot.resources[0].to_json(seal) == thing.to_json(seal)
    assert [(p.operation, p.resource.urn) for p in snapshot.pending] == [("updating", thing.urn)]
    assert stat.S_IMODE((tmp_path / "dev.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets.key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_preview_writes_no_state(tmp_path: Path) -> None:
    file = _state_file(tmp_path / "none")
    Ledger(file, file.seal(create=False), file.read(), keep=False).save()
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "no state file"),
        ('{"version": 2, "deployment": {}}', "version 3 only"),
        ('{"version": 3, "deployment": {"secrets_providers": {"type": "passphrase"}}}', "use the Pulumi CLI"),
        (
            '{"version": 3, "deployment": {"resources": [{"urn": "u", "custom": true, "type": "t", "taint": true}]}}',
            "carries taint",
        ),
        ('{"version": 3, "deployment": {"resources": [{"urn": "u"}]}}', "incomplete"),
    ],
)
def test_a_state_not_of_ours_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "dev.json").write_text(content)
    with pytest.raises(EngineError, match=message):
        _state_file(tmp_path).read()


def test_a_lock_is_free_again_after_unlock(tmp_path: Path) -> None:
    first, second = _state_file(tmp_path), _state_file(tmp_path)
    first.lock("up")
    with pytest.raises(EngineError, match="up by process"):
        second.lock("up")
    first.unlock()
    second.lock("up")
    second.unlock()


def test_a_binding_stays(tmp_path: Path) -> None:
    write_binding(tmp_path, "dev", Binding("local", "sandbox"))
    write_binding(tmp_path, "dev", Binding("local", "sandbox"))
    with pytest.raises(EngineError, match="belongs to engine local"):
        write_binding(tmp_path, "dev", Binding("pulumi", "sandbox"))
    assert read_binding(tmp_path, "dev") == Binding("local", "sandbox")
    (tmp_path / "dev.binding.json").write_text(json.dumps({"engine": "other"}))
    with pytest.raises(EngineError, match="expected"):
        read_binding(tmp_path, "dev")
