"""Good Google Cloud resources of an agent, as a rule sees them: valid ones, in which a fixture changes one thing.

The agent runs on GKE, translates text and reads the notes of one prefix; it is denied credentials, and the archive.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nhi.contract import describe_facts, identity_name
from nhi.spec.declared import DeclaredAgent
from nhi_policies.declared import Context
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource

from policies import kit

PROJECT = "acme-agents"
NUMBER = "123456789012"
GCP: dict[str, Any] = {
    "project_id": PROJECT,
    "project_number": NUMBER,
    "location": "europe-west3",
    "organization_id": "998877665544",
    "workload_identity_pool": "agents",
    "clusters": {"main": {"name": "acme-main"}},
    "secrets": {"topic": f"projects/{PROJECT}/topics/rotate"},
}
SCOPES = {
    "notes": {"gcp": [{"kind": "bucket", "bucket": "acme-notes", "prefix": "published/"}]},
    "archive": {"gcp": [{"kind": "bucket", "bucket": "acme-archive"}]},
    "orders": {"gcp": [{"kind": "pubsub-topic", "topic": "orders"}]},
}
UNTIL = f'request.time < timestamp("{kit.END}")'
POOL = f"projects/{NUMBER}/locations/global/workloadIdentityPools/agents"
TRANSLATE = "cloudtranslate.generalModels.predict"
ISSUER = "https://token.actions.githubusercontent.com"
OIDC = {"kind": "oidc", "issuer": ISSUER, "subject": "repo:acme/notes:ref:main", "audience": "acme"}

FILE: dict[str, Any] = {
    "platforms": ["gcp"],
    "allowed_actions": ["translation"],
    "denied_actions": ["credential_management"],
    "data_access": [{"scope": "notes", "access": "read"}, {"scope": "archive", "access": "none"}],
    "credential.workload": {"kind": "gke", "cluster": "main"},
}


def agent(environment: Mapping[str, Any] | None = None, **changes: Any) -> DeclaredAgent:
    """The agent on Google Cloud; changes by dotted key of the file, `environment` changes of the environment."""
    declared = kit.agent(**{**FILE, **changes})
    where = {
        "platforms": ["aws", "gcp", "kubernetes"],
        "gcp": GCP,
        "kubernetes.oidc_issuer": "https://oidc.dev.example.com",
        "kubernetes.spiffe_issuer": "https://spire.dev.example.com",
        "data_scopes": SCOPES,
        **(environment or {}),
    }
    return replace(declared, environment=kit.environment(**where))


AGENT = agent()
OTHER = agent(agent_id="billing-agent", **{"credential.workload": {"kind": "cloud-run", "service": "billing"}})
TIER_1 = agent(risk_tier=1, **{"credential.expires": ...})
STOPPED = agent(state="suspended")
FEDERATED = agent(**{"credential.workload": OIDC})
ON_ENGINE = agent(**{"credential.workload": {"kind": "agent-engine", "engine": "4711"}})
STORED = agent(**{"credential.type": "oauth2_client_credentials", "credential.rotation_days": 30})


def context(*agents: DeclaredAgent, **changes: Any) -> Context:
    """A context with these agents, else with the good one and a second one."""
    return kit.context(*(agents or (AGENT, OTHER)), **changes)


NO_AGENTS = context(agents={})


def email(declared: DeclaredAgent = AGENT, instance: str | None = None) -> str:
    """The address of an agent's account."""
    name = identity_name("gcp:service-account", kit.PREFIX, declared.agent.agent_id, instance)
    return f"{name}@{PROJECT}.iam.gserviceaccount.com"


def description(declared: DeclaredAgent = AGENT, instance: str | None = None, **changes: Any) -> str:
    """The description of a good account; changes by fact with `_` for `-`, `...` removes."""
    one = declared.agent
    facts: dict[str, Any] = {
        "class": "non-human:ai-agent",
        "agent-id": one.agent_id,
        "instance": instance,
        "sponsor": one.sponsor.id if one.sponsor else None,
        "owner-team": one.owner_team,
        "risk-tier": str(one.risk_tier),
        "purpose": one.purpose,
        "state": one.state,
        "expires": kit.END if one.credential and one.credential.expires else None,
        "environment": "dev",
        **{key.replace("_", "-"): value for key, value in changes.items()},
    }
    text = describe_facts({key: value for key, value in facts.items() if value not in (None, ...)})  # type: ignore[misc]
    assert text is not None
    return text


def account(declared: DeclaredAgent = AGENT, instance: str | None = None, **changes: Any) -> Resource:
    """A good service account; changes by dotted input."""
    inputs = {
        "project": PROJECT,
        "accountId": email(declared, instance).partition("@")[0],
        "description": description(declared, instance),
        "disabled": False,
    }
    return kit.altered(kit.resource(t.GCP_SERVICE_ACCOUNT, "account", inputs), **changes)


def engine(declared: DeclaredAgent = ON_ENGINE) -> str:
    """The agent identity of the agent that runs on Agent Engine."""
    workload = declared.agent.credential.workload if declared.agent.credential else None
    return (
        "principal://agents.global.org-998877665544.system.id.goog/resources/aiplatform/projects/"
        f"{NUMBER}/locations/europe-west3/reasoningEngines/{getattr(workload, 'engine', '')}"
    )


def raw_account(name: str = "robot", **changes: Any) -> Resource:
    """A service account that is no agent's."""
    inputs = {"project": PROJECT, "accountId": name}
    return kit.altered(kit.resource(t.GCP_SERVICE_ACCOUNT, name, inputs), **changes)


def role_id(declared: DeclaredAgent = AGENT, tail: str = "0123abcd", instance: str | None = None) -> str:
    """Id of a custom role of an agent."""
    name = identity_name("gcp:custom-role", kit.PREFIX, declared.agent.agent_id, instance, f"grants-{tail}")
    return name.replace("-", "_")


def role(*permissions: str, declared: DeclaredAgent = AGENT, tail: str = "0123abcd", **changes: Any) -> Resource:
    """A good custom role of an agent: translation where no permissions are given."""
    inputs = {
        "project": PROJECT,
        "roleId": role_id(declared, tail),
        "title": tail,
        "description": description(declared),
        "permissions": list(permissions or (TRANSLATE,)),
        "stage": "GA",
    }
    return kit.altered(kit.resource(t.GCP_CUSTOM_ROLE, f"role-{tail}", inputs), **changes)


def raw_role(*permissions: str, name: str = "by_hand", **changes: Any) -> Resource:
    """A custom role that is no agent's."""
    inputs = {"project": PROJECT, "roleId": name, "title": name, "permissions": list(permissions)}
    return kit.altered(kit.resource(t.GCP_CUSTOM_ROLE, name, inputs), **changes)


def role_name(role_id: str) -> str:
    """A custom role as a binding has it."""
    return f"projects/{PROJECT}/roles/{role_id}"


def until(expression: Any = UNTIL) -> dict[str, Any]:
    """A condition with this expression."""
    return {"title": "until", "expression": expression}


def member(
    token: str = t.GCP_PROJECT_MEMBER, declared: DeclaredAgent = AGENT, called: str = "m", **changes: Any
) -> Resource:
    """A good member: the agent on the project with its own role, until its end; `project` is removed on an object."""
    inputs = {
        "role": role_name(role_id(declared)),
        "member": f"serviceAccount:{email(declared)}",
        "condition": until(),
        **({"project": PROJECT} if token == t.GCP_PROJECT_MEMBER else {}),
    }
    return kit.altered(kit.resource(token, called, inputs), **changes)


BUCKET_MEMBER = "gcp:storage/bucketIAMMember:BucketIAMMember"
TOPIC_MEMBER = "gcp:pubsub/topicIAMMember:TopicIAMMember"
SECRET_MEMBER = "gcp:secretmanager/secretIamMember:SecretIamMember"
RUN_MEMBER = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember"
PROJECT_BINDING = "gcp:projects/iAMBinding:IAMBinding"
PROJECT_POLICY = "gcp:projects/iAMPolicy:IAMPolicy"


def on_bucket(bucket: str = "acme-notes", **changes: Any) -> Resource:
    """The agent's member on a bucket."""
    return member(BUCKET_MEMBER, bucket=bucket, **changes)


def on_prefix(prefix: str = "projects/_/buckets/acme-notes/objects/published/", **changes: Any) -> Resource:
    """The agent's member on the project, held to objects whose names begin so."""
    return member(condition=until(f'{UNTIL} && resource.name.startsWith("{prefix}")'), **changes)


def policy(*rows: Mapping[str, Any], token: str = PROJECT_POLICY, **inputs: Any) -> Resource:
    """An authoritative policy with these bindings."""
    text = json.dumps({"bindings": [dict(row) for row in rows]})
    return kit.resource(token, "policy", {"project": PROJECT, "policyData": text, **inputs})


def binding(*members: str, role: str = "roles/viewer", token: str = PROJECT_BINDING, **inputs: Any) -> Resource:
    """An authoritative binding of these members."""
    return kit.resource(token, "binding", {"project": PROJECT, "role": role, "members": list(members), **inputs})


def become(declared: DeclaredAgent = AGENT, member: Any = None, **changes: Any) -> Resource:
    """A good entrance: the agent's pod on its account; `member` is whoever else."""
    pod = f"serviceAccount:{PROJECT}.svc.id.goog[agents/{declared.agent.agent_id}]"
    inputs = {
        "serviceAccountId": f"projects/{PROJECT}/serviceAccounts/{email(declared)}",
        "role": "roles/iam.workloadIdentityUser",
        "member": pod if member is None else member,
        "condition": until(),
    }
    return kit.altered(kit.resource(t.GCP_SERVICE_ACCOUNT_MEMBER, "become", inputs), **changes)


def provider(declared: DeclaredAgent = FEDERATED, **changes: Any) -> Resource:
    """A good provider of the federated agent."""
    workload = declared.agent.credential.workload if declared.agent.credential else None
    inputs = {
        "project": PROJECT,
        "workloadIdentityPoolId": "agents",
        "workloadIdentityPoolProviderId": identity_name("gcp:provider", kit.PREFIX, declared.agent.agent_id),
        "description": description(declared),
        "attributeMapping": {"google.subject": "assertion.sub"},
        "attributeCondition": f'assertion.sub == "{getattr(workload, "subject", "")}"',
        "oidc": {"issuerUri": ISSUER, "allowedAudiences": ["acme"]},
        "disabled": False,
    }
    return kit.altered(kit.resource(t.GCP_PROVIDER, "provider", inputs), **changes)


def deny_policy(declared: DeclaredAgent = AGENT, *, permissions: Sequence[str] = (), **rule: Any) -> Resource:
    """A good deny policy of an agent: what `credential_management` comes to."""
    denied = permissions or (
        "iam.googleapis.com/serviceAccountKeys.create",
        "iam.googleapis.com/serviceAccounts.getAccessToken",
        "iam.googleapis.com/serviceAccounts.getOpenIdToken",
        "iam.googleapis.com/serviceAccounts.implicitDelegation",
        "iam.googleapis.com/serviceAccounts.signBlob",
        "iam.googleapis.com/serviceAccounts.signJwt",
        "apikeys.googleapis.com/keys.create",
        "apikeys.googleapis.com/keys.getKeyString",
        "secretmanager.googleapis.com/secrets.create",
        "secretmanager.googleapis.com/versions.add",
        "storage.googleapis.com/hmacKeys.create",
        "storage.googleapis.com/objects.create",
        "storage.googleapis.com/objects.delete",
        "storage.googleapis.com/objects.update",
    )
    who = f"principal://iam.googleapis.com/projects/-/serviceAccounts/{email(declared)}"
    inputs = {
        "parent": f"cloudresourcemanager.googleapis.com%2Fprojects%2F{PROJECT}",
        "name": identity_name("gcp:deny-policy", kit.PREFIX, declared.agent.agent_id),
        "rules": [{"denyRule": {"deniedPrincipals": [who], "deniedPermissions": list(denied), **rule}}],
    }
    return kit.resource(t.GCP_DENY_POLICY, "deny", inputs)


def boundary(**changes: Any) -> Resource:
    """A good principal access boundary: the project only."""
    inputs = {
        "organization": "998877665544",
        "location": "global",
        "principalAccessBoundaryPolicyId": "acme-support-agent",
        "details": {
            "rules": [{"effect": "ALLOW", "resources": [f"//cloudresourcemanager.googleapis.com/projects/{PROJECT}"]}]
        },
    }
    return kit.altered(kit.resource(t.GCP_BOUNDARY, "boundary", inputs), **changes)


def boundary_binding(**changes: Any) -> Resource:
    """Its binding to the agent's account."""
    inputs = {
        "project": PROJECT,
        "location": "global",
        "policyBindingId": "acme-support-agent",
        "policyKind": "PRINCIPAL_ACCESS_BOUNDARY",
        "policy": ("organizations/998877665544/locations/global/principalAccessBoundaryPolicies/acme-support-agent"),
        "target": {"principalSet": f"//cloudresourcemanager.googleapis.com/projects/{PROJECT}"},
        "condition": {
            "title": "this agent only",
            "expression": f'principal.type == "iam.googleapis.com/ServiceAccount" && principal.subject == "{email()}"',
        },
    }
    return kit.altered(kit.resource(t.GCP_BOUNDARY_BINDING, "boundary-binding", inputs), **changes)


def secret(declared: DeclaredAgent = STORED, **changes: Any) -> Resource:
    """A good secret of the agent whose credential is stored."""
    inputs = {
        "project": PROJECT,
        "secretId": identity_name("gcp:secret", kit.PREFIX, declared.agent.agent_id, None, "credential"),
        "labels": {"nhi-agent-id": declared.agent.agent_id, "nhi-class": "non-human_ai-agent"},
        "topics": [{"name": f"projects/{PROJECT}/topics/rotate"}],
        "rotation": {"rotationPeriod": "2592000s", "nextRotationTime": "2026-11-15T00:00:00Z"},
        "expireTime": kit.END,
    }
    return kit.altered(kit.resource(t.GCP_SECRET, "secret", inputs), **changes)


def service(mail: Any = "robot@acme-agents.iam.gserviceaccount.com", name: str = "robot", **changes: Any) -> Resource:
    """A Cloud Run service under an account."""
    inputs = {"project": PROJECT, "name": name, "location": "europe-west3", "template": {"serviceAccount": mail}}
    return kit.altered(kit.resource("gcp:cloudrunv2/service:Service", name, inputs), **changes)
