"""An agent declared in a program of another language: the same resources, under the same gate.

YAML is the language that needs no SDK; TypeScript, Go, C# and Java use the same package, whose schema
`tests/test_plugin.py` holds still. On the local engine this proves the package and the gate; that Pulumi's own language
host reads the program alike is proven where the Pulumi CLI and that host are on PATH.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
import yaml
from fleet_project import ENGINES, REPOSITORY, Project, require
from test_conformance import assert_alike, rows

pytestmark = pytest.mark.engine

AGENT = "stacks/agents/concierge-agent.yaml"
PLATFORM_TYPES = ("aws", "azuread", "gcp", "kubernetes")


def in_yaml(root: Path) -> Project:
    """The example project with the guide's program in YAML in the place of the one in Python."""
    project = Project(root)
    guide = (REPOSITORY / "docs" / "program.md").read_text(encoding="utf-8")
    (shown,) = [text for text in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL) if "runtime: yaml" in text]
    program = yaml.safe_load(shown.replace("prod.yaml", "dev.yaml").replace(" agents/", " stacks/agents/"))
    for resource in program["resources"].values():
        resource["properties"]["environment"] = "stacks/environments/dev.yaml"
    program["resources"]["concierge"]["properties"]["clock"] = "2026-11-01T00:00:00Z"
    program.update(name="nhi", stackConfigDir="stacks")
    # One agent that is declared alone joins a group that is there already.
    groups = "{customer-facing: 0de00000-0000-4000-8000-000000000201, research: 0de00000-0000-4000-8000-000000000202}"
    project.edit("stacks/environments/dev.yaml", "  on_behalf_of:", f"  class_groups: {groups}\n  on_behalf_of:")
    project.write("Pulumi.yaml", yaml.safe_dump(program, sort_keys=False))
    plugin = {"runtime": {"name": "python", "options": {"toolchain": "pip", "virtualenv": sys.prefix}}}
    project.write("components/PulumiPlugin.yaml", yaml.safe_dump(plugin))
    shutil.copy(REPOSITORY / "components" / "__main__.py", root / "components")
    return project


def require_yaml(engine: str) -> None:
    require(engine)
    if engine == "pulumi" and not shutil.which("pulumi-language-yaml"):
        pytest.skip("NOT PROVEN on the Pulumi CLI: its YAML language host is not on PATH")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_program_in_yaml_gives_an_agent_its_four_identities_under_the_gate(engine: str, tmp_path: Path) -> None:
    require_yaml(engine)
    project = in_yaml(tmp_path / "project")
    made = project.run("up", engine)
    assert made.code == 0, made.said
    assert made.blocking == []
    assert made.report["agents"] == ["concierge-agent"]
    assert {row["type"].partition(":")[0] for row in project.world(engine)} == set(PLATFORM_TYPES)
    (stack,) = [row for row in project.resources(engine).values() if row["type"] == "pulumi:pulumi:Stack"]
    assert stack["outputs"] == {"role": "arn:aws:iam::111122223333:role/agents/acme-dev-concierge-agent"}
    if engine != "local":
        twin = in_yaml(tmp_path / "twin")
        assert_alike({"local": twin.run("up", "local"), engine: made})
        assert rows(twin, "local") == rows(project, engine)
    again = project.run("up", engine)
    assert set(again.report["changes"]) == {"same"}, again.said
    project.edit(AGENT, "max_session: 1h", "max_session: 12h")
    refused = project.run("preview", engine)
    assert refused.code == 1
    assert "NHI-CRD-004" in {one["rule"] for one in refused.blocking}, refused.said
    project.edit(AGENT, "max_session: 12h", "max_sesion: 1h")
    wrong = project.run("preview", engine)
    assert wrong.code == 1
    (told,) = [error for error in wrong.report["errors"] if "concierge-agent.yaml" in error]
    assert "did you mean `max_session`?" in told
    assert 'File "' not in told, "a mistake in a file is told without a traceback"
    assert project.run("destroy", engine).code == 0
    assert project.world(engine) == []
