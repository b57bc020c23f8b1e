"""Fixtures of NHI-CRD-010."""

from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-010"

_FREE = kit.context(agents={})


def _iam(kind: str, **inputs: object) -> object:
    return kit.resource(f"aws:iam/{kind[0].lower()}{kind[1:]}:{kind}", "by-hand", inputs)


GOOD = [Case("a key where no agent lives", _iam("AccessKey", user="deploy"), _FREE)]
BAD = [
    Case("an access key", _iam("AccessKey", user="deploy"), expect="AccessKey"),
    Case("a console password", _iam("UserLoginProfile", user="deploy"), expect="UserLoginProfile"),
    Case("a credential of one service", _iam("ServiceSpecificCredential", userName="x", serviceName="y")),
    Case("a signing certificate", _iam("SigningCertificate", userName="x")),
    Case("an SSH key", _iam("SshKey", username="x")),
    Case("a user with an agent's tags", _iam("User", name="x", tags=kit.tags()), expect="IAM user"),
    Case("a user with an agent's name", _iam("User", name="acme-support-agent"), expect="IAM user"),
]
NEAR_MISS = [
    Case("a user of nobody's", _iam("User", name="auditor", tags={"team": "audit"})),
    Case("an agent's user where no agent lives", _iam("User", name="acme-support-agent"), _FREE),
]
UNKNOWN = [
    Case("a user with unknown tags", _iam("User", name="x", tags=kit.UNKNOWN), expect="tags"),
    Case("a user with an unknown name", _iam("User", name=kit.UNKNOWN), expect="name"),
]


def test_a_key_of_a_user_with_an_agents_name_names_the_agent_and_its_file() -> None:
    for name in ("acme-support-agent", "support-agent"):
        (violation,) = kit.verdict(RULE, _iam("AccessKey", user=name)).violations  # type: ignore[arg-type]
        assert violation.finding.agent == "support-agent"
        assert violation.finding.origin is not None
