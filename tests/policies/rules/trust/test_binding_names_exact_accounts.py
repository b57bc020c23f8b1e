"""Fixtures of NHI-TRU-040."""

from policies import kit
from policies import kubernetes_kit as k8s
from policies.kit import Case

RULE = "NHI-TRU-040"

GOOD = [Case("the component's binding", kit.k8s_binding())]
BAD = [
    Case(
        "every account", k8s.raw_binding(k8s.subject("system:serviceaccounts", "Group")), expect="without being named"
    ),
    Case("every account of a namespace", k8s.raw_binding(k8s.subject("system:serviceaccounts:agents", "Group"))),
    Case("everybody", k8s.raw_binding(k8s.subject("system:authenticated", "Group"))),
    Case("nobody in particular", k8s.raw_binding(k8s.subject("system:unauthenticated", "Group"))),
    Case("the masters", k8s.raw_binding(k8s.subject("system:masters", "Group"))),
    Case("a user", k8s.raw_binding(k8s.subject("jgill@example.com", "User")), expect="User::"),
    Case("the default account", k8s.raw_binding(k8s.subject("default")), expect="default"),
    Case(
        "a group beside the agent's account",
        kit.k8s_binding(subjects=[k8s.subject(), k8s.subject("researchers", "Group")]),
        expect="researchers",
    ),
]
NEAR_MISS = [
    Case("another account by name", k8s.raw_binding(k8s.subject("default-backend"))),
    Case("a group of people in a binding of no agent", k8s.raw_binding(k8s.subject("platform-team", "Group"))),
    Case(
        "a stack without agents",
        k8s.raw_binding(k8s.subject("system:authenticated", "Group")),
        kit.context(agents={}),
    ),
]
UNKNOWN = [
    Case("unknown subjects", kit.k8s_binding(subjects=kit.UNKNOWN), expect="subjects"),
    Case("an unknown name", k8s.raw_binding({"kind": "Group", "name": kit.UNKNOWN}), expect="name"),
]
