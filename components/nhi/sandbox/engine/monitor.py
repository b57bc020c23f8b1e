"""What the program's SDK talks to: the ResourceMonitor and Engine services.

Owns the wire: requests in, answers out, and the refusal, by name, of what this engine does not do. Does not own the
steps (`deployment`).

Protocol: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/resource.proto and engine.proto.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, resource_pb2, resource_pb2_grpc

from nhi.sandbox.engine.components import ComponentError, ComponentPackage
from nhi.sandbox.engine.deployment import PROVIDERS, CanceledError, Deployment, Goal, StepError, package_of
from nhi.sandbox.engine.packs import CHANNEL
from nhi.sandbox.engine.state import Resource
from nhi.sandbox.values import decode_struct, encode

STACK_REFERENCE = "pulumi:pulumi:StackReference"

_Feature = resource_pb2.ResourceMonitorFeature
# The features from TRANSFORMS on are refused when they are used. They are announced because an SDK that does not see
# them says only that the CLI is too old, and our refusal says what to do.
FEATURES = {
    "secrets": _Feature.RESOURCE_MONITOR_FEATURE_SECRETS,
    "resourceReferences": _Feature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
    "outputValues": _Feature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
    "aliasSpecs": _Feature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
    "deletedWith": _Feature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
    "replaceWith": _Feature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
    "transforms": _Feature.RESOURCE_MONITOR_FEATURE_TRANSFORMS,
    "invokeTransforms": _Feature.RESOURCE_MONITOR_FEATURE_INVOKE_TRANSFORMS,
    "parameterization": _Feature.RESOURCE_MONITOR_FEATURE_PARAMETERIZATION,
    "resourceHooks": _Feature.RESOURCE_MONITOR_FEATURE_RESOURCE_HOOKS,
    "errorHooks": _Feature.RESOURCE_MONITOR_FEATURE_ERROR_HOOKS,
}
_UNIT = re.compile(r"(\d+(?:\.\d+)?)(ms|us|ns|h|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


def unsupported(what: str, where: str = "") -> StepError:
    """The refusal of a feature, by its name."""
    return StepError(f"{where + ': ' if where else ''}the local engine does not support {what}; use the Pulumi CLI")


def _duration(text: str) -> float:
    parts = _UNIT.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise StepError(f"customTimeouts: {text!r} is no duration such as 5m")
    return sum(float(number) * _SECONDS[unit] for number, unit in parts)


def _refused(request: Any) -> Iterator[str]:
    """The options of a registration that this engine does not do."""
    checks = {
        "import": request.importId,
        "transforms": request.transforms,
        "state migrations": request.state_migrations,
        "resource hooks": request.HasField("hooks") and request.hooks.ByteSize(),
        "replaceWith": request.replace_with,
        "replacementTrigger": request.HasField("replacement_trigger"),
        "parameterized packages": request.packageRef,
        "pluginDownloadURL": request.pluginDownloadURL,
        "pluginChecksums": request.pluginChecksums,
        "hideDiffs": request.hideDiffs,
        "envVarMappings": request.envVarMappings,
    }
    return (name for name, used in checks.items() if used)


class Monitor(resource_pb2_grpc.ResourceMonitorServicer):
    """The resource monitor of one run."""

    def __init__(
        self,
        deployment: Deployment,
        organization: str,
        parallel: int,
        stack_outputs: Callable[[str], dict[str, Any]],
        packages: Mapping[str, ComponentPackage] | None = None,
    ) -> None:
        """`packages` are those whose components may be asked for; the packages themselves may ask for none."""
        self.deployment = deployment
        self.organization = organization
        self.parallel = parallel
        self._stack_outputs = stack_outputs
        self._packages = packages if packages is not None else {}
        self.inside = ""
        """Address of the monitor that the packages register at."""

    @contextmanager
    def _answering(self, context: grpc.ServicerContext, urn: str = "") -> Iterator[None]:
        try:
            with self.deployment.working(urn):
                yield
        except CanceledError as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, str(error))
        except StepError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))

    def GetDeploymentInfo(self, request, context):  # noqa: N802, ARG002  # names of the protocol
        """The context of the run, and what the monitor can do."""
        deployment = self.deployment
        return resource_pb2.DeploymentInfo(
            project=deployment.project.name,
            stack=deployment.stack,
            organization=self.organization,
            config=dict(deployment.project.config),
            configSecretKeys=sorted(deployment.project.secret_keys),
            dryRun=deployment.dry_run,
            parallel=self.parallel,
            supportedFeatures=list(FEATURES.values()),
        )

    def SupportsFeature(self, request, context):  # noqa: N802, ARG002
        """Whether one feature is there, by the name older SDKs use."""
        return resource_pb2.SupportsFeatureResponse(hasSupport=request.id in FEATURES)

    def RegisterResource(self, request, context):  # noqa: N802
        """Registers a resource and answers what became of it."""
        deployment = self.deployment
        with self._answering(context, deployment.urn(request.parent, request.type, request.name)):
            for option in _refused(request):
                raise unsupported(option, f"{request.type} {request.name!r}")
            if request.remote:
                return self._construct(request)
            resource = self._register(request)
        outputs = resource.outputs if resource.custom else {}
        return resource_pb2.RegisterResourceResponse(
            urn=resource.urn, id=resource.id, object=encode(outputs), result=resource_pb2.SUCCESS
        )

    def _register(self, request: Any) -> Resource:
        deployment = self.deployment
        inputs = decode_struct(request.object)
        is_provider = request.type.startswith(PROVIDERS)
        if is_provider and request.version:
            inputs.setdefault("version", request.version)
        if request.type.startswith("pulumi-python:") or request.type == "pulumi-nodejs:dynamic:Resource":
            raise unsupported("dynamic providers", f"{request.type} {request.name!r}")
        provider = ""
        if request.custom and not is_provider:
            provider = deployment.provider_for(request.type, request.provider, request.parent, request.version)
        timeouts = request.customTimeouts
        goal = Goal(
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            inputs=inputs,
            dependencies=sorted(set(request.dependencies)),
            property_dependencies={k: sorted(set(v.urns)) for k, v in sorted(request.propertyDependencies.items())},
            provider=provider,
            protect=request.protect,
            retain_on_delete=request.retainOnDelete,
            deleted_with=request.deletedWith,
            delete_before_replace=(
                request.deleteBeforeReplace
                if request.deleteBeforeReplaceDefined or request.deleteBeforeReplace
                else None
            ),
            ignore_changes=list(request.ignoreChanges),
            replace_on_changes=list(request.replaceOnChanges),
            additional_secret_outputs=sorted(set(request.additionalSecretOutputs)),
            custom_timeouts={
                name: _duration(getattr(timeouts, name))
                for name in ("create", "update", "delete", "read")
                if getattr(timeouts, name)
            },
            aliases=lambda parent: self._aliases(request, parent),
        )
        resource = deployment.register(goal)
        if not request.custom:
            deployment.remember_providers(resource.urn, request.providers)
        return resource

    def _construct(self, request: Any) -> resource_pb2.RegisterResourceResponse:
        """A component that its package makes: what it is answers the package, and the package registers it."""
        deployment = self.deployment
        package = self._packages.get(package_of(request.type))
        if package is None:
            known = ", ".join(sorted(self._packages)) or "none"
            raise unsupported(
                f"remote components but those of the program, from the packages that Pulumi.yaml names ({known})",
                f"{request.type} {request.name!r}",
            )
        if request.aliasURNs:
            raise unsupported("aliasURNs of remote components", f"{request.type} {request.name!r}")
        deployment.default_provider(package.name, request.version)
        try:
            made = package.construct(
                provider_pb2.ConstructRequest(
                    project=deployment.project.name,
                    stack=deployment.stack,
                    organization=self.organization,
                    config=dict(deployment.project.config),
                    configSecretKeys=sorted(deployment.project.secret_keys),
                    dryRun=deployment.dry_run,
                    parallel=self.parallel,
                    monitorEndpoint=self.inside,
                    type=request.type,
                    name=request.name,
                    parent=request.parent,
                    inputs=request.object,
                    inputDependencies={
                        key: provider_pb2.ConstructRequest.PropertyDependencies(urns=found.urns)
                        for key, found in request.propertyDependencies.items()
                    },
                    providers=dict(request.providers),
                    dependencies=request.dependencies,
                    aliases=request.aliases,
                    protect=request.protect,
                    additionalSecretOutputs=request.additionalSecretOutputs,
                    deletedWith=request.deletedWith,
                    ignoreChanges=request.ignoreChanges,
                    replaceOnChanges=request.replaceOnChanges,
                    retainOnDelete=request.retainOnDelete,
                    accepts_output_values=True,
                )
            )
        except ComponentError as error:
            if deployment.failed and not error.said:
                raise CanceledError("stopped, because a resource of the component failed") from None
            raise StepError(f"{request.type} resource {request.name!r} has a problem: {error}") from None
        dependencies = {
            key: resource_pb2.RegisterResourceResponse.PropertyDependencies(urns=found.urns)
            for key, found in made.stateDependencies.items()
        }
        return resource_pb2.RegisterResourceResponse(
            urn=made.urn, object=made.state, propertyDependencies=dependencies, result=resource_pb2.SUCCESS
        )

    def _aliases(self, request: Any, parent: str) -> list[str]:
        deployment = self.deployment
        found = list(request.aliasURNs)
        for alias in request.aliases:
            if alias.WhichOneof("alias") == "urn":
                found.append(alias.urn)
                continue
            spec = alias.spec
            above = "" if spec.noParent else spec.parentUrn or parent
            urn = deployment.urn(above, spec.type or request.type, spec.name or request.name)
            if spec.stack or spec.project:
                rest = urn.split("::", 2)[2]
                stack = spec.stack or deployment.stack
                urn = f"urn:pulumi:{stack}::{spec.project or deployment.project.name}::{rest}"
            found.append(urn)
        return found

    def RegisterResourceOutputs(self, request, context):  # noqa: N802
        """Takes the outputs of a component or of the stack."""
        with self._answering(context, request.urn):
            self.deployment.register_outputs(request.urn, decode_struct(request.outputs))
        return empty_pb2.Empty()

    def ReadResource(self, request, context):  # noqa: N802
        """Looks up an object that exists."""
        deployment = self.deployment
        with self._answering(context, deployment.urn(request.parent, request.type, request.name)):
            if request.packageRef or request.pluginDownloadURL:
                raise unsupported("packages from elsewhere", f"{request.type} {request.name!r}")
            goal = Goal(
                type=request.type,
                name=request.name,
                custom=True,
                parent=request.parent,
                dependencies=sorted(set(request.dependencies)),
                additional_secret_outputs=sorted(set(request.additionalSecretOutputs)),
            )
            if request.type == STACK_REFERENCE:
                name = str(decode_struct(request.properties).get("name", request.id))
                outputs = {"name": name, "outputs": self._stack_outputs(name), "secretOutputNames": []}
                resource = Resource(deployment.urn(request.parent, request.type, request.name), request.type, True)
                resource.outputs = outputs
            else:
                goal.provider = deployment.provider_for(request.type, request.provider, request.parent, request.version)
                resource = deployment.read(goal, request.id)
        response = resource_pb2.ReadResourceResponse(urn=resource.urn, properties=encode(resource.outputs))
        if "id" in response.DESCRIPTOR.fields_by_name:
            response.id = resource.id or request.id
        return response

    def Invoke(self, request, context):  # noqa: N802
        """Answers a function of a provider."""
        with self._answering(context):
            if request.packageRef or request.pluginDownloadURL:
                raise unsupported("packages from elsewhere", request.tok)
            if package_of(request.tok) == "pulumi":
                raise unsupported(f"the function {request.tok}")
            self.deployment.provider_for(request.tok, request.provider, "", request.version)
            answer = self.deployment.invoke(request.tok, decode_struct(request.args))
        return resource_pb2.ResourceInvokeResponse(**{"return": encode(answer)})  # pyright: ignore[reportArgumentType]

    def SignalAndWaitForShutdown(self, request, context):  # noqa: N802, ARG002
        """The program is done. It need not wait: nothing here calls back into it."""
        return empty_pb2.Empty()

    def _refuse(self, what: str, context: grpc.ServicerContext) -> NoReturn:
        with self._answering(context):
            raise unsupported(what)
        raise AssertionError("a refused request must have been aborted")

    def Call(self, request, context):  # noqa: N802
        """Refused: methods of remote components."""
        self._refuse(f"the method {request.tok}", context)

    def ExistsResource(self, request, context):  # noqa: N802
        """Refused: asking whether an object exists."""
        self._refuse(f"asking whether a {request.type} exists", context)

    def RegisterStackTransform(self, request, context):  # noqa: N802, ARG002
        """Refused: transforms."""
        self._refuse("transforms", context)

    def RegisterStackInvokeTransform(self, request, context):  # noqa: N802, ARG002
        """Refused: transforms of functions."""
        self._refuse("transforms of functions", context)

    def RegisterResourceHook(self, request, context):  # noqa: N802
        """Refused: resource hooks."""
        self._refuse(f"resource hooks ({request.name})", context)

    def RegisterErrorHook(self, request, context):  # noqa: N802
        """Refused: error hooks."""
        self._refuse(f"error hooks ({request.name})", context)

    def RegisterPackage(self, request, context):  # noqa: N802
        """Refused: packages that are parameterized or extended."""
        self._refuse(f"parameterized packages ({request.name})", context)


_SEVERITIES = {0: "debug", 1: "info", 2: "warning", 3: "error"}


class EngineService(engine_pb2_grpc.EngineServicer):
    """Logging and the root resource."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self._root = ""
        self.reported = False
        """Whether the program has reported an error of its own."""

    def Log(self, request, context):  # noqa: N802, ARG002
        """A message of the program. An error of it fails the run."""
        severity = _SEVERITIES[request.severity]
        if severity == "debug":
            return empty_pb2.Empty()
        if severity == "error":
            if self.deployment.failed or self.deployment.stopping.is_set():
                # The program stumbles over a step that failed and was reported, or was stopped: no news in that.
                severity = "debug"
            else:
                self.reported = True
                self.deployment.failed = True
        self.deployment.events.diagnostic(severity, request.message, request.urn)
        return empty_pb2.Empty()

    def GetRootResource(self, request, context):  # noqa: N802, ARG002
        """The stack's URN, once it is set."""
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request, context):  # noqa: N802, ARG002
        """Sets the stack's URN."""
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def StartDebugging(self, request, context):  # noqa: N802, ARG002
        """Refused: debugging."""
        context.abort(grpc.StatusCode.UNIMPLEMENTED, str(unsupported("debugging")))

    def RequirePulumiVersion(self, request, context):  # noqa: N802
        """Refused: this engine has no version of the CLI to compare."""
        error = unsupported(f"requiring a version of the CLI ({request.pulumi_version_range})")
        self.deployment.fail(str(error))
        context.abort(grpc.StatusCode.UNKNOWN, str(error))


def serve(monitor: Monitor | None, engine: EngineService) -> tuple[grpc.Server, str]:
    """Serves both on one port of the loopback interface: the server and its address."""
    server = grpc.server(ThreadPoolExecutor(max_workers=64, thread_name_prefix="engine"), options=CHANNEL)
    if monitor is not None:
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, f"127.0.0.1:{port}"
