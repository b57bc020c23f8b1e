"""Fixtures of NHI-CRD-001."""

from policies import kit
from policies.kit import Case

RULE = "NHI-CRD-001"

GOOD = [Case("a workload", kit.agent())]
BAD = [
    Case("no credential", kit.agent(credential=...), expect="no credential"),
    Case("no workload", kit.agent(**{"credential.workload": ...}), expect="no workload"),
]
NEAR_MISS = [Case("no session length", kit.agent(**{"credential.max_session": ...}))]
UNKNOWN: list[Case] = []  # a declaration is read before anything is unknown
