"""Fixtures of NHI-TRU-202."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-202"

_CONTEXT = e.context()
_INSTANCES = e.agent(instances={"blue": "active", "green": "active"})
_BLUE, _GREEN = (e.application(_INSTANCES, instance=name) for name in ("blue", "green"))
_OF_GREEN = e.by_hand(e.federated(_GREEN), "green")

GOOD = [Case("one each", e.good(), _CONTEXT)]
BAD = [
    Case("a second one by hand", e.good(e.by_hand(e.federated(subject="x"))), _CONTEXT, expect="beside"),
    Case("a pattern beside it", e.good(e.by_hand(e.flexible())), _CONTEXT, expect="two workloads"),
    Case("the same again", e.good(e.by_hand(e.federated())), _CONTEXT, expect="people-agent-federated-credential"),
]
NEAR_MISS = [
    Case("none", e.without(e.good(), e.federated().type), _CONTEXT),
    Case("one for each instance", [_BLUE, _GREEN, e.federated(_BLUE), _OF_GREEN], e.context(_INSTANCES)),
    Case(
        "one of a service",
        e.good(kit.resource(e.federated().type, "shop", {"applicationId": "/applications/x", "subject": "x"})),
        _CONTEXT,
    ),
]
UNKNOWN = [
    Case(
        "a second one that is not known",
        e.good(e.by_hand(e.federated(subject=kit.UNKNOWN))),
        _CONTEXT,
        expect="subject",
    )
]
