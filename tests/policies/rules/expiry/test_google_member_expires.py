"""Fixtures of NHI-EXP-300."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-EXP-300"

_LATE = 'request.time < timestamp("2027-04-01T00:00:00Z")'

GOOD = [
    Case("until the lock date", g.member(), g.context()),
    Case("until the lock date, on a prefix", g.on_prefix(), g.context()),
    Case("an entrance until the lock date", g.become(), g.context()),
]
BAD = [
    Case("no condition", g.member(condition=...), g.context(), "never ends"),
    Case("a condition on the object only", g.member(condition=g.until('resource.name == "x"')), g.context(), "never"),
    Case("after the lock date", g.on_bucket(condition=g.until(_LATE)), g.context(), "2027-04-01"),
    Case("an hour after it", g.member(condition=g.until(g.UNTIL.replace("T00", "T01"))), g.context(), "late"),
    Case("another zone", g.member(condition=g.until(g.UNTIL.replace("Z", "-01:00"))), g.context(), "late"),
    Case("from a moment on", g.member(condition=g.until(g.UNTIL.replace("<", ">"))), g.context(), "never"),
    Case("an entrance without end", g.become(condition=...), g.context(), "never ends"),
    Case("an entrance that ends late", g.become(condition=g.until(_LATE)), g.context(), "late"),
    Case(
        "a tier 1 agent after its lock date",
        g.member(condition=g.until(_LATE)),
        g.context(g.agent(risk_tier=1)),
        "late",
    ),
    Case("a binding", g.binding(f"serviceAccount:{g.email()}"), g.context(), "never"),
    Case(
        "a policy",
        g.policy({"role": "roles/viewer", "members": [f"serviceAccount:{g.email()}"]}),
        g.context(),
        "bindings[0].never",
    ),
]
NEAR_MISS = [
    Case("before the lock date", g.member(condition=g.until(g.UNTIL.replace("03-31", "03-30"))), g.context()),
    Case(
        "written the other way round",
        g.member(condition=g.until(f"timestamp('{kit.END}') > request.time")),
        g.context(),
    ),
    Case("two ends", g.member(condition=g.until(f"{g.UNTIL} && {_LATE}")), g.context()),
    Case("narrowed by what is not understood", g.member(condition=g.until(f"{g.UNTIL} && (a || b)")), g.context()),
    Case("a tier 1 agent without end", g.member(condition=...), g.context(g.TIER_1)),
    Case("somebody else without end", g.member(member="user:ana.reyes@example.com", condition=...), g.context()),
    Case(
        "another account's entrance",
        g.become(member="user:ana.reyes@example.com", serviceAccountId="robot", condition=...),
        g.context(),
    ),
]
UNKNOWN = [
    Case("a condition that is not known", g.member(condition=kit.UNKNOWN), g.context(), "condition"),
    Case(
        "an expression that is not known", g.member(**{"condition.expression": kit.UNKNOWN}), g.context(), "expression"
    ),
    Case("no CEL", g.member(condition=g.until("request.time <")), g.context(), "is not CEL"),
    Case(
        "a condition that may always hold",
        g.member(condition=g.until(f"{g.UNTIL} || true")),
        g.context(),
        "not understood",
    ),
    Case("an end that is no time", g.member(condition=g.until(g.UNTIL.replace("Z", ""))), g.context(), "never ends"),
    Case("a condition without an expression", g.member(condition={"title": "x"}), g.context(), "is no expression"),
]
