"""Each lock on Entra ID in turn goes, and exactly its rows fall; each kind of agent says how far it gets.

The good agent acts for users only, which is the best that the directory has for row 3.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from nhi.catalog.load import load_catalog
from nhi_policies.parity.model import ROWS, Word
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource

from policies import entra_kit as e
from policies import kit
from policies.parity.identities import Weakened, World, added, agent, dropped, edited, rewritten, world

DOC: Word = "documented"
SCOPED: Mapping[str, Any] = {
    "platforms": ["entra"],
    "allowed_actions": ...,
    "denied_actions": ["mail_send", "credential_management"],
    "data_access": [{"scope": "mailbox", "access": "write"}],
    "acts_on_behalf": "required",
    "credential": {
        "type": "oidc_federation",
        "workload": {
            "kind": "oidc",
            "issuer": "https://workloads.dev.example.com",
            "subject": "agent/support-agent",
            "audience": "api://AzureADTokenExchange",
        },
    },
}
"""What makes the support agent one that acts for users in the directory."""
GOOD = world(agent(**SCOPED))

APPLICATION, PRINCIPAL = "support-agent-application", "support-agent-service-principal"
CREDENTIAL = "support-agent-federated-credential"
USERS = GOOD.context.agents["support-agent"].environment.environment.entra.on_behalf_of["support-agent"]  # type: ignore[union-attr]
GRANT = f"support-agent-scopes-microsoft.graph-{USERS[0]}"
STRANGER = "0d9c8b7a-6f5e-4d3c-8b2a-190817263544"
PRIVILEGED = "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"
USER_READ = "df021288-bdef-4463-88db-98f22de89214"
GRAPH = "0de00000-0000-4000-8000-000000000010"

_FREE = {"6.3", "4.1", "4.2", "4.3", "4.4", "4.5", "5.1", "5.2", "5.3"}
_HELD_BY_THE_PRINCIPAL = [row.number for row in ROWS if row.number not in _FREE]
_A_SECRET = ("1.5", "2.1", "2.3", "2.4", "2.5")
_NO_SUCH = ("1.4", "2.2", "3.1", "3.2")


def made(name: str) -> Resource:
    """The resource of the good agent with this name."""
    (one,) = (one for one in GOOD.resources if one.name == name)
    return one


def by_hand(type_token: str, holder: str, key: str, **inputs: Any) -> Resource:
    """A resource beside the component that is about an object of the good agent."""
    depends = {key: (made(holder).urn,)}
    return kit.resource(type_token, "by-hand", {key: kit.UNKNOWN, **inputs}, property_dependencies=depends)


def app_role(role: str, api: str = GRAPH) -> Resource:
    """An app role that the good agent's principal is given by hand."""
    return by_hand(t.ENTRA_APP_ROLE_ASSIGNMENT, PRINCIPAL, "principalObjectId", appRoleId=role, resourceObjectId=api)


def copy_of(name: str, **inputs: Any) -> Resource:
    """A second one of a resource of the good agent."""
    one = made(name)
    return replace(one, name=f"second-{name}", urn=f"{one.urn}-second", inputs={**one.inputs, **inputs})


def _twin() -> tuple[Resource, ...]:
    """An application of another agent that lets in this agent's workload."""
    application, credential = (replace(copy_of(name), agent="other-agent") for name in (APPLICATION, CREDENTIAL))
    application = replace(application, inputs={**application.inputs, "displayName": "other"})
    return application, replace(credential, property_dependencies={"applicationId": (application.urn,)})


def _no_fact(name: str, of: str) -> Any:
    """Without one of the agent's facts, in tags and notes."""

    def without(inputs: dict[str, Any]) -> None:
        inputs["tags"] = _lines_without(name, inputs["tags"])
        inputs["notes"] = "\n".join(_lines_without(name, inputs["notes"].split("\n")))

    return rewritten(of, without)


def _lines_without(name: str, lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith(f"nhi:{name}=")]


def _said(what: str, change: Any, *rows: str) -> Weakened:
    """A lock that is gone, and the rows that are documented without it."""
    return Weakened(what, "entra", change, dict.fromkeys(rows, DOC))


WEAKENED = [
    _said("no application", dropped(APPLICATION), *_HELD_BY_THE_PRINCIPAL),
    _said("no service principal", dropped(PRINCIPAL), *_HELD_BY_THE_PRINCIPAL),
    _said("a second application", added(copy_of(APPLICATION)), *_HELD_BY_THE_PRINCIPAL),
    _said("a second principal", added(copy_of(PRINCIPAL)), *_HELD_BY_THE_PRINCIPAL),
    _said("an application by another name", edited(APPLICATION, "displayName", to="by-hand"), "1.1"),
    _said("a name that others may take", edited(APPLICATION, "preventDuplicateNames"), "1.1"),
    _said("a principal that is taken over", edited(PRINCIPAL, "useExisting", to=True), "1.1"),
    _said("an application of many tenants", edited(APPLICATION, "signInAudience", to="AzureADMultipleOrgs"), "2.1"),
    _said("a public client", edited(APPLICATION, "fallbackPublicClientEnabled", to=True), "2.1"),
    _said("an owner", edited(APPLICATION, "owners", to=[STRANGER]), "1.3"),
    _said("an owner beside it", added(by_hand(t.ENTRA_OWNER, APPLICATION, "applicationId")), "1.3"),
    _said("a sponsor that portals do not show", edited(PRINCIPAL, "notes", to=""), "1.3"),
    _said("a password in the application", edited(APPLICATION, "password", to={"displayName": "x"}), *_A_SECRET),
    _said(
        "a password by hand",
        added(by_hand(t.ENTRA_APPLICATION_PASSWORD, APPLICATION, "applicationId")),
        *_A_SECRET,
        "5.4",
    ),
    _said(
        "a certificate",
        added(by_hand(t.ENTRA_APPLICATION_CERTIFICATE, APPLICATION, "applicationId", value="x")),
        *_A_SECRET,
        "5.4",
    ),
    _said(
        "a password of the principal",
        added(by_hand(t.ENTRA_PRINCIPAL_PASSWORD, PRINCIPAL, "servicePrincipalId")),
        *_A_SECRET,
        "5.4",
    ),
    _said("every subject of an issuer", edited(CREDENTIAL, "subject", to="agent/*"), "2.1", "2.3"),
    _said("another subject", edited(CREDENTIAL, "subject", to="agent/other"), "2.1"),
    _said("another issuer", edited(CREDENTIAL, "issuer", to="https://gitlab.example.net"), "2.1"),
    _said("another audience", edited(CREDENTIAL, "audiences", to=["sts.amazonaws.com"]), "2.1", "2.3"),
    _said("a subject that is not known", edited(CREDENTIAL, "subject", to=kit.UNKNOWN), "1.1", "2.1", "2.3"),
    _said("a second credential", added(copy_of(CREDENTIAL, subject="agent/debug")), "2.1", "2.3"),
    _said(
        "a credential by pattern",
        added(by_hand(t.ENTRA_FLEXIBLE_CREDENTIAL, APPLICATION, "applicationId", issuer="https://x.example.com")),
        "2.1",
        "2.3",
    ),
    _said("the workload of another application as well", added(*_twin()), "2.3"),
    _said("tokens for everybody", edited(PRINCIPAL, "appRoleAssignmentRequired", to=False), "3.4"),
    _said("consent for everybody", edited(GRANT, "userObjectId"), "3.5"),
    _said("a user whom nobody named", edited(GRANT, "userObjectId", to=STRANGER), "1.4", "2.2", "3.1", "3.2", "3.5"),
    _said("a scope that the file denies", edited(GRANT, "claimValues", to=["Mail.Read", "Mail.Send"]), *_NO_SUCH),
    _said("an API that nobody names", edited(GRANT, "resourceServicePrincipalObjectId", to=STRANGER), *_NO_SUCH),
    _said("a scope that is not known", edited(GRANT, "claimValues", to=kit.UNKNOWN), *_NO_SUCH, "3.4", "3.5"),
    _said("an app role by hand", added(app_role(USER_READ)), *_NO_SUCH, "3.5"),
    _said("an app role that leads to all others", added(app_role(PRIVILEGED)), *_NO_SUCH, "3.4", "3.5"),
    _said(
        "a directory role",
        added(by_hand(t.ENTRA_ROLE_ASSIGNMENT, PRINCIPAL, "principalObjectId", roleId=STRANGER)),
        "1.4",
        "3.1",
        "3.4",
    ),
    _said(
        "a group by hand",
        added(by_hand(t.ENTRA_GROUP_MEMBER, PRINCIPAL, "memberObjectId", groupObjectId=STRANGER)),
        "1.4",
        "3.1",
    ),
    _said("granted and not asked for", edited(APPLICATION, "requiredResourceAccesses"), "3.1"),
    _said(
        "whether it is enabled is not known",
        edited(PRINCIPAL, "accountEnabled", to=kit.UNKNOWN),
        *("1.5", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "3.4"),
    ),
    *(
        _said(f"no {fact} on the {of.removeprefix('support-agent-')}", _no_fact(fact, of), *rows)
        for of in (APPLICATION, PRINCIPAL)
        for fact, rows in (
            ("class", ("1.2",)),
            ("owner-team", ("1.2",)),
            ("purpose", ("1.2",)),
            ("environment", ("1.2",)),
            ("risk-tier", ("1.2", "6.4")),
            ("sponsor", ("1.3",)),
            ("expires", ("3.3", "5.4")),
            ("state", ("6.1",)),
        )
    ),
]


# --- kinds of agents ------------------------------------------------------------------------------------------------

WITH_ROLE = {
    **SCOPED,
    "data_access": [{"scope": "staff-directory", "access": "read"}],
    "denied_actions": ["identity_administration"],
    "acts_on_behalf": "never",
}


def _on(kind: str, **workload: Any) -> World:
    """The good agent with another workload; the role of AWS that vouches for some is its own."""
    credential = {"type": "workload_identity", "workload": {"kind": kind, **workload}}
    return world(agent(**{**SCOPED, "platforms": ["aws", "entra"], "credential": credential}))


def test_an_agent_that_acts_for_nobody_is_watched_for_scopes() -> None:
    found = world(agent(**WITH_ROLE)).answers("entra")
    assert found.answers["3.5"].word == "detected"
    assert {one.type for one in found.answers["3.1"].by} == {t.ENTRA_APP_ROLE_ASSIGNMENT}
    words = GOOD.words("entra")
    assert {row for row, answer in found.answers.items() if answer.word != words[row]} == {"3.5"}


def test_an_agent_that_may_act_for_users_is_documented_only() -> None:
    found = world(agent(**{**WITH_ROLE, "acts_on_behalf": "optional"}))
    assert found.words("entra")["3.5"] == "documented"


def test_the_directory_has_no_clock_for_a_sponsor_who_left() -> None:
    left = world(agent(**SCOPED, sponsor={"departed_on": "2026-10-30T00:00:00Z"}))
    assert left.words("entra")["6.2"] == "detected"


@pytest.mark.parametrize(
    ("made", "word"),
    [
        (_on("ecs", cluster="main"), "detected"),
        (_on("lambda", function="mail"), "enforced"),
        (_on("kubernetes"), "enforced"),
    ],
    ids=["ecs", "lambda", "kubernetes"],
)
def test_a_role_that_can_be_lent_is_only_as_good_as_on_its_own_cloud(made: World, word: str) -> None:
    words = made.words("entra")
    assert words["2.1"] == word
    assert words["2.3"] == words["1.5"] == "enforced"


def test_a_tier_that_allows_less_than_an_hour_is_not_reached() -> None:
    declared = GOOD.context.agents["support-agent"]
    profile = declared.environment.profile
    short = replace(profile.tiers[2], max_token_life=profile.tiers[2].max_token_life / 2)
    where = replace(declared.environment, profile=replace(profile, tiers={**profile.tiers, 2: short}))
    strict = replace(
        GOOD, context=replace(GOOD.context, agents={"support-agent": replace(declared, environment=where)})
    )
    found = strict.answers("entra")
    assert found.answers["1.5"].word == "documented"
    assert "0:30:00" in found.answers["1.5"].reason
    assert found.short == ("1.5",)


# --- passwords ----------------------------------------------------------------------------------------------------


def _with_password(tier: int = 1) -> World:
    declared = e.agent(**e.STORED, risk_tier=tier)
    return World(e.context(declared, catalog=load_catalog()), tuple(e.written(declared)))


def test_a_password_is_watched_and_not_prevented() -> None:
    found = _with_password()
    words = found.words("entra", "people-agent")
    assert {row: words[row] for row in ("1.5", "2.1", "2.3", "2.4", "2.5", "5.4")} == {
        "1.5": "detected",
        "2.1": "detected",
        "2.3": "detected",
        "2.4": "enforced",
        "2.5": "detected",
        "5.4": "detected",
    }
    assert "people-agent-password" in {one.name for one in found.answers("entra", "people-agent").answers["2.4"].by}


def test_a_password_is_too_little_for_the_tiers_that_ask_for_more() -> None:
    assert _with_password(1).answers("entra", "people-agent").short == ()
    assert _with_password(2).answers("entra", "people-agent").short == ("1.5", "2.3")


@pytest.mark.parametrize(
    ("change", "rows"),
    [
        (edited("people-agent-password", "endDate"), {"1.5", "2.4", "5.4"}),
        (edited("people-agent-password", "rotateWhenChanged"), {"1.5", "2.4", "5.4"}),
        (dropped("people-agent-entra-secret-version"), {"2.5"}),
    ],
    ids=["without end", "without window", "that nothing stores"],
)
def test_a_lock_of_a_password_that_goes_takes_its_rows(change: Any, rows: set[str]) -> None:
    before = _with_password()
    words, after = before.words("entra", "people-agent"), change(before).words("entra", "people-agent")
    assert {row for row, word in after.items() if word != words[row]} == rows
    assert {after[row] for row in rows} == {"documented"}


# --- stopped agents, instances ------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["suspended", "quarantined", "retired", "proposed"])
def test_a_stopped_agent_gets_no_token(state: str) -> None:
    stopped = world(agent(**SCOPED, state=state))
    words = stopped.words("entra")
    rows = ("1.1", "1.5", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "3.4")
    assert {words[row] for row in rows} == {"enforced"}
    assert {words[row] for row in ("6.1", "6.3")} == {"detected"}
    assert stopped.answers("entra").short == ()


def test_a_stopped_agent_that_is_enabled_by_hand_is_seen() -> None:
    enabled = edited(PRINCIPAL, "accountEnabled", to=True)(world(agent(**SCOPED, state="quarantined")))
    words = enabled.words("entra")
    assert {words[row] for row in ("3.3", "6.1", "6.3")} == {"documented"}


def test_an_agent_that_the_file_stops_and_that_still_holds_everything_is_seen() -> None:
    stopped = agent(**SCOPED, state="quarantined")
    still = replace(GOOD, context=replace(GOOD.context, agents={"support-agent": stopped}))
    words = still.words("entra")
    assert {words[row] for row in ("3.3", "6.1", "6.3")} == {"documented"}


def test_an_agent_of_which_the_stack_makes_nothing_is_documented() -> None:
    assert set(World(GOOD.context, ()).words("entra").values()) == {"documented"}


def test_an_agent_that_nobody_lets_in_is_nobody() -> None:
    after = dropped(CREDENTIAL)(GOOD)
    assert after.words("entra") == GOOD.words("entra")
    assert "trusts nobody" in after.answers("entra").answers["2.1"].reason


def test_each_instance_has_rows_of_its_own() -> None:
    both = _with_instances()
    words = both.words("entra", instance="blue")
    assert words == both.words("entra", instance="green")
    assert words["2.3"] == "enforced"
    after = edited("support-agent--blue-federated-credential", "subject", to="agent/other")(both)
    assert after.words("entra", instance="green") == words
    changed = {row for row, word in after.words("entra", instance="blue").items() if word != words[row]}
    assert changed == {"2.1"}


def test_what_names_an_instance_by_its_application_alone_counts_for_that_instance() -> None:
    both = _with_instances()
    (of,) = (one for one in both.resources if one.name == "support-agent--blue-application")
    password = kit.resource(
        t.ENTRA_APPLICATION_PASSWORD,
        "by-hand",
        {"applicationId": kit.UNKNOWN},
        property_dependencies={"applicationId": (of.urn,)},
    )
    after = added(password)(both)
    assert after.words("entra", instance="blue")["2.3"] == "documented"
    assert after.words("entra", instance="green") == both.words("entra", instance="green")


def _with_instances() -> World:
    file = {**SCOPED, "platforms": ["entra", "kubernetes"], "instances": {"blue": "active", "green": "active"}}
    return world(agent(**{**file, "credential": {"type": "workload_identity", "workload": {"kind": "kubernetes"}}}))
