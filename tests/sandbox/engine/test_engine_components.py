"""Component packages on the local engine: what a program in YAML or in Python asks for, another process registers."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
from engine_workspace import Workspace, events, messages
from nhi.sandbox.engine import EngineError, yaml_program
from nhi.sandbox.engine.project import load_project

PACKAGE = """
from importlib.resources import files  # a package finds what is installed
from typing import TypedDict
import pulumi
from pulumi.provider.experimental import component_provider_host

class PairArgs(TypedDict, total=False):
    size: str
    labels: list[str]

class Made(pulumi.CustomResource):
    def __init__(self, kind, logical, opts=None, /, **props):
        opts = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(version="1.0.0"), opts)
        super().__init__(f"tst:index:{kind}", logical, {"arn": None, **props}, opts)

class Pair(pulumi.ComponentResource):
    arn: pulumi.Output[str]
    where: pulumi.Output[dict[str, str]]

    def __init__(self, name, args: PairArgs, opts=None):
        if args.get("size") == "huge":
            raise pulumi.InputPropertiesError("a pair is never huge", [])
        super().__init__("kit:index:Pair", name, {**args}, opts)
        child = pulumi.ResourceOptions(parent=self)
        first = Made("Thing", f"{name}-first", child, labels={"size": args.get("size") or "none"})
        Made("Unique", f"{name}-second", child, link=first.arn, **({"colour": "x"} if name == "wrong" else {}))
        self.arn = first.arn
        self.where = pulumi.Output.from_input({"folder": __import__("os").getcwd(), "arn": first.arn})
        self.register_outputs({"arn": self.arn})

class Nested(pulumi.ComponentResource):
    def __init__(self, name, args: PairArgs, opts=None):
        super().__init__("kit:index:Nested", name, {}, opts)
        class Inner(pulumi.ComponentResource):
            pass
        Inner("kit:index:Pair", f"{name}-inner", {}, pulumi.ResourceOptions(parent=self), remote=True)
        self.register_outputs({})

if __name__ == "__main__":
    component_provider_host(name="kit", components=[Pair, Nested])
"""

PROGRAM = """
resources:
  blue:
    type: kit:Pair
    properties: {size: small, labels: [a, b]}
  green:
    type: kit:index:Pair
outputs:
  arn: ${blue.arn}
  folder: ${green.where["folder"]}
  plain: {a: [1, true, yes, 2026-11-01T00:00:00Z]}
"""

REMOTE = """
class Pair(pulumi.ComponentResource):
    def __init__(self, name, opts=None, **props):
        super().__init__("kit:index:Pair", name, {"arn": None, **props}, opts, remote=True)
"""


def package(workspace: Workspace, text: str = PACKAGE) -> None:
    folder = workspace.folder / "kit"
    folder.mkdir()
    (folder / "PulumiPlugin.yaml").write_text("runtime: python\n")
    (folder / "__main__.py").write_text(text)


def in_yaml(workspace: Workspace, program: str = PROGRAM, text: str = PACKAGE) -> None:
    package(workspace, text)
    (workspace.folder / "Pulumi.yaml").write_text(f"name: demo\nruntime: yaml\npackages: {{kit: ./kit}}\n{program}")


def in_python(workspace: Workspace, program: str) -> None:
    package(workspace)
    workspace.program(textwrap.dedent(REMOTE) + textwrap.dedent(program))
    project = workspace.folder / "Pulumi.yaml"
    project.write_text(project.read_text() + "packages: {kit: ./kit}\n")


def parents(workspace: Workspace) -> dict[str, str]:
    return {name: row.get("parent", "").rpartition("::")[2] for name, row in workspace.resources().items()}


def test_a_program_in_yaml_is_made_left_alone_and_removed(workspace: Workspace) -> None:
    in_yaml(workspace)
    assert workspace.run("preview", [workspace.pack()]).changes == {"create": 7}
    made = workspace.run("up")
    assert (made.exit_code, made.changes) == (0, {"create": 7}), messages(made)
    things = [(kind, f"{name}-{part}") for kind, part in (("Thing", "first"), ("Unique", "second"))
              for name in ("blue", "green")]  # fmt: skip
    assert workspace.things() == things
    assert parents(workspace) == {
        "demo-dev": "",
        "default": "",
        "default_1_0_0": "",
        "blue": "demo-dev",
        "green": "demo-dev",
        **{f"{name}-{part}": name for name in ("blue", "green") for part in ("first", "second")},
    }
    assert workspace.resources()["default"]["type"] == "pulumi:providers:kit"
    assert workspace.resources()["blue"]["inputs"] == {"size": "small", "labels": ["a", "b"]}
    assert made.outputs == {
        "arn": workspace.resources()["blue-first"]["outputs"]["arn"],
        "folder": str(workspace.folder),
        "plain": {"a": [1, True, "yes", "2026-11-01T00:00:00Z"]},
    }
    assert workspace.run("up").changes == {"same": 7}
    (workspace.folder / "kit" / "__main__.py").unlink()
    (workspace.folder / "Pulumi.yaml").write_text("name: demo\nruntime: yaml\n")
    assert workspace.run("destroy").changes == {"delete": 7}, "nothing but the state is needed"
    assert workspace.things() == []


def test_a_pack_judges_what_a_component_registers(workspace: Workspace) -> None:
    in_yaml(workspace)
    result = workspace.run("preview", [workspace.pack()])
    told = {(e["policyName"], e["resourceUrn"].rpartition("::")[2]) for e in events(result, "policyEvent")}
    assert told == {("whole", "demo-dev")}, "every Thing has labels, and none is too big"
    (whole,) = [e["message"] for e in events(result, "policyEvent")]
    for row in ('["kit:index:Pair", "blue", ["arn"]]', '["pulumi:providers:kit", "default", []]'):
        assert row in whole


def test_a_program_in_python_uses_the_outputs_of_a_component_of_another_process(workspace: Workspace) -> None:
    in_python(
        workspace,
        """
        provider = pulumi.ProviderResource("tst", "own", {})
        pair = Pair("pair", options(protect=True, providers={"tst": provider}), size="small")
        after = Made("Thing", "after", link=pair.arn, labels={"a": "b"})
        pulumi.export("arn", pair.arn)
        """,
    )
    assert workspace.run("preview").exit_code == 0
    result = workspace.run("up")
    assert result.exit_code == 0, messages(result)
    rows = workspace.resources()
    assert rows["after"]["inputs"]["link"] == result.outputs["arn"] == rows["pair-first"]["outputs"]["arn"]
    assert rows["pair-first"]["provider"].startswith(rows["own"]["urn"])
    assert rows["pair"]["protect"] is True
    assert any("pair" in urn for urns in rows["after"]["propertyDependencies"].values() for urn in urns)


def test_more_components_than_the_engine_has_threads_are_made(workspace: Workspace) -> None:
    in_python(workspace, 'for number in range(80):\n    Pair(f"pair{number}")\n')
    assert workspace.run("preview").changes == {"create": 241}


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ("{size: huge}", "a pair is never huge"),
        ("{size: small}", "property colour has a problem"),
    ],
)
def test_a_component_that_cannot_be_made_says_so_once(workspace: Workspace, properties: str, said: str) -> None:
    name = "wrong" if "small" in properties else "blue"
    in_yaml(workspace, f"resources: {{{name}: {{type: 'kit:Pair', properties: {properties}}}}}\n")
    result = workspace.run("up")
    assert result.exit_code == 1
    errors = [e["message"] for e in events(result, "diagnosticEvent") if e["severity"] == "error"]
    assert [error for error in errors if said in error], errors
    assert len([error for error in errors if "has a problem" in error]) == 1, errors
    assert "Traceback" not in "".join(errors)


def test_a_package_that_does_not_start_is_an_error_with_its_words(workspace: Workspace) -> None:
    in_yaml(workspace, text="raise SystemExit('no kit today')")
    result = workspace.run("preview")
    assert result.exit_code == 1
    assert "did not start:\nno kit today" in messages(result)


def test_a_remote_component_inside_of_one_is_refused(workspace: Workspace) -> None:
    in_yaml(workspace, "resources: {outer: {type: 'kit:Nested'}}\n")
    result = workspace.run("preview")
    assert result.exit_code == 1
    assert "does not support remote components but those of the program" in messages(result)


def test_a_remote_component_of_no_package_of_the_project_is_refused(workspace: Workspace) -> None:
    workspace.program(textwrap.dedent(REMOTE) + 'Pair("pair")\n')
    result = workspace.run("preview")
    assert result.exit_code == 1
    assert "from the packages that Pulumi.yaml names (none)" in messages(result)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, None),
        ({"resources": {"a": {"type": "kit:Pair", "properties": {"x": "y"}}}, "outputs": {"o": "${a.b.c}"}}, None),
        ({"resources": {"a": {"type": "kit:index:Pair"}}, "outputs": {"o": ["plain", 1]}}, None),
        ({"main": "stacks"}, "from Pulumi.yaml itself, not from `main`"),
        ({"resources": ["a"]}, "resources and outputs must be mappings"),
        ({"resources": {"a": "kit:Pair"}}, "resources.a must be a mapping"),
        ({"resources": {"a": {}}}, "of the packages that this file names (kit) from YAML, not a None"),
        ({"resources": {"a": {"type": "aws:iam:Role"}}}, "not a aws:iam:Role"),
        ({"resources": {"a": {"type": "kit:Pair", "options": {}, "get": {}}}}, "does not support get, options in"),
        ({"resources": {"a": {"type": "kit:Pair", "properties": {"x": "${b.c}"}}}}, "resources.a.properties.x"),
        ({"resources": {"a": {"type": "kit:Pair", "properties": {"x": [{"fn::secret": 1}]}}}}, "takes plain values"),
        ({"outputs": {"o": "${a.b}"}}, "outputs.o"),
        ({"resources": {"a": {"type": "kit:Pair"}}, "outputs": {"o": "x-${a.b}"}}, "one reference"),
    ],
)
def test_what_the_engine_does_not_run_in_yaml_is_refused_by_name(content: dict[str, Any], said: str | None) -> None:
    found = yaml_program.problems(content, {"kit"})
    if said is None:
        assert found == []
    else:
        (problem,) = found
        assert said in problem
        assert problem.endswith("; use the Pulumi CLI for this")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("variables: {a: b}\n", "does not support variables"),
        ("resources: {a: {type: 'aws:iam:Role'}}\n", "not a aws:iam:Role"),
    ],
)
def test_a_program_in_yaml_is_refused_before_anything_is_done(tmp_path: Path, program: str, said: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(f"name: demo\nruntime: yaml\n{program}")
    with pytest.raises(EngineError, match=re.escape(said)):
        load_project(tmp_path, "dev", {})


def test_a_package_needs_a_program_in_python(tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "Pulumi.yaml").write_text("name: demo\nruntime: yaml\npackages: {kit: ./kit}\n")
    (tmp_path / "kit" / "PulumiPlugin.yaml").write_text("runtime: nodejs\n")
    with pytest.raises(EngineError, match="Python only, not runtime 'nodejs'"):
        load_project(tmp_path, "dev", {})
    (tmp_path / "kit" / "PulumiPlugin.yaml").write_text("runtime: python\n")
    with pytest.raises(EngineError, match="no __main__"):
        load_project(tmp_path, "dev", {})
