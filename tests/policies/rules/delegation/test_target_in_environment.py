"""Fixtures of NHI-DEL-002."""

from nhi.permissions.model import Origin
from nhi.spec.problems import Problem

from policies import kit
from policies.delegation_kit import case, fleet, told
from policies.kit import Case

RULE = "NHI-DEL-002"

_AWAY = {"delegation.allowed_targets": ["middle", "elsewhere"]}
_TWICE = fleet(origin=_AWAY)
_AT = _TWICE["origin"].positions.at("delegation", "allowed_targets", 1)

GOOD = [case("both ends are declared here")]
BAD = [
    case("a target of another environment", origin=_AWAY, expect="elsewhere is no agent of environment dev"),
    case(
        "consent for an agent of another environment",
        "end",
        end={"delegation.accepts_from": ["middle", "elsewhere"]},
        expect="accepts_from::elsewhere",
    ),
]
NEAR_MISS = [
    Case("no delegation", kit.agent()),
    Case(
        "a name that the files' own problem tells already",
        _TWICE["origin"],
        told(_TWICE, problems=(Problem("nobody declares it", Origin(_AT.file, _AT.line, _AT.column)),)),
    ),
    case("without files nobody knows the others", origin=_AWAY, context={"from_files": False}),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
