"""Fixtures of NHI-IDN-002."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-IDN-002"
_GHOST = kit.agent(agent_id="ghost-agent")
_GOOGLE_GHOST = g.agent(agent_id="ghost-agent")

GOOD = [
    Case("a role of a declared agent", kit.role()),
    Case("its service account", kit.service_account()),
    Case("its account on Google Cloud", g.account(), g.context()),
    Case("its secret on Google Cloud", g.secret(), g.context(g.STORED)),
]
BAD = [
    Case("a role of an agent without a file", kit.role(_GHOST), expect="ghost-agent"),
    Case("a service account of one", kit.service_account(_GHOST), expect="ghost-agent"),
    Case("a policy of one", kit.policy(declared=_GHOST), expect="ghost-agent"),
    Case("a Google account of one", g.account(_GOOGLE_GHOST), g.context(), "ghost-agent"),
    Case("a custom role of one", g.role(declared=_GOOGLE_GHOST), g.context(), "ghost-agent"),
    Case("a Google secret of one", g.secret(_GOOGLE_GHOST), g.context(), "ghost-agent"),
]
NEAR_MISS = [
    Case("a role that names no agent", kit.role(tags={"team": "platform"})),
    Case("a Google account that says something else", g.raw_account(description="nhi:team=web"), g.context()),
    Case("a gate without files", kit.role(_GHOST), kit.context(from_files=False)),
]
UNKNOWN = [
    Case("unknown tags", kit.role(tags=kit.UNKNOWN), expect="tags"),
    Case("an unknown description", g.account(description=kit.UNKNOWN), g.context(), "description"),
    Case("an unknown agent id", kit.role(**{"tags.nhi:agent-id": kit.UNKNOWN}), expect="nhi:agent-id"),
]
