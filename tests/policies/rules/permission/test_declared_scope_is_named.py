"""Fixtures of NHI-PRM-019."""

from dataclasses import replace
from typing import Any

from nhi.catalog.load import load_catalog
from nhi.catalog.load import template as _template

from policies import gcp_kit as g
from policies import kit
from policies.kit import Case
from policies.rules.permission import aws_declared as aws

RULE = "NHI-PRM-019"


def _scope(**binding: Any) -> Any:
    return aws.agent(bindings={**aws.BINDINGS, "data_scopes": {"notes": {"aws": [binding]}}})


def _with_wildcard() -> Any:
    """The shipped catalog with `bedrock:*` in the entry `text_generation`."""
    catalog = load_catalog()
    action = catalog.actions["text_generation"]
    rows = tuple(replace(row, slot=None, picks=(), statement=_wide(row)) for row in action.rows["aws"])
    changed = replace(action, rows={**action.rows, "aws": rows})
    return replace(catalog, actions={**catalog.actions, "text_generation": changed}, memo={})


def _wide(row: Any) -> Any:
    return replace(row.everywhere or row.statement, actions=(_template("bedrock:*"),)) if row else None


_ANY_BUCKET = _scope(kind="s3", bucket="*")
_ANY_TABLE = _scope(kind="dynamodb", table="*")
_ANY_TOOL = aws.agent(
    bindings={**aws.BINDINGS, "tools": {"refund": {"aws": [{"kind": "lambda", "function": "*"}]}}},
    tool_access=[{"tool": "refund", "allowed": True}],
)


def _google(*bindings: dict[str, Any]) -> Any:
    return g.agent({"data_scopes": {"notes": {"gcp": list(bindings)}, "archive": {}}}, data_access=[_READ])


def _word(*permissions: str, on: str) -> Any:
    """The shipped catalog with other permissions in the entry `translation` on Google Cloud."""
    catalog = load_catalog()
    action = catalog.actions["translation"]
    rows = tuple(
        replace(row, statement=replace(row.statement, actions=_templates(*permissions), resources=_templates(on)))
        for row in action.rows["gcp"]
    )
    changed = replace(action, rows={**action.rows, "gcp": rows})
    return replace(catalog, actions={**catalog.actions, "translation": changed}, memo={})


def _templates(*texts: str) -> Any:
    return tuple(_template(text) for text in texts)


_READ = {"scope": "notes", "access": "read"}
_G_BUCKET = _google({"kind": "bucket", "bucket": "*"})
_G_TOPIC = g.agent({"data_scopes": {"notes": {"gcp": [{"kind": "secret", "name": "partner-*"}]}}}, data_access=[_READ])
_SECRETS = g.context(g.AGENT, catalog=_word("secretmanager.versions.access", on="projects/{project_id}"))
_TABLES = g.context(g.AGENT, catalog=_word("bigquery.jobs.create", on="projects/{project_id}"))
_PATTERN = g.context(g.AGENT, catalog=_word("storage.*", on="projects/{project_id}"))

GOOD = [Case("a model and a prefix", aws.AGENT, aws.CONTEXT), Case("on Google Cloud", g.AGENT, g.context(g.AGENT))]
BAD = [
    Case("every bucket", _ANY_BUCKET, kit.context(_ANY_BUCKET), expect="data_scopes.notes"),
    Case("every bucket of Google Cloud", _G_BUCKET, g.context(_G_BUCKET), "data_scopes.notes"),
    Case("secrets that begin so", _G_TOPIC, g.context(_G_TOPIC), "partner-*"),
    Case("every secret of the project", g.AGENT, _SECRETS, "reaches every object"),
    Case("a pattern of permissions", g.AGENT, _PATTERN, "storage.*"),
    Case("every table", _ANY_TABLE, kit.context(_ANY_TABLE), expect="table/*"),
    Case("every function", _ANY_TOOL, kit.context(_ANY_TOOL), expect="tools.refund"),
    Case("a wildcard in the catalog", aws.AGENT, kit.context(aws.AGENT, catalog=_with_wildcard()), expect="bedrock:*"),
]
_SPEECH = aws.agent(allowed_actions=["speech_synthesis"])
_WHOLE = _scope(kind="s3", bucket="acme-notes")
_DENIED = aws.agent(bindings={**aws.BINDINGS, "tools": {"refund": {"aws": [{"kind": "lambda", "function": "*"}]}}})
NEAR_MISS = [
    Case("all of one bucket", _WHOLE, kit.context(_WHOLE)),
    Case("an action that is only granted on everything", _SPEECH, kit.context(_SPEECH)),
    Case("a permission on the project that names no object", g.AGENT, _TABLES),
    Case("a wide denial", _DENIED, kit.context(_DENIED)),
    Case("an agent elsewhere", aws.agent(platforms=["kubernetes"]), kit.context(aws.agent(platforms=["kubernetes"]))),
]
UNKNOWN: list[Case] = []
