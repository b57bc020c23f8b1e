"""Whom the judge takes for the workload that a file declares; the fleet test compares the builder's answer."""

from __future__ import annotations

from typing import Any

import pytest
from nhi_policies.view.entra.trust import Subject, expected

from policies import entra_kit as e

OUTBOUND = "https://0d9f4a6e2b7c.tokens.sts.global.api.aws"
CLUSTER, OTHER = "https://oidc.dev.example.com/cluster", "https://oidc.eks.eu-central-1.amazonaws.com/id/X"
ROLE = Subject(OUTBOUND, "arn:aws:iam::111122223333:role/agents/acme-people-agent")
POD = "system:serviceaccount:agents:people-agent"


def trusted(workload: dict[str, Any] | None, instance: str | None = None, **where: Any) -> Subject | None:
    change = {"credential.workload": ... if workload is None else workload}
    return expected(e.agent(where=where, **change), instance)


@pytest.mark.parametrize(
    ("workload", "subject"),
    [
        ({"kind": "oidc", "issuer": e.ISSUER, "subject": "a", "audience": "b"}, Subject(e.ISSUER, "a")),
        ({"kind": "kubernetes"}, Subject(CLUSTER, POD)),
        (
            {"kind": "kubernetes", "namespace": "x", "service_account": "y"},
            Subject(CLUSTER, "system:serviceaccount:x:y"),
        ),
        ({"kind": "gke", "cluster": "main"}, Subject(CLUSTER, POD)),
        ({"kind": "gke", "cluster": "other"}, None),
        ({"kind": "eks", "cluster": "main"}, Subject(CLUSTER, POD)),
        ({"kind": "lambda", "function": "x"}, ROLE),
        ({"kind": "ecs", "cluster": "x"}, ROLE),
        ({"kind": "agentcore", "runtime": "x"}, ROLE),
        ({"kind": "cloud-run", "service": "x"}, Subject("https://accounts.google.com", "103456789012345678901")),
        ({"kind": "agent-engine", "engine": "x"}, Subject("https://accounts.google.com", "103456789012345678901")),
        (
            {"kind": "spiffe", "id": "spiffe://dev.example.com/a"},
            Subject("https://spire.dev.example.com", "spiffe://dev.example.com/a"),
        ),
        (None, None),
    ],
)
def test_each_kind_of_workload_has_one_subject(workload: dict[str, Any] | None, subject: Subject | None) -> None:
    assert trusted(workload) == subject


def test_an_instance_has_a_subject_of_its_own() -> None:
    assert trusted({"kind": "kubernetes"}, "blue") == Subject(CLUSTER, f"{POD}--blue")
    assert trusted({"kind": "lambda", "function": "x"}, "blue") == Subject(OUTBOUND, f"{ROLE.subject}--blue")


def test_an_issuer_of_the_eks_cluster_counts_before_the_environments_and_the_role_comes_last() -> None:
    eks = {"kind": "eks", "cluster": "main"}
    assert trusted(eks, **{"aws.clusters": {"main": {"name": "acme", "oidc_issuer": OTHER}}}) == Subject(OTHER, POD)
    assert trusted(eks, **{"kubernetes.oidc_issuer": ...}) == ROLE


@pytest.mark.parametrize(
    ("workload", "missing"),
    [
        ({"kind": "kubernetes"}, "kubernetes.oidc_issuer"),
        ({"kind": "lambda", "function": "x"}, "aws.outbound_issuer"),
        ({"kind": "spiffe", "id": "spiffe://dev.example.com/a"}, "kubernetes.spiffe_issuer"),
        ({"kind": "cloud-run", "service": "x"}, "entra.google_subjects"),
    ],
)
def test_without_an_issuer_nobody_is_let_in(workload: dict[str, Any], missing: str) -> None:
    assert trusted(workload, **{missing: ...}) is None
