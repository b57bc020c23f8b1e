"""What several platforms ask of an agent's workload and credential: its names in a cluster, and what must be stored.

Owns the two names that platforms must agree on: what a cluster creates and what a cloud trusts. EKS Pod Identity trusts
a (namespace, service account) pair, IAM Roles Anywhere trusts a SPIFFE id; if each platform worked its own name out,
one of them would one day trust a name that nobody holds, or that somebody else holds. Owns as well whether the
credential is of a kind that no federation replaces, and how often it is rotated then.

Does not own the objects that carry the names (`platforms.<platform>.documents`).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from nhi.contract import agent_name, identity_name
from nhi.plan.model import AgentPlan
from nhi.spec.model import EksWorkload, GkeWorkload, KubernetesWorkload, SpiffeWorkload
from nhi.spec.problems import InputError, Problem

POD_UID: Final = "{{ .PodMeta.UID }}"
"""What the SPIRE controller manager replaces by the pod's UID when it renders an id."""

SPIFFE_ID_LIMIT: Final = 2048
TRUST_DOMAIN_LIMIT: Final = 255
_SPIFFE_ID: Final = re.compile(r"spiffe://(?P<trust_domain>[a-z0-9._-]+)(?P<path>(?:/[a-zA-Z0-9._-]+)+)")


STORED_CREDENTIALS: Final = frozenset({"oauth2_client_credentials", "api_key"})
"""Credential types that cannot do without a stored secret (row 2.5)."""


class ServiceAccountName(NamedTuple):
    """A service account as a cluster and a cloud both name it."""

    namespace: str
    name: str


def service_account(plan: AgentPlan) -> ServiceAccountName:
    """The service account of a plan.

    The workload's own `namespace` and `service_account` win, then the environment's namespace and the agent's name. An
    instance always has an account of its own, also where the file names one, because two identities never share one.

    Raises `InputError` where neither the workload nor the environment names a namespace.
    """
    workload = plan.workload
    namespace: str | None = None
    stem = plan.agent.agent_id
    if isinstance(workload, EksWorkload | GkeWorkload | KubernetesWorkload):
        namespace = workload.namespace
        stem = workload.service_account or stem
    if namespace is None and plan.environment.kubernetes is not None:
        namespace = plan.environment.kubernetes.namespace
    if namespace is None:
        raise InputError(
            [
                Problem(
                    f"agent {plan.name} has no namespace, so no service account of it could be made or trusted",
                    plan.at("credential", "workload"),
                    "name `namespace` in the workload, or `kubernetes.namespace` in the environment file.",
                )
            ]
        )
    return ServiceAccountName(namespace, identity_name("kubernetes:name", "", stem, plan.instance))


def spiffe_problem(spiffe_id: str) -> str | None:
    """Why `spiffe_id` is no SPIFFE id of a workload, or None where it is one.

    Grammar: https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md, sections 2.1 to 2.4. Lower-case trust
    domain of at most 255 bytes, a path of segments in `[a-zA-Z0-9._-]` that are neither empty nor `.` nor `..`, at
    most 2048 bytes in all.
    """
    if len(spiffe_id.encode()) > SPIFFE_ID_LIMIT:
        return f"it is longer than {SPIFFE_ID_LIMIT} bytes"
    match = _SPIFFE_ID.fullmatch(spiffe_id)
    if match is None:
        return "it is not `spiffe://<trust domain>/<path>` with letters, digits, `.`, `-` and `_` in every segment"
    if len(match["trust_domain"]) > TRUST_DOMAIN_LIMIT:
        return f"its trust domain is longer than {TRUST_DOMAIN_LIMIT} bytes"
    if {".", ".."} & set(match["path"].split("/")):
        return "a segment of its path is `.` or `..`"
    return None


def trust_domain(spiffe_id: str) -> str:
    """The trust domain of a SPIFFE id that `spiffe_problem` accepts."""
    return spiffe_id.removeprefix("spiffe://").split("/", 1)[0]


def spiffe_id(plan: AgentPlan) -> str | None:
    """The SPIFFE id of a plan: the exact one its workload declares, else the environment's pattern for one pod.

    The pattern is `spiffe://<trust domain>/env/<environment>/agent/<agent name>/{{ .PodMeta.UID }}`, environment
    first, so that federation and network rules can cut by environment; every pod gets an id of its own. None where
    the environment has no trust domain and the workload no id.

    Raises `InputError` where a declared id breaks the grammar, or stands for several instances.
    """
    workload = plan.workload
    if isinstance(workload, SpiffeWorkload):
        place = plan.at("credential", "workload", "id")
        why = spiffe_problem(workload.id)
        if why is not None:
            raise InputError(
                [
                    Problem(
                        f"{workload.id!r} is no SPIFFE id: {why}; no workload could present it",
                        place,
                        "write an id such as spiffe://example.org/env/prod/agent/research-agent.",
                    )
                ]
            )
        if plan.instance is not None and len(plan.agent.instances) > 1:
            raise InputError(
                [
                    Problem(
                        f"one SPIFFE id stands for all {len(plan.agent.instances)} instances of {plan.agent.agent_id}, "
                        "so they would be one identity",
                        place,
                        "give each instance an agent file with an id of its own, or use the workload kind kubernetes.",
                    )
                ]
            )
        return workload.id
    kubernetes = plan.environment.kubernetes
    if kubernetes is None:
        return None
    name = agent_name(plan.agent.agent_id, plan.instance)
    return f"spiffe://{kubernetes.trust_domain}/env/{plan.environment.environment}/agent/{name}/{POD_UID}"


def stored_credential(plan: AgentPlan) -> bool:
    """Whether the agent is live and its credential is of a kind that must be stored."""
    credential = plan.agent.credential
    return plan.live and credential is not None and credential.type in STORED_CREDENTIALS


def rotation_days(plan: AgentPlan) -> int:
    """Days between rotations: the declared ones, never over the tier's ceiling (row 2.4)."""
    ceiling = plan.ceilings.max_rotation_days
    credential = plan.agent.credential
    return min(credential.rotation_days or ceiling, ceiling) if credential else ceiling
