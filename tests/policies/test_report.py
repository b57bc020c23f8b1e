"""One text form that reads back, and the reports made from the same findings."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from nhi.permissions.model import Origin
from nhi_policies import report
from nhi_policies.rule import registry
from nhi_policies.verdict import Excepted, Finding, Violation

from policies import kit

_RULES = list(registry().values())
_HIGH = registry()["NHI-IDN-002"]
_LOW = registry()["NHI-STA-010"]

_word = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789*/:.-_,'\"()", min_size=1, max_size=12)
_sentence = (
    st.lists(_word, min_size=1, max_size=6)
    .map(" ".join)
    .filter(lambda text: not any(mark in f" {text}" for mark in (" Fix:", " Excepted until")))
)
_origin = st.builds(Origin, st.just("stacks/agents/x y.yaml"), st.integers(1, 999), st.integers(1, 99))
_finding = st.builds(
    Finding,
    text=_sentence,
    fix=_sentence,
    part=st.sampled_from(["", "Action::s3:*", "unproven::spec.rules[0].verbs", "agents/x.yaml:4:3"]),
    origin=st.none() | _origin | st.just(Origin("agents/x.yaml")),
    agent=st.none() | st.just("support-agent"),
    target=st.none() | st.just(kit.urn("aws:iam/role:Role", "a role")) | st.just("support-agent-role"),
)
_excepted = st.builds(Excepted, _sentence, st.just("a@example.com"), st.just("2026-12-31T00:00:00Z"))
_violation = st.builds(
    Violation, st.sampled_from(_RULES), st.sampled_from(["fail", "unproven", "error"]), _finding, st.none() | _excepted
)


@given(_violation)
def test_a_violation_reads_back_from_its_text(violation: Violation) -> None:
    text = report.format_violation(violation)
    assert "\n" not in text
    assert report.parse(text) == violation


@given(_violation)
def test_a_violation_reads_back_from_a_policy_event(violation: Violation) -> None:
    assert report.parse(f"Agent identities: sponsor\n{report.format_violation(violation)}\n") == violation


def test_an_ignored_unknown_reads_back_as_ignored() -> None:
    one = Violation(_HIGH, "unproven", Finding("policy is not known.", "mend.", agent="a"), ignored=True)
    assert report.parse(report.format_violation(one)) == one


def test_a_message_of_another_pack_is_no_violation() -> None:
    assert report.parse("S3 buckets\nno public read") is None
    assert report.parse("NHI-XYZ-001 no-such-rule [no agent]: text") is None


def test_the_text_form_is_the_agreed_one() -> None:
    finding = Finding("no sponsor is set.", "name a person.", "", Origin("agents/x.yaml", 4, 3), "research-agent")
    expected = (
        "NHI-IDN-002 undeclared-agent [agent research-agent] agents/x.yaml:4:3: no sponsor is set. Fix: name a person."
    )
    assert report.format_violation(Violation(_HIGH, "fail", finding)) == expected


def _report() -> report.Report:
    finding = Finding("wrong.", "mend.", "p", Origin("agents/x.yaml", 4, 3), "b-agent", kit.urn("t", "n"))
    violations = (
        Violation(_LOW, "fail", replace(finding, agent="a-agent")),
        Violation(_HIGH, "fail", finding),
        Violation(_HIGH, "unproven", replace(finding, part="q")),
        Violation(_HIGH, "error", replace(finding, agent=None, origin=None)),
        Violation(_LOW, "fail", replace(finding, part="r"), Excepted("because", "a@b.c", "2026-12-31T00:00:00Z")),
        Violation(_LOW, "unproven", replace(finding, part="s"), ignored=True),
    )
    return report.Report(
        violations, kit.CLOCK, "dev", ("a-agent", "b-agent", "c-agent"), 9, {"used": 1, "unused": 2, "expired": 3}
    )


def test_unproven_errors_and_excepted_are_counted_apart_from_failed() -> None:
    assert _report().counts() == {
        "failed": 1,
        "advisory": 1,
        "unproven": 1,
        "errors": 1,
        "ignoredUnknowns": 1,
        "excepted": 1,
    }


def test_the_text_report_groups_by_agent_and_always_counts_exceptions() -> None:
    text = report.to_text(_report())
    assert text.index("agent a-agent") < text.index("agent b-agent") < text.index("no agent\n")
    assert text.endswith("exceptions: 1 used, 2 unused, 3 expired.")
    assert "exceptions: 0 used, 0 unused, 0 expired." in report.to_text(report.Report((), kit.CLOCK))


def test_the_json_report_has_a_version_and_says_whether_it_failed() -> None:
    found = json.loads(json.dumps(report.to_json(_report())))
    assert found["version"] == report.REPORT_VERSION
    assert found["failed"] is True
    assert len(found["findings"]) == 6
    assert found["findings"][0]["agent"] == "a-agent"
    assert (found["findings"][0]["file"], found["findings"][0]["line"]) == ("agents/x.yaml", 4)


def test_sarif_names_rules_places_and_suppressions() -> None:
    log = report.to_sarif(_report())
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    places = [result["locations"][0].get("physicalLocation") for result in run["results"]]
    assert {"artifactLocation": {"uri": "agents/x.yaml"}, "region": {"startLine": 4, "startColumn": 3}} in places
    suppressed = [result for result in run["results"] if "suppressions" in result]
    assert [one["suppressions"][0]["kind"] for one in suppressed] == ["external"]


def test_a_fingerprint_is_the_same_on_every_stack() -> None:
    finding = Finding("wrong.", "mend.", "p", agent="a", target=kit.urn("t", "n", stack="dev"))
    elsewhere = replace(finding, target=kit.urn("t", "n", stack="prod"), text="otherwise said.")
    prints = [
        report.to_json(report.Report((Violation(_HIGH, "fail", one),), kit.CLOCK))["findings"][0]["fingerprint"]
        for one in (finding, elsewhere, replace(finding, part="q"))
    ]
    assert prints[0] == prints[1] != prints[2]


def test_junit_fails_what_blocks_skips_what_is_excepted_and_passes_clean_agents() -> None:
    root = ET.fromstring(report.to_junit(_report()))
    suites = {suite.get("name"): suite for suite in root}
    assert suites["b-agent"].get("failures") == "2"
    assert suites["b-agent"].get("skipped") == "1"
    assert suites["c-agent"].get("failures") == "0"
    assert suites["no agent"].get("failures") == "1"


def test_junit_survives_characters_that_xml_has_no_form_for() -> None:
    one = Violation(_HIGH, "fail", Finding("a \x00 byte", "mend.", agent="a"))
    assert ET.fromstring(report.to_junit(report.Report((one,), kit.CLOCK))) is not None
