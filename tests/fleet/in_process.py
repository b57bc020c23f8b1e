"""A project's program and its gate in this process: what the program registers goes to the pack on the SDK's servicer.

A whole preview takes ten seconds on an engine and half a second here. The limit: mocks stand in for engine and clouds,
so nothing checks names and grammar, and no resource has an id or a computed output, as in a first preview.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pulumi
from fleet_project import Project
from google.protobuf import json_format
from nhi_policies import pack
from nhi_policies.verdict import Violation
from pulumi.runtime import proto
from pulumi.runtime.mocks import MockMonitor, Mocks
from pulumi_policy import EnforcementLevel, policy


class _FirstPreview(Mocks):
    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return None, args.inputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> dict[Any, Any]:
        return {"sandbox": True} if args.token.endswith(":nhi/sandbox:probe") else {}


class _Recorder(MockMonitor):
    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.seen: list[tuple[str, Any]] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        response = super().RegisterResource(request)
        self.seen.append((response.urn, request))
        return response


@contextmanager
def _inside(folder: str) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def registered(project: Project, stack: str = "dev") -> list[tuple[str, Any]]:
    """Every resource that the project's program registers: its URN, and the request."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    mocks = _FirstPreview()
    monitor = _Recorder(mocks)
    pulumi.runtime.set_mocks(mocks, project="nhi", stack=stack, preview=True, monitor=monitor)
    pulumi.runtime.set_all_config({"nhi:environment": stack, "nhi:clock": "2026-11-01T00:00:00Z"})
    source = project.root / "stacks" / "__main__.py"

    @pulumi.runtime.test
    def program() -> None:
        exec(compile(source.read_text(encoding="utf-8"), str(source), "exec"), {"__name__": "__main__"})

    with _inside(str(source.parent)):
        program()
    return [(urn, request) for urn, request in monitor.seen if request.type != "pulumi:pulumi:Stack"]


def judged(project: Project, monkeypatch: Any, stack: str = "dev") -> list[Violation]:
    """Everything that the project's gate finds about what the project's program registers."""
    found: list[Violation] = []

    def say(violations: Any, _report: Any) -> None:
        found.extend(violations)

    monkeypatch.setattr(pack, "_say", say)
    policies = pack.policies(project.root / "policies")
    servicer = policy._PolicyAnalyzerServicer("nhi", "0.1.0", policies, EnforcementLevel.MANDATORY)
    resources: list[Any] = []
    for urn, request in registered(project, stack):
        properties = json_format.ParseDict(json_format.MessageToDict(request.object), proto.AnalyzeRequest().properties)
        provider = proto.AnalyzerProviderResource(type="pulumi:providers:x", name="x", urn="x")
        common = {
            "type": request.type,
            "name": request.name,
            "urn": urn,
            "properties": properties,
            "provider": provider if request.custom else None,
            "options": proto.AnalyzerResourceOptions(parent=request.parent),
        }
        servicer.Analyze(proto.AnalyzeRequest(**common), None)
        depends = {
            key: proto.AnalyzerPropertyDependencies(urns=value.urns)
            for key, value in request.propertyDependencies.items()
        }
        resources.append(proto.AnalyzerResource(**common, parent=request.parent, propertyDependencies=depends))
    servicer.AnalyzeStack(proto.AnalyzeStackRequest(resources=resources), None)
    return found
