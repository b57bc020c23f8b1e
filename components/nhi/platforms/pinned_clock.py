"""A pinned clock is for the sandbox: asking a provider whether it is a stand-in.

Owns the refusal. The stand-in clouds answer a function that no real provider has; whatever does not answer it counts as
real, so the refusal fails closed. Does not own the clock (`nhi.clock`), and the gate compares clocks on its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from importlib import resources

import pulumi

from nhi.contract import Platform
from nhi.platforms.register import sdk

SDK_PACKAGE: dict[Platform, tuple[str, str]] = {
    "aws": ("aws", "pulumi_aws"),
    "entra": ("azuread", "pulumi_azuread"),
    "gcp": ("gcp", "pulumi_gcp"),
    "kubernetes": ("kubernetes", "pulumi_kubernetes"),
}
"""Provider package and Python package of each platform's SDK."""


@cache
def _version(package: str) -> str:
    module = sdk(package, "one of the platforms")
    return str(json.loads(resources.files(module).joinpath("pulumi-plugin.json").read_text())["version"])


def refuse_pinned_clock(pinned: str | None, platforms: Iterable[Platform]) -> None:
    """Raises `pulumi.RunError` where the clock is pinned and a platform's provider is not the sandbox's.

    Real time decides when real access ends; a pinned clock would keep an agent alive past its end date.
    """
    if pinned is None:
        return
    for platform in platforms:
        provider, package = SDK_PACKAGE[platform]
        options = pulumi.InvokeOptions(version=_version(package))
        try:
            answer = pulumi.runtime.invoke(f"{provider}:nhi/sandbox:probe", {}, options).value
        except Exception:  # a provider that does not know the function is real, whatever its error is called
            answer = None
        if not isinstance(answer, dict) or answer.get("sandbox") is not True:
            raise pulumi.RunError(
                f"the clock is pinned to {pinned}, but the {provider} provider is real; access would outlive its end "
                "date. Fix: remove `nhi:clock` from the stack's config, or run the stack on the sandbox."
            )
