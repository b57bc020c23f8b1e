"""Fixtures of NHI-EXP-040. The good agent is of tier 2 and ends on 2027-03-31."""

from nhi_policies.view.resource import Resource

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-EXP-040"


def _dated(subject: Resource, end: object) -> Resource:
    notes = {key: value for key, value in kit.metadata()["annotations"].items() if key != "nhi/expires"}
    return kit.altered(subject, **{"metadata.annotations": notes if end is None else {**notes, "nhi/expires": end}})


GOOD = [
    Case("the component's account", kit.service_account()),
    Case("the component's role", kit.k8s_role()),
    Case("the component's binding", kit.k8s_binding()),
]
BAD = [
    Case("an account without an end", _dated(kit.service_account(), None), expect="missing"),
    Case("a role without an end", _dated(kit.k8s_role(), None), expect="missing"),
    Case("a binding by hand", k8s.raw_binding(), expect="missing"),
    Case("never", _dated(kit.k8s_role(), "never"), expect="malformed"),
    Case("without a zone", _dated(kit.k8s_role(), "2027-01-01T00:00:00"), expect="malformed"),
    Case("after the agent's end", _dated(kit.k8s_role(), "2027-04-01T00:00:00Z"), expect="late"),
    Case(
        "after a tier 1 agent's end",
        _dated(kit.k8s_role(), "2027-04-01T00:00:00Z"),
        kit.context(kit.agent(risk_tier=1)),
        expect="late",
    ),
]
NEAR_MISS = [
    Case("an earlier end", _dated(kit.k8s_role(), "2026-12-01T00:00:00Z")),
    Case("the same moment elsewhere", _dated(kit.k8s_role(), "2027-03-31T02:00:00+02:00")),
    Case("tier 1 without an end", _dated(kit.k8s_role(), None), kit.context(kit.agent(risk_tier=1))),
    Case("somebody else's role", k8s.raw_role(kit.rbac_rule())),
]
UNKNOWN = [Case("an unknown end", _dated(kit.k8s_role(), kit.UNKNOWN), expect="nhi/expires")]
