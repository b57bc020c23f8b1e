"""What assignments and delegated grants come to in the permission model. Whole fleets are in `test_round_trip`."""

from __future__ import annotations

from nhi.catalog.permission_set import WITH_A_USER, before
from nhi.permissions.model import Grant, Origin
from nhi_policies.dispatch import stack_of
from nhi_policies.view.entra.effective import for_named_users, granted_set, with_users
from nhi_policies.view.facts import moment
from nhi_policies.view.proofs import Granted
from nhi_policies.view.resource import Resource

from policies import entra_kit as e
from policies import kit

CONTEXT = e.context()
END = moment(kit.END)


def granted(agent: str, *resources: Resource) -> Granted:
    return granted_set(stack_of(resources, CONTEXT), CONTEXT, agent)


def test_an_assignment_is_held_until_the_date_that_the_application_carries() -> None:
    assert END is not None
    (one,) = granted("people-agent", e.application(), e.principal(), e.assignment()).statements
    assert (one.actions, one.resources) == (("role:User.Read.All",), ("microsoft.graph",))
    assert one.conditions == (before("entra", END),)
    (without,) = granted("people-agent", e.principal(), e.assignment()).statements
    assert without.conditions == ()


def test_an_assignment_by_hand_belongs_to_the_principal_that_it_names() -> None:
    found = granted("people-agent", e.principal(), e.by_hand(e.assignment(e.REPORTS_READ)))
    assert [one.actions for one in found.statements] == [("role:Reports.Read.All",)]
    assert [one.name for one in found.sources.values()] == ["by-hand"]


def test_a_scope_is_held_with_its_user_or_with_any_where_none_is_named() -> None:
    (one,) = granted("mail-agent", e.principal(e.mail_agent()), e.delegated()).statements
    assert one.conditions == (with_users(e.ANNA),)
    (everybody,) = granted("mail-agent", e.principal(e.mail_agent()), e.delegated(user=None)).statements
    assert everybody.conditions == (WITH_A_USER,)


def test_what_cannot_be_read_is_said_and_never_left_out() -> None:
    found = granted("people-agent", e.principal(), e.assignment(e.STRANGER), e.assignment(appRoleId=kit.UNKNOWN))
    assert found.statements == ()
    assert [why.path for _, why in found.unproven] == ["permission", "appRoleId"]


def _grant(*actions: str) -> Grant:
    return Grant("entra", "allow", actions, ("microsoft.graph",), "read", "", Origin("a.yaml"))


def test_declared_scopes_are_held_to_the_users_whom_the_environment_names() -> None:
    mail = e.mail_agent()
    roles, scopes = for_named_users(_grant("role:A", "scope:B"), mail)
    assert (roles.actions, roles.conditions) == (("role:A",), ())
    assert (scopes.actions, scopes.conditions) == (("scope:B",), (with_users(e.ANNA, e.BELA),))
    nobody = e.mail_agent(where={"entra": {**e.TENANT["entra"], "on_behalf_of": {}}})
    assert for_named_users(_grant("scope:B"), nobody) == ()
    assert [one.actions for one in for_named_users(_grant("role:A", "scope:B"), nobody)] == [("role:A",)]
