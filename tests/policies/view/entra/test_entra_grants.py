"""Ids read back into the environment's words."""

from __future__ import annotations

import pytest
from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.entra.grants import Permission, permissions
from nhi_policies.view.resource import Resource

from policies import entra_kit as e
from policies import kit

CONTEXT = e.context()
USER_READ = Permission("role", "microsoft.graph", "User.Read.All", e.USER_READ, True)


def read(subject: Resource, **options: bool) -> list[Permission]:
    return list(permissions(subject, CONTEXT, **options))


def test_an_assignment_is_one_app_role_of_one_api() -> None:
    assert read(e.assignment()) == [USER_READ]
    assert read(e.assignment(e.USER_READ.upper(), e.GRAPH_OBJECT.upper())) == [USER_READ]


def test_a_delegated_grant_is_its_scopes_by_value() -> None:
    assert read(e.delegated("Mail.Read", "Other")) == [
        Permission("scope", "microsoft.graph", "Mail.Read", None, True),
        Permission("scope", "microsoft.graph", "Other", None, False),
    ]


def test_an_application_asks_by_client_id() -> None:
    portal = Permission("role", "hr-portal", "Absence.Read.All", e.ABSENCE_READ, True)
    assert read(e.application()) == [USER_READ, portal]
    scope = Permission("scope", "microsoft.graph", "Mail.Read", e.MAIL_READ_SCOPE, True)
    assert read(e.mail_application()) == [scope]
    by_hand = {"apiClientId": e.GRAPH, "roleIds": [e.USER_READ], "scopeIds": [e.MAIL_READ_SCOPE]}
    split = e.below(t.ENTRA_API_ACCESS, "applicationId", e.application(), "access", by_hand)
    assert read(split) == [USER_READ, scope]


def test_an_id_that_the_table_lacks_is_known_to_nobody() -> None:
    assert read(e.assignment(e.STRANGER)) == [Permission("role", "microsoft.graph", None, e.STRANGER, False)]
    assert read(e.assignment(api=e.STRANGER)) == [Permission("role", None, None, e.USER_READ, False)]
    assert list(permissions(e.assignment(), kit.context())) == [Permission("role", None, None, e.USER_READ, False)]


def test_an_unknown_api_is_unproven_unless_any_will_do() -> None:
    unknown = e.assignment(resourceObjectId=kit.UNKNOWN)
    with pytest.raises(Unproven, match="resourceObjectId"):
        read(unknown)
    assert read(unknown, any_api=True) == [Permission("role", None, None, e.USER_READ, False)]


@pytest.mark.parametrize(
    "wanted",
    [
        kit.UNKNOWN,
        "text",
        [{"resourceAppId": e.GRAPH}],
        [{"resourceAppId": e.GRAPH, "resourceAccesses": [{"id": e.USER_READ}]}],
        [{"resourceAppId": e.GRAPH, "resourceAccesses": [{"id": e.USER_READ, "type": "role"}]}],
        [{"resourceAppId": kit.UNKNOWN, "resourceAccesses": []}],
        [{"resourceAppId": e.GRAPH, "resourceAccesses": [{"id": kit.UNKNOWN, "type": "Role"}]}],
    ],
)
def test_wishes_that_cannot_be_read_are_unproven(wanted: object) -> None:
    with pytest.raises(Unproven):
        read(e.application(requiredResourceAccesses=wanted))


def test_other_types_give_nothing() -> None:
    assert read(e.federated()) == []
