"""A fleet's life in the sandbox, on all four clouds: made, left alone, changed, stopped, moved, replaced, removed.

Runs are dear, so a test follows one fleet through several changes. What the Pulumi CLI makes of a fleet is compared
with what the local engine makes of it, after every change (known differences: `test_conformance`).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from fleet_project import Project
from test_conformance import assert_alike, rows

pytestmark = pytest.mark.engine

FOUR = ("concierge-agent", "courier-agent", "mail-agent")
"""One agent on all four clouds, one with two instances, one that acts for users only."""
CONCIERGE = "stacks/agents/concierge-agent.yaml"
COURIER = "stacks/agents/courier-agent.yaml"
MAIL = "stacks/agents/mail-agent.yaml"
ENVIRONMENT = "stacks/environments/dev.yaml"

SHOP = """\
agent_class:
  name: shop
  ceiling: {risk_tier: 2, data_access: {knowledge-base: read}, tools: [ticket-api], max_session: 1h}
"""

GRANTS = {
    "aws": ("aws:iam/rolePolicyAttachment:RolePolicyAttachment",),
    "entra": (
        "azuread:index/appRoleAssignment:AppRoleAssignment",
        "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential",
        "azuread:index/groupMember:GroupMember",
    ),
    "gcp": (
        "gcp:projects/iAMMember:IAMMember",
        "gcp:serviceaccount/iAMMember:IAMMember",
        "gcp:storage/bucketIAMMember:BucketIAMMember",
        "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
    ),
    "kubernetes": (
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
        "kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID",
    ),
}
"""What lets the concierge do something, or somebody become it, by platform. On AWS the guard is attached as well."""


def objects(project: Project, engine: str) -> list[tuple[str, str, str]]:
    """What exists in the clouds, without the ids that a cloud chose: type, URN and inputs."""
    return sorted((row["type"], row["urn"], json.dumps(row["inputs"], sort_keys=True)) for row in project.world(engine))


def of(project: Project, engine: str, agent: str, kind: str) -> list[dict[str, Any]]:
    """The inputs of the objects of one type that belong to an agent, or to an instance of it."""
    return [row["inputs"] for row in project.world(engine) if row["type"] == kind and f"::{agent}-" in row["urn"]]


def others(project: Project, engine: str, agent: str) -> list[tuple[str, str, str]]:
    """What exists of everybody but one agent or one instance."""
    return [row for row in objects(project, engine) if f"::{agent}-" not in row[1]]


def without_digest(found: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    return [(kind, urn, re.sub(r"\b1:[0-9a-f]{64}\b", "digest", inputs)) for kind, urn, inputs in found]


def assert_each_once(project: Project, engine: str) -> None:
    """Every object of the world is one resource of the state, and every such resource one object."""
    in_world = Counter((row["type"], row["id"]) for row in project.world(engine))
    in_state = Counter(
        (row["type"], row["id"])
        for row in project.resources(engine).values()
        if row["custom"] and not row["type"].startswith("pulumi:")
    )
    assert in_world == in_state
    assert set(in_world.values()) <= {1}
    assert len({row["urn"] for row in project.world(engine)}) == in_world.total()


def assert_nothing_left(project: Project, engine: str) -> None:
    assert project.world(engine) == []
    assert not project.state(engine).get("resources")
    assert not project.state(engine).get("pending_operations")


def effects(document: str) -> set[str]:
    return {one["Effect"] for one in json.loads(document)["Statement"]}


class Fleet:
    """A project on one engine, and its twin on the local engine where that is not the one."""

    def __init__(self, project: Project, engine: str) -> None:
        self.project, self.engine = project, engine
        self.twin = None if engine == "local" else Project(project.root.parent / "twin")

    @property
    def projects(self) -> list[Project]:
        return [self.project, *([self.twin] if self.twin else [])]

    def edit(self, file: str, old: str, new: str) -> None:
        for project in self.projects:
            project.edit(file, old, new)

    def run(self, verb: str) -> dict[str, int]:
        """Runs, answers what changed, and compares everything with the twin."""
        outcome = self.project.run(verb, self.engine)
        assert outcome.code == 0, outcome.said
        if self.twin:
            assert_alike({"local": self.twin.run(verb, "local"), self.engine: outcome})
            assert rows(self.twin, "local") == rows(self.project, self.engine)
        assert_each_once(self.project, self.engine)
        return outcome.report["changes"]

    def objects(self) -> list[tuple[str, str, str]]:
        return objects(self.project, self.engine)

    def ids(self) -> set[tuple[str, str]]:
        return {(row["urn"], row["id"]) for row in self.project.world(self.engine)}

    def of(self, agent: str, kind: str) -> list[dict[str, Any]]:
        return of(self.project, self.engine, agent, kind)

    def others(self, agent: str) -> list[tuple[str, str, str]]:
        return others(self.project, self.engine, agent)


@pytest.fixture
def fleet(project: Project, engine: str) -> Fleet:
    """The whole example fleet on one engine."""
    return Fleet(project, engine)


@pytest.fixture
def four(fleet: Fleet) -> Fleet:
    """Three agents that are on all four clouds between them."""
    for project in fleet.projects:
        project.keep(FOUR)
    return fleet


def test_the_whole_fleet_is_made_left_alone_and_removed(fleet: Fleet) -> None:
    made = fleet.run("up")
    assert list(made) == ["create"]
    agents = {path.stem for path in (fleet.project.root / "stacks" / "agents").iterdir()}
    instances = {"courier-agent--north", "courier-agent--south"}
    (outputs,) = [
        row["outputs"]["agents"]
        for row in fleet.project.resources(fleet.engine).values()
        if row["type"] == "pulumi:pulumi:Stack"
    ]
    assert {name: one["state"] for name, one in outputs.items()} == {
        **dict.fromkeys((agents - {"courier-agent"}) | instances, "active"),
        "onboarding-agent": "proposed",
        "research-agent-prod-01": "suspended",
    }
    before = fleet.objects()
    if fleet.twin is None:  # that the Pulumi CLI leaves a fleet alone is seen below, with fewer agents
        assert fleet.run("up") == {"same": made["create"]}
        assert fleet.objects() == before
    assert fleet.run("destroy") == {"delete": made["create"]}
    assert_nothing_left(fleet.project, fleet.engine)


def test_an_agent_is_stopped_on_every_cloud_and_comes_back_as_it_was_and_a_finding_touches_nothing(
    four: Fleet,
) -> None:
    four.run("up")
    active = four.objects()
    for kinds in GRANTS.values():
        assert all(four.of("concierge-agent", kind) for kind in kinds)

    four.edit(CONCIERGE, "  risk_tier: 2\n", "  risk_tier: 2\n  state: suspended\n")
    four.run("up")
    (guard,) = four.of("concierge-agent", "aws:iam/policy:Policy")
    (role,) = four.of("concierge-agent", "aws:iam/role:Role")
    assert effects(guard["policy"]) == effects(role["assumeRolePolicy"]) == {"Deny"}
    assert len(four.of("concierge-agent", *GRANTS["aws"])) == 1, "the guard alone is attached"
    for platform in ("entra", "gcp", "kubernetes"):
        assert [kind for kind in GRANTS[platform] if four.of("concierge-agent", kind)] == []
    (principal,) = four.of("concierge-agent", "azuread:index/servicePrincipal:ServicePrincipal")
    assert principal["accountEnabled"] is False
    (account,) = four.of("concierge-agent", "gcp:serviceaccount/account:Account")
    (provider,) = four.of("concierge-agent", "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider")
    assert account["disabled"] is provider["disabled"] is True
    custom = four.of("concierge-agent", "gcp:projects/iAMCustomRole:IAMCustomRole")
    assert {one["stage"] for one in custom} == {"DISABLED"}
    assert four.others("concierge-agent") == [row for row in active if "::concierge-agent-" not in row[1]]

    four.edit(CONCIERGE, "  state: suspended\n", "")
    four.run("up")
    assert four.objects() == active

    four.edit(COURIER, "south: active", "south: suspended")
    four.run("up")
    (south,) = four.of("courier-agent--south", "aws:iam/role:Role")
    (north,) = four.of("courier-agent--north", "aws:iam/role:Role")
    assert (effects(south["assumeRolePolicy"]), effects(north["assumeRolePolicy"])) == ({"Deny"}, {"Allow"})
    assert [four.of(f"courier-agent--{name}", GRANTS["kubernetes"][0]) == [] for name in ("south", "north")] == [
        True, False
    ]  # fmt: skip
    before = [row for row in active if "::courier-agent--south-" not in row[1]]
    assert without_digest(four.others("courier-agent--south")) == without_digest(before), "only the file is another"

    stopped = four.objects()
    four.edit(CONCIERGE, "id: tomas.lind@example.com", "id: front-desk@example.com")
    outcome = four.project.run("up", four.engine)
    assert outcome.code == 1
    assert "NHI-SPN-002" in {one["rule"] for one in outcome.blocking}, outcome.said
    assert four.objects() == stopped, "nothing of the agent that has a finding was touched"


def test_changes_are_made_in_place_names_replace_and_a_file_that_is_gone_is_removed(four: Fleet) -> None:
    four.run("up")
    made = four.ids()

    for project in four.projects:
        project.write("stacks/classes/shop.yaml", SHOP)
    four.edit(CONCIERGE, "agent_class: customer-facing", "agent_class: shop")
    four.edit(CONCIERGE, "owner_team: customer-care", "owner_team: web-shop")
    four.edit(MAIL, "purpose: Sorts", "purpose: Tidies")
    changes = four.run("up")
    assert changes["update"] > 0
    group, member = "azuread:index/group:Group", "azuread:index/groupMember:GroupMember"
    assert {urn.split("::")[2].rpartition("$")[2] for urn, _ in made ^ four.ids()} == {group, member}, (
        "another class is another group to be a member of; no identity is another one"
    )
    for kind in ("aws:iam/role:Role", "gcp:serviceaccount/account:Account", "kubernetes:core/v1:ServiceAccount"):
        (changed,) = four.of("concierge-agent", kind)
        assert "web-shop" in json.dumps(changed)
    (principal,) = four.of("concierge-agent", "azuread:index/servicePrincipal:ServicePrincipal")
    assert {"nhi:agent-class=shop", "nhi:owner-team=web-shop"} <= set(principal["tags"])

    four.edit(ENVIRONMENT, "prefix: acme-dev", "prefix: acme-qa")
    assert four.run("up")["replace"] > 0
    names = json.dumps([row["id"] for row in four.project.world(four.engine)])
    assert [agent for agent in FOUR if f"acme-dev-{agent}" in names] == []
    assert "acme-qa-concierge-agent" in names
    assert set(four.run("up")) == {"same"}

    for project in four.projects:
        (project.root / COURIER).unlink()
    assert set(four.run("up")) == {"same", "delete"}
    assert [row for row in four.objects() if "courier-agent" in row[1]] == []
    four.run("destroy")
    assert_nothing_left(four.project, four.engine)
