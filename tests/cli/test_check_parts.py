"""A fleet has one answer, in whatever parts it is judged and by however many processes.

What this proves: report and problems of generated fleets, good and broken, are the same to the letter in one piece and
in parts. What it does not: that a rule which somebody adds later says how far it reaches. One that says nothing is
judged in one piece wherever it finds something, and the tests below break such rules on purpose.
"""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nhi.cli import check
from nhi.cli.check import Checked, check_stack
from nhi.cli.project import Project, find_project
from nhi.contract import PLATFORMS, Record
from nhi_policies.report import to_json

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 1, tzinfo=UTC)
EXAMPLES = [
    yaml.safe_load(file.read_text(encoding="utf-8"))["agent_policy"]
    for file in sorted((ROOT / "stacks/agents").iterdir())
]
# Agents of the example that are named in its environments, by an id that only one agent can have.
EXAMPLES = [one for one in EXAMPLES if one.get("credential", {}).get("workload") and "delegation" not in one]

Agent = dict[str, Any]


def twin_account(agent: Agent) -> None:
    agent.update(platforms=["aws", "kubernetes"])
    agent["credential"].update(type="workload_identity")
    agent["credential"]["workload"] = {"kind": "kubernetes", "service_account": "everybodys"}


def twin_subject(agent: Agent) -> None:
    workload = {"kind": "oidc", "issuer": "https://tokens.example.com", "subject": "one", "audience": "aud"}
    agent.update(platforms=["aws", "gcp"])
    agent["credential"]["workload"] = workload


def twin_function(agent: Agent) -> None:
    agent.update(platforms=["aws", "entra"])
    agent["credential"]["workload"] = {"kind": "lambda", "function": "everybodys"}


MISTAKES: Mapping[str, Callable[[Agent], Any]] = {
    "one service account": twin_account,
    "one subject": twin_subject,
    "one function": twin_function,
    "no sponsor": lambda agent: agent.pop("sponsor", None),
    "a mailbox for a sponsor": lambda agent: agent.update(sponsor="front-desk@example.com"),
    "another agent for a sponsor": lambda agent: agent.update(sponsor="agent-0@example.com"),
    "no purpose": lambda agent: agent.pop("purpose", None),
    "an end that has passed": lambda agent: agent["credential"].update(expires="2026-08-11T00:00:00Z"),
    "no end": lambda agent: agent["credential"].pop("expires", None),
    "a session that is too long": lambda agent: agent["credential"].update(max_session="12h"),
    "suspended": lambda agent: agent.update(state="suspended"),
    "proposed": lambda agent: agent.update(state="proposed"),
    "instances": lambda agent: agent.update(instances=["blue", "green"]),
    "allowed and denied": lambda agent: agent.update(
        allowed_actions=["text_generation"], denied_actions=["text_generation"]
    ),
    "a word that nobody knows": lambda agent: agent.update(allowed_actions=["telepathy"]),
    "a class that nobody knows": lambda agent: agent.update(agent_class="nobodys"),
    "the highest tier": lambda agent: agent.update(risk_tier=3),
    "every platform": lambda agent: agent.update(platforms=list(PLATFORMS)),
    "a key that nobody knows": lambda agent: agent.update(colour="red"),
}

agents = st.tuples(st.sampled_from(EXAMPLES), st.lists(st.sampled_from(sorted(MISTAKES)), max_size=3, unique=True))
fleets = st.lists(agents, min_size=2, max_size=9)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example project without its agents."""
    folder = tmp_path_factory.mktemp("fleet")
    for name in ("stacks", "policies"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("nhi_policies", "__pycache__"))
    shutil.copy(ROOT / "Pulumi.yaml", folder)
    return folder


def write(project: Path, fleet: list[tuple[Agent, list[str]]]) -> Project:
    folder = project / "stacks/agents"
    shutil.rmtree(folder)
    folder.mkdir()
    for number, (example, mistakes) in enumerate(fleet):
        agent = copy.deepcopy(example)
        agent["agent_id"] = f"agent-{number}"
        if number and agent["credential"]["workload"]["kind"] in ("spiffe", "agent-engine"):
            agent["credential"]["workload"] = {"kind": "kubernetes"}
        for mistake in mistakes:
            MISTAKES[mistake](agent)
        (folder / f"agent-{number}.yaml").write_text(yaml.safe_dump({"agent_policy": agent}), encoding="utf-8")
    return find_project(project)


def answer(checked: Checked) -> tuple[str, list[str]]:
    return json.dumps(to_json(checked.report), indent=1), [str(problem) for problem in checked.problems]


def whole(project: Project) -> Checked:
    return check_stack(project, "dev", NOW, part=10**6)


many = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(fleet=fleets, part=st.integers(1, 5))
@many
def test_a_fleet_has_one_answer_wherever_it_is_cut(project: Path, fleet: list[Any], part: int) -> None:
    written = write(project, fleet)
    assert answer(check_stack(written, "dev", NOW, part=part, processes=1)) == answer(whole(written))


@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_each_mistake_of_two_agents_is_told_alike_in_parts(project: Path, mistake: str) -> None:
    written = write(project, [(EXAMPLES[0], [mistake]), (EXAMPLES[1], []), (EXAMPLES[2], [mistake])])
    found = answer(whole(written))
    assert answer(check_stack(written, "dev", NOW, part=1, processes=1)) == found
    assert answer(check_stack(written, "dev", NOW, part=2, processes=1)) == found


def test_two_agents_under_one_account_are_found_though_they_are_in_different_parts(project: Path) -> None:
    written = write(project, [(EXAMPLES[0], ["one service account"]), (EXAMPLES[1], ["one service account"])])
    checked = check_stack(written, "dev", NOW, part=1, processes=1)
    assert "NHI-IDN-001" in {one.rule.id for one in checked.report.violations}


def test_an_edge_whose_agents_are_in_different_parts_is_told_alike(project: Path) -> None:
    folder = project / "stacks/agents"
    shutil.rmtree(folder)
    folder.mkdir()
    for name in ("helpdesk-agent", "faq-agent", "glossary-agent"):
        shutil.copy(ROOT / f"stacks/agents/{name}.yaml", folder)
    written = find_project(project)
    assert whole(written).report.failed == 0
    assert answer(check_stack(written, "dev", NOW, part=1, processes=1)) == answer(whole(written))


class Builder:
    """A builder with a mistake: it leaves one of an agent's records out, or writes another agent's name into it."""

    def __init__(self, agent: str, place: int, other: str | None) -> None:
        self.agent = agent
        self.place = place
        self.other = other
        self.write = check.records

    def __call__(self, plan: Any) -> Iterator[Record]:
        written = list(self.write(plan))
        if plan.agent.agent_id == self.agent and written:
            place = self.place % len(written)
            record = written[place]
            if self.other is None:
                del written[place]
            else:
                inputs = json.loads(json.dumps(dict(record.inputs), default=repr).replace(self.agent, self.other))
                written[place] = Record(record.type, record.name, inputs, record.depends_on)
        yield from written


GOOD = [(one, ["every platform"]) for one in EXAMPLES if one["credential"]["workload"]["kind"] == "kubernetes"][:1] * 4


@given(place=st.integers(0, 60), part=st.integers(1, 2))
@many
def test_a_lock_that_the_builder_forgets_is_told_alike_in_parts(
    project: Path, monkeypatch: pytest.MonkeyPatch, place: int, part: int
) -> None:
    written = write(project, GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(check, "records", Builder("agent-1", place, None))
        assert answer(check_stack(written, "dev", NOW, part=part, processes=1)) == answer(whole(written))


@given(place=st.integers(0, 60))
@many
def test_another_agents_name_in_a_record_is_no_more_accepted_in_parts_than_in_one_piece(
    project: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    written = write(project, GOOD)
    with monkeypatch.context() as patched:
        patched.setattr(check, "records", Builder("agent-1", place, "agent-3"))
        parts = check_stack(written, "dev", NOW, part=1, processes=1)
        one = whole(written)
    assert parts.report.failed or not one.report.failed


def test_a_rule_that_throws_in_one_part_is_one_error_in_all(project: Path) -> None:
    from nhi_policies.rule import registry

    written = write(project, GOOD)
    rule = registry()["NHI-PRM-045"]
    check_it = rule.check

    def broken(stack: Any, context: Any) -> Any:
        if any(resource.agent == "agent-2" for resource in stack):
            raise RuntimeError
        return check_it(stack, context)

    object.__setattr__(rule, "check", broken)
    try:
        parts = check_stack(written, "dev", NOW, part=1, processes=1)
        assert [one.outcome for one in parts.report.violations if one.rule is rule] == ["error"]
        assert answer(parts) == answer(whole(written))
    finally:
        object.__setattr__(rule, "check", check_it)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="one process is all there is here")
@pytest.mark.parametrize("mistakes", [[], ["one service account", "no sponsor"]], ids=["good", "broken"])
def test_two_processes_print_what_one_prints(project: Path, mistakes: list[str]) -> None:
    # More agents than one part holds, so that there is something to share.
    write(project, [(EXAMPLES[0], mistakes if number % 50 == 0 else []) for number in range(check.PART * 2 + 5)])
    command = [sys.executable, "-m", "nhi.cli.main", "check", "--stack", "dev", "--format", "json"]
    ran = [
        subprocess.run([*command, "--processes", str(number)], cwd=project, capture_output=True, text=True, check=False)
        for number in (1, 2)
    ]
    assert ran[0].stdout == ran[1].stdout
    assert ran[0].stderr == ran[1].stderr == ""
    assert ran[0].returncode == ran[1].returncode == (1 if mistakes else 0)
