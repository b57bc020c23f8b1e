"""Fixtures of NHI-IDN-001."""

from policies import kit
from policies.kit import Case

RULE = "NHI-IDN-001"

_FIRST = kit.agent()
_SECOND = kit.agent(agent_id="search-agent")
_BOTH = kit.context(_FIRST, _SECOND)
_POD = {"kind": "eks", "cluster": "main", "service_account": "shared"}
_LAMBDA = {"kind": "lambda", "function": "worker"}


def _agents(**changes: object) -> tuple:
    return kit.agent(**changes), kit.agent(agent_id="search-agent", **changes)


def _trust(service: str, **condition: dict[str, str]) -> str:
    """A trust policy for one service, with conditions by operator."""
    principal = {"Service": f"{service}.amazonaws.com"}
    return kit.document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition})


def _pod_trust(**more: str) -> str:
    pins = {"kubernetes-namespace": "agents", "kubernetes-service-account": "x", "eks-cluster-name": "acme-dev", **more}
    return _trust("pods.eks", StringEquals={f"aws:RequestTag/{key}": value for key, value in pins.items()})


_ECS = _trust("ecs-tasks", ArnLike={"aws:SourceArn": "arn:aws:ecs:eu-central-1:111122223333:*"})


GOOD = [
    Case(
        "two agents, each with its own",
        [
            kit.role(_FIRST),
            kit.role(_SECOND),
            kit.service_account(_FIRST),
            kit.service_account(_SECOND),
            kit.k8s_binding(_FIRST),
            kit.k8s_binding(_SECOND),
            kit.pod(_FIRST),
        ],
        _BOTH,
    ),
    Case(
        "two instances, each with its own",
        [
            kit.role(instance="blue"),
            kit.role(instance="green"),
            kit.service_account(instance="blue"),
            kit.service_account(instance="green"),
        ],
        kit.context(kit.agent(instances=["blue", "green"])),
    ),
]
BAD = [
    Case("two files name one service account", [], kit.context(*_agents(**{"credential.workload": _POD})), "shared"),
    Case("two files name one function", [], kit.context(*_agents(**{"credential.workload": _LAMBDA})), "worker"),
    Case(
        "two instances run as one function",
        [],
        kit.context(
            kit.agent(instances=["blue", "green"], **{"credential.workload": {"kind": "lambda", "function": "support"}})
        ),
        "green",
    ),
    Case(
        "two roles trust one service account",
        [kit.role(_FIRST), kit.role(_SECOND, assumeRolePolicy=kit.document(kit.trust_statement(_FIRST)))],
        _BOTH,
        "trusted workload",
    ),
    Case(
        "one agent's binding names the other's account",
        [
            kit.service_account(_FIRST),
            kit.k8s_binding(
                _SECOND, subjects=[{"kind": "ServiceAccount", "name": "support-agent", "namespace": "agents"}]
            ),
        ],
        _BOTH,
        "service account",
    ),
    Case(
        "one agent's pod runs as the other's account",
        [kit.service_account(_FIRST), kit.pod(_SECOND, **{"spec.serviceAccountName": "support-agent"})],
        _BOTH,
    ),
    Case(
        "two instances on one role",
        [kit.role(instance="blue"), kit.role(instance="green", name="acme-support-agent--blue")],
    ),
    Case(
        "one service account, trusted in two ways of writing",
        [
            kit.role(_FIRST, assumeRolePolicy=_pod_trust()),
            kit.role(_SECOND, assumeRolePolicy=_pod_trust(**{"eks-cluster-arn": "arn:aws:eks:x:1:cluster/acme-dev"})),
        ],
        _BOTH,
        "trusted workload",
    ),
]
NEAR_MISS = [
    Case(
        "two agents in one ECS cluster",
        [],
        kit.context(*_agents(**{"credential.workload": {"kind": "ecs", "cluster": "finance"}})),
    ),
    Case(
        "two instances of one named account, each with an account of its own",
        [],
        kit.context(
            kit.agent(
                instances=["eu", "us"],
                **{"credential.workload": {"kind": "kubernetes", "service_account": "support"}},
            )
        ),
    ),
    Case(
        "a suspended agent claims no workload",
        [],
        kit.context(
            kit.agent(**{"credential.workload": _POD}),
            kit.agent(agent_id="search-agent", state="suspended", **{"credential.workload": _POD}),
        ),
    ),
    Case(
        "two functions with one prefix",
        [],
        kit.context(
            kit.agent(**{"credential.workload": _LAMBDA}),
            kit.agent(agent_id="search-agent", **{"credential.workload": {"kind": "lambda", "function": "worker-2"}}),
        ),
    ),
    Case(
        "other accounts of the cluster are not agents",
        [
            kit.resource("kubernetes:core/v1:ServiceAccount", "x", {"metadata": {"name": "prometheus"}}),
            kit.k8s_binding(subjects=[{"kind": "ServiceAccount", "name": "support-agent", "namespace": "agents"}]),
        ],
    ),
    Case("one lock date in two trust policies", [kit.role(_FIRST), kit.role(_SECOND)], _BOTH),
    Case(
        "ECS, which AWS lets nobody pin to a task",
        [kit.role(_FIRST, assumeRolePolicy=_ECS), kit.role(_SECOND, assumeRolePolicy=_ECS)],
        _BOTH,
    ),
    Case(
        "one service account name on two clusters",
        [
            kit.role(_FIRST, assumeRolePolicy=_pod_trust()),
            kit.role(_SECOND, assumeRolePolicy=_pod_trust(**{"eks-cluster-name": "acme-other"})),
        ],
        _BOTH,
    ),
]
UNKNOWN = [
    Case("an agent's role with an unknown trust policy", [kit.role(assumeRolePolicy=kit.UNKNOWN)], expect="assume"),
    Case("an agent's pod under an unknown account", [kit.pod(**{"spec.serviceAccountName": kit.UNKNOWN})]),
]
