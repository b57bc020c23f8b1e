"""The sandbox's Kubernetes cluster: checks, differences, and a world of objects with names, uids and versions.

Owns what an API server does with any object. The rules of each kind are in `kinds` and the modules it names. Does
not own RBAC decisions, admission, scheduling, controllers or time: nothing runs in this cluster, the caller may do
everything, no status is ever filled in, no token is minted for a Secret, and every object has the same date.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.kubernetes import grammar
from nhi.sandbox.clouds.kubernetes.kinds import BUILT_IN, IN_EVERY_NAMESPACE, KINDS, PACKAGE, REMOVED, Kind
from nhi.sandbox.clouds.model import Checked, CloudError, Created, Difference, Failure, Inputs
from nhi.sandbox.clouds.unknowns import equal, refuse_unknowns
from nhi.sandbox.clouds.world import Thing, World

DEFAULT_NAMESPACE = "default"
AUTONAMED = "pulumi.com/autonamed"
"""Annotation by which the Pulumi provider remembers that it made up a name."""
CREATED_AT = "2000-01-01T00:00:00Z"
"""Creation time of every object: a cloud has no clock, and two equal runs must leave equal worlds."""
PROBE = "kubernetes:nhi/sandbox:probe"
"""A function that only a stand-in answers: `{"sandbox": True}`."""

_NAMESPACE = f"{PACKAGE}:core/v1:Namespace"
# Stands in for types that custom resources share with every other kind.
_PLAIN = f"{PACKAGE}:core/v1:ConfigMap"


class KubernetesCloud:
    """One cluster (`clouds.model.Cloud`). `custom_kinds` are further type tokens whose spec is accepted unjudged.

    A namespace that this world did not make is taken to exist already: namespaces are made by whoever runs a cluster.
    """

    package = PACKAGE

    def __init__(self, custom_kinds: Iterable[str] = ()) -> None:
        self.version = schema.sdk_version(PACKAGE)
        self._kinds = {**KINDS, **{token: _custom(token) for token in custom_kinds}}

    # --- before anything is made ---

    def check(self, type: str, name: str, inputs: Inputs) -> Checked:
        """Types against the SDK, then grammar and shape. Fills in apiVersion, kind, namespace and an automatic name.

        Raises CloudError for a kind that is not served.
        """
        kind = self._kind(type)
        filled = self._filled(kind, type, name, inputs)
        failures = tuple(_types(kind, filled))
        if not failures:
            # The rules of a kind rely on right types, so they are asked only when there is nothing wrong with those.
            metadata = filled["metadata"]
            if metadata is not UNKNOWN:
                failures = tuple(grammar.metadata(metadata, kind.name_rule, kind.namespaced))
            failures += tuple(kind.judge(filled))
        return Checked(filled, failures)

    def diff(self, type: str, old: Inputs, new: Inputs) -> Difference:
        """Top-level changes, and which of them replace; the old object goes first where both would have one name."""
        kind = self._kind(type)
        old, new = _without_nulls(old), _without_nulls(new)
        names = sorted({*old, *new})
        changes = tuple(n for n in names if not n.startswith("__") and not equal(old.get(n), new.get(n)))
        replaces = tuple(n for n in changes if _replaces(kind, n, old, new))
        same_name = all(grammar.at(old, *path) == grammar.at(new, *path) for path in kind.replacing[:2])
        return Difference(changes, replaces, delete_before_replace=bool(replaces) and same_name)

    # --- the world ---

    def create(self, type: str, urn: str, inputs: Inputs, world: World | None, *, adopt: bool = False) -> Created:
        """Makes the object. Raises CloudError AlreadyExists where its name is taken."""
        kind = self._kind(type)
        if world is None:
            return Created(None, _outputs(kind, inputs, UNKNOWN, UNKNOWN), kind.hidden)
        refuse_unknowns(type, inputs, "Invalid")
        id = _id(kind, inputs)
        with world.change() as things:
            there = things.get((type, id))
            if adopt and there is not None and there.urn == urn and there.inputs == _without_nulls(inputs):
                return Created(id, there.outputs, kind.hidden)
            if there is not None or self._is_built_in(type, inputs):
                raise CloudError("AlreadyExists", f"{kind.name} {id} already exists in the cluster")
            version = _next_version(things)
            uid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{urn}#{version}"))
            outputs = _outputs(kind, inputs, uid, version)
            things[(type, id)] = Thing(type, id, urn, _without_nulls(inputs), outputs)
        return Created(id, outputs, kind.hidden)

    def read(self, type: str, id: str, world: World) -> Inputs | None:
        """Outputs of the object, or None where there is none. `default/name` and `name` are one id for a namespace."""
        kind = self._kind(type)
        thing = world.things().get((type, _full_id(kind, id)))
        return None if thing is None else thing.outputs

    def update(self, type: str, id: str, urn: str, old: Inputs, new: Inputs, world: World | None) -> Inputs:
        """Changes the object in place. Raises CloudError: NotFound where it is gone, Invalid where it is immutable."""
        kind = self._kind(type)
        if self.diff(type, old, new).replaces:
            raise CloudError("Invalid", f"{kind.name} {id}: the change needs a replacement, an update would be refused")
        if old.get("immutable") is True and new.get("immutable") is not True:
            raise CloudError("Invalid", f"{kind.name} {id}: immutable cannot be taken back; replace the object")
        if world is None:
            return _outputs(kind, new, UNKNOWN, UNKNOWN)
        refuse_unknowns(type, new, "Invalid")
        with world.change() as things:
            thing = things.get((type, id))
            if thing is None:
                raise CloudError("NotFound", f"{kind.name} {id} does not exist in the cluster")
            outputs = _outputs(kind, new, thing.outputs["metadata"]["uid"], _next_version(things))
            things[(type, id)] = Thing(type, id, urn, _without_nulls(new), outputs)
        return outputs

    def delete(self, type: str, id: str, world: World) -> None:
        """Removes the object at once; with a Namespace goes everything in it."""
        kind = self._kind(type)
        with world.change() as things:
            things.pop((type, _full_id(kind, id)), None)
            if type == _NAMESPACE:
                for key in [k for k in things if self._kind(k[0]).namespaced and k[1].startswith(f"{id}/")]:
                    del things[key]

    def invoke(self, token: str, args: Inputs) -> Inputs:
        """Answers the probe; raises CloudError for any other function of the provider."""
        if token == PROBE:
            return {"sandbox": True}
        raise CloudError("UnknownFunction", f"the sandbox for {PACKAGE} does not answer {token}")

    # --- parts ---

    def _kind(self, type: str) -> Kind:
        kind = self._kinds.get(type)
        if kind is not None:
            return kind
        api_version, _, name = type.removeprefix(f"{PACKAGE}:").rpartition(":")
        if api_version in REMOVED:
            reason = f"Kubernetes {REMOVED[api_version]} removed {api_version}; use the v1 API"
        elif name.endswith(("Patch", "List")):
            reason = "Patch and List kinds are not served; declare the object itself"
        else:
            reason = "this kind is not served"
        raise schema.TypeNotServed(type, f"{reason} (sandbox for {PACKAGE})")

    def _filled(self, kind: Kind, type: str, name: str, inputs: Inputs) -> dict[str, Any]:
        filled = _without_nulls(inputs)
        filled.setdefault("apiVersion", kind.api_version)
        filled.setdefault("kind", kind.name)
        metadata = filled.setdefault("metadata", {})
        if not isinstance(metadata, dict):
            return filled
        if kind.namespaced and grammar.empty(metadata.get("namespace")):
            metadata["namespace"] = DEFAULT_NAMESPACE
        if grammar.empty(metadata.get("name")) and metadata.get("generateName") is None:
            # The provider appends random digits. Here they come from type and name, so that a preview and the run
            # after it agree; a replacement deletes first, so it never meets its own name.
            metadata["name"] = f"{name}-{hashlib.sha256(f'{type}::{name}'.encode()).hexdigest()[:8]}"
            annotations = metadata.setdefault("annotations", {})
            if isinstance(annotations, dict):
                annotations[AUTONAMED] = "true"
        return filled

    def _is_built_in(self, type: str, inputs: Inputs) -> bool:
        key = (type, inputs["metadata"]["name"])
        return key in BUILT_IN or key in IN_EVERY_NAMESPACE


def _custom(token: str) -> Kind:
    api_version, _, name = token.removeprefix(f"{PACKAGE}:").rpartition(":")
    if not token.startswith(f"{PACKAGE}:") or "/" not in api_version or not name:
        raise ValueError(f"{token}: a custom kind's token has the form {PACKAGE}:<group>/<version>:<Kind>")
    template = KINDS[f"{PACKAGE}:networking.k8s.io/v1:NetworkPolicy"]
    return Kind(api_version, name, True, lambda _: iter(()), template.effects, sdk=False)


def _types(kind: Kind, inputs: Mapping[str, Any]) -> Iterable[Failure]:
    if kind.sdk:
        yield from schema.check(kind.token, inputs)
        return
    # The SDK types a custom resource's frame only: these four properties, the spec as it comes.
    for name in inputs:
        if name not in kind.effects:
            yield Failure(name, f"no such property; a custom resource has {', '.join(sorted(kind.effects))}")
    for name, value in (("apiVersion", kind.api_version), ("kind", kind.name)):
        if inputs[name] is not UNKNOWN and inputs[name] != value:
            yield Failure(name, f"wants {value}")
    yield from schema.check(_PLAIN, {"metadata": inputs["metadata"]})


def _replaces(kind: Kind, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    effect = kind.effects.get(name, "replace")
    if effect != "by part":
        return effect == "replace"
    for path in kind.replacing:
        if path[0] != name:
            continue
        before, after = grammar.at(old, *path), grammar.at(new, *path)
        kept = [rest[len(path)] for rest in kind.updating if rest[: len(path)] == path]
        if kept and isinstance(before, Mapping) and isinstance(after, Mapping):
            before, after = ({k: v for k, v in side.items() if k not in kept} for side in (before, after))
        if not equal(before, after):
            return True
    return False


def _without_nulls(value: Any) -> Any:
    """A deep copy in which null properties are absent, which is what they mean to an API server."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return copy.copy(value)


def _id(kind: Kind, inputs: Inputs) -> str:
    metadata = inputs["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}" if kind.namespaced else metadata["name"]


def _full_id(kind: Kind, id: str) -> str:
    return f"{DEFAULT_NAMESPACE}/{id}" if kind.namespaced and "/" not in id else id


def _next_version(things: Mapping[tuple[str, str], Thing]) -> str:
    """One more than the highest resourceVersion in the world. Opaque to clients, and never the same after a change."""
    return str(1 + max((int(t.outputs["metadata"]["resourceVersion"]) for t in things.values()), default=0))


def _outputs(kind: Kind, inputs: Inputs, uid: Any, version: Any) -> dict[str, Any]:
    outputs = _without_nulls(inputs)
    metadata = outputs.get("metadata")
    if metadata is UNKNOWN:
        return outputs
    created = UNKNOWN if uid is UNKNOWN else CREATED_AT
    outputs["metadata"] = {**metadata, "uid": uid, "resourceVersion": version, "creationTimestamp": created}
    if kind.token == _NAMESPACE and metadata.get("labels") is not UNKNOWN:
        # https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name
        labels = {**metadata.get("labels", {}), "kubernetes.io/metadata.name": metadata["name"]}
        outputs["metadata"]["labels"] = labels
    if "stringData" in outputs:
        outputs["data"] = _secret_content(outputs)
        outputs.setdefault("type", "Opaque")
    return outputs


def _secret_content(outputs: Mapping[str, Any]) -> Any:
    plain, encoded = outputs["stringData"], outputs.get("data", {})
    if plain is UNKNOWN or encoded is UNKNOWN:
        return UNKNOWN
    # stringData wins over data with the same key, as in an API server.
    written = {k: UNKNOWN if v is UNKNOWN else base64.b64encode(v.encode()).decode() for k, v in plain.items()}
    return {**encoded, **written}
