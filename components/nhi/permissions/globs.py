"""Globs with `*` and `?`: does one match a text, cover another glob, or overlap it.

Owns the three questions for single globs, exactly and within a hard bound of time. Does not own actions, resources or
conditions together (the subset proof). `*` stands for any run of characters, also an empty one and also over `/` and
`:`, and `?` for any one character, as IAM reads them
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html). Nothing is an escape.

Every question has a hard bound of steps. Matching takes at most len(pattern) x len(text) of them. Overlap walks the
pairs of places of both globs. Covering is linear without `?` in the wider glob. Where the last two would need more
than `STEP_LIMIT`, which no sensible name does, they give up loudly.
"""

from __future__ import annotations

STEP_LIMIT = 250_000
"""Steps that one question may take."""

GLOB_LIMIT = 4096
"""Longest glob or text that is looked at. An ARN is shorter than 2,049 characters."""

# Stands for every character that neither glob names. From a private-use area, so no name of a cloud contains it.
_OTHER = "\U000ffffd"


class GlobUndecidedError(ValueError):
    """The question was not decided within its bound. The caller must count that as unproven."""


def has_wildcard(pattern: str) -> bool:
    """Whether a glob stands for more than one text."""
    return "*" in pattern or "?" in pattern


def _prepared(text: str, case_sensitive: bool) -> str:
    if len(text) > GLOB_LIMIT:
        raise GlobUndecidedError(
            f"a glob of {len(text)} characters is over the limit of {GLOB_LIMIT}; it is not decided."
        )
    return text if case_sensitive else text.lower()


def matches(pattern: str, text: str, *, case_sensitive: bool) -> bool:
    """Whether `pattern` matches the whole of `text`. `text` is plain: its own `*` and `?` are ordinary characters.

    Raises `GlobUndecidedError`. Takes at most len(pattern) x len(text) steps.
    """
    pattern, text = _prepared(pattern, case_sensitive), _prepared(text, case_sensitive)
    if not has_wildcard(pattern):
        return pattern == text
    # Only the last star can need to take more: whatever an earlier one could reach, the later one reaches as well.
    at = star = mark = 0
    seen_star = False
    position = 0
    while position < len(text):
        if at < len(pattern) and pattern[at] == "*":
            seen_star, star, mark = True, at, position
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", text[position]):
            at += 1
            position += 1
        elif seen_star:
            mark += 1
            at, position = star + 1, mark
        else:
            return False
    return pattern[at:].strip("*") == ""


def _collapsed(pattern: str) -> str:
    """The same language with every run of `*` and `?` in one form: first the `?`, then one `*`."""
    parts: list[str] = []
    questions, star = 0, False
    for character in pattern:
        if character == "?":
            questions += 1
        elif character == "*":
            star = True
        else:
            parts.append("?" * questions + "*" * star + character)
            questions, star = 0, False
    return "".join(parts) + "?" * questions + "*" * star


def _automaton(pattern: str) -> tuple[str, int]:
    """The characters of a glob without its stars, and a mask of the places where a star stands."""
    characters: list[str] = []
    loops = 0
    for character in pattern:
        if character == "*":
            loops |= 1 << len(characters)
        else:
            characters.append(character)
    return "".join(characters), loops


def covers(wide: str, narrow: str, *, case_sensitive: bool = True) -> bool:
    """Whether every text that `narrow` matches is matched by `wide`. Exact, in both directions.

    Raises `GlobUndecidedError` where a glob is too long, or where many `?` between many `*` would take more than
    `STEP_LIMIT` steps. Without `?` in `wide` it takes at most len(narrow) steps.
    """
    wide = _collapsed(_prepared(wide, case_sensitive))
    narrow = _collapsed(_prepared(narrow, case_sensitive))
    if wide in ("*", narrow):
        return True
    characters, loops = _automaton(wide)
    literal: dict[str, int] = {}
    anything = 0
    for place, character in enumerate(characters):
        if character == "?":
            anything |= 1 << place
        else:
            literal[character] = literal.get(character, 0) | 1 << place
    accepted = 1 << len(characters)

    def settled(live: int) -> int:
        # Whatever a place before a star can still match, the star itself matches too; so only the last star counts.
        last = (live & loops).bit_length()
        return live >> (last - 1) << (last - 1) if last else live

    # Looks for a text of `narrow` that `wide` misses. What a wildcard of `narrow` stands for is worst when `wide` names
    # it nowhere, so one such character stands for all; only the length of the run behind a `*` is open. `live` holds
    # the places of `wide` that can be reached; fewer places are worse, so a superset of one seen is not followed.
    seen: list[list[int]] = [[] for _ in range(len(narrow) + 1)]
    open_states = [(0, 1)]
    steps = 0
    while open_states:
        at, live = open_states.pop()
        if any(known & live == known for known in seen[at]):
            continue
        seen[at] = [known for known in seen[at] if known & live != live]
        seen[at].append(live)
        steps += 1 + len(seen[at])
        if steps > STEP_LIMIT:
            raise GlobUndecidedError(
                f"whether {wide[:80]!r} covers {narrow[:80]!r} is not decided within the step limit."
            )
        if at == len(narrow):
            if not live & accepted:
                return False
            continue
        character = narrow[at]
        if character == "*":
            open_states.append((at + 1, live))
            after = settled((live & anything) << 1 | live & loops)
            if after != live:
                open_states.append((at, after))
        elif character == "?":
            open_states.append((at + 1, settled((live & anything) << 1 | live & loops)))
        else:
            open_states.append((at + 1, settled((live & (anything | literal.get(character, 0))) << 1 | live & loops)))
    return True


def overlap(a: str, b: str, *, case_sensitive: bool = True) -> str | None:
    """A shortest text that both globs match, or None where there is none.

    With `case_sensitive=False` the text is in lower case. Raises `GlobUndecidedError` where a glob is too long, or
    where both are long and full of `*` and no text turns up within `STEP_LIMIT` steps.
    """
    a, b = _collapsed(_prepared(a, case_sensitive)), _collapsed(_prepared(b, case_sensitive))
    if not has_wildcard(a):
        return a if matches(b, a, case_sensitive=True) else None
    if not has_wildcard(b):
        return b if matches(a, b, case_sensitive=True) else None
    # Breadth-first over pairs of places. A star is passed without a character, so those steps come first (0-1 search).
    width = len(b) + 1
    goal = len(a) * width + len(b)
    before: dict[int, tuple[int, str]] = {0: (-1, "")}
    layer = [0]
    while layer:
        following: list[int] = []
        queue = layer
        while queue:
            state = queue.pop()
            i, j = divmod(state, width)
            x = a[i] if i < len(a) else ""
            y = b[j] if j < len(b) else ""
            for free in ((state + width) if x == "*" else -1, (state + 1) if y == "*" else -1):
                if free >= 0 and free not in before:
                    before[free] = (state, "")
                    queue.append(free)
            if not x or not y:
                continue
            stays_a, stays_b = x == "*", y == "*"
            if stays_a and stays_b:
                continue  # both would only wait; a shortest text never does
            if x in "*?" or y in "*?" or x == y:
                character = y if x in "*?" else x
                target = state + (0 if stays_a else width) + (0 if stays_b else 1)
                if target not in before:
                    before[target] = (state, _OTHER if character in "*?" else character)
                    following.append(target)
        if goal in before:
            break
        if len(before) > STEP_LIMIT:
            raise GlobUndecidedError(f"whether {a[:80]!r} and {b[:80]!r} overlap is not decided within the step limit.")
        layer = following
    if goal not in before:
        return None
    letters: list[str] = []
    state = goal
    while state > 0:
        state, letter = before[state]
        letters.append(letter)
    text = "".join(reversed(letters))
    return text.replace(_OTHER, "x")
