"""Fixtures of NHI-GAT-007."""

from policies import kit
from policies.kit import Case

RULE = "NHI-GAT-007"

GOOD = [
    Case(
        "role, attachment, account and binding of one stack",
        [kit.role(), kit.policy(), kit.attachment(), kit.service_account(), kit.k8s_binding()],
    )
]
BAD = [
    Case("an attachment to a role that was only read", [kit.attachment()], expect="acme-support-agent"),
    Case(
        "an inline policy on another stack's role", [kit.role(), kit.inline_policy(role="deployer")], expect="deployer"
    ),
    Case(
        "a binding to another stack's account",
        [
            kit.service_account(),
            kit.k8s_binding(subjects=[{"kind": "ServiceAccount", "name": "deployer", "namespace": "ci"}]),
        ],
        expect="ci/deployer",
    ),
]
NEAR_MISS = [
    Case("a stack without agents", [kit.attachment()], kit.context(agents={})),
    Case("a binding to a group of people", [kit.k8s_binding(subjects=[{"kind": "Group", "name": "sre"}])]),
    Case(
        "a role given by ARN",
        [kit.role(), kit.attachment(role="arn:aws:iam::111122223333:role/agents/acme-support-agent")],
    ),
]
UNKNOWN = [
    Case("an attachment to an unknown role", [kit.role(), kit.attachment(role=kit.UNKNOWN)], expect="role"),
    Case("a role whose name is unknown", [kit.role(name=kit.UNKNOWN), kit.attachment()], expect="role"),
]
