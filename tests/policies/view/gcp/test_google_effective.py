"""What bindings, denies and boundaries come to in the permission model. Whole fleets are in `test_round_trip`."""

from __future__ import annotations

from nhi.permissions.evaluate import permits
from nhi.permissions.model import Condition
from nhi_policies.dispatch import stack_of
from nhi_policies.view.gcp.effective import granted_set
from nhi_policies.view.proofs import Granted
from nhi_policies.view.resource import Resource

from policies import gcp_kit as g
from policies import kit

CONTEXT = g.context()
PROJECT = f"projects/{g.PROJECT}"
NOW = {"request.time": "2026-11-01T00:00:00Z"}
NOTES = "//storage.googleapis.com/projects/_/buckets/acme-notes"


def granted(*resources: Resource) -> Granted:
    return granted_set(stack_of(resources, CONTEXT), CONTEXT, "support-agent")


def test_a_member_is_its_roles_permissions_on_its_object_until_its_end() -> None:
    found = granted(g.role("storage.objects.get", "storage.buckets.get"), g.on_bucket())
    assert found.unproven == ()
    assert permits(found.permissions, "storage.objects.get", f"{NOTES}/objects/a", NOW).outcome == "allowed"
    assert permits(found.permissions, "storage.buckets.get", NOTES, NOW).outcome == "allowed"
    assert permits(found.permissions, "storage.objects.get", f"{NOTES}-2/objects/a", NOW).outcome == "denied"
    ended = {"request.time": kit.END}
    assert permits(found.permissions, "storage.objects.get", f"{NOTES}/objects/a", ended).outcome == "denied"
    assert set(found.sources) == {one.label for one in found.statements}


def test_names_and_times_of_a_condition_are_read_and_the_rest_is_undecided() -> None:
    known = g.until(f'{g.UNTIL} && resource.type == "storage.googleapis.com/Object"')
    (one,) = granted(g.role(), g.member(condition=known)).statements
    assert Condition("StringEquals", "resource.type", ("storage.googleapis.com/Object",)) in one.conditions
    for expression in ("request.auth.claims == 'x'", "request.time.getHours() < 5", "request.time < 'soon'"):
        (one,) = granted(g.role(), g.member(condition=g.until(expression))).statements
        assert [condition.operator for condition in one.conditions] == ["CEL"], expression
    (one,) = granted(g.role(), g.member(condition=kit.UNKNOWN)).statements
    assert [condition.operator for condition in one.conditions] == ["CEL"]


def test_a_deny_policy_takes_what_it_surely_denies() -> None:
    held = (g.role("storage.objects.get", "storage.objects.list"), g.on_bucket())
    one = g.deny_policy(permissions=["storage.googleapis.com/objects.get"])
    found = granted(*held, one).permissions
    assert permits(found, "storage.objects.get", f"{NOTES}/objects/a", NOW).outcome == "denied"
    assert permits(found, "storage.objects.list", NOTES, NOW).outcome == "allowed"
    every = g.deny_policy(permissions=["storage.googleapis.com/objects.*"])
    assert permits(granted(*held, every).permissions, "storage.objects.list", NOTES, NOW).outcome == "denied"
    lifted = g.deny_policy(
        permissions=["storage.googleapis.com/objects.get"], exceptionPrincipals=["principalSet://goog/group/x"]
    )
    still = granted(*held, lifted).permissions
    assert permits(still, "storage.objects.get", f"{NOTES}/objects/a", NOW).outcome == "allowed"


def test_a_boundary_is_one_more_policy_that_must_permit() -> None:
    held = (g.role("storage.objects.get"), g.member(), g.boundary(), g.boundary_binding())
    found = granted(*held).permissions
    assert len(found.policies) == 2
    assert permits(found, "storage.objects.get", f"{NOTES}/objects/a", NOW).outcome == "allowed"
    # The binding itself holds in this project, so the boundary is seen only where a grant reaches out of it.
    assert [one.label for one in found.policies[1].statements] == ["boundary"]
    assert len(granted(g.role(), g.member(), g.boundary()).permissions.policies) == 1


def test_what_cannot_be_read_is_said_and_never_left_out() -> None:
    elsewhere = granted(g.member(role=g.role_name("elsewhere")))
    assert ["is not made in this stack" in str(why) for _, why in elsewhere.unproven] == [True]
    kept = granted(g.on_bucket(role="roles/storage.objectViewer"))
    assert ["is a role of Google" in str(why) for _, why in kept.unproven] == [True]
    nowhere = granted(g.role(), g.member("gcp:spanner/databaseIAMMember:DatabaseIAMMember", database="d"))
    assert [why.path for _, why in nowhere.unproven] == ["type"]
