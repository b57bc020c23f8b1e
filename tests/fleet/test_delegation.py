"""Who may hand work to whom. Agents are declared in memory; one thing is changed at a time."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nhi.catalog.load import load_catalog
from nhi.catalog.permission_set import permission_set
from nhi.fleet.delegation import Graph, access, graph, handed_on, narrowing
from nhi.permissions.proof import Proved, Refuted, subset
from nhi.spec.declared import DeclaredAgent
from policies.delegation_kit import fleet

from policies import kit

EDGES = ["origin>middle", "middle>end"]


def made(edges: list[str], depth: Mapping[str, int] | None = None) -> Graph:
    return graph(fleet(edges, **{name: {"delegation.max_depth": limit} for name, limit in (depth or {}).items()}))


def without(declared: DeclaredAgent, field: str) -> DeclaredAgent:
    delegation = declared.agent.delegation
    assert delegation is not None
    changed = declared.agent.model_copy(update={"delegation": delegation.model_copy(update={field: ()})})
    return DeclaredAgent(changed, declared.positions, declared.environment)


def test_an_edge_carries_the_line_of_either_side() -> None:
    (edge,) = made(["origin>end"]).edges
    assert edge.name == "origin -> end"
    assert (edge.origin.file, edge.consent.file) == ("agents/origin.yaml", "agents/end.yaml")


@pytest.mark.parametrize(("agent", "field"), [("origin", "allowed_targets"), ("end", "accepts_from")])
def test_either_side_alone_makes_no_edge(agent: str, field: str) -> None:
    agents = fleet(["origin>end"])
    agents[agent] = without(agents[agent], field)
    assert graph(agents).edges == ()


def test_an_agent_that_may_not_delegate_has_no_edge_out() -> None:
    agents = fleet(["origin>end"])
    agents["origin"] = kit.agent(agent_id="origin", delegation={"allowed": False, "allowed_targets": ["end"]})
    assert graph(agents).edges == ()


def test_a_limit_is_never_more_than_the_tier_allows() -> None:
    assert graph(fleet(EDGES, origin={"delegation.max_depth": 9, "risk_tier": 2})).limits["origin"] == 2


def test_work_travels_as_far_as_the_limit() -> None:
    edges = [*EDGES, "end>beyond"]
    assert list(made(edges, {"origin": 1}).chains("origin")) == [("origin", "middle")]
    assert list(made(edges, {"origin": 2}).chains("origin"))[-1] == ("origin", "middle", "end")
    assert list(made(edges).chains("origin"))[-1] == ("origin", "middle", "end", "beyond")


def test_a_chain_beyond_the_limit_is_named() -> None:
    assert made(EDGES, {"origin": 1}).too_long("origin") == ("origin", "middle", "end")
    assert made(EDGES, {"origin": 2}).too_long("origin") is None


def test_places_say_who_may_stand_before_an_edge() -> None:
    found = made([*EDGES, "other>middle"], {"origin": 2, "other": 1, "middle": 1})
    (edge,) = found.calls("middle")
    one, two = found.places(edge)
    assert one == (frozenset({"middle"}),)
    # `other` may make one hop only, so it never stands at the start of two.
    assert two == (frozenset({"origin"}), frozenset({"middle"}))


def test_no_place_is_left_where_the_caller_may_make_no_hop() -> None:
    found = made(["origin>end"], {"origin": 0})
    assert found.places(found.edges[0]) == ()


@pytest.mark.parametrize(
    ("edges", "cycle"),
    [
        (["a>b", "b>c", "c>a"], ("a", "b", "c", "a")),
        (["a>a"], ("a", "a")),
        (["x>a", "a>b", "b>a", "b>y"], ("a", "b", "a")),
    ],
)
def test_a_cycle_is_named_once(edges: list[str], cycle: tuple[str, ...]) -> None:
    assert made(edges).cycles == (cycle,)


def test_two_ways_to_one_agent_are_no_cycle() -> None:
    assert made(["a>b", "a>c", "b>d", "c>d"]).cycles == ()


def test_a_chain_of_thousands_is_walked_to_its_limit_only() -> None:
    found = made([f"a{number}>a{number + 1}" for number in range(2000)])
    assert len(list(found.chains("a0"))) == 3
    assert found.cycles == ()


@settings(suppress_health_check=[HealthCheck.too_slow])  # declaring five agents takes its time on a busy machine
@given(st.sets(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")), max_size=12))
def test_every_cycle_is_one_of_the_graph_and_none_is_missed(pairs: set[tuple[str, str]]) -> None:
    found = made([f"{caller}>{callee}" for caller, callee in sorted(pairs)])
    for cycle in found.cycles:
        assert cycle[0] == cycle[-1]
        assert all((caller, callee) in pairs for caller, callee in pairwise(cycle))
    on_cycles = {agent for cycle in found.cycles for agent in cycle}
    reached = {start: {start_edge[1] for start_edge in pairs if start_edge[0] == start} for start in "abcde"}
    for _ in "abcde":
        reached = {start: ends | {end for via in ends for end in reached[via]} for start, ends in reached.items()}
    knotted = {start for start in "abcde" if start in reached[start]}
    assert on_cycles <= knotted
    assert bool(knotted) == bool(found.cycles)


# --- what is handed on ------------------------------------------------------------------------------------------------


def test_without_a_scope_an_agent_hands_on_at_most_its_own_access() -> None:
    scope = {"allowed_actions": ["text_generation", "web_search"]}
    declared, catalog = scoped(scope), load_catalog()
    delegation = declared.agent.delegation
    assert delegation is not None
    agent = declared.agent.model_copy(update={"delegation": delegation.model_copy(update={"scope": None})})
    free = DeclaredAgent(agent, declared.positions, declared.environment)
    assert narrowing(free) is None
    assert handed_on(free, catalog, "aws") == permission_set("aws", access(declared, catalog, "aws"))


def scoped(scope: dict[str, object]) -> DeclaredAgent:
    declared = kit.agent(
        allowed_actions=["text_generation", "web_search"],
        delegation={"allowed": True, "max_depth": 1, "allowed_targets": ["end"], "scope": scope},
    )
    environment = kit.environment(
        **{
            "resources": {
                "model": {"aws": [{"kind": "model", "id": "anthropic.claude"}]},
                "web-search": {"aws": [{"kind": "agentcore-web-search"}]},
            }
        }
    )
    return DeclaredAgent(declared.agent, declared.positions, environment)


def test_a_scope_narrows_what_is_handed_on() -> None:
    catalog = load_catalog()
    whole, narrow = (
        scoped({"allowed_actions": ["text_generation", "web_search"]}),
        scoped({"allowed_actions": ["text_generation"]}),
    )
    assert isinstance(subset(handed_on(narrow, catalog, "aws"), handed_on(whole, catalog, "aws")), Proved)
    verdict = subset(handed_on(whole, catalog, "aws"), handed_on(narrow, catalog, "aws"))
    assert isinstance(verdict, Refuted)
    assert verdict.witness.action == "bedrock-agentcore:invokewebsearch"


def test_a_scope_never_widens() -> None:
    catalog = load_catalog()
    wider = scoped({"allowed_actions": ["text_generation", "payment_processing"]})
    own = scoped({"allowed_actions": ["text_generation", "web_search"]})
    assert isinstance(subset(handed_on(wider, catalog, "aws"), handed_on(own, catalog, "aws")), Proved)


def test_lines_of_a_scope_are_those_of_the_scope() -> None:
    narrowed = narrowing(scoped({"allowed_actions": ["text_generation"]}))
    assert narrowed is not None
    assert narrowed.positions.at("allowed_actions", 0) == kit.agent(
        allowed_actions=["text_generation", "web_search"],
        delegation={
            "allowed": True,
            "max_depth": 1,
            "allowed_targets": ["end"],
            "scope": {"allowed_actions": ["text_generation"]},
        },
    ).positions.at("delegation", "scope", "allowed_actions", 0)
