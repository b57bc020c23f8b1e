"""How a request that shows a mistake on AWS is told to a person."""

from __future__ import annotations

import pytest
from nhi.permissions.evaluate import permits
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement
from nhi.permissions.proof import Refuted, subset
from nhi_policies.view.aws.witness import readable
from nhi_policies.view.proofs import in_words

_PARENT = PermissionSet("aws", (Policy((Statement("allow", ("s3:GetObject",), resources=("arn:aws:s3:::b/*",)),)),))


def _child(*conditions: Condition, **element: tuple[str, ...]) -> PermissionSet:
    whole = {"actions": ("s3:GetObject",), "resources": ("arn:aws:s3:::b/*",), **element}
    if "not_actions" in element:
        del whole["actions"]
    return PermissionSet("aws", (Policy((Statement("allow", conditions=conditions, **whole),)),))  # type: ignore[arg-type]


def _told(child: PermissionSet) -> str:
    verdict = subset(child, _PARENT)
    assert isinstance(verdict, Refuted)
    witness = readable(verdict.witness, child, _PARENT)
    # What is shown instead of the proof's own request has to show the same.
    assert permits(child, witness.action, witness.resource, witness.context).outcome == "allowed"
    assert permits(_PARENT, witness.action, witness.resource, witness.context).outcome == "denied"
    return in_words(witness)


@pytest.mark.parametrize(
    ("element", "begins"),
    [
        ({"actions": ("S3:putobject",)}, "s3:PutObject on "),
        ({"actions": ("s3:Get*",)}, "s3:GetA"),
        ({"actions": ("*",)}, "iam:CreateUser on "),
        ({"not_actions": ("iam:*",)}, "sts:AssumeRole on "),
        ({"actions": ("nosuch:Thing",)}, "nosuch:Thing on "),
    ],
)
def test_a_request_names_an_action_as_aws_spells_it(element: dict[str, tuple[str, ...]], begins: str) -> None:
    assert _told(_child(**element)).startswith(begins)


def test_a_request_is_shown_with_every_key_that_matters_as_the_policy_writes_it() -> None:
    via = Condition("Bool", "aws:ViaAWSService", ("true",))
    never = Condition("Null", "aws:SourceVpc", ("true",))
    told = _told(_child(via, never, actions=("s3:PutObject",)))
    assert "aws:ViaAWSService true" in told
    assert "without aws:SourceVpc" in told
