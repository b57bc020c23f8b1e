"""Fixtures of NHI-TRU-301."""

from nhi_policies.view.gcp.federation import ASSUMED_ROLE

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-301"

_CONTEXT = g.context(g.FEDERATED)
_SUBJECT = "repo:acme/notes:ref:main"
_LAMBDA = g.agent(**{"credential.workload": {"kind": "lambda", "function": "support"}})
_ROLE = f"arn:aws:sts::{kit.ACCOUNT}:assumed-role/acme-support-agent"
_POD = g.agent(**{"credential.workload": {"kind": "kubernetes"}})
_SVID = g.agent(**{"credential.workload": {"kind": "spiffe", "id": "spiffe://dev.example.com/agent/support"}})
_EKS = g.agent(**{"credential.workload": {"kind": "eks", "cluster": "main"}})
_OWN = f"https://iam.googleapis.com/{g.POOL}/providers/acme-support-agent"


def _aws(**changes: object) -> object:
    inputs = {
        "oidc": ...,
        "aws": {"accountId": kit.ACCOUNT},
        "attributeMapping": {"google.subject": ASSUMED_ROLE},
        "attributeCondition": f'assertion.account == "{kit.ACCOUNT}" && assertion.arn.startsWith("{_ROLE}/")',
    }
    return g.provider(**{**inputs, **changes})


def _issued(issuer: str, subject: str, **changes: object) -> object:
    return g.provider(
        **{
            "oidc": {"issuerUri": issuer, "allowedAudiences": [_OWN]},
            "attributeCondition": f'assertion.sub == "{subject}"',
            **changes,
        }
    )


_POD_SUBJECT = "system:serviceaccount:agents:support-agent"

GOOD = [
    Case("the declared subject", g.provider(), _CONTEXT),
    Case("the agent's AWS role", _aws(), g.context(_LAMBDA)),
    Case("the agent's pod", _issued("https://oidc.dev.example.com", _POD_SUBJECT), g.context(_POD)),
    Case("the agent's pod on EKS", _issued("https://oidc.dev.example.com", _POD_SUBJECT), g.context(_EKS)),
    Case(
        "the agent's SVID",
        _issued("https://spire.dev.example.com", "spiffe://dev.example.com/agent/support"),
        g.context(_SVID),
    ),
]
BAD = [
    Case("a provider of nobody", g.provider(workloadIdentityPoolProviderId="x", description="x"), _CONTEXT, "foreign"),
    Case("another issuer", g.provider(**{"oidc.issuerUri": "https://gitlab.example.com"}), _CONTEXT, "issuer"),
    Case("another audience", g.provider(**{"oidc.allowedAudiences": ["acme", "other"]}), _CONTEXT, "audience"),
    Case("no audience", g.provider(**{"oidc.allowedAudiences": ...}), _CONTEXT, "audience"),
    Case("keys of one's own", g.provider(**{"oidc.jwksJson": "{}"}), _CONTEXT, "keys"),
    Case("another claim", g.provider(attributeMapping={"google.subject": "assertion.repository"}), _CONTEXT, "mapping"),
    Case("no mapping", g.provider(attributeMapping=...), _CONTEXT, "mapping"),
    Case("no condition", g.provider(attributeCondition=...), _CONTEXT, "condition"),
    Case(
        "the whole repository",
        g.provider(attributeCondition='assertion.repository == "acme/notes"'),
        _CONTEXT,
        "condition",
    ),
    Case(
        "subjects that begin so",
        g.provider(attributeCondition='assertion.sub.startsWith("repo:acme")'),
        _CONTEXT,
        "condition",
    ),
    Case(
        "others as well", g.provider(attributeCondition=f'assertion.sub == "{_SUBJECT}" || true'), _CONTEXT, "condition"
    ),
    Case("an AWS account as well", g.provider(aws={"accountId": kit.ACCOUNT}), _CONTEXT, "aws"),
    Case("a SAML issuer as well", g.provider(saml={"idpMetadataXml": "x"}), _CONTEXT, "saml"),
    Case("a workload that needs none", g.provider(g.AGENT), g.context(), "no workload"),
    Case("another AWS account", _aws(aws={"accountId": "999988887777"}), g.context(_LAMBDA), "account"),
    Case(
        "every role", _aws(attributeCondition=f'assertion.account == "{kit.ACCOUNT}"'), g.context(_LAMBDA), "condition"
    ),
    Case(
        "roles that begin so",
        _aws(attributeCondition=f'assertion.arn.startsWith("{_ROLE}")'),
        g.context(_LAMBDA),
        "condition",
    ),
    Case(
        "the session's name", _aws(attributeMapping={"google.subject": "assertion.arn"}), g.context(_LAMBDA), "mapping"
    ),
    Case("tokens for an AWS agent", g.provider(), g.context(_LAMBDA), "oidc"),
    Case("another pod", _issued("https://oidc.dev.example.com", f"{_POD_SUBJECT}-2"), g.context(_POD), "condition"),
]
NEAR_MISS = [
    Case("narrower still", g.provider(attributeCondition=f'assertion.sub == "{_SUBJECT}" && a in ["b"]'), _CONTEXT),
    Case("by the mapped name", g.provider(attributeCondition=f'google.subject == "{_SUBJECT}"'), _CONTEXT),
    Case("one session", _aws(attributeCondition=f'assertion.arn == "{_ROLE}/one"'), g.context(_LAMBDA)),
    Case(
        "Google's own audience, not written",
        _issued("https://oidc.dev.example.com", _POD_SUBJECT, **{"oidc.allowedAudiences": ...}),
        g.context(_POD),
    ),
    Case(
        "a pool of somebody else",
        g.provider(workloadIdentityPoolId="deployments", workloadIdentityPoolProviderId="x", description="x"),
        _CONTEXT,
    ),
    Case(
        "the same name in another project",
        g.provider(project="acme-other-1", workloadIdentityPoolProviderId="x", description="x"),
        _CONTEXT,
    ),
    Case("no agents", g.provider(attributeCondition=...), g.NO_AGENTS),
]
UNKNOWN = [
    Case("an issuer that is not known", g.provider(**{"oidc.issuerUri": kit.UNKNOWN}), _CONTEXT, "oidc.issuerUri"),
    Case("a mapping that is not known", g.provider(attributeMapping=kit.UNKNOWN), _CONTEXT, "attributeMapping"),
    Case("a condition that is not known", g.provider(attributeCondition=kit.UNKNOWN), _CONTEXT, "attributeCondition"),
    Case(
        "a pool that is not known",
        g.provider(workloadIdentityPoolId=kit.UNKNOWN, workloadIdentityPoolProviderId="x", description="x"),
        _CONTEXT,
        "workloadIdentityPoolId",
    ),
]
