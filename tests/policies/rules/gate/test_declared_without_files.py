"""Fixtures of NHI-GAT-010."""

from policies import kit
from policies.kit import Case

RULE = "NHI-GAT-010"
_NO_FILES = kit.context(from_files=False)

GOOD = [Case("a gate with files", [kit.component()])]
BAD = [
    Case("a component and no files", [kit.component()], _NO_FILES, "1 components"),
    Case("two of them", [kit.component(), kit.component(kit.agent(agent_id="other"))], _NO_FILES, "2 components"),
]
NEAR_MISS = [Case("no files and no component", [kit.role()], _NO_FILES)]
UNKNOWN = [Case("a component without known properties", [kit.component(spec=kit.UNKNOWN)], _NO_FILES)]
