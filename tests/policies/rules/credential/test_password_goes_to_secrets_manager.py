"""Fixtures of NHI-CRD-203."""

from nhi_policies.view import types as t

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-203"

_STORED = e.context(e.agent(**e.STORED))
_IDENTITY = [e.application(), e.principal(), e.password()]
_STORES = [*_IDENTITY, e.secret(), e.secret_version()]
_FOREIGN = e.secret(tags=kit.tags(e.mail_agent()), name="acme-mail-agent-entra-credential")


def _uses(type_token: str, key: str, *sources: object) -> object:
    urns = tuple(one.urn for one in sources)
    return kit.resource(type_token, "uses", {key: kit.UNKNOWN}, property_dependencies={key: urns})


GOOD = [Case("into the agent's secret", _STORES, _STORED)]
BAD = [
    Case("into nothing", _IDENTITY, _STORED, expect="by hand"),
    Case(
        "into another agent's secret", [*_IDENTITY, _FOREIGN, e.secret_version(into=_FOREIGN)], _STORED, expect="place"
    ),
    Case(
        "into a variable as well",
        [*_STORES, _uses("aws:lambda/function:Function", "environment", e.password())],
        _STORED,
        expect="environment",
    ),
    Case(
        "into the state of the secret",
        [*_IDENTITY, e.secret(), _uses(t.AWS_SECRET_VERSION, "secretString", e.password())],
        _STORED,
        expect="secretString",
    ),
]
NEAR_MISS = [
    Case("no password", e.good(), e.context()),
    Case(
        "an output of the whole identity",
        [*_STORES, _uses("aws:lambda/function:Function", "environment", *_IDENTITY)],
        _STORED,
    ),
]
UNKNOWN = [
    Case(
        "into a secret that nobody knows",
        [*_IDENTITY, e.secret(), kit.altered(_uses(t.AWS_SECRET_VERSION, "secretStringWo", e.password()))],
        _STORED,
        expect="place",
    )
]
