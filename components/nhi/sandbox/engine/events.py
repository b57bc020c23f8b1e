"""What a run reports while it goes: dicts with the shapes of Pulumi's JSON event stream.

Owns the shapes (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go) and their order. Every
secret is `[secret]` in them. Does not own how anything is shown.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from nhi.sandbox.engine.packs import Answer, Pack, Violation
from nhi.sandbox.engine.state import Resource
from nhi.sandbox.values import to_event

Event = dict[str, Any]


class Events:
    """Numbers events, keeps them, and hands each to the listener, one at a time."""

    def __init__(self, listener: Callable[[Event], None] | None, clock: Callable[[], datetime]) -> None:
        self.all: list[Event] = []
        self._listener = listener
        self._clock = clock
        self._lock = threading.Lock()

    def emit(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Reports one event; `kind` is the key it stands under, such as `policyEvent`."""
        with self._lock:
            event = {"sequence": len(self.all), "timestamp": int(self._clock().timestamp()), kind: dict(payload)}
            self.all.append(event)
            if self._listener is not None:
                self._listener(event)

    def prelude(self, config: Mapping[str, str], secret_keys: frozenset[str]) -> None:
        """The configuration of the run."""
        shown = {key: "[secret]" if key in secret_keys else value for key, value in sorted(config.items())}
        self.emit("preludeEvent", {"config": shown})

    def diagnostic(self, severity: str, message: str, urn: str = "") -> None:
        """A message: severity is `debug`, `info`, `info#err`, `warning` or `error`."""
        payload = {"message": message if message.endswith("\n") else message + "\n", "color": "never"}
        if severity in ("debug", "warning", "error"):
            payload = {"prefix": f"{severity}: ", **payload}
        if urn:
            payload = {"urn": urn, **payload}
        self.emit("diagnosticEvent", {**payload, "severity": severity})

    def violation(self, pack: Pack, urn: str, violation: Violation) -> None:
        """A finding of a policy."""
        payload = {"resourceUrn": urn, "message": violation.message + "\n", "color": "never"}
        payload |= _policy(pack, violation.policy) | {"enforcementLevel": violation.level}
        if violation.severity:
            payload["severity"] = violation.severity
        self.emit("policyEvent", payload)

    def remediation(self, pack: Pack, policy: str, urn: str, before: Any, after: Any) -> None:
        """A policy changed the inputs of a resource."""
        payload = {"resourceUrn": urn, "color": "never", **_policy(pack, policy)}
        self.emit("policyRemediationEvent", payload | {"before": to_event(before), "after": to_event(after)})

    def policies_ran(self, kind: str, pack: Pack, answer: Answer, urn: str | None = None) -> None:
        """Which policies of a pack passed and which did not."""
        payload: dict[str, Any] = {} if urn is None else {"resourceUrn": urn}
        payload |= {key: value for key, value in _policy(pack, "").items() if key != "policyName"}
        if answer.passed:
            payload["passed"] = list(answer.passed)
        if answer.failed:
            payload["failed"] = list(answer.failed)
        self.emit(kind, payload)

    def summary(
        self, *, changes: Mapping[str, int], packs: Sequence[Pack], preview: bool, result: str, seconds: int
    ) -> None:
        """The end of the run. `result` is `succeeded`, `failed` or `canceled`."""
        self.emit(
            "summaryEvent",
            {
                "maybeCorrupt": False,
                "durationSeconds": seconds,
                "resourceChanges": dict(sorted(changes.items())),
                "PolicyPacks": {f"{pack.name}|local|{pack.file.root}": pack.version for pack in packs},
                "isPreview": preview,
                "result": result,
            },
        )


def _policy(pack: Pack, policy: str) -> dict[str, Any]:
    return {
        "policyName": policy,
        "policyPackName": pack.name,
        "policyPackVersion": pack.version,
        "policyPackVersionTag": pack.version,
    }


def _state(resource: Resource | None) -> dict[str, Any] | None:
    if resource is None:
        return None
    row: dict[str, Any] = {"type": resource.type, "urn": resource.urn}
    flags = {
        "custom": resource.custom,
        "delete": resource.delete,
        "protect": resource.protect,
        "external": resource.external,
        "retainOnDelete": resource.retain_on_delete,
    }
    row |= {"id": resource.id, "parent": resource.parent} | {key: True for key, value in flags.items() if value}
    return row | {
        "inputs": to_event(resource.inputs),
        "outputs": to_event(resource.outputs),
        "provider": resource.provider,
    }


def step(
    op: str,
    old: Resource | None,
    new: Resource | None,
    *,
    keys: Sequence[str] = (),
    diffs: Sequence[str] = (),
    logical: bool = True,
) -> dict[str, Any]:
    """The metadata of a step: what is done to which resource, before and after."""
    subject = new or old
    if subject is None:
        raise ValueError("a step needs a resource")
    metadata: dict[str, Any] = {
        "op": op,
        "urn": subject.urn,
        "type": subject.type,
        "old": _state(old),
        "new": _state(new),
    }
    if keys:
        metadata["keys"] = list(keys)
    if diffs:
        metadata["diffs"] = list(diffs)
    metadata["detailedDiff"] = None
    if logical:
        metadata["logical"] = True
    return metadata | {"provider": subject.provider}
