"""The rule reference is the rules' own docstrings."""

from __future__ import annotations

from pathlib import Path

import pytest
from nhi_policies import reference
from nhi_policies.rule import registry


def test_the_reference_in_docs_is_up_to_date() -> None:
    assert reference.main(["--check"]) == 0, "run: python -m nhi_policies.reference --write"


def test_every_rule_has_a_page() -> None:
    text = reference.reference()
    assert all(f"### {rule_id}\n" in text for rule_id in registry())


def test_check_notices_a_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "REFERENCE", tmp_path / "docs" / "rules.md")
    assert reference.main(["--check"]) == 1
    assert reference.main(["--write"]) == 0
    assert reference.main(["--check"]) == 0
    reference.REFERENCE.write_text(reference.REFERENCE.read_text() + "by hand\n")
    assert reference.main(["--check"]) == 1
