"""What fixtures about Entra ID and Google Cloud need beside the kit: one agent there, whose ids are followed.

What the directory assigns is unknown, as it is at preview, and the property's dependency names what it was taken from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from nhi.contract import FACT_TABLE, Fact, describe_facts, identity_name
from nhi.permissions.model import Origin
from nhi.spec.agent_class import AgentClass, DeclaredClass
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment, Positions
from nhi_policies.declared import Context
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource

from policies import kit

PROJECT, NUMBER, POOL = "acme-agents", "123456789012", "agents"
OUTBOUND = "https://a1b2c3d4.tokens.sts.global.api.aws"
CLUSTER = "https://oidc.dev.example.com/cluster/main"
PIPELINE = "https://token.actions.githubusercontent.com"
SECTIONS: Mapping[str, Any] = {
    "platforms": ["aws", "entra", "gcp", "kubernetes"],
    "aws.outbound_issuer": OUTBOUND,
    "kubernetes.oidc_issuer": CLUSTER,
    "kubernetes.spiffe_issuer": "https://spire.dev.example.com",
    "entra": {"tenant_id": "11111111-2222-3333-4444-555555555555"},
    "gcp": {
        "project_id": PROJECT,
        "project_number": NUMBER,
        "location": "europe-west3",
        "workload_identity_pool": POOL,
    },
}
LOCK = {"title": "until", "expression": f'request.time < timestamp("{kit.END}")'}


def environment(**changes: Any) -> DeclaredEnvironment:
    """The kit's environment on all four platforms, with the class `research`; changes by dotted key."""
    declared = kit.environment(**{**SECTIONS, **changes})
    place = Positions("classes/research.yaml", {(): Origin("classes/research.yaml", 1, 1)})
    return replace(declared, classes={"research": DeclaredClass(AgentClass(name="research"), place)})


def agent(agent_id: str = "support-agent", where: DeclaredEnvironment | None = None, **changes: Any) -> DeclaredAgent:
    """The kit's agent on all four platforms."""
    declared = kit.agent(agent_id=agent_id, platforms=["aws", "entra", "gcp", "kubernetes"], **changes)
    return replace(declared, environment=where or environment())


FIRST, SECOND = agent(), agent("search-agent")


def context(*agents: DeclaredAgent, **changes: Any) -> Context:
    """A context with these agents, else with two."""
    return kit.context(*(agents or (FIRST, SECOND)), **changes)


def _base(one: DeclaredAgent, instance: str | None) -> str:
    return identity_name("kubernetes:name", "", one.agent.agent_id, instance)


def made(
    type_token: str, name: str, inputs: Mapping[str, Any], one: DeclaredAgent | None = None, **sources: Resource
) -> Resource:
    """A resource; each of `sources` gives the property of that name, which is unknown unless `inputs` says it."""
    return kit.resource(
        type_token,
        name,
        {**dict.fromkeys(sources, kit.UNKNOWN), **inputs},
        agent=one.agent.agent_id if one is not None else None,
        property_dependencies={key: (source.urn,) for key, source in sources.items()},
    )


def _lines(one: DeclaredAgent, instance: str | None) -> list[str]:
    return [f"{FACT_TABLE['entra'][fact].key}={value}" for fact, value in kit.facts_of(one, "entra", instance).items()]


# --- Entra ID -----------------------------------------------------------------------------------------------------


def application(one: DeclaredAgent = FIRST, *, instance: str | None = None, **changes: Any) -> Resource:
    """A good application."""
    name = identity_name("entra:display-name", kit.PREFIX, one.agent.agent_id, instance)
    inputs = {"displayName": name, "tags": _lines(one, instance)}
    return kit.altered(made(t.ENTRA_APPLICATION, f"{_base(one, instance)}-application", inputs, one), **changes)


def principal(
    one: DeclaredAgent = FIRST, *, instance: str | None = None, of: Resource | None = None, **changes: Any
) -> Resource:
    """The service principal of an application."""
    inputs = {"tags": _lines(one, instance), "accountEnabled": True}
    of = of or application(one, instance=instance)
    base = f"{_base(one, instance)}-service-principal"
    return kit.altered(made(t.ENTRA_SERVICE_PRINCIPAL, base, inputs, one, clientId=of), **changes)


def credential(
    one: DeclaredAgent = FIRST,
    *,
    issuer: str = PIPELINE,
    subject: str = "",
    instance: str | None = None,
    of: Resource | None = None,
) -> Resource:
    """A federated credential of an application."""
    base = f"{_base(one, instance)}-federated-credential"
    inputs = {"issuer": issuer, "subject": subject or f"repo:acme/{_base(one, instance)}:environment:dev"}
    of = of or application(one, instance=instance)
    return made(t.ENTRA_FEDERATED_CREDENTIAL, base, inputs, one, applicationId=of)


def assignment(one: DeclaredAgent = FIRST, *, of: Resource | None = None, **changes: Any) -> Resource:
    """An app role of the agent's service principal."""
    made_of = of or principal(one)
    base = f"{one.agent.agent_id}-role"
    return kit.altered(made(t.ENTRA_APP_ROLE_ASSIGNMENT, base, {}, one, principalObjectId=made_of), **changes)


def group(name: str = "research", **changes: Any) -> Resource:
    """The security group of a class."""
    facts: dict[Fact, str] = {"class": "non-human:ai-agent", "environment": "dev", "agent-class": name}
    inputs = {
        "displayName": f"{kit.PREFIX}-class-{name}",
        "description": describe_facts(facts),
        "securityEnabled": True,
        "mailEnabled": False,
        "assignableToRole": False,
    }
    return kit.altered(kit.resource(t.ENTRA_GROUP, f"agent-classes-{name}", inputs), **changes)


def membership(one: DeclaredAgent = FIRST, *, of: Resource | None = None, member: Resource | None = None) -> Resource:
    """The agent's service principal in the group of its class."""
    sources = {"groupObjectId": of or group(), "memberObjectId": member or principal(one)}
    return made(t.ENTRA_GROUP_MEMBER, f"{one.agent.agent_id}-class-membership", {}, one, **sources)


# --- Google Cloud -------------------------------------------------------------------------------------------------


def account_id(one: DeclaredAgent, instance: str | None = None) -> str:
    """Id of an agent's service account."""
    return identity_name("gcp:service-account", kit.PREFIX, one.agent.agent_id, instance)


def email(one: DeclaredAgent = FIRST, instance: str | None = None) -> str:
    """Address of an agent's service account."""
    return f"{account_id(one, instance)}@{PROJECT}.iam.gserviceaccount.com"


def _described(one: DeclaredAgent, instance: str | None) -> str | None:
    facts = kit.facts_of(one, "gcp", instance)
    return describe_facts({**facts, "agent-id": one.agent.agent_id})


def account(one: DeclaredAgent = FIRST, *, instance: str | None = None, **changes: Any) -> Resource:
    """A good service account."""
    inputs = {"project": PROJECT, "accountId": account_id(one, instance), "description": _described(one, instance)}
    return kit.altered(made(t.GCP_SERVICE_ACCOUNT, f"{_base(one, instance)}-account", inputs, one), **changes)


def subject_member(subject: str, pool: str = POOL, project: str = NUMBER) -> str:
    """A member that is one subject of a pool."""
    return (
        f"principal://iam.googleapis.com/projects/{project}/locations/global/workloadIdentityPools/{pool}"
        f"/subject/{subject}"
    )


def class_member(rest: str = "attribute.agent_class/research", pool: str = POOL) -> str:
    """A member that is a set of a pool's identities."""
    base = f"principalSet://iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools"
    return f"{base}/{pool}/{rest}"


def become(
    one: DeclaredAgent = FIRST, member: str = "", *, instance: str | None = None, raw: bool = False, **changes: Any
) -> Resource:
    """Who may become an agent's service account; `raw` is written by hand and says nothing of an agent."""
    inputs = {
        "serviceAccountId": f"projects/{PROJECT}/serviceAccounts/{email(one, instance)}",
        "role": "roles/iam.workloadIdentityUser",
        "member": member or subject_member(own_subject(one, instance)),
        "condition": LOCK,
    }
    name = "by-hand" if raw else f"{_base(one, instance)}-become"
    return kit.altered(made(t.GCP_SERVICE_ACCOUNT_MEMBER, name, inputs, None if raw else one), **changes)


def own_subject(one: DeclaredAgent = FIRST, instance: str | None = None) -> str:
    """The subject under which an agent's pipeline comes in."""
    return f"repo:acme/{_base(one, instance)}:environment:dev"


def provider(
    one: DeclaredAgent = FIRST,
    *,
    subject: str = "",
    issuer: str = PIPELINE,
    instance: str | None = None,
    **changes: Any,
) -> Resource:
    """The provider that an agent comes through, pinned to its subject."""
    pinned = subject or own_subject(one, instance)
    inputs = {
        "project": PROJECT,
        "workloadIdentityPoolId": POOL,
        "workloadIdentityPoolProviderId": identity_name("gcp:provider", kit.PREFIX, one.agent.agent_id, instance),
        "attributeMapping": {"google.subject": "assertion.sub"},
        "attributeCondition": f'assertion.sub == "{pinned}"',
        "oidc": {"issuerUri": issuer, "allowedAudiences": ["x"]},
        "description": _described(one, instance),
        "disabled": False,
    }
    return kit.altered(made(t.GCP_PROVIDER, f"{_base(one, instance)}-provider", inputs, one), **changes)


def raw_provider(**changes: Any) -> Resource:
    """A provider of the agents' pool that somebody wrote by hand."""
    inputs = {
        "project": PROJECT,
        "workloadIdentityPoolId": POOL,
        "workloadIdentityPoolProviderId": "pipelines",
        "attributeMapping": {"google.subject": "assertion.sub"},
        "attributeCondition": 'assertion.repository_owner == "acme"',
        "oidc": {"issuerUri": PIPELINE},
    }
    return kit.altered(made(t.GCP_PROVIDER, "pipelines", inputs), **changes)


def custom_role(one: DeclaredAgent = FIRST, **changes: Any) -> Resource:
    """A custom role of an agent."""
    role_id = f"acme_{one.agent.agent_id}_grants".replace("-", "_")
    inputs = {"project": PROJECT, "roleId": role_id, "description": _described(one, None)}
    return kit.altered(made(t.GCP_CUSTOM_ROLE, f"{one.agent.agent_id}-role", inputs, one), **changes)


def project_member(one: DeclaredAgent = FIRST, role: Resource | None = None, **changes: Any) -> Resource:
    """A custom role in the hand of an agent's service account."""
    held = role or custom_role(one)
    inputs = {
        "project": PROJECT,
        "role": f"projects/{PROJECT}/roles/{held.inputs['roleId']}",
        "member": f"serviceAccount:{email(one)}",
        "condition": LOCK,
    }
    return kit.altered(made(t.GCP_PROJECT_MEMBER, f"{one.agent.agent_id}-grant", inputs, one), **changes)
