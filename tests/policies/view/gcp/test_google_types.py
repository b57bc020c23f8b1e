"""Every type of the installed SDK that can grant something is covered, or unproven beside agents; none is harmless."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from nhi_policies.view.types import classify, kinds_of

pulumi_gcp = pytest.importorskip("pulumi_gcp")

_TOKEN = re.compile(r"__init__\(\s*'(gcp:[A-Za-z0-9]+/[A-Za-z0-9]+:[A-Za-z0-9]+)'")
_ARGUMENT = re.compile(r'pulumi\.set\(__self__, "(\w+)"')
_GRANTS = frozenset(
    {"member", "members", "policy_data", "eligible_users", "accesses", "grantees", "role_entities", "entity"}
    | {"preferred_member_key", "user_by_email", "iam_member"}
)
"""Arguments with which a resource gives somebody something."""
_NARROWS = {
    "gcp:accesscontextmanager/accessLevelCondition:AccessLevelCondition": "an access level is a condition of others",
    "gcp:projects/iamMemberRemove:IamMemberRemove": "it takes a member away",
}


@cache
def sdk() -> dict[str, frozenset[str]]:
    """The arguments of every resource type, read from the SDK's text: importing it all would take a minute."""
    found: dict[str, frozenset[str]] = {}
    for file in Path(pulumi_gcp.__file__).parent.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        token, start = _TOKEN.search(text), text.find("Args")
        if token is not None and start >= 0 and not file.name.startswith("get_"):
            arguments = text[: text.find("\n@pulumi.input_type\nclass _")]
            found[token[1]] = frozenset(_ARGUMENT.findall(arguments))
    return found


def test_the_sdk_is_read() -> None:
    assert len(sdk()) > 1400
    assert sdk()["gcp:projects/iAMMember:IAMMember"] == {"project", "member", "role", "condition"}


def test_every_member_binding_and_policy_of_every_service_is_covered() -> None:
    grants = [token for token, arguments in sdk().items() if arguments & {"member", "members"} and "role" in arguments]
    policies = [token for token, arguments in sdk().items() if "policy_data" in arguments]
    assert len(grants) > 300
    assert len(policies) > 150
    for token in (*grants, *policies):
        assert token in _NARROWS or {"gcp-grant", "covered"} <= kinds_of(token), token


def test_nothing_that_grants_is_harmless() -> None:
    harmless = {
        token
        for token, arguments in sdk().items()
        if arguments & _GRANTS and classify(token).standing == "harmless" and token not in _NARROWS
    }
    assert harmless == set()


def test_every_type_of_an_identity_service_is_covered_listed_or_unknown() -> None:
    services = ("iam", "serviceaccount", "privilegedaccessmanager", "iap", "agentidentity", "agentregistry")
    for token in sdk():
        if token.split(":")[1].split("/")[0] in services:
            assert classify(token).standing in ("covered", "unknown"), token


def test_the_forms_tell_additive_from_authoritative() -> None:
    assert "gcp-member" in kinds_of("gcp:projects/iAMMember:IAMMember")
    for token in ("gcp:projects/iAMBinding:IAMBinding", "gcp:storage/bucketIAMPolicy:BucketIAMPolicy"):
        assert {"gcp-authoritative", "gcp-grant"} <= kinds_of(token)
        assert "gcp-member" not in kinds_of(token)
    for token in ("gcp:iam/denyPolicy:DenyPolicy", "gcp:iam/projectsPolicyBinding:ProjectsPolicyBinding"):
        assert not {"gcp-authoritative", "gcp-grant"} & kinds_of(token)
