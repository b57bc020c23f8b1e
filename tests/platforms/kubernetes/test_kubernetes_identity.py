"""What the components register, under Pulumi's mocks: the records, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
from kubernetes_plans import environment, full_plan, plan
from nhi.contract import PLATFORM_OUTPUTS, Record
from nhi.plan.model import AgentPlan
from nhi.platforms.kubernetes.admission import admission_records
from nhi.platforms.kubernetes.documents import records
from nhi.platforms.kubernetes.identity import (
    KubernetesAgentAdmission,
    KubernetesAgentIdentity,
    declare,
    declare_admission,
)
from nhi.spec.problems import InputError
from pulumi.runtime import mocks

COMPONENT = "nhi:index:KubernetesAgentIdentity"


class Cluster(mocks.Mocks):
    """Takes every object as it comes and remembers what crossed the wire."""

    def __init__(self) -> None:
        self.registered: dict[str, tuple[str, dict[str, Any]]] = {}
        self.outputs: dict[str, dict[str, Any]] = {}
        self.parents: dict[str, str] = {}
        self.dependencies: dict[str, set[str]] = {}

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        self.registered[args.name] = (args.typ, dict(args.inputs))
        return args.name, dict(args.inputs)

    def call(self, args: mocks.MockCallArgs) -> dict[str, Any]:
        if args.token == "kubernetes:nhi/sandbox:probe":
            return {"sandbox": True}
        raise AssertionError(f"a component must ask the cluster nothing else: {args.token}")


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    found = Cluster()
    monitor = mocks.MockMonitor(found)
    register = monitor.RegisterResource
    register_outputs = monitor.RegisterResourceOutputs

    def remember(request: Any) -> Any:
        found.parents[request.name] = request.parent
        found.dependencies[request.name] = {urn.rsplit("::", 1)[1] for urn in request.dependencies}
        return register(request)

    def remember_outputs(request: Any) -> Any:
        name = request.urn.rsplit("::", 1)[1]
        found.outputs[name] = pulumi.runtime.rpc.deserialize_properties(request.outputs)
        return register_outputs(request)

    monkeypatch.setattr(monitor, "RegisterResource", remember)
    monkeypatch.setattr(monitor, "RegisterResourceOutputs", remember_outputs)
    mocks.set_mocks(found, preview=False, monitor=monitor)
    return found


def run(program: Callable[[], Any]) -> Any:
    return pulumi.runtime.test(program)()


def plain(record: Record) -> tuple[str, dict[str, Any]]:
    return record.type, dict(record.inputs)


@pytest.mark.parametrize("state", ["active", "proposed", "suspended"])
def test_what_is_registered_is_what_the_records_say(cluster: Cluster, state: Any) -> None:
    subject = full_plan({"kind": "eks", "cluster": "main"}, state=state, platforms=("aws", "kubernetes"))
    run(lambda: declare(subject, "research"))
    children = {name: seen for name, seen in cluster.registered.items() if name != "research"}
    assert children == {record.name: plain(record) for record in records(subject, "research")}


def test_children_stand_under_the_component_and_wait_for_their_locks(cluster: Cluster) -> None:
    subject = full_plan()
    run(lambda: declare(subject, "research"))
    for record in records(subject, "research"):
        assert cluster.parents[record.name].endswith(f"{COMPONENT}::research")
        assert cluster.dependencies[record.name] >= set(record.depends_on)


def test_the_gate_sees_the_declaration_on_the_component(cluster: Cluster) -> None:
    subject = full_plan()
    run(lambda: declare(subject, "research", pinned_clock="2026-11-01T00:00:00Z"))
    token, props = cluster.registered["research"]
    assert token == COMPONENT
    assert props["agentId"] == "research-agent"
    assert props["spec"] == subject.agent.model_dump(mode="json", exclude_none=True)
    assert props["specDigest"] == subject.declared.digest
    assert (props["state"], props["lockDate"]) == ("active", "2027-03-31T00:00:00Z")
    assert props["pinnedClock"] == "2026-11-01T00:00:00Z"
    assert props.items() <= cluster.outputs["research"].items()


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (
            plan(),
            {
                "serviceAccountName": "research-agent",
                "namespace": "agents",
                "spiffeId": "spiffe://dev.example.org/env/dev/agent/research-agent/{{ .PodMeta.UID }}",
            },
        ),
        (plan(state="suspended"), {"serviceAccountName": "research-agent", "namespace": "agents"}),
    ],
)
def test_outputs_are_those_of_the_contract(cluster: Cluster, subject: AgentPlan, expected: dict[str, str]) -> None:
    run(lambda: declare(subject, "research"))
    outputs = {key: cluster.outputs["research"].get(key) for key in PLATFORM_OUTPUTS["kubernetes"]}
    assert {key: value for key, value in outputs.items() if value is not None} == expected


@pytest.mark.usefixtures("cluster")
def test_every_output_waits_for_every_object() -> None:
    waited: list[set[str]] = []

    def program() -> Any:
        identity = declare(full_plan(), "research")

        async def look() -> None:
            for output in (identity.service_account_name, identity.namespace, identity.spiffe_id):
                found = set()
                for resource in await output.resources():
                    found.add(resource._name)
                waited.append(found)

        return pulumi.Output.from_input(look())

    run(program)
    names = {record.name for record in records(full_plan(), "research")}
    assert len(waited) == 3
    assert all(found >= names for found in waited)


@pytest.mark.parametrize(
    "options",
    [
        pulumi.ResourceOptions(ignore_changes=["spec"]),
        pulumi.ResourceOptions(retain_on_delete=True),
    ],
)
def test_options_that_blind_the_gate_are_refused(cluster: Cluster, options: pulumi.ResourceOptions) -> None:
    with pytest.raises(ValueError, match="refused on an agent identity"):
        declare(plan(), "research", options)
    with pytest.raises(ValueError, match="refused on an agent identity"):
        declare_admission(environment(), "cluster", options)
    assert not cluster.registered


def test_the_component_reads_an_agent_file(cluster: Cluster, tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(
        "agent_policy:\n"
        "  agent_id: research-agent\n"
        "  sponsor: jgill@example.com\n"
        "  owner_team: Research\n"
        "  risk_tier: 2\n"
        "  platforms: [kubernetes]\n"
        "  credential: {type: workload_identity, expires: '2027-03-31T00:00:00Z', workload: {kind: kubernetes}}\n"
    )
    args: Any = {
        "file": str(file),
        "environment": str(Path(__file__).with_name("environment.yaml")),
        "clock": "2026-11-01T00:00:00Z",
    }
    run(lambda: KubernetesAgentIdentity("research", args))
    assert cluster.registered["research-service-account"][0] == "kubernetes:core/v1:ServiceAccount"
    assert cluster.registered["research"][1]["pinnedClock"] == "2026-11-01T00:00:00Z"


def test_admission_registers_what_its_records_say(cluster: Cluster) -> None:
    where = str(Path(__file__).with_name("environment.yaml"))
    run(lambda: KubernetesAgentAdmission("cluster", {"environment": where}))
    children = {name: seen for name, seen in cluster.registered.items() if name != "cluster"}
    assert children == {record.name: plain(record) for record in admission_records(environment(), "cluster")}
    assert cluster.registered["cluster"][0] == "nhi:index:KubernetesAgentAdmission"
    assert "acme-agent-metadata" in cluster.outputs["cluster"]["policyNames"]


def test_admission_of_a_file_that_cannot_be_read_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        KubernetesAgentAdmission("cluster", {"environment": str(tmp_path / "missing.yaml")})
    assert not cluster.registered
