"""Entra ID types that rules read, by what they are to the gate, and types of the directory that give no access.

Every type of the SDK stands in one of the two tables here, or is left unknown on purpose: what opens a way that no rule
follows (entitlement management, claims mapping, provisioning, a template that makes its own principal) and what makes a
person (a user, an invitation) is for another stack. A test holds the tables to the SDK.
"""

from __future__ import annotations

ENTRA_APPLICATION = "azuread:index/application:Application"
ENTRA_REGISTRATION = "azuread:index/applicationRegistration:ApplicationRegistration"
ENTRA_SERVICE_PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"

ENTRA_FEDERATED_CREDENTIAL = (
    "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
)
ENTRA_FLEXIBLE_CREDENTIAL = (
    "azuread:index/applicationFlexibleFederatedIdentityCredential:ApplicationFlexibleFederatedIdentityCredential"
)
ENTRA_APPLICATION_PASSWORD = "azuread:index/applicationPassword:ApplicationPassword"  # a type token
ENTRA_APPLICATION_CERTIFICATE = "azuread:index/applicationCertificate:ApplicationCertificate"
ENTRA_PRINCIPAL_PASSWORD = "azuread:index/servicePrincipalPassword:ServicePrincipalPassword"  # a type token
ENTRA_PRINCIPAL_CERTIFICATE = "azuread:index/servicePrincipalCertificate:ServicePrincipalCertificate"
ENTRA_SIGNING_CERTIFICATE = (
    "azuread:index/servicePrincipalTokenSigningCertificate:ServicePrincipalTokenSigningCertificate"
)
ENTRA_SYNCHRONIZATION_SECRET = "azuread:index/synchronizationSecret:SynchronizationSecret"  # a type token

ENTRA_APP_ROLE_ASSIGNMENT = "azuread:index/appRoleAssignment:AppRoleAssignment"
ENTRA_DELEGATED_GRANT = (
    "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant"
)
ENTRA_API_ACCESS = "azuread:index/applicationApiAccess:ApplicationApiAccess"
ENTRA_PRE_AUTHORIZED = "azuread:index/applicationPreAuthorized:ApplicationPreAuthorized"
ENTRA_KNOWN_CLIENTS = "azuread:index/applicationKnownClients:ApplicationKnownClients"

ENTRA_OWNER = "azuread:index/applicationOwner:ApplicationOwner"
ENTRA_FALLBACK_CLIENT = "azuread:index/applicationFallbackPublicClient:ApplicationFallbackPublicClient"
ENTRA_REDIRECT_URIS = "azuread:index/applicationRedirectUris:ApplicationRedirectUris"

ENTRA_ROLE_ASSIGNMENT = "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment"
ENTRA_ROLE_ELIGIBILITY = "azuread:index/directoryRoleEligibilityScheduleRequest:DirectoryRoleEligibilityScheduleRequest"
ENTRA_ROLE_MEMBER = "azuread:index/directoryRoleMember:DirectoryRoleMember"
ENTRA_UNIT_ROLE_MEMBER = "azuread:index/administrativeUnitRoleMember:AdministrativeUnitRoleMember"
ENTRA_CATALOG_ROLE = "azuread:index/accessPackageCatalogRoleAssignment:AccessPackageCatalogRoleAssignment"

ENTRA_GROUP = "azuread:index/group:Group"
ENTRA_GROUP_WITHOUT_MEMBERS = "azuread:index/groupWithoutMembers:GroupWithoutMembers"
ENTRA_GROUP_MEMBER = "azuread:index/groupMember:GroupMember"
ENTRA_GROUP_ASSIGNMENT = "azuread:index/privilegedAccessGroupAssignmentSchedule:PrivilegedAccessGroupAssignmentSchedule"
ENTRA_GROUP_ELIGIBILITY = (
    "azuread:index/privilegedAccessGroupEligibilitySchedule:PrivilegedAccessGroupEligibilitySchedule"
)

ENTRA_KINDS: dict[str, frozenset[str]] = {
    "principal": frozenset({ENTRA_APPLICATION, ENTRA_REGISTRATION, ENTRA_SERVICE_PRINCIPAL}),
    "entra-application": frozenset({ENTRA_APPLICATION, ENTRA_REGISTRATION}),
    "entra-secret": frozenset(
        {
            ENTRA_APPLICATION_PASSWORD,
            ENTRA_APPLICATION_CERTIFICATE,
            ENTRA_PRINCIPAL_PASSWORD,
            ENTRA_PRINCIPAL_CERTIFICATE,
            ENTRA_SIGNING_CERTIFICATE,
            ENTRA_SYNCHRONIZATION_SECRET,
        }
    ),
    "entra-trust": frozenset({ENTRA_FEDERATED_CREDENTIAL, ENTRA_FLEXIBLE_CREDENTIAL}),
    "entra-grant": frozenset({ENTRA_APP_ROLE_ASSIGNMENT, ENTRA_DELEGATED_GRANT}),
    "entra-directory-role": frozenset(
        {
            ENTRA_ROLE_ASSIGNMENT,
            ENTRA_ROLE_ELIGIBILITY,
            ENTRA_ROLE_MEMBER,
            ENTRA_UNIT_ROLE_MEMBER,
            ENTRA_CATALOG_ROLE,
        }
    ),
    "entra-group": frozenset({ENTRA_GROUP, ENTRA_GROUP_WITHOUT_MEMBERS}),
    "entra-membership": frozenset({ENTRA_GROUP_MEMBER, ENTRA_GROUP_ASSIGNMENT, ENTRA_GROUP_ELIGIBILITY}),
}

ENTRA_COVERED: frozenset[str] = frozenset(
    {
        ENTRA_API_ACCESS,
        ENTRA_PRE_AUTHORIZED,
        ENTRA_KNOWN_CLIENTS,
        ENTRA_OWNER,
        ENTRA_FALLBACK_CLIENT,
        ENTRA_REDIRECT_URIS,
    }
)

ENTRA_HARMLESS: dict[str, str] = {
    # What can be given, without anybody who gets it.
    "azuread:index/applicationAppRole:ApplicationAppRole": "it says what could be assigned, and assigns nothing",
    "azuread:index/applicationPermissionScope:ApplicationPermissionScope": "it says what could be granted, and grants "
    "nothing",
    "azuread:index/customDirectoryRole:CustomDirectoryRole": "it defines a role and gives it to nobody",
    "azuread:index/directoryRole:DirectoryRole": "it activates a role and gives it to nobody",
    "azuread:index/accessPackage:AccessPackage": "it is a package that nothing is in yet",
    "azuread:index/accessPackageCatalog:AccessPackageCatalog": "it is a catalog that nothing is in yet",
    # Names, texts and containers.
    "azuread:index/applicationIdentifierUri:ApplicationIdentifierUri": "it names an API, and opens none",
    "azuread:index/applicationOptionalClaims:ApplicationOptionalClaims": "it adds claims about who signs in, and "
    "changes nobody's access",
    "azuread:index/administrativeUnit:AdministrativeUnit": "its members get nothing; who administers them is judged "
    "where a role over it is given",
    "azuread:index/administrativeUnitMember:AdministrativeUnitMember": "a member gets nothing by it",
    "azuread:index/userFlowAttribute:UserFlowAttribute": "it is a field of a form",
    # What only takes away.
    "azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy": "it can only refuse a sign-in",
    "azuread:index/namedLocation:NamedLocation": "it is a place that conditional access may name",
    "azuread:index/authenticationStrengthPolicy:AuthenticationStrengthPolicy": "it asks people for stronger proof",
    "azuread:index/authenticationStrengthPolicyFido2CombinationConfiguration:"
    "AuthenticationStrengthPolicyFido2CombinationConfiguration": "it asks people for stronger proof",
    "azuread:index/authenticationStrengthPolicyX509CombinationConfiguration:"
    "AuthenticationStrengthPolicyX509CombinationConfiguration": "it asks people for stronger proof",
    # What an application or a service principal cannot have.
    "azuread:index/groupLicense:GroupLicense": "licences are for people; a service principal takes none",
    "azuread:index/userLicense:UserLicense": "licences are for people; a service principal takes none",
}
"""Types that by themselves give no agent access, and why."""

ENTRA_LEFT_UNKNOWN: dict[str, str] = {
    "azuread:index/accessPackageAssignmentPolicy:AccessPackageAssignmentPolicy": "it lets people ask for access",
    "azuread:index/accessPackageResourceCatalogAssociation:AccessPackageResourceCatalogAssociation": "it puts a group "
    "or an application among what can be asked for",
    "azuread:index/accessPackageResourcePackageAssociation:AccessPackageResourcePackageAssociation": "it puts a group "
    "or an application among what can be asked for",
    "azuread:index/applicationFromTemplate:ApplicationFromTemplate": "it makes an application and a principal that no "
    "property shows",
    "azuread:index/claimsMappingPolicy:ClaimsMappingPolicy": "it can make a token say that somebody is somebody else",
    "azuread:index/servicePrincipalClaimsMappingPolicyAssignment:ServicePrincipalClaimsMappingPolicyAssignment": "it "
    "can make a token say that somebody is somebody else",
    "azuread:index/groupRoleManagementPolicy:GroupRoleManagementPolicy": "it says what activating a membership takes",
    "azuread:index/synchronizationJob:SynchronizationJob": "it makes accounts elsewhere",
    "azuread:index/synchronizationJobProvisionOnDemand:SynchronizationJobProvisionOnDemand": "it makes accounts "
    "elsewhere",
    "azuread:index/user:User": "it makes an account with a password, which an agent could sign in with",
    "azuread:index/invitation:Invitation": "it makes an account of somebody outside",
}
"""Types that nothing judges, and why they are not harmless: beside agents each is a finding of NHI-GAT-006."""
