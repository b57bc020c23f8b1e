"""Fixtures of NHI-PRM-013."""

from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-013"

_AWS = "arn:aws:iam::aws:policy"

GOOD = [Case("the agent's own policy", kit.attachment()), Case("a good policy", kit.policy())]
BAD = [
    Case("AdministratorAccess", kit.attachment(policyArn=f"{_AWS}/AdministratorAccess"), expect="AdministratorAccess"),
    Case(
        "full access to a service", kit.attachment(policyArn=f"{_AWS}/AmazonS3FullAccess"), expect="AmazonS3FullAccess"
    ),
    Case("a job function", kit.attachment(policyArn=f"{_AWS}/job-function/SystemAdministrator")),
    Case("in the role itself", kit.role(managedPolicyArns=[f"{_AWS}/PowerUserAccess"]), expect="PowerUserAccess"),
    Case("everything on everything", kit.policy(kit.statement("*", "*")), expect="everything on everything"),
    Case("everything in two parts", kit.inline_policy(kit.statement("*:*", ["*"])), expect="everything"),
]
NEAR_MISS = [
    Case("a read-only policy of AWS", kit.attachment(policyArn=f"{_AWS}/CloudWatchReadOnlyAccess")),
    Case("an administrator who is no agent", kit.attachment(role="deployer", policyArn=f"{_AWS}/AdministratorAccess")),
    Case("a deny of everything", kit.policy(kit.statement("*", "*", effect="Deny", condition=None))),
    Case(
        "one's own policy of a like name",
        kit.attachment(policyArn=f"{_AWS.replace('aws:policy', '1:policy')}/FullAccess"),
    ),
]
UNKNOWN = [
    Case("an unknown ARN", kit.attachment(policyArn=kit.UNKNOWN), expect="policyArn"),
    Case("an unknown document", kit.inline_policy(policy=kit.UNKNOWN), expect="policy"),
]
