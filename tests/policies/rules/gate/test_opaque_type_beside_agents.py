"""Fixtures of NHI-GAT-005."""

from policies import kit
from policies.kit import Case

RULE = "NHI-GAT-005"
_EMPTY = kit.context(agents={})

GOOD = [Case("a script without agents", kit.resource("command:local:Command", "x", {"create": "ls"}), _EMPTY)]
BAD = [
    Case("a command", kit.resource("command:local:Command", "x", {"create": "ls"}), expect="command"),
    Case("a chart", kit.resource("kubernetes:helm.sh/v3:Release", "x", {"chart": "redis"}), expect="chart"),
    Case("a dynamic resource", kit.resource("pulumi-python:dynamic:Resource", "x", {})),
    Case("manifests from files", kit.resource("kubernetes:yaml/v2:ConfigGroup", "x", {"files": ["a.yaml"]})),
    Case("a template", kit.resource("aws:cloudformation/stack:Stack", "x", {})),
]
NEAR_MISS = [
    Case("a chart where no agent lives", kit.resource("kubernetes:helm.sh/v3:Release", "x", {"chart": "redis"}), _EMPTY)
]
UNKNOWN = [
    Case(
        "a command whose text is not known stays opaque",
        kit.resource("command:local:Command", "x", {"create": kit.UNKNOWN}),
    )
]
