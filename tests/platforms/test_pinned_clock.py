"""Asking a provider whether it is the sandbox's."""

from __future__ import annotations

import sys

import pytest
from nhi.platforms.pinned_clock import _version, refuse_pinned_clock


def test_a_missing_sdk_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    _version.cache_clear()
    monkeypatch.setitem(sys.modules, "pulumi_kubernetes", None)
    with pytest.raises(ModuleNotFoundError, match=r"pulumi_kubernetes, which is not installed\. Fix"):
        refuse_pinned_clock("2026-11-01T00:00:00Z", ["kubernetes"])


def test_without_a_pinned_clock_no_sdk_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pulumi_kubernetes", None)
    refuse_pinned_clock(None, ["kubernetes"])
