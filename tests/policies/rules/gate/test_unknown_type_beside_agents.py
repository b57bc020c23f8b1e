"""Fixtures of NHI-GAT-006."""

from policies import kit
from policies.kit import Case

RULE = "NHI-GAT-006"
_EMPTY = kit.context(agents={})

GOOD = [
    Case("a new identity type where no agent lives", kit.resource("aws:iam/samlProvider:SamlProvider", "x", {}), _EMPTY)
]
BAD = [
    Case(
        "an identity type that no rule reads",
        kit.resource("aws:iam/samlProvider:SamlProvider", "x", {}),
        expect="no rule",
    ),
    Case("an EKS access entry", kit.resource("aws:eks/accessEntry:AccessEntry", "x", {})),
    Case("a custom resource", kit.resource("kubernetes:agents.x-k8s.io/v1:Sandbox", "x", {}), expect="custom resource"),
    Case("an unknown package", kit.resource("acme:index:Thing", "x", {}), expect="package acme"),
    Case("a role patched by hand", kit.resource("kubernetes:rbac.authorization.k8s.io/v1:RolePatch", "x", {})),
]
NEAR_MISS = [
    Case("a component of the program itself", kit.resource("acme:index:Network", "x", {}, custom=False)),
]
UNKNOWN = [
    Case(
        "a type without known properties", kit.resource("aws:iam/samlProvider:SamlProvider", "x", {"name": kit.UNKNOWN})
    )
]
