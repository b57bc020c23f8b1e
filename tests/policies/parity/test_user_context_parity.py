"""Row 3.5 for each word of `acts_on_behalf` on each platform, and what makes it fall where a user is required."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from nhi.spec.declared import DeclaredAgent
from nhi_policies.parity.model import Word
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource

from policies import kit
from policies.parity import test_google_parity as google
from policies.parity.identities import World, added, agent, document, dropped, edited, world

ROLE, GUARD, GRANTS = "support-agent-role", "support-agent-guard", "support-agent-grants-1"
ACCOUNT = "support-agent-service-account"
PROVIDER = "arn:aws:iam::aws:contextProvider/IdentityCenter"
NO_DATA = {"data_access": [{"scope": "customer-data", "access": "none"}]}


def _vouched(declared: DeclaredAgent) -> DeclaredAgent:
    """The agent where somebody vouches for users, and where its notes are something that knows them."""
    whole = declared.environment.environment
    assert whole.aws is not None
    aws = whole.aws.model_copy(update={"context_providers": (PROVIDER,)})
    return replace(
        declared, environment=replace(declared.environment, environment=whole.model_copy(update={"aws": aws}))
    )


@cache
def on_aws(word: str, state: str = "active") -> World:
    """The support agent on AWS with this word."""
    return world(_vouched(agent(platforms=["aws"], acts_on_behalf=word, state=state)), admission=False)


@cache
def in_cluster(word: str) -> World:
    """The support agent in a cluster alone; one that acts for users only holds nothing there."""
    held: dict[str, Any] = NO_DATA if word == "required" else {}
    workload = {"workload": {"kind": "kubernetes"}}
    return world(agent(platforms=["kubernetes"], acts_on_behalf=word, credential=workload, **held))


@cache
def on_google(word: str) -> World:
    """The support agent on Google Cloud; one that acts for users only holds nothing there."""
    held: dict[str, Any] = NO_DATA if word == "required" else {}
    return google.made(google.google(acts_on_behalf=word, **held))


PLATFORMS: dict[str, Callable[[str], World]] = {"aws": on_aws, "gcp": on_google, "kubernetes": in_cluster}


@pytest.mark.parametrize(
    ("platform", "word", "reached"),
    [
        ("aws", "required", "enforced"),
        ("aws", "never", "enforced"),
        ("aws", "optional", "documented"),
        ("gcp", "required", "detected"),
        ("gcp", "never", "detected"),
        ("gcp", "optional", "documented"),
        ("kubernetes", "required", "detected"),
        ("kubernetes", "never", "detected"),
        ("kubernetes", "optional", "impossible"),
    ],
)
def test_each_word_reaches_what_the_platform_can_hold(platform: str, word: str, reached: Word) -> None:
    assert PLATFORMS[platform](word).words(platform)["3.5"] == reached


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_file_that_does_not_say_is_documented(platform: str) -> None:
    silent = world(agent(platforms=["gcp"], credential=google.POD), admission=False) if platform == "gcp" else world()
    assert silent.words(platform)["3.5"] == "documented"


def test_a_stopped_agent_does_nothing_with_or_without_a_user() -> None:
    assert on_aws("required", "suspended").words("aws")["3.5"] == "enforced"


def _without(sid: str) -> Callable[[dict[str, Any]], None]:
    def edit(policy: dict[str, Any]) -> None:
        policy["Statement"] = [one for one in policy["Statement"] if not one["Sid"].startswith(sid)]

    return edit


def _leaves_out(action: str) -> Callable[[dict[str, Any]], None]:
    def edit(policy: dict[str, Any]) -> None:
        (rest,) = (one for one in policy["Statement"] if "NotAction" in one)
        rest["NotAction"].append(action)

    return edit


def _any_provider(policy: dict[str, Any]) -> None:
    (sets,) = (one for one in policy["Statement"] if one["Action"] == ["sts:SetContext"])
    del sets["Condition"]["Null"]


def _by_hand(action: str) -> Resource:
    role = next(one.inputs["name"] for one in on_aws("required").resources if one.name == ROLE)
    allowed = kit.statement(action, "*", condition=None)
    return kit.resource(t.AWS_ROLE_POLICY, "by-hand", {"role": role, "policy": kit.document(allowed)})


@pytest.mark.parametrize(
    "change",
    [
        document(GUARD, "policy", _without("DenyWithoutAUser")),
        document(GUARD, "policy", _without("DenyDeniedActions")),
        document(GUARD, "policy", _leaves_out("s3:GetObject")),
        document(ROLE, "assumeRolePolicy", _any_provider),
        added(_by_hand("sts:AssumeRole")),
        added(_by_hand("bedrock:InvokeModel")),
        dropped(GUARD),
        edited(GRANTS, "policy", to=kit.UNKNOWN),
        edited(ROLE, "assumeRolePolicy", to=kit.UNKNOWN),
        dropped(ROLE),
    ],
    ids=[
        "nothing is denied without a user",
        "a user's name is taken",
        "one action is left out",
        "any provider vouches",
        "any role is assumed",
        "any model is asked",
        "no guard",
        "grants that are not known",
        "a trust policy that is not known",
        "no role",
    ],
)
def test_an_agent_for_users_only_is_no_longer_held_to_them_on_aws(change: Callable[[World], World]) -> None:
    assert change(on_aws("required")).words("aws")["3.5"] == "documented"


def test_what_still_asks_for_a_user_is_not_a_way_around() -> None:
    """An Allow by hand is a finding of its own; the guard keeps it from doing anything alone."""
    assert added(_by_hand("s3:GetObject"))(on_aws("required")).words("aws")["3.5"] == "enforced"


def test_the_guard_stands_where_a_grant_forgets_to_ask() -> None:
    def forgets(policy: dict[str, Any]) -> None:
        asked = [one for one in policy["Statement"] if "identitystore:UserId" in one["Condition"].get("Null", {})]
        assert asked
        for one in asked:
            del one["Condition"]["Null"]

    assert document(GRANTS, "policy", forgets)(on_aws("required")).words("aws")["3.5"] == "enforced"


def test_a_binding_in_a_cluster_is_held_without_a_user() -> None:
    bound = (
        kit.resource(
            t.K8S_ROLE,
            "by-hand",
            {
                "metadata": {"name": "by-hand", "namespace": "agents"},
                "rules": [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["x"], "verbs": ["get"]}],
            },
        ),
        kit.resource(
            t.K8S_ROLE_BINDING,
            "by-hand-too",
            {
                "metadata": {"name": "by-hand", "namespace": "agents"},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "by-hand"},
                "subjects": [{"kind": "ServiceAccount", "name": "support-agent", "namespace": "agents"}],
            },
        ),
    )
    assert added(*bound)(in_cluster("required")).words("kubernetes")["3.5"] == "documented"
    unsaid = edited(ACCOUNT, "metadata", "annotations", "nhi/acts-on-behalf")(in_cluster("required"))
    assert unsaid.words("kubernetes")["3.5"] == "documented"


def test_a_member_or_a_provider_without_users_counts_on_google_cloud() -> None:
    good = on_google("required")
    member = f"serviceAccount:{google.MAIL}"
    by_hand = kit.resource(t.GCP_PROJECT_MEMBER, "m", {"project": "p", "role": "roles/viewer", "member": member})
    assert added(by_hand)(good).words("gcp")["3.5"] == "documented"
    assert added(google._auth_provider("twoLeggedOauth"))(good).words("gcp")["3.5"] == "documented"
    assert added(google._auth_provider())(good).words("gcp")["3.5"] == "detected"
