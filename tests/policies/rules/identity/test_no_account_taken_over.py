"""Fixtures of NHI-IDN-300."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-IDN-300"

GOOD = [Case("an account that is made", g.account(), g.context())]
BAD = [
    Case("an agent's account taken over", g.account(createIgnoreAlreadyExists=True), g.context(), "takes over"),
    Case("another account taken over", g.raw_account(createIgnoreAlreadyExists=True), g.context(), "takes over"),
]
NEAR_MISS = [
    Case("the option, off", g.account(createIgnoreAlreadyExists=False), g.context()),
    Case("no agents", g.raw_account(createIgnoreAlreadyExists=True), g.NO_AGENTS),
]
UNKNOWN = [
    Case(
        "an option that is not known",
        g.account(createIgnoreAlreadyExists=kit.UNKNOWN),
        g.context(),
        "createIgnoreAlreadyExists",
    )
]
