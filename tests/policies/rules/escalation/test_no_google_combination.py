"""Fixtures of NHI-ESC-530."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-ESC-530"

_PUSH = g.role("artifactregistry.repositories.uploadArtifacts", tail="00000001")
_MOVE = g.role("artifactregistry.tags.update", tail="00000002")
_CREATE, _DELETE = g.role("storage.objects.create", tail="00000003"), g.role("storage.objects.delete", tail="00000004")
_SOURCES = "gcf-v2-sources-123456789012-europe-west3"
_SOON = g.until('request.time < timestamp("2026-11-10T00:00:00Z")')
_LATER = g.until('request.time >= timestamp("2026-11-10T00:00:00Z")')


def _with(tail: str, called: str, bucket: str | None = None, **changes: object) -> kit.Resource:
    named = {"role": g.role_name(g.role_id(tail=tail)), "called": called, **changes}
    return g.on_bucket(bucket, **named) if bucket else g.member(**named)


GOOD = [Case("what the file declares", [g.account(), g.role(), g.member()], g.context())]
BAD = [
    Case(
        "an image and its tag, by two roles",
        [_PUSH, _MOVE, _with("00000001", "a"), _with("00000002", "b")],
        g.context(),
        "artifactregistry.tags.update",
    ),
    Case(
        "both by one role",
        [g.role("dataproc.workflowTemplates.create", "dataproc.workflowTemplates.instantiate"), g.member()],
        g.context(),
        "combination::workflow-template",
    ),
    Case(
        "the code of a function",
        [_CREATE, _DELETE, _with("00000003", "a", _SOURCES), _with("00000004", "b", _SOURCES)],
        g.context(),
        _SOURCES,
    ),
    Case(
        "a role by hand beside the agent's own",
        [
            _PUSH,
            g.raw_role("artifactregistry.tags.create"),
            _with("00000001", "a"),
            g.member(role=g.role_name("by_hand"), called="by-hand"),
        ],
        g.context(),
        "by a, by-hand",
    ),
]
NEAR_MISS = [
    Case("one part alone", [_PUSH, _with("00000001", "a")], g.context()),
    Case(
        "two parts with two agents",
        [
            _PUSH,
            g.role("artifactregistry.tags.update", declared=g.OTHER),
            _with("00000001", "a"),
            g.member(declared=g.OTHER, called="b"),
        ],
        g.context(),
    ),
    Case(
        "a bucket from which nothing is run",
        [_CREATE, _DELETE, _with("00000003", "a", "acme-notes"), _with("00000004", "b", "acme-notes")],
        g.context(),
    ),
    Case(
        "a part that a deny policy takes away",
        [
            _PUSH,
            _MOVE,
            _with("00000001", "a"),
            _with("00000002", "b"),
            g.deny_policy(permissions=["artifactregistry.googleapis.com/tags.update"]),
        ],
        g.context(),
    ),
    Case(
        "a member whose condition never holds",
        [_PUSH, _MOVE, _with("00000001", "a"), _with("00000002", "b", condition=g.until("false"))],
        g.context(),
    ),
    Case("no agents", [_PUSH, _MOVE, _with("00000001", "a"), _with("00000002", "b")], g.NO_AGENTS),
]
UNKNOWN = [
    Case(
        "one part beside a role that is not known",
        [_PUSH, _with("00000001", "a"), g.member(called="b", role=g.role_name("elsewhere"))],
        g.context(),
        "unproven",
    ),
    Case(
        "one part beside permissions that are not known",
        [_PUSH, g.role(tail="00000002", permissions=kit.UNKNOWN), _with("00000001", "a"), _with("00000002", "b")],
        g.context(),
        "unproven",
    ),
]
