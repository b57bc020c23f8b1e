"""Fixtures of NHI-IDN-003."""

from policies import federated_kit as far
from policies import kit
from policies.kit import Case

RULE = "NHI-IDN-003"

_TWO = far.context()
_INSTANCES = far.context(far.agent(instances=["blue", "green"]))
_AWS_MAPPING = (
    'assertion.arn.extract("{account_arn}assumed-role/") + "assumed-role/" + '
    'assertion.arn.extract("assumed-role/{role_name}/")'
)
_ROLE = "arn:aws:sts::111122223333:assumed-role/acme-support-agent"
_OWN = f'assertion.sub == "{far.own_subject()}"'


def _role_provider(role: str = _ROLE, **changes: object):
    """The second agent's provider for an AWS role."""
    made = far.provider(
        far.SECOND,
        attributeMapping={"google.subject": _AWS_MAPPING},
        attributeCondition=f'assertion.account == "111122223333" && assertion.arn.startsWith("{role}/")',
        oidc=...,
        aws={"accountId": "111122223333"},
    )
    return kit.altered(made, **changes)


def _condition(text: str):
    return far.raw_provider(attributeCondition=text)


GOOD = [
    Case(
        "two agents, each through its own pinned provider",
        [make(one) for one in (far.FIRST, far.SECOND) for make in (far.account, far.become, far.provider)],
        _TWO,
    ),
    Case(
        "two instances, each through its own pinned provider",
        [
            make(far.FIRST, instance=one)
            for one in ("blue", "green")
            for make in (far.account, far.become, far.provider)
        ],
        _INSTANCES,
    ),
]
BAD = [
    Case(
        "two agents with one subject under two issuers",
        [far.become(), far.provider(), far.provider(far.SECOND, subject=far.own_subject(), issuer="https://b.example")],
        _TWO,
        "presents the subject",
    ),
    Case("a pipeline's provider in the agents' pool", [far.become(), far.raw_provider()], _TWO, "any subject"),
    Case(
        "a provider without a condition",
        [far.become(), far.provider(far.SECOND, attributeCondition=...)],
        _TWO,
        "any subject",
    ),
    Case(
        "a subject that the token's other claims make",
        [far.become(), far.raw_provider(attributeMapping={"google.subject": "assertion.repository"})],
        _TWO,
        "any subject",
    ),
    Case(
        "one of two conditions would do",
        [far.become(), _condition('assertion.sub == "a" || assertion.ref == "refs/heads/main"')],
        _TWO,
        "any subject",
    ),
    Case(
        "a condition in a comment",
        [far.become(), _condition('assertion.ref == "a" // && assertion.sub == "b"')],
        _TWO,
        "any subject",
    ),
    Case("a denied subject", [far.become(), _condition('!(assertion.sub == "a")')], _TWO, "any subject"),
    Case(
        "an AWS role of the second agent's provider is the first agent's",
        [far.become(member=far.subject_member(_ROLE)), _role_provider()],
        _TWO,
        "presents the subject",
    ),
    Case(
        "an AWS provider that takes each role that begins alike",
        [far.become(), _role_provider(attributeCondition='assertion.arn.startsWith("arn:aws:sts::111122223333:")')],
        _TWO,
        "any subject",
    ),
    Case(
        "one instance's provider presents the other's subject",
        [
            far.become(instance="blue"),
            far.provider(instance="green", subject=far.own_subject(far.FIRST, "blue")),
        ],
        _INSTANCES,
        "support-agent--blue",
    ),
    Case(
        "a pool named by the project's number and by its id",
        [far.become(member=far.subject_member(far.own_subject(), project=far.PROJECT)), far.raw_provider()],
        _TWO,
        "any subject",
    ),
]
NEAR_MISS = [
    Case(
        "a pipeline's provider in a pool of its own",
        [far.become(), far.raw_provider(workloadIdentityPoolId="ci")],
        _TWO,
    ),
    Case("another pool of another project", [far.become(), far.raw_provider(project="acme-ci")], _TWO),
    Case("a provider that is turned off", [far.become(), far.raw_provider(disabled=True)], _TWO),
    Case("a provider pinned to somebody else", [far.become(), _condition('assertion.sub == "repo:acme/shop"')], _TWO),
    Case(
        "a pin among other conditions, in single quotes",
        [far.become(), _condition("assertion.ref == 'refs/heads/main' && assertion.sub == 'repo:acme/shop'")],
        _TWO,
    ),
    Case(
        "an AWS role of the agent's own provider",
        [far.become(far.SECOND, far.subject_member(_ROLE)), _role_provider()],
        _TWO,
    ),
    Case("nobody comes through the pool", [far.account(), far.raw_provider()], _TWO),
    Case(
        "a subject that may only look at the account's policy",
        [far.become(role="roles/iam.roleViewer"), far.raw_provider()],
        _TWO,
    ),
    Case("a stack without agents", [far.become(), far.raw_provider()], kit.context(agents={})),
]
UNKNOWN = [
    Case(
        "a provider with an unknown condition",
        [far.become(), far.raw_provider(attributeCondition=kit.UNKNOWN)],
        _TWO,
        "attributeCondition",
    ),
    Case(
        "a provider with an unknown mapping",
        [far.become(), far.raw_provider(attributeMapping=kit.UNKNOWN)],
        _TWO,
        "attributeMapping",
    ),
    Case("a provider of an unknown pool", [far.become(), far.raw_provider(workloadIdentityPoolId=kit.UNKNOWN)], _TWO),
    Case("an unknown member", [kit.altered(far.become(), member=kit.UNKNOWN), far.provider()], _TWO, "member"),
]
