"""Exceptions: what they match, when they stop, and what an unsigned one cannot do."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from nhi_policies.exceptions import load_exceptions
from nhi_policies.rule import registry
from nhi_policies.verdict import Finding, Violation

from policies import kit

RULE = registry()["NHI-GAT-005"]
HIGH = registry()["NHI-IDN-002"]
URN = kit.urn("command:local:Command", "x")

GOOD = """- rule: NHI-GAT-005
  target: support-agent
  reason: The vendor ships a chart only, see SEC-412
  approver: mara.okafor@example.com
  expires: "2026-12-31T00:00:00Z"
"""


def violation(part: str = "opaque", **changes: object) -> Violation:
    finding = Finding("wrong.", "mend it.", part, None, "support-agent", URN)
    return replace(Violation(RULE, "fail", finding), **changes)


def settle(book: object, one: Violation) -> Violation:
    return book.settle([one], kit.CLOCK)[0]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"rule": "opaque-type-beside-agents"},
        {"rule": "NHI-GAT-005[opaque]"},
        {"target": URN},
        {"target": "urn:pulumi:dev::*::x"},
    ],
)
def test_an_exception_that_names_the_finding_lets_it_stand(entry: dict[str, str]) -> None:
    settled = settle(kit.exceptions(entry), violation())
    assert settled.excepted is not None
    assert not settled.blocks


@pytest.mark.parametrize(
    "entry",
    [
        {"rule": "NHI-GAT-006"},
        {"rule": "NHI-GAT-005[other]"},
        {"target": "support-agent-2"},
        {"target": "urn:pulumi:prod::*"},
        {"expires": "2026-11-01T00:00:00Z"},
    ],
)
def test_an_exception_for_something_else_or_from_the_past_lets_nothing_stand(entry: dict[str, str]) -> None:
    assert settle(kit.exceptions(entry), violation()).blocks


def test_a_star_in_a_finding_id_is_literal() -> None:
    book = kit.exceptions({"rule": "NHI-GAT-005[Action::s3:*]"})
    assert settle(book, violation("Action::s3:GetObject")).blocks
    assert not settle(book, violation("Action::s3:*")).blocks


def test_an_expired_exception_bites_again_and_the_finding_says_so() -> None:
    settled = settle(kit.exceptions({"expires": "2026-10-01T00:00:00Z"}), violation())
    assert settled.blocks
    assert "ran out on 2026-10-01T00:00:00Z" in settled.finding.text


def test_an_unsigned_exception_lets_no_high_finding_stand_and_the_finding_says_so() -> None:
    settled = settle(kit.exceptions({"rule": HIGH.id}), violation(rule=HIGH))
    assert settled.blocks
    assert "unsigned" in settled.finding.text


def test_an_error_of_a_rule_is_never_excepted() -> None:
    assert settle(kit.exceptions({}), violation(outcome="error")).blocks


def test_counts_tell_used_unused_and_expired_apart() -> None:
    book = kit.exceptions({}, {"target": "other"}, {"expires": "2026-10-01T00:00:00Z"})
    book.settle([violation()], kit.CLOCK)
    assert book.counts(kit.CLOCK) == {"used": 1, "unused": 1, "expired": 1}


def test_a_good_file_is_read_with_the_line_of_each_entry(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.yaml"
    file.write_text("# why\n" + GOOD)
    book = load_exceptions(file, kit.CLOCK, "policies/exceptions.yaml")
    assert book.problems == ()
    assert [str(one.origin) for one in book.exceptions] == ["policies/exceptions.yaml:2:3"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("NHI-GAT-005", "NHI-XYZ-001", "no rule of the gate"),
        ("support-agent", '"*"', "every agent"),
        ("  reason: The vendor ships a chart only, see SEC-412\n", "", "reason"),
        ("mara.okafor@example.com", "mara", "approver"),
        ("2026-12-31T00:00:00Z", "2026-12-31", "expires"),
        ("2026-12-31T00:00:00Z", "2027-06-30T00:00:00Z", "more than 90 days"),
        ("  target", "  rule: NHI-GAT-006\n  target", "twice"),
        ("  target", "  ticket: SEC-1\n  target", "ticket"),
        ("  reason: The vendor ships a chart only, see SEC-412", "  reason: chart", "shorter than 10"),
        ("NHI-GAT-005", "NHI-GAT-05", "did you mean NHI-GAT-0"),
        ("- rule", "- [", "not YAML"),
    ],
)
def test_a_file_that_is_not_right_excepts_nothing_and_says_where(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "exceptions.yaml"
    file.write_text(GOOD.replace(old, new, 1))
    book = load_exceptions(file, kit.CLOCK)
    assert book.exceptions == ()
    assert any(said in one.message for one in book.problems)
    assert all(one.origin.line for one in book.problems)


def test_ninety_days_are_allowed(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.yaml"
    end = (kit.CLOCK + timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
    file.write_text(GOOD.replace("2026-12-31T00:00:00Z", end))
    assert load_exceptions(file, kit.CLOCK).problems == ()


def test_no_file_means_no_exceptions(tmp_path: Path) -> None:
    assert load_exceptions(tmp_path / "none.yaml", kit.CLOCK).counts(kit.CLOCK) == {
        "used": 0,
        "unused": 0,
        "expired": 0,
    }


def test_a_wrong_part_of_an_entry_is_told_at_its_own_line(tmp_path: Path) -> None:
    file = tmp_path / "exceptions.yaml"
    file.write_text(GOOD + GOOD.replace("mara.okafor@example.com", "mara"))
    book = load_exceptions(file, kit.CLOCK, "policies/exceptions.yaml")
    assert [str(one.origin) for one in book.problems] == ["policies/exceptions.yaml:9:13"]
    assert len(book.exceptions) == 1


def test_a_file_of_comments_holds_no_exceptions(tmp_path: Path) -> None:
    (tmp_path / "exceptions.yaml").write_text("# nothing yet\n\n")
    book = load_exceptions(tmp_path / "exceptions.yaml", kit.CLOCK)
    assert (book.exceptions, book.problems) == ((), ())
