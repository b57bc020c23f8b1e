"""What an API server demands of Secrets, ConfigMaps and, as far as needed, of workloads.

Owns rules beyond the types of properties (API server: pkg/apis/core/validation, pkg/apis/apps/validation). Workloads
(Pod, Deployment, Job, CronJob, Service) are served so that programs that hold some can be previewed: their names,
containers and selectors are judged, the many rules about volumes, probes and resources are not.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from nhi.sandbox.clouds.kubernetes import grammar
from nhi.sandbox.clouds.kubernetes.grammar import Failures, at, elements, empty, known
from nhi.sandbox.clouds.kubernetes.network import port_number
from nhi.sandbox.clouds.model import Failure

CONTENT_LIMIT = 1024 * 1024
"""Bytes of all values of a Secret or ConfigMap."""

_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")

# https://kubernetes.io/docs/concepts/configuration/secret/#secret-types : keys that each type must have.
_SECRET_KEYS: dict[str, tuple[str, ...]] = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}
TOKEN_TYPE = "kubernetes.io/service-account-token"
TOKEN_ACCOUNT = "kubernetes.io/service-account.name"


def secret(inputs: Mapping[str, Any]) -> Failures:
    """A Secret: keys, encoding, size, and what its type demands. No value is ever quoted."""
    plain, encoded = inputs.get("stringData"), inputs.get("data")
    size = 0
    for name, values in (("data", encoded), ("stringData", plain)):
        if not known(values):
            continue
        yield from _keys(values, name)
        for key, text in values.items():
            if not known(text):
                continue
            if name == "stringData":
                size += len(text.encode())
            else:
                content = _decoded(text)
                size += len(content or b"")
                if content is None:
                    yield Failure(f"data.{key}", "must be base64; put plain text into stringData")
    if size > CONTENT_LIMIT:
        yield Failure("data", f"all values together must have at most {CONTENT_LIMIT} bytes")
    yield from _secret_type(inputs)


def _secret_type(inputs: Mapping[str, Any]) -> Failures:
    kind, plain, encoded = inputs.get("type"), inputs.get("stringData"), inputs.get("data")
    if kind == TOKEN_TYPE:
        account = at(inputs, "metadata", "annotations", TOKEN_ACCOUNT)
        if empty(account):
            yield Failure(f"metadata.annotations.{TOKEN_ACCOUNT}", f"required for a Secret of type {TOKEN_TYPE}")
        return
    if any(values is not None and not known(values) for values in (plain, encoded)):
        return
    keys = {*(plain or {}), *(encoded or {})}
    for key in _SECRET_KEYS.get(kind, ()) if known(kind) else ():
        if key not in keys:
            yield Failure(f"data.{key}", f"required for a Secret of type {kind}")
    if kind == "kubernetes.io/basic-auth" and not keys & {"username", "password"}:
        yield Failure("data", f"needs username or password for a Secret of type {kind}")


def config_map(inputs: Mapping[str, Any]) -> Failures:
    """A ConfigMap: keys, encoding and size."""
    plain, encoded = inputs.get("data"), inputs.get("binaryData")
    size = 0
    if known(plain):
        yield from _keys(plain, "data")
        size += sum(len(text.encode()) for text in plain.values() if known(text))
    if known(encoded):
        yield from _keys(encoded, "binaryData")
        for key, text in encoded.items():
            content = _decoded(text) if known(text) else b""
            size += len(content or b"")
            if content is None:
                yield Failure(f"binaryData.{key}", "must be base64")
            if known(plain) and key in plain:
                yield Failure(f"binaryData.{key}", "given in data as well")
    if size > CONTENT_LIMIT:
        yield Failure("data", f"all values together must have at most {CONTENT_LIMIT} bytes")


def _keys(values: Mapping[str, Any], name: str) -> Failures:
    for key in values:
        if not _KEY.fullmatch(key) or key in (".", "..") or key.startswith(".."):
            yield Failure(f"{name}.{key}", "a key must be 1 to 253 letters, digits, '-', '_' and '.', not '..'")


def _decoded(text: str) -> bytes | None:
    try:
        # Servers pass over the ends of lines.
        return base64.b64decode(re.sub(r"[\r\n]", "", text), validate=True)
    except (binascii.Error, ValueError):
        return None


def pod(inputs: Mapping[str, Any]) -> Failures:
    """A Pod: its containers."""
    yield from _pod_spec(inputs.get("spec"), "spec")


def deployment(inputs: Mapping[str, Any]) -> Failures:
    """A Deployment: its selector must pick its own pods."""
    spec = inputs.get("spec")
    chosen, labels = at(spec, "selector", "matchLabels"), at(spec, "template", "metadata", "labels")
    yield from grammar.selector(at(spec, "selector"), "spec.selector")
    if empty(at(spec, "selector")):
        yield Failure("spec.selector", "must not be empty")
    yield from grammar.labels(labels, "spec.template.metadata.labels")
    if known(chosen) and labels is None:
        yield Failure("spec.template.metadata.labels", "must match spec.selector")
    elif known(chosen) and known(labels):
        for key, text in chosen.items():
            if key not in labels or (known(text) and known(labels[key]) and labels[key] != text):
                yield Failure(f"spec.template.metadata.labels.{key}", "must match spec.selector")
    yield from _pod_spec(at(spec, "template", "spec"), "spec.template.spec")


def job(inputs: Mapping[str, Any]) -> Failures:
    """A Job: its pods end."""
    yield from _job_spec(inputs.get("spec"), "spec")


def cron_job(inputs: Mapping[str, Any]) -> Failures:
    """A CronJob: a Job and when. The schedule's grammar is not judged."""
    name = at(inputs, "metadata", "name")
    if known(name) and len(name) > 52:
        yield Failure("metadata.name", "a CronJob's name must have at most 52 characters")
    yield from _job_spec(at(inputs, "spec", "jobTemplate", "spec"), "spec.jobTemplate.spec")


def _job_spec(spec: Any, path: str) -> Failures:
    template = at(spec, "template", "spec")
    yield from _pod_spec(template, f"{path}.template.spec")
    if known(template):
        policy = template.get("restartPolicy")
        if policy is None:
            yield Failure(f"{path}.template.spec.restartPolicy", "required for a Job: OnFailure or Never")
        yield from grammar.one_of(policy, ("OnFailure", "Never"), f"{path}.template.spec.restartPolicy")


def service(inputs: Mapping[str, Any]) -> Failures:
    """A Service: its selector's labels and its ports."""
    yield from grammar.labels(at(inputs, "spec", "selector"), "spec.selector")
    for path, port in elements(at(inputs, "spec", "ports"), "spec.ports"):
        yield from port_number(port.get("port"), f"{path}.port")
        yield from port_number(port.get("targetPort"), f"{path}.targetPort")
        yield from grammar.one_of(port.get("protocol"), ("TCP", "UDP", "SCTP"), f"{path}.protocol")


def _pod_spec(spec: Any, path: str) -> Failures:
    if spec is None:
        yield Failure(path, "required, and missing")
    if not known(spec):
        return
    if empty(spec.get("containers")):
        yield Failure(f"{path}.containers", "at least one container is required")
    seen: set[str] = set()
    for list_name in ("initContainers", "containers"):
        for place, container in elements(spec.get(list_name), f"{path}.{list_name}"):
            name = container.get("name")
            yield from grammar.named(grammar.label, name, f"{place}.name", required=True)
            if known(name) and name in seen:
                yield Failure(f"{place}.name", "given twice")
            if known(name):
                seen.add(name)
            for where, port in elements(container.get("ports"), f"{place}.ports"):
                yield from port_number(port.get("containerPort"), f"{where}.containerPort")
    yield from grammar.named(grammar.subdomain, spec.get("serviceAccountName"), f"{path}.serviceAccountName")
