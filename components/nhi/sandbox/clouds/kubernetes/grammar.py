"""The grammar that a Kubernetes API server demands of names, labels, annotations and selectors.

Owns text forms only. Does not own what a kind may contain (`kinds` and the modules it names) or property types
(`clouds.schema`). Every rule is a generator of failures; an unknown or absent value is no failure.

Sources: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/,
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/,
https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/, and the API server's own validation
(k8s.io/apimachinery/pkg/util/validation).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.limits import known
from nhi.sandbox.clouds.model import Failure

Failures = Iterator[Failure]
NameRule = Callable[[str], str | None]
"""Says what is wrong with a name, or None."""

ANNOTATIONS_LIMIT = 256 * 1024
"""Bytes of all annotation keys and values together."""

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_DNS_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_QUALIFIED = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")


def at(value: Any, *keys: str) -> Any:
    """The value at a path of keys: None where a step is absent, UNKNOWN where a step is unknown."""
    for key in keys:
        if value is UNKNOWN or value is None:
            return value
        value = value.get(key)
    return value


def elements(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The known elements of a list, each with its path; nothing where the list is absent or unknown."""
    if known(value):
        for position, item in enumerate(value):
            if known(item):
                yield f"{path}[{position}]", item


def empty(value: Any) -> bool:
    """True for an absent value, an empty text, list or map. An unknown value is not empty."""
    return value is None or (value is not UNKNOWN and value in ("", [], {}))


def subdomain(name: str) -> str | None:
    """RFC 1123 subdomain: at most 253 characters of lower-case letters, digits, `-` and `.`."""
    if len(name) > 253:
        return "must have at most 253 characters"
    if not _SUBDOMAIN.fullmatch(name):
        return (
            "must be an RFC 1123 subdomain: lower-case letters, digits, '-' and '.', with a letter or digit at the ends"
        )
    return None


def label(name: str) -> str | None:
    """RFC 1123 label: at most 63 characters of lower-case letters, digits and `-`."""
    if len(name) > 63:
        return "must have at most 63 characters"
    if not _LABEL.fullmatch(name):
        return "must be an RFC 1123 label: lower-case letters, digits and '-', with a letter or digit at the ends"
    return None


def dns_1035(name: str) -> str | None:
    """RFC 1035 label: as an RFC 1123 label, and it begins with a letter (Services)."""
    if len(name) > 63:
        return "must have at most 63 characters"
    if not _DNS_1035.fullmatch(name):
        return "must be an RFC 1035 label: lower-case letters, digits and '-', beginning with a letter"
    return None


def path_segment(name: str) -> str | None:
    """A name that only has to be one part of a path: RBAC objects may be called `system:reader`."""
    if name in (".", ".."):
        return f"must not be '{name}'"
    if "/" in name or "%" in name:
        return "must not contain '/' or '%'"
    return None


def qualified_name(key: str) -> str | None:
    """Key of a label or annotation: `[prefix/]name`, the prefix a subdomain, the name at most 63 characters."""
    prefix, slash, name = key.rpartition("/")
    if slash and (not prefix or subdomain(prefix)):
        return "the part before '/' must be an RFC 1123 subdomain"
    if len(name) > 63 or not _QUALIFIED.fullmatch(name):
        return (
            "a key's name must have 1 to 63 letters, digits, '-', '_' and '.', with a letter or digit at the ends, "
            "after an optional 'prefix/'"
        )
    return None


def label_value(value: str) -> str | None:
    """Value of a label: empty, or at most 63 characters like a key's name."""
    if len(value) > 63:
        return "a label's value must have at most 63 characters"
    if not _LABEL_VALUE.fullmatch(value):
        return "a label's value must be letters, digits, '-', '_' and '.', with a letter or digit at the ends"
    return None


def named(rule: NameRule, value: Any, path: str, *, required: bool = False) -> Failures:
    """One failure where a text breaks a rule, or is missing though required."""
    if empty(value):
        if required:
            yield Failure(path, "required, and missing")
    elif known(value) and (reason := rule(value)):
        yield Failure(path, reason)


def one_of(value: Any, allowed: tuple[str, ...], path: str) -> Failures:
    """One failure where a value is none of those allowed."""
    if known(value) and value not in allowed:
        yield Failure(path, f"must be one of {', '.join(allowed)}")


def labels(value: Any, path: str) -> Failures:
    """Keys and values of a label map."""
    if not known(value):
        return
    for key, text in value.items():
        yield from named(qualified_name, key, f"{path}.{key}", required=True)
        if known(text) and (reason := label_value(text)):
            yield Failure(f"{path}.{key}", reason)


def annotation_map(value: Any, path: str) -> Failures:
    """Keys of an annotation map, and the size of the whole. Upper-case letters in a prefix are forgiven, as there."""
    if not known(value):
        return
    for key in value:
        yield from named(qualified_name, key.lower(), f"{path}.{key}", required=True)
    size = sum(len(key.encode()) + len(text.encode()) for key, text in value.items() if known(text))
    if size > ANNOTATIONS_LIMIT:
        yield Failure(path, f"all annotations together must have at most {ANNOTATIONS_LIMIT} bytes, these have {size}")


def selector(value: Any, path: str) -> Failures:
    """A label selector: matchLabels, and matchExpressions with operators that fit their values."""
    yield from labels(at(value, "matchLabels"), f"{path}.matchLabels")
    for where, expression in elements(at(value, "matchExpressions"), f"{path}.matchExpressions"):
        yield from named(qualified_name, expression.get("key"), f"{where}.key", required=True)
        operator, values = expression.get("operator"), expression.get("values")
        yield from one_of(operator, ("In", "NotIn", "Exists", "DoesNotExist"), f"{where}.operator")
        if operator in ("In", "NotIn") and empty(values):
            yield Failure(f"{where}.values", f"must not be empty with operator {operator}")
        if operator in ("Exists", "DoesNotExist") and not empty(values) and values is not UNKNOWN:
            yield Failure(f"{where}.values", f"must be empty with operator {operator}")
        for place, text in elements(values, f"{where}.values"):
            if reason := label_value(text):
                yield Failure(place, reason)


# Written by the server; a client that sends one is refused, or what it sends is dropped.
_SERVER_FIELDS = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)


def metadata(value: Mapping[str, Any], name_rule: NameRule, namespaced: bool) -> Failures:
    """An object's metadata, apart from the types of its properties."""
    yield from named(name_rule, value.get("name"), "metadata.name", required=True)
    if namespaced:
        yield from named(label, value.get("namespace"), "metadata.namespace")
    elif not empty(value.get("namespace")):
        yield Failure("metadata.namespace", "not allowed: this kind belongs to the whole cluster")
    yield from labels(value.get("labels"), "metadata.labels")
    yield from annotation_map(value.get("annotations"), "metadata.annotations")
    if value.get("generateName") is not None:
        yield Failure("metadata.generateName", "not supported by the sandbox: nobody could judge a name at preview")
    if value.get("clusterName") is not None:
        yield Failure("metadata.clusterName", "no longer part of the API (removed in Kubernetes 1.24)")
    if not empty(value.get("finalizers")):
        yield Failure(
            "metadata.finalizers", "not supported by the sandbox: no controller here would ever remove a finalizer"
        )
    for name in _SERVER_FIELDS:
        if value.get(name) is not None:
            yield Failure(f"metadata.{name}", "written by the server, never by a client")
