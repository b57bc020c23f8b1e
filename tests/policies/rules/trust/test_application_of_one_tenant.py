"""Fixtures of NHI-TRU-203."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-203"

_CONTEXT = e.context()

GOOD = [Case("one tenant", e.application(), _CONTEXT)]
BAD = [
    Case("every tenant", e.application(signInAudience="AzureADMultipleOrgs"), _CONTEXT, expect="AzureADMultipleOrgs"),
    Case(
        "personal accounts as well",
        e.application(signInAudience="AzureADandPersonalMicrosoftAccount"),
        _CONTEXT,
        expect="Personal",
    ),
]
NEAR_MISS = [
    Case("left to the provider, which takes one tenant", e.application(signInAudience=...), _CONTEXT),
    Case(
        "an application of nobody's",
        e.application(displayName="shop", tags=..., notes=..., signInAudience="AzureADMultipleOrgs"),
        _CONTEXT,
    ),
]
UNKNOWN = [Case("an unknown audience", e.application(signInAudience=kit.UNKNOWN), _CONTEXT, expect="signInAudience")]
