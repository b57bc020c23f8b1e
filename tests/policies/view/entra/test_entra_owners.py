"""Whose a directory object is: by what it says, by its id, by what its property depends on, or nobody's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from nhi_policies.dispatch import stack_of
from nhi_policies.view import types as t
from nhi_policies.view.entra.owners import HOLDER_KEYS
from nhi_policies.view.resource import Resource

from policies import entra_kit as e
from policies import kit

OBJECT = "5a9db0c5-0000-4000-8000-000000000001"


def owner(subject: Resource, *others: Resource) -> tuple[str | None, str | None]:
    """Agent and instance of a resource beside the good ones."""
    stack = stack_of([*e.good(), *others, subject], e.context())
    found = stack.by_urn[subject.urn]
    return found.agent, found.instance


def by_hand(type_token: str, **fields: object) -> Resource:
    """A resource of this type that names somebody by an id; `depends` is whom its property depends on."""
    depends = tuple(one.urn for one in fields.pop("depends", ()))  # type: ignore[attr-defined]
    key = HOLDER_KEYS[type_token]
    inputs = {key: fields.pop("id", kit.UNKNOWN), **fields}
    return kit.resource(type_token, "by-hand", inputs, property_dependencies={key: depends} if depends else {})


@pytest.mark.parametrize("type_token", HOLDER_KEYS)
def test_an_unknown_id_is_followed_through_what_its_property_depends_on(type_token: str) -> None:
    of = e.application() if "application" in HOLDER_KEYS[type_token] else e.principal()
    assert owner(by_hand(type_token, depends=[of])) == ("people-agent", None)


def test_an_output_of_the_component_depends_on_all_its_children_and_is_still_the_agents() -> None:
    children = [e.application(), e.principal(), e.federated(), e.assignment()]
    assert owner(by_hand(t.ENTRA_OWNER, depends=children)) == ("people-agent", None)


@pytest.mark.parametrize("id", [OBJECT, OBJECT.upper(), f"/servicePrincipals/{OBJECT}"])
def test_a_plain_id_is_compared_with_what_the_engine_says_the_objects_are_called(id: str) -> None:
    made = replace(e.principal(), ids=(f"/servicePrincipals/{OBJECT}", OBJECT))
    stack = stack_of(
        [*e.without(e.good(), t.ENTRA_SERVICE_PRINCIPAL), made, by_hand(t.ENTRA_ROLE_MEMBER, id=id)], e.context()
    )
    assert stack.by_urn[kit.urn(t.ENTRA_ROLE_MEMBER, "by-hand")].agent == "people-agent"


def test_a_known_id_counts_more_than_what_the_property_depends_on() -> None:
    made = replace(e.principal(e.mail_agent()), ids=(OBJECT,))
    lying = by_hand(t.ENTRA_ROLE_MEMBER, id=OBJECT, depends=[e.principal()])
    others = [one for one in e.good() if one.urn != made.urn]
    assert stack_of([*others, made, lying], e.context()).by_urn[lying.urn].agent == "mail-agent"


def test_a_principal_without_tags_is_whose_its_application_is() -> None:
    bare = replace(e.principal(tags=..., notes=...), urn="bare", name="bare")
    assert owner(bare) == ("people-agent", None)
    assert owner(by_hand(t.ENTRA_PRINCIPAL_PASSWORD, depends=[bare]), bare) == ("people-agent", None)


def test_an_application_is_whose_name_it_has() -> None:
    bare = replace(e.application(tags=..., notes=...), urn="bare", name="bare")
    assert owner(bare) == ("people-agent", None)
    assert owner(kit.altered(bare, displayName="somebody-else")) == (None, None)


def test_an_id_that_depends_on_nobody_or_on_two_agents_is_nobodys() -> None:
    assert owner(by_hand(t.ENTRA_OWNER)) == (None, None)
    two = by_hand(t.ENTRA_ROLE_MEMBER, depends=[e.principal(), e.principal(e.mail_agent())])
    assert owner(two) == (None, None)


def test_an_id_that_depends_on_an_agent_and_on_somebody_else_is_taken_for_the_agents() -> None:
    shop = kit.resource(t.ENTRA_APPLICATION, "shop", {"displayName": "shop"})
    assert owner(by_hand(t.ENTRA_OWNER, depends=[shop, e.application()]), shop) == ("people-agent", None)
    assert owner(by_hand(t.ENTRA_OWNER, depends=[shop]), shop) == (None, None)


def test_an_instance_is_told_by_the_application() -> None:
    declared = e.agent(instances={"blue": "active", "green": "active"})
    blue = e.application(declared, instance="blue")
    context = e.context(declared)
    found = stack_of([blue, e.federated(blue)], context)
    assert {(one.agent, one.instance) for one in found} == {("people-agent", "blue")}


def test_references_in_a_circle_end() -> None:
    one = kit.resource(t.ENTRA_SERVICE_PRINCIPAL, "one", {"clientId": kit.UNKNOWN})
    two = kit.resource(t.ENTRA_SERVICE_PRINCIPAL, "two", {"clientId": kit.UNKNOWN})
    circle = [
        replace(one, property_dependencies={"clientId": (two.urn,)}),
        replace(two, property_dependencies={"clientId": (one.urn,)}),
    ]
    assert {found.agent for found in stack_of(circle, e.context())} == {None}
