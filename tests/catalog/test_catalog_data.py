"""The shipped catalog against each platform's own vocabulary, and against itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from nhi.catalog.load import Catalog, Kind, Statement, load_catalog
from nhi.catalog.meaning import meaning
from nhi.catalog.vocabulary import (
    GCP_PERMISSIONS,
    GRAPH_PERMISSIONS,
    KUBERNETES_GROUPS,
    aws_action,
    aws_resource_fits,
    kubernetes_resource,
)
from nhi.contract import PLATFORMS, Platform
from words import agent, environment

CATALOG: Catalog = load_catalog()
REQUIRED_WORDS = {
    "web_search",
    "document_retrieval",
    "text_generation",
    "payment_processing",
    "user_data_modification",
    "credential_management",
}


def statements(platform: Platform) -> Iterator[tuple[str, Statement]]:
    """Every statement of a platform, in kinds and in actions, with a name for messages."""
    for name, kind in CATALOG.kinds[platform].items():
        for level, found in kind.levels.items():
            yield from ((f"{name}.{level}", statement) for statement in found)
    for name, action in CATALOG.actions.items():
        rows = action.rows[platform]
        for row in rows if isinstance(rows, tuple) else ():
            for statement in (row.statement, row.everywhere):
                if statement is not None:
                    yield name, statement


def permissions(platform: Platform) -> Iterator[tuple[str, str]]:
    """Every permission that is named in full."""
    for where, statement in statements(platform):
        for action in statement.actions:
            if not action.names:
                yield where, action.text
    for name, word in CATALOG.actions.items():
        rows = word.rows[platform]
        for row in rows if isinstance(rows, tuple) else ():
            yield from ((name, pick) for pick in row.picks)


def test_the_words_of_the_requirements_document_and_at_least_thirty_actions_are_there() -> None:
    assert set(CATALOG.actions) >= REQUIRED_WORDS
    assert len(CATALOG.actions) >= 30
    assert CATALOG.version == "2026.11"


def test_no_permission_of_the_catalog_has_a_wildcard() -> None:
    assert [p for platform in PLATFORMS for p in permissions(platform) if "*" in p[1] or "?" in p[1]] == []


def test_every_aws_action_exists_in_the_spelling_of_aws() -> None:
    wrong = []
    for where, name in permissions("aws"):
        facts = aws_action(name)
        if facts is None or facts.action != name:
            wrong.append((where, name))
    assert wrong == []


def test_every_aws_statement_names_a_resource_that_its_actions_work_on() -> None:
    # A template field becomes a star, so the ARN's shape is compared and not one value of it.
    wrong = [
        (where, action.text, resource.text)
        for where, statement in statements("aws")
        for action in statement.actions
        for resource in statement.resources
        if not aws_resource_fits(action.text, re.sub(r"\{[a-z_]+\}", "*", resource.text))
    ]
    # The Cases resources are listed together for all of an action's kinds of object; each action takes most of them.
    assert [entry for entry in wrong if not entry[0].startswith("cases-domain.")] == []


def test_an_aws_allow_on_every_resource_is_there_only_where_the_service_offers_nothing_narrower() -> None:
    optional = {
        "polly:SynthesizeSpeech",
        "translate:TranslateText",
        "cloudwatch:GetMetricData",
        "cloudwatch:ListMetrics",
    }
    for name, action in CATALOG.actions.items():
        rows = action.rows["aws"]
        for row in rows if isinstance(rows, tuple) else ():
            if row.statement is None or row.only_deny:
                continue
            for written in row.statement.actions:
                facts = aws_action(written.text)
                assert facts is not None
                assert facts.resources == () or written.text in optional, (name, written.text)


def test_no_level_of_an_aws_kind_grants_permissions_management() -> None:
    found = [
        (name, level, action.text)
        for name, kind in CATALOG.kinds["aws"].items()
        for level, statements_ in kind.levels.items()
        for statement in statements_
        for action in statement.actions
        if (facts := aws_action(action.text)) is not None and facts.access == "manage"
    ]
    assert found == []


def test_reading_an_aws_kind_never_writes() -> None:
    # Their names say write to AWS, but each is what reading needs: taking a message off a queue, decrypting what was
    # read, and the one switch that opens a collection whose own policy tells reading from writing.
    needed = {"sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "kms:Decrypt", "aoss:APIAccessAll"}
    found = {
        action.text
        for kind in CATALOG.kinds["aws"].values()
        for statement in kind.own("read")
        for action in statement.actions
        if (facts := aws_action(action.text)) is not None and facts.access != "read"
    }
    assert found == needed


def test_every_kubernetes_statement_names_a_resource_and_verbs_that_exist() -> None:
    for where, statement in statements("kubernetes"):
        for resource in statement.resources:
            _, group, *rest = resource.text.split("/")
            if "{" in group:
                continue  # a custom resource, which the binding names
            name = "/".join(rest[:2]) if rest[1:2] and rest[1] in ("log", "token") else rest[0]
            facts = kubernetes_resource(group, name)
            assert facts is not None, (where, resource.text)
            assert group in KUBERNETES_GROUPS
            assert {verb.text for verb in statement.actions} <= facts.verbs, (where, resource.text)


def test_every_google_cloud_and_graph_permission_is_in_the_checked_tables() -> None:
    assert {name for _, name in permissions("gcp")} - GCP_PERMISSIONS == set()
    assert {name.partition(":")[2] for _, name in permissions("entra")} - set(GRAPH_PERMISSIONS) == set()


def test_every_entra_permission_says_whether_it_is_a_role_or_a_scope() -> None:
    assert {name.partition(":")[0] for _, name in permissions("entra")} == {"role", "scope"}


def test_the_tables_carry_no_graph_id() -> None:
    assert not [name for name in GRAPH_PERMISSIONS if re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", name)]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("word", sorted(CATALOG.actions))
def test_every_action_resolves_or_says_why_not(platform: Platform, word: str) -> None:
    found = meaning(agent(f"allowed_actions: [{word}]", platform), CATALOG, platform)
    assert found.problems == ()
    assert bool(found.allows or found.egress) != bool(found.unmapped)
    for grant in found.allows:
        assert grant.actions
        assert grant.resources
        assert grant.access in ("read", "write")
        assert not [text for text in (*grant.actions, *grant.resources) if "{" in text]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("word", sorted(CATALOG.actions))
def test_every_action_can_be_denied_or_says_why_not(platform: Platform, word: str) -> None:
    found = meaning(agent(f"denied_actions: [{word}]", platform), CATALOG, platform)
    assert found.problems == ()
    assert found.allows == ()
    assert bool(found.denies) != bool(found.unmapped)


@pytest.mark.parametrize(
    ("platform", "name"),
    [(p, name) for p in PLATFORMS for name in sorted(CATALOG.kinds[p])],
    ids=lambda value: str(value),
)
def test_every_kind_is_used_by_the_whole_environment(platform: Platform, name: str) -> None:
    whole = environment().environment
    used = {
        binding.kind
        for section in (whole.resources, whole.data_scopes, whole.tools)
        for by_platform in section.values()
        for binding in by_platform.get(platform, ())
    }
    assert name in used


def test_levels_of_a_ladder_only_add() -> None:
    kinds: list[Kind] = [kind for by_name in CATALOG.kinds.values() for kind in by_name.values() if kind.cumulative]
    for kind in kinds:
        assert set(kind.reach("read")) <= set(kind.reach("write")) <= set(kind.reach("admin"))
