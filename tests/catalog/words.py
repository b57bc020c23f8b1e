"""What the tests of this room start from: one whole environment, and agents written against it."""

from __future__ import annotations

from pathlib import Path

from nhi.catalog.load import Catalog, load_catalog
from nhi.catalog.meaning import meaning
from nhi.catalog.model import Meaning
from nhi.contract import Platform
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment
from nhi.spec.loader import load_agent_text, load_environment

HERE = Path(__file__).parent
ENVIRONMENT = HERE / "environment.yaml"

AGENT = """\
agent_policy:
  agent_id: test-agent
  purpose: Tests what words mean
  owner_team: platform
  risk_tier: 2
  platforms: [{platforms}]
  sponsor: mira.novak@example.com
"""


def environment(tmp_path: Path | None = None, old: str = "", new: str = "") -> DeclaredEnvironment:
    """The whole environment, with one text replaced."""
    file = ENVIRONMENT
    if tmp_path is not None:
        text = ENVIRONMENT.read_text(encoding="utf-8")
        assert text.count(old) == 1, (old, text.count(old))
        file = tmp_path / "env.yaml"
        file.write_text(text.replace(old, new), encoding="utf-8")
    declared, problems = load_environment(file, root=file.parent)
    assert problems == ()
    assert declared is not None
    return declared


def agent(lines: str, *platforms: Platform, where: DeclaredEnvironment | None = None) -> DeclaredAgent:
    """An agent with further lines under `agent_policy`. Its first such line is line 8 of the file."""
    text = AGENT.format(platforms=", ".join(platforms)) + "".join(f"  {line}\n" for line in lines.splitlines())
    declared, problems = load_agent_text(text, "agent.yaml", where or environment())
    assert problems == ()
    assert declared is not None
    return declared


def meant(
    lines: str,
    platform: Platform = "aws",
    *,
    where: DeclaredEnvironment | None = None,
    catalog: Catalog | None = None,
    also: tuple[Platform, ...] = (),
) -> Meaning:
    """What such an agent may do on one platform; `also` are its other platforms."""
    declared = agent(lines, platform, *also, where=where)
    return meaning(declared, catalog or load_catalog(), platform)
