"""Component packages: components in Python that a program in any language asks for, served by a process of their own.

Owns a package's process and the one question it is asked, `Construct`. What a component registers it registers itself,
at the monitor, like a program. A package that cannot answer is an error of the run.

Protocol: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import IO, Any

import grpc
from pulumi.runtime.proto import provider_pb2 as pb
from pulumi.runtime.proto import provider_pb2_grpc

from nhi.sandbox.engine.packs import CHANNEL, spawn, stop


class ComponentError(Exception):
    """A component could not be made. `said` tells whether the message is one for the user of the component."""

    def __init__(self, message: str, *, said: bool) -> None:
        super().__init__(message)
        self.said = said


class ComponentPackage:
    """One running package of components."""

    def __init__(self, name: str, package: Path, folder: Path, engine: str) -> None:
        """Starts the package in `folder`, the program's own: paths in arguments are relative to that.

        Call it from a thread that lives as long as the package may.
        """
        self.name = name
        self.package = package
        self._process = spawn(["components", engine, str(package)], folder, os.environ)
        self._tail: list[str] = []
        self._watcher = threading.Thread(target=self._collect, args=(self._process.stderr,), daemon=True)
        self._watcher.start()
        self._lock = threading.Lock()
        self._channel: grpc.Channel | None = None

    def _collect(self, stream: IO[str] | None) -> None:
        for line in stream or ():
            self._tail = [*self._tail[-39:], line]

    def construct(self, request: pb.ConstructRequest) -> pb.ConstructResponse:
        """Makes a component. Raises ComponentError with what the package says is wrong."""
        with self._lock:
            stub = self._connect()
        try:
            return stub.Construct(request)
        except grpc.RpcError as error:
            known = isinstance(error, grpc.Call)
            detail = (error.details() if known else str(error)) or ""
            if self._process.poll() is not None:
                detail = f"its process ended with exit code {self._process.returncode}\n{''.join(self._tail)}".strip()
            said = known and error.code() is grpc.StatusCode.INVALID_ARGUMENT
            raise ComponentError(detail, said=said) from None

    def _connect(self) -> Any:
        if self._channel is None:
            port = self._process.stdout.readline().strip() if self._process.stdout else ""
            if not port.isdigit():
                self._process.wait()
                self._watcher.join(timeout=5)
                said = "".join(self._tail).strip() or port
                raise ComponentError(f"the package {self.package} did not start:\n{said}", said=True)
            threading.Thread(target=self._collect, args=(self._process.stdout,), daemon=True).start()
            self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL)
        return provider_pb2_grpc.ResourceProviderStub(self._channel)

    def close(self) -> None:
        """Ends the package."""
        if self._channel is not None:
            self._channel.close()
        stop(self._process)
