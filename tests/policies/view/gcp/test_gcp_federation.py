"""Which subject a provider presents, and who a member is. A doubt about an expression is always `any subject`."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhi_policies.verdict import Unproven
from nhi_policies.view.gcp.federation import ClusterSubject, PoolSubject, federated_member, pool_of, presented

from policies import federated_kit as far
from policies import kit

CONTEXT = far.context()
ROLE = "arn:aws:sts::111122223333:assumed-role/acme-support-agent"
OF_ROLE = (
    'assertion.arn.extract("{account_arn}assumed-role/") + "assumed-role/" + '
    'assertion.arn.extract("assumed-role/{role_name}/")'
)


def pinned(condition: object, mapping: str = "assertion.sub") -> str | None:
    return presented(
        far.raw_provider(
            attributeCondition=condition, attributeMapping={"google.subject": mapping, "google.groups": "x"}
        )
    )


@pytest.mark.parametrize(
    "condition",
    [
        'assertion.sub == "a"',
        "assertion.sub=='a'",
        'assertion.aud == "x" && assertion.sub == "a"',
        '  assertion.sub == "a" && assertion.ref.startsWith("refs/") ',
        'assertion.actor != "b && assertion.sub == " && assertion.sub == "a"'.replace("!=", "=="),
        '(assertion.sub == "a")',
        'assertion.aud == "x"\n&& assertion.sub == "a"',
        'assertion.sub == r"a"',
        'assertion.sub == """a"""',
        "assertion.sub == '\\x61'",
    ],
)
def test_a_subject_that_a_plain_conjunction_pins_is_known(condition: str) -> None:
    assert pinned(condition) == "a"


@pytest.mark.parametrize(
    "condition",
    [
        "true",
        'assertion.sub != "a"',
        'assertion.sub == "a" || true',
        '!(assertion.sub == "a")',
        'assertion.aud == "x" && (true || assertion.sub == "a")',
        'true ? assertion.sub == "a" : true',
        'assertion.aud == "x" // && assertion.sub == "a"',
        'assertion.sub in ["a"]',
        'assertion.sub.startsWith("a")',
        'assertion.sub == "a" + "b"',
        'assertion.subject == "a"',
        'x.assertion.sub == "a"',
        'assertion.aud == "assertion.sub == \\"a\\""',
        ...,
        "",
    ],
)
def test_any_doubt_is_any_subject(condition: object) -> None:
    assert pinned(condition) is None


@given(st.text(min_size=1, max_size=60))
def test_a_pinned_text_is_read_letter_by_letter_and_never_ends_a_string_early(text: str) -> None:
    literal = json.dumps(text, ensure_ascii=False)
    assert pinned(f"assertion.sub == {literal}") in (text, None)
    assert pinned(f'assertion.aud == {literal} && assertion.sub == "a"') in ("a", None)
    assert pinned(f"assertion.aud == {literal}") is None


def test_the_role_of_an_aws_caller_is_its_subject_without_the_session() -> None:
    assert pinned(f'assertion.account == "1" && assertion.arn.startsWith("{ROLE}/")', OF_ROLE) == ROLE


@pytest.mark.parametrize(
    "condition",
    [
        f'assertion.arn.startsWith("{ROLE}")',
        'assertion.arn.startsWith("arn:aws:sts::111122223333:assumed-role/")',
        'assertion.account == "111122223333"',
        f'assertion.sub == "{ROLE}"',
    ],
)
def test_a_condition_that_takes_more_than_one_role_is_any_subject(condition: str) -> None:
    assert pinned(condition, OF_ROLE) is None


def test_a_subject_that_is_made_of_another_claim_is_any_subject() -> None:
    assert pinned('assertion.sub == "a"', "assertion.email") is None
    assert pinned(f'assertion.arn.startsWith("{ROLE}/")', "assertion.arn") is None


def test_what_is_not_known_is_unproven() -> None:
    for provider in (
        far.raw_provider(attributeCondition='assertion.sub == "a'),
        far.raw_provider(attributeCondition=kit.UNKNOWN),
        far.raw_provider(attributeMapping=kit.UNKNOWN),
        far.raw_provider(attributeMapping={"google.subject": kit.UNKNOWN}),
    ):
        with pytest.raises(Unproven):
            presented(provider)
    with pytest.raises(Unproven):
        pool_of(far.raw_provider(workloadIdentityPoolId=kit.UNKNOWN), CONTEXT)


def test_a_member_names_pool_and_subject_by_the_projects_number_or_id() -> None:
    wanted = PoolSubject(far.PROJECT, "agents", "repo:acme/x:ref:main")
    for project in (far.NUMBER, far.PROJECT):
        assert federated_member(far.subject_member(wanted.subject, project=project), CONTEXT) == wanted
    assert federated_member(far.subject_member("x", project="99"), CONTEXT) == PoolSubject("99", "agents", "x")


def test_a_pod_of_a_projects_clusters_is_one_member() -> None:
    member = "serviceAccount:acme-agents.svc.id.goog[agents/support-agent]"
    assert federated_member(member, CONTEXT) == ClusterSubject("acme-agents", "agents", "support-agent")


@pytest.mark.parametrize("member", ["allUsers", "serviceAccount:a@b.iam.gserviceaccount.com", far.class_member()])
def test_other_members_are_no_outside_workload(member: str) -> None:
    assert federated_member(member, CONTEXT) is None
