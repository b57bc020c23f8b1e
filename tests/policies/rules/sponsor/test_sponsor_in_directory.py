"""Fixtures of NHI-SPN-003."""

from dataclasses import replace

from policies import kit
from policies.kit import Case

RULE = "NHI-SPN-003"

_PEOPLE = {"tomas.lind@example.com": {}, "ana.reyes@example.com": {"active": False}}


def _with_directory(**changes: object) -> object:
    return replace(kit.agent(**changes), environment=kit.environment(**{"sponsors.people": _PEOPLE}))


GOOD = [Case("a domain of the organisation", kit.agent())]
BAD = [
    Case("a private address", kit.agent(sponsor="tomas.lind@mail.test"), expect="not in a domain"),
    Case(
        "not in the directory", _with_directory(sponsor="mia.berg@example.com"), expect="not in the sponsor directory"
    ),
    Case("an inactive backup", _with_directory(), expect="no longer active"),
    Case("a subdomain that is not listed", kit.agent(sponsor="tomas.lind@sub.example.com"), expect="not in a domain"),
]
NEAR_MISS = [
    Case("upper case", kit.agent(sponsor="Tomas.Lind@EXAMPLE.com")),
    Case("in the directory", _with_directory(**{"sponsor.backup": ...})),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
