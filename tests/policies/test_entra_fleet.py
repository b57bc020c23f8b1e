"""What our own Entra ID documents say passes every rule, nothing in them can be hidden, and no lock of them can go."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from nhi.catalog.load import load_catalog
from nhi.contract import UNKNOWN
from nhi.spec.declared import DeclaredAgent
from nhi_policies.declared import Context
from nhi_policies.dispatch import judge_all
from nhi_policies.verdict import Violation
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource

from policies import entra_kit as e
from policies import kit

_WORKLOADS: dict[str, dict[str, Any]] = {
    "oidc": {"kind": "oidc", "issuer": e.ISSUER, "subject": e.SUBJECT, "audience": e.AUDIENCE},
    "eks": {"kind": "eks", "cluster": "main", "namespace": "people", "service_account": "reader"},
    "ecs": {"kind": "ecs", "cluster": "agents"},
    "lambda": {"kind": "lambda", "function": "people"},
    "agentcore": {"kind": "agentcore", "runtime": "people_agent"},
    "kubernetes": {"kind": "kubernetes"},
    "gke": {"kind": "gke", "cluster": "main"},
    "cloud-run": {"kind": "cloud-run", "service": "people"},
    "agent-engine": {"kind": "agent-engine", "engine": "people"},
    "spiffe": {"kind": "spiffe", "id": "spiffe://dev.example.com/agent/people"},
}
_CLASS_GROUP = {"entra.class_groups": {"research": e.STRANGER}}
_BOTH = ["aws", "entra"]  # a role vouches for its agent only where the agent has one


def agent(workload: str = "oidc", **changes: Any) -> DeclaredAgent:
    """A good agent that runs there."""
    return e.agent(**{"platforms": _BOTH, "credential.workload": _WORKLOADS[workload], **changes})


def found(resources: Iterable[Resource], *declared: DeclaredAgent) -> list[Violation]:
    context = e.context(*declared, catalog=load_catalog())
    return [one for one in judge_all(tuple(resources), declared, context) if one.blocks]


def blocking(declared: DeclaredAgent) -> list[str]:
    """The blocking findings about an agent's own records, as text."""
    said = found(e.written(declared), declared)
    return [f"{one.rule.id} {one.finding.target}: {one.finding.text}" for one in said]


# --- what is written passes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("workload", _WORKLOADS)
@pytest.mark.parametrize("tier", [1, 2, 3])
def test_every_workload_at_every_tier_passes(workload: str, tier: int) -> None:
    changes = {"credential.expires": "2027-01-15T00:00:00Z", "credential.max_session": "30m"}
    declared = agent(workload, risk_tier=tier, **changes)
    assert any(one.type == t.ENTRA_FEDERATED_CREDENTIAL for one in e.written(declared))
    assert blocking(declared) == []


@pytest.mark.parametrize("state", ["proposed", "active", "suspended", "quarantined", "retired"])
def test_every_state_passes(state: str) -> None:
    assert blocking(agent(state=state)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"data_access": [{"scope": "inbox", "access": "read"}], "tool_access": [], "acts_on_behalf": "required"},
        {"data_access": [{"scope": "inbox", "access": "read"}], "acts_on_behalf": "optional"},
        {"data_access": [{"scope": "staff", "access": "read", "expires": "2026-10-31T00:00:00Z"}]},
        {"data_access": [{"scope": "staff", "access": "read", "expires": "2026-12-24T00:00:00Z"}]},
        {"data_access": [], "tool_access": []},
        {"denied_actions": ["mail_send", "identity_administration", "credential_management"]},
        {"agent_class": "research", "where": _CLASS_GROUP},
        {"credential.type": "oauth2_client_credentials", "credential.rotation_days": 30},
        {
            "purpose": "Says who works where; who is away, and until when (and nothing else)",
            "owner_team": "People.Team",
        },
    ],
    ids=lambda changes: "-".join(changes),
)
def test_what_else_a_file_can_say_passes(changes: dict[str, Any]) -> None:
    assert blocking(agent(**changes)) == []


def test_instances_with_states_of_their_own_pass() -> None:
    instances = {"blue": "active", "green": "suspended", "red": "active"}
    assert blocking(agent("kubernetes", instances=instances)) == []


def test_an_agent_past_its_lock_date_passes() -> None:
    assert blocking(agent(**{"credential.expires": "2026-08-11T00:00:00Z"})) == []


def test_a_password_needs_an_exception_and_nothing_else() -> None:
    declared = e.agent(**e.STORED, risk_tier=1)
    assert {one.rule.id for one in found(e.written(declared), declared)} == {"NHI-CRD-201"}
    book = kit.exceptions({"rule": "NHI-CRD-201", "target": "people-agent"})
    context = e.context(declared, catalog=load_catalog(), exceptions=book)
    assert [one.rule.id for one in judge_all(e.written(declared), (declared,), context) if one.blocks] == []


@pytest.mark.parametrize("tier", [2, 3])
def test_a_password_falls_short_of_what_the_higher_tiers_want_enforced(tier: int) -> None:
    declared = e.agent(**e.STORED, **{"risk_tier": tier, "credential.expires": "2027-01-15T00:00:00Z"})
    said = {(one.rule.id, one.finding.part) for one in found(e.written(declared), declared)}
    assert {one for one in said if one[0] != "NHI-CRD-201"} == {
        ("NHI-PRM-131", "entra::1.5"),
        ("NHI-PRM-131", "entra::2.3"),
    }


def test_a_stopped_agent_with_a_password_passes() -> None:
    assert blocking(e.agent(**e.STORED, state="suspended")) == []


# --- nothing hides, and no lock can go ----------------------------------------------------------------------------


@cache
def whole() -> tuple[tuple[DeclaredAgent, ...], tuple[Resource, ...]]:
    """Agents that between them have every type and every input that the builder writes."""
    ledger = {"agent_id": "ledger-agent", "risk_tier": 1, "where": {**e.STORED["where"], **_CLASS_GROUP}}
    agents = (
        agent(
            delegation={"allowed": False, "accepts_from": ["mail-agent"]}, agent_class="research", where=_CLASS_GROUP
        ),
        e.mail_agent(where=_CLASS_GROUP),
        e.agent(**{**e.STORED, **ledger}),
    )
    return agents, tuple(one for declared in agents for one in e.written(declared))


def rules(change: Callable[[Resource], Resource | None], pick: Callable[[Resource], bool]) -> set[str]:
    """The rules that find something once the first resource that `pick` takes is changed, or dropped."""
    agents, resources = whole()
    index = next(index for index, one in enumerate(resources) if pick(one))
    changed = change(resources[index])
    others = (*resources[:index], *([] if changed is None else [changed]), *resources[index + 1 :])
    return {one.rule.id for one in found(others, *agents)} - {"NHI-CRD-201"}


def test_the_whole_is_what_it_says() -> None:
    agents, resources = whole()
    assert {one.rule.id for one in found(resources, *agents)} == {"NHI-CRD-201"}
    types = {one.type for one in resources}
    assert types >= {t.ENTRA_APPLICATION, t.ENTRA_DELEGATED_GRANT, t.ENTRA_APPLICATION_PASSWORD, t.ENTRA_GROUP_MEMBER}


# What decides nothing: names of credentials, texts, a role that others are given, and whose team it is, which the tags
# say as well. Who may be an agent's caller is for the rules about delegation.
_DECIDES_NOTHING = {
    (t.ENTRA_APPLICATION, "appRoles"),
    (t.ENTRA_APPLICATION, "serviceManagementReference"),
    (t.ENTRA_FEDERATED_CREDENTIAL, "displayName"),
    (t.ENTRA_FEDERATED_CREDENTIAL, "description"),
    (t.ENTRA_APPLICATION_PASSWORD, "displayName"),
}


def test_nothing_in_a_record_can_be_hidden_from_every_rule() -> None:
    passed = set()
    for type_token in {one.type for one in whole()[1] if one.package == "azuread"}:
        first = next(one for one in whole()[1] if one.type == type_token)
        for key in first.inputs:
            if not rules(lambda one, key=key: _hidden(one, key), lambda one, first=first: one is first):
                passed.add((type_token, key))
    assert passed == _DECIDES_NOTHING


def _hidden(one: Resource, key: str) -> Resource:
    """The resource with one input unknown, and made from nothing."""
    depends = {name: urns for name, urns in one.property_dependencies.items() if name != key}
    return replace(one, inputs={**one.inputs, key: UNKNOWN}, property_dependencies=depends)


def _of(type_token: str, agent: str = "people-agent") -> Callable[[Resource], bool]:
    return lambda one: one.type == type_token and one.agent == agent


def _set(**changes: Any) -> Callable[[Resource], Resource | None]:
    return lambda one: kit.altered(one, **changes)


def _gone(_: Resource) -> None:
    return None


_APPLICATION, _PRINCIPAL = _of(t.ENTRA_APPLICATION), _of(t.ENTRA_SERVICE_PRINCIPAL)
_CREDENTIAL = _of(t.ENTRA_FEDERATED_CREDENTIAL)


def _ROLE(one: Resource) -> bool:  # noqa: N802  # stands among the other picks
    return one.type == t.ENTRA_APP_ROLE_ASSIGNMENT and one.inputs["resourceObjectId"] == e.GRAPH_OBJECT


_SCOPE = _of(t.ENTRA_DELEGATED_GRANT, "mail-agent")
_PASSWORD, _VERSION = _of(t.ENTRA_APPLICATION_PASSWORD, "ledger-agent"), _of(t.AWS_SECRET_VERSION, "ledger-agent")


@pytest.mark.parametrize(
    ("pick", "change", "rule"),
    [
        (_APPLICATION, _set(signInAudience="AzureADMultipleOrgs"), "NHI-TRU-203"),
        (_APPLICATION, _set(preventDuplicateNames=...), "NHI-IDN-200"),
        (_APPLICATION, _set(displayName="by-hand"), "NHI-IDN-200"),
        (_APPLICATION, _set(fallbackPublicClientEnabled=True), "NHI-TRU-205"),
        (_APPLICATION, _set(owners=[e.ANNA]), "NHI-SPN-200"),
        (_APPLICATION, _set(password={"displayName": "x"}), "NHI-CRD-200"),
        (_APPLICATION, _set(requiredResourceAccesses=...), "NHI-PRM-202"),
        (_APPLICATION, _set(notes=...), "NHI-SPN-010"),
        (_APPLICATION, _set(tags=[], notes=""), "NHI-CLS-011"),
        (_APPLICATION, _set(tags=[], notes=""), "NHI-EXP-200"),
        (_PRINCIPAL, _set(appRoleAssignmentRequired=...), "NHI-TRU-204"),
        (_PRINCIPAL, _set(useExisting=True), "NHI-IDN-200"),
        (_PRINCIPAL, _set(tags=[], notes=""), "NHI-CLS-011"),
        (_CREDENTIAL, _set(subject="agent/other"), "NHI-TRU-201"),
        (_CREDENTIAL, _set(issuer="https://gitlab.example.net"), "NHI-TRU-201"),
        (_CREDENTIAL, _set(audiences=["x"]), "NHI-TRU-200"),
        (_ROLE, _set(appRoleId=e.ROLE_MANAGEMENT), "NHI-ESC-200"),
        (_ROLE, _set(appRoleId=e.MAIL_SEND), "NHI-PRM-203"),
        (_ROLE, _set(appRoleId=e.REPORTS_READ), "NHI-PRM-201"),
        (_ROLE, _set(resourceObjectId=e.STRANGER), "NHI-PRM-200"),
        (_ROLE, _gone, "NHI-PRM-202"),
        (_SCOPE, _set(userObjectId=...), "NHI-PRM-204"),
        (_SCOPE, _set(userObjectId=e.STRANGER), "NHI-PRM-201"),
        (_SCOPE, _set(claimValues=["Mail.Read", "Mail.Send"]), "NHI-PRM-201"),
        (_PASSWORD, _set(endDate=...), "NHI-CRD-202"),
        (_PASSWORD, _set(rotateWhenChanged=...), "NHI-CRD-202"),
        (_VERSION, _gone, "NHI-CRD-203"),
        (_of(t.ENTRA_GROUP_MEMBER), _set(groupObjectId=e.BELA), "NHI-PRM-205"),
    ],
)
def test_a_lock_that_goes_brings_a_finding(
    pick: Callable[[Resource], bool], change: Callable[[Resource], Resource | None], rule: str
) -> None:
    assert rule in rules(change, pick)


def test_what_an_active_agent_has_is_found_once_the_file_stops_it() -> None:
    declared = agent()
    stopped = replace(declared, agent=declared.agent.model_copy(update={"state": "suspended"}))
    parts = {one.finding.part for one in found(e.written(declared), stopped) if one.rule.id == "NHI-STA-011"}
    credential = "ApplicationFederatedIdentityCredential"
    assert parts == {"enabled", "requested", credential, "AppRoleAssignment"}


def test_a_context_without_a_tenant_proves_nothing() -> None:
    declared = agent()
    bare = Context(kit.CLOCK, {"people-agent": declared}, kit.environment(), load_catalog(), pinned=kit.CLOCK)
    assert "NHI-PRM-200" in {one.rule.id for one in judge_all(e.written(declared), (declared,), bare)}
