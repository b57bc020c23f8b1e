"""A counterexample in words: what somebody could do, as a person would say it.

Owns the sentence about one witness of a proof, the same for every rule. Does not own the proof (`nhi.permissions`).
"""

from __future__ import annotations

from nhi.permissions.model import Witness


def in_words(witness: Witness) -> str:
    """`s3:getobject on arn:aws:s3:::b/x`, and each key of the request that matters: with its value, or without it."""
    given = [_key(key, value) for key, value in sorted(witness.context.items())]
    return f"{witness.action} on {witness.resource}" + (f" ({', '.join(given)})" if given else "")


def _key(key: str, value: str | tuple[str, ...] | None) -> str:
    if value is None:
        return f"without {key}"
    if isinstance(value, tuple):
        return f"{key} = {', '.join(value) or 'nothing'}"
    return f"{key} = {value}" if value else f"{key} empty"
