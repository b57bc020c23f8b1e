"""What every platform's component has in common, under Pulumi's mocks: exact children, order, providers, options.

What a component's outputs are is told beside each platform.
"""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest
from component_subjects import SUBJECTS
from mocked import Run, run
from nhi.contract import PLATFORM_IDENTITY, PLATFORM_OUTPUTS, PLATFORMS, UNKNOWN_STRING, Platform, Record, Ref
from nhi.platforms.register import component_props
from nhi.spec.problems import InputError
from pulumi.provider.experimental.component import ComponentProvider

CASES = [(platform, case) for platform, subject in SUBJECTS.items() for case in subject.cases]
FIRST = [(platform, next(iter(subject.cases))) for platform, subject in SUBJECTS.items()]


def of(platform: Platform, case: str) -> tuple[Record, ...]:
    return SUBJECTS[platform].records(SUBJECTS[platform].cases[case], "agent")


def declared(platform: Platform, case: str, *, preview: bool = False, **options: Any) -> Run:
    """The finished program; its events end with `settled` once the output that must wait has resolved."""
    subject = SUBJECTS[platform]

    def program(done: Run) -> None:
        made = subject.declare(subject.cases[case], "agent", pulumi.ResourceOptions(**options) if options else None)
        getattr(made, subject.settles).apply(lambda _: done.events.append("settled"))

    return run(program, preview=preview)


def resolved(value: Any) -> Any:
    """A record's value as it crosses the wire once the mocks have given every id."""
    if isinstance(value, Ref):
        return f"id-{value.record}" if value.output == "id" else f"{value.output}:of:{value.record}"
    return value


def plain(value: Any) -> Any:
    """A value without the wrapping that marks it as secret on the wire."""
    return value["value"] if isinstance(value, dict) and set(value) > {"value"} and len(value) == 2 else value


def test_every_platform_is_here() -> None:
    assert set(SUBJECTS) == set(PLATFORMS)


@pytest.mark.parametrize(("platform", "case"), CASES)
def test_what_is_registered_equals_the_records(platform: Platform, case: str) -> None:
    sent = {name: one for name, one in declared(platform, case).sent.items() if name != "agent"}
    assert {
        name: (one.type, {key: plain(value) for key, value in one.inputs.items()}, one.parent)
        for name, one in sent.items()
    } == {
        record.name: (record.type, {key: resolved(value) for key, value in record.inputs.items()}, "agent")
        for record in of(platform, case)
    }


@pytest.mark.parametrize(("platform", "case"), CASES)
def test_the_order_of_the_records_crosses_the_wire(platform: Platform, case: str) -> None:
    done = declared(platform, case)
    for record in of(platform, case):
        assert set(record.depends_on) <= done.before(record.name)


@pytest.mark.parametrize(("platform", "case"), CASES)
def test_the_component_shows_the_gate_its_declaration(platform: Platform, case: str) -> None:
    done = declared(platform, case)
    props = component_props(SUBJECTS[platform].cases[case])
    assert done.sent["agent"].type == PLATFORM_IDENTITY[platform]
    assert done.sent["agent"].inputs == props
    assert {name: done.outputs["agent"][name] for name in props} == props
    assert set(done.outputs["agent"]) - set(props) <= set(PLATFORM_OUTPUTS[platform])


@pytest.mark.parametrize(("platform", "case"), CASES)
def test_an_output_resolves_only_after_every_child_is_registered(platform: Platform, case: str) -> None:
    events = declared(platform, case).events
    assert {record.name for record in of(platform, case)} <= set(events[: events.index("settled")])


@pytest.mark.parametrize(("platform", "case"), CASES)
def test_at_preview_exactly_the_references_are_unknown(platform: Platform, case: str) -> None:
    done = declared(platform, case, preview=True)
    found = {
        (one.name, key)
        for one in done.sent.values()
        for key, value in one.inputs.items()
        if UNKNOWN_STRING in str(value)
    }
    assert found == {
        (record.name, key)
        for record in of(platform, case)
        for key, value in record.inputs.items()
        if isinstance(value, Ref)
    }


@pytest.mark.parametrize(("platform", "case"), CASES)
def test_the_callers_provider_reaches_every_child_of_its_package(platform: Platform, case: str) -> None:
    subject = SUBJECTS[platform]

    def program(_: Run) -> None:
        options = pulumi.ResourceOptions(providers=[subject.provider("elsewhere")])
        subject.declare(subject.cases[case], "agent", options)

    sent = run(program).sent
    # An agent's password is kept in the secrets manager of another cloud.
    own = [record for record in of(platform, case) if record.type.startswith(f"{subject.package}:")]
    assert own
    for record in own:
        assert "::elsewhere::" in sent[record.name].provider, record.name


@pytest.mark.parametrize(("platform", "case"), FIRST)
def test_protect_reaches_every_child_and_aliases_the_component(platform: Platform, case: str) -> None:
    # A child's alias follows from its parent's in the engine.
    done = declared(platform, case, protect=True, aliases=[pulumi.Alias(name="old")])
    assert done.sent["agent"].aliases == 1
    for record in of(platform, case):
        assert done.sent[record.name].protect, record.name


@pytest.mark.parametrize("option", ["ignore_changes", "retain_on_delete", "deleted_with"])
@pytest.mark.parametrize(("platform", "case"), FIRST)
def test_options_that_blind_the_gate_are_refused_before_anything_is_registered(
    platform: Platform, case: str, option: str
) -> None:
    given = {
        "ignore_changes": ["tags"],
        "retain_on_delete": True,
        "deleted_with": object.__new__(pulumi.CustomResource),
    }
    begun: list[Run] = []

    def program(done: Run) -> None:
        begun.append(done)
        options: dict[str, Any] = {option: given[option]}
        SUBJECTS[platform].declare(SUBJECTS[platform].cases[case], "agent", pulumi.ResourceOptions(**options))

    with pytest.raises(ValueError, match=f"the options {option} are refused on an agent identity"):
        run(program)
    assert begun[0].sent == {}


@pytest.mark.parametrize("platform", SUBJECTS)
def test_a_plan_that_cannot_be_written_registers_nothing(platform: Platform) -> None:
    wanted, says = SUBJECTS[platform].unwritable
    begun: list[Run] = []

    def program(done: Run) -> None:
        begun.append(done)
        SUBJECTS[platform].declare(wanted, "agent")

    with pytest.raises(InputError, match=says):
        run(program)
    assert begun[0].sent == {}


@pytest.mark.parametrize(("platform", "case"), FIRST)
def test_a_reference_to_an_existing_identity_declares_nothing(platform: Platform, case: str) -> None:
    subject = SUBJECTS[platform]

    def program(_: Run) -> None:
        found = subject.declare(subject.cases[case], "agent")

        def again(urn: str) -> None:
            subject.component("agent", {"environment": "nowhere.yaml"}, pulumi.ResourceOptions(urn=urn))

        found.urn.apply(again)

    assert len(run(program).sent) == 1 + len(of(platform, case))


@pytest.mark.parametrize("platform", SUBJECTS)
def test_the_component_host_reads_arguments_and_outputs(platform: Platform) -> None:
    schema = json.loads(str(ComponentProvider([SUBJECTS[platform].component], "nhi", version="0.1.0").schema))
    component = schema["resources"][PLATFORM_IDENTITY[platform]]
    assert set(component["inputProperties"]) == {
        "file",
        "text",
        "environment",
        "catalog",
        "agents",
        "instance",
        "clock",
    }
    assert component["requiredInputs"] == ["environment"]
    assert set(component["properties"]) == set(PLATFORM_OUTPUTS[platform])
