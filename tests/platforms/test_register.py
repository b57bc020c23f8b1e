"""From records to resources: what is registered is what the records say, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pulumi
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mocked import Run, closure, run
from nhi.contract import Record, Ref
from nhi.platforms.register import BLINDING_OPTIONS, after, component_props, refuse_blinding, register, sdk_class
from plans import CLOCK, FILE, plan

ROLE = Record("aws:iam/role:Role", "role", {"name": "r", "assumeRolePolicy": "{}", "maxSessionDuration": 3600})
SECRET = Record(
    "aws:secretsmanager/secret:Secret", "secret", {"name": "s", "tags": {"nhi:agent-id": "a", "kms_key_id": "b"}}
)
ROTATION = Record(
    "aws:secretsmanager/secretRotation:SecretRotation",
    "rotation",
    {"secretId": Ref("secret", "arn"), "rotationRules": {"automaticallyAfterDays": 30}},
    ("role", "secret"),
)
KUBERNETES = (
    Record(
        "kubernetes:core/v1:ServiceAccount",
        "account",
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "a", "namespace": "n", "labels": {"nhi/agent-id": "a", "api_version": "x"}},
            "automountServiceAccountToken": False,
        },
    ),
    Record(
        "kubernetes:rbac.authorization.k8s.io/v1:Role",
        "rbac",
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "a"},
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["x"], "verbs": ["get"]}],
        },
        ("account",),
    ),
    Record(
        "kubernetes:networking.k8s.io/v1:NetworkPolicy",
        "network",
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": "a"},
            "spec": {"podSelector": {"matchLabels": {"nhi/agent-id": "a"}}, "policyTypes": ["Ingress"], "ingress": []},
        },
    ),
    Record(
        "kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID",
        "spiffe",
        {
            "apiVersion": "spire.spiffe.io/v1alpha1",
            "kind": "ClusterSPIFFEID",
            "metadata": {"name": "a"},
            "spec": {"spiffeIDTemplate": "spiffe://x/y", "podSelector": {"matchLabels": {"a": "b"}}, "jwtTtl": "5m"},
        },
    ),
)


def registered(*records: Record, preview: bool = False) -> Run:
    def program(_: Run) -> None:
        register(records, pulumi.ComponentResource("test:index:Parent", "parent"))

    return run(program, preview=preview)


@pytest.mark.parametrize("record", [ROLE, SECRET, *KUBERNETES], ids=lambda record: record.name)
def test_a_record_crosses_the_wire_with_its_own_type_name_and_inputs(record: Record) -> None:
    before = [other for other in KUBERNETES if other.name in record.depends_on]
    sent = registered(*before, record).sent[record.name]
    assert (sent.type, sent.name, sent.inputs, sent.parent) == (record.type, record.name, dict(record.inputs), "parent")


def test_a_ref_becomes_the_output_of_the_resource_it_names() -> None:
    done = registered(ROLE, SECRET, ROTATION)
    assert done.sent["rotation"].inputs == {
        "secretId": "arn:of:secret",
        "rotationRules": {"automaticallyAfterDays": 30},
    }


def test_depends_on_becomes_dependencies() -> None:
    assert registered(ROLE, SECRET, ROTATION).sent["rotation"].depends_on == {"role", "secret"}


def chain(*waits: tuple[str, ...]) -> tuple[Record, ...]:
    """Roles `r0`, `r1`, ... of which each waits for the given ones."""
    return tuple(
        Record(ROLE.type, f"r{number}", {**ROLE.inputs, "name": f"r{number}"}, names)
        for number, names in enumerate(waits)
    )


def test_of_those_it_waits_for_only_the_nearest_cross_the_wire() -> None:
    sent = registered(*chain((), ("r0",), ("r0", "r1"), ("r0",), ("r0", "r1", "r2", "r3"))).sent
    assert {name: set(sent[name].depends_on) for name in ("r1", "r2", "r3", "r4")} == {
        "r1": {"r0"},
        "r2": {"r1"},
        "r3": {"r0"},
        "r4": {"r2", "r3"},
    }


def test_what_stands_before_an_output_that_is_taken_need_not_be_said_again() -> None:
    secret = Record(SECRET.type, SECRET.name, SECRET.inputs, ("role",))
    assert registered(ROLE, secret, ROTATION).sent["rotation"].depends_on == {"secret"}


@given(st.lists(st.sets(st.integers(0, 7)), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None)
def test_the_order_that_crosses_the_wire_is_the_order_of_the_records(drawn: list[set[int]]) -> None:
    # Each may wait for earlier ones only.
    waits = [tuple(f"r{one}" for one in sorted(names) if one < number) for number, names in enumerate(drawn)]
    done = registered(*chain(*waits))
    asked = {f"r{number}": names for number, names in enumerate(waits)}
    assert {name: done.before(name) for name in asked} == {name: closure(asked, name) for name in asked}


def test_outputs_wait_for_everything_that_was_registered() -> None:
    records = chain((), ("r0",), (), ("r0",))

    def program(done: Run) -> pulumi.Output[Any]:
        made = register(records, pulumi.ComponentResource("test:index:Parent", "parent"))
        assert [one._name for one in made.last] == ["r1", "r2", "r3"]
        outputs = after(made, {"name": "agent", "nothing": None, "arn": made.resources["r1"].urn})
        outputs.each["name"].apply(lambda _: done.events.append("name"))
        outputs.whole.apply(lambda _: done.events.append("whole"))
        return outputs.whole

    done = run(program)
    assert {one.name for one in records} <= set(done.events[: done.events.index("name")])
    assert {one.name for one in records} <= set(done.events[: done.events.index("whole")])
    assert done.result["name"] == "agent"
    assert done.result["nothing"] is None
    assert done.result["arn"].endswith("::r1")


def test_at_preview_what_is_known_stays_known_beside_what_is_not() -> None:
    seen: dict[str, Any] = {}

    def program(_: Run) -> None:
        made = register([SECRET], pulumi.ComponentResource("test:index:Parent", "parent"))
        secret: Any = made.resources["secret"]
        outputs = after(made, {"name": "agent", "arn": secret.arn})
        outputs.each["name"].apply(lambda value: seen.setdefault("alone", value))
        outputs.each["arn"].apply(lambda value: seen.setdefault("unknown", value))
        outputs.whole["name"].apply(lambda value: seen.setdefault("of the whole", value))

    run(program, preview=True)
    assert seen == {"alone": "agent", "of the whole": "agent"}


def test_a_record_that_depends_on_a_later_one_is_refused() -> None:
    with pytest.raises(ValueError, match="rotation: it depends on role, which is not registered before it"):
        registered(ROTATION, ROLE, SECRET)


def test_two_records_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="role: two records have this name"):
        registered(ROLE, ROLE)


def test_an_input_that_the_type_does_not_take_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="role: aws:iam/role:Role takes no assume_role_policy"):
        registered(Record(ROLE.type, "role", {"assume_role_policy": "{}"}))


def test_a_type_that_the_sdk_does_not_have_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="aws:iam/roll:Roll: the SDK pulumi_aws has no such type"):
        sdk_class("aws:iam/roll:Roll")


def test_a_missing_sdk_says_what_to_install() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"pulumi_nowhere, which is not installed\. Fix: install pulumi-nhi"):
        sdk_class("nowhere:index:Thing")


def test_the_sdk_still_has_its_classes_after_the_sandbox_read_its_types() -> None:
    # In a process of its own: what an import leaves behind depends on what was imported before.
    program = (
        "from nhi.sandbox.clouds import schema\n"
        "from nhi.platforms.register import sdk_class\n"
        "schema.properties('aws:iam/role:Role')\n"
        "print(sdk_class('aws:iam/role:Role').__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("Role\n", "")


def test_the_sdk_can_be_given() -> None:
    asked: list[str] = []

    def sdk(token: str) -> type:
        asked.append(token)
        return sdk_class(token)

    def program(_: Run) -> None:
        register([ROLE], pulumi.ComponentResource("test:index:Parent", "parent"), sdk)

    run(program)
    assert asked == ["aws:iam/role:Role"]


@pytest.mark.parametrize("option", BLINDING_OPTIONS)
def test_options_that_blind_the_gate_are_refused_by_name(option: str) -> None:
    blinding: dict[str, Any] = {
        "ignore_changes": ["policy"],
        "retain_on_delete": True,
        "deleted_with": object.__new__(pulumi.CustomResource),
    }
    with pytest.raises(ValueError, match=f"agent: the options {option} are refused"):
        refuse_blinding("agent", pulumi.ResourceOptions(**{option: blinding[option]}))


@pytest.mark.parametrize(
    "options",
    [None, pulumi.ResourceOptions(protect=True), pulumi.ResourceOptions(ignore_changes=[], retain_on_delete=False)],
    ids=["none", "protect", "empty"],
)
def test_other_options_pass(options: pulumi.ResourceOptions | None) -> None:
    refuse_blinding("agent", options)


def test_component_props_say_what_was_declared_and_what_is_rendered() -> None:
    planned = plan(instance="blue")
    assert component_props(planned, "2026-11-01T00:00:00Z") == {
        "agentId": "research-agent",
        "instance": "blue",
        "environment": "prod",
        "file": FILE,
        "spec": planned.agent.model_dump(mode="json", exclude_none=True),
        "specDigest": planned.declared.digest,
        "state": "active",
        "stateReason": "state is active",
        "lockDate": "2027-03-31T00:00:00Z",
        "pinnedClock": "2026-11-01T00:00:00Z",
    }


def test_component_props_leave_out_what_there_is_not() -> None:
    props = component_props(plan(lock_date=None))
    assert {"instance", "lockDate", "pinnedClock"}.isdisjoint(props)
    assert CLOCK.isoformat() not in str(props)
