"""The example project in a folder of its own, and one way to change a file of it."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]


def copied(folder: Path) -> Path:
    """The example project in `folder`."""
    for name in ("stacks", "policies"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("nhi_policies", "__pycache__"))
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    return folder


def rewrite(project: Path, file: str, *pairs: tuple[str, str]) -> None:
    """Replaces texts of one file under `stacks`, each once; one that is not there is a mistake of the test."""
    path = project / "stacks" / file
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
