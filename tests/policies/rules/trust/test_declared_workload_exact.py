"""Fixtures of NHI-TRU-001."""

from policies import kit
from policies.kit import Case

RULE = "NHI-TRU-001"

_OIDC = {
    "kind": "oidc",
    "issuer": "https://token.actions.githubusercontent.com",
    "subject": "repo:example/shop:environment:release",
    "audience": "sts.amazonaws.com",
}


def _workload(**changes: object) -> object:
    return kit.agent(**{"credential.workload": {key: v for key, v in {**_OIDC, **changes}.items() if v is not ...}})


GOOD = [Case("exact", _workload())]
BAD = [
    Case("everybody", _workload(subject="*"), expect="pattern"),
    Case("every branch", _workload(subject="repo:example/shop:*"), expect="pattern"),
    Case("no audience", _workload(audience=...), expect="no audience"),
    Case("any audience", _workload(audience="*"), expect="pattern"),
    Case(
        "functions", kit.agent(**{"credential.workload": {"kind": "lambda", "function": "agent-*"}}), expect="function"
    ),
]
NEAR_MISS = [
    Case("a colon and a slash are no pattern", _workload(subject="repo:a/b:ref:refs/heads/main")),
    Case("no workload", kit.agent(**{"credential.workload": ...})),
]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
