"""What a resource says about its agent: tags on AWS, labels and annotations on Kubernetes, tags and notes on Entra ID,
labels or a description on Google Cloud.

The table fact x platform is the contract's. A value on the platform is in the platform's encoding; compare it with
`contract.encode_fact`, never with the raw value. A description on Google Cloud holds raw values, a long purpose cut
(`contract.describe_facts`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import cast

from nhi.contract import FACT_TABLE, FACTS, UNKNOWN, Fact, Placement, Platform, described_facts

from nhi_policies.verdict import Unproven
from nhi_policies.view.memo import beside, told
from nhi_policies.view.resource import Resource, joined, package_of

_PLATFORM_OF_PACKAGE: dict[str, Platform] = {
    "aws": "aws",
    "azuread": "entra",
    "gcp": "gcp",
    "kubernetes": "kubernetes",
}


def platform_of(resource: Resource) -> Platform | None:
    """The platform whose provider makes this resource, or None."""
    return _platform_of_type(resource.type)


@cache
def _platform_of_type(type_token: str) -> Platform | None:
    return _PLATFORM_OF_PACKAGE.get(package_of(type_token))


def fact(resource: Resource, name: Fact) -> str | None:
    """One fact as written on the resource, or None where it is not there.

    Raises `Unproven` where the carrier or the value is not known.
    """
    said = beside(resource)
    key = _FACT_KEYS[name]
    if key not in said:
        said[key] = _fact(resource, name)
    return said[key]


_FACT_KEYS = {name: ("fact", name) for name in FACTS}


def _fact(resource: Resource, name: Fact) -> str | None:
    platform = platform_of(resource)
    if platform is None:
        return None
    placement = FACT_TABLE[platform][name]
    if platform == "aws":
        return _keyed(resource, placement, ("tags",), ("tagsAll",))
    if platform == "kubernetes":
        return _keyed(resource, placement, ("metadata", "labels" if placement.carrier == "label" else "annotations"))
    if platform == "entra":
        return _line(resource, placement)
    labelled = _keyed(resource, placement, ("labels",))
    return labelled if labelled is not None else _described(resource, name)


def facts(resource: Resource) -> Mapping[Fact, str]:
    """Every fact written on the resource. Raises `Unproven` like `fact`."""
    text = resource.peek("description")
    if isinstance(text, str) and resource.peek("labels") is None and platform_of(resource) == "gcp":
        return _all_described(text)
    found = ((name, fact(resource, name)) for name in FACTS)
    return cast(Mapping[Fact, str], {name: value for name, value in found if value is not None})


def moment(text: str) -> datetime | None:
    """The moment that a fact or a property writes; None for what is no time with a zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _keyed(resource: Resource, placement: Placement, *paths: tuple[str, ...]) -> str | None:
    for path in paths:
        carrier = resource.peek(*path)
        if carrier is UNKNOWN:
            raise Unproven(joined(path))
        if isinstance(carrier, Mapping) and placement.key in carrier:
            value = carrier[placement.key]
            if value is UNKNOWN:
                raise Unproven(joined((*path, placement.key)))
            if value is not None:
                return str(value)
    return None


def _line(resource: Resource, placement: Placement) -> str | None:
    """The fact among the tags, else among the notes; a tag that says it twice with two values says nothing certain."""
    tags = resource.peek("tags")
    if tags is UNKNOWN:
        raise Unproven("tags")
    if tags is None and resource.peek("notes") is None:
        return None
    for where, said in _lines(resource):
        values = said.get(placement.key, ())
        if len(values) > 1:
            raise Unproven(where, f"says {placement.key} twice, with two values")
        for value in values:
            return value
    return None


@told
def _lines(resource: Resource) -> tuple[tuple[str, Mapping[str, frozenset[str]]], ...]:
    """What tags and notes say, by key. Raises `Unproven` where one of them is not known."""
    tags, notes = resource.peek("tags"), resource.peek("notes")
    lines: list[object] = list(tags) if isinstance(tags, list) else []
    if any(line is UNKNOWN for line in lines):
        raise Unproven("tags")
    if notes is UNKNOWN:
        raise Unproven("notes")
    return ("tags", _said(lines)), ("notes", _said(notes.splitlines() if isinstance(notes, str) else ()))


def _said(lines: Iterable[object]) -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in lines:
        if isinstance(line, str):
            key, mark, value = line.partition("=")
            if mark:
                found[key] = found.get(key, frozenset()) | {value}
    return found


def _described(resource: Resource, name: Fact) -> str | None:
    text = resource.peek("description")
    if text is UNKNOWN:
        raise Unproven("description")
    return _all_described(text).get(name) if isinstance(text, str) else None


# An account and its roles carry one text, and several rules ask for each fact of it.
@lru_cache(maxsize=4096)
def _all_described(text: str) -> Mapping[Fact, str]:
    return described_facts(text)
