"""NHI-CRD-302: an agent's secret is read by that agent only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.gcp.agents import principal, secret_owner
from nhi_policies.view.gcp.members import same
from nhi_policies.view.gcp.policies import bindings
from nhi_policies.view.resource import Resource

_OF_SECRET = re.compile(r"gcp:secretmanager/(?:secret|regionalSecret)Iam(?:Member|Binding|Policy):\w+")
_NO_VALUES = frozenset(
    {"roles/secretmanager.secretVersionAdder", "roles/secretmanager.secretVersionManager", "roles/secretmanager.viewer"}
)
"""Roles that do not read a value. https://cloud.google.com/secret-manager/docs/access-control"""


@rule(
    id="NHI-CRD-302",
    slug="secret-read-by-its-agent",
    severity="critical",
    kind="resource",
    targets=("gcp:secretmanager/*Iam*",),
    controls=("OWASP-NHI9", "OWASP-NHI2", "ASI03", "NIST-IA-5", "ISO27001-A.5.17", "AIRS-SEC-01"),
    row="2.3",
)
def secret_read_by_its_agent(resource: Resource, context: Context) -> Iterator[Finding]:
    """Nobody but the agent reads the values of an agent's secret.

    Why: whoever reads the credential is the agent, as far as anybody who checks it can tell.
    Bad: a member on the agent's secret with `roles/secretmanager.secretAccessor` for a person, or for another agent.
    Fix: remove the member; what rotates the secret needs `roles/secretmanager.secretVersionAdder` only.
    """
    if not _OF_SECRET.fullmatch(resource.type):
        raise NotApplicable("it is no allow policy of a secret")
    owner = secret_owner(resource.text("secretId"), context)
    declared = context.agents.get(owner[0]) if owner else None
    if owner is None or declared is None:
        raise NotApplicable("the secret is no agent's")
    own = principal(declared, owner[1])
    for binding in bindings(resource):
        for member in binding.members:
            if (own is None or same(member) != same(own)) and binding.role not in _NO_VALUES:
                yield Finding(
                    f"{member} may read the agent's credential.",
                    "remove the member; what rotates the secret needs to add versions only.",
                    f"reader::{member}",
                    agent=owner[0],
                )
