"""The world of a stand-in cloud: what exists in it, kept in one file, written whole after every change.

Owns storage and nothing else. It is apart from an engine's state on purpose: a process killed between a cloud's
create and the state's write leaves an object here that the state does not know, as in a real cloud.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Thing:
    """One object: its provider id, the URN that made it, the inputs it was made from, and its outputs."""

    type: str
    id: str
    urn: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]


Things = dict[tuple[str, str], Thing]
"""Objects by type and provider id."""


def of_types(things: Things, *types: str) -> Iterator[Thing]:
    """The objects of these types. What was there at the call is walked, so that objects may be removed meanwhile."""
    return (thing for thing in list(things.values()) if thing.type in types)


class World:
    """All objects of one cloud. `with world.change() as things:` holds the file's lock and writes on success.

    `things` maps `(type, id)` to `Thing`. Without a path the world lives in memory (tests).
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._memory: Things = {}

    def things(self) -> Things:
        """Everything that exists now."""
        if self.path is None:
            return dict(self._memory)
        try:
            rows = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return {(row["type"], row["id"]): Thing(**row) for row in rows}

    @contextmanager
    def change(self) -> Iterator[Things]:
        """One change as a whole: what was put into the mapping is stored when the block ends without an error."""
        if self.path is None:
            things = dict(self._memory)
            yield things
            self._memory = things
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path.with_suffix(".lock"), "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            things = self.things()
            yield things
            rows = [
                {"type": t.type, "id": t.id, "urn": t.urn, "inputs": dict(t.inputs), "outputs": dict(t.outputs)}
                for t in things.values()
            ]
            handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(rows, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
