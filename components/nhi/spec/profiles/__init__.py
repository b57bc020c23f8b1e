"""Tier profiles: ceilings per risk tier, as data.

Owns the model of a profile, reading the shipped ones and a user's own. Does not judge: rules compare an agent with its
ceilings, and documents never emit more than a ceiling allows. Sources of each number stand in the YAML beside the
number.

A profile of one's own `extends` a shipped one (`requirements` where it does not say) and may only be stricter: a looser
number is a problem of that file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from nhi.spec.mistakes import mistakes
from nhi.spec.model import Count, Duration, Flag, Part, Word
from nhi.spec.nearest import nearest
from nhi.spec.problems import InputError, Problem
from nhi.spec.source import Source, read

_FOLDER = Path(__file__).parent
TIERS = (1, 2, 3)
BASE_PROFILE = "requirements"


@dataclass(frozen=True, slots=True)
class TierCeilings:
    """What one tier may have at most. Durations are `timedelta`, counts are whole numbers."""

    max_token_life: timedelta
    max_session: timedelta
    max_rotation_days: int
    max_credential_life: timedelta
    """Longest time from now to the credential's end date."""
    max_delegation_depth: int
    review_every: timedelta
    retention_years: int
    """Years that audit logs are kept at least."""
    grant_expiry_required: bool
    backup_sponsor_required: bool
    required_parity: tuple[str, ...]
    """Requirement rows that the tier wants `enforced`."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of ceilings for tiers 1 to 3."""

    name: str
    tiers: dict[int, TierCeilings]

    def ceilings(self, tier: int | None) -> TierCeilings:
        """The ceilings of a tier. An agent with no tier gets the strictest: tier 3."""
        return self.tiers[3 if tier is None else tier]


class _Tier(Part):
    """One tier as a profile file writes it; what it leaves out is as in the profile that it extends."""

    max_token_life: Duration | None = None
    max_session: Duration | None = None
    max_rotation_days: Count | None = Field(default=None, ge=1)
    max_credential_life: Duration | None = None
    max_delegation_depth: Count | None = Field(default=None, ge=0)
    review_every: Duration | None = None
    retention_years: Count | None = Field(default=None, ge=1)
    grant_expiry_required: Flag | None = None
    backup_sponsor_required: Flag | None = None
    required_parity: tuple[str, ...] | None = None


class _ProfileFile(Part):
    profile: Word
    extends: Word | None = None
    tier_1: _Tier = _Tier()
    tier_2: _Tier = _Tier()
    tier_3: _Tier = _Tier()


def known_profiles() -> tuple[str, ...]:
    """The names of the shipped profiles."""
    return tuple(sorted(file.stem for file in _FOLDER.glob("*.yaml")))


@lru_cache
def load_profile(name: str) -> Profile:
    """The shipped profile `name`. Raises `ValueError` that names the known ones for any other name."""
    if name not in known_profiles():
        close = nearest(name, known_profiles())
        raise ValueError(
            f"there is no tier profile {name[:40]!r}; known are {', '.join(known_profiles())}"
            + (f" (did you mean {close!r}?)" if close else "")
        )
    profile, problems = _profile(read(_FOLDER / f"{name}.yaml", root=_FOLDER))
    if profile is None:
        raise InputError(problems)
    return profile


def load_profile_file(path: Path, *, root: Path | None = None) -> tuple[Profile | None, tuple[Problem, ...]]:
    """A user's own profile file: the profile, or None and what is wrong with it, every looser number included."""
    source = read(path, root=root)
    name = source.value.get("profile") if isinstance(source.value, dict) else None
    if name in known_profiles():
        problem = Problem(
            f"the profile name {name!r} is taken by a shipped profile; reports could not tell the two apart.",
            source.positions.at("profile"),
            "choose another name.",
        )
        return None, (*source.problems, problem)
    return _profile(source)


def _profile(source: Source) -> tuple[Profile | None, tuple[Problem, ...]]:
    if source.value is None or source.problems:
        return None, source.problems
    try:
        file = _ProfileFile.model_validate(source.value)
    except ValidationError as error:
        return None, mistakes(error, source.value, _ProfileFile, source.positions)
    written = {tier: getattr(file, f"tier_{tier}") for tier in TIERS}
    if file.profile == BASE_PROFILE and file.extends is None:
        return _whole(file.profile, written), ()
    try:
        base = load_profile(file.extends or BASE_PROFILE)
    except ValueError as error:
        return None, (Problem(f"{error}.", source.positions.at("extends"), "name a known profile."),)
    problems: list[Problem] = []
    tiers = {}
    for tier, given in written.items():
        values = given.model_dump(exclude_none=True)
        for key, value in values.items():
            least = getattr(base.tiers[tier], key)
            if not _NO_LOOSER[key](value, least):
                problems.append(
                    Problem(
                        f"`{key}` of tier {tier} is looser than in {base.name!r} ({_said(least)}); "
                        "a profile may only be stricter.",
                        source.positions.at(f"tier_{tier}", key),
                        f"write {_said(least)} or something stricter, or leave it out.",
                    )
                )
        tiers[tier] = _ceilings({**_fields(base.tiers[tier]), **values})
    return (None, tuple(problems)) if problems else (Profile(file.profile, tiers), ())


def _whole(name: str, written: Mapping[int, _Tier]) -> Profile:
    return Profile(name, {tier: _ceilings(given.model_dump(exclude_none=True)) for tier, given in written.items()})


def _ceilings(values: Mapping[str, Any]) -> TierCeilings:
    return TierCeilings(**values)


def _fields(ceilings: TierCeilings) -> dict[str, Any]:
    return {key: getattr(ceilings, key) for key in _NO_LOOSER}


def _said(value: Any) -> str:
    if isinstance(value, timedelta):
        hours, rest = divmod(int(value.total_seconds()), 3600)
        return f"{hours}h" if not rest else f"{int(value.total_seconds()) // 60}m"
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _at_most(value: Any, base: Any) -> bool:
    return value <= base


def _at_least(value: Any, base: Any) -> bool:
    return value >= base


# For each ceiling: whether a value keeps the promise of the value it replaces.
_NO_LOOSER: dict[str, Callable[[Any, Any], bool]] = {
    "max_token_life": _at_most,
    "max_session": _at_most,
    "max_rotation_days": _at_most,
    "max_credential_life": _at_most,
    "max_delegation_depth": _at_most,
    "review_every": _at_most,
    "retention_years": _at_least,
    "grant_expiry_required": _at_least,
    "backup_sponsor_required": _at_least,
    "required_parity": lambda value, base: set(value) >= set(base),
}
