"""The PULUMI_HOME that holds the sandbox's providers, and the environment of a hermetic run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from nhi.sandbox import home
from nhi.sandbox.clouds.registry import CLOUDS, installed
from nhi.sandbox.clouds.schema import sdk_version


@pytest.mark.parametrize("package", CLOUDS)
def test_every_installed_sdk_finds_its_stand_in_at_the_version_it_asks_for(tmp_path: Path, package: str) -> None:
    folder = home.prepare(tmp_path / "home") / "plugins" / f"resource-{package}-v{sdk_version(package)}"
    options = yaml.safe_load((folder / "PulumiPlugin.yaml").read_text())["runtime"]
    assert (options["name"], options["options"]["toolchain"]) == ("python", "pip")
    python = folder / options["options"]["virtualenv"] / "bin" / "python"
    assert os.access(python, os.X_OK)


def test_a_plugin_runs_with_the_interpreter_that_prepared_it(tmp_path: Path) -> None:
    python = home.prepare(tmp_path / "a folder") / "interpreter" / "bin" / "python"
    program = "import sys; print(sys.executable); print(sys.argv[1])"
    done = subprocess.run([python, "-c", program, "a b"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [sys.executable, "a b"]


def test_a_plugin_of_the_home_serves(tmp_path: Path) -> None:
    prepared = home.prepare(tmp_path)
    main = prepared / "plugins" / f"resource-kubernetes-v{installed()['kubernetes']}" / "__main__.py"
    command = [prepared / "interpreter" / "bin" / "python", main.parent, "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) > 0
        process.terminate()
    assert process.returncode == 0


def test_preparing_again_writes_nothing(tmp_path: Path) -> None:
    home.prepare(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    home.prepare(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_hermetic_run_asks_nobody_anything(tmp_path: Path) -> None:
    variables = home.environment(tmp_path / "home", tmp_path / "state")
    assert variables["PULUMI_BACKEND_URL"] == f"file://{tmp_path}/state"
    assert (tmp_path / "state").is_dir()
    assert variables["PULUMI_CONFIG_PASSPHRASE"] == ""
    for name in (
        "PULUMI_SKIP_UPDATE_CHECK",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
        "PULUMI_DISABLE_REGISTRY_RESOLVE",
        "PULUMI_IGNORE_AMBIENT_PLUGINS",
    ):
        assert variables[name] == "true"


def test_the_exports_survive_a_shell(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    command = [sys.executable, "-m", "nhi.sandbox.home", str(folder)]
    exports = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    shown = subprocess.run(
        ["sh", "-c", exports + 'printf %s "$PULUMI_HOME"'], capture_output=True, text=True, check=True
    )
    assert shown.stdout == str(folder / "home")


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert home.main([str(tmp_path / "file")]) == 2
    assert "cannot be made" in capsys.readouterr().err
