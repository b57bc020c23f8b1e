"""What the SDK's own types accept, and how a misspelt or mistyped property is told."""

from __future__ import annotations

import subprocess
import sys

import pytest
from nhi.contract import UNKNOWN
from nhi.sandbox.clouds import schema
from nhi.sandbox.clouds.schema import TypeNotServed

ROLE = "aws:iam/role:Role"
RUNTIME = "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime"
ACCOUNT = "kubernetes:core/v1:ServiceAccount"
NETWORK = "kubernetes:networking.k8s.io/v1:NetworkPolicy"

GOOD_ROLE = {"assumeRolePolicy": "{}", "name": "r", "maxSessionDuration": 3600, "tags": {"nhi:sponsor": "a@b.example"}}
GOOD_NETWORK = {"metadata": {"name": "n"}, "spec": {"podSelector": {}, "egress": [{"ports": [{"port": 53}]}]}}


def test_right_inputs_have_no_failures() -> None:
    assert schema.check(ROLE, GOOD_ROLE) == ()
    assert schema.check(NETWORK, GOOD_NETWORK) == ()


@pytest.mark.parametrize(
    ("change", "property", "reason"),
    [
        ({"asumeRolePolicy": "{}"}, "asumeRolePolicy", "did you mean assumeRolePolicy?"),
        ({"max_session_duration": 3600}, "max_session_duration", "its wire name is maxSessionDuration"),
        ({"maxSessionDuration": "3600"}, "maxSessionDuration", "wants an integer, got a string"),
        ({"maxSessionDuration": 3600.5}, "maxSessionDuration", "wants an integer, got a number"),
        ({"maxSessionDuration": True}, "maxSessionDuration", "wants an integer, got a boolean"),
        ({"tags": {"nhi:sponsor": 3}}, "tags.nhi:sponsor", "wants a string, got a number"),
        ({"tags": ["a"]}, "tags", "wants a map of string, got a list"),
        ({"managedPolicyArns": [1]}, "managedPolicyArns[0]", "wants a string, got a number"),
        ({"inlinePolicies": [{"nam": "x"}]}, "inlinePolicies[0].nam", "did you mean name?"),
        ({"assumeRolePolicy": 3}, "assumeRolePolicy", "wants a string or object, got a number"),
        ({"assumeRolePolicy": None}, "assumeRolePolicy", "required, and missing"),
    ],
)
def test_one_wrong_property_is_named_by_path(change: dict, property: str, reason: str) -> None:
    (failure,) = schema.check(ROLE, {**GOOD_ROLE, **change})
    assert failure.property == property
    assert reason in failure.reason


def test_a_wrong_document_object_is_told_where_it_is_wrong() -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Permit", "Action": "sts:AssumeRole"}]}
    (failure,) = schema.check(ROLE, {**GOOD_ROLE, "assumeRolePolicy": document})
    assert failure.property == "assumeRolePolicy.Statement[0].Effect"
    assert failure.reason == "wants one of Allow, Deny"


def test_nested_objects_are_judged() -> None:
    wrong = {**GOOD_NETWORK, "spec": {"egress": [{"ports": [{"port": 53, "protocl": "UDP"}]}]}}
    assert {(f.property, f.reason.split(";")[0]) for f in schema.check(NETWORK, wrong)} == {
        ("spec.egress[0].ports[0].protocl", "no such property"),
        ("spec.podSelector", "required, and missing"),
    }


def test_a_constant_kind_takes_no_other_value() -> None:
    (failure,) = schema.check(NETWORK, {**GOOD_NETWORK, "kind": "NetworkPolice"})
    assert failure == ("kind", "wants one of NetworkPolicy")


def test_a_port_may_be_a_number_or_a_name() -> None:
    for port in (53, 53.0, "dns"):
        inputs = {**GOOD_NETWORK, "spec": {"podSelector": {}, "egress": [{"ports": [{"port": port}]}]}}
        assert schema.check(NETWORK, inputs) == ()
    inputs = {**GOOD_NETWORK, "spec": {"podSelector": {}, "egress": [{"ports": [{"port": [53]}]}]}}
    assert [f.property for f in schema.check(NETWORK, inputs)] == ["spec.egress[0].ports[0].port"]


def test_an_unknown_value_passes_at_every_depth() -> None:
    inputs = {"assumeRolePolicy": UNKNOWN, "tags": {"a": UNKNOWN}, "managedPolicyArns": [UNKNOWN], "name": UNKNOWN}
    assert schema.check(ROLE, inputs) == ()
    assert schema.check(NETWORK, {"metadata": UNKNOWN, "spec": {"podSelector": UNKNOWN}}) == ()


def test_a_null_is_an_absent_property() -> None:
    assert schema.check(ROLE, {**GOOD_ROLE, "description": None}) == ()


def test_messages_never_quote_a_value() -> None:
    failures = schema.check(ROLE, {**GOOD_ROLE, "maxSessionDuration": "hunter2", "tags": {"k": ["hunter2"]}})
    assert len(failures) == 2
    assert "hunter2" not in repr(failures)


def test_recursive_types_are_followed() -> None:
    crd = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
    deep = {"type": "object", "properties": {"a": {"properties": {"b": {"type": 3}}}}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": deep}}
    inputs = {"spec": {"group": "g", "names": {"kind": "K", "plural": "ks"}, "scope": "Cluster", "versions": [version]}}
    (failure,) = schema.check(crd, inputs)
    assert failure.property == "spec.versions[0].schema.openAPIV3Schema.properties.a.properties.b.type"


def test_properties_carry_wire_name_need_and_type() -> None:
    found = schema.properties(RUNTIME)
    assert found["agentRuntimeName"].required
    assert found["agentRuntimeName"].python_name == "agent_runtime_name"
    assert not found["description"].required
    assert str(schema.properties(ROLE)["tags"].shape) == "map of string"


def test_outputs_are_the_resource_s_own() -> None:
    assert {"arn", "uniqueId", "tagsAll", "name"} <= set(schema.outputs(ROLE))
    assert "id" not in schema.outputs(ROLE)
    assert {"metadata", "kind"} <= set(schema.outputs(ACCOUNT))


@pytest.mark.parametrize(
    "token",
    ["aws:iam/role:Rol", "aws:iam/rol:Role", "nosuchcloud:a/b:C", "Role", "kubernetes:example.com/v1:Widget"],
)
def test_a_type_without_a_class_is_named(token: str) -> None:
    with pytest.raises(TypeNotServed, match=token) as caught:
        schema.properties(token)
    assert caught.value.code == "TypeNotServed"
    assert caught.value.type == token


def test_only_the_needed_part_of_an_sdk_is_imported() -> None:
    code = (
        "import sys; from nhi.sandbox.clouds import schema; schema.properties('aws:iam/role:Role'); "
        "print([m for m in sys.modules if m.startswith(('pulumi_aws.ec2.', 'pulumi_aws.bedrock.'))])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
