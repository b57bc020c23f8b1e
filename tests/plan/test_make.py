"""From a declared agent to its plans."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nhi.catalog.load import load_catalog
from nhi.permissions.model import Origin
from nhi.plan.make import make_all, make_plans, plan_from_args
from nhi.plan.model import AgentPlan
from nhi.spec.loader import load_agent_text, load_environment
from nhi.spec.problems import InputError

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / "stacks" / "environments" / "dev.yaml"
AGENT = """\
agent_policy:
  agent_id: reader
  purpose: Reads
  owner_team: discovery
  risk_tier: 2
  platforms: [aws]
  sponsor: mia.berg@example.com
  allowed_actions:
    - text_generation
  credential:
    type: workload_identity
    expires: "2027-03-31T00:00:00Z"
    workload: {kind: lambda, function: reader}
"""


def plans(text: str = AGENT, clock: datetime = NOW) -> tuple[AgentPlan, ...]:
    environment, problems = load_environment(ENVIRONMENT)
    assert environment is not None, problems
    declared, problems = load_agent_text(text, "agents/reader.yaml", environment)
    assert declared is not None, problems
    return make_plans(declared, load_catalog(), clock)


def test_an_agent_without_instances_has_one_plan() -> None:
    (plan,) = plans()
    assert (plan.name, plan.state, plan.platforms) == ("reader", "active", ("aws",))
    assert plan.facts["expires"] == "2027-03-31T00:00:00Z"
    assert plan.facts["spec-digest"] == plan.declared.digest
    assert plan.meanings["aws"].allows[0].origin == Origin("agents/reader.yaml", 9, 7)


def test_each_instance_has_a_plan_and_a_state_of_its_own() -> None:
    found = plans(AGENT + "  instances: {eu: active, us: suspended}\n")
    assert [(plan.name, plan.state) for plan in found] == [("reader--eu", "active"), ("reader--us", "suspended")]
    assert {plan.facts["instance"] for plan in found} == {"eu", "us"}


def test_an_instance_is_never_freer_than_its_agent() -> None:
    found = plans(AGENT + "  state: suspended\n  instances: {eu: active}\n")
    assert [plan.state for plan in found] == ["suspended"]


def test_past_its_lock_date_an_agent_is_suspended_and_says_why() -> None:
    (plan,) = plans(clock=datetime(2027, 4, 1, tzinfo=UTC))
    assert plan.state == "suspended"
    assert "credential.expires" in plan.state_reason
    assert not plan.live


def test_a_session_is_never_longer_than_the_ceiling() -> None:
    (plan,) = plans(AGENT.replace("    workload:", "    max_session: 12h\n    workload:"))
    assert plan.max_session == min(plan.ceilings.max_session, plan.ceilings.max_token_life) == timedelta(hours=1)


def test_a_grant_ends_with_the_earlier_of_its_own_date_and_the_lock() -> None:
    (plan,) = plans()
    early = datetime(2027, 1, 1, tzinfo=UTC)
    assert plan.grant_end(early) == early
    assert plan.grant_end(None) == plan.lock_date
    assert plan.grant_end(datetime(2028, 1, 1, tzinfo=UTC)) == plan.lock_date


def test_an_unknown_word_is_one_problem_with_its_line_and_the_nearest_word() -> None:
    with pytest.raises(InputError) as caught:
        plans(AGENT.replace("text_generation", "text_generaton"))
    (problem,) = caught.value.problems
    assert str(problem.origin) == "agents/reader.yaml:9:7"
    assert "text_generation" in str(problem)


def test_one_bad_agent_does_not_hide_the_others() -> None:
    environment, _ = load_environment(ENVIRONMENT)
    assert environment is not None
    good, _ = load_agent_text(AGENT, "good.yaml", environment)
    bad, _ = load_agent_text(AGENT.replace("text_generation", "fly"), "bad.yaml", environment)
    assert good is not None
    assert bad is not None
    made, problems = make_all([bad, good], load_catalog(), NOW)
    assert [plan.name for plan in made] == ["reader"]
    assert [problem.origin.file for problem in problems] == ["bad.yaml"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ({}, "no `environment`"),
        ({"environment": str(ENVIRONMENT)}, "either `file` or `text`"),
        ({"environment": str(ENVIRONMENT), "text": AGENT, "file": "x.yaml"}, "either `file` or `text`"),
        ({"environment": str(ENVIRONMENT), "file": "nowhere.yaml"}, "nowhere.yaml"),
        ({"environment": "nowhere.yaml", "text": AGENT}, "nowhere.yaml"),
        ({"environment": str(ENVIRONMENT), "text": AGENT, "clock": "2026-11-01"}, "zone"),
        ({"environment": str(ENVIRONMENT), "text": AGENT, "instance": "eu"}, "instances are: none"),
    ],
)
def test_arguments_that_cannot_be_used_say_so(args: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said.replace("`", "`")):
        plan_from_args(args)


def test_arguments_give_a_plan() -> None:
    plan = plan_from_args({"environment": str(ENVIRONMENT), "text": AGENT, "clock": "2026-11-01T00:00:00Z"})
    assert (plan.name, plan.clock) == ("reader", NOW)


# --- delegation -------------------------------------------------------------------------------------------------------

CALLER = AGENT + "  delegation: {allowed: true, max_depth: 1, allowed_targets: [writer]}\n"
CALLEE = AGENT.replace("reader", "writer") + "  delegation: {allowed: false, accepts_from: [reader]}\n"


def pair(folder: Path, caller: str = CALLER, callee: str = CALLEE) -> dict[str, str]:
    """Two agent files in a folder, and the arguments that ask for the caller."""
    (folder / "reader.yaml").write_text(caller)
    (folder / "writer.yaml").write_text(callee)
    return {
        "environment": str(ENVIRONMENT),
        "file": str(folder / "reader.yaml"),
        "agents": str(folder),
        "clock": "2026-11-01T00:00:00Z",
    }


def test_work_is_handed_over_between_two_active_agents_until_the_first_of_them_ends(tmp_path: Path) -> None:
    args = pair(tmp_path, callee=CALLEE.replace("2027-03-31", "2027-02-28"))
    (handover,) = plan_from_args(args).hands_to
    assert (handover.edge.name, handover.instances) == ("reader -> writer", (None,))
    assert handover.end == datetime(2027, 2, 28, tzinfo=UTC)
    (taken,) = plan_from_args({**args, "file": str(tmp_path / "writer.yaml")}).takes_from
    assert taken.edge.name == "reader -> writer"


@pytest.mark.parametrize("who", ["caller", "callee"])
def test_nothing_is_handed_over_where_one_of_them_is_stopped(tmp_path: Path, who: str) -> None:
    texts = {"caller": CALLER, "callee": CALLEE}
    texts[who] += "  state: suspended\n"
    assert plan_from_args(pair(tmp_path, **texts)).hands_to == ()


def test_only_active_instances_take_work(tmp_path: Path) -> None:
    args = pair(tmp_path, callee=CALLEE + "  instances: {eu: active, us: suspended}\n")
    assert plan_from_args(args).hands_to[0].instances == ("eu",)


def test_one_agent_alone_with_an_edge_asks_for_the_folder_of_all(tmp_path: Path) -> None:
    args = pair(tmp_path)
    del args["agents"]
    with pytest.raises(InputError, match="pass the folder of all agent files"):
        plan_from_args(args)


def test_a_file_that_differs_from_the_folders_is_refused(tmp_path: Path) -> None:
    args = pair(tmp_path)
    (tmp_path / "other.txt").write_text(CALLER.replace("Reads", "Reads more"))
    with pytest.raises(InputError, match="declared otherwise"):
        plan_from_args({**args, "file": str(tmp_path / "other.txt")})
