"""Which stand-in clouds there are, and which class belongs to each.

Owns the list. Clouds are imported only when they are opened, so that somebody who uses one platform needs one SDK.
"""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError

from nhi.sandbox.clouds.model import Cloud
from nhi.sandbox.clouds.schema import sdk_version

CLOUDS: dict[str, tuple[str, str]] = {
    "aws": ("nhi.sandbox.clouds.aws", "AwsCloud"),
    "azuread": ("nhi.sandbox.clouds.entra", "EntraCloud"),
    "gcp": ("nhi.sandbox.clouds.gcp", "GcpCloud"),
    "kubernetes": ("nhi.sandbox.clouds.kubernetes", "KubernetesCloud"),
}
"""Provider package -> module and class of its stand-in."""


def installed() -> dict[str, str]:
    """Provider packages that have a stand-in and whose SDK is installed, each with the SDK's version.

    Nothing is imported: the version is what the SDK's distribution says, and so what a program asks its engine for.
    """
    found = {}
    for package in CLOUDS:
        try:
            found[package] = sdk_version(package)
        except PackageNotFoundError:
            continue
    return found


def open_cloud(package: str) -> Cloud:
    """The stand-in cloud for a provider package. Raises KeyError for a package that has none."""
    module, name = CLOUDS[package]
    return getattr(importlib.import_module(module), name)()
