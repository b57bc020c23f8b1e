"""Fixtures of NHI-USR-301."""

from typing import Any

from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-USR-301"

_ON_ENGINE = {"credential.workload": {"kind": "agent-engine", "engine": "4711"}}
_ONLY = g.context(g.agent(acts_on_behalf="required", **_ON_ENGINE), g.OTHER)
_MAY = g.context(g.agent(acts_on_behalf="optional", **_ON_ENGINE), g.OTHER)
_NEVER = g.context(g.agent(acts_on_behalf="never", **_ON_ENGINE), g.OTHER)
_SILENT = g.context(g.ON_ENGINE, g.OTHER)
_CLIENT = {"clientId": "agents", "tokenUrl": "https://id.example.com/token"}
_ALONE = {"twoLeggedOauth": _CLIENT}
_USERS = {"threeLeggedOauth": {**_CLIENT, "authorizationUrl": "https://id.example.com/authorize"}}


def _provider(params: Any = _USERS, **changes: Any) -> Resource:
    inputs = {
        "authProviderId": "tickets",
        "location": "europe-west3",
        "authProviderTypeParams": params,
        "allowedScopes": ["tickets.read"],
        "workloadIds": [g.engine()],
    }
    return kit.altered(kit.resource(t.GCP_AUTH_PROVIDER, "tickets", inputs), **changes)


GOOD = [
    Case("three-legged, with scopes", _provider(), _ONLY),
    Case("two-legged, of one that acts for nobody", _provider(_ALONE), _NEVER),
]
BAD = [
    Case("two-legged", _provider(_ALONE), _ONLY, expect="two-legged OAuth"),
    Case("an API key", _provider({"apiKey": {"apiKey": kit.UNKNOWN}}), _ONLY, expect="an API key"),
    Case("a form that nobody knows", _provider({"geAuthProviders": {}}), _ONLY, expect="geAuthProviders"),
    Case("every scope", _provider(allowedScopes=...), _ONLY, expect="every scope"),
    Case("two-legged, for everybody", _provider(_ALONE, workloadIds=...), _ONLY, expect="support-agent"),
    Case("users' tokens for one that acts for none", _provider(), _NEVER, expect="no users"),
    Case("users' tokens for one that does not say", _provider(), _SILENT, expect="no users"),
]
NEAR_MISS = [
    Case("either, for one that may do both", _provider(_ALONE), _MAY),
    Case("two-legged, of somebody else", _provider(_ALONE, workloadIds=["principal://x.example.com/subject/y"]), _ONLY),
    Case("a stack without agents", _provider(_ALONE), g.NO_AGENTS),
]
UNKNOWN = [
    Case("whom it serves is not known", _provider(workloadIds=kit.UNKNOWN), _ONLY, expect="workloadIds"),
    Case("what it is is not known", _provider(kit.UNKNOWN), _ONLY, expect="authProviderTypeParams"),
    Case("scopes that are not known", _provider(allowedScopes=kit.UNKNOWN), _ONLY, expect="allowedScopes"),
]
