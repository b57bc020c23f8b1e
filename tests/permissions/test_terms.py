"""Actions and resources as people write them: whose they are, and what is wrong with them."""

from __future__ import annotations

import pytest
from nhi.contract import Platform
from nhi.permissions.terms import has_wildcard, platform_of, request_resource, wrong_action, wrong_resource


@pytest.mark.parametrize(
    ("action", "resource", "platform"),
    [
        ("s3:GetObject", "anything", "aws"),
        ("*", "arn:aws:s3:::b", "aws"),
        ("role:User.Read.All", "microsoft.graph", "entra"),
        ("scope:Mail.Read", "microsoft.graph", "entra"),
        ("storage.objects.get", "projects/p", "gcp"),
        ("*", "//storage.googleapis.com/projects/_/buckets/b", "gcp"),
        ("get", "shop//pods/a", "kubernetes"),
        ("*", "shop//pods/a", "kubernetes"),
        ("*", "url:/healthz", "kubernetes"),
        ("*", "*", None),
        ("Get", "thing", None),
    ],
)
def test_a_platform_is_known_by_its_words(action: str, resource: str, platform: Platform | None) -> None:
    assert platform_of(action, resource) == platform


@pytest.mark.parametrize(
    ("platform", "action"),
    [
        ("aws", "GetObject"),
        ("aws", "s3:Get Object"),
        ("aws", "s3:${x}"),
        ("entra", "Mail.Read"),
        ("entra", "role:*"),
        ("gcp", "storage.objects.*"),
        ("gcp", "storage"),
        ("kubernetes", "GET"),
        ("kubernetes", "get,list"),
    ],
)
def test_a_foreign_action_is_refused_with_the_right_form(platform: Platform, action: str) -> None:
    wrong = wrong_action(platform, action)
    assert wrong is not None
    assert wrong[0] == f"{action!r} is no action on {platform}."
    assert wrong[1].startswith("write ")


@pytest.mark.parametrize(
    ("platform", "resource"),
    [
        ("aws", "my-bucket"),
        ("aws", "arn:"),
        ("entra", "*"),
        ("gcp", "my-bucket"),
        ("gcp", "projects/p/buckets/b"),
        ("kubernetes", "pods"),
        ("kubernetes", "shop/pods"),
        ("kubernetes", "/healthz"),
    ],
)
def test_a_foreign_resource_is_refused(platform: Platform, resource: str) -> None:
    assert wrong_resource(platform, resource) is not None
    assert not isinstance(request_resource(platform, "get", resource), str)


@pytest.mark.parametrize(
    ("platform", "resource"),
    [
        ("aws", "*"),
        ("aws", "arn:aws:s3:::b/a key with spaces"),
        ("aws", "arn:aws-us-gov:iam::111122223333:role/agents/x"),
        ("entra", "microsoft.graph"),
        ("gcp", "//run.googleapis.com/projects/p/locations/l/services/s"),
        ("gcp", "projects/p"),
        ("kubernetes", "shop/apps/deployments/web"),
        ("kubernetes", "/rbac.authorization.k8s.io/clusterroles/admin"),
        ("kubernetes", "*/*/*/*"),
        ("kubernetes", "url:/healthz"),
    ],
)
def test_a_resource_of_the_platform_stays_as_it_is(platform: Platform, resource: str) -> None:
    assert wrong_resource(platform, resource) is None
    assert request_resource(platform, "get", resource) == resource


@pytest.mark.parametrize(
    ("verb", "resource", "read"),
    [
        ("list", "shop//pods", "shop//pods/"),
        ("create", "shop/apps/deployments", "shop/apps/deployments/"),
        ("get", "shop//pods/log/web-1", "shop//pods:log/web-1"),
        ("get", "shop//pods:log/web-1", "shop//pods:log/web-1"),
    ],
)
def test_a_request_of_kubernetes_is_read_as_the_evaluator_wants_it(verb: str, resource: str, read: str) -> None:
    assert request_resource("kubernetes", verb, resource) == read


@pytest.mark.parametrize(("verb", "resource"), [("get", "shop//pods"), ("get", "shop//pods/log/web/1")])
def test_a_request_of_kubernetes_that_names_no_object_is_refused(verb: str, resource: str) -> None:
    assert not isinstance(request_resource("kubernetes", verb, resource), str)


def test_a_variable_is_a_users_to_write_and_no_part_of_a_request() -> None:
    pattern = "arn:aws:s3:::home/${aws:username}/*"
    assert wrong_resource("aws", pattern) is None
    assert not isinstance(request_resource("aws", "s3:GetObject", pattern), str)


def test_a_question_mark_stands_for_something_on_aws_alone() -> None:
    assert has_wildcard("aws", "arn:aws:s3:::a?")
    assert not has_wildcard("gcp", "//storage.googleapis.com/projects/_/buckets/a?")
    assert has_wildcard("gcp", "//storage.googleapis.com/projects/_/buckets/*")
