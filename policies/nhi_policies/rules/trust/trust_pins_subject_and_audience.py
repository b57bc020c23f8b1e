"""NHI-TRU-011: a trust policy names exactly one workload."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.aws.holders import entrances
from nhi_policies.view.aws.reach import is_exact
from nhi_policies.view.aws.trust import pinned, required_pins
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-TRU-011",
    slug="trust-pins-subject-and-audience",
    severity="critical",
    kind="resource",
    targets=(t.AWS_ROLE,),
    controls=("OWASP-NHI4", "ASI03", "NIST-IA-9", "ISO27001-A.8.5", "AIRS-IAM-01", "AWS-AGENTSEC-03-BP01"),
    row="2.1",
)
def trust_pins_subject_and_audience(resource: Resource, context: Context) -> Iterator[Finding]:
    """Where an issuer or a service vouches for many workloads, an agent's role trusts one exact subject of it.

    Why: one issuer signs for every repository, pod or certificate of its users.
    Bad: an OIDC trust without `:sub` or `:aud`; `repo:example/*`; EKS without service account; `IfExists` operators.
    Fix: pin subject and audience, namespace and service account and cluster, or the SPIFFE id, with StringEquals.
    """
    for statement in entrances(resource, context)[1]:
        for principal in statement.principals:
            for what, keys in required_pins(principal):
                values = pinned(statement, *keys)
                if values is None:
                    wrong, part = f"does not pin the {what} ({keys[0]})", "missing"
                elif not all(is_exact(value) for value in values):
                    wrong, part = f"pins the {what} to a pattern", "pattern"
                else:
                    continue
                yield Finding(
                    f"{statement.label} trusts {principal} and {wrong}, so other workloads could become the agent.",
                    f"pin {keys[0]} to one exact value with StringEquals.",
                    f"{part}::{keys[0]}",
                )
