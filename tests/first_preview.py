"""What a program registers at its first preview, kept in this process: every request with its URN.

The limit: mocks stand in for engine and clouds, so nothing checks names and grammar, and no resource has an id or a
computed output.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockMonitor, Mocks


class _FirstPreview(Mocks):
    """No ids: everything that is not an input is unknown."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return None, args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[Any, Any]:
        return {"sandbox": True} if args.token.endswith(":nhi/sandbox:probe") else {}


class _Recorder(MockMonitor):
    """Keeps every registration with its URN."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.seen: list[tuple[str, Any]] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        response = super().RegisterResource(request)
        self.seen.append((response.urn, request))
        return response


def registrations(
    program: Callable[[], None], stack: str = "dev", config: Mapping[str, str] | None = None
) -> list[tuple[str, Any]]:
    """Every resource but the stack that `program` registers: its URN, and the request."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    mocks = _FirstPreview()
    monitor = _Recorder(mocks)
    pulumi.runtime.set_mocks(mocks, project="nhi", stack=stack, preview=True, monitor=monitor)
    pulumi.runtime.set_all_config(dict(config or {}))
    pulumi.runtime.test(program)()
    return [(urn, request) for urn, request in monitor.seen if request.type != "pulumi:pulumi:Stack"]
