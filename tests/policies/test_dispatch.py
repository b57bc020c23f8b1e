"""What dispatch makes of a rule that throws, of unknowns, and of whose resource a resource is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from nhi.contract import Record, Ref
from nhi_policies.dispatch import attributed, judge_all, judge_resource, judge_stack, run
from nhi_policies.rule import registry
from nhi_policies.verdict import Finding, NotApplicable, Unproven, Verdict, told_best
from nhi_policies.view import types as t
from nhi_policies.view.resource import from_record

from policies import entra_kit as e
from policies import kit

RULE = registry()["NHI-GAT-005"]


def _verdict(check: Any, **changes: Any) -> Any:
    return run(replace(RULE, check=check, **changes), kit.role(), kit.context(), "support-agent", "target", None)


def test_a_rule_that_throws_is_a_violation_without_the_errors_text() -> None:
    def check(*_: Any) -> Iterator[Finding]:
        raise ValueError("hunter2")

    verdict = _verdict(check)
    assert verdict.outcome == "error"
    assert verdict.violations[0].blocks
    assert "hunter2" not in verdict.violations[0].finding.text
    assert "ValueError" in verdict.violations[0].finding.text


def test_findings_before_an_unknown_are_kept_and_the_unknown_counts_too() -> None:
    def check(*_: Any) -> Iterator[Finding]:
        yield Finding("wrong", "mend")
        raise Unproven("policy")

    assert [one.outcome for one in _verdict(check).violations] == ["fail", "unproven"]


def test_an_unknown_that_a_rule_ignores_is_counted_and_does_not_block() -> None:
    def check(*_: Any) -> Iterator[Finding]:
        raise Unproven("policy")

    (violation,) = _verdict(check, on_unknown="ignore").violations
    assert violation.ignored
    assert not violation.blocks


def test_a_finding_before_not_applicable_is_not_lost() -> None:
    def check(*_: Any) -> Iterator[Finding]:
        yield Finding("wrong", "mend")
        raise NotApplicable("enough")

    assert _verdict(check).outcome == "fail"


def test_using_an_unknown_as_a_truth_value_is_an_error_and_never_a_pass() -> None:
    def check(resource: Any, _: Any) -> Iterator[Finding]:
        if resource.peek("policy"):
            yield Finding("wrong", "mend")

    subject = kit.policy(policy=kit.UNKNOWN)
    verdict = run(replace(RULE, check=check), subject, kit.context(), None, None, None)
    assert verdict.outcome == "error"


def test_a_grant_without_tags_belongs_to_the_agent_whose_role_it_names() -> None:
    assert attributed(kit.inline_policy(), kit.context()).agent == "support-agent"
    assert attributed(kit.inline_policy(role="somebody"), kit.context()).agent is None


def test_a_value_that_a_cloud_assigns_is_unknown_in_a_record() -> None:
    record = Record("azuread:index/servicePrincipal:ServicePrincipal", "x", {"clientId": Ref("app", "clientId")})
    resource = from_record(record, "support-agent")
    assert resource.peek("clientId") is kit.UNKNOWN
    assert resource.property_dependencies == {"clientId": ("app",)}


def test_a_good_agent_with_its_good_resources_is_clean() -> None:
    context = kit.context()
    resources = [kit.role(), kit.policy(), kit.attachment(), kit.service_account(), kit.k8s_role(), kit.k8s_binding()]
    mine = ("GAT", "IDN", "CLS-010", "STA-010")
    found = judge_all(resources, context.agents.values(), context)
    assert [one.finding.text for one in found if one.rule.id.startswith(tuple(f"NHI-{area}" for area in mine))] == []


# --- instances, and whose a resource is where only others tell -----------------------------------------------------


def test_an_instance_is_told_by_facts_or_by_name() -> None:
    declared = kit.agent(instances={"blue": "active", "green": "suspended"})
    context = kit.context(declared)
    assert attributed(kit.role(declared, instance="blue"), context).instance == "blue"
    assert attributed(kit.inline_policy(role="acme-support-agent--green"), context).instance == "green"
    assert attributed(kit.role(declared, instance="blue", tags=...), context).instance == "blue"
    assert attributed(kit.role(), kit.context()).instance is None


def test_a_component_tells_its_agent_and_instance() -> None:
    blue = attributed(kit.component(instance="blue"), kit.context())
    assert (blue.agent, blue.instance) == ("support-agent", "blue")


def _said(verdicts: tuple[Verdict, ...], *rules: str) -> set[tuple[str, str | None]]:
    return {
        (one.rule.id, one.finding.agent) for verdict in verdicts for one in verdict.violations if one.rule.id in rules
    }


RULES = ("NHI-ESC-200", "NHI-PRM-201")


def test_what_only_the_stack_attributes_is_judged_by_resource_rules_once_more() -> None:
    by_hand = e.by_hand(e.assignment(e.ROLE_MANAGEMENT))
    assert _said(judge_resource(by_hand, e.context()), *RULES) == {("NHI-ESC-200", None)}
    late = _said(judge_stack(e.good(by_hand), e.context()), *RULES)
    assert late == {("NHI-ESC-200", "people-agent"), ("NHI-PRM-201", "people-agent")}


def test_what_says_itself_whose_it_is_is_judged_once() -> None:
    late = judge_stack(e.good(e.assignment(e.ROLE_MANAGEMENT)), e.context())
    assert _said(late, *RULES) == set()


def test_a_finding_without_an_agent_gives_way_to_the_same_with_one() -> None:
    by_hand = e.by_hand(e.assignment(e.ROLE_MANAGEMENT))
    found = [one for one in judge_all(e.good(by_hand), (), e.context()) if one.rule.id == "NHI-ESC-200"]
    assert [one.finding.agent for one in found] == ["people-agent"]
    other = kit.resource(t.ENTRA_ROLE_ASSIGNMENT, "other", {"principalObjectId": e.STRANGER})
    both = judge_all(e.good(by_hand, other), (), e.context())
    assert {one.finding.agent for one in both if one.rule.id == "NHI-ESC-201"} == {None}
    assert told_best(both) == both
