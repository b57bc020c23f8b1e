"""The components as a Pulumi package: the schema that other languages are generated from, and a YAML program.

The schema is public: a change to the golden file is a change to every generated SDK.
"""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pulumi.provider.experimental as experimental
import pytest
import yaml
from nhi.sandbox.home import environment, prepare
from pulumi.provider.experimental.component import ComponentProvider

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden" / "schema.json"


def served(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `components/__main__.py` hands to the component host."""
    asked: dict[str, Any] = {}
    monkeypatch.setattr(experimental, "component_provider_host", lambda **arguments: asked.update(arguments))
    runpy.run_path(str(ROOT / "components" / "__main__.py"), run_name="__main__")
    return asked


def test_the_schema_is_what_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = served(monkeypatch)
    schema = json.loads(ComponentProvider(asked["components"], asked["name"], None, "0.0.0").schema)
    text = json.dumps(schema, indent=2, sort_keys=True) + "\n"
    if os.environ.get("NHI_GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_arguments_are_strings_and_lists_of_strings_that_the_host_does_not_corrupt() -> None:
    schema = json.loads(GOLDEN.read_text())
    for resource in schema["resources"].values():
        for argument in resource["inputProperties"].values():
            kind = argument["items"]["type"] if argument["type"] == "array" else argument["type"]
            assert (kind, argument["plain"]) == ("string", True)


def test_the_package_is_called_as_its_tokens_are(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = served(monkeypatch)
    assert asked["name"] == "nhi"
    assert "nhi:index:AgentIdentity" in json.loads(GOLDEN.read_text())["resources"]


@pytest.mark.engine
def test_a_yaml_program_makes_an_identity_under_the_gate(tmp_path: Path) -> None:
    """On the Pulumi CLI only: the local engine runs Python programs."""
    if not shutil.which("pulumi") or not shutil.which("pulumi-language-yaml"):
        pytest.skip("NOT PROVEN on the Pulumi CLI: there is no `pulumi` with its YAML language host on PATH")
    for folder in ("stacks/agents", "stacks/environments", "policies"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    guide = (ROOT / "docs" / "program.md").read_text()
    (shown,) = [text for text in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL) if "runtime: yaml" in text]
    program = yaml.safe_load(shown)
    package = tmp_path / "components"
    package.mkdir()
    plugin = {"runtime": {"name": "python", "options": {"toolchain": "pip", "virtualenv": sys.prefix}}}
    (package / "PulumiPlugin.yaml").write_text(yaml.safe_dump(plugin))
    shutil.copy(ROOT / "components" / "__main__.py", package)
    program["name"] = "nhi"
    properties = program["resources"]["support"]["properties"]
    properties.update(file="stacks/agents/support-agent.yaml", environment="stacks/environments/prod.yaml")
    properties["clock"] = "2026-11-01T00:00:00Z"
    program["resources"]["admission"]["properties"]["environment"] = "stacks/environments/prod.yaml"
    (tmp_path / "Pulumi.yaml").write_text(yaml.safe_dump(program))
    pack = tmp_path / "policies" / "PulumiPolicy.yaml"
    pack.write_text(pack.read_text().replace("../.venv", sys.prefix))
    variables = {**os.environ, **environment(prepare(tmp_path / "home"), tmp_path / "state")}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=tmp_path,
            env=variables,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    assert run("stack", "init", "prod").returncode == 0
    done = run("preview", "--policy-pack", "policies")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nhi:index:AwsAgentIdentity support create" in done.stdout
    assert "kubernetes:core/v1:ServiceAccount support-service-account create" in done.stdout
    file = tmp_path / "stacks" / "agents" / "support-agent.yaml"
    file.write_text(file.read_text().replace("max_session: 1h", "max_session: 12h"))
    refused = run("preview", "--policy-pack", "policies")
    assert refused.returncode != 0
    assert "NHI-CRD-004" in refused.stdout
