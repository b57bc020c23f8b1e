"""Fixtures of NHI-PRM-307."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-307"

_ASKED = g.agent({"gcp": {**g.GCP, "boundary": True}})
_ENGINE = g.agent(
    {"gcp": {**g.GCP, "boundary": True}}, **{"credential.workload": {"kind": "agent-engine", "engine": "4711"}}
)
_CONTEXT = g.context(_ASKED)
_ALL = [g.account(), g.boundary(), g.boundary_binding()]


def _bound(**changes: object) -> list[object]:
    return [g.account(), g.boundary(), g.boundary_binding(**changes)]


def _inside(*resources: object) -> list[object]:
    return [
        g.account(),
        g.boundary(**{"details.rules": [{"effect": "ALLOW", "resources": list(resources)}]}),
        g.boundary_binding(),
    ]


_HERE = f"//cloudresourcemanager.googleapis.com/projects/{g.PROJECT}"

GOOD = [Case("a boundary, bound to the account", _ALL, _CONTEXT)]
BAD = [
    Case("none", [g.account()], _CONTEXT, "no principal access boundary"),
    Case("not bound", [g.account(), g.boundary()], _CONTEXT, "boundary"),
    Case("bound, and not made here", [g.account(), g.boundary_binding()], _CONTEXT, "boundary"),
    Case(
        "for another account",
        _bound(**{"condition.expression": 'principal.subject == "other@x.iam.gserviceaccount.com"'}),
        _CONTEXT,
        "boundary",
    ),
    Case(
        "under one more condition",
        _bound(**{"condition.expression": f'principal.subject == "{g.email()}" && a.b'}),
        _CONTEXT,
        "boundary",
    ),
    Case("of another project's principals", _bound(**{"target.principalSet": f"{_HERE}-2"}), _CONTEXT, "boundary"),
    Case("around two projects", _inside(_HERE, f"{_HERE}-2"), _CONTEXT, "boundary"),
    Case(
        "around the organization",
        _inside("//cloudresourcemanager.googleapis.com/organizations/1"),
        _CONTEXT,
        "boundary",
    ),
    Case(
        "without rules", [g.account(), g.boundary(**{"details.rules": []}), g.boundary_binding()], _CONTEXT, "boundary"
    ),
]
NEAR_MISS = [
    Case("for every principal of the project", _bound(condition=...), _CONTEXT),
    Case(
        "by the project's number",
        _bound(**{"target.principalSet": f"//cloudresourcemanager.googleapis.com/projects/{g.NUMBER}"}),
        _CONTEXT,
    ),
    Case("an environment that asks for none", [g.account()], g.context()),
    Case(
        "an agent identity, which nothing can be bound to",
        [g.role(), g.member(member=g.engine(_ENGINE))],
        g.context(_ENGINE),
    ),
    Case("an agent that is not here", [g.raw_account()], _CONTEXT),
]
UNKNOWN = [
    Case("a target that is not known", _bound(**{"target.principalSet": kit.UNKNOWN}), _CONTEXT, "target"),
    Case("a condition that is not known", _bound(**{"condition.expression": kit.UNKNOWN}), _CONTEXT, "condition"),
    Case("a condition that is no CEL", _bound(**{"condition.expression": "a =="}), _CONTEXT, "is not CEL"),
    Case(
        "rules that are not known",
        [g.account(), g.boundary(details=kit.UNKNOWN), g.boundary_binding()],
        _CONTEXT,
        "details",
    ),
]
