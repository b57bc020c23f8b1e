"""Fixtures of NHI-IDN-301."""

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-IDN-301"

_TWO = g.agent(instances=["north", "south"])

GOOD = [
    Case("the agent's own id", g.account(), g.context()),
    Case("an instance's own id", g.account(_TWO, "south"), g.context(_TWO)),
    Case("by the project's number", g.account(project=g.NUMBER), g.context()),
]
BAD = [
    Case("a second account", g.account(accountId="acme-support-two"), g.context(), "acme-support-agent"),
    Case("another agent's id", g.account(accountId="acme-billing-agent"), g.context(), "accountId"),
    Case("an instance under the agent's id", g.account(_TWO, "north", accountId="acme-support-agent"), g.context(_TWO)),
    Case("another project", g.account(project="acme-other-1"), g.context(), "project"),
    Case("no project", g.account(project=...), g.context(), "project"),
]
NEAR_MISS = [
    Case("somebody else's account", g.raw_account("acme-support-two"), g.context()),
    Case("an agent of no file", g.account(description="nhi:agent-id=ghost-agent"), g.context(agents={})),
]
UNKNOWN = [
    Case("an id that is not known", g.account(accountId=kit.UNKNOWN), g.context(), "accountId"),
    Case("an id that Pulumi makes up", g.account(accountId=...), g.context(), "accountId"),
]
