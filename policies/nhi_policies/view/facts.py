"""What a resource says about its agent: tags on AWS, labels and annotations on Kubernetes.

The table fact x platform is the contract's. A value on the platform is in the platform's encoding; compare it with
`contract.encode_fact`, never with the raw value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from nhi.contract import FACT_TABLE, FACTS, UNKNOWN, Carrier, Fact, Platform

from nhi_policies.verdict import Unproven
from nhi_policies.view.resource import Resource, joined

_PLATFORM_OF_PACKAGE: dict[str, Platform] = {
    "aws": "aws",
    "azuread": "entra",
    "gcp": "gcp",
    "kubernetes": "kubernetes",
}

_CARRIERS: dict[tuple[Platform, Carrier], tuple[tuple[str, ...], ...]] = {
    ("aws", "tag"): (("tags",), ("tagsAll",)),
    ("kubernetes", "label"): (("metadata", "labels"),),
    ("kubernetes", "annotation"): (("metadata", "annotations"),),
    ("gcp", "label"): (("labels",),),
}


def platform_of(resource: Resource) -> Platform | None:
    """The platform whose provider makes this resource, or None."""
    return _PLATFORM_OF_PACKAGE.get(resource.package)


def fact(resource: Resource, name: Fact) -> str | None:
    """One fact as written on the resource, or None where it is not there.

    Raises `Unproven` where the carrier or the value is not known. Entra's notes and Google Cloud's descriptions are
    read when those platforms are built; until then they say nothing.
    """
    platform = platform_of(resource)
    if platform is None:
        return None
    placement = FACT_TABLE[platform][name]
    for path in _CARRIERS.get((platform, placement.carrier), ()):
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


def facts(resource: Resource) -> Mapping[Fact, str]:
    """Every fact written on the resource. Raises `Unproven` like `fact`."""
    found = ((name, fact(resource, name)) for name in FACTS)
    return cast(Mapping[Fact, str], {name: value for name, value in found if value is not None})
