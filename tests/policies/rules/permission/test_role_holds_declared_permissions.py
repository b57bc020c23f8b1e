"""Fixtures of NHI-PRM-303."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-303"

_SILENT = g.agent(allowed_actions=[], data_access=[])

GOOD = [
    Case("translation", g.role(), g.context()),
    Case("reading the notes", g.role("storage.objects.get", "storage.objects.list"), g.context()),
    Case("reading its own secret", g.role("secretmanager.versions.access"), g.context(g.STORED)),
]
BAD = [
    Case("one permission more", g.role(g.TRANSLATE, "storage.objects.create"), g.context(), "storage.objects.create"),
    Case("an agent that declares nothing", g.role(), g.context(_SILENT), g.TRANSLATE),
    Case("a secret that it does not have", g.role("secretmanager.versions.access"), g.context(), "secretmanager"),
    Case("by its facts alone", g.role("run.routes.invoke", roleId="anything"), g.context(), "run.routes.invoke"),
]
NEAR_MISS = [
    Case("a role that no agent has", g.raw_role("storage.objects.create"), g.context()),
    Case("an agent of no file", g.role("run.routes.invoke"), g.context(agents={})),
]
UNKNOWN = [Case("permissions that are not known", g.role(permissions=kit.UNKNOWN), g.context(), "permissions")]
