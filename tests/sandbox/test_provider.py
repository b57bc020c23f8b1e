"""The provider over real gRPC, in one process: what an engine sends, and what it is answered."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from nhi.contract import UNKNOWN
from nhi.sandbox import provider
from nhi.sandbox.clouds.faults import Faults, Faulty
from nhi.sandbox.clouds.kubernetes import KubernetesCloud
from nhi.sandbox.values import decode_struct, encode, hide, opened
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

SECRET = "kubernetes:core/v1:Secret"
ACCOUNT = "kubernetes:core/v1:ServiceAccount"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
META = {"name": "research", "namespace": "agents"}


def urn(token: str, stack: str = "dev", project: str = "nhi") -> str:
    return f"urn:pulumi:{stack}::{project}::nhi:index:AgentIdentity${token}::research"


class Engine:
    """An engine's side of the protocol."""

    def __init__(self, port: int) -> None:
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub = provider_pb2_grpc.ResourceProviderStub(self.channel)

    def check(self, token: str, inputs: dict[str, Any], secrets: set[tuple[str, ...]] = frozenset()) -> Any:  # type: ignore[assignment]
        request = provider_pb2.CheckRequest(urn=urn(token), news=encode(hide(inputs, secrets)))
        return self.stub.Check(request)

    def create(self, token: str, properties: Any, *, preview: bool = False, stack: str = "dev") -> Any:
        request = provider_pb2.CreateRequest(urn=urn(token, stack), properties=properties, preview=preview)
        return self.stub.Create(request)


@pytest.fixture
def worlds(tmp_path: Path) -> Path:
    return tmp_path / "worlds"


@pytest.fixture
def engine(worlds: Path) -> Iterator[Engine]:
    server, port = provider.serve(KubernetesCloud(), worlds)
    engine = Engine(port)
    yield engine
    engine.channel.close()
    server.stop(None).wait()


def refusal(call: Any, request: Any) -> grpc.RpcError:
    with pytest.raises(grpc.RpcError) as caught:
        call(request)
    return caught.value


def test_it_says_that_it_takes_secrets_and_resources_and_can_preview(engine: Engine) -> None:
    handshake = engine.stub.Handshake(provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1"))
    configured = engine.stub.Configure(provider_pb2.ConfigureRequest(args=encode({"kubeconfig": "x"})))
    assert (handshake.accept_secrets, handshake.accept_resources) == (True, True)
    assert (configured.acceptSecrets, configured.acceptResources, configured.supportsPreview) == (True, True, True)
    assert engine.stub.GetPluginInfo(empty_pb2.Empty()).version == KubernetesCloud().version


def test_any_configuration_is_kept_as_it_came(engine: Engine) -> None:
    news = encode(hide({"namespace": "agents", "version": UNKNOWN}, {("namespace",)}))
    assert engine.stub.CheckConfig(provider_pb2.CheckRequest(urn=urn("x"), news=news)).inputs == news
    same = engine.stub.DiffConfig(provider_pb2.DiffRequest(old_inputs=news, news=news))
    other = engine.stub.DiffConfig(provider_pb2.DiffRequest(old_inputs=encode({}), news=news))
    assert (same.changes, other.changes) == (provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME)


def test_what_the_cloud_would_refuse_comes_back_as_check_failures(engine: Engine) -> None:
    answer = engine.check(ACCOUNT, {"metadata": {"name": "Research"}, "automount": True})
    assert [f.reason.split(":")[0] for f in answer.failures] == ["automount"]
    answer = engine.check(ACCOUNT, {"metadata": {"name": "Research"}})
    assert [f.reason.split(":")[0] for f in answer.failures] == ["metadata.name"]


def test_a_failure_names_no_property_whose_value_an_engine_would_print(engine: Engine) -> None:
    answer = engine.check(SECRET, {"metadata": META, "data": {"k": "not base64"}, "type": "kubernetes.io/tls"})
    assert {f.property for f in answer.failures} == {""}


def test_a_secret_input_is_judged_and_comes_back_wrapped(engine: Engine) -> None:
    answer = engine.check(SECRET, {"metadata": META, "data": {"k": "hunter2 hunter2"}}, {("data", "k")})
    assert [f.reason.split(":")[0] for f in answer.failures] == ["data.k"]
    assert "hunter2" not in answer.failures[0].reason
    assert opened(decode_struct(answer.inputs)).secrets == {("data", "k")}


def test_a_preview_answers_no_id_and_sentinels_for_what_the_cloud_would_assign(engine: Engine, worlds: Path) -> None:
    created = engine.create(ACCOUNT, engine.check(ACCOUNT, {"metadata": META}).inputs, preview=True)
    outputs = decode_struct(created.properties)
    assert created.id == ""
    assert outputs["metadata"]["uid"] is UNKNOWN
    assert outputs["metadata"]["name"] == "research"
    assert not worlds.exists()


def test_an_unknown_input_passes_check_and_a_previewed_create(engine: Engine) -> None:
    answer = engine.check(ACCOUNT, {"metadata": META, "automountServiceAccountToken": UNKNOWN})
    assert not answer.failures
    created = engine.create(ACCOUNT, answer.inputs, preview=True)
    assert decode_struct(created.properties)["automountServiceAccountToken"] is UNKNOWN


def test_secret_outputs_are_wrapped_and_stay_so_after_update_and_read(engine: Engine) -> None:
    inputs = engine.check(SECRET, {"metadata": META, "stringData": {"k": "hunter2"}}, {("stringData",)}).inputs
    created = engine.create(SECRET, inputs)
    assert created.id == "agents/research"
    assert opened(decode_struct(created.properties)).secrets == {("data",), ("stringData",)}
    new = engine.check(SECRET, {"metadata": {**META, "labels": {"a": "b"}}, "stringData": {"k": "hunter2"}}).inputs
    updated = engine.stub.Update(
        provider_pb2.UpdateRequest(id=created.id, urn=urn(SECRET), olds=created.properties, old_inputs=inputs, news=new)
    )
    assert opened(decode_struct(updated.properties)).secrets == {("data",), ("stringData",)}
    read = engine.stub.Read(
        provider_pb2.ReadRequest(id=created.id, urn=urn(SECRET), properties=updated.properties, inputs=new)
    )
    assert read.properties == updated.properties


def test_a_difference_names_changes_replacements_and_their_kind(engine: Engine) -> None:
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "research"}
    old = {"metadata": META, "roleRef": reference, "subjects": []}
    new = {"metadata": {**META, "labels": {"a": "b"}}, "roleRef": {**reference, "name": "other"}}
    request = provider_pb2.DiffRequest(
        id="agents/research",
        urn=urn(BINDING),
        olds=encode({**old, "metadata": {**META, "uid": "1"}}),
        old_inputs=encode(old),
        news=encode(new),
    )
    answer = engine.stub.Diff(request)
    kinds = provider_pb2.PropertyDiff
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(answer.diffs) == ["metadata", "roleRef", "subjects"]
    assert list(answer.replaces) == ["roleRef"]
    assert answer.deleteBeforeReplace
    assert {name: diff.kind for name, diff in answer.detailedDiff.items()} == {
        "metadata": kinds.UPDATE,
        "roleRef": kinds.UPDATE_REPLACE,
        "subjects": kinds.DELETE,
    }


def test_old_inputs_count_and_not_what_the_cloud_added(engine: Engine) -> None:
    inputs = engine.check(ACCOUNT, {"metadata": META}).inputs
    created = engine.create(ACCOUNT, inputs)
    request = provider_pb2.DiffRequest(urn=urn(ACCOUNT), olds=created.properties, old_inputs=inputs, news=inputs)
    assert engine.stub.Diff(request).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_an_object_that_exists_is_a_conflict_and_one_that_is_gone_reads_as_nothing(engine: Engine) -> None:
    inputs = engine.check(ACCOUNT, {"metadata": META}).inputs
    created = engine.create(ACCOUNT, inputs)
    error = refusal(engine.stub.Create, provider_pb2.CreateRequest(urn=urn(ACCOUNT), properties=inputs))
    assert error.code() is grpc.StatusCode.ALREADY_EXISTS
    engine.stub.Delete(provider_pb2.DeleteRequest(id=created.id, urn=urn(ACCOUNT), properties=created.properties))
    assert engine.stub.Read(provider_pb2.ReadRequest(id=created.id, urn=urn(ACCOUNT))).id == ""


def test_an_import_reads_the_inputs_that_made_the_object(engine: Engine) -> None:
    inputs = engine.check(ACCOUNT, {"metadata": META}).inputs
    created = engine.create(ACCOUNT, inputs)
    assert engine.stub.Read(provider_pb2.ReadRequest(id=created.id, urn=urn(ACCOUNT))).inputs == inputs


def test_stacks_and_projects_have_worlds_of_their_own(engine: Engine, worlds: Path) -> None:
    inputs = engine.check(ACCOUNT, {"metadata": META}).inputs
    for stack in ("dev", "prod", ".."):
        engine.create(ACCOUNT, inputs, stack=stack)
    files = sorted(str(path.relative_to(worlds)) for path in worlds.rglob("*.json"))
    assert files == ["nhi/%2E%2E/kubernetes.json", "nhi/dev/kubernetes.json", "nhi/prod/kubernetes.json"]


def test_a_name_may_hold_the_mark_that_parts_a_urn() -> None:
    assert provider.urn_parts("urn:pulumi:dev::nhi::a:b:C$d:e:F::x::y") == ("dev", "nhi", "d:e:F", "x::y")
    with pytest.raises(ValueError, match="not a resource URN"):
        provider.urn_parts("dev::nhi")


def test_an_unserved_kind_and_an_unknown_function_are_named(engine: Engine) -> None:
    request = provider_pb2.CheckRequest(urn=urn("kubernetes:core/v1:Node"), news=encode({}))
    assert "kubernetes:core/v1:Node" in str(refusal(engine.stub.Check, request).details())
    error = refusal(engine.stub.Invoke, provider_pb2.InvokeRequest(tok="kubernetes:yaml:decode"))
    assert error.code() is grpc.StatusCode.NOT_FOUND
    assert "kubernetes:yaml:decode" in str(error.details())


def test_the_probe_is_answered(engine: Engine) -> None:
    answer = engine.stub.Invoke(provider_pb2.InvokeRequest(tok="kubernetes:nhi/sandbox:probe"))
    assert decode_struct(getattr(answer, "return")) == {"sandbox": True}


def test_what_is_not_served_says_so_and_is_unimplemented(engine: Engine) -> None:
    error = refusal(engine.stub.GetSchema, provider_pb2.GetSchemaRequest())
    assert (error.code(), "no schema" in str(error.details())) == (grpc.StatusCode.UNIMPLEMENTED, True)
    error = refusal(engine.stub.Construct, provider_pb2.ConstructRequest())
    assert (error.code(), "Construct" in str(error.details())) == (grpc.StatusCode.UNIMPLEMENTED, True)
    engine.stub.Cancel(empty_pb2.Empty())
    engine.stub.Attach(provider_pb2.CallRequest())


class Leaky(KubernetesCloud):
    """A cloud with a fault: its errors quote what it was given."""

    def create(self, *arguments: Any, **_: Any) -> Any:
        raise self.error(f"cannot make {arguments[2]['stringData']['k']}")

    error: Any = RuntimeError


@pytest.mark.parametrize("error", [RuntimeError, lambda text: provider.CloudError("Broken", text)])
def test_an_error_never_carries_a_secret(worlds: Path, error: Any) -> None:
    cloud = Leaky()
    cloud.error = error
    server, port = provider.serve(cloud, worlds)
    properties = encode(hide({"metadata": META, "stringData": {"k": "hunter2"}}, {("stringData", "k")}))
    details = refusal(Engine(port).stub.Create, provider_pb2.CreateRequest(urn=urn(SECRET), properties=properties))
    server.stop(None).wait()
    assert "hunter2" not in str(details.details())
    assert str(details.details())


@pytest.mark.parametrize(
    ("kind", "code", "made"),
    [
        ("throttled", grpc.StatusCode.RESOURCE_EXHAUSTED, False),
        ("denied", grpc.StatusCode.PERMISSION_DENIED, False),
        ("half-done", grpc.StatusCode.UNKNOWN, True),
    ],
)
def test_a_planned_failure_tells_the_engine_whether_the_outcome_is_known(
    worlds: Path, kind: str, code: grpc.StatusCode, made: bool
) -> None:
    plan = Faults.parse([{"package": "kubernetes", "operation": "create", "kind": kind}])
    server, port = provider.serve(Faulty(KubernetesCloud(), plan), worlds)
    request = provider_pb2.CreateRequest(urn=urn(ACCOUNT), properties=encode({"metadata": META}))
    error = refusal(Engine(port).stub.Create, request)
    server.stop(None).wait()
    assert error.code() is code
    file = provider.world_file(worlds, urn(ACCOUNT), "kubernetes")
    assert (file.exists() and bool(json.loads(file.read_text()))) is made


def test_worlds_are_kept_where_the_environment_says(tmp_path: Path) -> None:
    assert provider.worlds_folder({"NHI_SANDBOX_WORLD": str(tmp_path), "PULUMI_HOME": "/elsewhere"}) == tmp_path
    assert provider.worlds_folder({"PULUMI_HOME": str(tmp_path)}) == tmp_path / "nhi-worlds"


def test_the_process_prints_its_port_and_serves_until_it_is_told_to_stop() -> None:
    command = [sys.executable, "-m", "nhi.sandbox.provider", "kubernetes"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert Engine(int(line)).stub.GetPluginInfo(empty_pb2.Empty()).version == KubernetesCloud().version
        process.terminate()
        assert process.stdout.read() == ""
    assert process.returncode == 0


def test_a_provider_whose_engine_is_gone_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "ENGINE_POLL_SECONDS", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as engine:
        port = engine.getsockname()[1]
    stop = threading.Event()
    provider._engine_gone(f"127.0.0.1:{port}", stop)
    assert stop.is_set()


def test_a_plan_of_failures_that_cannot_be_read_stops_the_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NHI_SANDBOX_FAULTS", str(tmp_path / "missing.json"))
    assert provider.main(["kubernetes"]) == 2
    assert capsys.readouterr().out == ""
