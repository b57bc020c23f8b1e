"""The tables of escalation say what they must, and every row has its source."""

from __future__ import annotations

import pytest
from nhi.catalog.load import load_catalog
from nhi.catalog.meaning import meaning
from nhi.catalog.vocabulary import GCP_PERMISSIONS, gcp_access
from nhi_policies.view.gcp.escalation import (
    BASIC_ROLES,
    ESCALATIONS,
    IMPERSONATING_ROLES,
    escalation,
    impersonating,
    too_wide,
)
from policies.test_gcp_fleet import agent as whole_agent

OVER_ACCOUNTS = (
    "iam.serviceAccounts.actAs",
    "iam.serviceAccounts.getAccessToken",
    "iam.serviceAccounts.getOpenIdToken",
    "iam.serviceAccounts.implicitDelegation",
    "iam.serviceAccounts.signBlob",
    "iam.serviceAccounts.signJwt",
    "iam.serviceAccountKeys.create",
    "iam.serviceAccounts.setIamPolicy",
    "resourcemanager.projects.setIamPolicy",
    "iam.roles.update",
    "deploymentmanager.deployments.create",
)


@pytest.mark.parametrize("permission", OVER_ACCOUNTS)
def test_what_reaches_every_account_of_a_project_is_said_to(permission: str) -> None:
    found = escalation(permission)
    assert found is not None
    assert found.over_accounts
    assert found.source.startswith("https://")


def test_every_row_says_what_it_gains_and_where_that_is_written() -> None:
    for row in ESCALATIONS:
        assert row.gains
        assert row.source.startswith("https://")
    assert all(gains for gains in IMPERSONATING_ROLES.values())


def test_what_the_catalog_calls_managing_and_an_agent_is_denied_leads_to_more() -> None:
    managed = {one for one in GCP_PERMISSIONS if gcp_access(one) == "manage"}
    assert {one for one in managed if escalation(one) is None} == set()


@pytest.mark.parametrize("word", sorted(load_catalog().actions))
def test_no_shipped_word_allows_what_leads_to_more(word: str) -> None:
    found = meaning(whole_agent(allowed_actions=[word]), load_catalog(), "gcp")
    allowed = [action for grant in found.allows for action in grant.actions]
    assert [one for one in allowed if escalation(one) is not None] == []


def test_basic_roles_and_those_that_make_one_another_are_too_wide_and_readers_are_not() -> None:
    assert all(too_wide(role) for role in {*BASIC_ROLES, *IMPERSONATING_ROLES})
    assert impersonating("roles/viewer") is None
    for role in ("roles/storage.objectViewer", "roles/pubsub.publisher", "roles/logging.adminViewer"):
        assert too_wide(role) is None
        assert impersonating(role) is None
