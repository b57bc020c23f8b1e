"""Fixtures of NHI-PRM-301."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-301"

_TWO = g.agent(instances=["north", "south"])

GOOD = [
    Case("a role of its own", g.member(), g.context()),
    Case(
        "an instance's own role",
        g.member(
            role=g.role_name(g.role_id(_TWO, instance="north")), member=f"serviceAccount:{g.email(_TWO, 'north')}"
        ),
        g.context(_TWO),
    ),
]
BAD = [
    Case("a role that Google keeps", g.on_bucket(role="roles/storage.objectViewer"), g.context(), "Google keeps"),
    Case("a role made by hand", g.member(role=g.role_name("by_hand")), g.context(), "not the agent's own"),
    Case("another agent's role", g.member(role=g.role_name(g.role_id(g.OTHER))), g.context(), "not the agent's own"),
    Case(
        "the other instance's role",
        g.member(
            role=g.role_name(g.role_id(_TWO, instance="south")), member=f"serviceAccount:{g.email(_TWO, 'north')}"
        ),
        g.context(_TWO),
        "not the agent's own",
    ),
    Case(
        "the same id in another project",
        g.member(role=f"projects/acme-other-1/roles/{g.role_id()}"),
        g.context(),
        "not the agent's own",
    ),
    Case("a role of the organization", g.member(role=f"organizations/1/roles/{g.role_id()}"), g.context(), "own"),
]
NEAR_MISS = [
    Case("somebody else", g.on_bucket(role="roles/storage.objectViewer", member="user:a@example.com"), g.context()),
    Case("a basic role, which has a rule of its own", g.member(role="roles/owner"), g.context()),
    Case("another hash", g.member(role=g.role_name(g.role_id(tail="deadbeef"))), g.context()),
]
UNKNOWN = [Case("a role that is not known", g.member(role=kit.UNKNOWN), g.context(), "role")]
