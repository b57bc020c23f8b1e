"""What the pods of a workload carry, and how pods are selected by their labels.

Owns reading projected tokens and label selectors. Does not own whose pods they are (`agents`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nhi_policies.verdict import Unproven
from nhi_policies.view.kubernetes.objects import pod_path
from nhi_policies.view.resource import Resource, joined

POD_IDENTITY_AUDIENCE = "pods.eks.amazonaws.com"
"""https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html"""
_DEFAULT_LIFE = 3600
"""Seconds, https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken"""


@dataclass(frozen=True, slots=True)
class ProjectedToken:
    """One token that a pod asks for in a projected volume: its audience (empty for the API server's) and its life."""

    audience: str
    seconds: int


def projected_tokens(resource: Resource) -> Iterator[ProjectedToken]:
    """The projected service account tokens of a workload's pods. Raises `Unproven` where one cannot be read."""
    path = pod_path(resource)
    if path is None:
        return
    for index, volume in enumerate(_maps(resource, *path, "spec", "volumes")):
        if volume.get("projected") is None:
            continue
        place = (*path, "spec", "volumes", index, "projected", "sources")
        for number, source in enumerate(_maps(resource, *place)):
            if source.get("serviceAccountToken") is None:
                continue
            token = (*place, number, "serviceAccountToken")
            seconds = resource.read(*token, "expirationSeconds", default=_DEFAULT_LIFE)
            if not isinstance(seconds, int):
                raise Unproven(joined((*token, "expirationSeconds")), "is not a whole number")
            yield ProjectedToken(resource.text(*token, "audience") or "", seconds)


def _maps(resource: Resource, *path: str | int) -> list[Mapping[str, Any]]:
    """The maps of a list; what is in them may still be unknown."""
    found = resource.peek(*path)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise Unproven(joined(path), "is not a list of maps, or is not known")
    return found


def selector_labels(resource: Resource, *path: str | int) -> dict[str, str]:
    """The labels that a label selector asks for; expressions are not read, and only narrow it."""
    return {key: str(value) for key, value in resource.map(*path, "matchLabels").items()}
