"""Fixtures of NHI-CRD-013."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-013"

_NAME = "acme-support-agent-credential"


def _secret(urn: str = "secret", **inputs: object) -> object:
    made = {"name": _NAME, "tags": kit.tags(), **inputs}
    return kit.resource("aws:secretsmanager/secret:Secret", urn, made, urn=urn)


def _version(depends: str | None = "secret", **inputs: object) -> object:
    made = {"secretId": kit.UNKNOWN, **inputs}
    links = {"secretId": (depends,)} if depends else {}
    token = "aws:secretsmanager/secretVersion:SecretVersion"
    return kit.resource(token, "version", made, property_dependencies=links)


def _google(depends: str | None = None, **inputs: object) -> object:
    links = {"secret": (depends,)} if depends else {}
    token = "gcp:secretmanager/secretVersion:SecretVersion"
    return kit.resource(token, "version", inputs, property_dependencies=links)


def _provider(**params: object) -> object:
    return kit.resource("gcp:agentidentity/authProvider:AuthProvider", "provider", {"authProviderTypeParams": params})


_STORED = g.context(g.STORED)
_FULL = "projects/acme-agents/secrets/acme-support-agent-credential"

GOOD = [
    Case("an empty secret", [_secret()]),
    Case("an empty secret on Google Cloud", [g.secret()], _STORED),
]
BAD = [
    Case("a value", [_secret(), _version(secretString="made-up")], expect="secretString"),
    Case("a value that is not known yet", [_secret(), _version(secretString=kit.UNKNOWN)], expect="secretString"),
    Case("a value on Google Cloud", [_google(secret=_FULL, secretData="made-up")], _STORED, "secretData"),
    Case(
        "by its dependency",
        [g.secret(), _google(g.secret().urn, secret=kit.UNKNOWN, secretData="made-up")],
        _STORED,
        "an agent's secret",
    ),
    Case("an auth provider's API key", [_provider(apiKey={"apiKey": "made-up"})], _STORED, "`apiKey`"),
    Case("its client's secret", [_provider(threeLeggedOauth={"clientSecret": kit.UNKNOWN})], _STORED, "clientSecret"),
    Case("bytes", [_secret(), _version(secretBinary="bWFkZS11cA==")], expect="secretBinary"),
    Case("by name", [_secret(), _version(None, secretId=_NAME, secretString="made-up")], expect="an agent's secret"),
]
NEAR_MISS = [
    Case("a value of nobody's secret", [_secret(name="web", tags={}), _version(secretString="made-up")]),
    Case("nobody's value on Google Cloud", [_google(secret="projects/x/secrets/web", secretData="made-up")], _STORED),
    Case("a version without a value on Google Cloud", [_google(secret=_FULL, enabled=True)], _STORED),
    Case("a secret that is not kept", [_provider(threeLeggedOauth={"clientSecretWo": "made-up"})], _STORED),
    Case("a version without a value", [_secret(), _version()]),
    Case("a value where no agent lives", [_version(None, secretString="made-up")], kit.context(agents={})),
]
UNKNOWN = [
    Case("a secret that is not known", [_version(None, secretString="made-up")], expect="cannot tell"),
    Case("on Google Cloud", [_google(secret=kit.UNKNOWN, secretData="made-up")], _STORED, "cannot tell"),
]
