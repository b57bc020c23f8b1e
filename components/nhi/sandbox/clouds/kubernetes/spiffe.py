"""What the SPIRE controller manager documents for a ClusterSPIFFEID.

Owns the fields of `spire.spiffe.io/v1alpha1` ClusterSPIFFEID, their types and grammar. No SPIRE server has judged
what passes here: the sandbox renders no template and knows no pod.

Sources: https://github.com/spiffe/spire-controller-manager/blob/main/docs/clusterspiffeid-crd.md (fields),
https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md sections 2.1 to 2.3 (trust domain, path, size),
https://pkg.go.dev/time#ParseDuration (durations).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.kubernetes import grammar
from nhi.sandbox.clouds.kubernetes.grammar import Failures, elements, empty, known
from nhi.sandbox.clouds.model import Failure

ID_LIMIT = 2048
"""Bytes of a whole SPIFFE ID."""

_TEXTS = ("spiffeIDTemplate", "ttl", "jwtTtl", "className", "hint")
_FLAGS = ("admin", "downstream", "autoPopulateDNSNames", "fallback")
_LISTS = ("dnsNameTemplates", "workloadSelectorTemplates", "federatesWith")
_SELECTORS = ("namespaceSelector", "podSelector")
FIELDS = frozenset((*_TEXTS, *_FLAGS, *_LISTS, *_SELECTORS))
"""Every field that a spec may have."""

_ACTION = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_TRUST_DOMAIN = re.compile(r"[a-z0-9._-]{1,255}")
_SEGMENT = re.compile(r"[A-Za-z0-9._-]+")
_DURATION = re.compile(r"([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)")


def cluster_spiffe_id(inputs: Mapping[str, Any]) -> Failures:
    """A ClusterSPIFFEID's spec, strictly: an unknown field is a failure, as with the CRD's own schema."""
    spec = inputs.get("spec")
    if spec is UNKNOWN:
        return
    if not isinstance(spec, Mapping):
        yield Failure("spec", "required, and must be a map")
        return
    for name in spec:
        if name not in FIELDS:
            yield Failure(f"spec.{name}", f"no such field; a ClusterSPIFFEID has {', '.join(sorted(FIELDS))}")
    wrong = list(_types(spec))
    yield from wrong
    if wrong:
        return
    yield from _template(spec.get("spiffeIDTemplate"))
    for name in ("ttl", "jwtTtl"):
        yield from _duration(spec.get(name), f"spec.{name}")
    for name in _SELECTORS:
        yield from grammar.selector(spec.get(name), f"spec.{name}")
    for path, domain in elements(spec.get("federatesWith"), "spec.federatesWith"):
        if not _TRUST_DOMAIN.fullmatch(domain.removeprefix("spiffe://")):
            yield Failure(path, "must be a trust domain: lower-case letters, digits, '.', '-' and '_'")
    for name in ("dnsNameTemplates", "workloadSelectorTemplates"):
        for path, text in elements(spec.get(name), f"spec.{name}"):
            yield from _closed(text, path)
    for path, text in elements(spec.get("workloadSelectorTemplates"), "spec.workloadSelectorTemplates"):
        if ":" not in _ACTION.sub("x", text):
            yield Failure(path, "must have the form type:value, such as k8s:container-name:app")


def _types(spec: Mapping[str, Any]) -> Failures:
    for name in _TEXTS:
        if known(spec.get(name)) and not isinstance(spec[name], str):
            yield Failure(f"spec.{name}", "must be a string")
    for name in _FLAGS:
        if known(spec.get(name)) and not isinstance(spec[name], bool):
            yield Failure(f"spec.{name}", "must be true or false")
    for name in _LISTS:
        value = spec.get(name)
        if known(value) and not (
            isinstance(value, list) and all(item is UNKNOWN or isinstance(item, str) for item in value)
        ):
            yield Failure(f"spec.{name}", "must be a list of strings")
    for name in _SELECTORS:
        # A NetworkPolicy's podSelector has the very type: metav1.LabelSelector.
        found = (
            schema.check(
                "kubernetes:networking.k8s.io/v1:NetworkPolicy", {"spec": {"podSelector": spec.get(name) or {}}}
            )
            if spec.get(name) is not UNKNOWN
            else ()
        )
        for failure in found:
            yield Failure(failure.property.replace("spec.podSelector", f"spec.{name}", 1), failure.reason)


def _template(text: Any) -> Failures:
    path = "spec.spiffeIDTemplate"
    if empty(text):
        yield Failure(path, "required, and missing")
        return
    if text is UNKNOWN:
        return
    broken = list(_closed(text, path))
    yield from broken
    if broken:
        return
    # What a template will write cannot be known here; one ordinary letter stands for it.
    plain = _ACTION.sub("x", text)
    scheme, separator, rest = plain.partition("://")
    if scheme != "spiffe" or not separator:
        yield Failure(path, "must begin with spiffe://")
        return
    domain, slash, tail = rest.partition("/")
    if not _TRUST_DOMAIN.fullmatch(domain):
        yield Failure(path, "the trust domain must be 1 to 255 lower-case letters, digits, '.', '-' and '_'")
    if slash and any(part in ("", ".", "..") or not _SEGMENT.fullmatch(part) for part in tail.split("/")):
        yield Failure(path, "every part of the path must be letters, digits, '.', '-' and '_', and not '.' or '..'")
    if len(plain.encode()) > ID_LIMIT:
        yield Failure(path, f"must have at most {ID_LIMIT} bytes")


def _closed(text: str, path: str) -> Failures:
    rest = _ACTION.sub("", text)
    if "{{" in rest or "}}" in rest:
        yield Failure(path, "a template's '{{' and '}}' must come in pairs")
    elif any(not action[2:-2].strip(" -\t\n") for action in _ACTION.findall(text)):
        yield Failure(path, "a template must not contain an empty '{{ }}'")


def _duration(text: Any, path: str) -> Failures:
    if not known(text):
        return
    if not re.fullmatch(f"({_DURATION.pattern})+", text):
        yield Failure(path, "must be a duration such as 15m or 1h30m")
    elif not any(float(number) for number, *_ in _DURATION.findall(text)):
        yield Failure(path, "must be longer than nothing")
