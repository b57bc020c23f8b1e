"""Laws of globs against a brute-force oracle over all short texts, and the bound on their cost.

The oracle sees texts up to six characters over three letters; globs of the properties have at most four signs, so every
difference between two of them shows within that length.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nhi.permissions.globs import GLOB_LIMIT, GlobUndecidedError, covers, has_wildcard, matches, overlap

TEXTS = tuple("".join(letters) for length in range(7) for letters in itertools.product("abz", repeat=length))
GLOBS = st.text(alphabet="ab*?", max_size=4)
# z stands for every character that no glob names; it is what a witness may use beside a and b.


@lru_cache(maxsize=4096)
def language(glob: str) -> frozenset[str]:
    """Every short text that a glob matches, by regular expression."""
    parts = (".*" if sign == "*" else "." if sign == "?" else re.escape(sign) for sign in glob)
    pattern = re.compile("".join(parts), re.DOTALL)
    return frozenset(text for text in TEXTS if pattern.fullmatch(text))


@given(GLOBS, st.sampled_from(TEXTS))
def test_matching_agrees_with_the_oracle(glob: str, text: str) -> None:
    assert matches(glob, text, case_sensitive=True) == (text in language(glob))


@settings(max_examples=400)
@given(GLOBS, GLOBS)
def test_covering_agrees_with_the_oracle(wide: str, narrow: str) -> None:
    assert covers(wide, narrow) == (language(narrow) <= language(wide))


@settings(max_examples=400)
@given(GLOBS, GLOBS)
def test_overlap_agrees_with_the_oracle_and_its_witness_is_a_shortest_one(a: str, b: str) -> None:
    common = language(a) & language(b)
    witness = overlap(a, b)
    assert (witness is None) == (not common)
    if witness is not None:
        assert matches(a, witness, case_sensitive=True)
        assert matches(b, witness, case_sensitive=True)
        assert len(witness) == min(map(len, common))


@given(GLOBS, GLOBS, GLOBS)
def test_covering_is_transitive(a: str, b: str, c: str) -> None:
    if covers(a, b) and covers(b, c):
        assert covers(a, c)


@given(st.text(max_size=30))
def test_a_text_without_wildcards_matches_itself_only_in_its_own_case(text: str) -> None:
    plain = text.replace("*", "").replace("?", "")
    assert matches(plain, plain, case_sensitive=True)
    assert matches(plain.lower(), plain, case_sensitive=False)


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("arn:aws:s3:::docs/*", "arn:aws:s3:::docs/public/*", True),
        ("arn:aws:s3:::docs/*", "arn:aws:s3:::docs*", False),
        ("arn:aws:s3:::docs*", "arn:aws:s3:::docs-secret/*", True),
        ("*", "arn:aws:s3:::docs/*", True),
        ("s3:Get*", "s3:GetObject", True),
        ("s3:GetObject", "s3:Get*", False),
        ("?*", "*", False),
        ("*?", "?*", True),
        ("a*b*c", "a*c", False),
        ("secret:name-??????", "secret:name-*", False),
        ("secret:name-*", "secret:name-??????", True),
        ("", "*", False),
    ],
)
def test_covering_of_names_as_clouds_write_them(wide: str, narrow: str, expected: bool) -> None:
    assert covers(wide, narrow) is expected


def test_actions_are_compared_without_case_and_resources_with_it() -> None:
    assert covers("S3:get*", "s3:GetObject", case_sensitive=False)
    assert not covers("arn:aws:s3:::Docs/*", "arn:aws:s3:::docs/a")
    assert overlap("S3:Get*", "s3:*object", case_sensitive=False) == "s3:getobject"


def test_a_star_in_the_text_is_an_ordinary_character() -> None:
    assert matches("a*", "a*", case_sensitive=True)
    assert not matches("ab", "a*", case_sensitive=True)
    assert not has_wildcard("ab")


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("*" + "a*" * 200, "*" + "a*" * 200 + "b"),
        ("*a" + "?" * 40, "*a" * 40),
        ("*a????????????b*c??????d*", "*a*b*c" * 20),
        ("a" * 2000 + "*", "a" * 2000 + "b*"),
        ("*" + "a?*" * 300, "a*" * 600),
    ],
)
def test_hostile_globs_are_answered_or_given_up_within_the_bound(wide: str, narrow: str) -> None:
    try:
        answer = covers(wide, narrow)
    except GlobUndecidedError:
        return
    assert answer in (True, False)


def test_hostile_overlap_is_given_up_loudly_and_never_answered_wrongly() -> None:
    with pytest.raises(GlobUndecidedError, match="step limit"):
        overlap("*a" * 1000, "*b" * 1000)


def test_a_glob_over_the_limit_is_undecided() -> None:
    with pytest.raises(GlobUndecidedError, match="over the limit"):
        matches("*", "a" * (GLOB_LIMIT + 1), case_sensitive=True)
