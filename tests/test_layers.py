"""The import law: one direction through the house, and a judge that never sees the builder."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NHI = ROOT / "components" / "nhi"
GATE = ROOT / "policies" / "nhi_policies"

# Room -> the rooms of `nhi` that it may import from, besides itself. Not listed: none.
LAW: dict[str, set[str]] = {
    "contract": set(),
    "clock": set(),
    "sdk": set(),
    "permissions": {"contract"},
    "spec": {"contract", "permissions", "clock"},
    "catalog": {"contract", "permissions", "spec"},
    "fleet": {"contract", "permissions", "spec", "catalog"},
    "plan": {"contract", "permissions", "spec", "catalog", "clock", "fleet"},
    "platforms": {"contract", "permissions", "spec", "catalog", "clock", "plan", "sdk", "fleet"},
    "identity": {"contract", "permissions", "spec", "catalog", "clock", "plan", "platforms", "fleet"},
    "sandbox": {"contract", "spec", "permissions", "clock", "sdk"},
    "cli": {"contract", "permissions", "spec", "catalog", "clock", "plan", "platforms", "fleet", "sandbox"},
}
JUDGE = {"contract", "spec", "catalog", "permissions", "fleet", "clock"}
PULUMI_ROOMS = {"platforms", "identity", "sandbox", "sdk"}


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str | None:
    """The room of `nhi` that a module name stands for."""
    parts = module.split(".")
    return parts[1] if parts[0] == "nhi" and len(parts) > 1 else None


def sources(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py"))


@pytest.mark.parametrize("path", sources(NHI), ids=lambda path: path.relative_to(NHI).as_posix())
def test_a_module_imports_only_from_rooms_to_its_left(path: Path) -> None:
    own = path.relative_to(NHI).with_suffix("").parts[0]
    if own == "__init__":
        return  # names components for users and imports them only when they are asked for
    rooms = {
        name
        for module in imports(path)
        if (name := room(module)) and (NHI / name).exists() | (NHI / f"{name}.py").exists()
    }
    assert rooms - {own} <= LAW[own], f"{own} may not import {sorted(rooms - {own} - LAW[own])}"


@pytest.mark.parametrize("path", sources(GATE), ids=lambda path: path.relative_to(GATE).as_posix())
def test_the_judge_never_sees_the_builder(path: Path) -> None:
    rooms = {name for module in imports(path) if (name := room(module))}
    assert rooms <= JUDGE, f"the judge may not import {sorted(rooms - JUDGE)}"


@pytest.mark.parametrize("path", sources(GATE), ids=lambda path: path.relative_to(GATE).as_posix())
def test_only_the_pack_knows_pulumi(path: Path) -> None:
    if path == GATE / "pack.py":
        return
    assert not [module for module in imports(path) if module.split(".")[0] in ("pulumi", "pulumi_policy")]


@pytest.mark.parametrize("path", sources(NHI), ids=lambda path: path.relative_to(NHI).as_posix())
def test_pure_rooms_know_no_pulumi(path: Path) -> None:
    own = path.relative_to(NHI).with_suffix("").parts[0]
    if own in PULUMI_ROOMS and path.name not in ("documents.py", "admission.py", "trust.py", "policies.py", "names.py"):
        return
    assert not [module for module in imports(path) if module.split(".")[0].startswith("pulumi") and own != "cli"]


def test_importing_the_package_imports_neither_pulumi_nor_an_sdk() -> None:
    code = "import nhi, nhi.plan.make, sys; print([m for m in sys.modules if m.split('.')[0].startswith('pulumi')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
