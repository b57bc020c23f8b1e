"""Permissions of the directory that are harmless one by one, and together let one sign in as others or bring them in.

Owns the table, each entry with the public page that describes it (not each was read again). Does not own permissions
that lead there alone (`privileged`), nor what an agent holds (`effective`). App roles and delegated scopes count alike,
of whatever API: an agent that acts for an administrator does with a scope what it would do with the role.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from nhi_policies.view.combinations import Combination, Part, on

_GRAPH = "https://learn.microsoft.com/graph/permissions-reference"


def _any(values: str) -> Part:
    return Part(tuple(f"{kind}:{value}" for value in values.split() for kind in ("role", "scope")))


COMBINATIONS: Final[tuple[Combination, ...]] = (
    Combination(
        "claims-of-tokens",
        (_any("CustomAuthenticationExtension.ReadWrite.All"), _any("EventListener.ReadWrite.All")),
        "have a service of its own put claims into the tokens of other applications",
        "https://learn.microsoft.com/entra/identity-platform/custom-claims-provider-overview",
    ),
    Combination(
        "app-for-a-team",
        (
            _any("AppCatalog.ReadWrite.All"),
            _any(
                "TeamsAppInstallation.ReadWriteAndConsentForTeam.All "
                "TeamsAppInstallation.ReadWriteAndConsentForChat.All "
                "TeamsAppInstallation.ReadWriteAndConsentForUser.All"
            ),
        ),
        "publish an app of its own, install it for anybody and consent for them to what the app asks for",
        f"{_GRAPH}#teamsappinstallationreadwriteandconsentforteamall",
    ),
    Combination(
        "outsider-in-a-team",
        (_any("User.Invite.All"), _any("TeamMember.ReadWrite.All TeamMember.ReadWriteNonOwnerRole.All")),
        "invite somebody from outside and make him a member of a team, with all of its files",
        "https://learn.microsoft.com/graph/api/team-post-members",
    ),
    Combination(
        "keys-of-sign-in",
        (_any("TrustFrameworkKeySet.ReadWrite.All"), _any("Policy.ReadWrite.TrustFramework")),
        "sign tokens of a sign-in policy of its own with a key of its own",
        f"{_GRAPH}#trustframeworkkeysetreadwriteall",
    ),
)


@lru_cache(maxsize=16)
def combinations(apis: tuple[str, ...]) -> tuple[Combination, ...]:
    """The table for the APIs that an environment names."""
    return on(lambda _: apis, COMBINATIONS) if apis else ()
