"""Agents on Entra ID whose answers are others than the good one's: app roles, passwords, other workloads, stopped."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from nhi.catalog.load import load_catalog
from nhi_policies.view import types as t

from policies import entra_kit as e
from policies import kit
from policies.parity.entra_locks import CREDENTIAL, GOOD, PRINCIPAL, SCOPED
from policies.parity.identities import World, added, agent, dropped, edited, world

WITH_ROLE = {
    **SCOPED,
    "data_access": [{"scope": "staff-directory", "access": "read"}],
    "denied_actions": ["identity_administration"],
    "acts_on_behalf": "never",
}


def _on(kind: str, **workload: Any) -> World:
    """The good agent with another workload; the role of AWS that vouches for some is its own."""
    credential = {"type": "workload_identity", "workload": {"kind": kind, **workload}}
    return world(agent(**{**SCOPED, "platforms": ["aws", "entra"], "credential": credential}))


def test_an_agent_that_acts_for_nobody_is_watched_for_scopes() -> None:
    found = world(agent(**WITH_ROLE)).answers("entra")
    assert found.answers["3.5"].word == "detected"
    assert {one.type for one in found.answers["3.1"].by} == {t.ENTRA_APP_ROLE_ASSIGNMENT}
    words = GOOD.words("entra")
    assert {row for row, answer in found.answers.items() if answer.word != words[row]} == {"3.5"}


def test_an_agent_that_may_act_for_users_is_documented_only() -> None:
    found = world(agent(**{**WITH_ROLE, "acts_on_behalf": "optional"}))
    assert found.words("entra")["3.5"] == "documented"


def test_an_agent_that_may_delegate_is_documented_only() -> None:
    delegation = {"allowed": True, "max_depth": 1, "allowed_targets": []}
    assert world(agent(**SCOPED, delegation=delegation)).words("entra")["3.4"] == "documented"


def test_the_directory_has_no_clock_for_a_sponsor_who_left() -> None:
    left = world(agent(**SCOPED, sponsor={"departed_on": "2026-10-30T00:00:00Z"}))
    assert left.words("entra")["6.2"] == "detected"


@pytest.mark.parametrize(
    ("made", "word"),
    [
        (_on("ecs", cluster="main"), "detected"),
        (_on("lambda", function="mail"), "enforced"),
        (_on("kubernetes"), "enforced"),
    ],
    ids=["ecs", "lambda", "kubernetes"],
)
def test_a_role_that_can_be_lent_is_only_as_good_as_on_its_own_cloud(made: World, word: str) -> None:
    words = made.words("entra")
    assert words["2.1"] == word
    assert words["2.3"] == words["1.5"] == "enforced"


def test_a_tier_that_allows_less_than_an_hour_is_not_reached() -> None:
    declared = GOOD.context.agents["support-agent"]
    profile = declared.environment.profile
    short = replace(profile.tiers[2], max_token_life=profile.tiers[2].max_token_life / 2)
    where = replace(declared.environment, profile=replace(profile, tiers={**profile.tiers, 2: short}))
    strict = replace(
        GOOD, context=replace(GOOD.context, agents={"support-agent": replace(declared, environment=where)})
    )
    found = strict.answers("entra")
    assert found.answers["1.5"].word == "documented"
    assert "0:30:00" in found.answers["1.5"].reason
    assert found.short == ("1.5",)


# --- passwords ----------------------------------------------------------------------------------------------------


def _with_password(tier: int = 1) -> World:
    declared = e.agent(**e.STORED, risk_tier=tier)
    return World(e.context(declared, catalog=load_catalog()), tuple(e.written(declared)))


def test_a_password_is_watched_and_not_prevented() -> None:
    found = _with_password()
    words = found.words("entra", "people-agent")
    assert {row: words[row] for row in ("1.5", "2.1", "2.3", "2.4", "2.5", "5.4")} == {
        "1.5": "detected",
        "2.1": "detected",
        "2.3": "detected",
        "2.4": "enforced",
        "2.5": "detected",
        "5.4": "detected",
    }
    assert "people-agent-password" in {one.name for one in found.answers("entra", "people-agent").answers["2.4"].by}


def test_a_password_is_too_little_for_the_tiers_that_ask_for_more() -> None:
    assert _with_password(1).answers("entra", "people-agent").short == ()
    assert _with_password(2).answers("entra", "people-agent").short == ("1.5", "2.3")


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        (edited("people-agent-password", "endDate"), {"1.5", "2.4", "5.4"}),
        (edited("people-agent-password", "rotateWhenChanged"), {"1.5", "2.4", "5.4"}),
        (dropped("people-agent-entra-secret-version"), {"2.5"}),
    ],
    ids=["without end", "without window", "that nothing stores"],
)
def test_a_lock_of_a_password_that_goes_takes_its_rows(change: Any, rows: set[str]) -> None:
    before = _with_password()
    words, after = before.words("entra", "people-agent"), change(before).words("entra", "people-agent")
    assert {row for row, word in after.items() if word != words[row]} == rows
    assert {after[row] for row in rows} == {"documented"}


# --- stopped agents, instances ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["suspended", "quarantined", "retired", "proposed"])
def test_a_stopped_agent_gets_no_token(state: str) -> None:
    stopped = world(agent(**SCOPED, state=state))
    words = stopped.words("entra")
    rows = ("1.1", "1.5", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "3.4")
    assert {words[row] for row in rows} == {"enforced"}
    assert {words[row] for row in ("6.1", "6.3")} == {"detected"}
    assert stopped.answers("entra").short == ()


def test_a_stopped_agent_that_is_enabled_by_hand_is_seen() -> None:
    enabled = edited(PRINCIPAL, "accountEnabled", to=True)(world(agent(**SCOPED, state="quarantined")))
    words = enabled.words("entra")
    assert {words[row] for row in ("3.3", "6.1", "6.3")} == {"documented"}


def test_an_agent_that_the_file_stops_and_that_still_holds_everything_is_seen() -> None:
    stopped = agent(**SCOPED, state="quarantined")
    still = replace(GOOD, context=replace(GOOD.context, agents={"support-agent": stopped}))
    words = still.words("entra")
    assert {words[row] for row in ("3.3", "6.1", "6.3")} == {"documented"}


def test_an_agent_of_which_the_stack_makes_nothing_is_documented() -> None:
    assert set(World(GOOD.context, ()).words("entra").values()) == {"documented"}


def test_an_agent_that_nobody_lets_in_is_nobody() -> None:
    after = dropped(CREDENTIAL)(GOOD)
    assert after.words("entra") == GOOD.words("entra")
    assert "trusts nobody" in after.answers("entra").answers["2.1"].reason


def test_each_instance_has_rows_of_its_own() -> None:
    both = _with_instances()
    words = both.words("entra", instance="blue")
    assert words == both.words("entra", instance="green")
    assert words["2.3"] == "enforced"
    after = edited("support-agent--blue-federated-credential", "subject", to="agent/other")(both)
    assert after.words("entra", instance="green") == words
    changed = {row for row, word in after.words("entra", instance="blue").items() if word != words[row]}
    assert changed == {"2.1"}


def test_what_names_an_instance_by_its_application_alone_counts_for_that_instance() -> None:
    both = _with_instances()
    (of,) = (one for one in both.resources if one.name == "support-agent--blue-application")
    password = kit.resource(
        t.ENTRA_APPLICATION_PASSWORD,
        "by-hand",
        {"applicationId": kit.UNKNOWN},
        property_dependencies={"applicationId": (of.urn,)},
    )
    after = added(password)(both)
    assert after.words("entra", instance="blue")["2.3"] == "documented"
    assert after.words("entra", instance="green") == both.words("entra", instance="green")


def _with_instances() -> World:
    file = {**SCOPED, "platforms": ["entra", "kubernetes"], "instances": {"blue": "active", "green": "active"}}
    return world(agent(**{**file, "credential": {"type": "workload_identity", "workload": {"kind": "kubernetes"}}}))
