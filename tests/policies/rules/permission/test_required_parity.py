"""Fixtures of NHI-PRM-131 required-parity."""

from __future__ import annotations

from dataclasses import replace

from nhi.spec.declared import DeclaredAgent
from nhi_policies.declared import Context
from nhi_policies.view.resource import Resource

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case

RULE = "NHI-PRM-131"


def on(platform: str, **changes: object) -> DeclaredAgent:
    return kit.agent(platforms=[platform], **changes)


def wanting(*rows: str) -> Context:
    """The good agent on AWS, under a profile whose tier 2 wants these rows enforced."""
    declared = on("aws")
    profile = declared.environment.profile
    tiers = {**profile.tiers, 2: replace(profile.tiers[2], required_parity=rows)}
    environment = replace(declared.environment, profile=replace(profile, tiers=tiers))
    return kit.context(replace(declared, environment=environment))


AWS = kit.context(on("aws"))
CLUSTER = kit.context(on("kubernetes"))
ROLE = kit.role(on("aws"))
ACCOUNT = kit.service_account(on("kubernetes"))
SECOND: Resource = replace(kit.altered(ROLE, name="acme-support-agent-2"), urn="second", name="second")
OTHER_ACCOUNT: Resource = replace(g.account(accountId="acme-support-agent-2"), urn="second", name="second")

GOOD = [Case("a role for one pinned workload, sessions of an hour", [ROLE], AWS)]
BAD = [
    Case(
        "a role that a whole cluster may assume",
        [
            kit.role(
                assumeRolePolicy=kit.document(
                    kit.trust_statement(**{"Condition.StringEquals": {"aws:SourceAccount": kit.ACCOUNT}})
                )
            )
        ],
        AWS,
        "wants row 2.3",
    ),
    Case("a session of twelve hours", [kit.altered(ROLE, maxSessionDuration=43200)], AWS, "wants row 1.5"),
    Case("two roles of one agent", [ROLE, SECOND], AWS, "wants row 1.1"),
    Case("a cluster whose admission takes long tokens", [ACCOUNT], CLUSTER, "wants row 1.5"),
    Case("a cluster whose admission takes foreign pods", [ACCOUNT], CLUSTER, "wants row 2.3"),
    Case("two accounts of one agent", [g.account(), OTHER_ACCOUNT], g.context(g.AGENT), "wants row 1.1"),
    Case("a profile that wants what only the gate detects", [ROLE], wanting("1.2"), "aws::1.2"),
]
NEAR_MISS = [
    Case("what tier 2 does not want", [kit.altered(ROLE, permissionsBoundary=...)], AWS),
    Case(
        "an account of tier 1, which wants a name of its own only",
        [ACCOUNT],
        kit.context(on("kubernetes", risk_tier=1)),
    ),
    Case("an agent of which the stack makes nothing", [], AWS),
    Case(
        "a stopped agent owes nothing",
        [kit.altered(ROLE, maxSessionDuration=43200)],
        kit.context(on("aws", state="suspended")),
    ),
    Case("a role of an agent that is on Google Cloud only", [ROLE], kit.context(on("gcp"))),
    Case("an account on Google Cloud that one cluster's pod becomes", [g.account(), g.become()], g.context(g.AGENT)),
]
UNKNOWN = [
    Case(
        "a trust policy that is not known", [kit.altered(ROLE, assumeRolePolicy=kit.UNKNOWN)], AWS, "assumeRolePolicy"
    ),
    Case(
        "a session length that is not known", [kit.altered(ROLE, maxSessionDuration=kit.UNKNOWN)], AWS, "wants row 1.5"
    ),
]
