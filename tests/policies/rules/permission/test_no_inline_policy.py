"""Fixtures of NHI-PRM-015."""

from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-015"

_FREE = kit.context(agents={})

GOOD = [
    Case("a managed policy", [kit.role(), kit.policy(), kit.attachment()]),
    Case("an inline policy where no agent lives", [kit.inline_policy(role="web")], _FREE),
]
BAD = [
    Case("an inline policy on the role's name", [kit.role(), kit.inline_policy()], expect="inline policy"),
    Case(
        "an inline policy on a role that this stack does not make", [kit.inline_policy()], expect="acme-support-agent"
    ),
    Case(
        "an inline policy on an agent's role of another name",
        [kit.role(name="by-hand"), kit.inline_policy(role="by-hand")],
        expect="by-hand",
    ),
    Case("inside the role", [kit.role(inlinePolicies=[{"name": "x", "policy": "{}"}])], expect="inlinePolicies"),
    Case("a list in the role", [kit.role(managedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"])]),
]
NEAR_MISS = [
    Case("an inline policy on a role that is no agent's", [kit.role(), kit.inline_policy(role="web-server")]),
    Case("an empty list, which removes what somebody added", [kit.role(inlinePolicies=[{}], managedPolicyArns=[])]),
]
UNKNOWN = [
    Case("an unknown role", [kit.role(), kit.inline_policy(role=kit.UNKNOWN)], expect="role"),
    Case("an unknown list", [kit.role(managedPolicyArns=kit.UNKNOWN)], expect="managedPolicyArns"),
]
