"""Tier profiles: ceilings per risk tier, as data.

Owns the model of a profile and reading the shipped ones. Does not judge: rules compare an agent with its ceilings,
and documents never emit more than a ceiling allows. Sources of each number stand in the YAML beside the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


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
