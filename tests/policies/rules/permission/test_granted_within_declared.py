"""Fixtures of NHI-PRM-018."""

from pathlib import Path
from typing import Any

from nhi.catalog.load import load_catalog
from nhi.spec.declared import DeclaredAgent

from policies import kit
from policies import user_kit as u
from policies.kit import Case
from policies.rules.permission import aws_declared as aws

RULE = "NHI-PRM-018"

_ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
_SHORT = aws.agent(data_access=[{"scope": "notes", "access": "read", "expires": "2026-12-24T00:00:00Z"}])
_STORED = aws.agent(**{"credential.type": "oauth2_client_credentials", "credential.rotation_days": 30})
_OWN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:acme-support-agent-credential-??????"

# Two declared grants that the builder writes as one statement.
_FUNCTION = "arn:aws:lambda:eu-central-1:111122223333:function"
_TWO = aws.agent(
    bindings={**aws.BINDINGS, "resources": {"function": {"aws": [{"kind": "lambda", "function": "quote"}]}}},
    allowed_actions=["function_invoke"],
    tool_access=[{"tool": "refund", "allowed": True}],
)
_BOTH = kit.statement("LAMBDA:invokefunction", [f"{_FUNCTION}:quote", f"{_FUNCTION}:refund"])

# An AWS role that becomes its agent on Entra ID as well: the token that says so is declared by platforms and workload.
_ABROAD = {
    **aws.BINDINGS,
    "platforms": ["aws", "entra"],
    "aws.outbound_issuer": "https://a1b2c3d4.tokens.sts.global.api.aws",
    "entra": {"tenant_id": "11111111-2222-3333-4444-555555555555"},
}
_ROLE = {"credential.workload": {"kind": "lambda", "function": "support"}}
_FEDERATED = aws.agent(_ABROAD, platforms=["aws", "entra"], **_ROLE)
_AT_HOME = aws.agent(_ABROAD, platforms=["aws"], **_ROLE)
_AUDIENCE = "sts:IdentityTokenAudience"
_FOR_ENTRA = {
    **kit.LOCK,
    "ForAllValues:StringEquals": {_AUDIENCE: "api://AzureADTokenExchange"},
    "Null": {_AUDIENCE: "false"},
    "NumericLessThanEquals": {"sts:DurationSeconds": "300"},
}


def _token(declared: DeclaredAgent = _FEDERATED, action: str = "sts:GetWebIdentityToken", **condition: Any) -> Any:
    """A stack in which the agent's role may ask for a token, under the declared conditions with these changes."""
    asked = {key: value for key, value in {**_FOR_ENTRA, **condition}.items() if value is not ...}
    return aws.stack(aws.MODEL, kit.statement(action, "*", condition=asked), declared=declared)


# A word that holds in one network only.
_CATALOG = load_catalog((Path(__file__).with_name("from_office.yaml"),))
_OFFICE = aws.agent(allowed_actions=["office_lookup"], data_access=[])
_AT_WORK = kit.context(_OFFICE, catalog=_CATALOG)


def _from(*networks: str, operator: str = "IpAddress", **more: Any) -> Any:
    condition = {operator: {"aws:SourceIp": list(networks)}, **kit.LOCK}
    read = kit.statement("s3:GetObject", "arn:aws:s3:::acme-office/*", condition=condition)
    return aws.stack(read, declared=_OFFICE, **more)


_HALVES = ("203.0.113.0/25", "203.0.113.128/25")
_VARIABLE = "arn:aws:s3:::acme-notes/drafts/${aws:PrincipalTag/agent-id}/*"
_ENDLESS = kit.statement("s3:GetObject", aws.NOTES, condition=None)


_LIMITS = kit.policy(kit.statement("s3:GetObject", "*", condition=None), name="limits", path="/", tags={})


def _wide(action: str, resource: str) -> object:
    return aws.stack(aws.MODEL, kit.statement(action, resource))


GOOD = [
    Case("what is declared", aws.stack(), aws.CONTEXT),
    Case("an agent that acts for users only", u.stack(), kit.context(u.AGENT)),
    Case(
        "less than is declared",
        aws.stack(kit.statement("s3:GetObject", "arn:aws:s3:::acme-notes/drafts/a")),
        aws.CONTEXT,
    ),
]
BAD = [
    Case("another bucket", _wide("s3:GetObject", "arn:aws:s3:::acme-other/*"), aws.CONTEXT, expect="acme-other"),
    Case("the whole bucket", _wide("s3:GetObject", "arn:aws:s3:::acme-notes/*"), aws.CONTEXT, expect="acme-notes/*"),
    Case("another action", _wide("s3:PutObject", aws.NOTES), aws.CONTEXT, expect="s3:PutObject"),
    Case("a wildcard around a declared action", _wide("s3:Get*", aws.NOTES), aws.CONTEXT, expect="s3:Get*"),
    Case("a grant without a user", u.stack(u.READ_ALONE), kit.context(u.AGENT), expect="weaker"),
    Case(
        "a user whom anybody vouches for",
        u.stack(kit.statement("sts:SetContext", u.ROLE)),
        kit.context(u.AGENT),
        expect="weaker",
    ),
    Case(
        "a session of another role",
        u.stack(kit.statement("sts:AssumeRole", u.ROLE.replace("support", "other"))),
        kit.context(u.AGENT),
        expect="sts:AssumeRole",
    ),
    Case("a condition left out", _wide("s3:ListBucket", "arn:aws:s3:::acme-notes"), aws.CONTEXT, expect="weaker"),
    Case("longer than declared", aws.stack(aws.READ, declared=_SHORT), kit.context(_SHORT), expect="weaker"),
    Case(
        "an inline policy",
        aws.stack(more=(kit.inline_policy(kit.statement("sqs:SendMessage", "*")),)),
        aws.CONTEXT,
        expect="sqs:SendMessage",
    ),
    Case("a policy of AWS", aws.stack(more=(kit.attachment(policyArn=_ADMIN),)), aws.CONTEXT, expect="Administrator"),
    Case(
        "a policy without tags, attached",
        aws.stack(
            more=(
                kit.policy(kit.statement("sqs:SendMessage", "*"), name="by-hand", path="/", tags={}),
                kit.attachment(policyArn="arn:aws:iam::111122223333:policy/by-hand"),
            )
        ),
        aws.CONTEXT,
        expect="sqs:SendMessage",
    ),
    Case(
        "everything but a list", aws.stack(kit.statement(Action=..., NotAction="iam:*")), aws.CONTEXT, expect="except"
    ),
    Case(
        "another agent's secret",
        aws.stack(kit.statement("secretsmanager:GetSecretValue", _OWN.replace("support", "other")), declared=_STORED),
        kit.context(_STORED),
    ),
    Case("a token that no workload needs", _token(_AT_HOME), kit.context(_AT_HOME), expect="no declared grant covers"),
    Case(
        "a token for another audience as well",
        _token(**{"ForAllValues:StringEquals": {_AUDIENCE: ["api://AzureADTokenExchange", "https://x.example"]}}),
        kit.context(_FEDERATED),
        expect="weaker",
    ),
    Case(
        "a token of which one audience is the declared one",
        _token(
            **{"ForAllValues:StringEquals": ..., "ForAnyValue:StringEquals": _FOR_ENTRA["ForAllValues:StringEquals"]}
        ),
        kit.context(_FEDERATED),
        expect="weaker",
    ),
    Case("a token without any audience", _token(Null=...), kit.context(_FEDERATED), expect="weaker"),
    Case(
        "a token that lives longer",
        _token(NumericLessThanEquals={"sts:DurationSeconds": "3600"}),
        kit.context(_FEDERATED),
        expect="weaker",
    ),
    Case("a token of any length", _token(NumericLessThanEquals=...), kit.context(_FEDERATED), expect="weaker"),
    Case(
        "tags in the token",
        _token(action="sts:TagGetWebIdentityToken"),
        kit.context(_FEDERATED),
        expect="sts:TagGetWebIdentityToken",
    ),
    Case(
        "an Allow that the guard denies whole",
        aws.stack(kit.statement("sqs:SendMessage", "*"), guard=(aws.NEVER,)),
        aws.CONTEXT,
        expect="only a deny",
    ),
    Case(
        "a boundary of this stack that keeps an Allow within the file",
        [
            kit.altered(one, permissionsBoundary=kit.policy_arn(_LIMITS)) if one.type.endswith(":Role") else one
            for one in aws.stack(kit.statement("s3:*", aws.NOTES), more=(_LIMITS,))
        ],
        aws.CONTEXT,
        expect="only a deny or the boundary",
    ),
    Case("a wider network", _from("203.0.112.0/23"), _AT_WORK, expect="aws:SourceIp 203.0.112.0"),
    Case("another network as well", _from("203.0.113.0/24", "2001:db8::/32"), _AT_WORK, expect="2001:db8"),
    Case("everywhere but one network", _from("198.51.100.0/24", operator="NotIpAddress"), _AT_WORK, expect="weaker"),
    Case(
        "requests without an address as well",
        _from("203.0.113.0/24", operator="IpAddressIfExists"),
        _AT_WORK,
        "without aws:SourceIp",
    ),
    Case(
        "everything but objects of a list",
        aws.stack(kit.statement("s3:GetObject", Resource=..., NotResource="arn:aws:s3:::vault/*")),
        aws.CONTEXT,
        expect="except",
    ),
    Case(
        "a variable beside the declared folder",
        _wide("s3:GetObject", _VARIABLE.replace("drafts", "final")),
        aws.CONTEXT,
        expect="acme-notes/final/",
    ),
    Case(
        "a condition that nobody can compare",
        aws.stack(kit.statement("sqs:SendMessage", "*", condition={"BinaryEquals": {"aws:x": "QQ=="}})),
        aws.CONTEXT,
        expect="undecided",
    ),
]
NEAR_MISS = [
    Case("a part of the network", _from("203.0.113.7/32"), _AT_WORK),
    Case("the network in two halves", _from(*_HALVES), _AT_WORK),
    Case("a variable inside the declared folder", _wide("s3:GetObject", _VARIABLE), aws.CONTEXT),
    Case("an Allow without end, which other rules tell of", aws.stack(_ENDLESS, guard=(aws.NO_REFUND,)), aws.CONTEXT),
    Case("the token that its workload needs", _token(), kit.context(_FEDERATED)),
    Case(
        "a token that lives shorter",
        _token(NumericLessThanEquals={"sts:DurationSeconds": "60"}),
        kit.context(_FEDERATED),
    ),
    Case(
        "the agent's own secret",
        aws.stack(kit.statement("secretsmanager:GetSecretValue", _OWN), declared=_STORED),
        kit.context(_STORED),
    ),
    Case("two declared functions in one statement", aws.stack(_BOTH, declared=_TWO), kit.context(_TWO)),
    Case("a wide deny", aws.stack(guard=(aws.AFTER, aws.NO_REFUND, aws.NEVER)), aws.CONTEXT),
    Case(
        "a grant on a role of nobody's",
        aws.stack(more=(kit.inline_policy(kit.statement("sqs:*", "*"), role="web"),)),
        aws.CONTEXT,
    ),
]
UNKNOWN = [
    Case(
        "an unknown attachment",
        aws.stack(more=(kit.attachment(policyArn=kit.UNKNOWN),)),
        aws.CONTEXT,
        expect="policyArn",
    ),
    Case("an unknown document", aws.stack(more=(kit.inline_policy(policy=kit.UNKNOWN),)), aws.CONTEXT, expect="policy"),
]
