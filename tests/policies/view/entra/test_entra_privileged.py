"""The table of privileged permissions."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from nhi.catalog.load import load_catalog
from nhi.catalog.vocabulary import GRAPH_PERMISSIONS
from nhi_policies.view.entra.privileged import BY_ID, PRIVILEGED, privileged

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
VALUES = {row.value for row in PRIVILEGED}


def test_every_permission_stands_once_with_what_it_lets_one_do_and_where_that_is_said() -> None:
    assert [value for value, count in Counter(row.value.lower() for row in PRIVILEGED).items() if count > 1] == []
    assert all(row.gains and row.source.startswith("https://learn.microsoft.com/") for row in PRIVILEGED)


def test_every_id_is_one_and_belongs_to_one_permission() -> None:
    ids = [id for row in PRIVILEGED for id in (row.role_id, row.scope_id) if id is not None]
    assert all(GUID.fullmatch(id) for id in ids)
    assert len(ids) == len(BY_ID)
    assert all(row.role_id or row.scope_id for row in PRIVILEGED)


@pytest.mark.parametrize(
    ("value", "id"),
    [
        ("RoleManagement.ReadWrite.Directory", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"),
        ("AppRoleAssignment.ReadWrite.All", "06b708a9-e830-4db3-a914-8e69da51d44f"),
        ("Application.ReadWrite.All", "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9"),
        ("Directory.ReadWrite.All", "19dbc75e-c2e2-444c-a770-ec69d8559fc7"),
    ],
)
def test_the_best_known_ones_are_known_by_id_and_by_value_in_any_case(value: str, id: str) -> None:
    for found in (privileged(id, None), privileged(id.upper(), "Mail.Read"), privileged(None, value.lower())):
        assert found is not None
        assert (found.value, found.role_id) == (value, id)


def test_what_is_not_in_the_table_is_not_privileged() -> None:
    assert privileged("df021288-bdef-4463-88db-98f22de89214", "User.Read.All") is None
    assert privileged(None, None) is None


def test_what_microsoft_keeps_from_agents_is_in_the_table() -> None:
    assert {
        "Application.ReadWrite.All",
        "RoleManagement.ReadWrite.Directory",
        "User.ReadWrite.All",
        "Directory.AccessAsUser.All",
        "AgentIdentityBlueprint.AddRemoveCreds.All",
    } <= VALUES


def test_the_table_has_what_the_catalog_calls_management_but_for_the_sites_of_a_document_platform() -> None:
    manages = {value for value, access in GRAPH_PERMISSIONS.items() if access == "manage"}
    assert manages - VALUES == {"Sites.FullControl.All"}


def test_no_word_of_the_shipped_catalog_grants_a_privileged_permission() -> None:
    found = [
        (action.name, template.text)
        for action in load_catalog().actions.values()
        for row in (action.rows["entra"] if not isinstance(action.rows["entra"], str) else ())
        if row.statement is not None and not row.only_deny
        for template in row.statement.actions
        if privileged(None, template.text.partition(":")[2]) is not None
    ]
    assert found == []
