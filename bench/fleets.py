"""Generated fleets to measure with: any number of agents, in a project of their own.

Owns the shape of a generated fleet, and says it in words (`MIX`), because a figure means nothing without it. Every
agent lives on all four platforms. No two agents are alike: id, team, sponsor, purpose, end date and its draw of words
differ, so that what is kept from one agent to the next is what a real fleet would share as well. The program, the gate
and its settings are the example project's, which users copy.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from nhi.contract import PLATFORMS
from nhi.spec.declared import DeclaredAgent, Positions
from nhi.spec.loader import load_environment
from nhi.spec.model import Agent

ROOT = Path(__file__).parents[1]
CLOCK = "2026-11-01T00:00:00Z"

MIX = (
    "three tiers and three workload kinds (EKS, Kubernetes, SPIFFE) in turn; half of the agents in one of two classes; "
    "1 to 4 of 10 actions, 2 to 4 of 40 data scopes and 0 to 2 of 12 tools each; 5 % with two instances, 5 % "
    "suspended, 2.5 % proposed"
)
"""What a generated fleet is made of."""

_ACTIONS = (
    "text_generation",
    "web_search",
    "document_retrieval",
    "queue_publish",
    "embedding",
    "function_invoke",
    "workflow_start",
    "event_publish",
    "log_read",
    "database_read",
)
_DENIED = ("payment_processing", "credential_management", "user_data_modification", "identity_administration")
_SCOPES, _TOOLS, _TEAMS = 40, 12, 50
_CLASSES = ("research", "customer-facing")
_ENDS = {1: ("2027-06-30", "2027-09-30"), 2: ("2027-02-28", "2027-04-30"), 3: ("2026-12-31", "2027-01-31")}


def _guid(number: int) -> str:
    return f"0be00000-0000-4000-8000-{number:012}"


def _service(name: str, port: int = 443) -> list[dict[str, Any]]:
    return [{"kind": "service", "namespace": "shared", "pod_labels": {"app": name}, "port": port}]


def _app(name: str) -> list[dict[str, Any]]:
    return [{"kind": "app", "name": name, "roles": [f"{name.title().replace('-', '')}.Use"]}]


_GRAPH_ROLES = ("Sites.Selected", "Reports.Read.All", "ExternalItem.Read.All", "Calendars.Read", "Place.Read.All")
_DIRECT_ROLES = ("AuditLog.Read.All",)  # what the catalog names itself
_APPS = ("search", "passages", "functions", "flows", *(f"tool-{number:02}" for number in range(_TOOLS)))


def environment() -> dict[str, Any]:
    """The environment `dev` with four platforms, 40 data scopes and 12 tools, each bound to an object of its own."""
    apis: dict[str, Any] = {
        "microsoft.graph": {
            "client_id": "00000003-0000-0000-c000-000000000000",
            "object_id": _guid(1),
            "roles": {role: _guid(100 + index) for index, role in enumerate((*_GRAPH_ROLES, *_DIRECT_ROLES))},
        }
    }
    for index, name in enumerate(_APPS):
        apis[name] = {
            "client_id": _guid(1000 + index),
            "object_id": _guid(2000 + index),
            "roles": {_app(name)[0]["roles"][0]: _guid(3000 + index)},
        }
    resources: dict[str, Any] = {
        "model": {
            "aws": [{"kind": "model", "id": "anthropic.claude-sonnet-4-5-20250929-v1:0"}],
            "gcp": [{"kind": "vertex-model", "model": "gemini-2.5-pro"}],
            "kubernetes": _service("models", 8443),
        },
        "embedding-model": {
            "aws": [{"kind": "model", "id": "amazon.titan-embed-text-v2:0"}],
            "gcp": [{"kind": "vertex-model", "model": "text-embedding-005"}],
            "kubernetes": _service("models", 8443),
        },
        "web-search": {
            "aws": [{"kind": "agentcore-web-search"}],
            "gcp": [{"kind": "cloud-run", "service": "web-search"}],
            "entra": _app("search"),
            "kubernetes": [{"kind": "cidr", "cidr": "198.51.100.0/28"}],
        },
        "search-index": {
            "aws": [{"kind": "knowledge-base", "id": "KBBENCH001"}],
            "gcp": [{"kind": "rag-corpus", "id": "4711"}],
            "entra": [{"kind": "graph", "roles": ["ExternalItem.Read.All"]}],
            "kubernetes": _service("passages", 9200),
        },
        "queue": {
            "aws": [{"kind": "sqs", "queue": "work"}],
            "gcp": [{"kind": "pubsub-topic", "topic": "work"}],
            "kubernetes": _service("broker", 5671),
        },
        "function": {
            "aws": [{"kind": "lambda", "function": "resize"}],
            "gcp": [{"kind": "cloud-run", "service": "resize"}],
            "entra": _app("functions"),
            "kubernetes": _service("resize"),
        },
        "workflow": {
            "aws": [{"kind": "step-function", "name": "intake"}],
            "gcp": [{"kind": "workflow", "name": "intake"}],
            "entra": _app("flows"),
            "kubernetes": _service("flows"),
        },
        "events": {
            "aws": [{"kind": "event-bus", "name": "agents"}],
            "gcp": [{"kind": "pubsub-topic", "topic": "events"}],
            "kubernetes": _service("broker", 5671),
        },
        "logs": {
            "aws": [{"kind": "log-group", "name": "/shop/checkout"}],
            "gcp": [{"kind": "log-view", "bucket": "shop", "view": "agents"}],
            "kubernetes": [{"kind": "pod-logs", "namespace": "shop"}],
        },
        "database": {
            "aws": [{"kind": "dynamodb", "table": "orders", "index": "by-day"}],
            "gcp": [{"kind": "firestore", "database": "orders"}],
            "kubernetes": _service("postgres", 5432),
        },
    }
    return {
        "environment": "dev",
        "prefix": "acme-dev",
        "classes": "../classes",
        "platforms": list(PLATFORMS),
        "aws": {
            "account_id": "111122223333",
            "region": "eu-central-1",
            "permissions_boundary": "arn:aws:iam::111122223333:policy/platform/agent-boundary",
            "clusters": {"main": {"name": "acme-dev"}},
            "trust_anchor": "arn:aws:rolesanywhere:eu-central-1:111122223333:trust-anchor/0f4c7d9e-5b1a-4e0c-9d55-7a1f",
        },
        "entra": {"tenant_id": _guid(0), "apis": apis},
        "gcp": {
            "project_id": "acme-agents-dev",
            "project_number": "210987654321",
            "location": "europe-west3",
            "organization_id": "998877665544",
            "workload_identity_pool": "agents",
        },
        "kubernetes": {
            "cluster": "main",
            "namespace": "agents",
            "trust_domain": "dev.example.org",
            "oidc_issuer": "https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
            "spiffe_issuer": "https://spire.dev.example.org",
        },
        "sponsors": {"domains": ["example.com"]},
        "resources": resources,
        "data_scopes": {f"scope-{number:02}": _scope(number) for number in range(_SCOPES)},
        "tools": {f"tool-{number:02}": _tool(number) for number in range(_TOOLS)},
        "defaults": {"review": {"cadence": "quarterly"}},
    }


def _scope(number: int) -> dict[str, Any]:
    name = f"scope-{number:02}"
    if number % 4 == 3:
        aws, gcp = {"kind": "dynamodb", "table": name}, {"kind": "firestore", "database": name}
    else:
        aws = {"kind": "s3", "bucket": f"acme-dev-{name}", "prefix": "published/"}
        gcp = {"kind": "bucket", "bucket": f"acme-dev-{name}", "prefix": "published/"}
    return {
        "aws": [aws],
        "gcp": [gcp],
        "entra": [{"kind": "graph", "roles": [_GRAPH_ROLES[number % len(_GRAPH_ROLES)]]}],
        "kubernetes": [{"kind": "configmap", "name": name}],
    }


def _tool(number: int) -> dict[str, Any]:
    name = f"tool-{number:02}"
    return {
        "aws": [{"kind": "lambda", "function": name}],
        "gcp": [{"kind": "cloud-run", "service": name}],
        "entra": _app(name),
        "kubernetes": _service(name),
    }


def _id(number: int) -> str:
    return f"agent-{number:05}"


def agent(number: int, platforms: Sequence[str] = PLATFORMS) -> dict[str, Any]:
    """The agent file of one number."""
    # A multiplier for each draw, so that the draws of neighbours have nothing to do with each other.
    tier, team = number % 3 + 1, number * 7 % _TEAMS
    name = _id(number)
    workload: dict[str, Any] = (
        {"kind": "eks", "cluster": "main", "namespace": f"team-{team}"},
        {"kind": "kubernetes"},
        {"kind": "spiffe", "id": f"spiffe://dev.example.org/env/dev/agent/{name}"},
    )[number // 3 % 3]
    policy: dict[str, Any] = {
        "agent_id": name,
        "purpose": f"Generated agent number {number}: work of team {team}",
        "owner_team": f"team-{team}",
        "risk_tier": tier,
        "platforms": list(platforms),
        "sponsor": {"id": f"sponsor.{team}@example.com", "backup": f"backup.{team}@example.com"},
        "allowed_actions": sorted({_ACTIONS[number * step % len(_ACTIONS)] for step in range(1, number % 4 + 2)}),
        "denied_actions": [_DENIED[number % 4], _DENIED[(number + 1) % 4]],
        "data_access": [
            {"scope": f"scope-{scope:02}", "access": "write" if scope % 5 == 0 else "read"}
            for scope in sorted({(number * step + step) % _SCOPES for step in range(1, number % 3 + 3)})
        ],
        "tool_access": [
            {"tool": f"tool-{(number + shift) % _TOOLS:02}", "allowed": shift == 0} for shift in range(number % 3)
        ],
        "credential": {
            "type": "workload_identity",
            "expires": f"{_ENDS[tier][number // 7 % 2]}T00:00:00Z",
            "max_session": "15m",
            "workload": workload,
        },
    }
    if number % 4 < 2:
        policy["agent_class"] = _CLASSES[number % 4]
    if number % 20 == 7 and workload["kind"] == "kubernetes":
        policy["instances"] = ["blue", "green"]
    if number % 20 == 11:
        policy["state"] = "suspended"
    elif number % 40 == 13:
        policy["state"] = "proposed"
    return {"agent_policy": policy}


def _write(file: Path, value: Any) -> None:
    file.write_text(yaml.dump(value, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), sort_keys=False))


def project(folder: Path, agents: int, platforms: Sequence[str] = PLATFORMS) -> Path:
    """A project with this many generated agents in stack `dev`, all on these platforms. Answers its root."""
    for name in ("stacks", "policies"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "nhi_policies"))
    for name in ("Pulumi.yaml", "policies/PulumiPolicy.yaml"):
        text = (ROOT / name).read_text(encoding="utf-8")
        text = text.replace("virtualenv: ../.venv", f"virtualenv: {sys.prefix}")
        (folder / name).write_text(text.replace("virtualenv: .venv", f"virtualenv: {sys.prefix}"), encoding="utf-8")
    stacks = folder / "stacks"
    for name in ("agents", "classes", "environments"):
        shutil.rmtree(stacks / name, ignore_errors=True)
        (stacks / name).mkdir()
    _write(stacks / "environments/dev.yaml", environment())
    for name in _CLASSES:
        _write(stacks / f"classes/{name}.yaml", {"agent_class": {"name": name, "ceiling": {"max_session": "1h"}}})
    for number in range(agents):
        declared = agent(number, platforms)
        _write(stacks / f"agents/{declared['agent_policy']['agent_id']}.yaml", declared)
    return folder


DELEGATION = (
    "10,000 agents on AWS in 4 layers, 30,000 edges from each layer to the next within one of 10 groups; an agent of "
    "the first layer reads 6 data scopes, of each later one some 1 or 2 fewer of the same, so that nothing widens"
)
"""What a generated graph of delegation is made of."""
_LAYERS, _GROUPS, _CALLS = 4, 10, 4


def delegating(agents: int = 10_000) -> dict[str, DeclaredAgent]:
    """Declared agents that hand work to each other, by id; `DELEGATION` for 10,000 of them."""
    with tempfile.TemporaryDirectory(prefix="nhi-bench-") as folder:
        environment, problems = load_environment(project(Path(folder), 0) / "stacks/environments/dev.yaml")
    assert environment is not None, problems
    depth = agents // _LAYERS
    made: dict[str, DeclaredAgent] = {}
    for number in range(agents):
        layer, place = divmod(number, depth)
        group = place % _GROUPS
        written = agent(number, ("aws",))["agent_policy"]
        # Within the group the calls go on at places that are multiples of the group's number apart.
        near = [(place + step * _GROUPS) % depth for step in range(_CALLS)]
        back = [(place - step * _GROUPS) % depth for step in range(_CALLS)]
        written |= {
            "risk_tier": 3,
            "allowed_actions": [],
            "denied_actions": [],
            "tool_access": [],
            "data_access": [
                {"scope": f"scope-{(group * 4 + scope) % _SCOPES:02}", "access": "read"}
                for scope in range(6 - layer - (place // _GROUPS % 2 if layer == _LAYERS - 1 else 0))
            ],
            "delegation": {
                "allowed": layer < _LAYERS - 1,
                "max_depth": _LAYERS - 1 - layer,
                "allowed_targets": [_id(depth * (layer + 1) + to) for to in near] if layer < _LAYERS - 1 else [],
                "accepts_from": [_id(depth * (layer - 1) + to) for to in back] if layer else [],
            },
        }
        for key in ("agent_class", "instances", "state"):
            written.pop(key, None)
        value = Agent.model_validate(written)
        made[value.agent_id] = DeclaredAgent(value, Positions(f"agents/{value.agent_id}.yaml", {}), environment)
    return made
