"""Every Entra ID type that the sandbox serves: what replaces it, what identifies it, what the directory assigns.

Owns one table. Tests prove that every property the SDK accepts has its place in it, and that whatever the SDK's own
documentation says forces a new resource is in the right column. Does not own limits (`limits`) or what objects do to
each other (`directory`).

Replacement follows the SDK's documentation; where it is silent, the schema of the Terraform provider below it
(https://github.com/hashicorp/terraform-provider-azuread, version 3.9.0: a service principal's client id, the encoding
and the value of a certificate, the display name of a service principal's password, a fallback public client).

Ids that this sandbox gives begin with `MARK`. So an id that was given here and is gone can be told from one that
belongs to the rest of the tenant, which no stack can know.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nhi.sandbox.clouds import table
from nhi.sandbox.clouds.model import Inputs
from nhi.sandbox.clouds.table import FAKE_SECRET, FAKE_TIME, names

MARK = "5a9db0c5"
"""The first eight digits of every id that the sandbox gives."""
ELSEWHERE = "(outside the sandbox)"
"""Stands for the name of an object that the tenant has and this world has not."""

APPLICATION = "azuread:index/application:Application"
REGISTRATION = "azuread:index/applicationRegistration:ApplicationRegistration"
API_ACCESS = "azuread:index/applicationApiAccess:ApplicationApiAccess"
APP_ROLE = "azuread:index/applicationAppRole:ApplicationAppRole"
SCOPE = "azuread:index/applicationPermissionScope:ApplicationPermissionScope"
IDENTIFIER = "azuread:index/applicationIdentifierUri:ApplicationIdentifierUri"
REDIRECT_URIS = "azuread:index/applicationRedirectUris:ApplicationRedirectUris"
OPTIONAL_CLAIMS = "azuread:index/applicationOptionalClaims:ApplicationOptionalClaims"
KNOWN_CLIENTS = "azuread:index/applicationKnownClients:ApplicationKnownClients"
PRE_AUTHORIZED = "azuread:index/applicationPreAuthorized:ApplicationPreAuthorized"
FALLBACK = "azuread:index/applicationFallbackPublicClient:ApplicationFallbackPublicClient"
OWNER = "azuread:index/applicationOwner:ApplicationOwner"
FEDERATED = "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
FLEXIBLE = "azuread:index/applicationFlexibleFederatedIdentityCredential:ApplicationFlexibleFederatedIdentityCredential"
PASSWORD = "azuread:index/applicationPassword:ApplicationPassword"
CERTIFICATE = "azuread:index/applicationCertificate:ApplicationCertificate"
PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"
PRINCIPAL_PASSWORD = "azuread:index/servicePrincipalPassword:ServicePrincipalPassword"
PRINCIPAL_CERTIFICATE = "azuread:index/servicePrincipalCertificate:ServicePrincipalCertificate"
SIGNING_CERTIFICATE = "azuread:index/servicePrincipalTokenSigningCertificate:ServicePrincipalTokenSigningCertificate"
ASSIGNMENT = "azuread:index/appRoleAssignment:AppRoleAssignment"
DELEGATED = "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant"
GROUP = "azuread:index/group:Group"
PLAIN_GROUP = "azuread:index/groupWithoutMembers:GroupWithoutMembers"
GROUP_MEMBER = "azuread:index/groupMember:GroupMember"
ROLE = "azuread:index/directoryRole:DirectoryRole"
ROLE_MEMBER = "azuread:index/directoryRoleMember:DirectoryRoleMember"
ROLE_ASSIGNMENT = "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment"
ELIGIBILITY = "azuread:index/directoryRoleEligibilityScheduleRequest:DirectoryRoleEligibilityScheduleRequest"
CUSTOM_ROLE = "azuread:index/customDirectoryRole:CustomDirectoryRole"
UNIT = "azuread:index/administrativeUnit:AdministrativeUnit"
UNIT_MEMBER = "azuread:index/administrativeUnitMember:AdministrativeUnitMember"
UNIT_ROLE_MEMBER = "azuread:index/administrativeUnitRoleMember:AdministrativeUnitRoleMember"
USER = "azuread:index/user:User"
CONDITIONAL_ACCESS = "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy"
LOCATION = "azuread:index/namedLocation:NamedLocation"
CLAIMS_POLICY = "azuread:index/claimsMappingPolicy:ClaimsMappingPolicy"
CLAIMS_ASSIGNMENT = (
    "azuread:index/servicePrincipalClaimsMappingPolicyAssignment:ServicePrincipalClaimsMappingPolicyAssignment"
)
_SCHEDULE = "azuread:index/privilegedAccessGroup{0}Schedule:PrivilegedAccessGroup{0}Schedule"
GROUP_SCHEDULE = _SCHEDULE.format("Assignment")
GROUP_ELIGIBILITY = _SCHEDULE.format("Eligibility")

GROUPS = (GROUP, PLAIN_GROUP)
SCHEDULES = (GROUP_SCHEDULE, GROUP_ELIGIBILITY)

NESTED_SETS = frozenset(
    {
        "allowedMemberTypes",
        "allowedResourceActions",
        "knownClientApplications",
        "oauth2PermissionScopes",
        "redirectUris",
    }
)
"""Lists below the top level whose order means nothing."""


@dataclass(frozen=True, slots=True)
class Facts(table.Facts):
    """The tenant beside an object's inputs and seed."""

    tenant: str

    def guid(self, purpose: str = "object") -> str:
        """An id of this object, marked as the sandbox's own."""
        return marked(self.digits(purpose, 24))

    def opaque(self, purpose: str) -> str:
        """An id in the form that Graph gives to assignments and grants: one word that is no GUID."""
        return f"sandbox-{self.digits(purpose, 35)}"


def marked(digits: str) -> str:
    """A GUID of this sandbox from 24 hexadecimal digits."""
    return "-".join((MARK, digits[:4], f"4{digits[4:7]}", f"a{digits[7:10]}", digits[10:22]))


CALLER_CLIENT = marked("c" * 24)
CALLER_OBJECT = marked("d" * 24)
"""Who runs the program, as the sandbox plays it: a service principal."""


def last_part(value: Any) -> str:
    """The object id at the end of a resource id (`/applications/<guid>`), or the value itself."""
    return str(value).rstrip("/").rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served(table.Served):
    """One type. `identity` names the object in the tenant; None means that the directory makes a new one each time.

    `assigned` gives the outputs that only the directory knows, and `id`. Leaving out one of `optional_outputs` later
    keeps what is there. `looked_up` are outputs that come from another object. `put` marks a create that takes over
    what exists.
    """

    assigned: Callable[[Facts], Mapping[str, Any]]
    identity: Callable[[Inputs], tuple[Any, ...] | None]
    looked_up: frozenset[str] = frozenset()
    put: bool = False


def _served(
    replaces: str,
    updates: str,
    assigned: Callable[[Facts], Mapping[str, Any]],
    identity: str | None = None,
    *,
    sets: str = "",
    optional_outputs: str = "",
    looked_up: str = "",
    **rest: Any,
) -> Served:
    def of(inputs: Inputs) -> tuple[Any, ...] | None:
        return None if identity is None else tuple(_folded(inputs.get(name)) for name in identity.split())

    sorts = names(replaces=replaces, updates=updates, sets=sets, optional_outputs=optional_outputs, looked_up=looked_up)
    return Served(assigned=assigned, identity=of, **sorts, **rest)


def _folded(value: Any) -> Any:
    # GUIDs and user principal names are the same in either case.
    return value.lower() if isinstance(value, str) else value


# --- what the directory assigns ---------------------------------------------------------------------------------


def permission_ids(rows: Any) -> dict[str, str]:
    """Value -> id of app roles or scopes that have a value."""
    return {row["value"]: row["id"] for row in rows or () if row.get("value")}


def _application(f: Facts) -> Mapping[str, Any]:
    scopes = (f["api"] or {}).get("oauth2PermissionScopes")
    found = {
        **_registration(f),
        "appRoleIds": permission_ids(f["appRoles"]),
        "oauth2PermissionScopeIds": permission_ids(scopes),
        "logoUrl": "https://logo.sandbox.invalid/" if f["logoImage"] else "",
        "tags": [],
        "featureTags": [],
        "templateId": "",
    }
    if f["password"]:
        made = {"keyId": f.guid("password"), "value": FAKE_SECRET, "startDate": FAKE_TIME, "endDate": FAKE_TIME}
        found["password"] = {**made, **f["password"]}
    return found


def _registration(f: Facts) -> Mapping[str, Any]:
    return {
        "id": f"/applications/{f.guid()}",
        "objectId": f.guid(),
        "clientId": f.guid("client"),
        "publisherDomain": "sandbox.invalid",
        "disabledByMicrosoft": "",
    }


def _principal(f: Facts) -> Mapping[str, Any]:
    return {
        "id": f"/servicePrincipals/{f.guid()}",
        "objectId": f.guid(),
        "samlMetadataUrl": f"https://login.sandbox.invalid/{f.tenant}/federationmetadata.xml?appid={f['clientId']}",
        "type": "Application",
        "tags": [],
        "featureTags": [],
        "features": [],
    }


def _below_application(part: str, name: str) -> Callable[[Facts], Mapping[str, Any]]:
    return lambda f: {"id": f"{f['applicationId']}/{part}/{f[name]}"}


def _credential(of: str, part: str) -> Callable[[Facts], Mapping[str, Any]]:
    """A secret or certificate: `<object id>/<part>/<key id>`, as the provider writes it."""

    def assigned(f: Facts) -> Mapping[str, Any]:
        key = f["keyId"] or f.guid("key")
        return {
            "id": f"{last_part(f[of])}/{part}/{key}",
            "keyId": key,
            "value": FAKE_SECRET,
            "startDate": FAKE_TIME,
            "endDate": FAKE_TIME,
            "displayName": "",
            "thumbprint": f.digits("thumbprint", 40).upper(),
        }

    return assigned


def _federated(f: Facts) -> Mapping[str, Any]:
    id = f.guid("credential")
    return {"id": f"{last_part(f['applicationId'])}/federatedIdentityCredential/{id}", "credentialId": id}


def _flexible(f: Facts) -> Mapping[str, Any]:
    id = f.guid("credential")
    return {"id": f"{f['applicationId']}/federatedIdentityCredentials/{id}", "credentialId": id}


def _identifier(f: Facts) -> Mapping[str, Any]:
    name = base64.standard_b64encode(str(f["identifierUri"]).encode()).decode()
    return {"id": f"{f['applicationId']}/identifierUris/{name}"}


def _assignment(f: Facts) -> Mapping[str, Any]:
    return {"id": f"/servicePrincipals/{f['resourceObjectId']}/appRoleAssignedTo/{f.opaque('assignment')}"}


def _group(f: Facts) -> Mapping[str, Any]:
    # Whoever makes a group without naming owners owns it; the SDK's documentation of `owners` and `visibility`.
    return {
        "id": f"/groups/{f.guid()}",
        "objectId": f.guid(),
        "mail": f"{f['mailNickname']}@sandbox.invalid" if f["mailEnabled"] else "",
        "mailNickname": f.digits("nickname", 10),
        "members": [],
        "owners": [CALLER_OBJECT],
        "autoSubscribeNewMembers": False,
        "externalSendersAllowed": False,
        "hideFromAddressLists": False,
        "hideFromOutlookClients": False,
        "onpremisesDomainName": "",
        "onpremisesGroupType": "",
        "onpremisesNetbiosName": "",
        "onpremisesSamAccountName": "",
        "onpremisesSecurityIdentifier": "",
        "onpremisesSyncEnabled": False,
        "preferredLanguage": "",
        "proxyAddresses": [],
        "visibility": "Public" if "Unified" in (f["types"] or ()) else "Private",
    }


def _role(f: Facts) -> Mapping[str, Any]:
    # One role is activated once, whoever asks: its id hangs on the role and not on the resource.
    digits = hashlib.sha256(str(f["templateId"] or f["displayName"]).lower().encode()).hexdigest()
    return {
        "id": f"/directoryRoles/{marked(digits[:24])}",
        "objectId": marked(digits[:24]),
        "description": ELSEWHERE,
        "displayName": ELSEWHERE,
        "templateId": marked(digits[24:48]),
    }


def _user(f: Facts) -> Mapping[str, Any]:
    name = str(f["userPrincipalName"])
    return {
        "id": f"/users/{f.guid()}",
        "objectId": f.guid(),
        "aboutMe": "",
        "businessPhones": [],
        "creationType": "",
        "externalUserState": "",
        "imAddresses": [],
        "mail": name,
        "mailNickname": name.partition("@")[0],
        "onpremisesDistinguishedName": "",
        "onpremisesDomainName": "",
        "onpremisesImmutableId": "",
        "onpremisesSamAccountName": "",
        "onpremisesSecurityIdentifier": "",
        "onpremisesSyncEnabled": False,
        "onpremisesUserPrincipalName": "",
        "password": FAKE_SECRET,
        "proxyAddresses": [],
        "userType": "Member",
    }


def _with_object(path: str, **more: Any) -> Callable[[Facts], Mapping[str, Any]]:
    return lambda f: {"id": f"{path}/{f.guid()}", "objectId": f.guid(), **more}


# --- the table --------------------------------------------------------------------------------------------------

_DATES = "startDate endDate endDateRelative"


def _group_type(members: str) -> Served:
    return _served(
        "assignableToRole behaviors mailNickname provisioningOptions types",
        f"""administrativeUnitIds autoSubscribeNewMembers description displayName dynamicMembership
        externalSendersAllowed hideFromAddressLists hideFromOutlookClients mailEnabled {members} onpremisesGroupType
        owners preventDuplicateNames securityEnabled theme visibility writebackEnabled""",
        _group,
        sets=f"administrativeUnitIds behaviors {members} owners provisioningOptions types",
        optional_outputs=f"""autoSubscribeNewMembers externalSendersAllowed hideFromAddressLists hideFromOutlookClients
        mailNickname {members} onpremisesGroupType owners visibility""",
        defaults={"preventDuplicateNames": False, "writebackEnabled": False},
    )


def _schedule_type() -> Served:
    # What names a schedule replaces it; Graph's `adminUpdate` changes the rest
    # (https://learn.microsoft.com/graph/api/privilegedaccessgroup-post-assignmentschedulerequests).
    return _served(
        "assignmentType groupId principalId",
        "duration expirationDate justification permanentAssignment startDate ticketNumber ticketSystem",
        lambda f: {
            "id": f"{last_part(f['groupId'])}_{f['assignmentType']}_{f.guid('schedule')}",
            "status": "Provisioned",
            "duration": "",
            "expirationDate": FAKE_TIME,
            "justification": "",
            "permanentAssignment": False,
            "startDate": FAKE_TIME,
            "ticketNumber": "",
            "ticketSystem": "",
        },
        "groupId principalId assignmentType",
        optional_outputs="""duration expirationDate justification permanentAssignment startDate ticketNumber
        ticketSystem""",
    )


TYPES: dict[str, Served] = {
    APPLICATION: _served(
        "templateId",
        """api appRoles description deviceOnlyAuthEnabled displayName fallbackPublicClientEnabled featureTags
        groupMembershipClaims identifierUris logoImage marketingUrl notes oauth2PostResponseRequired optionalClaims
        owners password preventDuplicateNames privacyStatementUrl publicClient requiredResourceAccesses
        serviceManagementReference signInAudience singlePageApplication supportUrl tags termsOfServiceUrl web""",
        _application,
        sets="appRoles groupMembershipClaims identifierUris owners requiredResourceAccesses tags",
        optional_outputs="featureTags tags templateId",
        defaults={"preventDuplicateNames": False, "signInAudience": "AzureADMyOrg"},
        secret_outputs=("password",),
    ),
    REGISTRATION: _served(
        "",
        """description displayName groupMembershipClaims homepageUrl implicitAccessTokenIssuanceEnabled
        implicitIdTokenIssuanceEnabled logoutUrl marketingUrl notes privacyStatementUrl requestedAccessTokenVersion
        serviceManagementReference signInAudience supportUrl termsOfServiceUrl""",
        _registration,
        sets="groupMembershipClaims",
        defaults={"requestedAccessTokenVersion": 2, "signInAudience": "AzureADMyOrg"},
    ),
    API_ACCESS: _served(
        "apiClientId applicationId",
        "roleIds scopeIds",
        _below_application("apiAccess", "apiClientId"),
        "applicationId apiClientId",
        sets="roleIds scopeIds",
    ),
    APP_ROLE: _served(
        "applicationId roleId",
        "allowedMemberTypes description displayName value",
        _below_application("appRoles", "roleId"),
        "applicationId roleId",
        sets="allowedMemberTypes",
    ),
    SCOPE: _served(
        "applicationId scopeId",
        """adminConsentDescription adminConsentDisplayName type userConsentDescription userConsentDisplayName value""",
        _below_application("permissionScopes", "scopeId"),
        "applicationId scopeId",
        defaults={"type": "User"},
    ),
    IDENTIFIER: _served("applicationId identifierUri", "", _identifier, "applicationId identifierUri"),
    REDIRECT_URIS: _served(
        "applicationId type",
        "redirectUris",
        _below_application("redirectUris", "type"),
        "applicationId type",
        sets="redirectUris",
    ),
    OPTIONAL_CLAIMS: _served(
        "applicationId",
        "accessTokens idTokens saml2Tokens",
        lambda f: {"id": f"{f['applicationId']}/optionalClaims"},
        "applicationId",
    ),
    KNOWN_CLIENTS: _served(
        "applicationId",
        "knownClientIds",
        lambda f: {"id": f"{f['applicationId']}/knownClients"},
        "applicationId",
        sets="knownClientIds",
    ),
    PRE_AUTHORIZED: _served(
        "applicationId authorizedClientId",
        "permissionIds",
        lambda f: {
            "id": f"{last_part(f['applicationId'])}/preAuthorizedApplication/{f['authorizedClientId']}",
        },
        "applicationId authorizedClientId",
        sets="permissionIds",
    ),
    FALLBACK: _served(
        "applicationId enabled",
        "",
        lambda f: {"id": f"{f['applicationId']}/fallbackPublicClient"},
        "applicationId",
        defaults={"enabled": False},
    ),
    OWNER: _served(
        "applicationId ownerObjectId", "", _below_application("owners", "ownerObjectId"), "applicationId ownerObjectId"
    ),
    FEDERATED: _served(
        "applicationId displayName", "audiences description issuer subject", _federated, "applicationId displayName"
    ),
    FLEXIBLE: _served(
        "applicationId displayName",
        "audience claimsMatchingExpression description issuer",
        _flexible,
        "applicationId displayName",
    ),
    PASSWORD: _served(
        f"applicationId displayName rotateWhenChanged {_DATES}",
        "",
        _credential("applicationId", "password"),
        optional_outputs="displayName endDate startDate",
        secret_outputs=("value",),
    ),
    CERTIFICATE: _served(
        f"applicationId encoding keyId type value {_DATES}",
        "",
        _credential("applicationId", "certificate"),
        optional_outputs="endDate keyId startDate",
        defaults={"encoding": "pem"},
        secret_outputs=("value",),
    ),
    PRINCIPAL: _served(
        "clientId",
        """accountEnabled alternativeNames appRoleAssignmentRequired description featureTags features loginUrl notes
        notificationEmailAddresses owners preferredSingleSignOnMode samlSingleSignOn tags useExisting""",
        _principal,
        "clientId",
        sets="alternativeNames notificationEmailAddresses owners tags",
        optional_outputs="featureTags features tags",
        looked_up="""appRoleIds appRoles applicationTenantId displayName homepageUrl logoutUrl oauth2PermissionScopeIds
        oauth2PermissionScopes redirectUris servicePrincipalNames signInAudience""",
        defaults={"accountEnabled": True},
    ),
    PRINCIPAL_PASSWORD: _served(
        f"displayName rotateWhenChanged servicePrincipalId {_DATES}",
        "",
        _credential("servicePrincipalId", "password"),
        optional_outputs="displayName endDate startDate",
        secret_outputs=("value",),
    ),
    PRINCIPAL_CERTIFICATE: _served(
        f"encoding keyId servicePrincipalId type value {_DATES}",
        "",
        _credential("servicePrincipalId", "certificate"),
        optional_outputs="endDate keyId startDate",
        defaults={"encoding": "pem"},
        secret_outputs=("value",),
    ),
    SIGNING_CERTIFICATE: _served(
        "displayName endDate servicePrincipalId",
        "",
        _credential("servicePrincipalId", "tokenSigningCertificate"),
        optional_outputs="displayName endDate",
        secret_outputs=("value",),
    ),
    ASSIGNMENT: _served(
        "appRoleId principalObjectId resourceObjectId",
        "",
        _assignment,
        "principalObjectId resourceObjectId appRoleId",
        looked_up="principalDisplayName principalType resourceDisplayName",
    ),
    DELEGATED: _served(
        "resourceServicePrincipalObjectId servicePrincipalObjectId userObjectId",
        "claimValues",
        lambda f: {"id": f"/oauth2PermissionGrants/{f.opaque('grant')}"},
        "servicePrincipalObjectId resourceServicePrincipalObjectId userObjectId",
        sets="claimValues",
    ),
    GROUP: _group_type("members"),
    PLAIN_GROUP: _group_type(""),
    GROUP_MEMBER: _served(
        "groupObjectId memberObjectId",
        "",
        lambda f: {"id": f"{f['groupObjectId']}/member/{f['memberObjectId']}"},
        "groupObjectId memberObjectId",
    ),
    ROLE: _served("displayName templateId", "", _role, optional_outputs="displayName templateId", put=True),
    ROLE_MEMBER: _served(
        "memberObjectId roleObjectId",
        "",
        lambda f: {"id": f"/directoryRoles/{f['roleObjectId']}/members/{f['memberObjectId']}"},
        "roleObjectId memberObjectId",
    ),
    ROLE_ASSIGNMENT: _served(
        "appScopeId directoryScopeId principalObjectId roleId",
        "",
        lambda f: {
            "id": f"/roleManagement/directory/roleAssignments/{f.opaque('assignment')}",
            "appScopeId": "",
            "directoryScopeId": "" if f["appScopeId"] else "/",
        },
        "principalObjectId roleId appScopeId directoryScopeId",
        optional_outputs="appScopeId directoryScopeId",
    ),
    ELIGIBILITY: _served(
        "directoryScopeId justification principalId roleDefinitionId",
        "",
        lambda f: {"id": f.guid("request")},
        "principalId roleDefinitionId directoryScopeId",
    ),
    CUSTOM_ROLE: _served(
        "templateId",
        "description displayName enabled permissions version",
        _with_object("/roleManagement/directory/roleDefinitions", templateId=""),
        sets="permissions",
        optional_outputs="templateId",
    ),
    UNIT: _served(
        "",
        "description displayName hiddenMembershipEnabled members preventDuplicateNames",
        _with_object("/directory/administrativeUnits", members=[]),
        sets="members",
        optional_outputs="members",
        defaults={"preventDuplicateNames": False},
    ),
    UNIT_MEMBER: _served(
        "administrativeUnitObjectId memberObjectId",
        "",
        lambda f: {
            "id": f"/directory/administrativeUnits/{f['administrativeUnitObjectId']}/members/{f['memberObjectId']}"
        },
        "administrativeUnitObjectId memberObjectId",
    ),
    UNIT_ROLE_MEMBER: _served(
        "administrativeUnitObjectId memberObjectId roleObjectId",
        "",
        lambda f: {
            "id": f"/directory/administrativeUnits/{f['administrativeUnitObjectId']}/scopedRoleMembers/"
            f"{f.opaque('member')}"
        },
        "administrativeUnitObjectId roleObjectId memberObjectId",
    ),
    USER: _served(
        "",
        """accountEnabled ageGroup businessPhones city companyName consentProvidedForMinor costCenter country
        department disablePasswordExpiration disableStrongPassword displayName division employeeHireDate employeeId
        employeeType faxNumber forcePasswordChange givenName jobTitle mail mailNickname managerId mobilePhone
        officeLocation onpremisesImmutableId otherMails password postalCode preferredLanguage showInAddressList state
        streetAddress surname usageLocation userPrincipalName""",
        _user,
        "userPrincipalName",
        sets="otherMails",
        optional_outputs="businessPhones mail mailNickname onpremisesImmutableId password",
        defaults={
            "accountEnabled": True,
            "disablePasswordExpiration": False,
            "disableStrongPassword": False,
            "forcePasswordChange": False,
            "showInAddressList": True,
        },
        secret_outputs=("password",),
    ),
    **{type: _schedule_type() for type in SCHEDULES},
    LOCATION: _served(
        "",
        "country displayName ip",
        _with_object("/identity/conditionalAccess/namedLocations"),
    ),
    CLAIMS_POLICY: _served(
        "",
        "definitions displayName",
        lambda f: {"id": f"/policies/claimsMappingPolicies/{f.guid()}"},
    ),
    CLAIMS_ASSIGNMENT: _served(
        "claimsMappingPolicyId servicePrincipalId",
        "",
        lambda f: {
            "id": f"{f['servicePrincipalId']}/claimsMappingPolicies/{last_part(f['claimsMappingPolicyId'])}",
        },
        "servicePrincipalId claimsMappingPolicyId",
    ),
    CONDITIONAL_ACCESS: _served(
        "",
        "conditions displayName grantControls sessionControls state",
        _with_object("/identity/conditionalAccess/policies"),
    ),
}
