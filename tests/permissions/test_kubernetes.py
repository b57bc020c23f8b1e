"""RBAC rules as statements: what they grant is what RBAC reads in them, word for word and both ways."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhi.catalog.permission_set import before
from nhi.permissions.evaluate import permits
from nhi.permissions.kubernetes import (
    ClusterRole,
    InexpressibleError,
    Rule,
    aggregated,
    path_request,
    request,
    rule,
    rules,
    statements,
)
from nhi.permissions.model import PermissionSet, Policy, Statement
from nhi.permissions.proof import Proved, Refuted, subset


class Asked(NamedTuple):
    """One request; with a path it is for no resource."""

    verb: str
    namespace: str = ""
    group: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""
    path: str = ""


def granted(*pairs: tuple[Rule, str | None]) -> PermissionSet:
    found = tuple(statement for one, namespace in pairs for statement in statements(one, namespace, "a role"))
    return PermissionSet("kubernetes", (Policy(found),))


def asks(asked: Asked) -> tuple[str, str]:
    if asked.path:
        return path_request(asked.verb, asked.path)
    return request(*asked[:-1])


def answer(permissions: PermissionSet, asked: Asked) -> str:
    return permits(permissions, *asks(asked), {}).outcome


def by_the_book(one: Rule, namespace: str | None, asked: Asked) -> bool:
    """The comparisons of the API server, over the words of the rule."""
    if not any(verb in ("*", asked.verb) for verb in one.verbs):
        return False
    if asked.path:
        return namespace is None and any(
            url == asked.path or (url.endswith("*") and asked.path.startswith(url.rstrip("*")))
            for url in one.non_resource_urls
        )
    combined = f"{asked.resource}/{asked.subresource}" if asked.subresource else asked.resource
    return (
        namespace in (None, asked.namespace)
        and any(group in ("*", asked.group) for group in one.api_groups)
        and any(
            kind in ("*", combined) or (bool(asked.subresource) and kind == f"*/{asked.subresource}")
            for kind in one.resources
        )
        and (not one.resource_names or asked.name in one.resource_names)
    )


WORDS = st.text("ab*%:-?.$", max_size=3)
VERBS = st.sampled_from(("get", "list", "*", "get*", "")) | WORDS
GROUPS = st.sampled_from(("", "apps", "*", "app*")) | WORDS
KINDS = st.sampled_from(("pods", "pods/log", "*", "*/log", "pods/*", "*/*", "*/", "pods/", "pod*", "pods:log")) | WORDS
NAMES = st.sampled_from(("a", "b", "*", "", "a*", "system:a", "%2A")) | WORDS
PATHS = st.sampled_from(("*", "/healthz", "/healthz/*", "/heal*", "/a*b", "/a*b**", "/%2A")) | WORDS.map("/{}".format)
NAMESPACES = st.none() | st.sampled_from(("agents", "other"))


def several(words: st.SearchStrategy[str], least: int = 0) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(words, min_size=least, max_size=3, unique=True).map(tuple)


RULES = st.builds(
    Rule,
    verbs=several(VERBS, 1),
    api_groups=several(GROUPS),
    resources=several(KINDS),
    resource_names=several(NAMES) | st.just(()),
    non_resource_urls=several(PATHS) | st.just(()),
)
ASKED = st.builds(
    Asked,
    verb=st.sampled_from(("get", "list", "delete", "")) | WORDS,
    namespace=st.sampled_from(("", "agents", "other")),
    group=st.sampled_from(("", "apps")) | WORDS,
    resource=st.sampled_from(("pods", "deployments")) | WORDS,
    subresource=st.sampled_from(("", "log", "*")) | WORDS,
    name=st.sampled_from(("", "a", "*", "system:a", "a*")) | WORDS,
    path=st.just("") | st.sampled_from(("/healthz", "/healthz/x", "/a*bc", "/axb", "/*", "/")),
)


@given(RULES, NAMESPACES, ASKED)
def test_a_rule_grants_what_rbac_reads_in_it(one: Rule, namespace: str | None, asked: Asked) -> None:
    assert answer(granted((one, namespace)), asked) == ("allowed" if by_the_book(one, namespace, asked) else "denied")


@given(RULES, NAMESPACES, st.data())
def test_a_request_made_of_a_rule_s_own_words_is_answered_alike(
    one: Rule, namespace: str | None, data: st.DataObject
) -> None:
    def word(words: tuple[str, ...], instead: str) -> str:
        return data.draw(st.sampled_from((*words, instead)))

    resource, _, subresource = word(one.resources, "pods").partition("/")
    asked = Asked(
        word(one.verbs, "get"),
        namespace or "",
        word(one.api_groups, ""),
        resource,
        subresource.replace("/", ""),
        word(one.resource_names, ""),
        word(one.non_resource_urls, "") if data.draw(st.booleans()) else "",
    )
    assert answer(granted((one, namespace)), asked) == ("allowed" if by_the_book(one, namespace, asked) else "denied")


@given(st.lists(st.tuples(RULES, NAMESPACES), max_size=3))
def test_statements_become_rules_that_grant_the_same(pairs: list[tuple[Rule, str | None]]) -> None:
    permissions = granted(*pairs)
    back = granted(*((one, namespace) for namespace, found in rules(permissions).items() for one in found))
    assert subset(permissions, back) == Proved()
    assert subset(back, permissions) == Proved()


@given(st.lists(st.tuples(RULES, NAMESPACES), max_size=2), st.lists(st.tuples(RULES, NAMESPACES), max_size=2))
def test_a_proof_over_rules_agrees_with_the_evaluator(
    one: list[tuple[Rule, str | None]], other: list[tuple[Rule, str | None]]
) -> None:
    verdict = subset(granted(*one), granted(*other))
    assert isinstance(verdict, Proved | Refuted)
    if isinstance(verdict, Refuted):
        witness = verdict.witness
        assert permits(granted(*one), witness.action, witness.resource, {}).outcome == "allowed"
        assert permits(granted(*other), witness.action, witness.resource, {}).outcome == "denied"


@given(RULES)
def test_a_rule_survives_its_document(one: Rule) -> None:
    assert rule(one.document()) == one


@pytest.mark.parametrize(
    ("one", "asked", "outcome"),
    [
        (Rule(("get",), ("",), ("pods",), ("*",)), Asked("get", "agents", "", "pods", "", "a"), "denied"),
        (Rule(("get",), ("",), ("pods",), ("*",)), Asked("get", "agents", "", "pods", "", "*"), "allowed"),
        (Rule(("create",), ("",), ("pods",), ("a",)), Asked("create", "agents", "", "pods"), "denied"),
        (Rule(("list",), ("",), ("pods",), ("",)), Asked("list", "agents", "", "pods"), "allowed"),
        (Rule(("list",), ("",), ("pods",), ("",)), Asked("list", "agents", "", "pods", "", "a"), "denied"),
        (Rule(("get",), ("",), ("pods/*",)), Asked("get", "agents", "", "pods", "log", "a"), "denied"),
        (Rule(("get",), ("",), ("*/log",)), Asked("get", "agents", "", "pods", "log", "a"), "allowed"),
        (Rule(("get",), ("",), ("*/log",)), Asked("get", "agents", "", "pods", "", "a"), "denied"),
        (Rule(("get",), ("",), ("*",)), Asked("get", "agents", "", "pods", "log", "a"), "allowed"),
        (Rule(("get*",), ("",), ("pods",)), Asked("get", "agents", "", "pods", "", "a"), "denied"),
        (Rule(("get",), ("",), ("pods",)), Asked("get", "other", "", "pods", "", "a"), "denied"),
        (Rule(("get",), ("",), ("nodes",)), Asked("get", "", "", "nodes", "", "a"), "denied"),
        (Rule(("get",), non_resource_urls=("*",)), Asked("get", path="/healthz"), "denied"),
    ],
)
def test_a_binding_in_a_namespace(one: Rule, asked: Asked, outcome: str) -> None:
    assert answer(granted((one, "agents")), asked) == outcome


@pytest.mark.parametrize(
    ("one", "asked", "outcome"),
    [
        (Rule(("get",), ("",), ("pods",)), Asked("get", "other", "", "pods", "", "a"), "allowed"),
        (Rule(("list",), ("",), ("pods",)), Asked("list", "", "", "pods"), "allowed"),
        (Rule(("get",), ("",), ("nodes",)), Asked("get", "", "", "nodes", "", "a"), "allowed"),
        (Rule(("get",), ("*",), ("*",)), Asked("get", path="/healthz"), "denied"),
        (Rule(("get",), non_resource_urls=("*",)), Asked("get", path="/healthz"), "allowed"),
        (Rule(("get",), non_resource_urls=("*",)), Asked("get", "agents", "", "pods"), "denied"),
        (Rule(("get",), non_resource_urls=("/metrics/*",)), Asked("get", path="/metrics"), "denied"),
        (Rule(("get",), non_resource_urls=("/a*b",)), Asked("get", path="/axb"), "denied"),
    ],
)
def test_a_binding_of_the_whole_cluster(one: Rule, asked: Asked, outcome: str) -> None:
    assert answer(granted((one, None)), asked) == outcome


def test_a_statement_carries_what_it_is_given() -> None:
    end = before("kubernetes", datetime(2026, 12, 1, tzinfo=UTC))
    (found,) = statements(Rule(("get",), ("",), ("pods",)), "agents", "role reader", (end,))
    assert found == Statement("allow", ("get",), (), ("agents//pods/*",), (), (end,), "role reader")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"effect": "deny"}, "no deny"),
        ({"conditions": (before("kubernetes", datetime(2026, 12, 1, tzinfo=UTC)),)}, "no conditions"),
        ({"actions": (), "not_actions": ("get",)}, "everything but something"),
        ({"resources": (), "not_resources": ("n//pods/a",)}, "everything but something"),
        ({"actions": ("get*",)}, "a part of a text"),
        ({"actions": ("%2A",)}, "cannot be named"),
        ({"resources": ("n//pods/a*",)}, "a part of a text"),
        ({"resources": ("n//pods:*/a",)}, "subresources of one resource"),
        ({"resources": ("n//%2A/a",)}, "cannot be named"),
        ({"resources": ("n/%2A/pods/a",)}, "cannot be named"),
        ({"resources": ("pods",)}, "is not <namespace>"),
        ({"resources": ("url:/a*b",)}, "at the end of a path only"),
        ({"resources": ("url:/a%2A",)}, "cannot be named"),
    ],
)
def test_what_rbac_cannot_say_is_refused(changed: dict[str, tuple[str, ...]], reason: str) -> None:
    plain = Statement("allow", ("get",), (), ("n//pods/a",))
    assert rules(PermissionSet("kubernetes", (Policy((plain,)),))) == {"n": (Rule(("get",), ("",), ("pods",), ("a",)),)}
    with pytest.raises(InexpressibleError, match=reason):
        rules(PermissionSet("kubernetes", (Policy((replace(plain, **changed),)),)))


def test_several_policies_and_other_platforms_are_refused() -> None:
    policy = Policy((Statement("allow", ("get",), (), ("n//pods/a",)),))
    with pytest.raises(InexpressibleError, match="grant together"):
        rules(PermissionSet("kubernetes", (policy, policy)))
    with pytest.raises(InexpressibleError, match="nothing on aws"):
        rules(PermissionSet("aws", (policy,)))


# --- aggregated ClusterRoles ------------------------------------------------------------------------------------

PODS = Rule(("get",), ("",), ("pods",))
JOBS = Rule(("get",), ("batch",), ("jobs",))
NODES = Rule(("get",), ("",), ("nodes",))


def test_an_aggregated_role_is_the_sum_of_the_roles_that_any_selector_chooses() -> None:
    roles = {
        "sum": ClusterRole({}, (), ({"matchLabels": {"to": "sum"}}, {"matchLabels": {"also": "sum", "on": "true"}})),
        "pods": ClusterRole({"to": "sum"}, (PODS,)),
        "jobs": ClusterRole({"also": "sum", "on": "true"}, (JOBS, PODS)),
        "nodes": ClusterRole({"also": "sum"}, (NODES,)),
    }
    assert set(aggregated(roles, "sum")) == {PODS, JOBS}
    assert aggregated(roles, "nodes") == (NODES,)


def test_a_sum_of_sums_is_followed_and_a_ring_ends() -> None:
    roles = {
        "view": ClusterRole({"to": "edit"}, (PODS,), ({"matchLabels": {"to": "view"}},)),
        "edit": ClusterRole({"to": "view"}, (), ({"matchLabels": {"to": "edit"}},)),
        "jobs": ClusterRole({"to": "edit"}, (JOBS,)),
    }
    assert set(aggregated(roles, "edit")) == set(aggregated(roles, "view")) == {PODS, JOBS}


@pytest.mark.parametrize(
    ("expression", "chosen"),
    [
        ({"operator": "In", "values": ["a", "b"]}, True),
        ({"operator": "In", "values": ["b"]}, False),
        ({"operator": "NotIn", "values": ["b"]}, True),
        ({"operator": "NotIn", "values": ["a"]}, False),
        ({"operator": "Exists"}, True),
        ({"operator": "DoesNotExist"}, False),
        ({"key": "other", "operator": "NotIn", "values": ["a"]}, True),
        ({"key": "other", "operator": "Exists"}, False),
        ({"key": "other", "operator": "DoesNotExist"}, True),
        ({"operator": "Like", "values": ["b"]}, True),
    ],
)
def test_a_selector_s_expressions(expression: dict[str, object], chosen: bool) -> None:
    selector = {"matchExpressions": [{"key": "kind", **expression}]}
    roles = {"sum": ClusterRole({}, (), (selector,)), "pods": ClusterRole({"kind": "a"}, (PODS,))}
    assert bool(aggregated(roles, "sum")) is chosen


def test_a_selector_without_a_word_chooses_every_role() -> None:
    roles = {"sum": ClusterRole({}, (), ({},)), "pods": ClusterRole({}, (PODS,))}
    assert aggregated(roles, "sum") == (PODS,)
