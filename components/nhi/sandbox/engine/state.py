"""The state of a stack: Pulumi's deployment format, version 3, in one file that is always whole.

Owns the records of resources, the state file, its lock, the key that secrets are sealed with, and the file that binds
a stack to an engine. Does not own what a step does to a record.

The file has the layout of `pulumi stack export`
(https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go, `DeploymentV3`), so the Pulumi CLI can
read it. Secrets in it are keyed digests, not ciphertexts: a state that holds secrets can be read and analysed by the
CLI, but not taken over by it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from nhi.sandbox.engine.project import EngineError
from nhi.sandbox.values import Seal, from_state, to_state

SECRETS_PROVIDER = "nhi-sandbox-digest"

# Keys of a resource that say where it came from and change nothing about it.
_HARMLESS = {"sourcePosition", "stackTrace"}


@dataclass(slots=True, eq=False)
class Resource:
    """One resource as the state keeps it. Property values may hold `Secret` and `Sealed`."""

    urn: str
    type: str
    custom: bool
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)
    parent: str = ""
    provider: str = ""
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    protect: bool = False
    external: bool = False
    delete: bool = False
    pending_replacement: bool = False
    retain_on_delete: bool = False
    deleted_with: str = ""
    additional_secret_outputs: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    created: str = ""
    modified: str = ""
    text: str | None = None
    """The JSON of this record while it is up to date; `changed` drops it."""

    @property
    def name(self) -> str:
        """The logical name: the last part of the URN."""
        return self.urn.split("::", 3)[3]

    def changed(self) -> None:
        """Must follow every change of a field."""
        self.text = None

    def to_json(self, seal: Seal) -> dict[str, Any]:
        """The record as `apitype.ResourceV3`: absent where empty, except `urn`, `custom` and `type`."""
        row: dict[str, Any] = {"urn": self.urn, "custom": self.custom}
        optional = {
            "delete": self.delete,
            "id": self.id,
            "type": self.type,
            "inputs": to_state(self.inputs, seal),
            "outputs": to_state(self.outputs, seal),
            "parent": self.parent,
            "protect": self.protect,
            "external": self.external,
            "dependencies": self.dependencies,
            "provider": self.provider,
            "propertyDependencies": self.property_dependencies,
            "pendingReplacement": self.pending_replacement,
            "additionalSecretOutputs": self.additional_secret_outputs,
            "aliases": self.aliases,
            "customTimeouts": self.custom_timeouts,
            "retainOnDelete": self.retain_on_delete,
            "deletedWith": self.deleted_with,
            "created": self.created,
            "modified": self.modified,
            "ignoreChanges": self.ignore_changes,
            "replaceOnChanges": self.replace_on_changes,
        }
        row.update({key: value for key, value in optional.items() if value})
        return row

    def render(self, seal: Seal) -> str:
        """The record as JSON text, made once per change."""
        if self.text is None:
            self.text = json.dumps(self.to_json(seal), ensure_ascii=False, sort_keys=True)
        return self.text


def _resource(row: Mapping[str, Any], path: Path) -> Resource:
    names = {
        "urn": "urn", "type": "type", "custom": "custom", "id": "id", "parent": "parent", "provider": "provider",
        "dependencies": "dependencies", "propertyDependencies": "property_dependencies", "protect": "protect",
        "external": "external", "delete": "delete", "pendingReplacement": "pending_replacement",
        "retainOnDelete": "retain_on_delete", "deletedWith": "deleted_with",
        "additionalSecretOutputs": "additional_secret_outputs", "aliases": "aliases",
        "customTimeouts": "custom_timeouts", "ignoreChanges": "ignore_changes",
        "replaceOnChanges": "replace_on_changes", "created": "created", "modified": "modified",
    }  # fmt: skip
    fields: dict[str, Any] = {}
    for key, value in row.items():
        if key in ("inputs", "outputs"):
            fields[key] = from_state(value)
        elif key in names:
            fields[names[key]] = value
        elif key not in _HARMLESS:
            raise EngineError(f"{path}: {row.get('urn')} carries {key}, which the local engine does not support")
    try:
        return Resource(**fields)
    except TypeError as error:
        raise EngineError(f"{path}: a resource is incomplete: {error}") from None


Operation = Literal["creating", "updating", "deleting", "reading"]


@dataclass(slots=True, eq=False)
class Pending:
    """An operation that was begun: what the cloud was asked, and for which resource."""

    resource: Resource
    operation: Operation

    def render(self, seal: Seal) -> str:
        """The operation as JSON text (`apitype.OperationV2`)."""
        return f'{{"resource": {self.resource.render(seal)}, "type": "{self.operation}"}}'


@dataclass(slots=True)
class Snapshot:
    """What a state file holds."""

    resources: list[Resource]
    pending: list[Pending]


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, as Go writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


class StateFile:
    """`<folder>/<stack>.json`. Read at any time; written only by who holds `locked`."""

    def __init__(self, folder: Path, stack: str, version: str, clock: Callable[[], datetime]) -> None:
        self.path = folder / f"{stack}.json"
        self.version = version
        self._clock = clock
        self._lock_path = folder / f"{stack}.lock"
        self._key_path = folder / "secrets.key"
        self._handle: Any = None

    def lock(self, verb: str) -> None:
        """Takes the stack for this process. Raises EngineError, naming the holder, where another run has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = open(self._lock_path, "a+", encoding="utf-8")  # noqa: SIM115  # held until unlock
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            holder = handle.read().strip() or "another run"
            handle.close()
            raise EngineError(
                f"the stack is in use: {holder}; wait for it to end (nothing was done, state: {self.path})"
            ) from None
        handle.truncate(0)
        handle.write(f"{verb} by process {os.getpid()}, since {timestamp(self._clock())}")
        handle.flush()
        self._handle = handle

    def unlock(self) -> None:
        """Gives the stack back. The lock file stays: removing it would race with the next holder."""
        if self._handle is not None:
            self._handle.truncate(0)
            self._handle.close()
            self._handle = None

    def seal(self, *, create: bool) -> Seal:
        """The seal of this folder's stacks. The key is made at the first `up`; a preview without one uses its own."""
        try:
            return Seal(self._key_path.read_bytes())
        except FileNotFoundError:
            key = secrets.token_bytes(32)
        if create:
            self._key_path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._key_path.parent, prefix=".key")  # mode 0600
            with os.fdopen(handle, "wb") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(temporary, self._key_path)
            except FileExistsError:
                key = self._key_path.read_bytes()
            finally:
                os.unlink(temporary)
        return Seal(key)

    def read(self) -> Snapshot:
        """What the stack holds; nothing where there is no state yet. Raises EngineError on a state not of ours."""
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Snapshot([], [])
        except ValueError as error:
            raise EngineError(f"{self.path}: this is no state file: {error}") from None
        deployment = content.get("deployment")
        if content.get("version") != 3 or not isinstance(deployment, dict):
            raise EngineError(f"{self.path}: the local engine reads deployment version 3 only")
        provider = deployment.get("secrets_providers") or {}
        if provider.get("type") not in (None, SECRETS_PROVIDER):
            raise EngineError(f"{self.path}: its secrets are kept by {provider['type']!r}; use the Pulumi CLI")
        resources = [_resource(row, self.path) for row in deployment.get("resources") or []]
        pending = [
            Pending(_resource(row["resource"], self.path), row["type"])
            for row in deployment.get("pending_operations") or []
        ]
        return Snapshot(resources, pending)

    def write(self, resources: list[str], pending: list[str]) -> None:
        """Puts a new state in the old one's place, in one step: a reader sees the one or the other."""
        manifest = {
            "time": timestamp(self._clock()),
            "magic": hashlib.sha256(self.version.encode()).hexdigest(),
            "version": self.version,
        }
        sealed = any('"ciphertext": "hmac-sha256:' in row for row in resources) or any(
            '"ciphertext": "hmac-sha256:' in row for row in pending
        )
        parts = ['{"version": 3, "deployment": {"manifest": ', json.dumps(manifest)]
        if sealed:
            parts.append(f', "secrets_providers": {{"type": "{SECRETS_PROVIDER}"}}')
        if resources:
            parts += [', "resources": [\n', ",\n".join(resources), "\n]"]
        if pending:
            parts += [', "pending_operations": [\n', ",\n".join(pending), "\n]"]
        parts.append(', "metadata": {}}}\n')
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write("".join(parts))
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


class Ledger:
    """The state while a run changes it: what is done, what is left of the old state, what is under way.

    `lock` guards the lists. `save` returns when a file that holds everything recorded before the call is on disk;
    runs that save at the same time share one write.
    """

    def __init__(self, file: StateFile, seal: Seal, snapshot: Snapshot, *, keep: bool) -> None:
        self.lock = threading.RLock()
        self.news: list[Resource] = []
        self.olds: dict[int, Resource] = {id(resource): resource for resource in snapshot.resources}
        self.pending: list[Pending] = list(snapshot.pending)
        self.seal = seal
        self._file = file
        self._keep = keep
        self._writing = threading.Condition()
        self._wanted = self._done = 0
        self._busy = False

    def drop_old(self, resource: Resource) -> None:
        """Takes a record of the old state out: it was superseded or deleted."""
        self.olds.pop(id(resource), None)

    def resources(self) -> list[Resource]:
        """What a state written now would hold, in an order in which everything stands behind what it needs."""
        return [*self.news, *self.olds.values()]

    def save(self) -> None:
        """Writes the state. In a preview nothing is kept."""
        if not self._keep:
            return
        with self._writing:
            self._wanted += 1
            ticket = self._wanted
            while self._done < ticket and self._busy:
                self._writing.wait()
            if self._done >= ticket:
                return
            self._busy = True
            upto = self._wanted
        try:
            with self.lock:
                rows = [resource.render(self.seal) for resource in self.resources()]
                pending = [operation.render(self.seal) for operation in self.pending]
            self._file.write(rows, pending)
        except BaseException:
            upto = 0
            raise
        finally:
            with self._writing:
                self._busy = False
                self._done = max(self._done, upto)
                self._writing.notify_all()


# --- binding ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Binding:
    """Which engine and which kind of providers a stack belongs to, from its first `up` on."""

    engine: Literal["local", "pulumi"]
    providers: Literal["sandbox", "real"]


def read_binding(folder: Path, stack: str) -> Binding | None:
    """The binding of a stack, or None before its first `up`. Raises EngineError on a damaged file."""
    path = folder / f"{stack}.binding.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise EngineError(f"{path}: {error}") from None
    engine, providers = content.get("engine"), content.get("providers")
    if engine not in ("local", "pulumi") or providers not in ("sandbox", "real"):
        raise EngineError(f'{path}: expected {{"engine": "local" or "pulumi", "providers": "sandbox" or "real"}}')
    return Binding(engine, providers)


def write_binding(folder: Path, stack: str, binding: Binding) -> None:
    """Binds a stack. A binding that says the same is left alone; a different one is an EngineError."""
    present = read_binding(folder, stack)
    if present == binding:
        return
    if present is not None:
        raise EngineError(
            f"stack {stack!r} belongs to engine {present.engine} with {present.providers} providers, "
            f"not to {binding.engine} with {binding.providers}; use another stack"
        )
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{stack}.binding.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"engine": binding.engine, "providers": binding.providers}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, folder / f"{stack}.binding.json")


def remove_binding(folder: Path, stack: str) -> None:
    """Frees a stack that was destroyed, so that its next `up` may choose another engine."""
    (folder / f"{stack}.binding.json").unlink(missing_ok=True)
