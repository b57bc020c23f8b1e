"""Fixtures of NHI-USR-300."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-USR-300"

_ONLY = g.context(g.agent(acts_on_behalf="required"))
_GET = g.role("storage.objects.get")

GOOD = [Case("a model, which is nobody's data", [g.account(), g.role(), g.member()], _ONLY)]
BAD = [
    Case("a bucket", [_GET, g.on_bucket()], _ONLY, expect="storage.objects.get"),
    Case("one permission more", [g.role(g.TRANSLATE, "run.routes.invoke"), g.member()], _ONLY, expect="run.routes"),
    Case("a role of Google's", [g.member(role="roles/viewer")], _ONLY, expect="roles/viewer"),
    Case("a role of another stack", [g.on_bucket()], _ONLY, expect="acme_support_agent"),
]
NEAR_MISS = [
    Case("one that may act without", [_GET, g.on_bucket()], g.context(g.agent(acts_on_behalf="optional"))),
    Case("a member of nobody's", [_GET, g.on_bucket(member="user:a@example.com")], _ONLY),
]
UNKNOWN = [Case("unknown permissions", [g.role(permissions=kit.UNKNOWN), g.member()], _ONLY, expect="permissions")]
