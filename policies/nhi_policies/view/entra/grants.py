"""Which permissions a directory object gives or asks for, in the environment's words for them.

Owns reading ids back: which API an object id or a client id is, which value an app role's id is there. The table is the
environment's, which was reviewed; an id that it lacks is known to nobody. Does not own whether a permission is
declared, too much or privileged (rules say so).

What an application asks for (`requiredResourceAccesses`) gives nothing by itself. But whoever consents consents to all
of it at once, so it is held to the file like what is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from nhi.catalog.invocation import INVOKE_ROLE, agent_api, app_role_id
from nhi.contract import UNKNOWN
from nhi.permissions.model import Origin

from nhi_policies.declared import Context
from nhi_policies.verdict import Unproven
from nhi_policies.view import types as t
from nhi_policies.view.memo import kept, told
from nhi_policies.view.origin import origin_of
from nhi_policies.view.resource import Resource

Kind = Literal["role", "scope"]
_Key = Literal["object_id", "client_id"]
_KINDS: Mapping[str, Kind] = {"Role": "role", "Scope": "scope"}
_WORDS: Mapping[Kind, str] = {"role": "app role", "scope": "delegated scope"}


@dataclass(frozen=True, slots=True)
class Permission:
    """One app role or delegated scope. `api` and `value` are the environment's words, None where it has none.

    `id` is None for a scope that is granted by its value. `known` says that the environment's table has it.
    """

    kind: Kind
    api: str | None
    value: str | None
    id: str | None
    known: bool

    def __str__(self) -> str:
        return f"the {_WORDS[self.kind]} {self.value or self.id} of {self.api or 'an API that nobody names'}"

    @property
    def invokes(self) -> bool:
        """Whether it is the permission to hand work to an agent: NHI-DEL-200 judges those."""
        return self.value == INVOKE_ROLE and (self.api or "").startswith(agent_api(""))

    @property
    def action(self) -> str:
        """The permission as a declared grant writes it: `role:User.Read.All`."""
        return f"{self.kind}:{self.value}"

    def origin(self, context: Context, agent: str | None) -> Origin | None:
        """The line of the agent's file that brings it, or comes nearest to it."""
        if agent is None or self.api is None or self.value is None:
            return None
        return origin_of(context, agent, "entra", self.action, self.api)


def permissions(resource: Resource, context: Context, *, any_api: bool = False) -> Iterator[Permission]:
    """What a grant gives, or what an application asks for; nothing for any other type.

    Raises `Unproven` for an id that is not known; with `any_api` the API's own may be.
    """
    found, unknown = (_with_any_api if any_api else _with_known_api)(resource, context)
    yield from found
    if unknown is not None:
        raise Unproven(unknown.path, unknown.why)


_Found = tuple[tuple[Permission, ...], Unproven | None]
"""What could be read, and why not all of it could."""


@told
def _with_known_api(resource: Resource, context: Context) -> _Found:
    return _read(resource, context, any_api=False)


@told
def _with_any_api(resource: Resource, context: Context) -> _Found:
    return _read(resource, context, any_api=True)


def _read(resource: Resource, context: Context, *, any_api: bool) -> _Found:
    found: list[Permission] = []
    try:
        found.extend(_permissions(resource, context, any_api))
    except Unproven as unknown:
        return tuple(found), unknown
    return tuple(found), None


def _permissions(resource: Resource, context: Context, any_api: bool) -> Iterator[Permission]:
    tables = kept(context, "entra tables", lambda: _tables(context))
    match resource.type:
        case t.ENTRA_APP_ROLE_ASSIGNMENT:
            callee = invoked(resource, context)
            if callee is not None:
                yield Permission("role", agent_api(callee), INVOKE_ROLE, app_role_id(callee), True)
                return
            api = _api_at(resource, "resourceObjectId", "object_id", tables, any_api)
            yield tables.by_id(api, "role", _required(resource, "appRoleId"))
        case t.ENTRA_DELEGATED_GRANT:
            api = _api_at(resource, "resourceServicePrincipalObjectId", "object_id", tables, any_api)
            known = tables.ids.get((api, "scope"), {}).values()
            for value in resource.texts("claimValues"):
                yield Permission("scope", api, value, None, value in known)
        case t.ENTRA_APPLICATION:
            yield from _asked(resource, tables)
        case t.ENTRA_API_ACCESS:
            api = _api_at(resource, "apiClientId", "client_id", tables, any_api)
            yield from (tables.by_id(api, "role", id) for id in resource.texts("roleIds"))
            yield from (tables.by_id(api, "scope", id) for id in resource.texts("scopeIds"))


def invoked(resource: Resource, context: Context) -> str | None:
    """The agent whose app role an assignment gives, by the role's id; None for a role of anything else.

    That the assignment is about that agent's principal is for NHI-DEL-200 to prove, which sees the whole stack: the
    directory gives the principal's id, and a first preview does not know it.
    """
    role, object_id = resource.peek("appRoleId"), resource.peek("resourceObjectId")
    if resource.type != t.ENTRA_APP_ROLE_ASSIGNMENT or not isinstance(role, str):
        return None
    if isinstance(object_id, str) and kept(context, "entra tables", lambda: _tables(context)).api(
        "object_id", object_id
    ):
        return None
    roles = kept(context, "entra agents' roles", lambda: {app_role_id(agent): agent for agent in context.agents})
    return roles.get(role.lower())


def _asked(application: Resource, tables: _Tables) -> Iterator[Permission]:
    path = "requiredResourceAccesses"
    for index, one in enumerate(_list(application.read(path, default=[]), path)):
        api = tables.api("client_id", _text(one, "resourceAppId", f"{path}[{index}]"))
        for access in _list(one.get("resourceAccesses"), f"{path}[{index}]"):
            kind = _text(access, "type", path)
            if kind not in _KINDS:
                raise Unproven(path, "asks for something that is neither an app role nor a scope")
            yield tables.by_id(api, _KINDS[kind], _text(access, "id", path))


def users(resource: Resource) -> str | None:
    """The user for whom a delegated grant holds; None for every user. Raises `Unproven` where it is not known."""
    return resource.text("userObjectId") or None


# --- the environment's tables -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Tables:
    """The tenant's APIs by their ids, and their permissions by theirs: id to value. Of two with one id the first."""

    apis: Mapping[tuple[_Key, str], str]
    ids: Mapping[tuple[str | None, Kind], Mapping[str, str]]

    def api(self, key: _Key, id: str) -> str | None:
        return self.apis.get((key, id.lower()))

    def by_id(self, api: str | None, kind: Kind, id: str) -> Permission:
        value = self.ids.get((api, kind), {}).get(id.lower())
        return Permission(kind, api, value, id.lower(), value is not None)


def _tables(context: Context) -> _Tables:
    tenant = context.environment.environment.entra if context.environment else None
    apis: dict[tuple[_Key, str], str] = {}
    ids: dict[tuple[str | None, Kind], Mapping[str, str]] = {}
    for name, api in tenant.apis.items() if tenant else ():
        apis.setdefault(("object_id", api.object_id), name)
        apis.setdefault(("client_id", api.client_id), name)
        ids[name, "role"] = {id: value for value, id in reversed(api.roles.items())}
        ids[name, "scope"] = {id: value for value, id in reversed(api.scopes.items())}
    return _Tables(apis, ids)


def _api_at(resource: Resource, at: str, key: _Key, tables: _Tables, any_api: bool) -> str | None:
    if any_api and resource.peek(at) is UNKNOWN:
        return None
    return tables.api(key, _required(resource, at))


def _required(resource: Resource, key: str) -> str:
    value = resource.text(key)
    if value is None:
        raise Unproven(key, "is missing")
    return value


def _list(value: Any, path: str) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise Unproven(path, "is not a list of what is asked for")
    return value


def _text(value: Mapping[str, Any], key: str, path: str) -> str:
    found = value.get(key)
    if not isinstance(found, str):
        raise Unproven(f"{path}.{key}", "is not a string")
    return found
