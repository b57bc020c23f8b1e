"""Serves a stand-in cloud to any engine, over the protocol that Pulumi's providers speak.

Owns the gRPC service and the process around it: values in and out, errors, where a stack's world is kept. Does not
own any cloud's rules (`clouds`), the forms of a value (`values`), or how an engine finds the provider (`home`).

`python -m nhi.sandbox.provider kubernetes` prints the port and a newline on stdout, and nothing else; that is how an
engine learns where to connect. Not served, because no program of ours needs it: schemas, components, methods and
parameterised packages. Those calls are answered UNIMPLEMENTED with a sentence that says so.

A provider cannot know that an interrupted run had begun to make an object, so it never adopts one: with the Pulumi
CLI, an object that was made and not recorded is a conflict, as it is with a real cloud.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.faults import Faults, Faulty
from nhi.sandbox.clouds.model import Cloud, CloudError
from nhi.sandbox.clouds.registry import CLOUDS, open_cloud
from nhi.sandbox.clouds.world import World
from nhi.sandbox.values import Opened, UnservedValueError, decode_struct, encode, hide, opened

WORLD_VARIABLE = "NHI_SANDBOX_WORLD"
FAULTS_VARIABLE = "NHI_SANDBOX_FAULTS"
WORLDS_FOLDER = "nhi-worlds"
MESSAGE_LIMIT = 256 * 1024 * 1024
"""Bytes of one gRPC message: what the engine itself allows."""
WORKERS = 16
ENGINE_POLL_SECONDS = 5.0
SHORTEST_SECRET = 4
"""Secrets shorter than this are not looked for in messages: they would blank out ordinary words."""

# An engine takes INTERNAL, UNKNOWN and DATA_LOSS as "nobody knows what happened" and keeps a pending operation; every
# other status means that the operation is known to have failed (resourceStateAndError in Pulumi's provider plugin).
_CODES: dict[str, grpc.StatusCode] = {
    code: status
    for status, codes in {
        grpc.StatusCode.ALREADY_EXISTS: (
            "EntityAlreadyExists ResourceExistsException AlreadyExists Conflict ALREADY_EXISTS DuplicateName "
            "Request_MultipleObjectsWithSameKeyValue ServicePrincipalExists"
        ),
        grpc.StatusCode.NOT_FOUND: (
            "NoSuchEntity ResourceNotFoundException NotFound UnknownFunction NOT_FOUND Request_ResourceNotFound"
        ),
        grpc.StatusCode.PERMISSION_DENIED: "AccessDenied Forbidden PERMISSION_DENIED Authorization_RequestDenied",
        grpc.StatusCode.RESOURCE_EXHAUSTED: "Throttling TooManyRequests RESOURCE_EXHAUSTED Directory_QuotaExceeded",
        # The work may be done and the answer lost: nobody knows.
        grpc.StatusCode.UNKNOWN: "InternalFailure InternalError InternalServerError INTERNAL",
    }.items()
    for code in codes.split()
}


def urn_parts(urn: str) -> tuple[str, str, str, str]:
    """Stack, project, own type (the last of the chain) and logical name of a URN. Raises ValueError on another shape.

    The name is the rest of the text: it may itself contain `::`.
    """
    parts = urn.split("::", 3)
    if len(parts) != 4 or not parts[0].startswith("urn:pulumi:"):
        raise ValueError(f"not a resource URN: {urn!r}")
    head, project, types, name = parts
    return head.removeprefix("urn:pulumi:"), project, types.rsplit("$", 1)[-1], name


def world_file(folder: Path, urn: str, package: str) -> Path:
    """Where the world of a resource's stack is kept: `<folder>/<project>/<stack>/<package>.json`.

    One world per stack: two stacks of the sandbox never meet, as if each had an account of its own.
    """
    stack, project, _, _ = urn_parts(urn)
    return folder / _folder_name(project) / _folder_name(stack) / f"{package}.json"


def _folder_name(text: str) -> str:
    # `quote` leaves dots alone, and a stack may be called "..".
    name = quote(text, safe="")
    return name.replace(".", "%2E") if not name.strip(".") else name


def worlds_folder(environment: Mapping[str, str]) -> Path:
    """The folder of all worlds: NHI_SANDBOX_WORLD, else `nhi-worlds` in PULUMI_HOME (`~/.pulumi` where unset)."""
    if environment.get(WORLD_VARIABLE):
        return Path(environment[WORLD_VARIABLE])
    home = environment.get("PULUMI_HOME")
    return (Path(home) if home else Path.home() / ".pulumi") / WORLDS_FOLDER


def _refuse(context: grpc.ServicerContext, code: grpc.StatusCode, message: str) -> NoReturn:
    context.abort(code, message)
    raise AssertionError("abort never returns")


def _without(text: str, secrets: Iterable[str]) -> str:
    for secret in sorted((s for s in secrets if len(s) >= SHORTEST_SECRET), key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return text


class SandboxProvider(provider_pb2_grpc.ResourceProviderServicer):
    """The provider service over one cloud. Takes the cloud and the folder in which worlds are kept.

    Every method may be called from several threads at once; the world's file lock orders what changes it.
    """

    def __init__(self, cloud: Cloud, worlds: Path) -> None:
        self.cloud = cloud
        self.worlds = worlds

    # --- the provider itself ---

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True)

    def Attach(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: ARG002, N802
        # Called where an engine was told by PULUMI_DEBUG_PROVIDERS to use a running provider; a failure is fatal there.
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        return plugin_pb2.PluginInfo(version=self.cloud.version)

    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        # Regions, profiles, kubeconfigs, default tags: a stand-in has no use for them and refuses none.
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        old = request.old_inputs if request.HasField("old_inputs") else request.olds
        same = old == request.news
        changes = provider_pb2.DiffResponse.DIFF_NONE if same else provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(changes=changes)

    def Configure(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        # Without supportsPreview an engine takes inputs for outputs in a preview, and computed ARNs would be missing.
        return provider_pb2.ConfigureResponse(acceptSecrets=True, acceptResources=True, supportsPreview=True)

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: ARG002, N802
        # Nothing to stop: an operation is one write of a small file, and an engine also calls this when it is done.
        return empty_pb2.Empty()

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ARG002, N802
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"the sandbox for {self.cloud.package} serves no schema; Python and TypeScript programs need none, "
            "a YAML program cannot use this package on the sandbox",
        )

    # --- resources ---

    def Check(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._answer(self._check, request, context)

    def _check(self, request: Any, secrets: set[str]) -> Any:
        news = _decoded(request.news, secrets)
        _, _, type_, name = urn_parts(request.urn)
        checked = self.cloud.check(type_, name, news.values)
        # The path goes into the text: an engine prints the *value* of a property that a failure names by itself.
        failures = [
            provider_pb2.CheckFailure(reason=_without(f"{f.property}: {f.reason}", secrets)) for f in checked.failures
        ]
        return provider_pb2.CheckResponse(inputs=encode(hide(checked.inputs, news.secrets)), failures=failures)

    def Diff(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._answer(self._diff, request, context)

    def _diff(self, request: Any, secrets: set[str]) -> Any:
        old = _decoded(request.old_inputs if request.HasField("old_inputs") else request.olds, secrets)
        new = _decoded(request.news, secrets)
        _, _, type_, _ = urn_parts(request.urn)
        difference = self.cloud.diff(type_, old.values, new.values)
        changed = difference.changes or difference.replaces
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=difference.changes,
            replaces=difference.replaces,
            deleteBeforeReplace=difference.delete_before_replace,
            hasDetailedDiff=True,
            detailedDiff={
                name: provider_pb2.PropertyDiff(
                    kind=_kind(name, old.values, new.values, name in difference.replaces), inputDiff=True
                )
                for name in dict.fromkeys((*difference.changes, *difference.replaces))
            },
        )

    def Create(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._answer(self._create, request, context)

    def _create(self, request: Any, secrets: set[str]) -> Any:
        inputs = _decoded(request.properties, secrets)
        _, _, type_, _ = urn_parts(request.urn)
        world = None if request.preview else self._world(request.urn)
        created = self.cloud.create(type_, request.urn, inputs.values, world)
        hidden = inputs.secrets | {(name,) for name in created.secret_outputs}
        return provider_pb2.CreateResponse(
            id="" if created.id is None else created.id, properties=encode(hide(created.outputs, hidden))
        )

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._answer(self._read, request, context)

    def _read(self, request: Any, secrets: set[str]) -> Any:
        state, inputs = _decoded(request.properties, secrets), _decoded(request.inputs, secrets)
        _, _, type_, _ = urn_parts(request.urn)
        world = self._world(request.urn)
        outputs = self.cloud.read(type_, request.id, world)
        if outputs is None:
            return provider_pb2.ReadResponse()
        hidden = state.secrets | inputs.secrets
        thing = world.things().get((type_, request.id))
        kept = inputs.values if inputs.values or thing is None else thing.inputs
        return provider_pb2.ReadResponse(
            id=request.id, properties=encode(hide(outputs, hidden)), inputs=encode(hide(kept, hidden))
        )

    def Update(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._answer(self._update, request, context)

    def _update(self, request: Any, secrets: set[str]) -> Any:
        state = _decoded(request.olds, secrets)
        old = _decoded(request.old_inputs, secrets) if request.HasField("old_inputs") else state
        new = _decoded(request.news, secrets)
        _, _, type_, _ = urn_parts(request.urn)
        world = None if request.preview else self._world(request.urn)
        outputs = self.cloud.update(type_, request.id, request.urn, old.values, new.values, world)
        # What was secret in the state stays secret: an update's answer does not say it again.
        return provider_pb2.UpdateResponse(properties=encode(hide(outputs, state.secrets | new.secrets)))

    def Delete(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._answer(self._delete, request, context)

    def _delete(self, request: Any, secrets: set[str]) -> Any:
        _decoded(request.properties, secrets)
        _, _, type_, _ = urn_parts(request.urn)
        self.cloud.delete(type_, request.id, self._world(request.urn))
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        return self._answer(self._invoke, request, context)

    def _invoke(self, request: Any, secrets: set[str]) -> Any:
        answer = self.cloud.invoke(request.tok, _decoded(request.args, secrets).values)
        response = provider_pb2.InvokeResponse()
        # The field is called `return`, a keyword of Python.
        getattr(response, "return").CopyFrom(encode(answer))
        return response

    def _answer(self, work: Callable[[Any, set[str]], Any], request: Any, context: grpc.ServicerContext) -> Any:
        """Answers what `work` answers; what it raises becomes a gRPC status that carries no property value.

        `work` adds every secret text of the request to the set it is given, so that messages can be cleaned of them.
        """
        secrets: set[str] = set()
        try:
            return work(request, secrets)
        except CloudError as error:
            code = _CODES.get(error.code, grpc.StatusCode.FAILED_PRECONDITION)
            message = _without(str(error), secrets)
        except UnservedValueError as error:
            code, message = grpc.StatusCode.INVALID_ARGUMENT, str(error)
        except Exception as error:
            # An unforeseen error's text may quote a property, so only its kind and place are told.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
            code = grpc.StatusCode.INTERNAL
            message = (
                f"the sandbox for {self.cloud.package} failed with {place}; this is a fault of nhi, please report it"
            )
        return _refuse(context, code, message)

    def _world(self, urn: str) -> World:
        return World(world_file(self.worlds, urn, self.cloud.package))


def _unserved(method: str) -> Callable[..., None]:
    def refuse(self: SandboxProvider, request: Any, context: grpc.ServicerContext) -> None:  # noqa: ARG001
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the sandbox for {self.cloud.package} does not serve {method}")

    return refuse


for _name in ("Parameterize", "Call", "List", "Construct", "GetMapping", "GetMappings"):
    setattr(SandboxProvider, _name, _unserved(_name))


def _decoded(struct: Any, secrets: set[str]) -> Opened:
    decoded = opened(decode_struct(struct))
    secrets.update(decoded.texts)
    return decoded


def _kind(name: str, old: Mapping[str, Any], new: Mapping[str, Any], replaces: bool) -> Any:
    kinds = provider_pb2.PropertyDiff
    if old.get(name) is None:
        return kinds.ADD_REPLACE if replaces else kinds.ADD
    # An unknown is a value that will come, not one that goes.
    if new.get(name) is not UNKNOWN and new.get(name) is None:
        return kinds.DELETE_REPLACE if replaces else kinds.DELETE
    return kinds.UPDATE_REPLACE if replaces else kinds.UPDATE


def serve(cloud: Cloud, worlds: Path, port: int = 0) -> tuple[grpc.Server, int]:
    """Starts the service on 127.0.0.1 and answers the server and its port (`port` 0 = any free one).

    Raises OSError where the port is taken.
    """
    options = [("grpc.max_receive_message_length", MESSAGE_LIMIT), ("grpc.max_send_message_length", MESSAGE_LIMIT)]
    server = grpc.server(ThreadPoolExecutor(max_workers=WORKERS), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(SandboxProvider(cloud, worlds), server)
    try:
        bound = server.add_insecure_port(f"127.0.0.1:{port}")
    except RuntimeError as error:
        raise OSError(f"port {port} on 127.0.0.1 cannot be used by the sandbox for {cloud.package}") from error
    server.start()
    return server, bound


def _engine_gone(address: str, stop: threading.Event) -> None:
    """Sets `stop` when nobody listens at `host:port` any more: an engine that was killed stops no providers."""
    host, _, port = address.rpartition(":")
    while not stop.wait(ENGINE_POLL_SECONDS):
        try:
            socket.create_connection((host, int(port)), timeout=ENGINE_POLL_SECONDS).close()
        except OSError:
            stop.set()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serves one package until the engine or a signal ends it. Arguments: package, engine address, `--port`.

    Answers 0, or 2 where the plan of failures (NHI_SANDBOX_FAULTS) or the port is unusable. An engine passes flags
    of its own before its address; those are not ours and are left alone.
    """
    parser = argparse.ArgumentParser(prog="python -m nhi.sandbox.provider", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("package", choices=sorted(CLOUDS))
    parser.add_argument("engine", nargs="?", help="address of the engine that started this provider")
    parser.add_argument("--port", type=int, default=0, help="listen here, for an engine that attaches by port")
    options, _ = parser.parse_known_args(arguments)

    try:
        cloud = open_cloud(options.package)
        if os.environ.get(FAULTS_VARIABLE):
            cloud = Faulty(cloud, Faults.load(Path(os.environ[FAULTS_VARIABLE])))
        server, port = serve(cloud, worlds_folder(os.environ), options.port)
    except (OSError, ValueError) as error:
        print(f"sandbox for {options.package}: {error}", file=sys.stderr)
        return 2
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    # Ctrl-C reaches every process of the terminal; an engine needs its providers to finish what it has begun.
    signal.signal(signal.SIGINT, signal.SIG_IGN if options.engine else lambda *_: stop.set())
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    if options.engine and ":" in options.engine:
        threading.Thread(target=_engine_gone, args=(options.engine, stop), daemon=True).start()
    stop.wait()
    server.stop(grace=1).wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
