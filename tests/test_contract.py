"""The contract: names, tags and tokens of identities that already exist. A change here changes what is deployed."""

from __future__ import annotations

import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhi.contract import (
    AGENT_ID_LIMIT,
    AGENT_ID_PATTERN,
    CLASS_ATTRIBUTE,
    COMPONENT_TYPES,
    DESCRIPTION_LIMIT,
    ENTRA_AUDIENCE,
    FACT_TABLE,
    FACTS,
    INSTANCE_LIMIT,
    INSTANCE_PATTERN,
    NAME_LIMITS,
    PLATFORM_OUTPUTS,
    PLATFORMS,
    RULE_AREAS,
    UNKNOWN,
    Fact,
    agent_name,
    class_group_name,
    describe_facts,
    described_facts,
    digest,
    encode_fact,
    identity_name,
    shorten,
)

AGENT_IDS = st.from_regex(AGENT_ID_PATTERN, fullmatch=True).filter(lambda text: len(text) <= AGENT_ID_LIMIT)
INSTANCES = st.none() | st.from_regex(INSTANCE_PATTERN, fullmatch=True).filter(lambda text: len(text) <= INSTANCE_LIMIT)


def test_names_are_what_they_were() -> None:
    made = {
        (kind, suffix): identity_name(kind, "acme-prod", "research-agent-prod-01", None, suffix)
        for kind, suffix in (
            ("aws:role", ""),
            ("aws:policy", "guard"),
            ("aws:policy", "grants-1"),
            ("gcp:service-account", ""),
            ("gcp:custom-role", "grants-1"),
            ("gcp:provider", ""),
            ("gcp:deny-policy", ""),
            ("gcp:boundary", ""),
            ("gcp:secret", "credential"),
            ("entra:display-name", ""),
            ("entra:federated-credential", ""),
        )
    }
    assert made == {
        ("aws:role", ""): "acme-prod-research-agent-prod-01",
        ("aws:policy", "guard"): "acme-prod-research-agent-prod-01-guard",
        ("aws:policy", "grants-1"): "acme-prod-research-agent-prod-01-grants-1",
        ("gcp:service-account", ""): "acme-prod-research-ag-0a318a0c",
        ("gcp:custom-role", "grants-1"): "acme-prod-research-agent-prod-01-grants-1",
        ("gcp:provider", ""): "acme-prod-research-agent-prod-01",
        ("gcp:deny-policy", ""): "acme-prod-research-agent-prod-01",
        ("gcp:boundary", ""): "acme-prod-research-agent-prod-01",
        ("gcp:secret", "credential"): "acme-prod-research-agent-prod-01-credential",
        ("entra:display-name", ""): "acme-prod-research-agent-prod-01",
        ("entra:federated-credential", ""): "acme-prod-research-agent-prod-01",
    }
    assert identity_name("aws:role", "acme-prod", "a", "eu") == "acme-prod-a--eu"
    assert identity_name("kubernetes:name", "", "research-agent") == "research-agent"


def test_type_tokens_and_areas_are_what_they_were() -> None:
    assert sorted(COMPONENT_TYPES) == [
        "nhi:index:AgentIdentity",
        "nhi:index:AwsAgentIdentity",
        "nhi:index:EntraAgentClasses",
        "nhi:index:EntraAgentIdentity",
        "nhi:index:GcpAgentIdentity",
        "nhi:index:KubernetesAgentAdmission",
        "nhi:index:KubernetesAgentIdentity",
    ]
    assert sorted(RULE_AREAS) == sorted(
        ["SPN", "CLS", "IDN", "TRU", "CRD", "EXP", "PRM", "ESC", "DEL", "USR", "STA", "MON", "GAT"]
    )
    assert set(PLATFORM_OUTPUTS) == set(PLATFORMS)


def test_a_class_is_named_by_prefix_and_class_only() -> None:
    assert class_group_name("acme-prod", "customer-facing") == "acme-prod-class-customer-facing"
    assert len(class_group_name("p" * 24, "c" * 63)) <= NAME_LIMITS["entra:display-name"]
    assert CLASS_ATTRIBUTE == "attribute.agent_class"
    assert ENTRA_AUDIENCE == "api://AzureADTokenExchange"


def test_every_fact_has_a_place_on_every_platform() -> None:
    assert {(platform, fact) for platform in PLATFORMS for fact in FACT_TABLE[platform]} == {
        (platform, fact) for platform in PLATFORMS for fact in FACTS
    }
    assert FACT_TABLE["aws"]["sponsor"].key == "nhi:sponsor"
    assert FACT_TABLE["kubernetes"]["sponsor"].carrier == "annotation"
    assert FACT_TABLE["kubernetes"]["agent-id"].carrier == "label"
    assert FACT_TABLE["gcp"]["sponsor"].key == "nhi-sponsor"


REQUIRED: dict[Fact, str] = {
    "class": "non-human:ai-agent",
    "agent-id": "research-agent",
    "sponsor": "jgill@example.com",
    "owner-team": "research",
    "risk-tier": "2",
    "purpose": "Answers questions",
    "state": "active",
    "environment": "prod",
}


def test_a_description_is_what_it_was() -> None:
    assert describe_facts({**REQUIRED, "spec-digest": "1:00"}) == (
        "nhi:class=non-human:ai-agent;agent-id=research-agent;sponsor=jgill@example.com;owner-team=research;"
        "risk-tier=2;purpose=Answers questions;state=active;environment=prod"
    )
    assert describe_facts(
        {**REQUIRED, "expires": "2027-03-31T00:00:00Z", "instance": "eu", "agent-class": "research"}
    ) == (
        "nhi:class=non-human:ai-agent;agent-id=research-agent;sponsor=jgill@example.com;owner-team=research;"
        "risk-tier=2;purpose=Answers questions;state=active;environment=prod;instance=eu;agent-class=research;"
        "expires=2027-03-31T00:00:00Z"
    )


@given(st.text(max_size=256))
def test_a_description_keeps_every_fact_but_a_long_purpose_whole(purpose: str) -> None:
    text = describe_facts({**REQUIRED, "purpose": purpose})
    assert text is not None
    assert len(text.encode()) <= DESCRIPTION_LIMIT
    found = described_facts(text)
    assert {**found, "purpose": ""} == {**REQUIRED, "purpose": ""}


@given(st.text(max_size=80), st.text(min_size=1, max_size=120))
def test_an_agent_that_can_be_described_can_be_described_when_it_is_stopped(purpose: str, team: str) -> None:
    facts: dict[Fact, str] = {**REQUIRED, "purpose": purpose, "owner-team": team, "agent-class": "research"}
    active, stopped = describe_facts(facts), describe_facts({**facts, "state": "suspended"})
    assert (active is None) == (stopped is None)
    if active is not None and stopped is not None:
        assert {**described_facts(active), "state": ""} == {**described_facts(stopped), "state": ""}


def test_where_not_even_a_short_purpose_fits_the_class_is_left_out_and_nothing_else() -> None:
    facts: dict[Fact, str] = {**REQUIRED, "purpose": "Answers questions of people", "agent-class": "c" * 63}
    fits = describe_facts(facts)
    assert fits is not None
    assert described_facts(fits)["agent-class"] == "c" * 63
    text = describe_facts({**facts, "owner-team": "t" * 30})
    assert text is not None
    assert set(described_facts(text)) == set(REQUIRED)
    assert described_facts(text)["purpose"] == "Answers questions of people"


def test_two_long_purposes_stay_different_and_too_much_is_refused() -> None:
    long = "x" * 250
    assert describe_facts({**REQUIRED, "purpose": long + "a"}) != describe_facts({**REQUIRED, "purpose": long + "b"})
    assert describe_facts({**REQUIRED, "sponsor": long}) is None
    assert described_facts("a service account of somebody") == {}


@given(AGENT_IDS, INSTANCES, AGENT_IDS, INSTANCES)
def test_two_identities_never_share_an_unshortened_name(a: str, i: str | None, b: str, j: str | None) -> None:
    assert (agent_name(a, i) == agent_name(b, j)) == ((a, i) == (b, j))


@given(st.sampled_from(sorted(NAME_LIMITS)), AGENT_IDS, INSTANCES, st.sampled_from(["", "guard", "grants-12"]))
def test_a_name_fits_its_limit_and_keeps_its_suffix(kind: str, agent: str, instance: str | None, suffix: str) -> None:
    name = identity_name(kind, "acme-prod", agent, instance, suffix)
    assert len(name) <= NAME_LIMITS[kind]
    assert name.endswith(suffix)
    assert name == identity_name(kind, "acme-prod", agent, instance, suffix)


@given(st.text(min_size=1, max_size=300), st.integers(12, 64))
def test_a_shortened_text_fits_and_differs_where_the_text_differs(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= limit
    assert shorten(text, limit) == text or len(text) > limit
    assert shorten(text + "x" * limit, limit) != shorten(text + "y" * limit, limit)


@given(st.sampled_from(PLATFORMS), st.sampled_from(FACTS), st.text(max_size=400))
def test_an_encoded_fact_fits_its_carrier(platform: str, fact: str, value: str) -> None:
    placement = FACT_TABLE[platform][fact]  # type: ignore[index]
    encoded = encode_fact(platform, fact, value)  # type: ignore[arg-type]
    assert len(encoded) <= placement.limit
    if placement.encoding == "label":
        assert re.fullmatch(r"(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)?", encoded)
    if placement.encoding == "entra-tag":
        assert re.fullmatch(r"\S{1,256}", f"{placement.key}={encoded}")


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})
    assert digest({}).startswith("1:")


def test_an_unknown_has_no_truth_value_and_stays_one() -> None:
    with pytest.raises(TypeError, match="no truth value"):
        bool(UNKNOWN)
    assert copy.deepcopy({"x": UNKNOWN})["x"] is UNKNOWN
