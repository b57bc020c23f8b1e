"""Fixtures of NHI-PRM-308."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-308"

_INSIDE = g.agent(
    {
        "data_scopes": {
            **g.SCOPES,
            "archive": {"gcp": [{"kind": "bucket", "bucket": "acme-notes", "prefix": "published/old/"}]},
        }
    }
)
_AROUND = g.agent({"data_scopes": {**g.SCOPES, "archive": {"gcp": [{"kind": "bucket", "bucket": "acme-notes"}]}}})
_LISTED = ["storage.googleapis.com/objects.list"]
_TAKEN = g.deny_policy(permissions=_LISTED)
_GET, _LIST = g.role("storage.objects.get"), g.role("storage.objects.list")

GOOD = [Case("the notes and the archive apart", [_GET, g.on_prefix()], g.context())]
BAD = [
    Case("the archive inside the notes", [_GET, g.on_prefix()], g.context(_INSIDE), "published/old/"),
    Case("the archive around the notes", [_GET, g.on_prefix()], g.context(_AROUND), "acme-notes"),
    Case("listing one bucket for both", [_LIST, g.on_bucket()], g.context(_INSIDE), "storage.objects.list"),
    Case("on the archive itself", [_LIST, g.on_bucket("acme-archive")], g.context(), "acme-archive"),
    Case(
        "a deny policy that a condition lifts",
        [_LIST, g.on_bucket("acme-archive"), g.deny_policy(permissions=_LISTED, denialCondition={"expression": "x"})],
        g.context(),
        "acme-archive",
    ),
    Case("on the whole project", [_GET, g.member()], g.context(), "the whole project"),
]
NEAR_MISS = [
    Case("a bucket that only begins alike", [_LIST, g.on_bucket("acme-archive-2")], g.context()),
    Case("another permission there", [g.role(), g.on_bucket("acme-archive")], g.context()),
    Case(
        "a prefix that only begins alike",
        [_GET, g.on_prefix("projects/_/buckets/acme-archive-2/objects/")],
        g.context(),
    ),
    Case(
        "somebody else on the archive", [_LIST, g.on_bucket("acme-archive", member="user:a@example.com")], g.context()
    ),
    Case("a deny policy that takes it again", [_LIST, g.on_bucket("acme-archive"), _TAKEN], g.context()),
    Case("no agents", [_LIST, g.on_bucket("acme-archive")], g.NO_AGENTS),
]
UNKNOWN = [
    Case("a bucket that is not known", [_LIST, g.on_bucket(kit.UNKNOWN)], g.context(), "bucket"),
    Case("permissions that are not known", [g.role(permissions=kit.UNKNOWN), g.member()], g.context(), "permissions"),
]
