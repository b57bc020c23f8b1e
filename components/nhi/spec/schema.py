"""JSON Schema of the agent, class and environment files and of a user's grants, for editors and other tools.

Owns turning the models into `agent.schema.json`, `class.schema.json`, `environment.schema.json` and
`user_grants.schema.json` (draft 2020-12), with the docstrings of models and fields as descriptions. Does not own the
rules: a file that a schema accepts can still get a finding. The one ceiling that is the same for every tier, 90 days
of rotation (row 2.4), is written in, so that an editor shows it.

`python -m nhi.spec.schema --write` writes the files, `--check` says whether they are up to date.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from nhi.spec import agent_class as class_module
from nhi.spec import environment as environment_module
from nhi.spec import model as model_module
from nhi.spec import user_grants as user_module
from nhi.spec.agent_class import ClassFile
from nhi.spec.environment import Environment
from nhi.spec.model import Agent, AgentFile
from nhi.spec.user_grants import UserGrantsFile

ROTATION_DAYS_LIMIT = 90
_FOLDER = Path(__file__).parent
_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def _close(schema: Any) -> None:
    """Refuses keys that match no pattern of a map; pydantic writes the patterns but leaves other keys open."""
    if isinstance(schema, dict):
        if "patternProperties" in schema:
            schema.setdefault("additionalProperties", False)
        for part in schema.values():
            _close(part)
    elif isinstance(schema, list):
        for part in schema:
            _close(part)


@cache
def _field_docstrings() -> dict[tuple[str, str], str]:
    """The text under each field, by class and field. Read from the source: pydantic would do it at every import."""
    found = {}
    sources = [inspect.getsource(module) for module in (model_module, environment_module, class_module, user_module)]
    for node in (node for source in sources for node in ast.walk(ast.parse(source))):
        if not isinstance(node, ast.ClassDef):
            continue
        for field, below in zip(node.body, node.body[1:], strict=False):
            if (
                isinstance(field, ast.AnnAssign)
                and isinstance(field.target, ast.Name)
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
                and isinstance(below.value.value, str)
            ):
                found[(node.name, field.target.id)] = inspect.cleandoc(below.value.value)
    return found


def _schema(model: type[BaseModel], name: str, title: str) -> dict[str, Any]:
    schema = model.model_json_schema()
    docstrings = _field_docstrings()
    for class_name, part in [(model.__name__, schema), *schema.get("$defs", {}).items()]:
        for key, field in part.get("properties", {}).items():
            # A title that only repeats the key hides the key in an editor's hover.
            field.pop("title", None)
            text = docstrings.get((class_name, key))
            if text is not None:
                field["description"] = " ".join(text.split())
        if "description" in part:
            part["description"] = " ".join(part["description"].split())
    _close(schema)
    # `$id` stands at the root only: on a definition it would move the base of every `$ref` inside.
    return {"$schema": _DRAFT, "$id": f"urn:nhi:schema:{name}:v1", **schema, "title": title}


def agent_schema() -> dict[str, Any]:
    """The JSON Schema of an agent file."""
    schema = _schema(AgentFile, "agent", "nhi agent file")
    rotation = schema["$defs"]["Credential"]["properties"]["rotation_days"]
    for number in _numbers(rotation):
        number["maximum"] = ROTATION_DAYS_LIMIT
    return schema


def environment_schema() -> dict[str, Any]:
    """The JSON Schema of an environment file. Layers are checked by key only: they hold parts of an agent."""
    schema = _schema(Environment, "environment", "nhi environment file")
    keys = {"enum": [key for key in Agent.model_fields if key not in ("agent_id", "environment")]}
    properties = schema["properties"]
    for layer in ("defaults", "merges", "overrides"):
        properties[layer]["propertyNames"] = keys
    for bindings in properties["agents"]["patternProperties"].values():
        bindings["propertyNames"] = keys
    # A platform that is named needs its section; the loader says so too.
    schema["allOf"] = [
        {
            "if": {"properties": {"platforms": {"contains": {"const": platform}}}, "required": ["platforms"]},
            "then": {"required": [platform], "properties": {platform: {"type": "object"}}},
        }
        for platform in ("aws", "entra", "gcp", "kubernetes")
    ]
    return schema


def _numbers(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if schema.get("type") == "integer":
        yield schema
    for part in schema.get("anyOf", ()):
        yield from _numbers(part)


def class_schema() -> dict[str, Any]:
    """The JSON Schema of a class file. Defaults are checked by key only: they hold a part of an agent."""
    schema = _schema(ClassFile, "class", "nhi class file")
    keys = [key for key in Agent.model_fields if key not in ("agent_id", "environment", "agent_class")]
    schema["$defs"]["AgentClass"]["properties"]["defaults"]["propertyNames"] = {"enum": keys}
    return schema


def user_grants_schema() -> dict[str, Any]:
    """The JSON Schema of a file of a user's grants."""
    return _schema(UserGrantsFile, "user-grants", "nhi user grants file")


SCHEMAS = {
    "agent.schema.json": agent_schema,
    "class.schema.json": class_schema,
    "environment.schema.json": environment_schema,
    "user_grants.schema.json": user_grants_schema,
}


def outdated() -> list[str]:
    """The schema files that differ from what the models say."""
    return [
        name
        for name, make in SCHEMAS.items()
        if not (_FOLDER / name).is_file() or (_FOLDER / name).read_text(encoding="utf-8") != _text(make())
    ]


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Writes or checks the schema files. Returns 0, or 1 where `--check` finds one out of date."""
    parser = argparse.ArgumentParser(prog="python -m nhi.spec.schema", description="JSON Schema of the file formats.")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--write", action="store_true", help="write the schema files")
    what.add_argument("--check", action="store_true", help="fail if a schema file is out of date")
    if parser.parse_args(arguments).write:
        for name, make in SCHEMAS.items():
            (_FOLDER / name).write_text(_text(make()), encoding="utf-8")
        return 0
    late = outdated()
    for name in late:
        print(f"{name} is out of date; run: python -m nhi.spec.schema --write", file=sys.stderr)
    return 1 if late else 0


if __name__ == "__main__":
    raise SystemExit(main())
