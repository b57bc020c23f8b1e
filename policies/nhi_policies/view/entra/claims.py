"""What an object of the directory claims for an agent: its application, its principal, the workload it lets in.

Object ids are the directory's, so an object that is said to be about another is followed to it through the property's
dependencies. What was made for one agent and is about the application or the principal of another makes the two one
identity: whoever holds the credential, or the assignment, is both.
"""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import UNKNOWN

from nhi_policies.declared import Context
from nhi_policies.view import types as t
from nhi_policies.view.claims import Claim, Thing, token_holder
from nhi_policies.view.owners import maker_of, named_by, owner_of
from nhi_policies.view.resource import Resource, Stack

_ABOUT_APPLICATION = {
    t.ENTRA_FEDERATED_CREDENTIAL: "applicationId",
    t.ENTRA_APPLICATION_PASSWORD: "applicationId",
}
_ABOUT_PRINCIPAL = {
    t.ENTRA_APP_ROLE_ASSIGNMENT: "principalObjectId",
    t.ENTRA_DELEGATED_GRANT: "servicePrincipalObjectId",
    t.ENTRA_GROUP_MEMBER: "memberObjectId",
}


def claims(resource: Resource, stack: Stack, context: Context) -> Iterator[Claim]:
    """What one object claims. Raises `Unproven` where that is not known."""
    if resource.type == t.ENTRA_APPLICATION:
        owner = owner_of(resource, context)
        if owner is not None:
            yield application(resource), owner
    elif resource.type == t.ENTRA_SERVICE_PRINCIPAL:
        owner = owner_of(resource, context)
        if owner is not None:
            yield _principal(resource), owner
            of = named_by(resource, "clientId", stack, t.ENTRA_APPLICATION)
            yield application(of) if of is not None else ("application", resource.text("clientId") or ""), owner
    elif resource.type in _ABOUT_APPLICATION:
        of = named_by(resource, _ABOUT_APPLICATION[resource.type], stack, t.ENTRA_APPLICATION)
        if of is not None:
            owner = owner_of(of, context)
            yield from _made_for_another(resource, application(of), owner, stack)
            if owner is not None and resource.type == t.ENTRA_FEDERATED_CREDENTIAL:
                issuer, subject = resource.text("issuer"), resource.text("subject")
                if issuer and subject:
                    yield token_holder(issuer, subject, context), owner
    elif resource.type in _ABOUT_PRINCIPAL:
        of = named_by(resource, _ABOUT_PRINCIPAL[resource.type], stack, t.ENTRA_SERVICE_PRINCIPAL)
        if of is not None:
            yield from _made_for_another(resource, _principal(of), owner_of(of, context), stack)


def application(resource: Resource) -> Thing:
    """The application that a resource is."""
    return ("application", _name(resource, "displayName"))


def _principal(resource: Resource) -> Thing:
    return ("service principal", resource.name)


def _name(resource: Resource, key: str) -> str:
    name = resource.peek(key)
    return name if isinstance(name, str) and name is not UNKNOWN else resource.name


def _made_for_another(resource: Resource, thing: Thing, owner: str | None, stack: Stack) -> Iterator[Claim]:
    maker = maker_of(resource, stack)
    if owner is not None and maker is not None and maker.is_another(owner):
        yield thing, maker.agent
