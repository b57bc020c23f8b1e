"""Fixtures of NHI-TRU-201."""

from policies import entra_kit as e
from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-201"

_CONTEXT = e.context()
_ROLE = "arn:aws:iam::111122223333:role/agents/acme-people-agent"
_ISSUER = "https://0d9f4a6e2b7c.tokens.sts.global.api.aws"


def _running(**workload: object) -> object:
    return e.context(e.agent(**{"credential.workload": workload}))


_LAMBDA = _running(kind="lambda", function="people")
_POD = _running(kind="kubernetes")
_INSTANCES = e.agent(instances={"blue": "active", "green": "active"}, **{"credential.workload": {"kind": "kubernetes"}})
_BLUE = e.application(_INSTANCES, instance="blue")
_CLUSTER = "https://oidc.dev.example.com/cluster"

GOOD = [
    Case("the declared pipeline", e.federated(), _CONTEXT),
    Case("the agent's own role", e.federated(issuer=_ISSUER, subject=_ROLE), _LAMBDA),
    Case("the agent's pod", e.federated(issuer=_CLUSTER, subject="system:serviceaccount:agents:people-agent"), _POD),
    Case(
        "the instance's pod",
        e.federated(_BLUE, issuer=_CLUSTER, subject="system:serviceaccount:agents:people-agent--blue"),
        e.context(_INSTANCES),
    ),
]
BAD = [
    Case("another subject", e.federated(subject="agent/other-agent"), _CONTEXT, expect="agent/other-agent"),
    Case("a subject in other letters", e.federated(subject="Agent/people-agent"), _CONTEXT, expect="Agent/"),
    Case("another issuer", e.federated(issuer="https://gitlab.example.net"), _CONTEXT, expect="gitlab"),
    Case("an issuer with a slash more", e.federated(issuer=f"{e.ISSUER}/"), _CONTEXT, expect="issuer"),
    Case("another agent's role", e.federated(issuer=_ISSUER, subject=f"{_ROLE}-2"), _LAMBDA, expect="-2"),
    Case(
        "the other instance's pod",
        e.federated(_BLUE, issuer=_CLUSTER, subject="system:serviceaccount:agents:people-agent--green"),
        e.context(_INSTANCES),
        expect="green",
    ),
    Case("a workload that no issuer vouches for", e.federated(), e.context(e.agent(**e.STORED)), expect="no workload"),
]
NEAR_MISS = [
    Case("a credential of nobody's", e.by_hand(e.federated(subject="service/web-shop")), _CONTEXT),
    Case("an agent that no file declares", e.federated(), e.context(e.mail_agent())),
]
UNKNOWN = [Case("an unknown issuer", e.federated(issuer=kit.UNKNOWN), _CONTEXT, expect="issuer")]
