"""How agents are called on Google Cloud, and whose a resource is: the judge's own computation.

Owns the names of a declared agent's account, roles, provider, secret and policies, every principal under which its
workload can be named, and the attribution of resources that carry no facts: a member written by hand gives an agent as
much as one that the component made. Does not own what a member may do (`grants`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nhi.contract import identity_name
from nhi.spec.declared import DeclaredAgent
from nhi.spec.environment import GcpEnvironment

from nhi_policies.declared import Context, Owner, instances_of
from nhi_policies.verdict import NotApplicable, Unproven
from nhi_policies.view import types as t
from nhi_policies.view.facts import fact
from nhi_policies.view.gcp.members import account_email, same
from nhi_policies.view.gcp.policies import bindings
from nhi_policies.view.kubernetes.agents import declared_account
from nhi_policies.view.memo import kept, told
from nhi_policies.view.resource import Resource
from nhi_policies.view.types import kinds_of

_ROLE_TAIL = "grants-00000000"
_ROLE_ID = re.compile(r"(?P<stem>.+_grants_)[0-9a-f]{8}")
_ACCOUNT_NAME = re.compile(r"(?:projects/[^/]+/serviceAccounts/)?(?P<account>[^/]+)")


def google(context: Context) -> GcpEnvironment | None:
    """The Google Cloud project of the stack's environment, where it has one."""
    return context.environment.environment.gcp if context.environment else None


def account_id(declared: DeclaredAgent, instance: str | None) -> str:
    """Id of the service account that an agent, or one instance of it, must have."""
    prefix = declared.environment.environment.prefix
    return identity_name("gcp:service-account", prefix, declared.agent.agent_id, instance)


def email(declared: DeclaredAgent, instance: str | None) -> str | None:
    """E-mail address of that account; None where the environment has no Google Cloud project."""
    gcp = declared.environment.environment.gcp
    return f"{account_id(declared, instance)}@{gcp.project_id}.iam.gserviceaccount.com" if gcp else None


def engine_principal(declared: DeclaredAgent) -> str | None:
    """The agent identity of the Agent Engine that a file declares; None where it declares none, or it has no name."""
    gcp = declared.environment.environment.gcp
    workload = declared.agent.credential.workload if declared.agent.credential else None
    if gcp is None or gcp.organization_id is None or workload is None or workload.kind != "agent-engine":
        return None
    return (
        f"principal://agents.global.org-{gcp.organization_id}.system.id.goog/resources/aiplatform/projects/"
        f"{gcp.project_number}/locations/{gcp.location}/reasoningEngines/{workload.engine}"
    )


def principal(declared: DeclaredAgent, instance: str | None) -> str | None:
    """The agent as an allow policy names it: its account, or its engine; None where it has no name there."""
    workload = declared.agent.credential.workload if declared.agent.credential else None
    if workload is not None and workload.kind == "agent-engine":
        return engine_principal(declared)
    address = email(declared, instance)
    return f"serviceAccount:{address}" if address else None


def pod_principals(declared: DeclaredAgent, instance: str | None) -> tuple[str, ...]:
    """The pod of an agent on GKE as allow policies name it, in both forms that Google knows.

    https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#principal-id-examples
    """
    gcp = declared.environment.environment.gcp
    workload = declared.agent.credential.workload if declared.agent.credential else None
    account = declared_account(declared, instance)
    if gcp is None or workload is None or workload.kind != "gke" or account is None:
        return ()
    cluster = gcp.clusters.get(workload.cluster)
    if cluster is None:
        return ()
    pool = f"{cluster.project_id or gcp.project_id}.svc.id.goog"
    namespace, name = account
    return (
        f"serviceAccount:{pool}[{namespace}/{name}]",
        f"principal://iam.googleapis.com/projects/{gcp.project_number}/locations/global/workloadIdentityPools/{pool}"
        f"/subject/ns/{namespace}/sa/{name}",
    )


def principals(context: Context) -> Mapping[str, Owner]:
    """Every principal of a declared agent, whatever its file says of platforms: its account, engine, pod and subject.

    In the spelling of `members.same`. An agent that is granted something on a platform that its file does not name is
    an agent that is granted something.
    """

    def make() -> dict[str, Owner]:
        from nhi_policies.view.gcp.trust import expected

        found: dict[str, Owner] = {}
        for agent_id, declared in context.agents.items():
            for instance in instances_of(declared.agent):
                address = email(declared, instance)
                entrance = expected(declared, instance)
                named = (
                    f"serviceAccount:{address}" if address else None,
                    engine_principal(declared),
                    *pod_principals(declared, instance),
                    entrance.member if entrance else None,
                )
                for one in named:
                    if one is not None:
                        found.setdefault(same(one), (agent_id, instance))
        return found

    return kept(context, "google principals", make)


def accounts(context: Context) -> Mapping[str, Owner]:
    """The e-mail addresses of the declared agents' accounts."""
    return kept(
        context,
        "google accounts",
        lambda: {address: owner for member, owner in principals(context).items() if (address := account_email(member))},
    )


def account_of(text: str, context: Context) -> str:
    """The e-mail address that a service account's name means, in any form that the provider takes.

    Raises `Unproven` for the account's number, which only Google knows.
    """
    match = _ACCOUNT_NAME.fullmatch(text)
    name = match["account"].lower() if match else ""
    if not name or name.isdigit():
        raise Unproven("serviceAccountId", "names no account by its address")
    gcp = google(context)
    return name if "@" in name or gcp is None else f"{name}@{gcp.project_id}.iam.gserviceaccount.com"


@told
def whose_account(resource: Resource, context: Context) -> Owner | None:
    """The agent on whose account an allow policy stands; None for any other resource.

    Raises `Unproven` where the account is not known: whose it is, is then said to be unproven by NHI-GAT-007.
    """
    if resource.type not in t.GCP_ACCOUNT_GRANTS:
        return None
    named = resource.text("serviceAccountId")
    return accounts(context).get(account_of(named, context)) if named else None


def of_account(resource: Resource) -> bool:
    """Whether a resource is an allow policy of a service account, or a part of one."""
    return resource.type in t.GCP_ACCOUNT_GRANTS


@told
def owner_of(resource: Resource, context: Context) -> Owner | None:
    """The agent, and its instance, that a resource belongs to; None where it belongs to no one agent.

    By its facts, else by its name or by whom it serves. Raises `Unproven` where the facts are not known.
    """
    named = _by_name(resource, context)
    told = resource.agent or fact(resource, "agent-id")
    if told is None or (named is not None and named[0] == told):
        return named
    return told, fact(resource, "instance")


def agents_only(resource: Resource, context: Context) -> Owner:
    """The owner of a resource; raises `NotApplicable` where it is no agent's."""
    owner = owner_of(resource, context)
    if owner is None:
        raise NotApplicable("it belongs to no agent")
    return owner


def _by_name(resource: Resource, context: Context) -> Owner | None:
    """Whose a resource is by what it is called or about; None also where that is not known."""
    kind, kinds = resource.type, kinds_of(resource.type)
    if kind == t.GCP_SERVICE_ACCOUNT:
        return (
            _named(resource, "accountId", "gcp:service-account", context) if _own_project(resource, context) else None
        )
    if "gcp-role" in kinds:
        return role_owner(resource.peek("roleId"), context)
    if kind == t.GCP_DENY_POLICY:
        return _named(resource, "name", "gcp:deny-policy", context)
    if kind == t.GCP_BOUNDARY:
        return _named(resource, "principalAccessBoundaryPolicyId", "gcp:boundary", context)
    if kind == t.GCP_BOUNDARY_BINDING:
        return _named(resource, "policyBindingId", "gcp:boundary", context)
    if kind == t.GCP_PROVIDER:
        return _named(resource, "workloadIdentityPoolProviderId", "gcp:provider", context)
    if kinds & {"gcp-secret", "gcp-secret-version"}:
        return secret_owner(resource.peek("secretId" if "gcp-secret" in kinds else "secret"), context)
    if "gcp-grant" in kinds:
        return _served(resource, context)
    if kind == t.GCP_ENTITLEMENT or kinds & {"gcp-static-credential", "gcp-access-list"}:
        return only(mentioned(resource.inputs, context))
    return None


def _named(resource: Resource, key: str, kind: str, context: Context) -> Owner | None:
    name = resource.peek(key)
    return context.owner(kind, name) if isinstance(name, str) else None


def _own_project(resource: Resource, context: Context) -> bool:
    gcp, project = google(context), resource.peek("project")
    return gcp is None or project in (None, gcp.project_id, gcp.project_number)


def _served(resource: Resource, context: Context) -> Owner | None:
    try:
        owner = whose_account(resource, context)
        if owner is not None:
            return owner
        known = principals(context)
        return only({known[same(one)] for bound in bindings(resource) for one in bound.members if same(one) in known})
    except Unproven:
        return None


def only(owners: set[Owner]) -> Owner | None:
    """The one owner, or None where there are none or several."""
    return owners.pop() if len(owners) == 1 else None


def role_owner(role_id: Any, context: Context) -> Owner | None:
    """The agent whose custom role has this id: the agent's name, and a hash of the permissions."""

    def make() -> dict[str, Owner]:
        if context.environment is None:
            return {}
        prefix = context.environment.environment.prefix
        return {
            identity_name("gcp:custom-role", prefix, agent_id, instance, _ROLE_TAIL).replace("-", "_")[:-8]: (
                agent_id,
                instance,
            )
            for agent_id, declared in context.agents.items()
            for instance in instances_of(declared.agent)
        }

    match = _ROLE_ID.fullmatch(role_id) if isinstance(role_id, str) else None
    return kept(context, "google roles", make).get(match["stem"]) if match else None


def secret_owner(secret: Any, context: Context) -> Owner | None:
    """The agent whose secret has this id, or this resource name."""

    def make() -> dict[str, Owner]:
        if context.environment is None:
            return {}
        prefix = context.environment.environment.prefix
        return {
            identity_name("gcp:secret", prefix, agent_id, instance, "credential"): (agent_id, instance)
            for agent_id, declared in context.agents.items()
            for instance in instances_of(declared.agent)
        }

    return kept(context, "google secrets", make).get(secret.rsplit("/", 1)[-1]) if isinstance(secret, str) else None


def mentioned(value: Any, context: Context) -> set[Owner]:
    """The agents whose account or principal a value names anywhere, whatever stands around the name."""
    found: set[Owner] = set()
    if isinstance(value, str):
        if "@" in value or "principal" in value or ".svc.id.goog" in value:
            lower = value.lower()
            found = {owner for name, owner in _names(context).items() if name in lower and _stands_alone(name, lower)}
    elif isinstance(value, Mapping):
        for item in value.values():
            found |= mentioned(item, context)
    elif isinstance(value, list):
        for item in value:
            found |= mentioned(item, context)
    return found


def _stands_alone(name: str, text: str) -> bool:
    """Whether a name stands in a text as such, and not as a part of a longer one; `user-<address>` is an ACL's form."""
    after = r"[a-z0-9.-]" if "@" in name else r"[^\s\"',;)\]}]"
    return re.search(rf"(?<![a-z0-9_.])(?:(?<!-)|(?<=user-)){re.escape(name)}(?!{after})", text) is not None


def _names(context: Context) -> Mapping[str, Owner]:
    """What to look for: an account's address, and every other principal, in small letters."""
    return kept(
        context,
        "google names",
        lambda: {account_email(one) or one.lower(): owner for one, owner in principals(context).items()},
    )
