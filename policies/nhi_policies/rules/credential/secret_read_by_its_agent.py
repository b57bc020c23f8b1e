"""NHI-CRD-302: an agent's secret is read by that agent only."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhi.catalog.meaning import agent_platforms
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.gcp.agents import principal, principals, secret_owner
from nhi_policies.view.gcp.grants import spans
from nhi_policies.view.gcp.members import same
from nhi_policies.view.gcp.own import STORED
from nhi_policies.view.gcp.policies import bindings
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource

_OF_SECRET = re.compile(r"gcp:secretmanager/(?:secret|regionalSecret)Iam(?:Member|Binding|Policy):\w+")
_NO_VALUES = frozenset(
    {"roles/secretmanager.secretVersionAdder", "roles/secretmanager.secretVersionManager", "roles/secretmanager.viewer"}
)
"""Roles that do not read a value. https://cloud.google.com/secret-manager/docs/access-control"""
_EVERY_VALUE = frozenset({"roles/secretmanager.secretAccessor", "roles/secretmanager.admin"})
"""Roles that read every value of a project; the owner's is refused for more than that."""


@rule(
    id="NHI-CRD-302",
    slug="secret-read-by-its-agent",
    severity="critical",
    kind="resource",
    targets=("gcp:secretmanager/*Iam*", "gcp:projects/iAM*", "gcp:folder/iAM*", "gcp:organizations/iAM*"),
    controls=("OWASP-NHI9", "OWASP-NHI2", "ASI03", "NIST-IA-5", "ISO27001-A.5.17", "AIRS-SEC-01"),
    row="2.3",
)
def secret_read_by_its_agent(resource: Resource, context: Context) -> Iterator[Finding]:
    """Nobody but the agent reads the values of an agent's secret.

    Why: whoever reads the credential is the agent, as far as anybody who checks it can tell.
    Bad: a member on the agent's secret with `roles/secretmanager.secretAccessor` for a person, or for another agent;
        that role on the whole project.
    Fix: remove the member; what rotates the secret needs `roles/secretmanager.secretVersionAdder` only.
    """
    if spans(resource) is not None:
        if not kept(context, "google stored", lambda: any(_stored(one) for one in context.agents.values())):
            raise NotApplicable("no agent has a secret")
        for binding in bindings(resource):
            others = [one for one in binding.members if same(one) not in principals(context)]
            if others and binding.role in _EVERY_VALUE:
                yield Finding(
                    f"{', '.join(others)} may read every secret of the project, agents' credentials included.",
                    "grant the role on the one secret that is meant.",
                    f"{binding.path}everything",
                )
        return
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


def _stored(declared: DeclaredAgent) -> bool:
    credential, platforms = declared.agent.credential, agent_platforms(declared)
    return credential is not None and credential.type in STORED and "gcp" in platforms
