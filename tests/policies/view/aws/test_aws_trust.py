"""Whom a trust statement lets in."""

from __future__ import annotations

import pytest
from nhi_policies.view.aws.documents import Principal, parse_document
from nhi_policies.view.aws.trust import AGENTCORE, ECS, LAMBDA, expected, provider_of, source_problem, workloads

from policies import kit

_ACCOUNT = "111122223333"
_HERE = f"eu-central-1:{_ACCOUNT}"


@pytest.mark.parametrize(
    ("service", "source"),
    [
        (ECS, f"arn:aws:ecs:{_HERE}:*"),
        (LAMBDA, f"arn:aws:lambda:{_HERE}:function:refund"),
        (AGENTCORE, f"arn:aws:bedrock-agentcore:{_HERE}:runtime/refund_agent-*"),
        (AGENTCORE, f"arn:aws:bedrock-agentcore:{_HERE}:runtime/refund_agent-AbCdEf1234"),
    ],
)
def test_a_source_of_one_workload_is_narrow_enough(service: str, source: str) -> None:
    assert source_problem(Principal("Service", service), source, _ACCOUNT) == ""


@pytest.mark.parametrize(
    ("service", "source"),
    [
        (ECS, f"arn:aws:*:{_HERE}:*"),
        (ECS, "arn:aws:ecs:eu-central-1:*:*"),
        (LAMBDA, f"arn:aws:lambda:{_HERE}:*"),
        (LAMBDA, f"arn:aws:lambda:{_HERE}:function:refund*"),
        (AGENTCORE, f"arn:aws:bedrock-agentcore:{_HERE}:runtime/*"),
        (AGENTCORE, f"arn:aws:bedrock-agentcore:{_HERE}:runtime/refund*"),
        (AGENTCORE, f"arn:aws:bedrock-agentcore:{_HERE}:*"),
        (LAMBDA, "arn:aws:lambda:eu-central-1:999988887777:function:refund"),
        (LAMBDA, "*"),
    ],
)
def test_a_source_of_several_workloads_is_not(service: str, source: str) -> None:
    assert source_problem(Principal("Service", service), source, _ACCOUNT)


def test_a_provider_is_named_as_its_condition_keys_are() -> None:
    arn = f"arn:aws:iam::{_ACCOUNT}:oidc-provider/oidc.example.com/id/A"
    assert provider_of(Principal("Federated", arn)) == "oidc.example.com/id/A"
    assert provider_of(Principal("Federated", f"arn:aws:iam::{_ACCOUNT}:saml-provider/corp")) == "saml"
    assert provider_of(Principal("Federated", "accounts.google.com")) == "accounts.google.com"


def test_every_combination_of_pinned_values_is_a_workload_of_its_own() -> None:
    made = kit.trust_statement()
    made["Condition"]["StringEquals"]["aws:RequestTag/kubernetes-namespace"] = ["agents", "debug"]
    (statement,) = parse_document(kit.document(made), "trust").statements
    assert len(list(workloads(statement))) == 2


def test_a_declared_workload_without_a_way_into_aws_expects_nobody() -> None:
    assert expected(kit.agent(**{"credential.workload": {"kind": "cloud-run", "service": "x"}}), None) is None
    assert expected(kit.agent(), None) is not None
