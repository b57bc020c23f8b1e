"""Objects of a tenant to test with: good inputs of every type, ids, and how to make one in a world."""

from __future__ import annotations

from typing import Any

from nhi.sandbox.clouds.entra import EntraCloud
from nhi.sandbox.clouds.entra import types as t
from nhi.sandbox.clouds.table import TableCloud
from nhi.sandbox.clouds.world import World

from clouds.objects import Subject, create, inputs

TENANT = "00000000-0000-4000-8000-000000000001"
G = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(1, 500)]
"""Ids of objects that this world did not make."""
ROLE_ID, SCOPE_ID = G[100], G[101]
APP_REF, SP_REF = f"/applications/{G[0]}", f"/servicePrincipals/{G[0]}"


def role(id: str = ROLE_ID, value: str = "Agent.Invoke", **more: Any) -> dict[str, Any]:
    row = {"id": id, "value": value, "displayName": "Invoke", "description": "Hand over work"}
    return {**row, "allowedMemberTypes": ["Application"], "enabled": True, **more}


def scope(id: str = SCOPE_ID, value: str = "Papers.Read", **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "value": value,
        "adminConsentDisplayName": "Read",
        "adminConsentDescription": "Read papers",
        "enabled": True,
        **more,
    }


def access(app: str, *ids: str, kind: str = "Role") -> dict[str, Any]:
    return {"resourceAppId": app, "resourceAccesses": [{"id": id, "type": kind} for id in ids]}


GOOD: dict[str, dict[str, Any]] = {
    t.APPLICATION: {
        "displayName": "acme-dev-research",
        "preventDuplicateNames": True,
        "tags": ["nhi:agent-id=research"],
        "notes": "nhi:agent-id=research",
        "appRoles": [role()],
        "api": {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [scope()]},
        "identifierUris": ["api://research"],
        "requiredResourceAccesses": [access(G[9], G[10])],
    },
    t.REGISTRATION: {"displayName": "split"},
    t.API_ACCESS: {"applicationId": APP_REF, "apiClientId": G[9], "roleIds": [G[10]]},
    t.APP_ROLE: {
        "applicationId": APP_REF,
        "roleId": G[11],
        "allowedMemberTypes": ["Application"],
        "description": "d",
        "displayName": "n",
        "value": "Extra.Role",
    },
    t.SCOPE: {
        "applicationId": APP_REF,
        "scopeId": G[12],
        "adminConsentDescription": "d",
        "adminConsentDisplayName": "n",
        "value": "Extra.Scope",
    },
    t.IDENTIFIER: {"applicationId": APP_REF, "identifierUri": "api://other"},
    t.REDIRECT_URIS: {"applicationId": APP_REF, "type": "Web", "redirectUris": ["https://a.example.com/back"]},
    t.OPTIONAL_CLAIMS: {"applicationId": APP_REF, "accessTokens": [{"name": "aud"}]},
    t.KNOWN_CLIENTS: {"applicationId": APP_REF, "knownClientIds": [G[9]]},
    t.PRE_AUTHORIZED: {"applicationId": APP_REF, "authorizedClientId": G[9], "permissionIds": [SCOPE_ID]},
    t.FALLBACK: {"applicationId": APP_REF, "enabled": True},
    t.OWNER: {"applicationId": APP_REF, "ownerObjectId": G[20]},
    t.FEDERATED: {
        "applicationId": APP_REF,
        "displayName": "research",
        "issuer": "https://oidc.example.com/id/A",
        "subject": "system:serviceaccount:agents:research",
        "audiences": ["api://AzureADTokenExchange"],
    },
    t.FLEXIBLE: {
        "applicationId": APP_REF,
        "displayName": "flexible",
        "issuer": "https://token.actions.githubusercontent.com",
        "audience": "api://AzureADTokenExchange",
        "claimsMatchingExpression": "claims['sub'] matches 'repo:acme/x:*' and claims['ref'] eq 'main'",
    },
    t.PASSWORD: {
        "applicationId": APP_REF,
        "displayName": "research",
        "endDate": "2027-01-31T00:00:00Z",
        "rotateWhenChanged": {"window": "2026-11-01"},
    },
    t.CERTIFICATE: {"applicationId": APP_REF, "value": "PEM", "type": "AsymmetricX509Cert"},
    t.PRINCIPAL: {"clientId": G[1], "accountEnabled": True, "appRoleAssignmentRequired": True},
    t.PRINCIPAL_PASSWORD: {"servicePrincipalId": SP_REF, "endDateRelative": "240h"},
    t.PRINCIPAL_CERTIFICATE: {"servicePrincipalId": SP_REF, "value": "PEM"},
    t.SIGNING_CERTIFICATE: {"servicePrincipalId": SP_REF, "displayName": "CN=research"},
    t.ASSIGNMENT: {"appRoleId": G[10], "principalObjectId": G[0], "resourceObjectId": G[30]},
    t.DELEGATED: {
        "servicePrincipalObjectId": G[0],
        "resourceServicePrincipalObjectId": G[30],
        "userObjectId": G[20],
        "claimValues": ["User.Read"],
    },
    t.GROUP: {"displayName": "agents", "securityEnabled": True},
    t.PLAIN_GROUP: {"displayName": "agents", "securityEnabled": True},
    t.GROUP_SCHEDULE: {"groupId": G[40], "principalId": G[43], "assignmentType": "member", "duration": "PT3H"},
    t.GROUP_ELIGIBILITY: {
        "groupId": G[40],
        "principalId": G[43],
        "assignmentType": "owner",
        "expirationDate": "2027-01-31T00:00:00Z",
    },
    t.LOCATION: {"displayName": "office", "ip": {"ipRanges": ["203.0.113.0/24"], "trusted": True}},
    t.CLAIMS_POLICY: {"displayName": "claims", "definitions": ['{"ClaimsMappingPolicy": {"Version": 1}}']},
    t.CLAIMS_ASSIGNMENT: {
        "servicePrincipalId": SP_REF,
        "claimsMappingPolicyId": f"/policies/claimsMappingPolicies/{G[44]}",
    },
    t.GROUP_MEMBER: {"groupObjectId": G[40], "memberObjectId": G[0]},
    t.ROLE: {"displayName": "Reports Reader"},
    t.ROLE_MEMBER: {"roleObjectId": G[41], "memberObjectId": G[0]},
    t.ROLE_ASSIGNMENT: {"roleId": G[41], "principalObjectId": G[0], "directoryScopeId": "/"},
    t.ELIGIBILITY: {
        "roleDefinitionId": G[41],
        "principalId": G[0],
        "directoryScopeId": "/",
        "justification": "on call",
    },
    t.CUSTOM_ROLE: {
        "displayName": "reader",
        "enabled": True,
        "version": "1",
        "permissions": [{"allowedResourceActions": ["microsoft.directory/applications/basic/read"]}],
    },
    t.UNIT: {"displayName": "agents"},
    t.UNIT_MEMBER: {"administrativeUnitObjectId": G[42], "memberObjectId": G[43]},
    t.UNIT_ROLE_MEMBER: {"administrativeUnitObjectId": G[42], "memberObjectId": G[0], "roleObjectId": G[41]},
    t.USER: {"displayName": "J Gill", "userPrincipalName": "jgill@example.com", "password": "x"},
    t.CONDITIONAL_ACCESS: {
        "displayName": "agents from our network only",
        "state": "enabled",
        "conditions": {
            "applications": {"includedApplications": ["All"]},
            "clientAppTypes": ["all"],
            "users": {"includedUsers": ["None"]},
            "clientApplications": {"includedServicePrincipals": ["ServicePrincipalsInMyTenant"]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["block"]},
    },
}


def checked_inputs(cloud: TableCloud[Any], type: str, **change: Any) -> dict[str, Any]:
    return inputs(cloud, GOOD, type, **change)


def make(cloud: TableCloud[Any], world: World, type: str, **more: Any) -> dict[str, Any]:
    """Makes the object and answers its outputs and id."""
    created = create(cloud, world, GOOD, type, **more)
    return {**created.outputs, "id": created.id}


def agent(
    cloud: TableCloud[Any], world: World, name: str = "x", **change: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """An application and its service principal."""
    fields = {"displayName": name, "identifierUris": [], **change}
    application = make(cloud, world, t.APPLICATION, name=name, **fields)
    return application, make(cloud, world, t.PRINCIPAL, name=name, clientId=application["clientId"])


def placed(cloud: TableCloud[Any], world: World, type: str) -> dict[str, Any]:
    """What an object of this type has to point to, made in the world."""
    if type in (t.APPLICATION, t.REGISTRATION, t.PRINCIPAL, *t.GROUPS, t.UNIT, t.USER, t.ROLE):
        return {}
    if type in t.SCHEDULES:
        return {"principalId": make(cloud, world, t.USER)["objectId"]}
    application, principal = agent(cloud, world)
    places = {
        "applicationId": application["id"],
        "servicePrincipalId": principal["id"],
        "principalObjectId": principal["objectId"],
        "servicePrincipalObjectId": principal["objectId"],
        "principalId": principal["objectId"],
        "memberObjectId": principal["objectId"],
    }
    if type == t.UNIT_MEMBER:
        places["memberObjectId"] = G[43]
    return {name: value for name, value in places.items() if name in GOOD[type]}


SUBJECT = Subject(EntraCloud, GOOD, t.TYPES, placed)
