"""Lengths, patterns, counts and rules between properties that Graph and its provider enforce, per type and property.

Owns one table of limits with their sources. Does not own types (the SDK's own, in `clouds.schema`) or what depends on
other objects (`directory`). No message quotes a value: it may be a secret.

A value that is not known yet passes every limit; a rule over several properties waits until it knows them all.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import limits
from nhi.sandbox.clouds.entra.types import (
    API_ACCESS,
    APP_ROLE,
    APPLICATION,
    ASSIGNMENT,
    CERTIFICATE,
    CLAIMS_ASSIGNMENT,
    CLAIMS_POLICY,
    CONDITIONAL_ACCESS,
    CUSTOM_ROLE,
    DELEGATED,
    ELIGIBILITY,
    FEDERATED,
    FLEXIBLE,
    GROUP,
    GROUP_MEMBER,
    GROUPS,
    IDENTIFIER,
    KNOWN_CLIENTS,
    LOCATION,
    OPTIONAL_CLAIMS,
    OWNER,
    PASSWORD,
    PLAIN_GROUP,
    PRE_AUTHORIZED,
    PRINCIPAL,
    PRINCIPAL_CERTIFICATE,
    PRINCIPAL_PASSWORD,
    REDIRECT_URIS,
    REGISTRATION,
    ROLE,
    ROLE_ASSIGNMENT,
    ROLE_MEMBER,
    SCHEDULES,
    SCOPE,
    SIGNING_CERTIFICATE,
    UNIT,
    UNIT_MEMBER,
    UNIT_ROLE_MEMBER,
    USER,
)
from nhi.sandbox.clouds.limits import Limit, Limits, Rule, choice, judged, part, rows
from nhi.sandbox.clouds.model import Failure, Inputs

# https://learn.microsoft.com/graph/api/resources/application
OWNERS_PER_APPLICATION = 100
# https://learn.microsoft.com/graph/api/resources/federatedidentitycredentials-overview
FEDERATED_CREDENTIALS_PER_APPLICATION = 20
# https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
RESOURCES_PER_APPLICATION = 50
PERMISSIONS_PER_APPLICATION = 400
TAG_LENGTH = 256
SCOPE_LENGTH = 3850


_ENTRA = Limits("Entra ID")
_text = _ENTRA.text


def _each(limit: Limit, low: int = 0, high: int | None = None) -> Limit:
    # Lists of the directory are sets: no entry stands in one twice.
    return _ENTRA.each(limit, low, high, once=True)


_GUID_PATTERN = r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
_GUID = _text(1, 64, _GUID_PATTERN, "a GUID, 8-4-4-4-12 hexadecimal digits")
_GUIDS = _each(_GUID)
_APPLICATION_ID = _text(1, 64, rf"/applications/{_GUID_PATTERN}", "/applications/ and a GUID")
_PRINCIPAL_ID = _text(1, 64, rf"/servicePrincipals/{_GUID_PATTERN}", "/servicePrincipals/ and a GUID")
_FILLED = _text(1, 100_000, r"(?s:.*\S.*)", "text that is not blank")

# https://learn.microsoft.com/graph/api/resources/group, .../user, .../administrativeunit
_NAME = _text(1, 256, r"(?s:.*\S.*)", "text that is not blank")
# https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation: shorter than other names
_APPLICATION_NAME = _text(1, 120, r"(?s:.*\S.*)", "text that is not blank")
# https://learn.microsoft.com/graph/api/resources/application and .../serviceprincipal
_DESCRIPTION = _text(0, 1024)
_NOTES = _text(1, 1024)
# https://learn.microsoft.com/entra/identity-platform/reference-app-manifest#tags-attribute
_TAG = _text(1, TAG_LENGTH, r"\S+", "without white space")
_TAGS = _each(_TAG)
# https://learn.microsoft.com/graph/api/resources/approle and .../permissionscope
_CLAIM = _text(
    0,
    120,
    r"(?!\.)[A-Za-z0-9:!#$%&'()*+,./;<=>?@\[\]^_{|}~`-]*",
    "letters, digits and !#$%&'()*+,-./:;<=>?@[]^_`{|}~ only, and not begin with a dot",
)
# https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
_IDENTIFIER = _text(
    1, 255, r"(?:api|https|http|urn|ms-appx|spn):[^\s*]+|[A-Za-z][\w+.-]*://[^\s*]+", "an absolute URI without `*`"
)
# https://learn.microsoft.com/entra/identity-platform/reply-url
_REDIRECT = _text(1, 256, r"[A-Za-z][A-Za-z0-9+.-]*:[^\s#]+", "an absolute URI without fragment")
_REDIRECTS = _each(_REDIRECT, 0, 256)
_HTTP = _text(1, 2048, r"https?://[^\s]+", "an http or https URL")
# https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
_LOGOUT = _text(1, 255, r"https://[^\s]+", "an https URL")
# https://learn.microsoft.com/graph/api/resources/federatedidentitycredential
_CREDENTIAL_NAME = _text(3, 120, r"[A-Za-z0-9][A-Za-z0-9_-]*", "a letter or digit, then letters, digits, - and _")
_ISSUER = _text(1, 600, r"https://[^\s?#]+", "an https URL without query")
_SUBJECT = _text(1, 600, r"\S(?:.*\S)?", "one line without white space at its ends")
_AUDIENCE = _text(1, 600, r"\S+", "without white space")
_CREDENTIAL_DESCRIPTION = _text(0, 600)
# https://learn.microsoft.com/entra/workload-id/workload-identities-flexible-federated-identity-credentials
_COMPARISON = r"claims\['[A-Za-z0-9_./:-]+'\] +(?:eq|matches) +'[^']+'"
_CLAIMS = _text(
    1,
    2048,
    rf"{_COMPARISON}(?: +and +{_COMPARISON})*",
    "comparisons like claims['sub'] eq '...' or claims['sub'] matches '...', joined by `and`",
)
# https://pkg.go.dev/time#ParseDuration
_DURATION = _text(2, 100, r"(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+", "a duration such as 240h")
_MAIL_NICKNAME = _text(1, 64, r"""[^@()\\\[\]";:<>, ]+""", 'without @()\\[]";:<>, and blanks')
# https://learn.microsoft.com/graph/api/resources/user
_PRINCIPAL_NAME = _text(3, 113, r"[A-Za-z0-9'._!#^~+-]{1,64}@[A-Za-z0-9.-]{1,48}", "an alias, @ and a domain")
_SCOPE = _text(1, 1000, r"/|/\S+", "/ or a path that begins with /")
_ACTION = _text(1, 500, r"microsoft\.[A-Za-z.]+/\S+", "an action such as microsoft.directory/applications/basic/update")
_MEMBER_TYPES = _each(choice("Application", "User"), 1)
_CLAIM_GROUPS = _each(choice("None", "SecurityGroup", "DirectoryRole", "ApplicationGroup", "All"))
_AUDIENCES = choice(
    "AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"
)
_OPTIONAL_TEXT = _text(0, 100_000)


def _time(value: Any) -> str | None:
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        parsed = None
    if parsed is None or parsed.tzinfo is None or not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value):
        return "must be a time such as 2027-01-31T00:00:00Z"
    return None


def _definition(value: Any) -> str | None:
    try:
        found = json.loads(value)
    except ValueError:
        found = None
    return None if isinstance(found, Mapping) else "must be a JSON object"


_DATES: dict[str, Limit] = {"startDate": _time, "endDate": _time, "endDateRelative": _DURATION}
_KEY: dict[str, Limit] = {
    **_DATES,
    "keyId": _GUID,
    "encoding": choice("base64", "hex", "pem"),
    "type": choice("AsymmetricX509Cert", "Symmetric"),
    "value": _FILLED,
}
_OF_APPLICATION: dict[str, Limit] = {"applicationId": _APPLICATION_ID}
_OF_PRINCIPAL: dict[str, Limit] = {"servicePrincipalId": _PRINCIPAL_ID}

# The SDK's own documentation of each property; a group has an owner from its first day.
_GROUP: dict[str, Limit] = {
    "displayName": _NAME,
    "description": _DESCRIPTION,
    "administrativeUnitIds": _GUIDS,
    "mailNickname": _MAIL_NICKNAME,
    "members": _GUIDS,
    "owners": _each(_GUID, 1, OWNERS_PER_APPLICATION),
    "types": _each(choice("DynamicMembership", "Unified")),
    "visibility": choice("Private", "Public", "Hiddenmembership"),
    "behaviors": _each(
        choice(
            "AllowOnlyMembersToPost",
            "HideGroupInOutlook",
            "SkipExchangeInstantOn",
            "SubscribeMembersToCalendarEventsDisabled",
            "SubscribeNewGroupMembers",
            "WelcomeEmailDisabled",
        )
    ),
    "provisioningOptions": _each(choice("Team")),
    "theme": choice("", "Blue", "Green", "Orange", "Pink", "Purple", "Red", "Teal"),
    "onpremisesGroupType": choice(
        "UniversalDistributionGroup", "UniversalMailEnabledSecurityGroup", "UniversalSecurityGroup"
    ),
}
# https://learn.microsoft.com/graph/api/resources/privilegedaccessgroupassignmentschedulerequest
_GROUP_TIME: dict[str, Limit] = {
    "assignmentType": choice("member", "owner"),
    "groupId": _GUID,
    "principalId": _GUID,
    "duration": _text(3, 100, r"P(?=\w)(?:\d+[YMWD])*(?:T(?:\d+[HMS])+)?", "an ISO 8601 duration such as P30D or PT3H"),
    "startDate": _time,
    "expirationDate": _time,
}

_TABLE_OF_LIMITS: dict[str, dict[str, Limit]] = {
    APPLICATION: {
        "displayName": _APPLICATION_NAME,
        "description": _DESCRIPTION,
        "notes": _NOTES,
        "tags": _TAGS,
        "owners": _each(_GUID, 0, OWNERS_PER_APPLICATION),
        "signInAudience": _AUDIENCES,
        "groupMembershipClaims": _CLAIM_GROUPS,
        "identifierUris": _each(_IDENTIFIER),
        "templateId": _GUID,
    },
    REGISTRATION: {
        "displayName": _APPLICATION_NAME,
        "description": _DESCRIPTION,
        "notes": _NOTES,
        "signInAudience": _AUDIENCES,
        "groupMembershipClaims": _CLAIM_GROUPS,
        "requestedAccessTokenVersion": choice(1, 2),
        "homepageUrl": _HTTP,
        "logoutUrl": _LOGOUT,
        "marketingUrl": _HTTP,
        "privacyStatementUrl": _HTTP,
        "supportUrl": _HTTP,
        "termsOfServiceUrl": _HTTP,
        "serviceManagementReference": _FILLED,
    },
    API_ACCESS: {
        **_OF_APPLICATION,
        "apiClientId": _GUID,
        "roleIds": _each(_GUID, 0, PERMISSIONS_PER_APPLICATION),
        "scopeIds": _each(_GUID, 0, PERMISSIONS_PER_APPLICATION),
    },
    APP_ROLE: {
        **_OF_APPLICATION,
        "roleId": _GUID,
        "value": _CLAIM,
        "allowedMemberTypes": _MEMBER_TYPES,
        "description": _FILLED,
        "displayName": _FILLED,
    },
    SCOPE: {
        **_OF_APPLICATION,
        "scopeId": _GUID,
        "value": _CLAIM,
        "type": choice("Admin", "User"),
        "adminConsentDescription": _FILLED,
        "adminConsentDisplayName": _FILLED,
    },
    IDENTIFIER: {**_OF_APPLICATION, "identifierUri": _IDENTIFIER},
    REDIRECT_URIS: {**_OF_APPLICATION, "redirectUris": _REDIRECTS, "type": choice("PublicClient", "SPA", "Web")},
    OPTIONAL_CLAIMS: _OF_APPLICATION,
    KNOWN_CLIENTS: {**_OF_APPLICATION, "knownClientIds": _GUIDS},
    PRE_AUTHORIZED: {**_OF_APPLICATION, "authorizedClientId": _GUID, "permissionIds": _GUIDS},
    OWNER: {**_OF_APPLICATION, "ownerObjectId": _GUID},
    FEDERATED: {
        **_OF_APPLICATION,
        "displayName": _CREDENTIAL_NAME,
        "issuer": _ISSUER,
        "subject": _SUBJECT,
        "audiences": _each(_AUDIENCE, 1, 1),
        "description": _CREDENTIAL_DESCRIPTION,
    },
    FLEXIBLE: {
        **_OF_APPLICATION,
        "displayName": _CREDENTIAL_NAME,
        "issuer": _ISSUER,
        "audience": _AUDIENCE,
        "claimsMatchingExpression": _CLAIMS,
        "description": _CREDENTIAL_DESCRIPTION,
    },
    PASSWORD: {**_OF_APPLICATION, **_DATES},
    CERTIFICATE: {**_OF_APPLICATION, **_KEY},
    PRINCIPAL: {
        "clientId": _GUID,
        "description": _DESCRIPTION,
        "notes": _text(0, 1024),
        "tags": _TAGS,
        "owners": _each(_GUID, 0, OWNERS_PER_APPLICATION),
        "loginUrl": _HTTP,
        "preferredSingleSignOnMode": choice("", "oidc", "password", "saml", "notSupported"),
        "alternativeNames": _each(_FILLED),
        "notificationEmailAddresses": _each(_FILLED),
    },
    PRINCIPAL_PASSWORD: {**_OF_PRINCIPAL, **_DATES},
    PRINCIPAL_CERTIFICATE: {**_OF_PRINCIPAL, **_KEY},
    SIGNING_CERTIFICATE: {**_OF_PRINCIPAL, "endDate": _time, "displayName": _text(0, 256, r"CN=.+|", "CN= and a name")},
    ASSIGNMENT: {"appRoleId": _GUID, "principalObjectId": _GUID, "resourceObjectId": _GUID},
    DELEGATED: {
        "servicePrincipalObjectId": _GUID,
        "resourceServicePrincipalObjectId": _GUID,
        "userObjectId": _GUID,
        "claimValues": _each(_text(1, 120, r"\S+", "without white space"), 1),
    },
    GROUP: _GROUP,
    PLAIN_GROUP: _GROUP,
    GROUP_MEMBER: {"groupObjectId": _GUID, "memberObjectId": _GUID},
    **{type: _GROUP_TIME for type in SCHEDULES},
    LOCATION: {"displayName": _NAME},
    # https://learn.microsoft.com/graph/api/resources/claimsmappingpolicy
    CLAIMS_POLICY: {"displayName": _NAME, "definitions": _each(_definition, 1)},
    CLAIMS_ASSIGNMENT: {
        **_OF_PRINCIPAL,
        "claimsMappingPolicyId": _text(
            1, 100, rf"/policies/claimsMappingPolicies/{_GUID_PATTERN}", "/policies/claimsMappingPolicies/ and a GUID"
        ),
    },
    ROLE: {"displayName": _FILLED, "templateId": _GUID},
    ROLE_MEMBER: {"roleObjectId": _GUID, "memberObjectId": _GUID},
    ROLE_ASSIGNMENT: {"roleId": _GUID, "principalObjectId": _GUID, "appScopeId": _SCOPE, "directoryScopeId": _SCOPE},
    ELIGIBILITY: {
        "roleDefinitionId": _GUID,
        "principalId": _GUID,
        "directoryScopeId": _SCOPE,
        "justification": _FILLED,
    },
    CUSTOM_ROLE: {
        "displayName": _NAME,
        "description": _DESCRIPTION,
        "templateId": _GUID,
        "version": _text(1, 128),
    },
    UNIT: {"displayName": _NAME, "description": _DESCRIPTION, "members": _GUIDS},
    UNIT_MEMBER: {"administrativeUnitObjectId": _GUID, "memberObjectId": _GUID},
    UNIT_ROLE_MEMBER: {"administrativeUnitObjectId": _GUID, "roleObjectId": _GUID, "memberObjectId": _GUID},
    USER: {
        "displayName": _NAME,
        "userPrincipalName": _PRINCIPAL_NAME,
        "mailNickname": _MAIL_NICKNAME,
        "managerId": _GUID,
        "password": _text(1, 256),
        "employeeId": _text(0, 16),
        "employeeHireDate": _time,
        "ageGroup": choice("", "Adult", "Minor", "NotAdult"),
        "consentProvidedForMinor": choice("", "Denied", "Granted", "NotRequired"),
        "usageLocation": _text(0, 2, r"[A-Z]{2}|", "two capital letters"),
    },
    CONDITIONAL_ACCESS: {
        "displayName": _NAME,
        "state": choice("enabled", "disabled", "enabledForReportingButNotEnforced"),
    },
}


def failures(type: str, inputs: Inputs) -> Iterator[Failure]:
    """What Graph or its provider would refuse in inputs that already have the right types."""
    return limits.failures(inputs, _TABLE_OF_LIMITS.get(type, {}), _RULES.get(type, ()))


# --- rules over several properties ------------------------------------------------------------------------------


def _given(value: Any) -> bool:
    return value is UNKNOWN or bool(value)


def _not_both(one: str, other: str) -> Rule:
    def rule(inputs: Inputs) -> Iterator[Failure]:
        if inputs.get(one) is not None and inputs.get(other) is not None:
            yield Failure(one, f"cannot stand beside {other}")

    return rule


def _one_of(*names: str, alone: bool = False) -> Rule:
    def rule(inputs: Inputs) -> Iterator[Failure]:
        given = [name for name in names if inputs.get(name) not in (None, [], {})]
        if not given:
            yield Failure(names[0], f"{' or '.join(names)} must be given")
        elif alone and len(given) > 1:
            yield Failure(given[0], f"cannot stand beside {given[1]}")

    return rule


def _in_order(inputs: Inputs) -> Iterator[Failure]:
    start, end = inputs.get("startDate"), inputs.get("endDate")
    if not isinstance(start, str) or not isinstance(end, str) or _time(start) or _time(end):
        return
    if datetime.fromisoformat(end) <= datetime.fromisoformat(start):
        yield Failure("endDate", "is not after startDate")


def permissions(inputs: Inputs) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """App roles and scopes of an application with the path of each, in one shape:
    id, value, name, description, enabled."""
    for at, row in rows(inputs.get("appRoles")):
        yield (
            f"appRoles[{at}]",
            {
                "id": row.get("id"),
                "value": row.get("value"),
                "name": row.get("displayName"),
                "description": row.get("description"),
                "enabled": row.get("enabled", True),
            },
        )
    for at, row in rows(part(inputs.get("api"), "oauth2PermissionScopes")):
        yield (
            f"api.oauth2PermissionScopes[{at}]",
            {
                "id": row.get("id"),
                "value": row.get("value"),
                "name": row.get("adminConsentDisplayName"),
                "description": row.get("adminConsentDescription"),
                "enabled": row.get("enabled", True),
            },
        )


def _permission_shapes(inputs: Inputs) -> Iterator[Failure]:
    for at, row in rows(inputs.get("appRoles")):
        path = f"appRoles[{at}]"
        yield from judged(f"{path}.allowedMemberTypes", row.get("allowedMemberTypes"), _MEMBER_TYPES)
        yield from judged(f"{path}.displayName", row.get("displayName"), _FILLED)
        yield from judged(f"{path}.description", row.get("description"), _FILLED)
    for path, row in permissions(inputs):
        yield from judged(f"{path}.id", row["id"], _GUID)
        yield from judged(f"{path}.value", row["value"], _CLAIM)
    for at, row in rows(part(inputs.get("api"), "oauth2PermissionScopes")):
        yield from judged(f"api.oauth2PermissionScopes[{at}].type", row.get("type"), choice("Admin", "User"))


def _permission_twins(inputs: Inputs) -> Iterator[Failure]:
    # A role and a scope may be one permission, but then everything about them is the same.
    seen: list[tuple[str, Mapping[str, Any]]] = []
    for path, row in permissions(inputs):
        if UNKNOWN in row.values():
            continue
        for other_path, other in seen:
            id = str(row["id"]).lower() == str(other["id"]).lower()
            value = bool(row["value"]) and row["value"] == other["value"]
            same_list = path.partition("[")[0] == other_path.partition("[")[0]
            if (id or value) and (same_list or dict(row) != dict(other)):
                yield Failure(f"{path}.{'id' if id else 'value'}", f"is that of {other_path} too")
        seen.append((path, row))


def _accesses(inputs: Inputs) -> Iterator[Failure]:
    resources = rows(inputs.get("requiredResourceAccesses"))
    if len(resources) > RESOURCES_PER_APPLICATION:
        yield Failure(
            "requiredResourceAccesses", f"names {len(resources)} resources; Entra ID takes {RESOURCES_PER_APPLICATION}"
        )
    total = 0
    named: Counter[str] = Counter()
    for at, row in resources:
        path = f"requiredResourceAccesses[{at}]"
        yield from judged(f"{path}.resourceAppId", row.get("resourceAppId"), _GUID)
        named[str(row.get("resourceAppId")).lower()] += 1
        inner = rows(row.get("resourceAccesses"))
        total += len(inner)
        if row.get("resourceAccesses") == []:
            yield Failure(f"{path}.resourceAccesses", "names no permission")
        ids: Counter[str] = Counter()
        for position, access in inner:
            yield from judged(f"{path}.resourceAccesses[{position}].id", access.get("id"), _GUID)
            yield from judged(f"{path}.resourceAccesses[{position}].type", access.get("type"), choice("Role", "Scope"))
            if access.get("id") is not UNKNOWN:
                ids[str(access.get("id")).lower()] += 1
                if ids[str(access.get("id")).lower()] == 2:
                    yield Failure(f"{path}.resourceAccesses[{position}].id", "stands twice under one resource")
        if row.get("resourceAppId") is not UNKNOWN and named[str(row.get("resourceAppId")).lower()] == 2:
            yield Failure(f"{path}.resourceAppId", "stands in two entries")
    if total > PERMISSIONS_PER_APPLICATION:
        yield Failure(
            "requiredResourceAccesses", f"asks for {total} permissions; Entra ID takes {PERMISSIONS_PER_APPLICATION}"
        )


def _application_parts(inputs: Inputs) -> Iterator[Failure]:
    api = inputs.get("api")
    yield from judged("api.requestedAccessTokenVersion", part(api, "requestedAccessTokenVersion"), choice(1, 2))
    yield from judged("api.knownClientApplications", part(api, "knownClientApplications"), _GUIDS)
    for name in ("publicClient", "singlePageApplication", "web"):
        yield from judged(f"{name}.redirectUris", part(inputs.get(name), "redirectUris"), _REDIRECTS)
    yield from judged("web.homepageUrl", part(inputs.get("web"), "homepageUrl"), _HTTP)
    yield from judged("web.logoutUrl", part(inputs.get("web"), "logoutUrl"), _LOGOUT)
    password = inputs.get("password")
    for name in ("startDate", "endDate"):
        yield from judged(f"password.{name}", part(password, name), _time)
    if isinstance(password, Mapping):
        for failure in _in_order(password):
            yield Failure(f"password.{failure.property}", failure.reason)


_PERSONAL = ("AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount")


def _personal(version: Callable[[Inputs], Any], path: str) -> Rule:
    # https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation
    def rule(inputs: Inputs) -> Iterator[Failure]:
        if inputs.get("signInAudience") not in _PERSONAL:
            return
        if version(inputs) not in (2, UNKNOWN):
            yield Failure(path, "must be 2 where personal accounts may sign in")
        yield from judged("displayName", inputs.get("displayName"), _text(1, 90))

    return rule


def _personal_parts(inputs: Inputs) -> Iterator[Failure]:
    # The same page: what an application that personal accounts use cannot have, or has less of.
    if inputs.get("signInAudience") not in _PERSONAL:
        return
    if inputs.get("appRoles") not in (None, []):
        yield Failure("appRoles", "cannot be where personal accounts may sign in")
    uri = _text(
        1, 120, r"(?!urn:)[^?#*]+", "no urn: and without query and fragment, where personal accounts may sign in"
    )
    yield from judged("identifierUris", inputs.get("identifierUris"), _each(uri, 0, 50))
    scopes = part(inputs.get("api"), "oauth2PermissionScopes")
    yield from judged("api.oauth2PermissionScopes", scopes, _ENTRA.each(None, 0, 100))
    for at, row in rows(scopes):
        yield from judged(f"api.oauth2PermissionScopes[{at}].value", row.get("value"), _text(0, 40))
    accesses = [(at, rows(row.get("resourceAccesses"))) for at, row in rows(inputs.get("requiredResourceAccesses"))]
    for at, inner in accesses:
        path = f"requiredResourceAccesses[{at}].resourceAccesses"
        yield from judged(path, inner, _ENTRA.each(None, 0, 30))
    if (total := sum(len(inner) for _, inner in accesses)) > 200:
        yield Failure(
            "requiredResourceAccesses", f"asks for {total} permissions; Entra ID takes 200 of personal accounts"
        )


_UNIFIED_ONLY = (
    "autoSubscribeNewMembers",
    "behaviors",
    "externalSendersAllowed",
    "hideFromAddressLists",
    "hideFromOutlookClients",
    "provisioningOptions",
    "theme",
)


def _group(inputs: Inputs) -> Iterator[Failure]:
    if UNKNOWN in (inputs.get("types"), inputs.get("mailEnabled"), inputs.get("securityEnabled")):
        return
    types, mail = inputs.get("types") or [], inputs.get("mailEnabled") is True
    if UNKNOWN in types:
        return
    unified, dynamic = "Unified" in types, "DynamicMembership" in types
    if not mail and inputs.get("securityEnabled") is not True:
        yield Failure("securityEnabled", "mailEnabled or securityEnabled must be true")
    if dynamic != (inputs.get("dynamicMembership") is not None):
        yield Failure("dynamicMembership", "stands beside the type DynamicMembership and nowhere else")
    if dynamic and inputs.get("members") is not None:
        yield Failure("members", "cannot stand beside dynamicMembership")
    if mail != unified:
        yield Failure("types", "holds Unified for mail-enabled groups and for no other")
    if mail and inputs.get("mailNickname") is None:
        yield Failure("mailNickname", "required for mail-enabled groups")
    if inputs.get("assignableToRole") is True and inputs.get("securityEnabled") is not True:
        yield Failure("assignableToRole", "can be true for security groups only")
    if inputs.get("assignableToRole") is True and dynamic:
        yield Failure("assignableToRole", "cannot be true for a group with dynamic members")
    if not unified:
        for name in _UNIFIED_ONLY:
            if _given(inputs.get(name)):
                yield Failure(name, "is for unified groups only")
        if inputs.get("visibility") == "Hiddenmembership":
            yield Failure("visibility", "can be Hiddenmembership for unified groups only")
    rule = part(inputs.get("dynamicMembership"), "rule")
    yield from judged("dynamicMembership.rule", rule, _text(1, 3072))


def _actions(inputs: Inputs) -> Iterator[Failure]:
    if inputs.get("permissions") == []:
        yield Failure("permissions", "a role must allow something")
    for at, row in rows(inputs.get("permissions")):
        path = f"permissions[{at}].allowedResourceActions"
        yield from judged(path, row.get("allowedResourceActions"), _each(_ACTION, 1))


# https://learn.microsoft.com/graph/api/resources/conditionalaccessconditionset
_RISKS = _each(choice("low", "medium", "high", "hidden", "none"))
_CLIENTS = _each(
    choice("all", "browser", "easSupported", "exchangeActiveSync", "mobileAppsAndDesktopClients", "other"), 1
)
_CONTROLS = _each(
    choice(
        "approvedApplication",
        "block",
        "compliantApplication",
        "compliantDevice",
        "domainJoinedDevice",
        "mfa",
        "passwordChange",
    )
)
_OR_GUID = rf"|{_GUID_PATTERN}"
_WHO: dict[str, Limit] = {
    **dict.fromkeys(
        ("includedUsers", "excludedUsers"),
        _each(_text(1, 36, rf"All|None|GuestsOrExternalUsers{_OR_GUID}", "All, None, GuestsOrExternalUsers or a GUID")),
    ),
    **dict.fromkeys(("includedGroups", "excludedGroups", "includedRoles", "excludedRoles"), _GUIDS),
}
_WHICH: dict[str, Limit] = dict.fromkeys(
    ("includedApplications", "excludedApplications"),
    _each(
        _text(
            1,
            60,
            rf"All|None|Office365|MicrosoftAdminPortals{_OR_GUID}",
            "All, None, Office365, MicrosoftAdminPortals or a GUID",
        )
    ),
)
_WORKLOADS: dict[str, Limit] = dict.fromkeys(
    ("includedServicePrincipals", "excludedServicePrincipals"),
    _each(_text(1, 60, rf"ServicePrincipalsInMyTenant{_OR_GUID}", "ServicePrincipalsInMyTenant or a GUID")),
)
_FILTER: dict[str, Limit] = {"mode": choice("include", "exclude"), "rule": _text(1, 3072)}


def _conditions(inputs: Inputs) -> Iterator[Failure]:
    conditions = inputs.get("conditions")
    for where, table in (("users", _WHO), ("applications", _WHICH), ("clientApplications", _WORKLOADS)):
        for name, limit in table.items():
            value = part(conditions, where, name)
            yield from judged(f"conditions.{where}.{name}", value, limit)
    for where in ("applications", "clientApplications", "devices"):
        for name, limit in _FILTER.items():
            value = part(conditions, where, "filter", name)
            yield from judged(f"conditions.{where}.filter.{name}", value, limit)
    for name in ("servicePrincipalRiskLevels", "signInRiskLevels", "userRiskLevels"):
        yield from judged(f"conditions.{name}", part(conditions, name), _RISKS)
    yield from judged("conditions.clientAppTypes", part(conditions, "clientAppTypes"), _CLIENTS)
    users = part(conditions, "users")
    if isinstance(users, Mapping) and not any(
        _given(users.get(f"included{who}")) for who in ("Users", "Groups", "Roles", "GuestsOrExternalUsers")
    ):
        yield Failure("conditions.users", "includes nobody; None is said with includedUsers")
    applications = part(conditions, "applications")
    if isinstance(applications, Mapping):
        given = [n for n in ("includedApplications", "includedUserActions") if _given(applications.get(n))]
        if len(given) != 1:
            yield Failure("conditions.applications", "wants includedApplications or includedUserActions, and not both")


def _workload_policy(inputs: Inputs) -> Iterator[Failure]:
    # https://learn.microsoft.com/entra/identity/conditional-access/workload-identity: blocking is the only control.
    clients = part(inputs.get("conditions"), "clientApplications")
    included = part(clients, "includedServicePrincipals")
    if _given(part(clients, "excludedServicePrincipals")) and not _given(included):
        yield Failure(
            "conditions.clientApplications.includedServicePrincipals", "required where service principals are excluded"
        )
    grant = inputs.get("grantControls")
    controls = UNKNOWN if grant is UNKNOWN else part(grant, "builtInControls")
    if _given(included) and controls is not UNKNOWN and controls != ["block"]:
        yield Failure("grantControls.builtInControls", "can only be block in a policy for service principals")


def _controls(inputs: Inputs) -> Iterator[Failure]:
    grant, session = inputs.get("grantControls"), inputs.get("sessionControls")
    yield from judged("grantControls.operator", part(grant, "operator"), choice("AND", "OR"))
    yield from judged("grantControls.builtInControls", part(grant, "builtInControls"), _CONTROLS)
    if isinstance(grant, Mapping) and not any(
        _given(grant.get(name)) for name in ("builtInControls", "authenticationStrengthPolicyId", "termsOfUses")
    ):
        yield Failure("grantControls", "demands nothing")
    period, frequency = part(session, "signInFrequencyPeriod"), part(session, "signInFrequency")
    yield from judged("sessionControls.signInFrequencyPeriod", period, choice("days", "hours"))
    if (period is None) != (frequency is None):
        yield Failure("sessionControls.signInFrequency", "stands beside signInFrequencyPeriod")


def _ends_once(inputs: Inputs) -> Iterator[Failure]:
    ends = [name for name in ("expirationDate", "duration") if inputs.get(name) is not None]
    if inputs.get("permanentAssignment") is True and ends:
        yield Failure("permanentAssignment", f"cannot stand beside {ends[0]}")


def _whole_scope(inputs: Inputs) -> Iterator[Failure]:
    # https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant: one text, blanks between the claims
    claims = inputs.get("claimValues")
    if isinstance(claims, list) and UNKNOWN not in claims and len(scope := " ".join(claims)) > SCOPE_LENGTH:
        yield Failure("claimValues", f"have {len(scope)} characters together; Entra ID takes {SCOPE_LENGTH}")


def _places(inputs: Inputs) -> Iterator[Failure]:
    # https://learn.microsoft.com/graph/api/resources/ipnamedlocation and .../countrynamedlocation
    yield from judged("ip.ipRanges", part(inputs, "ip", "ipRanges"), _each(_cidr, 1))
    country = _text(2, 2, r"[A-Z]{2}", "two capital letters")
    yield from judged("country.countriesAndRegions", part(inputs, "country", "countriesAndRegions"), _each(country, 1))


def _cidr(value: Any) -> str | None:
    try:
        ip_network(value)
    except ValueError:
        return "must be a range of addresses such as 203.0.113.0/24"
    return None if "/" in value else "must be a range of addresses such as 203.0.113.0/24"


_ONE_END = _not_both("endDate", "endDateRelative")

_RULES: dict[str, tuple[Rule, ...]] = {
    APPLICATION: (
        _not_both("tags", "featureTags"),
        _permission_shapes,
        _permission_twins,
        _accesses,
        _application_parts,
        _personal(lambda inputs: part(inputs.get("api"), "requestedAccessTokenVersion"), "api"),
        _personal_parts,
    ),
    REGISTRATION: (_personal(lambda i: i.get("requestedAccessTokenVersion"), "requestedAccessTokenVersion"),),
    API_ACCESS: (_one_of("roleIds", "scopeIds"),),
    OPTIONAL_CLAIMS: (_one_of("accessTokens", "idTokens", "saml2Tokens"),),
    PRINCIPAL: (
        _one_of("clientId"),
        _not_both("tags", "featureTags"),
        _not_both("tags", "features"),
        _not_both("featureTags", "features"),
    ),
    **{type: (_ONE_END, _in_order) for type in (PASSWORD, CERTIFICATE, PRINCIPAL_PASSWORD, PRINCIPAL_CERTIFICATE)},
    **{type: (_group,) for type in GROUPS},
    **{type: (_one_of("expirationDate", "duration", "permanentAssignment"), _ends_once) for type in SCHEDULES},
    LOCATION: (_one_of("ip", "country", alone=True), _places),
    DELEGATED: (_whole_scope,),
    ROLE: (_one_of("displayName", "templateId", alone=True),),
    ROLE_MEMBER: (_one_of("roleObjectId"), _one_of("memberObjectId")),
    ROLE_ASSIGNMENT: (_not_both("appScopeId", "directoryScopeId"),),
    UNIT_MEMBER: (_one_of("administrativeUnitObjectId"), _one_of("memberObjectId")),
    CUSTOM_ROLE: (_actions,),
    CONDITIONAL_ACCESS: (_one_of("grantControls", "sessionControls"), _conditions, _workload_policy, _controls),
}
