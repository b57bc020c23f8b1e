"""What docs/explain-and-diff.md shows is what the commands print, on the example project."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from nhi.cli.main import main
from nhi.spec.user_grants import load_user_grants

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "explain-and-diff.md"
SHOWN = re.compile(r"^```console\n\$ nhi (?P<words>.*)\n(?P<output>(?:.*\n)*?)```\n", re.MULTILINE)


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example project as a repository whose work tree has the change that the guide describes."""
    for name in ("stacks", "policies"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("nhi_policies", "__pycache__"))
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    (text,) = re.findall(r"^```yaml\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (tmp_path / "ana.yaml").write_text(text, encoding="utf-8")
    if shutil.which("git") is None:
        pytest.skip("NOT PROVEN without git: the guide's diff")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    for words in ("init -q", "add -A", "-c user.name=t -c user.email=t@example.com commit -q -m first"):
        subprocess.run(["git", *words.split()], cwd=tmp_path, env=clean, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_users_file_of_the_guide_is_one(example: Path) -> None:
    user, problems = load_user_grants(example / "ana.yaml")
    assert problems == ()
    assert user is not None


def test_the_guide_shows_what_the_commands_print(example: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    commands = list(SHOWN.finditer(text))
    assert len(commands) == 4
    real: list[str] = []
    for found in commands:
        words = shlex.split(found["words"])
        if words[0] == "diff":
            for file, old, new in (
                ("search-agent", "access: read", "access: write"),
                ("concierge-agent", "2027-03-31", "2026-12-31"),
            ):
                path = example / "stacks" / "agents" / f"{file}.yaml"
                before = path.read_text(encoding="utf-8")
                assert old in before
                path.write_text(before.replace(old, new, 1), encoding="utf-8")
        assert main(words) in (0, 1)
        real.append(f"```console\n$ nhi {found['words']}\n{capsys.readouterr().out}```\n")
    if os.environ.get("NHI_GOLDEN") == "write":
        parts = iter(real)
        GUIDE.write_text(SHOWN.sub(lambda _: next(parts), text), encoding="utf-8")
        return
    assert [found[0] for found in commands] == real, "run this test with NHI_GOLDEN=write"
