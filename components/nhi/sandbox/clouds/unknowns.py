"""What a value that is not known yet means to a cloud: it equals nothing, and nothing is made from it.

Owns these three rules for every stand-in. Does not own what a preview answers (each cloud).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.model import CloudError, Inputs


def has_unknown(value: Any) -> bool:
    """Whether a value is not known, or holds one that is not."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(has_unknown(item) for item in value)
    return value is UNKNOWN


def equal(one: Any, other: Any) -> bool:
    """Equality in which an unknown equals nothing: it may become anything."""
    return not has_unknown(one) and not has_unknown(other) and one == other


def refuse_unknowns(type: str, inputs: Inputs, code: str) -> None:
    """Raises `CloudError` with the cloud's own code for the first property that is not known.

    An engine asks for an object only when all its inputs are known; what comes here unknown is a fault of an engine.
    """
    for name, value in inputs.items():
        if has_unknown(value):
            raise CloudError(code, f"{type}: {name} is not known, and an object cannot be made from it")
