"""Every rule has fixtures, every fixture gets the verdict it names, and a rule without its body fails its fixtures."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from types import ModuleType

import pytest
from nhi_policies.controls import catalogue
from nhi_policies.rule import Rule, registry
from nhi_policies.verdict import Finding

from policies import kit, rules
from policies.kit import Case

AREA_FOLDERS = {
    "SPN": "sponsor",
    "CLS": "classification",
    "IDN": "identity",
    "TRU": "trust",
    "CRD": "credential",
    "EXP": "expiry",
    "PRM": "permission",
    "ESC": "escalation",
    "DEL": "delegation",
    "USR": "user_context",
    "STA": "state",
    "MON": "monitoring",
    "GAT": "gate",
}


@cache
def fixtures() -> dict[str, ModuleType]:
    """The fixture modules by rule id."""
    found: dict[str, ModuleType] = {}
    for module in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}."):
        loaded = importlib.import_module(module.name)
        rule_id = getattr(loaded, "RULE", None)
        if rule_id is not None:
            assert rule_id not in found, f"two fixture files for {rule_id}"
            found[rule_id] = loaded
    return found


def cases(kind: str) -> list[object]:
    """Every case of one list, as pytest parameters."""
    return [
        pytest.param(rule_id, case, id=f"{rule_id}: {case.name}")
        for rule_id, module in sorted(fixtures().items())
        for case in getattr(module, kind, [])
    ]


every_rule = pytest.mark.parametrize("rule", registry().values(), ids=registry().keys())


@every_rule
def test_a_rule_has_good_bad_near_miss_and_unknown_fixtures(rule: Rule) -> None:
    module = fixtures().get(rule.id)
    assert module is not None, f"no fixture file has RULE = {rule.id!r}"
    assert len(module.GOOD) >= 1
    assert len(module.BAD) >= 2
    assert len(module.NEAR_MISS) >= 1
    # A declaration and an exceptions file are read before anything is unknown.
    assert len(module.UNKNOWN) >= (1 if rule.kind in ("resource", "stack") else 0)


@every_rule
def test_a_rule_lives_in_its_area_under_its_slug(rule: Rule) -> None:
    assert rule.check.__module__ == f"nhi_policies.rules.{AREA_FOLDERS[rule.area]}.{rule.slug.replace('-', '_')}"


@every_rule
def test_a_rule_documents_condition_reason_bad_example_and_fix(rule: Rule) -> None:
    page = rule.documentation
    assert len(page.condition) <= 160
    assert page.condition.endswith(".")
    assert page.why
    assert page.bad
    assert page.fix


@every_rule
def test_a_rule_cites_controls_that_exist(rule: Rule) -> None:
    assert rule.controls
    assert [control for control in rule.controls if catalogue(control) is None] == []
    assert rule.row == "-" or (rule.row[0] in "123456" and rule.row[1] == "." and rule.row[2:].isdigit())


@pytest.mark.parametrize(("rule_id", "case"), cases("GOOD") + cases("NEAR_MISS"))
def test_what_is_right_passes(rule_id: str, case: Case) -> None:
    verdict = kit.verdict(rule_id, case.subject, case.context)
    assert verdict.outcome in ("pass", "not applicable"), [one.finding.text for one in verdict.violations]


def _shows(case: Case, findings: Iterable[Finding]) -> bool:
    return any(case.expect in one.text or case.expect in one.part for one in findings)


def assert_caught(rule: Rule, case: Case) -> None:
    """The rule finds the case bad, for the reason it expects, and says how to mend it."""
    verdict = kit.judged(rule, case.subject, case.context)
    assert verdict.outcome == "fail"
    findings = [one.finding for one in verdict.violations]
    assert _shows(case, findings), f"{case.expect!r} in none of {[(one.text, one.part) for one in findings]}"
    for one in findings:
        assert one.text
        assert one.fix
        assert "\n" not in one.text + one.fix + one.part
        assert "UNKNOWN" not in one.text


@pytest.mark.parametrize(("rule_id", "case"), cases("BAD"))
def test_what_is_bad_is_caught(rule_id: str, case: Case) -> None:
    assert_caught(registry()[rule_id], case)


@pytest.mark.parametrize(("rule_id", "case"), cases("UNKNOWN"))
def test_what_is_unknown_never_passes(rule_id: str, case: Case) -> None:
    rule = registry()[rule_id]
    verdict = kit.verdict(rule_id, case.subject, case.context)
    assert verdict.outcome in ("unproven", "fail")
    assert _shows(case, [one.finding for one in verdict.violations])
    if rule.on_unknown == "deny":
        assert not any(one.ignored for one in verdict.violations)


@every_rule
def test_fixtures_fail_without_the_rule(rule: Rule) -> None:
    """The mutation check: with an empty body no bad fixture is caught any more.

    Its limit: it proves that the fixtures look at this rule, not that they reach every line of it.
    """

    def nothing(*_: object) -> list[Finding]:
        return []

    gutted = replace(rule, check=nothing)
    for case in fixtures()[rule.id].BAD:
        with pytest.raises(AssertionError):
            assert_caught(gutted, case)
