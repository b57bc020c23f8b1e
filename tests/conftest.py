"""Says at the end of a test run, in words, what was not proven because an engine is missing."""

from __future__ import annotations

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each reason that begins with NOT PROVEN, with the number of tests that it skipped."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        if isinstance(report.longrepr, tuple):
            reason = str(report.longrepr[2]).removeprefix("Skipped: ")
            reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in reasons.items():
        if reason.startswith("NOT PROVEN"):
            terminalreporter.write_sep("!", f"{count} tests skipped", yellow=True)
            terminalreporter.write_line(reason, yellow=True)
