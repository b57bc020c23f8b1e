"""Fixtures of NHI-GAT-003."""

from nhi.permissions.model import Origin
from nhi.spec.problems import Problem

from policies import kit
from policies.kit import Case

RULE = "NHI-GAT-003"
_KEY = Problem("unknown key `sponser`.", Origin("agents/x.yaml", 4, 3), "did you mean `sponsor`?")
_FILE = Problem("the file is no UTF-8 text.", Origin("agents/y.yaml"))

GOOD = [Case("no problem", [kit.role()])]
BAD = [
    Case("an unknown key", [], kit.context(problems=(_KEY,)), "sponser"),
    Case("an unreadable file beside it", [kit.role()], kit.context(problems=(_KEY, _FILE)), "UTF-8"),
]
NEAR_MISS = [Case("an agent that ended is no problem of its file", [], kit.context(kit.agent(state="retired")))]
UNKNOWN = [Case("unknown resources excuse no file", [kit.role(name=kit.UNKNOWN)], kit.context(problems=(_KEY,)))]
