"""What `acts_on_behalf` does to an agent's grants and denies, and what each platform cannot hold for a user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from nhi.catalog import user_context as u
from nhi.catalog.load import load_catalog
from nhi.catalog.meaning import meaning
from nhi.catalog.model import Meaning
from nhi.catalog.permission_set import permission_set
from nhi.catalog.vocabulary import aws_action, expand
from nhi.contract import Platform
from nhi.permissions.evaluate import permits
from nhi.permissions.model import Grant, Origin, PermissionSet, Policy, Statement
from nhi.permissions.proof import Proved, subset
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment
from words import agent, environment

PROVIDER = "arn:aws:iam::aws:contextProvider/IdentityCenter"
READS = "data_access: [{scope: knowledge-base, access: read}]"
ASKS = "allowed_actions: [text_generation]"


def where(*providers: str) -> DeclaredEnvironment:
    """The whole environment with these context providers."""
    whole = environment()
    assert whole.environment.aws is not None
    aws = whole.environment.aws.model_copy(update={"context_providers": providers})
    return replace(whole, environment=whole.environment.model_copy(update={"aws": aws}))


WORKLOAD = "credential: {type: workload_identity, workload: {kind: eks, cluster: main}}"


def declared(word: str | None, *lines: str, platform: Platform = "aws", vouched: bool = True) -> DeclaredAgent:
    said = (f"acts_on_behalf: {word}",) if word else ()
    return agent("\n".join((*said, *lines)), platform, where=where(PROVIDER) if vouched else where())


def meant(word: str | None, *lines: str, platform: Platform = "aws", vouched: bool = True) -> Meaning:
    return meaning(declared(word, *lines, platform=platform, vouched=vouched), load_catalog(), platform)


def unplaced(grants: Iterable[Grant]) -> list[Grant]:
    """Grants without their lines: the word about users stands above the others."""
    return [replace(one, origin=Origin("agent.yaml")) for one in grants]


def test_required_asks_every_grant_for_a_user_but_the_model() -> None:
    found = meant("required", ASKS, READS)
    asked = {one.reason: u.WITH_A_USER in one.conditions for one in found.allows}
    assert asked == {"allowed_actions: text_generation": False, "data_access: knowledge-base (read)": True}
    assert found.problems == ()


@pytest.mark.parametrize("word", [None, "optional", "never"])
def test_any_other_word_leaves_the_grants_as_they_are(word: str | None) -> None:
    assert unplaced(meant(word, ASKS, READS).allows) == unplaced(meant(None, ASKS, READS).allows)


def test_required_changes_nothing_but_the_conditions() -> None:
    plain, asked = meant(None, ASKS, READS).allows, meant("required", ASKS, READS).allows
    stripped = [replace(one, conditions=tuple(c for c in one.conditions if c != u.WITH_A_USER)) for one in asked]
    assert unplaced(stripped) == unplaced(plain)


def test_the_denials_point_at_the_word() -> None:
    for word in ("required", "optional", "never"):
        assert {(one.origin.file, one.origin.line) for one in meant(word, ASKS).denies} == {("agent.yaml", 8)}


def test_a_file_that_does_not_say_brings_no_denial() -> None:
    assert meant(None, ASKS, READS).denies == ()


def test_what_is_declared_for_users_only_is_nothing_without_a_user() -> None:
    """Proved over every request: without the key, what is left is the model and what the agent needs to be itself."""
    found = meant("required", ASKS, READS)
    grants = (*found.allows, *found.denies, *u.session_grants(declared("required", ASKS, READS, WORKLOAD), None))
    own = Statement("allow", tuple(sorted({*u.OWN_ACTIONS, *u.USERLESS["aws"]})), resources=("*",))
    with_user = Statement("allow", ("*",), resources=("*",), conditions=(u.WITH_A_USER,))
    wide = PermissionSet("aws", (Policy((own, with_user)),))
    assert isinstance(subset(permission_set("aws", grants), wide), Proved)


@pytest.mark.parametrize(("user", "outcome"), [(None, "denied"), ("a1b2", "allowed")])
def test_a_read_is_refused_without_a_user(user: str | None, outcome: str) -> None:
    found = meant("required", READS)
    (action, resource) = next((one.actions[0], one.resources[0]) for one in found.allows)
    answer = permits(
        permission_set("aws", (*found.allows, *found.denies)), action, resource.replace("*", "a"), {u.USER_KEY: user}
    )
    assert answer.outcome == outcome


def test_nobody_who_vouches_for_users_is_a_mistake_where_something_needs_one() -> None:
    (problem,) = meant("required", ASKS, READS, vouched=False).problems
    assert str(problem.origin) == "agent.yaml:8:19"
    assert "aws.context_providers" in str(problem)
    assert meant("required", ASKS, vouched=False).problems == ()
    assert meant("optional", READS, vouched=False).problems == ()


@pytest.mark.parametrize("platform", ["gcp", "kubernetes"])
def test_what_a_platform_would_hold_without_a_user_is_refused_at_its_line(platform: Platform) -> None:
    found = meant("required", READS, platform=platform)
    assert found.allows == ()
    (problem,) = found.problems
    assert str(problem.origin).startswith("agent.yaml:9:")
    assert "acts only on behalf of users" in str(problem)
    assert "optional" in str(problem)
    assert meant("optional", READS, platform=platform).problems == ()


def test_google_clouds_models_are_nobodys_data() -> None:
    found = meant("required", ASKS, platform="gcp")
    assert found.problems == ()
    assert [one.actions for one in found.allows] == [("aiplatform.endpoints.predict",)]


def test_destinations_stay_open_because_the_service_behind_them_sees_the_user() -> None:
    found, plain = (meant(word, ASKS, platform="kubernetes").egress for word in ("required", None))
    assert len(found) == len(plain) > 0


def test_an_own_session_is_of_the_own_role_and_vouched_for() -> None:
    again, with_user = u.session_grants(declared("required", WORKLOAD), "blue")
    assert again.resources == with_user.resources
    (role,) = again.resources
    assert role.endswith("test-agent--blue")
    assert [one.key for one in with_user.conditions] == [u.CONTEXT_PROVIDERS] * 2
    assert with_user.conditions[0].values == (PROVIDER,)


@pytest.mark.parametrize("said", [None, "never"])
def test_who_acts_for_nobody_gets_no_session_with_a_user(said: str | None) -> None:
    assert u.session_grants(declared(said, WORKLOAD), None) == ()


def test_aws_knows_every_action_that_is_named() -> None:
    named = {*u.OWN_ACTIONS, *u.USERLESS["aws"], u.CHOSEN_USER, u.VERIFIED_USER, u.NO_USER}
    assert {one for one in named if aws_action(one) is None} == set()
    assert {one for one in u.SESSION_ACTIONS if "*" in one and not expand(one)} == set()


@pytest.mark.parametrize(
    ("action", "may"),
    [("aoss:APIAccessAll", True), ("ATHENA:StartQueryExecution", True), ("s3:GetObject", False), ("s3:*", False)],
)
def test_what_a_session_with_a_user_may_do_is_aws_s_list(action: str, may: bool) -> None:
    assert u.takes_user(action) is may
