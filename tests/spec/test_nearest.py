"""Spelling advice: the word that was probably meant."""

from __future__ import annotations

import pytest
from nhi.spec.nearest import nearest

WORDS = ("deployment", "payment_processing", "text_generation", "web_search", "oauth2_client_credentials")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("text_genaration", "text_generation"),
        ("text-generation", "text_generation"),
        ("payments", "payment_processing"),
        ("deployments", "deployment"),
        ("oauth2", "oauth2_client_credentials"),
        ("w\u0435b_search", "web_search"),
        ("zzz", None),
    ],
)
def test_the_nearest_word_is_the_one_that_was_meant(written: str, meant: str | None) -> None:
    assert nearest(written, WORDS) == meant
