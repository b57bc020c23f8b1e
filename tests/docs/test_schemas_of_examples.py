"""Every example file tells an editor its schema, and keeps it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from nhi.spec.source import read

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(
    file for folder in ("agents", "environments", "classes") for file in (ROOT / "stacks" / folder).glob("*.yaml")
)
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


def schema_of(file: Path) -> Path:
    """The schema that the first line of a file names."""
    found = MODELINE.match(file.read_text(encoding="utf-8"))
    assert found is not None, "the first line names no schema"
    return (file.parent / found[1]).resolve()


def test_there_are_examples_of_agents_and_environments() -> None:
    assert {file.parent.name for file in EXAMPLES} >= {"agents", "environments"}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_an_example_keeps_the_schema_that_its_first_line_names(file: Path) -> None:
    validator = Draft202012Validator(json.loads(schema_of(file).read_text(encoding="utf-8")))
    assert [error.message for error in validator.iter_errors(read(file).value)] == []


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_an_unknown_key_in_an_example_breaks_its_schema(file: Path) -> None:
    # Else the test above could pass on a schema that demands nothing.
    validator = Draft202012Validator(json.loads(schema_of(file).read_text(encoding="utf-8")))
    assert not validator.is_valid({**read(file).value, "no_such_key": 1})
