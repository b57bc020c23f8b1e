"""Fixtures of NHI-DEL-001."""

from policies import kit
from policies.kit import Case

RULE = "NHI-DEL-001"

_EDGE = {"allowed": True, "max_depth": 2, "allowed_targets": ["search-agent"]}
GOOD = [Case("two hops at tier 2", kit.agent(delegation=_EDGE))]
BAD = [
    Case("three hops at tier 2", kit.agent(delegation={**_EDGE, "max_depth": 3}), expect="3 hops"),
    Case("no depth", kit.agent(delegation={"allowed": True, "allowed_targets": ["a"]}), expect="max_depth"),
    Case("no targets", kit.agent(delegation={"allowed": True, "max_depth": 1}), expect="to whom"),
    Case("targets of a refused one", kit.agent(delegation={**_EDGE, "allowed": False}), expect="not allowed"),
    Case("tier 1 hands nothing on", kit.agent(risk_tier=1, delegation={**_EDGE, "max_depth": 1}), expect="1 hops"),
]
NEAR_MISS = [
    Case("only accepts", kit.agent(delegation={"allowed": False, "accepts_from": ["search-agent"]})),
    Case("three hops at tier 3", kit.agent(risk_tier=3, delegation={**_EDGE, "max_depth": 3})),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
