"""A declared grant means on each platform what the platform takes it for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from nhi.catalog.permission_set import permission_set
from nhi.contract import Platform
from nhi.permissions.evaluate import permits
from nhi.permissions.model import Grant, Origin
from nhi.permissions.proof import Proved, Refuted, empty, subset

EARLY, LATE = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def grant(platform: Platform, action: str, resource: str, **more: object) -> Grant:
    return Grant(platform, "allow", (action,), (resource,), "read", "test", Origin("a.yaml", 1, 1), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "resource", "answer"),
    [
        (grant("gcp", "storage.objects.get", "projects/p"), "//storage.googleapis.com/projects/_/buckets/b", "allowed"),
        (grant("gcp", "run.routes.invoke", "projects/p"), "//run.googleapis.com/projects/q/x", "denied"),
        (
            grant("gcp", "a.b.get", "//a.googleapis.com/projects/p/b/1"),
            "//a.googleapis.com/projects/p/b/1/c",
            "allowed",
        ),
        (grant("gcp", "a.b.get", "//a.googleapis.com/projects/p/b/1"), "//a.googleapis.com/projects/p/b/12", "denied"),
        (grant("kubernetes", "get", "shop//pods/log"), "shop//pods:log/web-1", "allowed"),
        (grant("kubernetes", "get", "shop//pods/log"), "shop//pods/log", "denied"),
        (grant("kubernetes", "get", "shop//configmaps/a"), "shop//configmaps/", "denied"),
        (grant("kubernetes", "get", "shop//configmaps"), "shop//configmaps/", "allowed"),
    ],
)
def test_a_grant_covers_what_the_platform_lets_its_resource_stand_for(one: Grant, resource: str, answer: str) -> None:
    assert permits(permission_set(one.platform, [one]), one.actions[0], resource, {}).outcome == answer


@pytest.mark.parametrize("platform", ["aws", "entra", "gcp", "kubernetes"])
def test_a_grant_ends_at_the_earlier_of_its_own_end_and_the_agents(platform: Platform) -> None:
    action, resource = {
        "aws": ("s3:GetObject", "arn:aws:s3:::b/*"),
        "entra": ("role:Mail.Read", "microsoft.graph"),
        "gcp": ("storage.objects.get", "projects/p"),
        "kubernetes": ("get", "shop//pods"),
    }[platform]
    endless, early = grant(platform, action, resource), grant(platform, action, resource, expires=EARLY)
    assert isinstance(
        subset(permission_set(platform, [early], LATE), permission_set(platform, [endless], EARLY)), Proved
    )
    assert isinstance(
        subset(permission_set(platform, [endless], LATE), permission_set(platform, [early], LATE)), Refuted
    )


def test_a_delegated_scope_is_held_only_together_with_a_user() -> None:
    both = Grant(
        "entra", "allow", ("role:A", "scope:B"), ("microsoft.graph",), "read", "test", Origin("a.yaml", 1, 1), ()
    )
    held = permission_set("entra", [both])
    assert permits(held, "scope:B", "microsoft.graph", {}).outcome == "denied"
    assert permits(held, "scope:B", "microsoft.graph", {"user": "u"}).outcome == "allowed"
    assert permits(held, "role:A", "microsoft.graph", {}).outcome == "allowed"
    verdict = empty(held)
    assert isinstance(verdict, Refuted)
