"""Policy packs: started as processes, asked over gRPC, in the order Pulumi's engine asks them.

Owns a pack's process, its handshake, the settings of its policies, and turning its answers into plain records. Does
not own what a violation does to a run. A pack that cannot answer is an error of the run, never a pass.

Protocol: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/analyzer.proto.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2 as pb
from pulumi.runtime.proto import analyzer_pb2_grpc

from nhi.sandbox.engine.project import EngineError, PackFile, Project
from nhi.sandbox.engine.state import Resource
from nhi.sandbox.values import decode_struct, encode, without_references

MESSAGE_SIZE = 400 * 1024 * 1024
CHANNEL = [("grpc.max_receive_message_length", MESSAGE_SIZE), ("grpc.max_send_message_length", MESSAGE_SIZE)]

_LEVELS = {"advisory": 0, "mandatory": 1, "disabled": 2, "remediate": 3}
_LEVEL_NAMES = {number: name for name, number in _LEVELS.items()}
_SEVERITIES = {0: "", 1: "low", 2: "medium", 3: "high", 4: "critical"}


class PackError(Exception):
    """A pack did not start, died, or raised instead of answering."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One finding of a policy. `level` is `advisory` or `mandatory`."""

    policy: str
    message: str
    level: str
    severity: str
    urn: str


@dataclass(frozen=True, slots=True)
class Remediation:
    """One change a policy makes to a resource's inputs, or the reason why it could not."""

    policy: str
    properties: dict[str, Any]
    diagnostic: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a pack said about one resource or one stack, and which of its policies passed."""

    violations: tuple[Violation, ...]
    passed: tuple[str, ...]
    failed: tuple[str, ...]


class Pack:
    """One running policy pack."""

    def __init__(self, file: PackFile, project: Project, stack: str, organization: str, engine: str, dry_run: bool):
        self.file = file
        self.name = ""
        self.version = file.version
        self._context = (project, stack, organization, dry_run)
        environment = {
            **os.environ,
            "PULUMI_ORGANIZATION": organization,
            "PULUMI_PROJECT": project.name,
            "PULUMI_STACK": stack,
            "PULUMI_DRY_RUN": "true" if dry_run else "false",
            "PULUMI_CONFIG": json.dumps(dict(project.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(sorted(project.secret_keys)),
        }
        self._process = spawn(["policy", engine, str(file.program)], file.root, environment)
        self._tail: list[str] = []
        self._watcher = threading.Thread(target=self._collect, args=(self._process.stderr,), daemon=True)
        self._watcher.start()
        self._channel: grpc.Channel | None = None
        self._policies: dict[str, int] = {}
        self._disabled: set[str] = set()

    def _collect(self, stream: IO[str] | None) -> None:
        for line in stream or ():
            self._tail = [*self._tail[-39:], line]

    def connect(self, config: Mapping[str, Any]) -> None:
        """Waits for the pack, tells it the stack, and sets the level and the settings of every policy.

        `config` is Pulumi's policy configuration: policy name (or `all`) to a level, or to a mapping with
        `enforcementLevel` and properties. Raises PackError where the pack does not come up, EngineError where the
        configuration names no policy of the pack.
        """
        port = self._process.stdout.readline().strip() if self._process.stdout else ""
        if not port.isdigit():
            self._process.wait()
            self._watcher.join(timeout=5)
            raise PackError(f"policy pack {self.file.root} did not start:\n{''.join(self._tail).strip() or port}")
        threading.Thread(target=self._collect, args=(self._process.stdout,), daemon=True).start()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL)
        self._stub = analyzer_pb2_grpc.AnalyzerStub(self._channel)
        project, stack, organization, dry_run = self._context
        info: pb.AnalyzerInfo = self._call("GetAnalyzerInfo", empty_pb2.Empty(), wait_for_ready=True)
        self.name = info.name
        self._call(
            "ConfigureStack",
            pb.AnalyzerStackConfigureRequest(
                stack=stack,
                project=project.name,
                organization=organization,
                dry_run=dry_run,
                config=dict(project.config),
                config_secret_keys=sorted(project.secret_keys),
            ),
        )
        request = self._settings(info, config)
        if info.supportsConfig:
            self._call("Configure", request)
        elif config:
            raise EngineError(f"policy pack {self.name} takes no configuration")
        self._policies = {policy.name: policy.policy_type for policy in info.policies}
        self._disabled = {name for name, setting in request.policyConfig.items() if setting.enforcementLevel == 2}

    def _settings(self, info: pb.AnalyzerInfo, config: Mapping[str, Any]) -> pb.ConfigureAnalyzerRequest:
        unknown = sorted(set(config) - {policy.name for policy in info.policies} - {"all"})
        if unknown:
            raise EngineError(f"the configuration of policy pack {info.name} names no policy of it: {unknown[0]}")
        request = pb.ConfigureAnalyzerRequest()
        for policy in info.policies:
            # An entry that leaves the level out would read as ADVISORY on the other side: always write it.
            level, properties = policy.enforcementLevel, {}
            if policy.name in info.initialConfig:
                level = info.initialConfig[policy.name].enforcementLevel
                properties = decode_struct(info.initialConfig[policy.name].properties)
            for key, schema in decode_struct(policy.configSchema.properties).items():
                if isinstance(schema, Mapping) and "default" in schema:
                    properties.setdefault(key, schema["default"])
            for entry in (config.get("all"), config.get(policy.name)):
                if isinstance(entry, str):
                    entry = {"enforcementLevel": entry}
                if isinstance(entry, Mapping):
                    name = entry.get("enforcementLevel")
                    if name is not None and name not in _LEVELS:
                        raise EngineError(f"policy {policy.name}: {name!r} is no enforcement level")
                    level = _LEVELS.get(name, level) if name is not None else level
                    properties.update({k: v for k, v in entry.items() if k != "enforcementLevel"})
            absent = [key for key in policy.configSchema.required if key not in properties]
            if absent:
                raise EngineError(f"policy {policy.name} needs the setting {absent[0]}")
            request.policyConfig[policy.name].enforcementLevel = level  # pyright: ignore[reportAttributeAccessIssue]
            request.policyConfig[policy.name].properties.CopyFrom(encode(properties))
        return request

    def _call(self, method: str, request: Any, **options: Any) -> Any:
        try:
            return getattr(self._stub, method)(request, timeout=None, **options)
        except grpc.RpcError as error:
            detail = error.details() if isinstance(error, grpc.Call) else str(error)
            if self._process.poll() is not None:
                detail = f"it ended with exit code {self._process.returncode}\n{''.join(self._tail)}".strip()
            raise PackError(f"policy pack {self.name or self.file.root} failed: {detail}") from None

    def remediate(self, resource: Resource, inputs: Mapping[str, Any], options: Any, provider: Any) -> Any:
        """Lets the pack change a resource's inputs: a list of `Remediation` and the pack's answer for the summary."""
        response = self._call("Remediate", _request(resource, inputs, options, provider))
        remediations = [
            Remediation(r.policyName, decode_struct(r.properties), r.diagnostic) for r in response.remediations
        ]
        failed = {r.policy for r in remediations}
        return remediations, self._answer((), failed, {n.policy_name for n in response.not_applicable}, kind=1)

    def analyze(self, resource: Resource, inputs: Mapping[str, Any], options: Any, provider: Any) -> Answer:
        """Judges one resource on its inputs."""
        response = self._call("Analyze", _request(resource, inputs, options, provider))
        return self._judged(response, kind=1)

    def analyze_stack(self, resources: Sequence[tuple[Resource, Any, Any]]) -> Answer:
        """Judges all resources of a stack on their outputs. Each comes with its options and its provider."""
        request = pb.AnalyzeStackRequest()
        for resource, options, provider in resources:
            row = request.resources.add(
                type=resource.type,
                urn=resource.urn,
                name=resource.name,
                parent=resource.parent,
                dependencies=resource.dependencies,
                properties=encode(without_references(resource.outputs)),
                options=options,
                provider=provider,
            )
            for key, urns in resource.property_dependencies.items():
                row.propertyDependencies[key].urns.extend(urns)
        return self._judged(self._call("AnalyzeStack", request), kind=2)

    def _judged(self, response: pb.AnalyzeResponse, kind: int) -> Answer:
        violations = tuple(
            Violation(
                found.policyName,
                found.message or found.description,
                # What a remediation left over is as bad as a mandatory finding.
                "advisory" if found.enforcementLevel == 0 else "mandatory",
                _SEVERITIES.get(found.severity, ""),
                found.urn,
            )
            for found in response.diagnostics
            if found.enforcementLevel != 2
        )
        failed = {violation.policy for violation in violations}
        return self._answer(violations, failed, {n.policy_name for n in response.not_applicable}, kind)

    def _answer(self, violations: tuple[Violation, ...], failed: set[str], other: set[str], kind: int) -> Answer:
        ours = [name for name, type_ in self._policies.items() if type_ == kind and name not in self._disabled]
        passed = tuple(sorted(name for name in ours if name not in failed and name not in other))
        return Answer(violations, passed, tuple(sorted(failed)))

    def close(self) -> None:
        """Ends the pack."""
        if self._channel is not None:
            self._channel.close()
        stop(self._process)


def options_of(resource: Resource, delete_before_replace: bool | None) -> pb.AnalyzerResourceOptions:
    """The options of a resource as a pack sees them."""
    return pb.AnalyzerResourceOptions(
        protect=resource.protect,
        ignoreChanges=resource.ignore_changes,
        deleteBeforeReplace=bool(delete_before_replace),
        deleteBeforeReplaceDefined=delete_before_replace is not None,
        additionalSecretOutputs=resource.additional_secret_outputs,
        aliases=resource.aliases,
        customTimeouts=pb.AnalyzerResourceOptions.CustomTimeouts(**resource.custom_timeouts),
        parent=resource.parent,
    )


def provider_of(provider: Resource | None) -> pb.AnalyzerProviderResource | None:
    """The provider of a resource as a pack sees it."""
    if provider is None:
        return None
    return pb.AnalyzerProviderResource(
        type=provider.type,
        urn=provider.urn,
        name=provider.name,
        properties=encode(without_references(provider.inputs)),
    )


def _request(resource: Resource, inputs: Mapping[str, Any], options: Any, provider: Any) -> pb.AnalyzeRequest:
    return pb.AnalyzeRequest(
        type=resource.type,
        urn=resource.urn,
        name=resource.name,
        properties=encode(without_references(inputs)),
        options=options,
        provider=provider,
    )


# --- processes --------------------------------------------------------------------------------------------------


def spawn(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """Starts a child of the engine: its own process group, and an end when the engine ends.

    Call it from a thread that lives as long as the child may: Linux ties the child to the thread that made it.
    """
    child = Path(__file__).with_name("child.py")
    return subprocess.Popen(
        [sys.executable, "-u", "-P", str(child), *arguments],
        cwd=folder,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def stop(process: subprocess.Popen[str]) -> None:
    """Ends a child and whatever it started, at once: none of them has anything to save."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, 9)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError, ValueError):
                stream.close()
