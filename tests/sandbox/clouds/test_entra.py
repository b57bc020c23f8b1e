"""The Entra ID stand-in: limits, replacement, what exists, what is taken, what goes with what, what it answers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.entra import EntraCloud
from nhi.sandbox.clouds.entra import types as t
from nhi.sandbox.clouds.entra.functions import PUBLISHED
from nhi.sandbox.clouds.entra.limits import _RULES, _TABLE_OF_LIMITS
from nhi.sandbox.clouds.entra.types import CALLER_OBJECT, MARK, NESTED_SETS, TYPES
from nhi.sandbox.clouds.table import FAKE_SECRET
from nhi.sandbox.clouds.world import World

from clouds.entra_objects import (
    APP_REF,
    GOOD,
    ROLE_ID,
    SP_REF,
    G,
    access,
    agent,
    checked_inputs,
    make,
    placed,
    role,
    scope,
)
from clouds.objects import urn


@pytest.fixture
def cloud() -> EntraCloud:
    return EntraCloud()


# --- check ------------------------------------------------------------------------------------------------------


def test_every_type_has_good_inputs_here() -> None:
    assert set(GOOD) == set(TYPES)


_API = {"requestedAccessTokenVersion": 2}
_CONDITIONS = GOOD[t.CONDITIONAL_ACCESS]["conditions"]


@pytest.mark.parametrize(
    ("type", "property", "bad", "good"),
    [
        (t.APPLICATION, "displayName", "a" * 121, "a" * 120),
        (t.REGISTRATION, "displayName", "a" * 121, "a" * 120),
        (t.APPLICATION, "displayName", " ", "a b"),
        (t.APPLICATION, "notes", "n" * 1025, "n" * 1024),
        (t.APPLICATION, "notes", "", "n"),
        (t.APPLICATION, "description", "d" * 1025, "d" * 1024),
        (t.APPLICATION, "tags", ["t" * 257], ["t" * 256]),
        (t.APPLICATION, "tags", [""], []),
        (t.APPLICATION, "tags", ["two words"], ["two_words"]),
        (t.APPLICATION, "tags", ["a", "a"], ["a", "b"]),
        (t.APPLICATION, "owners", G[:101], G[:100]),
        (t.APPLICATION, "owners", ["jgill@example.com"], [G[0]]),
        (t.APPLICATION, "owners", [G[0], G[0].upper()], [G[0], G[1]]),
        (t.APPLICATION, "signInAudience", "Everyone", "AzureADMultipleOrgs"),
        (t.APPLICATION, "signInAudience", "AzureADMultipleOrgs ", "AzureADMultipleOrgs"),
        (t.APPLICATION, "identifierUris", ["research"], ["urn:acme:research"]),
        (t.APPLICATION, "identifierUris", ["https://*.example.com"], ["https://example.com/?a=b#c"]),
        (t.APPLICATION, "identifierUris", [f"api://{'a' * 250}"], [f"api://{'a' * 249}"]),
        (t.APPLICATION, "appRoles", [role("r")], [role(G[5])]),
        (t.APPLICATION, "appRoles", [role(value=".a")], [role(value="a.")]),
        (t.APPLICATION, "appRoles", [role(value="a b")], [role(value="a:!#$%&'()*+,-./;<=>?@[]^_`{|}~")]),
        (t.APPLICATION, "appRoles", [role(value="a" * 121)], [role(value="a" * 120)]),
        (t.APPLICATION, "appRoles", [role(allowedMemberTypes=["Group"])], [role(allowedMemberTypes=["User"])]),
        (t.APPLICATION, "appRoles", [role(allowedMemberTypes=[])], []),
        (t.APPLICATION, "appRoles", [role(description="")], [role(description="d")]),
        (t.APPLICATION, "appRoles", [role(), role(value="Other")], [role(), role(G[5], "Other")]),
        (t.APPLICATION, "appRoles", [role(), role(G[5])], [role(), role(G[5], "Other")]),
        (t.APPLICATION, "api", {"requestedAccessTokenVersion": 3}, {"requestedAccessTokenVersion": 1}),
        (t.APPLICATION, "api", {"oauth2PermissionScopes": [scope("s")]}, {"oauth2PermissionScopes": [scope()]}),
        (t.APPLICATION, "api", {"oauth2PermissionScopes": [scope(value="Agent.Invoke")]}, _API),
        (t.APPLICATION, "api", {"oauth2PermissionScopes": [scope(type="Both")]}, _API),
        (t.APPLICATION, "api", {"knownClientApplications": ["x"]}, {"knownClientApplications": [G[0]]}),
        (
            t.APPLICATION,
            "requiredResourceAccesses",
            [access("graph", G[0])],
            [access(PUBLISHED["MicrosoftGraph"], G[0])],
        ),
        (t.APPLICATION, "requiredResourceAccesses", [access(G[0], "Mail.Read")], [access(G[0], G[1])]),
        (
            t.APPLICATION,
            "requiredResourceAccesses",
            [access(G[0], G[1], kind="All")],
            [access(G[0], G[1], kind="Scope")],
        ),
        (t.APPLICATION, "requiredResourceAccesses", [access(G[0])], [access(G[0], G[1])]),
        (t.APPLICATION, "requiredResourceAccesses", [access(G[0], G[1], G[1])], [access(G[0], G[1], G[2])]),
        (t.APPLICATION, "requiredResourceAccesses", [access(G[0], G[1]), access(G[0], G[2])], []),
        (
            t.APPLICATION,
            "requiredResourceAccesses",
            [access(g, G[0]) for g in G[:51]],
            [access(g, G[0]) for g in G[:50]],
        ),
        (t.APPLICATION, "requiredResourceAccesses", [access(G[0], *G[:401])], [access(G[0], *G[:400])]),
        (t.APPLICATION, "web", {"redirectUris": ["back"]}, {"redirectUris": ["http://localhost/back"]}),
        (t.APPLICATION, "web", {"logoutUrl": "ftp://a"}, {"logoutUrl": "https://a"}),
        (t.REGISTRATION, "logoutUrl", "http://a.example.com", "https://localhost/out"),
        (t.APPLICATION, "publicClient", {"redirectUris": [f"https://a/{n}" for n in range(257)]}, None),
        (t.APPLICATION, "password", {"displayName": "p", "endDate": "soon"}, {"displayName": "p"}),
        (t.APPLICATION, "templateId", "gallery", G[0]),
        (t.REGISTRATION, "requestedAccessTokenVersion", 0, 1),
        (t.REGISTRATION, "notes", "n" * 1025, "n"),
        (t.API_ACCESS, "roleIds", [], None),
        (t.API_ACCESS, "applicationId", G[0], APP_REF),
        (t.APP_ROLE, "roleId", "r", G[0]),
        (t.APP_ROLE, "value", ".a", "a"),
        (t.SCOPE, "type", "Both", "Admin"),
        (t.SCOPE, "value", "a" * 121, "a" * 120),
        (t.IDENTIFIER, "identifierUri", "api://*", "api://a"),
        (t.REDIRECT_URIS, "type", "Native", "SPA"),
        (t.OPTIONAL_CLAIMS, "accessTokens", [], None),
        (t.OWNER, "ownerObjectId", "jgill", G[0]),
        (t.FEDERATED, "displayName", "ab", "abc"),
        (t.FEDERATED, "displayName", "a" * 121, "a" * 120),
        (t.FEDERATED, "displayName", "-ab", "a-b_c"),
        (t.FEDERATED, "displayName", "a.b", "a-b"),
        (t.FEDERATED, "issuer", "http://oidc.example.com", "https://oidc.example.com/"),
        (t.FEDERATED, "issuer", f"https://{'i' * 593}", f"https://{'i' * 592}"),
        (t.FEDERATED, "subject", "s" * 601, "s" * 600),
        (t.FEDERATED, "subject", " s", "a b"),
        (t.FEDERATED, "audiences", [], ["a"]),
        (t.FEDERATED, "audiences", ["a", "b"], ["a" * 600]),
        (t.FEDERATED, "audiences", ["a" * 601], ["a"]),
        (t.FEDERATED, "description", "d" * 601, "d" * 600),
        (t.FEDERATED, "applicationId", f"/applications/{G[0]}/", APP_REF),
        (t.FLEXIBLE, "claimsMatchingExpression", "claims['sub'] like 'a'", "claims['sub'] eq 'a'"),
        (t.FLEXIBLE, "claimsMatchingExpression", "claims['sub'] eq 'a' or claims['x'] eq 'b'", None),
        (t.FLEXIBLE, "claimsMatchingExpression", "*", None),
        (t.PASSWORD, "endDate", "2027-01-31", "2027-01-31T00:00:00+01:00"),
        (t.PASSWORD, "endDate", "2027-13-31T00:00:00Z", "2027-12-31T00:00:00Z"),
        (t.PASSWORD, "endDate", "2027-01-31T00:00:00", "2027-01-31T00:00:00Z"),
        (t.PRINCIPAL_PASSWORD, "endDateRelative", "10 days", "2400h30m"),
        (t.PRINCIPAL_PASSWORD, "servicePrincipalId", G[0], SP_REF),
        (t.CERTIFICATE, "type", "PEM", "Symmetric"),
        (t.CERTIFICATE, "encoding", "der", "hex"),
        (t.CERTIFICATE, "keyId", "k", G[0]),
        (t.SIGNING_CERTIFICATE, "displayName", "research", "CN=research"),
        (t.PRINCIPAL, "clientId", "research", G[0]),
        (t.PRINCIPAL, "notes", "n" * 1025, ""),
        (t.PRINCIPAL, "tags", ["a b"], ["HideApp"]),
        (t.PRINCIPAL, "preferredSingleSignOnMode", "kerberos", "saml"),
        (t.ASSIGNMENT, "appRoleId", "Agent.Invoke", "00000000-0000-0000-0000-000000000000"),
        (t.DELEGATED, "claimValues", [], ["User.Read"]),
        (t.DELEGATED, "claimValues", ["User.Read Mail.Read"], ["User.Read", "Mail.Read"]),
        (t.DELEGATED, "userObjectId", "jgill@example.com", G[0]),
        (
            t.DELEGATED,
            "claimValues",
            [f"{'a' * 115}{n:04}" for n in range(33)],
            [f"{'a' * 115}{n:04}" for n in range(32)],
        ),
        (t.GROUP, "securityEnabled", False, True),
        (t.GROUP, "mailEnabled", True, False),
        (t.GROUP, "types", ["Unified"], []),
        (t.GROUP, "types", ["DynamicMembership"], []),
        (t.GROUP, "dynamicMembership", {"enabled": True, "rule": "user.x -eq 1"}, None),
        (t.GROUP, "theme", "Blue", ""),
        (t.GROUP, "visibility", "Hiddenmembership", "Private"),
        (t.GROUP, "mailNickname", "a b", "a-b"),
        (t.GROUP, "owners", [], [G[0]]),
        (t.GROUP, "behaviors", ["Quiet"], []),
        (t.GROUP, "displayName", "a" * 257, "a" * 256),
        (t.GROUP, "description", "d" * 1025, "d" * 1024),
        (t.PLAIN_GROUP, "securityEnabled", False, True),
        (t.PLAIN_GROUP, "owners", G[:101], G[:100]),
        (t.PLAIN_GROUP, "assignableToRole", "yes", True),
        (t.GROUP_SCHEDULE, "assignmentType", "guest", "owner"),
        (t.GROUP_SCHEDULE, "duration", "3h", "P30D"),
        (t.GROUP_SCHEDULE, "duration", "P", "P1DT12H"),
        (t.GROUP_SCHEDULE, "groupId", "agents", G[0]),
        (t.GROUP_SCHEDULE, "permanentAssignment", True, False),
        (t.GROUP_ELIGIBILITY, "expirationDate", "2027-01-31", "2027-01-31T00:00:00Z"),
        (t.GROUP_ELIGIBILITY, "startDate", "now", "2026-12-31T00:00:00Z"),
        (t.LOCATION, "ip", {"ipRanges": ["203.0.113.7"]}, {"ipRanges": ["2001:db8::/32"]}),
        (t.LOCATION, "ip", {"ipRanges": []}, None),
        (t.LOCATION, "displayName", " ", "home"),
        (t.CLAIMS_POLICY, "definitions", ["claims"], ["{}"]),
        (t.CLAIMS_ASSIGNMENT, "claimsMappingPolicyId", G[0], f"/policies/claimsMappingPolicies/{G[0]}"),
        (t.GROUP_MEMBER, "memberObjectId", "m", G[0]),
        (t.ROLE, "templateId", G[0], None),
        (t.ROLE_ASSIGNMENT, "appScopeId", "/", None),
        (t.ROLE_ASSIGNMENT, "directoryScopeId", "tenant", f"/administrativeUnits/{G[0]}"),
        (t.ELIGIBILITY, "justification", " ", "why"),
        (t.CUSTOM_ROLE, "version", "v" * 129, "v" * 128),
        (t.CUSTOM_ROLE, "permissions", [], None),
        (t.CUSTOM_ROLE, "permissions", [{"allowedResourceActions": ["*"]}], None),
        (t.UNIT, "displayName", "a" * 257, "a" * 256),
        (t.USER, "userPrincipalName", "jgill", "j.gill@example.com"),
        (t.USER, "password", "p" * 257, "p" * 256),
        (t.CONDITIONAL_ACCESS, "state", "on", "disabled"),
        (t.CONDITIONAL_ACCESS, "conditions", {**_CONDITIONS, "users": {}}, None),
        (t.CONDITIONAL_ACCESS, "conditions", {**_CONDITIONS, "users": {"includedUsers": ["jgill"]}}, None),
        (t.CONDITIONAL_ACCESS, "conditions", {**_CONDITIONS, "applications": {}}, None),
        (t.CONDITIONAL_ACCESS, "conditions", {**_CONDITIONS, "clientAppTypes": ["mobile"]}, None),
        (t.CONDITIONAL_ACCESS, "conditions", {**_CONDITIONS, "servicePrincipalRiskLevels": ["huge"]}, None),
        (
            t.CONDITIONAL_ACCESS,
            "conditions",
            {**_CONDITIONS, "clientApplications": {"excludedServicePrincipals": [G[0]]}},
            {**_CONDITIONS, "clientApplications": {"includedServicePrincipals": [G[0]]}},
        ),
        (t.CONDITIONAL_ACCESS, "grantControls", {"operator": "OR", "builtInControls": ["mfa"]}, None),
        (t.CONDITIONAL_ACCESS, "grantControls", {"operator": "XOR", "builtInControls": ["block"]}, None),
    ],
)
def test_a_limit_has_a_good_and_a_bad_side(cloud: EntraCloud, type: str, property: str, bad: Any, good: Any) -> None:
    kept = good if good is not None else GOOD[type].get(property)
    assert cloud.check(type, "x", {**GOOD[type], property: kept}).failures == ()
    failures = cloud.check(type, "x", {**GOOD[type], property: bad}).failures
    # A rule over two properties speaks of the one that it cannot do without, or that is too many.
    spoken = {
        (t.GROUP, "mailEnabled"): {"types", "mailNickname"},
        (t.GROUP, "types"): {"types"} if bad == ["Unified"] else {"dynamicMembership"},
        (t.ROLE, "templateId"): {"displayName"},
    }.get((type, property), {property})
    assert {f.property.partition(".")[0].partition("[")[0] for f in failures} == spoken


def test_a_path_names_the_place_of_the_fault(cloud: EntraCloud) -> None:
    roles = [role(), role("no-guid", "Other")]
    (failure,) = cloud.check(t.APPLICATION, "x", {**GOOD[t.APPLICATION], "appRoles": roles}).failures
    assert failure.property == "appRoles[1].id"


@pytest.mark.parametrize(
    ("type", "change", "property"),
    [
        (t.PASSWORD, {"endDateRelative": "240h"}, "endDate"),
        (t.PASSWORD, {"startDate": "2027-01-31T00:00:00Z"}, "endDate"),
        (t.APPLICATION, {"featureTags": [{"hide": True}]}, "tags"),
        (t.PRINCIPAL, {"tags": ["a"], "features": [{"visibleToUsers": True}]}, "tags"),
        (t.ROLE_ASSIGNMENT, {"appScopeId": "/"}, "appScopeId"),
        (t.GROUP_SCHEDULE, {"duration": None}, "expirationDate"),
        (t.LOCATION, {"country": {"countriesAndRegions": ["DE"]}}, "ip"),
        (t.LOCATION, {"ip": None, "country": {"countriesAndRegions": ["Germany"]}}, "country.countriesAndRegions"),
        (t.GROUP, {"assignableToRole": True, "securityEnabled": False}, "securityEnabled"),
        (t.PRINCIPAL, {"clientId": None}, "clientId"),
        (t.CONDITIONAL_ACCESS, {"grantControls": None}, "grantControls"),
    ],
)
def test_properties_that_do_not_go_together_are_told(
    cloud: EntraCloud, type: str, change: dict[str, Any], property: str
) -> None:
    failures = cloud.check(type, "x", {**GOOD[type], **change}).failures
    assert property in {f.property for f in failures}


PERSONAL = {**GOOD[t.APPLICATION], "signInAudience": "PersonalMicrosoftAccount", "appRoles": []}


def test_personal_accounts_need_the_second_token_version(cloud: EntraCloud) -> None:
    assert cloud.check(t.APPLICATION, "x", PERSONAL).failures == ()
    (failure,) = cloud.check(t.APPLICATION, "x", {**PERSONAL, "api": {}}).failures
    assert failure.property == "api"


@pytest.mark.parametrize(
    ("property", "bad", "good"),
    [
        ("displayName", "a" * 91, "a" * 90),
        ("appRoles", [role()], []),
        ("identifierUris", ["urn:acme:research"], ["api://research"]),
        ("identifierUris", ["https://example.com/?a=b"], ["https://example.com/a"]),
        ("identifierUris", [f"api://{n}" for n in range(51)], [f"api://{n}" for n in range(50)]),
        ("api", {**_API, "oauth2PermissionScopes": [scope(value="a" * 41)]}, {**_API, "oauth2PermissionScopes": []}),
        ("requiredResourceAccesses", [access(G[0], *G[:31])], [access(G[0], *G[:30])]),
        (
            "requiredResourceAccesses",
            [access(g, *G[:30]) for g in G[:7]],
            [access(g, *G[:30]) for g in G[:6]],
        ),
    ],
)
def test_an_application_for_personal_accounts_has_less(cloud: EntraCloud, property: str, bad: Any, good: Any) -> None:
    assert cloud.check(t.APPLICATION, "x", {**PERSONAL, property: good}).failures == ()
    failures = cloud.check(t.APPLICATION, "x", {**PERSONAL, property: bad}).failures
    assert {re.split(r"[.\[]", failure.property)[0] for failure in failures} == {property}
    ours = {**GOOD[t.APPLICATION], property: bad}
    assert cloud.check(t.APPLICATION, "x", ours).failures == ()


def test_a_role_and_a_scope_may_be_one_permission_if_all_of_it_is_the_same(cloud: EntraCloud) -> None:
    twin = scope(ROLE_ID, "Agent.Invoke", adminConsentDisplayName="Invoke", adminConsentDescription="Hand over work")
    api = {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [twin]}
    assert cloud.check(t.APPLICATION, "x", {**GOOD[t.APPLICATION], "api": api}).failures == ()
    api = {**api, "oauth2PermissionScopes": [{**twin, "adminConsentDescription": "Another"}]}
    (failure,) = cloud.check(t.APPLICATION, "x", {**GOOD[t.APPLICATION], "api": api}).failures
    assert failure.property == "api.oauth2PermissionScopes[0].id"


def test_a_misspelt_property_and_a_wrong_limit_are_both_told_once(cloud: EntraCloud) -> None:
    inputs = {**GOOD[t.APPLICATION], "prventDuplicateNames": True, "notes": "n" * 1025, "appRoles": [{"id": "x"}]}
    failures = cloud.check(t.APPLICATION, "x", inputs).failures
    assert {f.property for f in failures} == {
        "prventDuplicateNames",
        "notes",
        "appRoles[0].allowedMemberTypes",
        "appRoles[0].description",
        "appRoles[0].displayName",
    }


def test_defaults_are_filled_in(cloud: EntraCloud) -> None:
    inputs = cloud.check(t.APPLICATION, "x", {"displayName": "a"}).inputs
    assert inputs == {"displayName": "a", "preventDuplicateNames": False, "signInAudience": "AzureADMyOrg"}
    assert cloud.check(t.PRINCIPAL, "x", {"clientId": G[0]}).inputs["accountEnabled"] is True


def test_a_secret_value_is_in_no_failure(cloud: EntraCloud) -> None:
    for type in (t.USER, t.CERTIFICATE):
        name = "password" if type == t.USER else "value"
        failures = cloud.check(type, "x", {**GOOD[type], name: "hunter2" * 20_000}).failures
        assert failures
        assert "hunter2" not in repr(failures)


# --- the table --------------------------------------------------------------------------------------------------


_FORCES = re.compile(r"Changing this (?:fields? )?forces a new resource")


@pytest.mark.parametrize("type", sorted(TYPES))
def test_what_the_sdk_says_forces_a_new_resource_replaces(type: str) -> None:
    args = schema._arguments(type)
    said = {
        p.name for p in schema.properties(type).values() if _FORCES.search(getattr(args, p.python_name).__doc__ or "")
    }
    # Where the documentation is silent, the schema of the provider below the SDK says it.
    silent = {
        t.FALLBACK: {"enabled"},
        t.CERTIFICATE: {"encoding", "value"},
        t.PRINCIPAL: {"clientId"},
        t.PRINCIPAL_PASSWORD: {"displayName"},
        t.PRINCIPAL_CERTIFICATE: {"encoding", "value"},
        # What names the object, and no operation of Graph moves.
        t.CLAIMS_ASSIGNMENT: {"claimsMappingPolicyId", "servicePrincipalId"},
        **{schedule: {"assignmentType", "groupId", "principalId"} for schedule in t.SCHEDULES},
    }
    assert TYPES[type].replaces == said | silent.get(type, set())


def test_the_sdk_s_documentation_was_really_read() -> None:
    args = schema._arguments(t.ASSIGNMENT)
    assert all(_FORCES.search(getattr(args, p.python_name).__doc__) for p in schema.properties(t.ASSIGNMENT).values())


def test_limits_and_rules_are_for_types_that_are_served() -> None:
    assert {*_TABLE_OF_LIMITS, *_RULES} <= set(TYPES)


def test_every_nested_set_is_a_property_of_the_sdk() -> None:
    def walk(shape: schema.Shape) -> set[str]:
        while shape.of:
            shape = shape.of[0]
        below = schema.fields(shape.args).items() if shape.args else ()
        return {name for name, _ in below} | {n for _, p in below for n in walk(p.shape)}

    found = {name for type in TYPES for p in schema.properties(type).values() for name in walk(p.shape)}
    assert found >= NESTED_SETS


def test_every_resource_of_an_application_is_served() -> None:
    import pulumi_azuread
    from pulumi.runtime import rpc

    assert pulumi_azuread is not None
    registered = {
        token
        for modules in rpc._RESOURCE_MODULES.values()
        for module in modules
        for token in getattr(module, "mod_info", {"classes": {}})["classes"]
    }
    own = {token for token in registered if token.startswith("azuread:index/application")}
    # A gallery template is software of somebody else, with whatever permissions it asks for.
    assert own - set(TYPES) == {"azuread:index/applicationFromTemplate:ApplicationFromTemplate"}


# --- diff -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "property", "one", "other"),
    [
        (t.APPLICATION, "tags", ["a", "b"], ["b", "a"]),
        (t.APPLICATION, "owners", [G[0], G[1]], [G[1], G[0]]),
        (t.APPLICATION, "appRoles", [role(), role(G[5], "B")], [role(G[5], "B"), role()]),
        (t.APPLICATION, "appRoles", [role(allowedMemberTypes=["User", "Application"])],
         [role(allowedMemberTypes=["Application", "User"])]),
        (t.APPLICATION, "web", {"redirectUris": ["https://a/", "https://b/"]}, {"redirectUris": ["https://b/", "https://a/"]}),
        (t.APPLICATION, "fallbackPublicClientEnabled", False, None),
        (t.APPLICATION, "description", "", None),
        (t.APPLICATION, "owners", [], None),
        (t.APPLICATION, "tags", ["a"], None),
        (t.PASSWORD, "displayName", "p", None),
        (t.DELEGATED, "claimValues", ["a", "b"], ["b", "a"]),
    ],
)  # fmt: skip
def test_what_means_the_same_is_no_change(cloud: EntraCloud, type: str, property: str, one: Any, other: Any) -> None:
    old, new = (checked_inputs(cloud, type, **{property: value}) for value in (one, other))
    assert cloud.diff(type, old, new).changes == ()


def test_what_the_directory_fills_in_changes_only_where_it_is_said(cloud: EntraCloud) -> None:
    old = checked_inputs(cloud, t.APPLICATION, tags=["a"])
    assert cloud.diff(t.APPLICATION, old, {**old, "tags": ["b"]}).changes == ("tags",)
    assert cloud.diff(t.APPLICATION, old, {**old, "tags": []}).changes == ("tags",)


@pytest.mark.parametrize(
    ("type", "change", "replaces"),
    [
        (t.APPLICATION, {"displayName": "b", "notes": "b", "requiredResourceAccesses": []}, ()),
        (t.PRINCIPAL, {"accountEnabled": False}, ()),
        (t.PRINCIPAL, {"clientId": G[7]}, ("clientId",)),
        (t.FEDERATED, {"issuer": "https://b.example.com", "subject": "b", "audiences": ["b"]}, ()),
        (t.FEDERATED, {"displayName": "other"}, ("displayName",)),
        (t.PASSWORD, {"rotateWhenChanged": {"window": "2026-12-01"}}, ("rotateWhenChanged",)),
        (t.PASSWORD, {"endDate": "2027-02-28T00:00:00Z"}, ("endDate",)),
        (t.ASSIGNMENT, {"appRoleId": G[7]}, ("appRoleId",)),
        (t.DELEGATED, {"claimValues": ["Mail.Read"]}, ()),
        (t.DELEGATED, {"userObjectId": None}, ("userObjectId",)),
        (t.CUSTOM_ROLE, {"permissions": []}, ()),
    ],
)
def test_a_change_replaces_or_is_made_in_place(
    cloud: EntraCloud, type: str, change: dict[str, Any], replaces: tuple[str, ...]
) -> None:
    old = checked_inputs(cloud, type)
    found = cloud.diff(type, old, {**old, **change})
    assert set(found.changes) == set(change)
    assert found.replaces == replaces
    assert found.delete_before_replace is False


def test_some_changes_replace_for_some_values_only(cloud: EntraCloud) -> None:
    devices = {**_CONDITIONS, "devices": {"filter": {"mode": "include", "rule": "device.x -eq 1"}}}
    without, with_devices = (
        checked_inputs(cloud, t.CONDITIONAL_ACCESS),
        checked_inputs(cloud, t.CONDITIONAL_ACCESS, conditions=devices),
    )
    assert cloud.diff(t.CONDITIONAL_ACCESS, without, with_devices).replaces == ()
    assert cloud.diff(t.CONDITIONAL_ACCESS, with_devices, without).replaces == ("conditions",)
    place = checked_inputs(cloud, t.LOCATION)
    assert cloud.diff(t.LOCATION, place, {**place, "ip": {"ipRanges": ["198.51.100.0/24"]}}).replaces == ()
    country = {"displayName": "office", "country": {"countriesAndRegions": ["DE"]}}
    assert cloud.diff(t.LOCATION, place, country).replaces == ("country", "ip")
    group = checked_inputs(cloud, t.GROUP, visibility="Private")
    assert cloud.diff(t.GROUP, group, {**group, "visibility": "Public"}).replaces == ()
    assert cloud.diff(t.GROUP, group, {**group, "visibility": "Hiddenmembership"}).replaces == ("visibility",)


# --- outputs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type", "unknown", "known"),
    [
        (t.APPLICATION, {"clientId", "objectId", "appRoleIds", "templateId"}, {"displayName", "tags"}),
        (t.PRINCIPAL, {"objectId", "displayName", "tags"}, {"clientId", "accountEnabled"}),
        (t.PASSWORD, {"keyId", "value", "startDate"}, {"endDate", "displayName"}),
        (t.FEDERATED, {"credentialId"}, {"issuer", "subject", "audiences"}),
        (t.ASSIGNMENT, {"principalType"}, {"appRoleId"}),
    ],
)
def test_a_preview_knows_inputs_and_not_what_the_directory_decides(
    cloud: EntraCloud, type: str, unknown: set[str], known: set[str]
) -> None:
    created = cloud.create(type, urn(type), checked_inputs(cloud, type), None)
    assert created.id is None
    assert {name for name in unknown if created.outputs[name] is not UNKNOWN} == set()
    assert {name for name in known if created.outputs[name] is UNKNOWN} == set()


def test_ids_have_the_form_of_the_real_provider(cloud: EntraCloud, world: World) -> None:
    guid = rf"{MARK}(?:-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}"
    application, principal = agent(cloud, world)
    assert re.fullmatch(guid, application["objectId"])
    assert application["id"] == f"/applications/{application['objectId']}"
    assert application["clientId"] not in (application["objectId"], principal["objectId"])
    assert principal["id"] == f"/servicePrincipals/{principal['objectId']}"
    federated = make(cloud, world, t.FEDERATED, applicationId=application["id"])
    assert federated["id"] == f"{application['objectId']}/federatedIdentityCredential/{federated['credentialId']}"
    password = make(cloud, world, t.PASSWORD, applicationId=application["id"])
    assert password["id"] == f"{application['objectId']}/password/{password['keyId']}"
    for made in (application, principal, federated, password):
        again = cloud.check(t.FEDERATED, "x", {**GOOD[t.FEDERATED], "applicationId": application["id"]})
        assert again.failures == ()
        assert made["id"]


@pytest.mark.parametrize(
    "type", [t.PASSWORD, t.PRINCIPAL_PASSWORD, t.CERTIFICATE, t.PRINCIPAL_CERTIFICATE, t.SIGNING_CERTIFICATE]
)
def test_a_secret_is_a_marked_constant_and_listed(cloud: EntraCloud, world: World, type: str) -> None:
    created = cloud.create(type, urn(type, "it"), checked_inputs(cloud, type, **placed(cloud, world, type)), world)
    assert created.outputs["value"] == GOOD[type].get("value", FAKE_SECRET)
    assert "value" in created.secret_outputs
    assert "value" in cloud.create(type, urn(type), checked_inputs(cloud, type), None).secret_outputs


def test_a_password_within_an_application_is_a_secret_too(cloud: EntraCloud, world: World) -> None:
    inputs = checked_inputs(cloud, t.APPLICATION, password={"displayName": "p", "endDate": "2027-01-31T00:00:00Z"})
    created = cloud.create(t.APPLICATION, urn(t.APPLICATION), inputs, world)
    assert created.outputs["password"]["value"] == FAKE_SECRET
    assert created.outputs["password"]["endDate"] == "2027-01-31T00:00:00Z"
    assert "password" in created.secret_outputs


def test_a_service_principal_shows_its_application_as_it_is_now(cloud: EntraCloud, world: World) -> None:
    application, principal = agent(cloud, world, appRoles=[role()])
    assert principal["displayName"] == "x"
    assert principal["appRoleIds"] == {"Agent.Invoke": ROLE_ID}
    old = checked_inputs(cloud, t.APPLICATION, displayName="x", identifierUris=[], appRoles=[role()])
    new = {**old, "displayName": "y", "appRoles": [role(), role(G[5], "Other")]}
    cloud.update(t.APPLICATION, application["id"], urn(t.APPLICATION), old, new, world)
    shown = cloud.read(t.PRINCIPAL, principal["id"], world)
    assert shown is not None
    assert shown["displayName"] == "y"
    assert shown["appRoleIds"] == {"Agent.Invoke": ROLE_ID, "Other": G[5]}


def test_stopping_an_identity_keeps_its_ids_known_at_preview(cloud: EntraCloud, world: World) -> None:
    _, principal = agent(cloud, world)
    old = checked_inputs(cloud, t.PRINCIPAL, clientId=principal["clientId"])
    preview = cloud.update(t.PRINCIPAL, principal["id"], urn(t.PRINCIPAL), old, {**old, "accountEnabled": False}, None)
    assert preview["objectId"] == principal["objectId"]
    assert preview["accountEnabled"] is False


@pytest.mark.parametrize("type", t.GROUPS)
def test_a_group_belongs_to_whoever_made_it_and_is_private_unless_it_gets_mail(
    cloud: EntraCloud, world: World, type: str
) -> None:
    made = make(cloud, world, type)
    assert (made["owners"], made["visibility"]) == ([CALLER_OBJECT], "Private")
    mail = {"types": ["Unified"], "mailEnabled": True, "mailNickname": "agents", "owners": [G[20]]}
    assert make(cloud, world, type, name="mail", **mail)["visibility"] == "Public"


def test_a_replacement_gets_new_ids_beside_the_old_object(cloud: EntraCloud, world: World) -> None:
    application, _ = agent(cloud, world)
    first = make(cloud, world, t.PASSWORD, applicationId=application["id"])
    second = make(cloud, world, t.PASSWORD, applicationId=application["id"], endDate="2027-02-28T00:00:00Z")
    assert first["keyId"] != second["keyId"]
    cloud.delete(t.PASSWORD, first["id"], world)
    assert cloud.read(t.PASSWORD, second["id"], world) is not None


def test_what_was_left_out_keeps_what_the_directory_has(cloud: EntraCloud, world: World) -> None:
    application, _ = agent(cloud, world, tags=["a"])
    old = checked_inputs(cloud, t.APPLICATION, displayName="x", identifierUris=[], tags=["a"])
    new = {name: value for name, value in old.items() if name != "tags"} | {"notes": "other"}
    assert cloud.update(t.APPLICATION, application["id"], urn(t.APPLICATION), old, new, world)["tags"] == ["a"]
