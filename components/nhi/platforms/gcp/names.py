"""What an agent's objects are called on Google Cloud, and its principals, from names and the environment alone.

Owns names, e-mail addresses and principals that the documents of one agent share. None is read from a resource's
output, so that a preview knows every one of them. Does not own the grammar of a name (`contract.identity_name`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from nhi.contract import HASH_LENGTH, canonical_json, identity_name
from nhi.plan.model import AgentPlan
from nhi.spec.environment import GcpEnvironment
from nhi.spec.model import AgentEngineWorkload
from nhi.spec.problems import InputError, Problem

SECRET_SUFFIX: Final = "credential"
ACCOUNT_ID_FLOOR: Final = 6
"""Shortest id of a service account: https://cloud.google.com/iam/docs/service-accounts-create"""
RESERVED_PREFIX: Final = "gcp-"
"""No pool and no provider may begin so."""

_ENGINE: Final = re.compile(r"[A-Za-z0-9_-]+")


def project(plan: AgentPlan) -> GcpEnvironment:
    """The Google Cloud project of the plan's environment. Raises `InputError` where the environment has none."""
    gcp = plan.environment.gcp
    if gcp is None:
        raise InputError(
            [
                Problem(
                    f"agent {plan.name} is declared for gcp, but the environment {plan.environment.environment} has no "
                    "Google Cloud project, so no identity could be made",
                    plan.at("platforms"),
                    "add a `gcp` section to the environment file, or leave gcp out of `platforms`.",
                )
            ]
        )
    return gcp


def has_account(plan: AgentPlan) -> bool:
    """Whether the agent is a service account; on Agent Engine it is the engine's own agent identity."""
    return not isinstance(plan.workload, AgentEngineWorkload)


def account_id(plan: AgentPlan) -> str:
    """Id of the agent's service account, 6 to 30 characters. Raises `InputError` where it would be shorter."""
    name = _name(plan, "gcp:service-account")
    if len(name) < ACCOUNT_ID_FLOOR:
        raise InputError(
            [
                Problem(
                    f"the service account would be called {name!r}, and Google Cloud takes no id under "
                    f"{ACCOUNT_ID_FLOOR} characters",
                    plan.at("agent_id"),
                    "give the agent a longer id.",
                )
            ]
        )
    return name


def email(plan: AgentPlan) -> str:
    """E-mail address of the agent's service account."""
    return f"{account_id(plan)}@{project(plan).project_id}.iam.gserviceaccount.com"


def account_name(plan: AgentPlan) -> str:
    """Resource name of the agent's service account, as its allow policy is found."""
    return f"projects/{project(plan).project_id}/serviceAccounts/{email(plan)}"


def member(plan: AgentPlan) -> str:
    """The agent as an allow policy names it. Raises `InputError` for an Agent Engine that cannot be named."""
    return f"serviceAccount:{email(plan)}" if has_account(plan) else agent_principal(plan)


def denied_principal(plan: AgentPlan) -> str:
    """The agent as a deny policy names it (https://cloud.google.com/iam/docs/principal-identifiers).

    Google says that agent identities can be denied and shows no form of its own for it, so it is the one of allow
    policies.
    """
    if not has_account(plan):
        return agent_principal(plan)
    return f"principal://iam.googleapis.com/projects/-/serviceAccounts/{email(plan)}"


def agent_principal(plan: AgentPlan) -> str:
    """The agent identity of an Agent Engine; it belongs to the organization and needs no service account.

    Raises `InputError` where the environment lacks the organization or the region, or the engine's id is none.
    """
    gcp = project(plan)
    workload = plan.workload
    assert isinstance(workload, AgentEngineWorkload)
    where = plan.at("credential", "workload", "engine")
    problems: list[Problem] = []
    if gcp.organization_id is None:
        problems.append(
            Problem(
                f"agent {plan.name} runs on Agent Engine, and its principal cannot be named without the organization",
                where,
                "set `gcp.organization_id` in the environment file.",
            )
        )
    if gcp.location == "global":
        problems.append(
            Problem(
                f"agent {plan.name} runs on Agent Engine, which has a region, and the environment's location is global",
                where,
                "set `gcp.location` in the environment file, for example europe-west3.",
            )
        )
    if not _ENGINE.fullmatch(workload.engine):
        problems.append(
            Problem(
                f"{workload.engine!r} is no id of an Agent Engine, so the principal would be somebody else or nobody",
                where,
                "write the id that ends the engine's resource name.",
            )
        )
    if problems:
        raise InputError(problems)
    return (
        f"principal://agents.global.org-{gcp.organization_id}.system.id.goog/resources/aiplatform/projects/"
        f"{gcp.project_number}/locations/{gcp.location}/reasoningEngines/{workload.engine}"
    )


def custom_role_suffix(permissions: Iterable[str]) -> str:
    """What tells one custom role of an agent from another: `grants-` and a hash of the permissions.

    A role's permissions so never change under the members that are bound to it. With numbers, a new grant could push
    another's permissions into a role that is already bound, and an update that broke off there would leave them.
    """
    return _suffix(tuple(sorted(permissions)))


@lru_cache(maxsize=8192)  # agents share what their words mean
def _suffix(permissions: tuple[str, ...]) -> str:
    return f"grants-{hashlib.sha256(canonical_json(permissions).encode()).hexdigest()[:HASH_LENGTH]}"


def custom_role_id(plan: AgentPlan, permissions: Iterable[str]) -> str:
    """Id of the agent's custom role with these permissions, with `_` for every `-`, which no agent id has."""
    return _name(plan, "gcp:custom-role", custom_role_suffix(permissions)).replace("-", "_")


def custom_role(plan: AgentPlan, permissions: Iterable[str]) -> str:
    """The custom role as an allow policy names it."""
    return f"projects/{project(plan).project_id}/roles/{custom_role_id(plan, permissions)}"


def deny_policy_name(plan: AgentPlan) -> str:
    """Name of the agent's deny policy."""
    return _name(plan, "gcp:deny-policy")


def boundary_id(plan: AgentPlan) -> str:
    """Id of the agent's principal access boundary, and of what binds it."""
    return _name(plan, "gcp:boundary")


def secret_id(plan: AgentPlan) -> str:
    """Id of the agent's secret."""
    return _name(plan, "gcp:secret", SECRET_SUFFIX)


def provider_id(plan: AgentPlan) -> str:
    """Id of the agent's provider in the environment's workload identity pool, 4 to 32 characters.

    Raises `InputError` where it would begin with the prefix that Google keeps for itself.
    """
    name = _name(plan, "gcp:provider")
    if name.startswith(RESERVED_PREFIX):
        raise InputError(
            [
                Problem(
                    f"the provider would be called {name!r}, and Google Cloud keeps names that begin with "
                    f"{RESERVED_PREFIX!r}",
                    plan.at("agent_id"),
                    "choose another `prefix` in the environment file.",
                )
            ]
        )
    return name


def pool(plan: AgentPlan) -> str:
    """Resource name of the environment's pool. Raises `InputError` where the environment names none."""
    gcp = project(plan)
    if gcp.workload_identity_pool is None or gcp.workload_identity_pool.startswith(RESERVED_PREFIX):
        raise InputError(
            [
                Problem(
                    "the environment names no workload identity pool of its own, so nobody outside Google Cloud could "
                    f"become agent {plan.name}",
                    plan.at("credential", "workload"),
                    "set `gcp.workload_identity_pool` in the environment file (4 to 32 of a-z, 0-9 and `-`, not "
                    "beginning with `gcp-`).",
                )
            ]
        )
    return f"projects/{gcp.project_number}/locations/global/workloadIdentityPools/{gcp.workload_identity_pool}"


def attachment_point(plan: AgentPlan) -> str:
    """The environment's project as a deny policy is attached to it: its full resource name, URL-encoded."""
    return quote(f"cloudresourcemanager.googleapis.com/projects/{project(plan).project_id}", safe="")


def _name(plan: AgentPlan, kind: str, suffix: str = "") -> str:
    return identity_name(kind, plan.environment.prefix, plan.agent.agent_id, plan.instance, suffix)
