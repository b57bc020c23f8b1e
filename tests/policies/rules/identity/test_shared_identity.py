"""Fixtures of NHI-IDN-001."""

from policies import federated_kit as far
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


_TWO = far.context()
_CLOUDS = (far.application, far.principal, far.credential, far.account, far.become, far.provider, far.custom_role)
_ROLE = "arn:aws:iam::111122223333:role/agents/acme-support-agent"
_SUBJECT = "system:serviceaccount:agents:support-agent"
_WEB = kit.document(
    {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.dev.example.com/cluster/main"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"oidc.dev.example.com/cluster/main:sub": _SUBJECT}},
    }
)
_ASSUMED = "arn:aws:sts::111122223333:assumed-role/acme-support-agent"

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
    Case(
        "two agents on Entra ID and Google Cloud, each with its own",
        [make(one) for one in (far.FIRST, far.SECOND) for make in (*_CLOUDS, far.assignment, far.project_member)],
        _TWO,
    ),
    Case(
        "two instances on Entra ID and Google Cloud, each with its own",
        [make(far.FIRST, instance=one) for one in ("blue", "green") for make in _CLOUDS[:-1]],
        far.context(far.agent(instances=["blue", "green"])),
    ),
    Case(
        "one service account of a cluster is one agent on all clouds",
        [
            kit.service_account(far.FIRST),
            kit.role(far.FIRST, assumeRolePolicy=_WEB),
            far.application(),
            far.credential(issuer=far.CLUSTER, subject=_SUBJECT),
            far.account(),
            far.provider(issuer=far.CLUSTER, subject=_SUBJECT),
            far.become(member=far.subject_member(_SUBJECT)),
        ],
        _TWO,
    ),
    Case(
        "one AWS role is one agent on both other clouds",
        [
            kit.role(far.FIRST),
            far.application(),
            far.credential(issuer=far.OUTBOUND, subject=_ROLE),
            far.account(),
            far.become(member=far.subject_member(_ASSUMED)),
        ],
        _TWO,
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
    Case(
        "two agents' applications of one name",
        [far.application(), far.application(far.SECOND, displayName="acme-support-agent")],
        _TWO,
        "application acme-support-agent",
    ),
    Case(
        "two instances' applications of one name",
        [far.application(instance="blue"), far.application(instance="green", displayName="acme-support-agent--blue")],
        far.context(far.agent(instances=["blue", "green"])),
        "application",
    ),
    Case(
        "one application with the principals of two agents",
        [far.application(), far.principal(), far.principal(far.SECOND, of=far.application())],
        _TWO,
        "application",
    ),
    Case(
        "one agent's credential on the other's application",
        [far.application(), far.credential(far.SECOND, of=far.application())],
        _TWO,
        "application acme-support-agent",
    ),
    Case(
        "two applications trust one subject",
        [
            far.application(),
            far.application(far.SECOND),
            far.credential(subject="repo:acme/x:environment:dev"),
            far.credential(far.SECOND, subject="repo:acme/x:environment:dev"),
        ],
        _TWO,
        "outside workload",
    ),
    Case(
        "one AWS role in the applications of two agents",
        [
            far.application(),
            far.application(far.SECOND),
            far.credential(issuer=far.OUTBOUND, subject=_ROLE),
            far.credential(far.SECOND, issuer=far.OUTBOUND, subject=_ROLE),
        ],
        _TWO,
        "role acme-support-agent",
    ),
    Case(
        "one agent's role in the other's application",
        [
            kit.role(far.FIRST),
            far.application(far.SECOND),
            far.credential(far.SECOND, issuer=far.OUTBOUND, subject=_ROLE),
        ],
        _TWO,
        "role acme-support-agent",
    ),
    Case(
        "one agent's service account in the other's application",
        [
            kit.service_account(far.FIRST),
            far.application(far.SECOND),
            far.credential(far.SECOND, issuer=far.CLUSTER, subject=_SUBJECT),
        ],
        _TWO,
        "service account agents/support-agent",
    ),
    Case(
        "a subject that two agents trust on two clouds",
        [far.application(), far.credential(), far.provider(far.SECOND, subject=far.own_subject(far.FIRST))],
        _TWO,
        "outside workload",
    ),
    Case(
        "one agent's app role in the other's hand",
        [far.application(), far.principal(), far.assignment(far.SECOND, of=far.principal())],
        _TWO,
        "service principal",
    ),
    Case(
        "two agents on one Google service account",
        [far.account(), far.account(far.SECOND, accountId="acme-support-agent")],
        _TWO,
        "Google service account",
    ),
    Case(
        "one subject becomes two service accounts",
        [
            far.account(),
            far.account(far.SECOND),
            far.become(),
            far.become(far.SECOND, far.subject_member(far.own_subject(far.FIRST))),
        ],
        _TWO,
        "pool subject",
    ),
    Case(
        "a member written by hand lets the other agent's subject in, by the project's id",
        [far.become(), far.become(far.SECOND, far.subject_member(far.own_subject(), project=far.PROJECT), raw=True)],
        _TWO,
        "pool subject",
    ),
    Case(
        "one agent's AWS role becomes the other's service account",
        [kit.role(far.FIRST), far.account(far.SECOND), far.become(far.SECOND, far.subject_member(_ASSUMED))],
        _TWO,
        "role acme-support-agent",
    ),
    Case(
        "one agent's Google service account becomes the other's",
        [far.account(), far.account(far.SECOND), far.become(far.SECOND, f"serviceAccount:{far.email()}")],
        _TWO,
        "Google service account",
    ),
    Case(
        "one agent's custom role in the other's hand",
        [far.custom_role(), far.account(far.SECOND), far.project_member(far.SECOND, far.custom_role())],
        _TWO,
        "custom role",
    ),
    Case(
        "two agents come through one provider",
        [far.provider(), far.provider(far.SECOND, workloadIdentityPoolProviderId="acme-support-agent")],
        _TWO,
        "provider",
    ),
    Case(
        "two instances become one service account",
        [
            far.account(instance="blue"),
            far.become(instance="blue"),
            far.become(member=f"serviceAccount:{far.email(far.FIRST, 'blue')}", instance="green"),
        ],
        far.context(far.agent(instances=["blue", "green"])),
        "Google service account",
    ),
]
NEAR_MISS = [
    Case(
        "one subject under two issuers on Entra ID, which looks at both",
        [
            far.application(),
            far.application(far.SECOND),
            far.credential(subject="main"),
            far.credential(far.SECOND, issuer="https://other.example.com", subject="main"),
        ],
        _TWO,
    ),
    Case(
        "one subject in two pools",
        [
            far.account(),
            far.account(far.SECOND),
            far.become(member=far.subject_member("main")),
            far.become(far.SECOND, far.subject_member("main", pool="other")),
        ],
        _TWO,
    ),
    Case(
        "a reader of the account's policy does not become it",
        [
            far.become(),
            far.become(far.SECOND, far.subject_member(far.own_subject()), role="roles/iam.serviceAccountViewer"),
        ],
        _TWO,
    ),
    Case(
        "a credential of an application that is no agent's",
        [
            far.made("azuread:index/application:Application", "shop", {"displayName": "shop"}),
            far.credential(),
            far.made(
                "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
                "shop-credential",
                {"issuer": far.PIPELINE, "subject": far.own_subject()},
                applicationId=far.made("azuread:index/application:Application", "shop", {"displayName": "shop"}),
            ),
            far.application(),
        ],
        _TWO,
    ),
    Case(
        "a provider that is turned off presents nobody",
        [far.application(), far.credential(), far.provider(far.SECOND, subject=far.own_subject(), disabled=True)],
        _TWO,
    ),
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
    Case(
        "a credential of an application that nothing in the stack gives",
        [far.made("azuread:index/applicationPassword:ApplicationPassword", "by-hand", {"applicationId": kit.UNKNOWN})],
        _TWO,
        "applicationId",
    ),
    Case("an agent's account that lets an unknown member in", [kit.altered(far.become(), member=kit.UNKNOWN)], _TWO),
    Case(
        "an agent's credential with an unknown subject",
        [far.application(), kit.altered(far.credential(), subject=kit.UNKNOWN)],
        _TWO,
        "subject",
    ),
    Case("an agent's pod under an unknown account", [kit.pod(**{"spec.serviceAccountName": kit.UNKNOWN})]),
]
