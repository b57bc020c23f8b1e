"""A project's program and its gate in this process: what the program registers goes to the pack on the SDK's servicer.

A whole preview takes ten seconds on an engine and half a second here. The limit: mocks stand in for engine and clouds,
so nothing checks names and grammar, and no resource has an id or a computed output, as in a first preview.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from first_preview import registrations
from fleet_project import Project
from google.protobuf import json_format
from nhi_policies import pack
from nhi_policies.verdict import Violation
from pulumi.runtime import proto
from pulumi_policy import EnforcementLevel, policy


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
    source = project.root / "stacks" / "__main__.py"

    def program() -> None:
        exec(compile(source.read_text(encoding="utf-8"), str(source), "exec"), {"__name__": "__main__"})

    with _inside(str(source.parent)):
        return registrations(program, stack, {"nhi:environment": stack, "nhi:clock": "2026-11-01T00:00:00Z"})


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
