"""What the README and the guides show is run here, as a reader would run it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from nhi.catalog.load import load_catalog
from nhi.clock import clock
from nhi.plan.make import make_plans
from nhi.platforms import records
from nhi.spec import environment as environment_model
from nhi.spec import model as agent_model
from nhi.spec.agent_class import AgentClass, ClassCeiling
from nhi.spec.loader import load_agent_text, load_class, load_environment
from nhi.spec.model import Access, Agent, Credential, DataAccess, Delegation, Sponsor, ToolAccess
from nhi_policies.declared import load_settings
from nhi_policies.exceptions import load_exceptions
from pydantic import BaseModel

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
GUIDES = [README, *sorted((ROOT / "docs").glob("*.md"))]
NOW = clock("2026-11-01T00:00:00Z")
BEGIN, END = "<!-- preview: begin -->\n", "<!-- preview: end -->"


def blocks(path: Path, language: str) -> list[str]:
    """The fenced blocks of one language in a document."""
    return re.findall(rf"^```{language}\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def agents() -> list[object]:
    return [
        pytest.param(text, id=f"{path.name}-{index}")
        for path in GUIDES
        for index, text in enumerate(blocks(path, "yaml"))
        if "agent_policy:" in text
    ]


@pytest.mark.parametrize("text", agents())
@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_an_agent_file_in_the_guides_loads_and_compiles(text: str, environment: str) -> None:
    declared_environment, problems = load_environment(ROOT / "stacks" / "environments" / f"{environment}.yaml")
    assert declared_environment is not None, problems
    declared, problems = load_agent_text(text, "guide.yaml", declared_environment)
    assert declared is not None, [str(problem) for problem in problems]
    for plan in make_plans(declared, load_catalog(), NOW):
        assert plan.state == "active"
        assert records(plan)


def models(module: object) -> list[type[BaseModel]]:
    """The models that a module defines itself."""
    own = [one for one in vars(module).values() if isinstance(one, type) and issubclass(one, BaseModel)]
    return [one for one in own if one.__module__ == module.__name__]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("guide", "model"),
    [
        *[("agent-file.md", one) for one in (Agent, Sponsor, DataAccess, ToolAccess, Delegation, Access, Credential)],
        *[("agent-file.md", one) for one in models(agent_model) if one.__name__.endswith("Workload")],
        *[("environment-file.md", one) for one in models(environment_model) if "Environment" in one.__name__],
        ("environment-file.md", environment_model.EntraApi),
        *[("environment-file.md", one) for one in (AgentClass, ClassCeiling)],
    ],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_a_guide_names_every_key_of_its_file(guide: str, model: type[BaseModel]) -> None:
    text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
    assert [key for key in model.model_fields if not re.search(rf"\b{key}\b", text)] == []


def test_the_class_in_the_guide_is_a_class(tmp_path: Path) -> None:
    (text,) = [block for block in blocks(ROOT / "docs" / "environment-file.md", "yaml") if "agent_class:" in block]
    (tmp_path / "research.yaml").write_text(text)
    declared, problems = load_class(tmp_path / "research.yaml")
    assert problems == ()
    assert declared is not None
    assert set(declared.agent_class.ceiling.allowed_actions or ()) <= set(load_catalog().actions)


@pytest.mark.engine
def test_the_readmes_program_and_the_guides_gate_work_in_a_repository_of_their_own(tmp_path: Path) -> None:
    (program,) = [block for block in blocks(README, "python") if "AgentIdentity(" in block]
    (agent,) = [block for block in blocks(README, "yaml") if "agent_policy:" in block]
    (gate,) = [block for block in blocks(ROOT / "docs" / "gate.md", "yaml") if "declared:" in block]
    for folder in ("agents", "environments", "policies"):
        (tmp_path / folder).mkdir()
    for name in ("PulumiPolicy.yaml", "__main__.py", "exceptions.yaml"):
        shutil.copy(ROOT / "policies" / name, tmp_path / "policies" / name)
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {}\n")
    (tmp_path / "__main__.py").write_text(program)
    (tmp_path / "agents" / "research-agent.yaml").write_text(agent.replace("greeter", "research-agent"))
    (tmp_path / "policies" / "gate.yaml").write_text(gate.replace("../stacks/", "../"))
    shutil.copy(ROOT / "stacks" / "environments" / "prod.yaml", tmp_path / "environments" / "prod.yaml")
    if (ROOT / "stacks" / "classes").is_dir():
        shutil.copytree(ROOT / "stacks" / "classes", tmp_path / "classes")
    command = [sys.executable, "-m", "nhi.cli.main", "preview", "--stack", "prod", "--engine", "local"]
    # Without a pinned clock the real time judges, and the example's end date is on one side of it or the other.
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False)
    assert "nhi:index:AgentIdentity" in done.stdout, done.stdout + done.stderr
    assert "error:" not in done.stdout
    assert "Gate:      1 agents" in done.stdout


def test_the_settings_in_the_guide_are_settings(tmp_path: Path) -> None:
    (text,) = [block for block in blocks(ROOT / "docs" / "gate.md", "yaml") if "declared:" in block]
    (tmp_path / "gate.yaml").write_text(text)
    settings, problems = load_settings(tmp_path)
    assert problems == ()
    assert "prod" in settings.stacks


def test_the_exception_in_the_guide_is_one(tmp_path: Path) -> None:
    (text,) = [block for block in blocks(ROOT / "docs" / "gate.md", "yaml") if "approver:" in block]
    (tmp_path / "exceptions.yaml").write_text(text)
    book = load_exceptions(tmp_path / "exceptions.yaml", NOW)
    assert book.problems == ()
    assert [entry.rule_id for entry in book.exceptions] == ["NHI-GAT-005"]


def test_bindings_in_the_guide_stand_in_an_environment_file() -> None:
    (text,) = [block for block in blocks(ROOT / "docs" / "environment-file.md", "yaml") if "data_scopes:" in block]
    base = yaml.safe_load((ROOT / "stacks" / "environments" / "prod.yaml").read_text())
    shown = yaml.safe_load(text)
    for key, value in shown.items():
        for name, bindings in value.items():
            assert base[key][name].items() >= bindings.items()


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.name)
def test_every_link_leads_to_a_file(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_python_in_the_guides_is_the_program_of_the_example() -> None:
    shown = [block for block in blocks(ROOT / "docs" / "program.md", "python") if "declare_fleet" in block]
    program = (ROOT / "stacks" / "__main__.py").read_text()
    assert len(shown) == 1
    for line in shown[0].splitlines():
        assert line in program


@pytest.mark.engine
def test_the_readme_shows_what_a_preview_prints(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "nhi.cli.main",
        "--project",
        str(ROOT),
        "preview",
        "--stack",
        "prod",
        "--engine",
        "local",
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    shown, after = rest.split(END)
    real = f"```\n{done.stdout.rstrip()}\n```\n"
    if os.environ.get("NHI_GOLDEN") == "write":
        README.write_text(before + BEGIN + real + END + after, encoding="utf-8")
        return
    assert shown == real, "run this test with NHI_GOLDEN=write"
