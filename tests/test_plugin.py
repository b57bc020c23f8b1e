"""The components as a Pulumi package: the schema that other languages are generated from, and what the host is told.

The schema is public: a change to the golden file is a change to every generated SDK. Whole programs in another language
run in `tests/fleet/test_other_languages.py`.
"""

from __future__ import annotations

import json
import os
import runpy
from pathlib import Path
from typing import Any

import nhi
import pulumi
import pytest
from pulumi.provider.experimental.component import ComponentProvider
from pulumi.provider.server import ComponentInitError

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).parent / "golden" / "schema.json"
IDENTITY = "nhi:index:AgentIdentity"
ENVIRONMENT = str(ROOT / "stacks" / "environments" / "dev.yaml")


@pytest.fixture(scope="module")
def provider() -> ComponentProvider:
    """What `components/__main__.py` serves."""
    served = runpy.run_path(str(ROOT / "components" / "__main__.py"))
    return served["Components"](served["COMPONENTS"], served["NAME"], None, "0.0.0")


def test_the_schema_is_what_it_was(provider: ComponentProvider) -> None:
    schema = json.loads(provider.schema or "")
    text = json.dumps(schema, indent=2, sort_keys=True) + "\n"
    if os.environ.get("NHI_GOLDEN") == "write":
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(text)
    assert text == GOLDEN.read_text()


def test_every_component_is_served(provider: ComponentProvider) -> None:
    components = {name for name in nhi.__all__ if isinstance(getattr(nhi, name), type)}
    assert set(json.loads(provider.schema or "")["resources"]) == {f"nhi:index:{name}" for name in components}


def test_arguments_are_strings_and_lists_of_strings_that_the_host_does_not_corrupt(provider: ComponentProvider) -> None:
    for token, resource in json.loads(GOLDEN.read_text())["resources"].items():
        given: dict[str, Any] = {}
        for name, argument in resource["inputProperties"].items():
            kind = argument["items"]["type"] if argument["type"] == "array" else argument["type"]
            assert (kind, argument["plain"]) == ("string", True)
            given[name] = ["1", "true"] if argument["type"] == "array" else "1"
        taken = provider.map_inputs(given, provider._component_defs[token.rpartition(":")[2]])
        assert taken == given, "every argument arrives under its name and as it was sent"


def said(provider: ComponentProvider, token: str = IDENTITY, **inputs: Any) -> str:
    """What the host tells the engine about a component that it does not make."""
    with pytest.raises(pulumi.InputPropertiesError) as raised:
        provider.construct("a", token, {"environment": ENVIRONMENT, **inputs})
    assert raised.value.errors == [], "the SDK fails on its own answer where there is no list"
    return raised.value.message


def test_an_argument_that_nobody_reads_is_refused_with_the_nearest(provider: ComponentProvider) -> None:
    assert "AgentIdentity takes no argument 'clok'" in said(provider, file="agent.yaml", clok="2026-11-01T00:00:00Z")
    assert "did you mean 'clock'?" in said(provider, file="agent.yaml", clok="2026-11-01T00:00:00Z")


@pytest.mark.parametrize("value", [1.0, True, ["a.yaml"], {"a": "b"}, object()])
def test_an_argument_that_is_no_plain_text_is_refused(provider: ComponentProvider, value: Any) -> None:
    assert "the argument 'file' of AgentIdentity is not plain text" in said(provider, file=value)


def test_a_list_of_texts_is_no_text(provider: ComponentProvider) -> None:
    assert "'catalog' of AgentIdentity is not a list of plain texts" in said(provider, file="a.yaml", catalog="b.yaml")


@pytest.mark.parametrize(
    ("token", "inputs", "message"),
    [
        (IDENTITY, {"file": "nowhere.yaml"}, "1 problem in the files:\nnowhere.yaml: the file cannot be read"),
        ("nhi:index:GcpAgentIdentity", {"text": "agent_policy: {agent_id: A}"}, "text:1:26: "),
        (
            "nhi:index:KubernetesAgentAdmission",
            {"environment": "nowhere.yaml"},
            "nowhere.yaml: the file cannot be read",
        ),
    ],
)
def test_a_mistake_in_a_file_is_told_without_a_traceback(
    provider: ComponentProvider, token: str, inputs: dict[str, str], message: str
) -> None:
    told = said(provider, token, **inputs)
    assert told.startswith(message)
    assert 'File "' not in told


def test_a_fault_of_ours_keeps_its_traceback(provider: ComponentProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nhi.platforms.arguments.plan_from_args", lambda _args: {}["no such key"])
    with pytest.raises(ComponentInitError):
        provider.construct("a", IDENTITY, {"environment": ENVIRONMENT, "file": "agent.yaml"})
