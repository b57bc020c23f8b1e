"""Good identities for the parity tests: agents of the shipped fleet, and some of every kind it lacks, as built.

Everything here is written by the builder from an agent file, so that what the judge calls a lock is what is deployed.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from nhi.catalog.load import load_catalog
from nhi.plan.make import make_all
from nhi.platforms import environment_records, records
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment
from nhi.spec.loader import load_agent_text, load_environment
from nhi_policies.declared import Context
from nhi_policies.dispatch import stack_of
from nhi_policies.parity.judge import Parity, parity
from nhi_policies.parity.model import Word
from nhi_policies.view.resource import Resource, from_record, plain

CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
_STACKS = Path(__file__).parents[3] / "stacks"

SUPPORT: Mapping[str, Any] = {
    "agent_id": "support-agent",
    "purpose": "Drafts replies to support tickets",
    "owner_team": "customer-care",
    "risk_tier": 2,
    "platforms": ["aws", "kubernetes"],
    "sponsor": {"id": "tomas.lind@example.com", "backup": "ana.reyes@example.com"},
    "allowed_actions": ["text_generation"],
    "denied_actions": ["credential_management", "payment_processing"],
    "data_access": [
        {"scope": "knowledge-base", "access": "read"},
        {"scope": "customer-data", "access": "none"},
    ],
    "credential": {
        "type": "workload_identity",
        "expires": "2027-03-31T00:00:00Z",
        "max_session": "1h",
        "workload": {"kind": "eks", "cluster": "main"},
    },
    "review": {"cadence": "quarterly"},
}


@cache
def environment() -> DeclaredEnvironment:
    """The example fleet's development environment, in which the support agent may act for the mail agent's users."""
    found, problems = load_environment(_STACKS / "environments" / "dev.yaml", root=_STACKS)
    assert found is not None, problems
    entra = found.environment.entra
    assert entra is not None
    users = {**entra.on_behalf_of, "support-agent": entra.on_behalf_of["mail-agent"]}
    changed = found.environment.model_copy(update={"entra": entra.model_copy(update={"on_behalf_of": users})})
    return replace(found, environment=changed)


def agent(**changes: Any) -> DeclaredAgent:
    """The support agent; changes are keys of the file, `...` removes one, a map is merged into what is there."""
    file = copy.deepcopy(dict(SUPPORT))
    for key, value in changes.items():
        if value is ...:
            file.pop(key)
        elif isinstance(value, dict) and isinstance(file.get(key), dict):
            file[key] = {**file[key], **value}
        else:
            file[key] = value
    text = yaml.safe_dump({"agent_policy": file})
    declared, problems = load_agent_text(text, f"agents/{file['agent_id']}.yaml", environment())
    assert declared is not None, problems
    return declared


@dataclass(frozen=True)
class World:
    """A stack that the builder wrote, and the declaration that it is judged by."""

    context: Context
    resources: tuple[Resource, ...]

    def answers(self, platform: str, agent: str = "support-agent", instance: str | None = None) -> Parity:
        """Every row of one identity."""
        resources = stack_of(self.resources, self.context)
        (found,) = (
            one
            for one in parity(resources, self.context, [agent])
            if one.platform == platform and one.instance == instance
        )
        return found

    def words(self, platform: str, agent: str = "support-agent", instance: str | None = None) -> dict[str, Word]:
        """The word of every row of one identity."""
        return {row: answer.word for row, answer in self.answers(platform, agent, instance).answers.items()}


@dataclass(frozen=True)
class Weakened:
    """One lock taken away: what was done, and the word of each row that changes by it."""

    name: str
    platform: str
    change: Callable[[World], World]
    falls: Mapping[str, Word] = field(default_factory=dict)


def world(*agents: DeclaredAgent, admission: bool = True) -> World:
    """What the builder writes for these agents (the support agent if none), with the cluster's admission."""
    declared = {one.agent.agent_id: one for one in agents or (agent(),)}
    context = Context(CLOCK, declared, environment(), load_catalog(), stack="dev", pinned=CLOCK)
    plans, problems = make_all(declared.values(), load_catalog(), CLOCK, context.delegation)
    assert problems == (), problems
    made = [from_record(record, plan.agent.agent_id, plan.instance) for plan in plans for record in records(plan)]
    if admission:
        made += [from_record(record) for record in environment_records(environment())]
    return World(context, tuple(made))


# --- changes ------------------------------------------------------------------------------------------------------


def dropped(*names: str) -> Callable[[World], World]:
    """Without the resources of these logical names. Fails where one of them is not there."""

    def change(before: World) -> World:
        assert set(names) <= {one.name for one in before.resources}, names
        return replace(before, resources=tuple(one for one in before.resources if one.name not in names))

    return change


def edited(name: str, *path: str | int, to: Any = ...) -> Callable[[World], World]:
    """With one input of one resource changed, or removed. Fails where it changes nothing."""
    return rewritten(name, lambda inputs: _set(inputs, path, to))


def document(name: str, key: str, edit: Callable[[dict[str, Any]], Any]) -> Callable[[World], World]:
    """With the policy document in `key` of one resource edited."""

    def rewrite(inputs: dict[str, Any]) -> None:
        found = json.loads(inputs[key])
        edit(found)
        inputs[key] = json.dumps(found)

    return rewritten(name, rewrite)


def rewritten(name: str, edit: Callable[[dict[str, Any]], None]) -> Callable[[World], World]:
    """With the inputs of one resource edited in place. Fails where it changes nothing."""

    def change(before: World) -> World:
        (one,) = (one for one in before.resources if one.name == name)
        inputs = copy.deepcopy(dict(one.inputs))
        edit(inputs)
        assert inputs != one.inputs, "the change changes nothing"
        changed = replace(one, inputs=plain(inputs))
        return replace(before, resources=tuple(changed if same is one else same for same in before.resources))

    return change


def added(*resources: Resource) -> Callable[[World], World]:
    """With more resources, as somebody would write them by hand."""
    return lambda before: replace(before, resources=(*before.resources, *resources))


def statements(document: dict[str, Any], effect: str) -> Iterable[dict[str, Any]]:
    """The statements of a policy document with this effect."""
    return [one for one in document["Statement"] if one["Effect"] == effect]


def _set(inputs: dict[str, Any], path: tuple[str | int, ...], value: Any) -> None:
    *above, last = path
    inner: Any = inputs
    for step in above:
        inner = inner[step]
    if value is ...:
        del inner[last]
    else:
        inner[last] = value
