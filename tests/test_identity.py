"""AgentIdentity and declare_fleet under Pulumi's mocks: what is registered, under which parent, and what is refused.

What this proves: what crosses the wire. That an engine accepts it is proved by the whole runs in tests/fleet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nhi
import pulumi
import pytest
from nhi.clock import clock
from nhi.contract import AGENT_IDENTITY, PLATFORM_IDENTITY
from nhi.fleet.delegation import graph
from nhi.fleet.load import load_fleet
from nhi.plan.make import make_all
from nhi.platforms import environment_records, records
from nhi.platforms.pinned_clock import _version
from pulumi.runtime import mocks
from pulumi.runtime.stack import run_pulumi_func

STACKS = Path(__file__).parents[1] / "stacks"
AGENTS, ENVIRONMENT = str(STACKS / "agents"), str(STACKS / "environments" / "dev.yaml")
PINNED = "2026-11-01T00:00:00Z"


class Cloud(mocks.Mocks):
    """Answers the probe as `sandbox` says, and makes whatever is asked for."""

    def __init__(self, *, sandbox: bool) -> None:
        self.sandbox = sandbox
        self.made: list[mocks.MockResourceArgs] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.made.append(args)
        return f"id-{args.name}", {**args.inputs, "arn": f"arn:of:{args.name}"}

    def call(self, args: mocks.MockCallArgs) -> dict[str, Any]:
        return {"sandbox": True} if self.sandbox and args.token.endswith(":nhi/sandbox:probe") else {}


def run(program: Callable[[], Any], *, sandbox: bool = True) -> Cloud:
    """Runs a program under mocks on an event loop of its own."""
    import asyncio

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    cloud = Cloud(sandbox=sandbox)
    mocks.set_mocks(cloud, project="nhi", stack="dev", preview=False)
    try:
        loop.run_until_complete(run_pulumi_func(lambda: program() and None))
    finally:
        loop.close()
        asyncio.set_event_loop(asyncio.new_event_loop())
    return cloud


def test_one_file_becomes_an_identity_on_each_of_its_platforms() -> None:
    file = str(STACKS / "agents" / "support-agent.yaml")
    cloud = run(lambda: nhi.AgentIdentity("support", {"file": file, "environment": ENVIRONMENT, "clock": PINNED}))
    first, *parts = (one.typ for one in cloud.made if one.typ.startswith("nhi:"))
    # The parts are registered side by side, so either may be the first to arrive.
    assert (first, set(parts)) == (AGENT_IDENTITY, {PLATFORM_IDENTITY["aws"], PLATFORM_IDENTITY["kubernetes"]})
    top = next(one for one in cloud.made if one.typ == AGENT_IDENTITY)
    assert top.inputs["agentId"] == "support-agent"
    assert top.inputs["pinnedClock"] == PINNED
    assert top.inputs["spec"]["risk_tier"] == 2


def test_the_declaration_stands_once_and_its_parts_carry_the_digest() -> None:
    file = str(STACKS / "agents" / "support-agent.yaml")
    cloud = run(lambda: nhi.AgentIdentity("support", {"file": file, "environment": ENVIRONMENT, "clock": PINNED}))
    whole, *parts = (dict(one.inputs) for one in cloud.made if one.typ.startswith("nhi:"))
    assert len(parts) == 2
    del whole["spec"]
    assert whole["specDigest"].startswith("1:")
    assert parts == [whole, whole]


def test_an_identity_that_cannot_be_written_on_one_platform_is_registered_on_none(tmp_path: Path) -> None:
    environment = tmp_path / "dev.yaml"
    environment.write_text(
        Path(ENVIRONMENT).read_text().replace("cluster: main\n  namespace: agents\n", "cluster: main\n")
    )
    made: list[mocks.MockResourceArgs] = []
    args = {
        "file": str(STACKS / "agents" / "support-agent.yaml"),
        "environment": str(environment),
        "clock": PINNED,
    }

    def program() -> None:
        monitor: Any = pulumi.runtime.settings.get_monitor()
        try:
            nhi.AgentIdentity("support", args)  # type: ignore[arg-type]
        finally:
            made.extend(monitor.mocks.made)

    with pytest.raises(pulumi.RunError, match="problem"):
        run(program)
    assert made == []


def test_the_fleet_registers_exactly_the_records_that_check_judges() -> None:
    cloud = run(lambda: nhi.declare_fleet(AGENTS, ENVIRONMENT, clock=PINNED))
    fleet = load_fleet(Path(AGENTS), Path(ENVIRONMENT))
    plans, problems = make_all(fleet.agents.values(), fleet.catalog, clock(PINNED), graph(fleet.agents))
    assert problems == ()
    expected = sorted(
        (record.type, record.name)
        for record in (*environment_records(fleet.require()), *(one for plan in plans for one in records(plan)))
    )
    assert sorted((one.typ, one.name) for one in cloud.made if not one.typ.startswith("nhi:")) == expected


def test_a_pinned_clock_is_refused_where_the_providers_are_real() -> None:
    with pytest.raises(pulumi.RunError, match="provider is real"):
        run(lambda: nhi.declare_fleet(AGENTS, ENVIRONMENT, clock=PINNED), sandbox=False)


def test_without_a_pinned_clock_no_provider_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "late.yaml"
    text = (STACKS / "agents" / "support-agent.yaml").read_text().replace("2027-03-31", "2999-03-31")
    file.write_text(text)
    cloud = run(lambda: nhi.AgentIdentity("late", {"file": str(file), "environment": ENVIRONMENT}), sandbox=False)
    assert "pinnedClock" not in next(one for one in cloud.made if one.typ == AGENT_IDENTITY).inputs


def test_a_fleet_with_one_bad_file_declares_nothing_and_lists_every_problem(tmp_path: Path) -> None:
    for file in Path(AGENTS).iterdir():
        (tmp_path / file.name).write_text(file.read_text())
    (tmp_path / "bad.yaml").write_text("agent_policy:\n  agent_id: bad\n  colour: red\n  size: 3\n")
    made: list[Cloud] = []
    with pytest.raises(pulumi.RunError) as caught:
        made.append(run(lambda: nhi.declare_fleet(str(tmp_path), ENVIRONMENT, clock=PINNED)))
    assert made == []
    assert "bad.yaml:3:" in str(caught.value)
    assert "bad.yaml:4:" in str(caught.value)


@pytest.mark.parametrize("option", [{"ignore_changes": ["policy"]}, {"retain_on_delete": True}])
def test_options_that_would_blind_the_gate_are_refused(option: dict[str, Any]) -> None:
    file = str(STACKS / "agents" / "support-agent.yaml")
    args = {"file": file, "environment": ENVIRONMENT, "clock": PINNED}
    with pytest.raises(ValueError, match="are refused on an agent identity"):
        run(lambda: nhi.AgentIdentity("support", args, pulumi.ResourceOptions(**option)))  # type: ignore[arg-type]


def test_a_platform_whose_sdk_is_not_installed_is_an_error_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pulumi_gcp", None)
    _version.cache_clear()
    file = str(STACKS / "agents" / "translation-agent.yaml")
    args = {"file": file, "environment": ENVIRONMENT, "clock": PINNED}
    with pytest.raises(pulumi.RunError, match=r"needs the SDK pulumi_gcp, .* Fix: install pulumi-nhi\[gcp\]"):
        run(lambda: nhi.AgentIdentity("x", args))  # type: ignore[arg-type]


def test_a_fleet_with_a_platform_whose_sdk_is_not_installed_declares_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pulumi_azuread", None)
    made: list[Cloud] = []
    with pytest.raises(pulumi.RunError, match=r"an agent on entra needs .* Fix: install pulumi-nhi\[entra\]"):
        made.append(run(lambda: nhi.declare_fleet(AGENTS, ENVIRONMENT)))
    assert made == []


def test_outputs_of_a_fleet_are_small_and_carry_no_secret() -> None:
    seen: dict[str, Any] = {}

    def program() -> None:
        fleet = nhi.declare_fleet(AGENTS, ENVIRONMENT, clock=PINNED)
        pulumi.Output.from_input(fleet.outputs).apply(seen.update)

    run(program)
    assert seen["research-agent-prod-01"]["state"] == "suspended"
    assert seen["support-agent"]["aws"]["roleArn"].endswith(":role/agents/acme-dev-support-agent")
    assert seen["support-agent"]["kubernetes"]["serviceAccountName"] == "support-agent"
    assert seen["inventory-agent"]["aws"] == {}
    assert set(seen["inventory-agent"]) == {"state", "lockDate", "aws", "entra", "gcp", "kubernetes"}
