"""Every type is covered, harmless, opaque or unknown."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from nhi_policies.rule import resource_rules
from nhi_policies.view.types import COVERED, ENTRA_HARMLESS, ENTRA_LEFT_UNKNOWN, classify


@pytest.mark.parametrize(
    ("token", "standing"),
    [
        ("aws:iam/role:Role", "covered"),
        ("kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID", "covered"),
        ("nhi:index:AgentIdentity", "covered"),
        ("pulumi:pulumi:Stack", "harmless"),
        ("pulumi:providers:aws", "harmless"),
        ("random:index/randomUuid:RandomUuid", "harmless"),
        ("aws:s3/bucket:Bucket", "harmless"),
        ("aws:eks/cluster:Cluster", "harmless"),
        ("kubernetes:core/v1:ConfigMap", "harmless"),
        ("kubernetes:networking.k8s.io/v1:Ingress", "harmless"),
        ("pulumi-python:dynamic:Resource", "opaque"),
        ("pulumi-nodejs:dynamic/x:Resource", "opaque"),
        ("command:remote:Command", "opaque"),
        ("aws:cloudformation/stack:Stack", "opaque"),
        ("aws:cloudcontrol/resource:Resource", "opaque"),
        ("kubernetes:helm.sh/v4:Chart", "opaque"),
        ("kubernetes:yaml:ConfigFile", "opaque"),
        ("kubernetes:kustomize/v2:Directory", "opaque"),
        ("aws:iam/samlProvider:SamlProvider", "unknown"),
        ("aws:ssoadmin/permissionSet:PermissionSet", "unknown"),
        ("aws:bedrock/agentcoreGateway:AgentcoreGateway", "unknown"),
        ("aws:eks/accessEntry:AccessEntry", "unknown"),
        ("kubernetes:rbac.authorization.k8s.io/v1:ClusterRolePatch", "unknown"),
        ("kubernetes:agents.x-k8s.io/v1alpha1:Sandbox", "unknown"),
        ("gcp:serviceaccount/key:Key", "covered"),
        ("gcp:projects/iAMMember:IAMMember", "covered"),
        ("gcp:storage/bucketIAMMember:BucketIAMMember", "covered"),
        ("gcp:cloudrunv2/serviceIamPolicy:ServiceIamPolicy", "covered"),
        ("gcp:tomorrow/thingIamBinding:ThingIamBinding", "covered"),
        ("gcp:projects/iamMemberRemove:IamMemberRemove", "harmless"),
        ("gcp:storage/bucket:Bucket", "harmless"),
        ("gcp:iam/projectAccessPolicy:ProjectAccessPolicy", "unknown"),
        ("gcp:iam/tomorrow:Tomorrow", "unknown"),
        ("gcp:serviceAccount/account:Account", "unknown"),
        ("gcp:agentidentity/authProvider:AuthProvider", "covered"),
        ("gcp:deploymentmanager/deployment:Deployment", "opaque"),
        ("azuread:index/application:Application", "covered"),
        ("azuread:index/conditionalAccessPolicy:ConditionalAccessPolicy", "harmless"),
        ("azuread:index/user:User", "unknown"),
        ("acme:index:Thing", "unknown"),
    ],
)
def test_a_type_stands_as_the_table_says(token: str, standing: str) -> None:
    assert classify(token).standing == standing


def test_a_type_that_is_not_covered_says_why() -> None:
    for token in ("aws:s3/bucket:Bucket", "command:local:Command", "acme:index:Thing"):
        assert classify(token).why


def test_every_type_that_is_not_harmless_meets_a_rule_beside_agents() -> None:
    for token in ("command:local:Command", "acme:index:Thing", "aws:iam/samlProvider:SamlProvider"):
        assert resource_rules(token)


def test_a_principal_type_is_judged_by_a_rule() -> None:
    assert "aws:iam/role:Role" in COVERED
    assert {one.id for one in resource_rules("aws:iam/role:Role")} >= {"NHI-IDN-002", "NHI-CLS-010"}


def test_every_type_of_the_directorys_sdk_has_its_place() -> None:
    package = importlib.util.find_spec("pulumi_azuread")
    assert package is not None
    assert package.origin is not None
    made = set(re.findall(r"azuread:index/\w+:\w+", Path(package.origin).read_text(encoding="utf-8")))
    covered = {token for token in COVERED if token.startswith("azuread:")}
    assert len(made) > 50
    assert made == covered | set(ENTRA_HARMLESS) | set(ENTRA_LEFT_UNKNOWN)
    assert not covered & (set(ENTRA_HARMLESS) | set(ENTRA_LEFT_UNKNOWN))


def test_a_type_of_the_directory_that_gives_no_access_says_why() -> None:
    assert all(classify(token).why == why for token, why in ENTRA_HARMLESS.items())
    assert all(why in classify(token).why for token, why in ENTRA_LEFT_UNKNOWN.items())
