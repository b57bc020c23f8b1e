"""Whose a resource on Google Cloud is, with no fact on it: by its name, or by whom it serves."""

from __future__ import annotations

import pytest
from nhi_policies.dispatch import attributed
from nhi_policies.verdict import Unproven
from nhi_policies.view.gcp.agents import account_of, owner_of, principals
from nhi_policies.view.gcp.members import account_email, is_service_agent, same
from nhi_policies.view.resource import Resource

from policies import gcp_kit as g
from policies import kit

OWNER = ("support-agent", None)
CONTEXT = g.context(g.STORED, g.OTHER)
FEDERATED = g.context(g.FEDERATED)


@pytest.mark.parametrize(
    ("resource", "context"),
    [
        (g.account(description=...), CONTEXT),
        (g.role(description=...), CONTEXT),
        (g.member(), CONTEXT),
        (g.on_bucket(), CONTEXT),
        (g.become(member="user:a@example.com"), CONTEXT),
        (g.binding(f"serviceAccount:{g.email()}", "user:a@example.com"), CONTEXT),
        (g.policy({"role": "roles/viewer", "members": [f"serviceAccount:{g.email()}"]}), CONTEXT),
        (g.deny_policy(), CONTEXT),
        (g.boundary(), CONTEXT),
        (g.boundary_binding(), CONTEXT),
        (g.secret(labels=...), CONTEXT),
        (g.provider(description=...), FEDERATED),
        (g.member(member=f"principal://iam.googleapis.com/{g.POOL}/subject/repo:acme/notes:ref:main"), FEDERATED),
        (g.member(member=g.engine()), g.context(g.ON_ENGINE)),
        (kit.resource("gcp:serviceaccount/key:Key", "k", {"serviceAccountId": g.email()}), CONTEXT),
    ],
    ids=lambda value: value.type if isinstance(value, Resource) else "",
)
def test_a_resource_without_facts_is_told_by_its_name_or_by_whom_it_serves(resource: Resource, context: object) -> None:
    assert owner_of(resource, context) == OWNER  # type: ignore[arg-type]
    assert attributed(resource, context).agent == "support-agent"  # type: ignore[arg-type]


def test_an_instance_is_told_from_its_agent() -> None:
    two = g.agent(instances=["north", "south"])
    for resource in (
        g.account(two, "north", description=...),
        g.member(member=f"serviceAccount:{g.email(two, 'north')}"),
    ):
        assert owner_of(resource, g.context(two)) == ("support-agent", "north")


@pytest.mark.parametrize(
    "resource",
    [
        g.raw_account(),
        g.raw_role("storage.objects.get"),
        g.member(member="user:a@example.com"),
        g.binding(f"serviceAccount:{g.email()}", f"serviceAccount:{g.email(g.OTHER)}"),
        g.member(member=kit.UNKNOWN),
        g.become(serviceAccountId=kit.UNKNOWN, member="user:a@example.com"),
    ],
)
def test_what_belongs_to_no_one_agent_is_nobodys(resource: Resource) -> None:
    assert owner_of(resource, CONTEXT) is None
    assert attributed(resource, CONTEXT).agent is None


def test_facts_win_over_names() -> None:
    assert owner_of(g.role(description=g.description(g.OTHER)), CONTEXT) == ("billing-agent", None)


@pytest.mark.parametrize(
    "name",
    [
        "acme-support-agent@acme-agents.iam.gserviceaccount.com",
        "ACME-support-agent@acme-agents.iam.gserviceaccount.com",
        "projects/acme-agents/serviceAccounts/acme-support-agent@acme-agents.iam.gserviceaccount.com",
        "projects/-/serviceAccounts/acme-support-agent@acme-agents.iam.gserviceaccount.com",
        "acme-support-agent",
    ],
)
def test_an_account_is_told_in_every_form_that_the_provider_takes(name: str) -> None:
    assert account_of(name, CONTEXT) == g.email()


@pytest.mark.parametrize("name", ["projects/-/serviceAccounts/1234567890", "1234567890", "a/b/c", ""])
def test_an_account_that_is_not_named_by_its_address_is_unproven(name: str) -> None:
    with pytest.raises(Unproven):
        account_of(name, CONTEXT)


def test_an_agent_has_each_principal_under_which_its_workload_can_be_named() -> None:
    pod = f"serviceaccount:{g.PROJECT}.svc.id.goog[agents/support-agent]"
    direct = (
        f"principal://iam.googleapis.com/projects/{g.NUMBER}/locations/global/workloadIdentityPools/"
        f"{g.PROJECT}.svc.id.goog/subject/ns/agents/sa/support-agent"
    )
    assert set(principals(g.context(g.AGENT))) == {f"serviceaccount:{g.email()}", pod, direct}


def test_uris_keep_their_case_and_addresses_have_none() -> None:
    assert same("serviceAccount:A@b.C") == "serviceaccount:a@b.c"
    assert same("principal://x/Subject/A") == "principal://x/Subject/A"
    assert account_email("serviceAccount:p.svc.id.goog[a/b]") is None
    assert is_service_agent("service-1@gcp-sa-x.iam.gserviceaccount.com")
    assert not is_service_agent("service-1@acme.iam.gserviceaccount.com")
