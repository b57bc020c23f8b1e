"""What only one agent may be, whichever platform speaks of it: workloads, accounts, roles, applications.

Owns the names under which the platforms' resources meet: an AWS role that Entra ID trusts is the same thing as the role
itself, and a service account of the cluster is the same in a trust policy, a federated credential and a provider. The
platforms' rooms say which of their resources claims what (`aws.claims`, `entra.claims`, `gcp.claims`,
`kubernetes.claims`). Does not own what follows from two claims of one thing (`rules/identity`).
"""

from __future__ import annotations

import re
from typing import Final

from nhi_policies.declared import Context

Thing = tuple[str, ...]
"""What only one agent may be: a kind and the parts of its name."""
Claim = tuple[Thing, str]
"""A thing, and the agent and instance that claim it, as `contract.agent_name` writes them."""

_CLUSTER_ACCOUNT: Final = re.compile(r"system:serviceaccount:(?P<namespace>[^:]+):(?P<name>[^:]+)")
_ROLE: Final = re.compile(r"arn:[a-z-]+:iam::(?P<account>\d{12}):role/(?:.*/)?(?P<name>[^/]+)")


def aws_role(name: str) -> Thing:
    """A role of the environment's account."""
    return ("role", name)


def cluster_account(namespace: str, name: str) -> Thing:
    """A service account of the environment's cluster."""
    return ("service account", f"{namespace}/{name}")


def spiffe_workload(spiffe_id: str) -> Thing:
    """What holds a SPIFFE id."""
    return ("SPIFFE id", spiffe_id)


def token_holder(issuer: str, subject: str, context: Context) -> Thing:
    """Who brings a token of this issuer with this subject.

    A service account of the environment's cluster, a role of its account or a SPIFFE id where the environment's own
    issuers vouch for it, else a workload outside.
    """
    environment = context.environment.environment if context.environment else None
    kubernetes = environment.kubernetes if environment else None
    aws = environment.aws if environment else None
    if kubernetes is not None and issuer == kubernetes.oidc_issuer:
        account = _CLUSTER_ACCOUNT.fullmatch(subject)
        if account is not None:
            return cluster_account(account["namespace"], account["name"])
    if kubernetes is not None and issuer == kubernetes.spiffe_issuer:
        return spiffe_workload(subject)
    if aws is not None and issuer == aws.outbound_issuer:
        role = _ROLE.fullmatch(subject)
        if role is not None and role["account"] == aws.account_id:
            return aws_role(role["name"])
    return ("outside workload", issuer, subject)
