"""Fixtures of NHI-STA-300."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-STA-300"

_STOPPED = g.context(g.STOPPED)
_FEDERATED = g.agent(state="quarantined", **{"credential.workload": g.OIDC})
_STORED = g.agent(state="retired", **{"credential.type": "api_key", "credential.rotation_days": 30})
_HALF = g.agent(instances={"north": "active", "south": "suspended"})
_ENDED = g.agent(**{"credential.expires": "2026-10-01T00:00:00Z"})

GOOD = [
    Case("a disabled account", g.account(g.STOPPED, disabled=True), _STOPPED),
    Case("a disabled role", g.role(stage="DISABLED"), _STOPPED),
    Case("a disabled provider", g.provider(disabled=True), g.context(_FEDERATED)),
    Case("an instance that works", g.account(_HALF, "north"), g.context(_HALF)),
]
BAD = [
    Case("an enabled account", g.account(g.STOPPED), _STOPPED, "account is enabled"),
    Case("an account that does not say", g.account(g.STOPPED, disabled=...), _STOPPED, "account is enabled"),
    Case("a role in use", g.role(), _STOPPED, "stage"),
    Case("a member", g.member(), _STOPPED, "still a member"),
    Case("a member of a topic", g.member(g.TOPIC_MEMBER, topic="orders"), _STOPPED, "still a member"),
    Case("an entrance", g.become(), _STOPPED, "become it"),
    Case("a provider", g.provider(), g.context(_FEDERATED), "provider is enabled"),
    Case("a secret", g.secret(), g.context(_STORED), "secret is still there"),
    Case("an instance that is stopped", g.account(_HALF, "south"), g.context(_HALF), "enabled"),
    Case("an agent past its end", g.member(), g.context(_ENDED), "suspended"),
    Case("a proposed agent", g.member(), g.context(g.agent(state="proposed")), "proposed"),
    Case(
        "a policy", g.policy({"role": "roles/viewer", "members": [f"serviceAccount:{g.email()}"]}), _STOPPED, "member"
    ),
]
NEAR_MISS = [
    Case("an active agent's member", g.member(), g.context()),
    Case("somebody else's member", g.member(member="user:ana.reyes@example.com"), _STOPPED),
    Case(
        "an empty policy of its account",
        g.policy(token="gcp:serviceaccount/iAMPolicy:IAMPolicy", serviceAccountId=g.email()),
        _STOPPED,
    ),
]
UNKNOWN = [
    Case("whether it is disabled is not known", g.account(g.STOPPED, disabled=kit.UNKNOWN), _STOPPED, "disabled"),
    Case("a stage that is not known", g.role(stage=kit.UNKNOWN), _STOPPED, "stage"),
]
