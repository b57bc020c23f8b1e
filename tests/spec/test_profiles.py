"""Tier profiles: the numbers of the sources, and that a profile of one's own can only be stricter."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from nhi.spec.loader import load_environment
from nhi.spec.profiles import TIERS, known_profiles, load_profile, load_profile_file

from .files import changed_environment, only

HOUR = timedelta(hours=1)


def test_the_requirements_profile_has_the_numbers_of_its_sources() -> None:
    tiers = load_profile("requirements").tiers
    assert [tiers[tier].max_delegation_depth for tier in TIERS] == [0, 2, 3]
    assert [tiers[tier].max_token_life for tier in TIERS] == [12 * HOUR, HOUR, HOUR]
    assert [tiers[tier].max_session for tier in TIERS] == [12 * HOUR, 4 * HOUR, HOUR / 2]
    assert {tiers[tier].max_rotation_days for tier in TIERS} == {90}
    assert {tiers[tier].review_every for tier in TIERS} == {timedelta(days=92)}
    assert [tiers[tier].retention_years for tier in TIERS] == [3, 3, 7]
    assert [tiers[tier].grant_expiry_required for tier in TIERS] == [False, True, True]
    assert [tiers[tier].backup_sponsor_required for tier in TIERS] == [False, False, True]
    assert [tiers[tier].max_credential_life.days for tier in TIERS] == [366, 184, 92]


def test_airs_strict_differs_only_at_tier_3() -> None:
    base, strict = load_profile("requirements"), load_profile("airs-strict")
    assert strict.tiers[1] == base.tiers[1]
    assert strict.tiers[2] == base.tiers[2]
    assert strict.tiers[3].max_token_life == HOUR / 4
    assert strict.tiers[3].review_every == timedelta(days=31)


def test_a_higher_tier_never_gets_a_longer_life() -> None:
    for name in known_profiles():
        tiers = load_profile(name).tiers
        for key in ("max_token_life", "max_session", "max_credential_life", "review_every"):
            assert getattr(tiers[1], key) >= getattr(tiers[2], key) >= getattr(tiers[3], key)


def test_an_agent_without_a_tier_gets_the_strictest() -> None:
    profile = load_profile("requirements")
    assert profile.ceilings(None) == profile.tiers[3]


def test_an_unknown_profile_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"airs-strict, requirements \(did you mean 'requirements'\?\)"):
        load_profile("requirments")
    file = changed_environment(tmp_path, "prefix: acme", "prefix: acme\nprofile: requirments")
    assert only(load_environment(file)[1]).origin.line == 3


def _own(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "ours.yaml"
    file.write_text(text)
    return file


def test_a_profile_of_ones_own_may_be_stricter(tmp_path: Path) -> None:
    _own(tmp_path, "profile: ours\nextends: airs-strict\ntier_2: {max_session: 2h, backup_sponsor_required: true}\n")
    file = changed_environment(tmp_path, "prefix: acme", "prefix: acme\nprofile: ./ours.yaml")
    declared, problems = load_environment(file)
    assert problems == ()
    assert declared is not None
    assert declared.profile.name == "ours"
    assert declared.profile.tiers[2].max_session == 2 * HOUR
    assert declared.profile.tiers[2].backup_sponsor_required
    assert declared.profile.tiers[3].max_token_life == HOUR / 4


@pytest.mark.parametrize(
    "looser",
    [
        "max_token_life: 61m",
        "max_session: 5h",
        "max_rotation_days: 91",
        "max_credential_life: 185d",
        "max_delegation_depth: 3",
        "review_every: 93d",
        "retention_years: 2",
        "grant_expiry_required: false",
        'required_parity: ["1.1"]',
    ],
)
def test_a_profile_of_ones_own_may_not_be_looser(tmp_path: Path, looser: str) -> None:
    profile, problems = load_profile_file(_own(tmp_path, f"profile: ours\ntier_2:\n  {looser}\n"))
    assert profile is None
    problem = only(problems)
    assert problem.origin.line == 3
    assert "looser than in 'requirements'" in problem.message


def test_a_profile_file_may_not_take_a_shipped_name(tmp_path: Path) -> None:
    profile, problems = load_profile_file(_own(tmp_path, "profile: requirements\ntier_2: {max_session: 1h}\n"))
    assert profile is None
    assert "taken" in only(problems).message


def test_a_missing_profile_file_is_told_where_it_is_named(tmp_path: Path) -> None:
    file = changed_environment(tmp_path, "prefix: acme", "prefix: acme\nprofile: ./none.yaml")
    declared, problems = load_environment(file)
    assert declared is None
    assert (only(problems).origin.file, only(problems).origin.line) == (str(file), 3)


def test_an_unknown_base_profile_and_an_unknown_key_are_problems(tmp_path: Path) -> None:
    assert "airs-strict" in only(load_profile_file(_own(tmp_path, "profile: ours\nextends: airs\n"))[1]).message
    misspelt = _own(tmp_path, "profile: ours\ntier_2: {max_sesion: 1h}\n")
    assert "`max_session`" in only(load_profile_file(misspelt)[1]).fix
