"""Fixtures of NHI-CLS-040."""

from policies import kit
from policies.kit import Case

RULE = "NHI-CLS-040"
_INSTANCES = kit.agent(instances=["eu"])

GOOD = [
    Case("the component's account", kit.service_account()),
    Case("an instance's account", kit.service_account(_INSTANCES, instance="eu"), kit.context(_INSTANCES)),
]
BAD = [
    Case("no labels at all", kit.service_account(**{"metadata.labels": {}}), expect="owner-team::missing"),
    Case("nothing but the name", kit.service_account(**{"metadata.labels": {}, "metadata.annotations": {}})),
    Case("no purpose", kit.altered(kit.service_account(), **{"metadata.annotations": {}}), expect="nhi/purpose"),
    Case(
        "a lower tier",
        kit.service_account(
            **{"metadata.labels": {**kit.metadata()["labels"], "nhi/risk-tier": "1"}},
        ),
        expect="risk-tier::differs",
    ),
    Case(
        "still active, though the file suspends it",
        kit.service_account(),
        kit.context(kit.agent(state="suspended")),
        expect="state::differs",
    ),
]
NEAR_MISS = [
    Case(
        "an account that is no agent's",
        kit.resource("kubernetes:core/v1:ServiceAccount", "x", {"metadata": {"name": "x", "namespace": "agents"}}),
    ),
    Case(
        "the same name in a namespace without agents",
        kit.service_account(**{"metadata.namespace": "shop", "metadata.labels": {}, "metadata.annotations": {}}),
    ),
]
UNKNOWN = [
    Case("unknown labels", kit.service_account(**{"metadata.labels": kit.UNKNOWN}), expect="metadata.labels"),
    Case(
        "an unknown annotation",
        kit.service_account(
            **{"metadata.annotations": {**kit.metadata()["annotations"], "nhi/purpose": kit.UNKNOWN}},
        ),
        expect="nhi/purpose",
    ),
]
