"""What fixtures about a directory need beside the kit: an agent that lives there, and everything it is made of."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nhi.catalog.load import load_catalog
from nhi.contract import FACT_TABLE, class_group_name, identity_name
from nhi.permissions.model import Origin
from nhi.plan.make import make_plans
from nhi.platforms.entra import documents
from nhi.spec.agent_class import AgentClass, DeclaredClass
from nhi.spec.declared import DeclaredAgent, Positions
from nhi_policies.declared import Context
from nhi_policies.view import types as t
from nhi_policies.view.facts import fact
from nhi_policies.view.resource import Resource, from_record

from policies import kit

AUDIENCE = "api://AzureADTokenExchange"
ISSUER, SUBJECT = "https://workloads.dev.example.com", "agent/people-agent"
GRAPH, GRAPH_OBJECT = "00000003-0000-0000-c000-000000000000", "0de00000-0000-4000-8000-000000000010"
PORTAL, PORTAL_OBJECT = "0de00000-0000-4000-8000-000000000020", "0de00000-0000-4000-8000-000000000021"
USER_READ, REPORTS_READ = "df021288-bdef-4463-88db-98f22de89214", "230c1aed-a721-4c5d-9cb4-a90514e508ef"
MAIL_SEND, ABSENCE_READ = "b633e1c5-b582-4048-a93e-9f11b44c7e96", "0de00000-0000-4000-8000-000000000022"
MAIL_READ_SCOPE = "570282fd-fa5c-430d-a7fd-fc8dc98a9dca"
ROLE_MANAGEMENT = "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"
ANNA, BELA = "0de00000-0000-4000-8000-000000000101", "0de00000-0000-4000-8000-000000000102"
STRANGER = "0d9c8b7a-6f5e-4d3c-8b2a-190817263544"

TENANT: Mapping[str, Any] = {
    "platforms": ["aws", "entra", "kubernetes"],
    "aws.outbound_issuer": "https://0d9f4a6e2b7c.tokens.sts.global.api.aws",
    "aws.secrets": {
        "kms_key": f"arn:aws:kms:eu-central-1:{kit.ACCOUNT}:key/7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "rotation_lambda": f"arn:aws:lambda:eu-central-1:{kit.ACCOUNT}:function:rotate",
    },
    "kubernetes.oidc_issuer": "https://oidc.dev.example.com/cluster",
    "kubernetes.spiffe_issuer": "https://spire.dev.example.com",
    "entra": {
        "tenant_id": "0de00000-0000-4000-8000-000000000001",
        "apis": {
            "microsoft.graph": {
                "client_id": GRAPH,
                "object_id": GRAPH_OBJECT,
                "roles": {
                    "User.Read.All": USER_READ,
                    "Reports.Read.All": REPORTS_READ,
                    "Mail.Send": MAIL_SEND,
                    "RoleManagement.ReadWrite.Directory": ROLE_MANAGEMENT,
                },
                "scopes": {"Mail.Read": MAIL_READ_SCOPE, "Mail.Send": "e383f46e-2787-4529-855e-0e479a3ffac0"},
            },
            "hr-portal": {
                "client_id": PORTAL,
                "object_id": PORTAL_OBJECT,
                "roles": {"Absence.Read.All": ABSENCE_READ},
            },
        },
        "on_behalf_of": {"people-agent": [ANNA], "mail-agent": [ANNA, BELA]},
        "google_subjects": {"people-agent": "103456789012345678901"},
        "passwords": {"secret": "aws-secrets-manager"},
    },
    "data_scopes": {
        "staff": {"entra": [{"kind": "graph", "roles": ["User.Read.All"]}]},
        "inbox": {"entra": [{"kind": "graph", "scopes": ["Mail.Read"]}]},
    },
    "tools": {"hr-portal": {"entra": [{"kind": "app", "name": "hr-portal", "roles": ["Absence.Read.All"]}]}},
}
FILE: Mapping[str, Any] = {
    "agent_id": "people-agent",
    "platforms": ["entra"],
    "allowed_actions": [],
    "denied_actions": ["mail_send"],
    "data_access": [{"scope": "staff", "access": "read"}],
    "tool_access": [{"tool": "hr-portal", "allowed": True}],
    "credential": {
        "type": "oidc_federation",
        "expires": kit.END,
        "workload": {"kind": "oidc", "issuer": ISSUER, "subject": SUBJECT, "audience": AUDIENCE},
    },
}
MAIL_FILE: Mapping[str, Any] = {
    "agent_id": "mail-agent",
    "acts_on_behalf": "required",
    "data_access": [{"scope": "inbox", "access": "read"}],
    "tool_access": [],
    "credential.workload.subject": "agent/mail-agent",
}


def agent(**changes: Any) -> DeclaredAgent:
    """A good agent with two app roles; changes by dotted key. `where` are changes of its environment."""
    # Copies, because a dotted key changes what stands under the key before it.
    given = copy.deepcopy({**FILE, **changes})
    where = kit.environment(**copy.deepcopy({**TENANT, **given.pop("where", {})}))
    place = Positions("classes/research.yaml", {(): Origin("classes/research.yaml", 1, 1)})
    classes = {name: DeclaredClass(AgentClass(name=name), place) for name in ("research", "customer-facing")}
    return replace(kit.agent(**given), environment=replace(where, classes=classes))


def mail_agent(**changes: Any) -> DeclaredAgent:
    """A good agent that acts only for users, with a delegated scope."""
    return agent(**{**MAIL_FILE, **changes})


def context(*agents: DeclaredAgent, **changes: Any) -> Context:
    """A context with these agents, else with both good ones of this module."""
    return kit.context(*(agents or (agent(), mail_agent())), **changes)


def written(declared: DeclaredAgent) -> list[Resource]:
    """What the builder writes for every instance of an agent, as `nhi check` judges it."""
    return [
        from_record(record, plan.agent.agent_id, plan.instance)
        for plan in make_plans(declared, load_catalog(), kit.CLOCK)
        for record in documents.records(plan)
    ]


def lines(declared: DeclaredAgent | None = None, instance: str | None = None, **changes: Any) -> list[str]:
    """Tags of a good object; changes by fact with `_` for `-`, `...` removes."""
    table = FACT_TABLE["entra"]
    found = {table[fact].key: value for fact, value in kit.facts_of(declared or agent(), "entra", instance).items()}
    for name, value in changes.items():
        key = table[name.replace("_", "-")].key  # type: ignore[index]  # KeyError is the right answer
        if value is ...:
            found.pop(key)
        else:
            found[key] = value
    return [f"{key}={value}" for key, value in found.items()]


def _named(one: DeclaredAgent, instance: str | None, suffix: str) -> str:
    return f"{one.agent.agent_id}{f'--{instance}' if instance else ''}-{suffix}"


def application(declared: DeclaredAgent | None = None, *, instance: str | None = None, **changes: Any) -> Resource:
    """A good application."""
    one = declared or agent()
    inputs = {
        "displayName": identity_name("entra:display-name", kit.PREFIX, one.agent.agent_id, instance),
        "preventDuplicateNames": True,
        "signInAudience": "AzureADMyOrg",
        "fallbackPublicClientEnabled": False,
        "api": {"requestedAccessTokenVersion": 2},
        "tags": lines(one, instance),
        "notes": "\n".join(lines(one, instance)),
        "requiredResourceAccesses": [
            {"resourceAppId": GRAPH, "resourceAccesses": [{"id": USER_READ, "type": "Role"}]},
            {"resourceAppId": PORTAL, "resourceAccesses": [{"id": ABSENCE_READ, "type": "Role"}]},
        ],
    }
    return kit.altered(kit.resource(t.ENTRA_APPLICATION, _named(one, instance, "application"), inputs), **changes)


def principal(declared: DeclaredAgent | None = None, *, instance: str | None = None, **changes: Any) -> Resource:
    """A good service principal of the good application."""
    one = declared or agent()
    inputs = {
        "clientId": kit.UNKNOWN,
        "accountEnabled": True,
        "appRoleAssignmentRequired": True,
        "useExisting": False,
        "tags": lines(one, instance),
        "notes": "\n".join(lines(one, instance)),
    }
    made = kit.resource(
        t.ENTRA_SERVICE_PRINCIPAL,
        _named(one, instance, "service-principal"),
        inputs,
        property_dependencies={"clientId": (application(one, instance=instance).urn,)},
    )
    return kit.altered(made, **changes)


def below(type_token: str, key: str, of: Resource, name: str, inputs: Mapping[str, Any]) -> Resource:
    """An object that names `of` by an id that no preview knows, and that the component of the same agent made."""
    return kit.resource(
        type_token,
        name,
        {key: kit.UNKNOWN, **inputs},
        property_dependencies={key: (of.urn,)},
        from_component=True,
        agent=fact(of, "agent-id"),
        instance=fact(of, "instance"),
    )


def by_hand(subject: Resource, name: str = "by-hand", **fields: Any) -> Resource:
    """The resource as somebody would write it beside the fleet: nothing says whose it is but what it names."""
    return replace(
        subject, name=name, urn=kit.urn(subject.type, name), agent=None, instance=None, from_component=False, **fields
    )


def federated(of: Resource | None = None, **changes: Any) -> Resource:
    """A good federated credential of the good application, or of another one."""
    inputs = {"displayName": "acme-people-agent", "issuer": ISSUER, "subject": SUBJECT, "audiences": [AUDIENCE]}
    made = below(
        t.ENTRA_FEDERATED_CREDENTIAL, "applicationId", of or application(), "people-agent-federated-credential", inputs
    )
    return kit.altered(made, **changes)


def flexible(of: Resource | None = None, **changes: Any) -> Resource:
    """A federated credential by pattern."""
    inputs = {
        "displayName": "acme-people-agent",
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "claimsMatchingExpression": "claims['sub'] matches 'agent/*'",
    }
    return kit.altered(
        below(t.ENTRA_FLEXIBLE_CREDENTIAL, "applicationId", of or application(), "flexible", inputs), **changes
    )


def assignment(role: str = USER_READ, api: str = GRAPH_OBJECT, of: Resource | None = None, **changes: Any) -> Resource:
    """A good app role assignment of the good principal, or of another object."""
    made = below(
        t.ENTRA_APP_ROLE_ASSIGNMENT,
        "principalObjectId",
        of or principal(),
        f"role-{role}",
        {"appRoleId": role, "resourceObjectId": api},
    )
    return kit.altered(made, **changes)


def delegated(*values: str, user: str | None = ANNA, of: Resource | None = None, **changes: Any) -> Resource:
    """A delegated grant of the mail agent's principal, of `Mail.Read` for one user where nothing else is said."""
    inputs: dict[str, Any] = {
        "resourceServicePrincipalObjectId": GRAPH_OBJECT,
        "claimValues": list(values or ("Mail.Read",)),
    }
    if user is not None:
        inputs["userObjectId"] = user
    made = below(
        t.ENTRA_DELEGATED_GRANT, "servicePrincipalObjectId", of or principal(mail_agent()), f"scopes-{user}", inputs
    )
    return kit.altered(made, **changes)


def mail_application(**changes: Any) -> Resource:
    """The good application of the mail agent."""
    asks = [{"resourceAppId": GRAPH, "resourceAccesses": [{"id": MAIL_READ_SCOPE, "type": "Scope"}]}]
    return application(mail_agent(), **{"requiredResourceAccesses": asks, **changes})


def group(agent_class: str | None = "research", **changes: Any) -> Resource:
    """The group of a class, or one of people."""
    name = "readers" if agent_class is None else class_group_name(kit.PREFIX, agent_class)
    return kit.altered(kit.resource(t.ENTRA_GROUP, name, {"displayName": name, "securityEnabled": True}), **changes)


def membership(into: Resource | None, of: Resource | None = None, **changes: Any) -> Resource:
    """The good principal's membership of a group of the stack; None for one that `groupObjectId` names."""
    made = below(
        t.ENTRA_GROUP_MEMBER, "memberObjectId", of or principal(), "membership", {"groupObjectId": kit.UNKNOWN}
    )
    if into is not None:
        made = replace(made, property_dependencies={**made.property_dependencies, "groupObjectId": (into.urn,)})
    return kit.altered(made, **changes)


STORED: Mapping[str, Any] = {
    "credential.type": "oauth2_client_credentials",
    "credential.rotation_days": 30,
    "credential.workload": {"kind": "spiffe", "id": "spiffe://dev.example.com/agent/people-agent"},
    "where": {"kubernetes.spiffe_issuer": ...},
}
"""What makes the good agent one whose password nothing replaces."""


def password(of: Resource | None = None, **changes: Any) -> Resource:
    """A good password: it ends within its rotation, and the next window makes another."""
    inputs = {
        "displayName": "acme-people-agent",
        "endDate": "2026-11-30T00:00:00Z",
        "rotateWhenChanged": {"window": "2026-10-31T00:00:00Z"},
    }
    made = below(t.ENTRA_APPLICATION_PASSWORD, "applicationId", of or application(), "people-agent-password", inputs)
    return kit.altered(made, **changes)


def secret(**changes: Any) -> Resource:
    """The place of the good password in the secrets manager."""
    declared = agent()
    inputs = {
        "name": identity_name("aws:secret", kit.PREFIX, "people-agent", suffix="entra-credential"),
        "tags": kit.tags(declared),
    }
    return kit.altered(kit.resource(t.AWS_SECRET, "people-agent-entra-secret", inputs), **changes)


def secret_version(of: Resource | None = None, into: Resource | None = None, **changes: Any) -> Resource:
    """What puts the good password into its place, as a write-only argument."""
    inputs = {"secretId": kit.UNKNOWN, "secretStringWo": kit.UNKNOWN, "secretStringWoVersion": 1}
    depends = {"secretId": ((into or secret()).urn,), "secretStringWo": ((of or password()).urn,)}
    made = kit.resource(
        t.AWS_SECRET_VERSION, "people-agent-entra-secret-version", inputs, property_dependencies=depends
    )
    return kit.altered(made, **changes)


def good(*more: Resource) -> list[Resource]:
    """Both good agents as they are built, and further resources."""
    mail = mail_application()
    return [
        application(),
        principal(),
        assignment(),
        assignment(ABSENCE_READ, PORTAL_OBJECT),
        federated(),
        mail,
        principal(mail_agent()),
        delegated(),
        delegated(user=BELA),
        kit.altered(
            replace(federated(mail), name="mail-federated", urn=kit.urn(t.ENTRA_FEDERATED_CREDENTIAL, "mail")),
            subject="agent/mail-agent",
        ),
        *more,
    ]


def without(resources: list[Resource], *types: str) -> list[Resource]:
    """The resources but those of these types."""
    return [one for one in resources if one.type not in types]
