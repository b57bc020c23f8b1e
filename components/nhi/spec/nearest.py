"""What a writer probably meant: the nearest known word, and the ASCII character a look-alike stands for.

Owns spelling advice for error messages. Does not decide whether a word is right.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches

# Letters that look like ASCII and survive compatibility normalisation (Unicode TR 39 calls them confusables). Only
# the ones that turn up in practice; a character that is missing here is still named, only without its look-alike.
_LOOK_ALIKES = dict(
    zip(
        "авеѕіјкмнорстухһԁԛԝгАВЕЅІЈКМНОРСТУХԌԚԜοαερτυνικχγΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɑɡɩʟℓ‐‑‒–—―−⁃’‘“”٠۰",  # noqa: RUF001  # look-alikes are the point
        "abesijkmhopctyxhdqwrABESIJKMHOPCTYXGQWoaeptuvikxyABEZHIKMNOPTYXiagiLl--------''\"\"00",
        strict=True,
    )
)


def ascii_look_alike(character: str) -> str | None:
    """The ASCII character that a non-ASCII one is easily taken for, or None."""
    found = _LOOK_ALIKES.get(character)
    if found is not None:
        return found
    plain = unicodedata.normalize("NFKD", character)[:1]
    return plain if plain.isascii() and plain.isprintable() and plain.strip() else None


def describe_character(character: str) -> str:
    """A character by code point and name: `U+0430 CYRILLIC SMALL LETTER A`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'without a name')}"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The one of `known` that `word` most likely stands for, or None where nothing is near."""

    def fold(text: str) -> str:
        folded = "".join(c if c.isascii() else ascii_look_alike(c) or c for c in text)
        return folded.casefold().replace("-", "_")

    by_fold: dict[str, str] = {}
    for candidate in known:
        by_fold.setdefault(fold(candidate), candidate)
    asked = fold(word)
    close = get_close_matches(asked, by_fold, n=1, cutoff=0.8)
    stem = asked.removesuffix("s")
    if not close and len(stem) > 1:
        # A short form of a long word is not near by letters: `payments` for `payment_processing`.
        close = [candidate for candidate in by_fold if candidate.startswith(stem)]
    close = close or get_close_matches(asked, by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None
