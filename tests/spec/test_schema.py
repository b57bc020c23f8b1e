"""The generated JSON Schemas: up to date, valid, and of one mind with the loader on every corpus file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from nhi.spec.schema import ROTATION_DAYS_LIMIT, agent_schema, environment_schema, main, outdated
from nhi.spec.source import parse, read

from .files import CORPUS, changed

SCHEMAS = {"agent": agent_schema(), "environment": environment_schema()}


def _errors(kind: str, value: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(SCHEMAS[kind]).iter_errors(value)]


def _corpus(mark: str) -> Iterator[Any]:
    for kind in SCHEMAS:
        for file in sorted((CORPUS / f"{kind}_{mark}").glob("*.yaml")):
            yield pytest.param(kind, file, id=f"{kind}-{file.stem}")


def test_the_schema_files_are_up_to_date() -> None:
    assert outdated() == []
    assert main(["--check"]) == 0


@pytest.mark.parametrize("kind", SCHEMAS)
def test_a_schema_is_a_schema_with_its_id_at_the_root_only(kind: str) -> None:
    schema = SCHEMAS[kind]
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"urn:nhi:schema:{kind}:v1"
    assert str(schema).count("'$id'") == 1


@pytest.mark.parametrize(("kind", "file"), list(_corpus("good")))
def test_a_good_file_is_valid(kind: str, file: Path) -> None:
    assert _errors(kind, read(file).value) == []


@pytest.mark.parametrize(("kind", "file"), list(_corpus("bad")))
def test_a_bad_file_is_invalid(kind: str, file: Path) -> None:
    assert _errors(kind, read(file).value)


def test_the_rotation_limit_shows_in_an_editor() -> None:
    for days, valid in ((ROTATION_DAYS_LIMIT, True), (ROTATION_DAYS_LIMIT + 1, False)):
        value = parse(changed("rotation_days: 30", f"rotation_days: {days}"), "a.yaml").value
        assert (_errors("agent", value) == []) is valid


def test_docstrings_of_fields_become_descriptions() -> None:
    definitions = SCHEMAS["agent"]["$defs"]
    assert definitions["Sponsor"]["properties"]["backup"]["description"].startswith("E-mail address of the person")
    assert definitions["Credential"]["description"].startswith("How the agent proves who it is")
