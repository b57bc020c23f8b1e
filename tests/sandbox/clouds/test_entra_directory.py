"""What objects of a tenant do to each other in the Entra ID stand-in: conflicts, adoption, who must exist, sweeping."""

from __future__ import annotations

from typing import Any

import pytest
from nhi.sandbox.clouds.entra import EntraCloud
from nhi.sandbox.clouds.entra import types as t
from nhi.sandbox.clouds.entra.functions import FUNCTIONS, PUBLISHED
from nhi.sandbox.clouds.entra.types import CALLER_OBJECT, MARK
from nhi.sandbox.clouds.model import CloudError
from nhi.sandbox.clouds.world import World

from clouds.entra_objects import ROLE_ID, TENANT, G, agent, checked_inputs, make, placed, role
from clouds.objects import urn

GONE = f"{MARK}-0000-4000-8000-000000000000"
"""An id that the sandbox could have given and whose object is not there."""


@pytest.fixture
def cloud() -> EntraCloud:
    return EntraCloud()


# --- names and keys that are taken ------------------------------------------------------------------------------


def test_a_name_is_taken_once_where_duplicates_are_prevented(cloud: EntraCloud, world: World) -> None:
    make(cloud, world, t.APPLICATION, name="one", identifierUris=[])
    with pytest.raises(CloudError, match="DuplicateName"):
        make(cloud, world, t.APPLICATION, name="two", identifierUris=[], displayName="ACME-dev-research")
    make(cloud, world, t.APPLICATION, name="two", identifierUris=[], preventDuplicateNames=False)
    assert len(world.things()) == 2


def test_a_registration_holds_a_name_too(cloud: EntraCloud, world: World) -> None:
    make(cloud, world, t.REGISTRATION, displayName="acme-dev-research")
    with pytest.raises(CloudError, match="DuplicateName"):
        make(cloud, world, t.APPLICATION)


def test_an_object_may_keep_its_own_name_at_an_update(cloud: EntraCloud, world: World) -> None:
    old = checked_inputs(cloud, t.GROUP, preventDuplicateNames=True)
    created = cloud.create(t.GROUP, urn(t.GROUP), old, world)
    assert created.id is not None
    new = {**old, "description": "d"}
    assert cloud.update(t.GROUP, created.id, urn(t.GROUP), old, new, world)["description"] == "d"
    with pytest.raises(CloudError, match="DuplicateName"):
        make(cloud, world, t.GROUP, name="two", preventDuplicateNames=True)


def test_an_identifier_uri_is_taken_once_in_the_tenant(cloud: EntraCloud, world: World) -> None:
    application = make(cloud, world, t.APPLICATION, name="one")
    for type, change in (
        (t.APPLICATION, {"displayName": "two", "identifierUris": ["API://research"]}),
        (t.IDENTIFIER, {"applicationId": application["id"], "identifierUri": "api://research"}),
    ):
        with pytest.raises(CloudError, match="Request_MultipleObjectsWithSameKeyValue"):
            make(cloud, world, type, name="two", **change)


def test_an_application_has_one_service_principal(cloud: EntraCloud, world: World) -> None:
    application, principal = agent(cloud, world)
    with pytest.raises(CloudError, match="Request_MultipleObjectsWithSameKeyValue"):
        make(cloud, world, t.PRINCIPAL, name="two", clientId=application["clientId"])
    taken = make(
        cloud, world, t.PRINCIPAL, name="two", clientId=application["clientId"], useExisting=True, accountEnabled=False
    )
    assert taken["objectId"] == principal["objectId"]
    shown = cloud.read(t.PRINCIPAL, principal["id"], world)
    assert shown is not None
    assert shown["accountEnabled"] is False


def test_microsoft_s_own_service_principals_are_there_already(cloud: EntraCloud, world: World) -> None:
    graph = PUBLISHED["MicrosoftGraph"]
    with pytest.raises(CloudError, match="ServicePrincipalExists"):
        make(cloud, world, t.PRINCIPAL, clientId=graph)
    assert make(cloud, world, t.PRINCIPAL, clientId=graph, useExisting=True)["clientId"] == graph


@pytest.mark.parametrize(
    "type",
    [
        t.OWNER,
        t.ASSIGNMENT,
        t.DELEGATED,
        t.GROUP_MEMBER,
        t.ROLE_MEMBER,
        t.ROLE_ASSIGNMENT,
        t.ELIGIBILITY,
        t.UNIT_MEMBER,
        t.UNIT_ROLE_MEMBER,
        t.GROUP_SCHEDULE,
        t.GROUP_ELIGIBILITY,
        t.CLAIMS_ASSIGNMENT,
        t.API_ACCESS,
        t.APP_ROLE,
        t.SCOPE,
        t.PRE_AUTHORIZED,
        t.REDIRECT_URIS,
        t.KNOWN_CLIENTS,
        t.OPTIONAL_CLAIMS,
        t.FALLBACK,
    ],
)
def test_a_relation_is_made_once_and_adopted_by_its_maker(cloud: EntraCloud, world: World, type: str) -> None:
    places = placed(cloud, world, type)
    first = make(cloud, world, type, name="it", **places)
    with pytest.raises(CloudError, match="Request_MultipleObjectsWithSameKeyValue"):
        make(cloud, world, type, name="other", **places)
    with pytest.raises(CloudError, match="Request_MultipleObjectsWithSameKeyValue"):
        make(cloud, world, type, name="other", adopt=True, **places)
    assert make(cloud, world, type, name="it", adopt=True, **places)["id"] == first["id"]


@pytest.mark.parametrize("type", [t.APPLICATION, t.FEDERATED, t.PASSWORD, t.PRINCIPAL, t.CUSTOM_ROLE])
def test_adopting_takes_over_what_this_urn_made_from_these_inputs(cloud: EntraCloud, world: World, type: str) -> None:
    places = placed(cloud, world, type)
    first = make(cloud, world, type, name="it", **places)
    before = len(world.things())
    assert make(cloud, world, type, name="it", adopt=True, **places)["id"] == first["id"]
    assert len(world.things()) == before


def test_a_password_is_made_a_second_time_unless_adopted(cloud: EntraCloud, world: World) -> None:
    places = placed(cloud, world, t.PASSWORD)
    ids = {make(cloud, world, t.PASSWORD, name="it", **places)["id"] for _ in range(3)}
    assert len(ids) == 3


def test_a_directory_role_is_activated_once_for_all(cloud: EntraCloud, world: World) -> None:
    one, two = (make(cloud, world, t.ROLE, name=name) for name in ("one", "two"))
    assert one["objectId"] == two["objectId"]


def test_a_user_principal_name_is_taken_once_and_a_user_needs_a_password(cloud: EntraCloud, world: World) -> None:
    make(cloud, world, t.USER)
    with pytest.raises(CloudError, match="Request_MultipleObjectsWithSameKeyValue"):
        make(cloud, world, t.USER, name="two", userPrincipalName="JGILL@example.com")
    with pytest.raises(CloudError, match="password is required"):
        make(cloud, world, t.USER, name="two", userPrincipalName="other@example.com", password=None)


# --- federated credentials --------------------------------------------------------------------------------------


def test_an_application_has_twenty_federated_credentials_of_both_kinds(cloud: EntraCloud, world: World) -> None:
    application, _ = agent(cloud, world)
    id = application["id"]
    for n in range(19):
        make(cloud, world, t.FEDERATED, name=f"{n}", applicationId=id, displayName=f"name-{n}", subject=f"s{n}")
    make(cloud, world, t.FLEXIBLE, applicationId=id)
    with pytest.raises(CloudError, match="20 federated identity credentials already"):
        make(cloud, world, t.FEDERATED, name="more", applicationId=id, displayName="name-20", subject="s20")
    other, _ = agent(cloud, world, "other")
    make(cloud, world, t.FEDERATED, name="more", applicationId=other["id"])


def test_a_name_and_an_issuer_with_subject_stand_once_on_an_application(cloud: EntraCloud, world: World) -> None:
    application, _ = agent(cloud, world)
    other, _ = agent(cloud, world, "other")
    id = application["id"]
    make(cloud, world, t.FEDERATED, name="one", applicationId=id)
    with pytest.raises(CloudError, match="Request_MultipleObjectsWithSameKeyValue"):
        make(cloud, world, t.FEDERATED, name="two", applicationId=id, subject="other")
    with pytest.raises(CloudError, match="has this issuer and subject"):
        make(cloud, world, t.FEDERATED, name="two", applicationId=id, displayName="second")
    make(cloud, world, t.FEDERATED, name="two", applicationId=id, displayName="second", subject="other")
    make(cloud, world, t.FEDERATED, name="three", applicationId=other["id"])


def test_an_update_cannot_take_another_credential_s_subject(cloud: EntraCloud, world: World) -> None:
    application, _ = agent(cloud, world)
    places = {"applicationId": application["id"]}
    make(cloud, world, t.FEDERATED, name="one", **places)
    made = make(cloud, world, t.FEDERATED, name="two", displayName="second", subject="other", **places)
    old = checked_inputs(cloud, t.FEDERATED, displayName="second", subject="other", **places)
    new = {**old, "subject": "system:serviceaccount:agents:research"}
    with pytest.raises(CloudError, match="has this issuer and subject"):
        cloud.update(t.FEDERATED, made["id"], urn(t.FEDERATED, "two"), old, new, world)
    outputs = cloud.update(t.FEDERATED, made["id"], urn(t.FEDERATED, "two"), old, {**old, "subject": "third"}, world)
    assert outputs["credentialId"] == made["credentialId"]


# --- who must exist ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "type", [t.FEDERATED, t.FLEXIBLE, t.PASSWORD, t.CERTIFICATE, t.OWNER, t.API_ACCESS, t.APP_ROLE, t.SCOPE]
)
def test_a_part_of_an_application_needs_the_application(cloud: EntraCloud, world: World, type: str) -> None:
    with pytest.raises(CloudError, match=r"Request_ResourceNotFound: application .* does not exist"):
        make(cloud, world, type)


@pytest.mark.parametrize("type", [t.PRINCIPAL_PASSWORD, t.PRINCIPAL_CERTIFICATE, t.SIGNING_CERTIFICATE])
def test_a_part_of_a_service_principal_needs_it(cloud: EntraCloud, world: World, type: str) -> None:
    with pytest.raises(CloudError, match=r"Request_ResourceNotFound: service principal .* does not exist"):
        make(cloud, world, type)


def test_a_service_principal_needs_its_application(cloud: EntraCloud, world: World) -> None:
    with pytest.raises(CloudError, match="does not reference a valid application"):
        make(cloud, world, t.PRINCIPAL, clientId=GONE)
    # An application of another tenant is somebody else's; its client id is all that is known here.
    assert make(cloud, world, t.PRINCIPAL, clientId=G[1])["applicationTenantId"] == ""


@pytest.mark.parametrize(
    ("type", "property"),
    [
        (t.ASSIGNMENT, "principalObjectId"),
        (t.DELEGATED, "servicePrincipalObjectId"),
        (t.ROLE_ASSIGNMENT, "principalObjectId"),
        (t.ROLE_MEMBER, "memberObjectId"),
        (t.ELIGIBILITY, "principalId"),
        (t.GROUP_SCHEDULE, "principalId"),
        (t.UNIT_ROLE_MEMBER, "memberObjectId"),
    ],
)
def test_whoever_gets_a_grant_exists_here(cloud: EntraCloud, world: World, type: str, property: str) -> None:
    places = placed(cloud, world, type)
    for id in (G[0], GONE):
        with pytest.raises(CloudError, match=f"Request_ResourceNotFound: .* {id} does not exist"):
            make(cloud, world, type, name="it", **{**places, property: id})
    make(cloud, world, type, name="it", **places)


@pytest.mark.parametrize(
    ("type", "property"),
    [
        (t.ASSIGNMENT, "resourceObjectId"),
        (t.DELEGATED, "resourceServicePrincipalObjectId"),
        (t.DELEGATED, "userObjectId"),
        (t.GROUP_MEMBER, "groupObjectId"),
        (t.GROUP_MEMBER, "memberObjectId"),
        (t.GROUP_ELIGIBILITY, "groupId"),
        (t.ROLE_ASSIGNMENT, "roleId"),
        (t.ELIGIBILITY, "roleDefinitionId"),
        (t.OWNER, "ownerObjectId"),
        (t.UNIT_MEMBER, "memberObjectId"),
    ],
)
def test_an_id_of_this_sandbox_is_never_taken_on_trust(
    cloud: EntraCloud, world: World, type: str, property: str
) -> None:
    places = placed(cloud, world, type)
    with pytest.raises(CloudError, match="Request_ResourceNotFound"):
        make(cloud, world, type, name="it", **{**places, property: GONE})
    make(cloud, world, type, name="it", **{**places, property: G[77]})


def test_an_object_of_the_wrong_kind_is_named_as_what_it_is(cloud: EntraCloud, world: World) -> None:
    application, principal = agent(cloud, world)
    with pytest.raises(CloudError, match="is an application and not a service principal"):
        make(cloud, world, t.ASSIGNMENT, principalObjectId=application["objectId"])
    with pytest.raises(CloudError, match="is a service principal and not a user or group"):
        make(cloud, world, t.UNIT_MEMBER, memberObjectId=principal["objectId"])


def test_whoever_runs_the_program_exists(cloud: EntraCloud, world: World) -> None:
    application, _ = agent(cloud, world, owners=[CALLER_OBJECT])
    assert application["owners"] == [CALLER_OBJECT]


# --- grants -----------------------------------------------------------------------------------------------------


def test_a_role_of_an_application_here_must_be_one_it_exposes(cloud: EntraCloud, world: World) -> None:
    roles = [role(), role(G[5], "Off", enabled=False), role(G[6], "People", allowedMemberTypes=["User"])]
    _, resource = agent(cloud, world, "api", appRoles=roles)
    _, principal = agent(cloud, world, "agent", appRoles=[])
    places = {"principalObjectId": principal["objectId"], "resourceObjectId": resource["objectId"]}
    made = make(cloud, world, t.ASSIGNMENT, name="good", **places, appRoleId=ROLE_ID)
    assert (made["principalType"], made["principalDisplayName"], made["resourceDisplayName"]) == (
        "ServicePrincipal",
        "agent",
        "api",
    )
    for id, says in ((G[9], "was not found"), (G[5], "was not found"), (G[6], "is not for applications")):
        with pytest.raises(CloudError, match=says):
            make(cloud, world, t.ASSIGNMENT, name="bad", **places, appRoleId=id)
    make(cloud, world, t.ASSIGNMENT, name="any", **places, appRoleId="00000000-0000-0000-0000-000000000000")


def test_a_role_that_is_a_resource_of_its_own_counts(cloud: EntraCloud, world: World) -> None:
    application, resource = agent(cloud, world, "api", appRoles=[])
    _, principal = agent(cloud, world, "agent")
    places: dict[str, Any] = {
        "principalObjectId": principal["objectId"],
        "resourceObjectId": resource["objectId"],
        "appRoleId": G[11],
    }
    with pytest.raises(CloudError, match="was not found"):
        make(cloud, world, t.ASSIGNMENT, **places)
    make(cloud, world, t.APP_ROLE, applicationId=application["id"])
    make(cloud, world, t.ASSIGNMENT, **places)
    shown = cloud.read(t.PRINCIPAL, resource["id"], world)
    assert shown is not None
    assert shown["appRoleIds"] == {"Extra.Role": G[11]}


def test_a_permission_of_its_own_resource_differs_from_every_other(cloud: EntraCloud, world: World) -> None:
    application, _ = agent(cloud, world)
    id = application["id"]
    changes: tuple[dict[str, Any], ...] = ({"roleId": ROLE_ID}, {"value": "Agent.Invoke"}, {"value": "Papers.Read"})
    for change in changes:
        with pytest.raises(CloudError, match="already has a permission"):
            make(cloud, world, t.APP_ROLE, applicationId=id, **change)
    make(cloud, world, t.APP_ROLE, applicationId=id)
    with pytest.raises(CloudError, match="already has a permission"):
        make(cloud, world, t.SCOPE, applicationId=id, value="Extra.Role")


def test_consent_for_all_and_for_one_user_are_two_grants(cloud: EntraCloud, world: World) -> None:
    _, principal = agent(cloud, world)
    places = {"servicePrincipalObjectId": principal["objectId"]}
    make(cloud, world, t.DELEGATED, name="one", **places)
    make(cloud, world, t.DELEGATED, name="all", **places, userObjectId=None)
    with pytest.raises(CloudError, match="Request_MultipleObjectsWithSameKeyValue"):
        make(cloud, world, t.DELEGATED, name="again", **places, userObjectId=None)


def test_an_application_has_a_hundred_owners_in_all(cloud: EntraCloud, world: World) -> None:
    application, _ = agent(cloud, world, owners=G[200:299])
    id = application["id"]
    with pytest.raises(CloudError, match="already exist for owners"):
        make(cloud, world, t.OWNER, applicationId=id, ownerObjectId=G[200])
    make(cloud, world, t.OWNER, name="100", applicationId=id, ownerObjectId=G[300])
    with pytest.raises(CloudError, match="Directory_QuotaExceeded"):
        make(cloud, world, t.OWNER, name="101", applicationId=id, ownerObjectId=G[301])


def test_a_group_gets_a_directory_role_only_if_it_was_made_for_it(cloud: EntraCloud, world: World) -> None:
    plain = make(cloud, world, t.GROUP)
    able = make(cloud, world, t.GROUP, name="able", assignableToRole=True)
    for type, property in ((t.ROLE_ASSIGNMENT, "principalObjectId"), (t.ELIGIBILITY, "principalId")):
        with pytest.raises(CloudError, match="assignable to roles"):
            make(cloud, world, type, **{property: plain["objectId"]})
        make(cloud, world, type, **{property: able["objectId"]})
    with pytest.raises(CloudError, match="cannot hold a group"):
        make(cloud, world, t.GROUP_MEMBER, groupObjectId=able["objectId"], memberObjectId=plain["objectId"])


def test_members_of_a_dynamic_group_are_not_set(cloud: EntraCloud, world: World) -> None:
    rule = {"enabled": True, "rule": 'user.department -eq "x"'}
    group = make(cloud, world, t.GROUP, types=["DynamicMembership"], dynamicMembership=rule)
    with pytest.raises(CloudError, match="dynamic membership"):
        make(cloud, world, t.GROUP_MEMBER, groupObjectId=group["objectId"])


def test_a_scope_of_this_sandbox_must_exist(cloud: EntraCloud, world: World) -> None:
    _, principal = agent(cloud, world)
    unit = make(cloud, world, t.UNIT)
    places = {"principalObjectId": principal["objectId"]}
    with pytest.raises(CloudError, match=r"administrative unit .* does not exist"):
        make(cloud, world, t.ROLE_ASSIGNMENT, **places, directoryScopeId=f"/administrativeUnits/{GONE}")
    make(cloud, world, t.ROLE_ASSIGNMENT, **places, directoryScopeId=f"/administrativeUnits/{unit['objectId']}")


def test_a_policy_cannot_name_a_service_principal_that_is_gone(cloud: EntraCloud, world: World) -> None:
    def conditions(id: str) -> dict[str, Any]:
        return {
            "applications": {"includedApplications": ["All"]},
            "clientAppTypes": ["all"],
            "users": {"includedUsers": ["None"]},
            "clientApplications": {"includedServicePrincipals": [id]},
        }

    _, principal = agent(cloud, world)
    with pytest.raises(CloudError, match="Request_ResourceNotFound"):
        make(cloud, world, t.CONDITIONAL_ACCESS, conditions=conditions(GONE))
    make(cloud, world, t.CONDITIONAL_ACCESS, conditions=conditions(principal["objectId"]))


# --- groups -----------------------------------------------------------------------------------------------------

MAIL = {"types": ["Unified"], "mailEnabled": True, "mailNickname": "agents", "owners": [G[20]]}


@pytest.mark.parametrize("type", t.GROUPS)
def test_each_kind_of_group_takes_its_own_members(cloud: EntraCloud, world: World, type: str) -> None:
    _, principal = agent(cloud, world)
    user = make(cloud, world, t.USER)
    security, mail = make(cloud, world, type, name="security"), make(cloud, world, type, name="mail", **MAIL)
    for group, member, refused in (
        (security, principal, False),
        (security, user, False),
        (security, mail, True),
        (mail, user, False),
        (mail, principal, True),
        (mail, security, True),
    ):
        places = {"groupObjectId": group["objectId"], "memberObjectId": member["objectId"]}
        name = f"{group['objectId']}-{member['objectId']}"
        if refused:
            with pytest.raises(CloudError, match=r"Request_BadRequest: .* cannot be a member of a"):
                make(cloud, world, t.GROUP_MEMBER, name=name, **places)
        else:
            make(cloud, world, t.GROUP_MEMBER, name=name, **places)


def test_a_group_s_own_list_holds_whom_its_kind_takes(cloud: EntraCloud, world: World) -> None:
    _, principal = agent(cloud, world)
    make(cloud, world, t.GROUP, members=[principal["objectId"]])
    with pytest.raises(CloudError, match="a service principal cannot be a member of a Microsoft 365 group"):
        make(cloud, world, t.GROUP, name="mail", **MAIL, members=[principal["objectId"]])


def test_a_group_with_mail_has_an_owner_who_is_a_user_and_an_alias_of_its_own(cloud: EntraCloud, world: World) -> None:
    _, principal = agent(cloud, world)
    for owners in (None, [principal["objectId"]]):
        with pytest.raises(CloudError, match="must have an owner who is a user"):
            make(cloud, world, t.GROUP, **{**MAIL, "owners": owners})
    make(cloud, world, t.GROUP, **MAIL)
    with pytest.raises(CloudError, match="property mailNickname already exists"):
        make(cloud, world, t.PLAIN_GROUP, **{**MAIL, "mailNickname": "Agents"})


def test_a_group_s_name_is_taken_whichever_resource_made_it(cloud: EntraCloud, world: World) -> None:
    make(cloud, world, t.GROUP)
    with pytest.raises(CloudError, match="DuplicateName"):
        make(cloud, world, t.PLAIN_GROUP, preventDuplicateNames=True)


def test_a_scheduled_membership_is_for_people_and_groups(cloud: EntraCloud, world: World) -> None:
    _, principal = agent(cloud, world)
    for type in t.SCHEDULES:
        with pytest.raises(CloudError, match="is a service principal and not a user or group"):
            make(cloud, world, type, principalId=principal["objectId"])
        made = make(cloud, world, type, **_person(cloud, world, type))
        assert f"_{made['assignmentType']}_" in made["id"]


def _person(cloud: EntraCloud, world: World, type: str) -> dict[str, Any]:
    name = type.rpartition(":")[2].lower()
    user = make(cloud, world, t.USER, name=name, userPrincipalName=f"{name[:40]}@example.com")
    return {"principalId": user["objectId"]}


def test_what_a_claims_policy_is_assigned_to_must_exist(cloud: EntraCloud, world: World) -> None:
    _, principal = agent(cloud, world)
    policy = make(cloud, world, t.CLAIMS_POLICY)
    places = {"servicePrincipalId": principal["id"], "claimsMappingPolicyId": policy["id"]}
    gone = f"/policies/claimsMappingPolicies/{GONE}"
    with pytest.raises(CloudError, match=r"claims mapping policy .* does not exist"):
        make(cloud, world, t.CLAIMS_ASSIGNMENT, **{**places, "claimsMappingPolicyId": gone})
    make(cloud, world, t.CLAIMS_ASSIGNMENT, **places)
    cloud.delete(t.PRINCIPAL, principal["id"], world)
    assert not [id for type, id in world.things() if type == t.CLAIMS_ASSIGNMENT]


# --- what goes with what ----------------------------------------------------------------------------------------


def _full(cloud: EntraCloud, world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """An agent with one of everything, beside another agent."""
    application, principal = agent(cloud, world, "agent")
    below = {"applicationId": application["id"]}
    for type in (t.FEDERATED, t.FLEXIBLE, t.PASSWORD, t.CERTIFICATE, t.OWNER, t.API_ACCESS, t.APP_ROLE):
        make(cloud, world, type, **below)
    for type in (t.PRINCIPAL_PASSWORD, t.PRINCIPAL_CERTIFICATE, t.SIGNING_CERTIFICATE):
        make(cloud, world, type, servicePrincipalId=principal["id"])
    group = make(cloud, world, t.GROUP)
    for type, change in (
        (t.ASSIGNMENT, {"principalObjectId": principal["objectId"]}),
        (t.DELEGATED, {"servicePrincipalObjectId": principal["objectId"]}),
        (t.GROUP_MEMBER, {"memberObjectId": principal["objectId"], "groupObjectId": group["objectId"]}),
        (t.ROLE_ASSIGNMENT, {"principalObjectId": principal["objectId"]}),
        (t.ELIGIBILITY, {"principalId": principal["objectId"]}),
        (t.ROLE_MEMBER, {"memberObjectId": principal["objectId"]}),
        (t.UNIT_ROLE_MEMBER, {"memberObjectId": principal["objectId"]}),
    ):
        make(cloud, world, type, **change)
    other, other_principal = agent(cloud, world, "other")
    make(cloud, world, t.FEDERATED, name="other", applicationId=other["id"])
    make(cloud, world, t.ASSIGNMENT, name="other", principalObjectId=other_principal["objectId"])
    return application, principal


def test_an_application_takes_everything_of_its_own_with_it(cloud: EntraCloud, world: World) -> None:
    application, _ = _full(cloud, world)
    cloud.delete(t.APPLICATION, application["id"], world)
    assert sorted(type for type, _ in world.things()) == sorted(
        [t.GROUP, t.APPLICATION, t.PRINCIPAL, t.FEDERATED, t.ASSIGNMENT]
    )


def test_a_service_principal_takes_its_grants_and_leaves_the_application(cloud: EntraCloud, world: World) -> None:
    _, principal = _full(cloud, world)
    cloud.delete(t.PRINCIPAL, principal["id"], world)
    left = [type for type, _ in world.things()]
    assert left.count(t.APPLICATION) == 2
    assert left.count(t.FEDERATED) == 2
    assert left.count(t.ASSIGNMENT) == 1
    assert not {t.DELEGATED, t.GROUP_MEMBER, t.ROLE_ASSIGNMENT, t.ELIGIBILITY, t.PRINCIPAL_PASSWORD} & set(left)


def test_a_resource_that_goes_takes_the_grants_to_it(cloud: EntraCloud, world: World) -> None:
    _, resource = agent(cloud, world, "api", appRoles=[role()])
    _, principal = agent(cloud, world, "agent")
    make(
        cloud,
        world,
        t.ASSIGNMENT,
        principalObjectId=principal["objectId"],
        resourceObjectId=resource["objectId"],
        appRoleId=ROLE_ID,
    )
    cloud.delete(t.PRINCIPAL, resource["id"], world)
    assert not [id for type, id in world.things() if type == t.ASSIGNMENT]


def test_a_principal_that_goes_is_in_no_list_any_more(cloud: EntraCloud, world: World) -> None:
    application, principal = agent(cloud, world)
    group = make(cloud, world, t.GROUP, members=[principal["objectId"], G[3]])
    cloud.delete(t.APPLICATION, application["id"], world)
    shown = cloud.read(t.GROUP, group["id"], world)
    assert shown is not None
    assert shown["members"] == [G[3]]


def test_a_name_is_free_again_once_its_application_is_gone_and_its_identifier_uris_are_not(
    cloud: EntraCloud, world: World
) -> None:
    first = make(cloud, world, t.APPLICATION)
    make(cloud, world, t.IDENTIFIER, applicationId=first["id"])
    cloud.delete(t.APPLICATION, first["id"], world)
    for uri in ("API://Research", "api://other"):
        with pytest.raises(CloudError, match="identifierUris already exists: an application deleted less than 30 days"):
            make(cloud, world, t.APPLICATION, identifierUris=[uri])
    second = make(cloud, world, t.APPLICATION, identifierUris=["api://third"])
    freed = make(cloud, world, t.IDENTIFIER, applicationId=second["id"], identifierUri="api://fourth")
    cloud.delete(t.IDENTIFIER, freed["id"], world)
    assert make(cloud, world, t.IDENTIFIER, applicationId=second["id"], identifierUri="api://fourth")


# --- functions --------------------------------------------------------------------------------------------------


def test_who_runs_the_program(cloud: EntraCloud) -> None:
    found = cloud.invoke("azuread:index/getClientConfig:getClientConfig", {})
    assert (found["tenantId"], found["objectId"]) == (TENANT, CALLER_OBJECT)
    assert found["id"] == f"{TENANT}-{found['clientId']}-{CALLER_OBJECT}"


def test_microsoft_s_published_ids(cloud: EntraCloud) -> None:
    found = cloud.invoke("azuread:index/getApplicationPublishedAppIds:getApplicationPublishedAppIds", {})
    assert found["result"]["MicrosoftGraph"] == "00000003-0000-0000-c000-000000000000"


def test_a_function_that_is_not_served_is_named(cloud: EntraCloud) -> None:
    with pytest.raises(CloudError, match="azuread:index/getServicePrincipal") as caught:
        cloud.invoke("azuread:index/getServicePrincipal:getServicePrincipal", {"clientId": G[0]})
    assert caught.value.code == "UnknownFunction"
    for token in FUNCTIONS:
        assert cloud.invoke(token, {})
