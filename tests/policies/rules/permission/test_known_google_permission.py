"""Fixtures of NHI-PRM-302."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-302"

GOOD = [Case("a permission of the catalog", g.role("storage.objects.get", g.TRANSLATE), g.context())]
BAD = [
    Case("a slip of the pen", g.role("storage.objects.gett"), g.context(), "storage.objects.gett"),
    Case("a service that nobody knows", g.role("telepathy.minds.read"), g.context(), "telepathy"),
    Case("a pattern", g.role("storage.objects.*"), g.context(), "storage.objects.*"),
]
NEAR_MISS = [
    Case("one that another rule refuses", g.role("compute.instances.setMetadata"), g.context()),
    Case("a role that no agent has", g.raw_role("storage.objects.gett"), g.context()),
]
UNKNOWN = [Case("permissions that are not known", g.role(permissions=kit.UNKNOWN), g.context(), "permissions")]
