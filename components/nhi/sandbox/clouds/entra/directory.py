"""What objects of one tenant do to each other: who must exist, what is taken, what is swept away.

Owns the rules that need a world. Every function takes the mapping of things inside one change and either changes it
or raises `CloudError` with the code that Graph answers (`error.code`, and the texts of
https://learn.microsoft.com/graph/errors and of each operation's page).

A tenant holds more than one stack knows: people, Microsoft's APIs, other teams' applications. So:

- Whoever gets a grant must exist here: the principal of an app role assignment, a directory role assignment or
  eligibility, and the client of a delegated grant.
- Where an object may belong to others (the API that is granted, a user on whose behalf, a group, its members, an
  owner, a scope), an id from elsewhere is taken as existing.
- An id that this sandbox gave (it begins with `types.MARK`) must be there whatever it stands for: the object that had
  it is gone otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nhi.sandbox.clouds.entra.functions import PUBLISHED
from nhi.sandbox.clouds.entra.limits import (
    FEDERATED_CREDENTIALS_PER_APPLICATION,
    OWNERS_PER_APPLICATION,
    permissions,
)
from nhi.sandbox.clouds.entra.types import (
    APP_ROLE,
    APPLICATION,
    ASSIGNMENT,
    CALLER_OBJECT,
    CLAIMS_ASSIGNMENT,
    CLAIMS_POLICY,
    CONDITIONAL_ACCESS,
    CUSTOM_ROLE,
    DELEGATED,
    ELIGIBILITY,
    ELSEWHERE,
    FEDERATED,
    FLEXIBLE,
    GROUP,
    GROUP_MEMBER,
    GROUPS,
    IDENTIFIER,
    MARK,
    OWNER,
    PLAIN_GROUP,
    PRINCIPAL,
    REGISTRATION,
    ROLE,
    ROLE_ASSIGNMENT,
    ROLE_MEMBER,
    SCHEDULES,
    SCOPE,
    UNIT,
    UNIT_MEMBER,
    UNIT_ROLE_MEMBER,
    USER,
    last_part,
    permission_ids,
)
from nhi.sandbox.clouds.model import CloudError, Inputs
from nhi.sandbox.clouds.world import Thing, Things, of_types

DEFAULT_ROLE = "00000000-0000-0000-0000-000000000000"
"""The app role that stands for access without a role
(https://learn.microsoft.com/graph/api/resources/approleassignment)."""

BURIED = "azuread:nhi/sandbox:Deleted"
"""Type under which a world keeps an identifier URI of an application that was deleted."""

_APPLICATIONS = (APPLICATION, REGISTRATION)
_PRINCIPALS = (PRINCIPAL, USER, *GROUPS)
_KINDS = {
    APPLICATION: "application",
    REGISTRATION: "application",
    PRINCIPAL: "service principal",
    USER: "user",
    GROUP: "group",
    PLAIN_GROUP: "group",
    ROLE: "directory role",
    CUSTOM_ROLE: "custom directory role",
    UNIT: "administrative unit",
}


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, str) and isinstance(other, str) and one.lower() == other.lower()


def _find(things: Things, id: Any, types: tuple[str, ...], by: str = "objectId") -> Thing | None:
    return next((thing for thing in of_types(things, *types) if _same(thing.outputs.get(by), id)), None)


def _require(things: Things, id: Any, *types: str, foreign: bool = False) -> Thing | None:
    """The object with this object id. With `foreign`, None for an id that the sandbox never gave."""
    found = _find(things, id, types)
    if found is not None:
        return found
    what = " or ".join(dict.fromkeys(_KINDS[type] for type in types))
    other = _find(things, id, tuple(_KINDS))
    if other is not None:
        raise CloudError("Request_BadRequest", f"{id} is {_a(_KINDS[other.type])} and not {_a(what)}")
    if _same(id, CALLER_OBJECT) and PRINCIPAL in types:
        return None
    if foreign and not str(id).lower().startswith(MARK):
        return None
    raise CloudError("Request_ResourceNotFound", f"{what} {id} does not exist")


def _a(kind: str) -> str:
    return f"an {kind}" if kind.startswith("a") else f"a {kind}"


def _application(things: Things, id: Any) -> Thing:
    for thing in of_types(things, *_APPLICATIONS):
        if _same(thing.id, id):
            return thing
    raise CloudError("Request_ResourceNotFound", f"application {last_part(id)} does not exist")


def _below(things: Things, application: Any, *types: str) -> list[Thing]:
    return [t for t in of_types(things, *types) if _same(t.inputs.get("applicationId"), application)]


# --- before an object is made or changed ------------------------------------------------------------------------

Judge = Callable[[Things, Inputs, str | None], None]


def admit(things: Things, type: str, inputs: Inputs, id: str | None) -> None:
    """Raises `CloudError` where the directory would refuse this object as it now stands.

    `id` is the object's own on an update and None on a create, so that it is not counted against itself.
    """
    if inputs.get("applicationId") is not None:
        _application(things, inputs["applicationId"])
    if inputs.get("servicePrincipalId") is not None:
        _require(things, last_part(inputs["servicePrincipalId"]), PRINCIPAL)
    for judge in _ADMIT.get(type, ()):
        judge(things, inputs, id)


def _unique_name(*types: str) -> Judge:
    def judge(things: Things, inputs: Inputs, id: str | None) -> None:
        if inputs.get("preventDuplicateNames") is not True:
            return
        for thing in of_types(things, *types):
            if thing.id != id and _same(thing.inputs.get("displayName"), inputs.get("displayName")):
                raise CloudError(
                    "DuplicateName",
                    f"preventDuplicateNames: the {_KINDS[thing.type]} {last_part(thing.id)} has this name already",
                )

    return judge


def _named_objects(names: str, *types: str) -> Judge:
    """Every id in these properties, where the tenant may hold it outside this world."""

    def judge(things: Things, inputs: Inputs, _: str | None) -> None:
        for name in names.split():
            value = inputs.get(name)
            for item in value if isinstance(value, list) else [value]:
                if item is not None:
                    _require(things, item, *types, foreign=True)

    return judge


def _holder(name: str, *types: str) -> Judge:
    """The one who gets a grant, who must exist in this world."""
    return lambda things, inputs, _: (_require(things, inputs[name], *types), None)[1]


def _identifiers(things: Things, inputs: Inputs, id: str | None) -> None:
    # https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation: unique in the tenant
    wanted = {str(uri).lower() for uri in inputs.get("identifierUris") or ()}
    if inputs.get("identifierUri") is not None:
        wanted.add(str(inputs["identifierUri"]).lower())
    # https://learn.microsoft.com/entra/identity-platform/howto-remove-app: a deleted application is kept for 30 days
    for uri in sorted(wanted):
        if (BURIED, uri) in things:
            raise CloudError(
                "Request_MultipleObjectsWithSameKeyValue",
                "another object with the same value for property identifierUris already exists: an application deleted "
                "less than 30 days ago keeps it",
            )
    for thing in of_types(things, APPLICATION, IDENTIFIER):
        taken = {str(uri).lower() for uri in thing.inputs.get("identifierUris") or ()}
        taken |= {str(thing.inputs["identifierUri"]).lower()} if thing.type == IDENTIFIER else set()
        if thing.id != id and wanted & taken:
            raise CloudError(
                "Request_MultipleObjectsWithSameKeyValue",
                "another object with the same value for property identifierUris already exists",
            )


def _permission_part(name: str) -> Judge:
    """A role or scope of its own resource must differ from every other of the application in id and value."""

    def judge(things: Things, inputs: Inputs, id: str | None) -> None:
        application = _application(things, inputs["applicationId"])
        taken = [(row["id"], row["value"]) for _, row in permissions(application.inputs)]
        for thing in _below(things, application.id, APP_ROLE, SCOPE):
            if thing.id != id:
                taken.append((thing.inputs.get("roleId") or thing.inputs.get("scopeId"), thing.inputs.get("value")))
        for other, value in taken:
            if _same(other, inputs[name]) or (value and value == inputs.get("value")):
                raise CloudError(
                    "Request_BadRequest", "the application already has a permission with this identifier or value"
                )

    return judge


def _federated(things: Things, inputs: Inputs, id: str | None) -> None:
    others = [t for t in _below(things, inputs["applicationId"], FEDERATED, FLEXIBLE) if t.id != id]
    if id is None and len(others) >= FEDERATED_CREDENTIALS_PER_APPLICATION:
        raise CloudError(
            "Request_BadRequest",
            f"the application has {FEDERATED_CREDENTIALS_PER_APPLICATION} federated identity credentials already",
        )
    for other in others:
        if _same(other.inputs.get("displayName"), inputs["displayName"]):
            raise CloudError(
                "Request_MultipleObjectsWithSameKeyValue",
                "a federated identity credential with this name already exists on the application",
            )
        # Issuer and subject are compared letter by letter.
        who = [(i.get("issuer"), i.get("subject") or i.get("claimsMatchingExpression")) for i in (other.inputs, inputs)]
        if who[0] == who[1]:
            raise CloudError(
                "Request_MultipleObjectsWithSameKeyValue",
                f"the federated identity credential {other.inputs['displayName']} of the application has this issuer "
                "and subject",
            )


def _owners(things: Things, inputs: Inputs, id: str | None) -> None:
    application = _application(things, inputs["applicationId"])
    held = set(application.inputs.get("owners") or ())
    held |= {str(t.inputs["ownerObjectId"]) for t in _below(things, application.id, OWNER) if t.id != id}
    if inputs["ownerObjectId"] in held:
        raise CloudError("Request_BadRequest", "one or more added object references already exist for owners")
    if len(held) >= OWNERS_PER_APPLICATION:
        raise CloudError("Directory_QuotaExceeded", f"the application has {OWNERS_PER_APPLICATION} owners already")


def _principal(things: Things, inputs: Inputs, id: str | None) -> None:
    client = inputs["clientId"]
    if id is None and inputs.get("useExisting") is not True and str(client).lower() in PUBLISHED.values():
        raise CloudError(
            "ServicePrincipalExists", f"Microsoft's application {client} has its service principal in every tenant"
        )
    if str(client).lower().startswith(MARK) and _find(things, client, _APPLICATIONS, "clientId") is None:
        raise CloudError(
            "Request_BadRequest", f"the appId {client} of the service principal does not reference a valid application"
        )


def _assignment(things: Things, inputs: Inputs, _: str | None) -> None:
    principal = _require(things, inputs["principalObjectId"], *_PRINCIPALS)
    resource = _require(things, inputs["resourceObjectId"], PRINCIPAL, foreign=True)
    role = inputs["appRoleId"]
    if resource is None or role == DEFAULT_ROLE:
        return
    application = _find(things, resource.inputs["clientId"], _APPLICATIONS, "clientId")
    if application is None:  # an application of another tenant, whose roles nobody here knows
        return
    for row in app_roles(things, application):
        if _same(row["id"], role) and row.get("enabled", True) is True:
            wanted = "Application" if principal is None or principal.type == PRINCIPAL else "User"
            if wanted not in row["allowedMemberTypes"]:
                raise CloudError("Request_BadRequest", f"the app role {role} is not for {wanted.lower()}s")
            return
    raise CloudError("Request_BadRequest", f"the app role {role} was not found on application {application.id}")


def app_roles(things: Things, application: Thing) -> list[dict[str, Any]]:
    """The app roles of an application, whether it lists them or they are resources of their own."""
    rows = [dict(row) for row in application.inputs.get("appRoles") or ()]
    for part in _below(things, application.id, APP_ROLE):
        rows.append({"id": part.inputs["roleId"], **{k: v for k, v in part.inputs.items() if k != "roleId"}})
    return rows


def _fits(group: Inputs, member: Thing | None) -> None:
    """https://learn.microsoft.com/graph/api/group-post-members: whom each kind of group takes."""
    if member is None:
        return
    unified = "Unified" in (group.get("types") or ())
    nested = member.type in GROUPS and "Unified" in (member.inputs.get("types") or ())
    if nested or (unified and member.type != USER):
        what = "a Microsoft 365 group" if nested else _a(_KINDS[member.type])
        into = "a Microsoft 365 group" if unified else "a security group"
        raise CloudError("Request_BadRequest", f"{what} cannot be a member of {into}")


def _group(things: Things, inputs: Inputs, id: str | None) -> None:
    for member in inputs.get("members") or ():
        _fits(inputs, _find(things, member, _PRINCIPALS))
    if "Unified" in (inputs.get("types") or ()):
        # The SDK's documentation of `owners`: at least one of them is a user.
        owners = inputs.get("owners") or [CALLER_OBJECT]
        if all(_same(o, CALLER_OBJECT) or _find(things, o, (PRINCIPAL,)) is not None for o in owners):
            raise CloudError("Request_BadRequest", "a Microsoft 365 group must have an owner who is a user")
    alias = inputs.get("mailNickname")
    for other in of_types(things, *GROUPS) if alias is not None and inputs.get("mailEnabled") is True else ():
        if other.id != id and _same(other.inputs.get("mailNickname"), alias):
            raise CloudError(
                "Request_BadRequest", "another object with the same value for property mailNickname already exists"
            )


def _member(things: Things, inputs: Inputs, _: str | None) -> None:
    group = _require(things, inputs["groupObjectId"], *GROUPS, foreign=True)
    member = _require(things, inputs["memberObjectId"], *_PRINCIPALS, foreign=True)
    if group is None:
        return
    if "DynamicMembership" in (group.inputs.get("types") or ()):
        raise CloudError("Request_BadRequest", "members of a group with dynamic membership cannot be set")
    _fits(group.inputs, member)
    if group.inputs.get("assignableToRole") is True and member is not None and member.type in GROUPS:
        raise CloudError("Request_BadRequest", "a group that is assignable to roles cannot hold a group")
    if group.outputs["objectId"] == inputs["memberObjectId"]:
        raise CloudError("Request_BadRequest", "a group cannot be a member of itself")
    if inputs["memberObjectId"] in (group.inputs.get("members") or ()):
        raise CloudError("Request_BadRequest", "one or more added object references already exist for members")


def _assignable(things: Things, inputs: Inputs, _: str | None) -> None:
    group = _find(things, inputs.get("principalObjectId") or inputs.get("principalId"), GROUPS)
    if group is not None and group.inputs.get("assignableToRole") is not True:
        raise CloudError("Request_BadRequest", "a group must be assignable to roles before it is given one")


def _scope(things: Things, inputs: Inputs, _: str | None) -> None:
    scope = inputs.get("directoryScopeId")
    if scope not in (None, "/"):
        types = (UNIT,) if str(scope).startswith("/administrativeUnits/") else tuple(_KINDS)
        _require(things, last_part(scope), *types, foreign=True)


def _user(_: Things, inputs: Inputs, id: str | None) -> None:
    if id is None and not inputs.get("password"):
        raise CloudError("Request_BadRequest", "password is required when a user is made")


def _policy(things: Things, inputs: Inputs, _: str | None) -> None:
    conditions = inputs.get("conditions") or {}
    for part, types in (("users", (USER, *GROUPS, ROLE)), ("clientApplications", (PRINCIPAL,))):
        for values in (conditions.get(part) or {}).values():
            for value in values if isinstance(values, list) else ():
                if isinstance(value, str) and value.lower().startswith(MARK):
                    _require(things, value, *types)


def _claims(things: Things, inputs: Inputs, _: str | None) -> None:
    policy = last_part(inputs["claimsMappingPolicyId"])
    if policy.lower().startswith(MARK) and not any(last_part(t.id) == policy for t in of_types(things, CLAIMS_POLICY)):
        raise CloudError("Request_ResourceNotFound", f"claims mapping policy {policy} does not exist")


_ADMIT: dict[str, tuple[Judge, ...]] = {
    APPLICATION: (_unique_name(*_APPLICATIONS), _identifiers, _named_objects("owners", USER, PRINCIPAL)),
    IDENTIFIER: (_identifiers,),
    APP_ROLE: (_permission_part("roleId"),),
    SCOPE: (_permission_part("scopeId"),),
    OWNER: (_named_objects("ownerObjectId", USER, PRINCIPAL), _owners),
    FEDERATED: (_federated,),
    FLEXIBLE: (_federated,),
    PRINCIPAL: (_principal, _named_objects("owners", USER, PRINCIPAL)),
    ASSIGNMENT: (_assignment,),
    DELEGATED: (
        _holder("servicePrincipalObjectId", PRINCIPAL),
        _named_objects("resourceServicePrincipalObjectId", PRINCIPAL),
        _named_objects("userObjectId", USER),
    ),
    **{
        type: (
            _unique_name(*GROUPS),
            _named_objects("owners", USER, PRINCIPAL),
            _named_objects("members", *_PRINCIPALS),
            _named_objects("administrativeUnitIds", UNIT),
            _group,
        )
        for type in GROUPS
    },
    **{type: (_named_objects("groupId", *GROUPS), _holder("principalId", USER, *GROUPS)) for type in SCHEDULES},
    CLAIMS_ASSIGNMENT: (_claims,),
    GROUP_MEMBER: (_member,),
    ROLE_MEMBER: (_named_objects("roleObjectId", ROLE), _holder("memberObjectId", *_PRINCIPALS)),
    ROLE_ASSIGNMENT: (
        _holder("principalObjectId", *_PRINCIPALS),
        _named_objects("roleId", CUSTOM_ROLE, ROLE),
        _assignable,
        _scope,
    ),
    ELIGIBILITY: (
        _holder("principalId", *_PRINCIPALS),
        _named_objects("roleDefinitionId", CUSTOM_ROLE, ROLE),
        _assignable,
        _scope,
    ),
    UNIT: (_unique_name(UNIT), _named_objects("members", USER, *GROUPS)),
    UNIT_MEMBER: (
        _named_objects("administrativeUnitObjectId", UNIT),
        _named_objects("memberObjectId", USER, *GROUPS),
    ),
    UNIT_ROLE_MEMBER: (
        _named_objects("administrativeUnitObjectId", UNIT),
        _named_objects("roleObjectId", ROLE),
        _holder("memberObjectId", *_PRINCIPALS),
    ),
    USER: (_user, _named_objects("managerId", USER)),
    CONDITIONAL_ACCESS: (_policy,),
}

# --- what one object shows of another ---------------------------------------------------------------------------


def looked_up(things: Things, type: str, inputs: Inputs, tenant: str) -> dict[str, Any]:
    """Outputs that come from other objects as they are now."""
    if type == PRINCIPAL:
        return _of_application(things, inputs["clientId"], tenant)
    if type == ASSIGNMENT:
        principal = _find(things, inputs["principalObjectId"], _PRINCIPALS)
        resource = _find(things, inputs["resourceObjectId"], (PRINCIPAL,))
        kinds = {USER: "User", **dict.fromkeys(GROUPS, "Group")}
        return {
            "principalDisplayName": _name(things, principal),
            "principalType": kinds.get(principal.type, "ServicePrincipal") if principal else "ServicePrincipal",
            "resourceDisplayName": _name(things, resource),
        }
    return {}


def _name(things: Things, thing: Thing | None) -> str:
    if thing is not None and thing.type == PRINCIPAL:
        thing = _find(things, thing.inputs["clientId"], _APPLICATIONS, "clientId")
    return ELSEWHERE if thing is None else str(thing.inputs["displayName"])


def _of_application(things: Things, client: Any, tenant: str) -> dict[str, Any]:
    application = _find(things, client, _APPLICATIONS, "clientId")
    inputs: Inputs = application.inputs if application else {}
    roles = app_roles(things, application) if application else []
    scopes = [dict(row) for row in (inputs.get("api") or {}).get("oauth2PermissionScopes") or ()]
    if application:
        for part in _below(things, application.id, SCOPE):
            scopes.append({"id": part.inputs["scopeId"], **{k: v for k, v in part.inputs.items() if k != "scopeId"}})
    web = inputs.get("web") or {}
    return {
        "appRoleIds": permission_ids(roles),
        "appRoles": roles,
        "applicationTenantId": tenant if application else "",
        "displayName": inputs.get("displayName", ELSEWHERE),
        "homepageUrl": web.get("homepageUrl") or inputs.get("homepageUrl") or "",
        "logoutUrl": web.get("logoutUrl") or inputs.get("logoutUrl") or "",
        "oauth2PermissionScopeIds": permission_ids(scopes),
        "oauth2PermissionScopes": scopes,
        "redirectUris": list(web.get("redirectUris") or ()),
        "servicePrincipalNames": list(inputs.get("identifierUris") or ()),
        "signInAudience": inputs.get("signInAudience", ""),
    }


# --- when an object goes ----------------------------------------------------------------------------------------

# Properties that name an object of the directory; what names one that is gone goes with it.
_NAMES: dict[str, tuple[str, ...]] = {
    ASSIGNMENT: ("principalObjectId", "resourceObjectId"),
    DELEGATED: ("servicePrincipalObjectId", "resourceServicePrincipalObjectId", "userObjectId"),
    GROUP_MEMBER: ("groupObjectId", "memberObjectId"),
    OWNER: ("ownerObjectId",),
    ROLE_MEMBER: ("memberObjectId",),
    ROLE_ASSIGNMENT: ("principalObjectId", "roleId"),
    ELIGIBILITY: ("principalId", "roleDefinitionId"),
    UNIT_MEMBER: ("administrativeUnitObjectId", "memberObjectId"),
    UNIT_ROLE_MEMBER: ("administrativeUnitObjectId", "memberObjectId"),
    **dict.fromkeys(SCHEDULES, ("groupId", "principalId")),
}
_LISTS = ("members", "owners")


def release(things: Things, thing: Thing) -> None:
    """Removes what goes with an object: an application takes its parts and its service principal, a principal its
    credentials, grants, memberships and roles (https://learn.microsoft.com/graph/api/application-delete)."""
    if thing.type in _APPLICATIONS:
        uris = [str(uri) for uri in thing.inputs.get("identifierUris") or ()]
        for other in list(things.values()):
            if _same(other.inputs.get("applicationId"), thing.id):
                uris += [str(other.inputs["identifierUri"])] if other.type == IDENTIFIER else []
                del things[other.type, other.id]
        for uri in map(str.lower, uris):
            things[BURIED, uri] = Thing(BURIED, uri, "", {}, {})
        principal = _find(things, thing.outputs["clientId"], (PRINCIPAL,), "clientId")
        if principal is not None:
            release(things, principal)
            del things[principal.type, principal.id]
    elif thing.type in _KINDS and thing.type != ROLE:
        # A directory role stays active for ever; the provider only forgets it.
        _sweep(things, thing)


def _sweep(things: Things, thing: Thing) -> None:
    id = thing.outputs["objectId"]
    for other in list(things.values()):
        named = any(_same(other.inputs.get(name), id) for name in _NAMES.get(other.type, ()))
        if named or _same(other.inputs.get("servicePrincipalId"), thing.id):
            del things[other.type, other.id]
            continue
        changed = {
            name: [item for item in other.outputs[name] if not _same(item, id)]
            for name in _LISTS
            if any(_same(item, id) for item in other.outputs.get(name) or ())
        }
        if changed:
            things[other.type, other.id] = Thing(
                other.type, other.id, other.urn, other.inputs, {**other.outputs, **changed}
            )
