"""Entra ID types that rules read, by what they are to the gate, and types of the directory that give no access."""

from __future__ import annotations

ENTRA_APPLICATION = "azuread:index/application:Application"
ENTRA_SERVICE_PRINCIPAL = "azuread:index/servicePrincipal:ServicePrincipal"
ENTRA_FEDERATED_CREDENTIAL = (
    "azuread:index/applicationFederatedIdentityCredential:ApplicationFederatedIdentityCredential"
)
ENTRA_APP_ROLE_ASSIGNMENT = "azuread:index/appRoleAssignment:AppRoleAssignment"
ENTRA_DELEGATED_GRANT = (
    "azuread:index/servicePrincipalDelegatedPermissionGrant:ServicePrincipalDelegatedPermissionGrant"
)
ENTRA_APPLICATION_PASSWORD = "azuread:index/applicationPassword:ApplicationPassword"  # a type token
ENTRA_GROUP = "azuread:index/group:Group"
ENTRA_GROUP_MEMBER = "azuread:index/groupMember:GroupMember"

ENTRA_KINDS: dict[str, frozenset[str]] = {}

ENTRA_COVERED: frozenset[str] = frozenset({ENTRA_GROUP, ENTRA_GROUP_MEMBER})

ENTRA_HARMLESS: frozenset[str] = frozenset()
