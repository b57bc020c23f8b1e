"""What one agent is on Entra ID. What no test here proves: that the directory accepts it; a real tenant does."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from entra_plans import (
    ANNA,
    AWS_WITH_ISSUER,
    BELA,
    ENTRA,
    GRAPH,
    ITEMS,
    KUBERNETES_WITH_SPIFFE,
    MAIL,
    NO_MAIL,
    PASSWORDS,
    SEARCH,
    SITES,
    WORKLOADS,
    environment,
    grant,
    guid,
    plan,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from nhi.catalog.federation import outbound_grant
from nhi.contract import ENTRA_AUDIENCE, FACT_TABLE, Record, Ref
from nhi.permissions.model import Condition, Grant
from nhi.plan.model import AgentPlan
from nhi.platforms.entra import documents as d
from nhi.sandbox.clouds import schema
from nhi.spec.declared import DeclaredEnvironment
from nhi.spec.problems import InputError
from plans import AWS, CLOCK, KUBERNETES, LOCK, without

GOLDEN = Path(__file__).parent / "golden"
STORED = {"type": "oauth2_client_credentials", "rotation_days": 30}
NO_SPIFFE = environment(PASSWORDS, kubernetes=KUBERNETES)
"""An environment in which a spiffe workload cannot be federated, and a password has a place."""
GOOGLE = ("cloud-run", "agent-engine")
ON_AWS = ("ecs", "lambda", "agentcore", "eks")

CASES: dict[str, AgentPlan] = {
    **{f"{kind}-active": plan(WORKLOADS[kind]) for kind in WORKLOADS},
    "proposed": plan(state="proposed"),
    "suspended": plan(state="suspended"),
    "delegated-suspended": plan(allows=[MAIL], on_behalf="required", state="suspended"),
    "delegated": plan(allows=[MAIL], on_behalf="required"),
    "delegated-and-own": plan(allows=[MAIL, SITES], on_behalf="optional"),
    "no-workload": plan(None),
    "instance": plan(instance="blue"),
    "stored-credential-federated": plan(credential=STORED, where=environment(PASSWORDS)),
    "password": plan(WORKLOADS["spiffe"], credential=STORED, where=NO_SPIFFE),
    "password-suspended": plan(WORKLOADS["spiffe"], credential=STORED, where=NO_SPIFFE, state="suspended"),
    "takes-work": plan(
        where=environment(agent={"delegation": {"allowed": False, "accepts_from": ["front-desk"]}}),
    ),
    "no-end": plan(allows=(SITES,), lock_date=None),
}


def readable(records: tuple[Record, ...]) -> list[dict[str, Any]]:
    """Records as plain JSON."""
    return [
        {
            "type": record.type,
            "name": record.name,
            "inputs": {
                name: {"ref": asdict(value)} if isinstance(value, Ref) else value
                for name, value in record.inputs.items()
            },
            "dependsOn": list(record.depends_on),
        }
        for record in records
    ]


def of_type(records: tuple[Record, ...], token: str) -> list[dict[str, Any]]:
    return [dict(record.inputs) for record in records if record.type == token]


def one(records: tuple[Record, ...], token: str) -> dict[str, Any]:
    (only,) = of_type(records, token)
    return only


def roles(records: tuple[Record, ...]) -> set[str]:
    return {assignment["appRoleId"] for assignment in of_type(records, d.APP_ROLE_ASSIGNMENT)}


def refusal(broken: AgentPlan) -> str:
    with pytest.raises(InputError) as caught:
        d.records(broken)
    return str(caught.value)


def trusted(of: AgentPlan) -> tuple[str, str]:
    credential = one(d.records(of), d.FEDERATED_CREDENTIAL)
    return credential["issuer"], credential["subject"]


# --- whole documents --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str) -> None:
    path = GOLDEN / f"{case}.json"
    written = json.dumps(readable(d.records(CASES[case])), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("NHI_GOLDEN") == "write":
        path.write_text(written, encoding="utf-8")
    assert written == path.read_text(encoding="utf-8")


def test_every_golden_has_a_case() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_every_input_is_one_that_the_sdk_knows(case: str) -> None:
    for record in d.records(CASES[case]):
        known = {name: "x" if isinstance(value, Ref) else value for name, value in record.inputs.items()}
        assert schema.check(record.type, known) == ()


@pytest.mark.parametrize("case", CASES)
def test_each_record_depends_and_refers_only_to_earlier_ones(case: str) -> None:
    seen: set[str] = set()
    for record in d.records(CASES[case]):
        refs = {value.record for value in record.inputs.values() if isinstance(value, Ref)}
        assert refs <= set(record.depends_on) <= seen
        assert record.name not in seen
        seen.add(record.name)


def test_base_starts_every_logical_name_and_no_name_in_the_directory() -> None:
    mine, other = d.records(plan()), d.records(plan(), base="elsewhere")
    assert all(record.name.startswith("elsewhere-") for record in other)
    assert one(mine, d.APPLICATION) == one(other, d.APPLICATION)


def test_only_ids_that_the_directory_or_the_secret_store_gives_are_unknown() -> None:
    found = {
        (record.type, name, value.output)
        for case in CASES.values()
        for record in d.records(case)
        for name, value in record.inputs.items()
        if isinstance(value, Ref)
    }
    assert found == {
        (d.SERVICE_PRINCIPAL, "clientId", "clientId"),
        (d.APP_ROLE_ASSIGNMENT, "principalObjectId", "objectId"),
        (d.DELEGATED_GRANT, "servicePrincipalObjectId", "objectId"),
        (d.FEDERATED_CREDENTIAL, "applicationId", "id"),
        (d.PASSWORD, "applicationId", "id"),
        (d.SECRET_VERSION, "secretId", "arn"),
        (d.SECRET_VERSION, "secretStringWo", "value"),
    }


def test_what_lets_the_workload_in_comes_after_everything_else() -> None:
    *before, last = d.records(plan())
    assert last.type == d.FEDERATED_CREDENTIAL
    assert set(last.depends_on) == {record.name for record in before}
    by_password = d.records(CASES["password"])
    (password,) = [record for record in by_password if record.type == d.PASSWORD]
    assert {record.name for record in by_password if record.type == d.APP_ROLE_ASSIGNMENT} <= set(password.depends_on)


def test_an_environment_without_a_tenant_is_a_problem() -> None:
    whole = plan()
    bare = replace(whole, declared=replace(whole.declared, environment=environment(None)))
    assert "the environment prod has no tenant" in refusal(bare)


def test_every_problem_of_an_agent_is_told_once() -> None:
    unknown = grant(["role:Nothing.Read"], GRAPH)
    broken = plan(
        WORKLOADS["cloud-run"], allows=[unknown, unknown], where=environment(without(ENTRA, "google_subjects"))
    )
    with pytest.raises(InputError) as caught:
        d.records(broken)
    assert len(caught.value.problems) == 2


# --- who am I ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_nothing_has_an_owner_or_a_password_of_its_own(case: str) -> None:
    for record in d.records(CASES[case]):
        assert not {"owners", "password", "featureTags"} & set(record.inputs)


def test_only_this_tenant_may_use_the_application_and_its_name_is_taken_once() -> None:
    application = one(d.records(plan()), d.APPLICATION)
    assert application["signInAudience"] == "AzureADMyOrg"
    assert application["preventDuplicateNames"] is True
    assert application["displayName"] == "acme-research-agent"
    assert application["serviceManagementReference"] == "Research.Team"


@pytest.mark.parametrize("case", CASES)
def test_only_an_assigned_principal_gets_a_token_and_no_existing_one_is_taken_over(case: str) -> None:
    principal = one(d.records(CASES[case]), d.SERVICE_PRINCIPAL)
    assert principal["appRoleAssignmentRequired"] is True
    assert principal["useExisting"] is False


def test_each_instance_has_an_application_and_a_credential_of_its_own() -> None:
    blue, green = (d.records(plan(instance=name)) for name in ("blue", "green"))
    for token, prefix in ((d.APPLICATION, "acme-"), (d.FEDERATED_CREDENTIAL, "")):
        assert one(blue, token)["displayName"] == f"{prefix}research-agent--blue"
        assert one(green, token)["displayName"] == f"{prefix}research-agent--green"
    assert one(blue, d.FEDERATED_CREDENTIAL)["subject"] != one(green, d.FEDERATED_CREDENTIAL)["subject"]


def test_another_prefix_makes_no_second_credential_of_one_subject() -> None:
    """An application takes no two, and another name would be another credential, made before the old one goes."""
    old, new = (
        one(d.records(plan(where=environment(prefix=prefix))), d.FEDERATED_CREDENTIAL) for prefix in ("acme", "qa")
    )
    assert old == new


def test_every_fact_is_a_tag_and_a_line_of_the_notes() -> None:
    for token in (d.APPLICATION, d.SERVICE_PRINCIPAL):
        found = one(d.records(plan()), token)
        assert "nhi:sponsor=jgill@example.com" in found["tags"]
        assert {tag.partition("=")[0] for tag in found["tags"]} == {
            FACT_TABLE["entra"][fact].key for fact in plan().facts
        }
        assert found["notes"].splitlines() == found["tags"]


def test_a_fact_that_nobody_declared_has_no_tag() -> None:
    assert not [tag for tag in d.tags(plan(facts={"sponsor": None})) if tag.startswith("nhi:sponsor")]


def test_notes_stay_within_what_graph_takes_and_lose_whole_lines_only() -> None:
    long = plan(facts={"purpose": "p" * 256, "sponsor": "s" * 254, "environment": "e" * 256, "owner-team": "t" * 256})
    assert len(d.notes(long)) <= d.NOTES_LIMIT
    lines = d.notes(long).splitlines()
    assert lines == d.tags(long)[: len(lines)]
    assert len(lines) < len(d.tags(long))


def test_an_agent_that_takes_work_exposes_one_role_with_the_same_id_everywhere() -> None:
    (role,) = one(d.records(CASES["takes-work"]), d.APPLICATION)["appRoles"]
    assert (role["value"], role["allowedMemberTypes"]) == ("Agent.Invoke", ["Application"])
    assert role["id"] == d.app_role_id("research-agent", "Agent.Invoke")
    assert uuid.UUID(role["id"]).version == 5
    assert role["id"] != d.app_role_id("search-agent", "Agent.Invoke")
    assert "appRoles" not in one(d.records(plan()), d.APPLICATION)


# --- who may become me ------------------------------------------------------------------------------------------

ROLE_ARN = "arn:aws:iam::111122223333:role/agents/acme-research-agent"
ISSUER = "https://oidc.prod.example.org/cluster/main"
OUTBOUND = "https://a1b2c3d4.tokens.sts.global.api.aws"
TRUSTED: Mapping[str, tuple[str, str]] = {
    "oidc": ("https://token.actions.githubusercontent.com", "repo:example/research-agent:environment:prod"),
    "kubernetes": (ISSUER, "system:serviceaccount:agents:research-agent"),
    "gke": (ISSUER, "system:serviceaccount:agents:research-agent"),
    "eks": (ISSUER, "system:serviceaccount:research:reader"),
    "ecs": (OUTBOUND, ROLE_ARN),
    "lambda": (OUTBOUND, ROLE_ARN),
    "agentcore": (OUTBOUND, ROLE_ARN),
    "cloud-run": ("https://accounts.google.com", "103456789012345678901"),
    "agent-engine": ("https://accounts.google.com", "103456789012345678901"),
    "spiffe": ("https://spire.prod.example.org", "spiffe://prod.example.org/env/prod/agent/research-agent"),
}


@pytest.mark.parametrize("kind", WORKLOADS)
def test_each_workload_is_trusted_by_its_exact_issuer_and_subject(kind: str) -> None:
    assert trusted(plan(WORKLOADS[kind])) == TRUSTED[kind]


@pytest.mark.parametrize("kind", WORKLOADS)
def test_the_audience_is_entras_whatever_the_file_declares_for_another_cloud(kind: str) -> None:
    assert one(d.records(plan(WORKLOADS[kind])), d.FEDERATED_CREDENTIAL)["audiences"] == [ENTRA_AUDIENCE]


def test_an_eks_clusters_own_issuer_comes_before_the_environments() -> None:
    own = {**AWS_WITH_ISSUER, "clusters": {"main": {"name": "prod-main", "oidc_issuer": "https://oidc.eks.example"}}}
    assert trusted(plan(WORKLOADS["eks"], where=environment(aws=own)))[0] == "https://oidc.eks.example"


def test_an_eks_pod_of_a_cluster_without_issuer_comes_as_its_aws_role() -> None:
    elsewhere = environment(kubernetes={**KUBERNETES, "cluster": "other"})
    assert trusted(plan(WORKLOADS["eks"], where=elsewhere)) == (OUTBOUND, ROLE_ARN)


@pytest.mark.parametrize("kind", WORKLOADS)
def test_a_role_is_trusted_exactly_where_the_declaration_lets_it_ask_for_the_token(kind: str) -> None:
    # Two pieces of code, one declaration: if they differed, the agent could not come in, or would hold too much.
    of = plan(WORKLOADS[kind])
    assert (trusted(of) == (OUTBOUND, ROLE_ARN)) == (outbound_grant(of.declared, ("aws", "entra")) is not None)


def test_each_instance_on_google_cloud_needs_an_id_of_its_own() -> None:
    told = refusal(plan(WORKLOADS["cloud-run"], instance="blue"))
    assert "`entra.google_subjects.research-agent--blue`" in told


@pytest.mark.parametrize(
    ("kind", "where", "told"),
    [
        ("kubernetes", environment(kubernetes=without(KUBERNETES, "oidc_issuer")), "no OIDC issuer for its cluster"),
        ("gke", environment(kubernetes={**KUBERNETES, "cluster": "b"}), "no OIDC issuer for the cluster 'main'"),
        ("ecs", environment(aws=AWS), "no issuer for the tokens of AWS roles"),
        ("lambda", environment(aws=AWS), "set `aws.outbound_issuer` in the environment file"),
        ("agentcore", environment(aws=AWS), "turn on outbound web identity federation"),
        (
            "eks",
            environment(aws=AWS, kubernetes=without(KUBERNETES, "oidc_issuer")),
            "`aws.outbound_issuer`, or `aws.clusters.main.oidc_issuer`",
        ),
        ("cloud-run", environment(without(ENTRA, "google_subjects")), "the unique id of its service account"),
        ("agent-engine", environment(without(ENTRA, "google_subjects")), "make the Google identity first"),
        ("spiffe", environment(kubernetes=KUBERNETES), "set `kubernetes.spiffe_issuer`"),
        (
            "spiffe",
            environment(kubernetes={**KUBERNETES_WITH_SPIFFE, "trust_domain": "dev.example.org"}),
            "is not of trust domain dev.example.org",
        ),
    ],
)
def test_a_missing_binding_is_a_problem_at_the_workload(kind: str, where: DeclaredEnvironment, told: str) -> None:
    message = refusal(plan(WORKLOADS[kind], where=where))
    assert told in message
    assert message.startswith("agents/research-agent.yaml:1")
    assert "Fix: " in message


@pytest.mark.parametrize("kind", ON_AWS[:3])
def test_a_workload_on_aws_without_an_aws_identity_is_a_problem(kind: str) -> None:
    told = refusal(plan(WORKLOADS[kind], platforms=("entra",)))
    assert "add aws to its `platforms`" in told


def test_a_subject_over_the_limit_is_a_problem() -> None:
    long = {"kind": "spiffe", "id": f"spiffe://prod.example.org/{'a' * 600}"}
    assert "Entra ID takes 600" in refusal(plan(long))


def test_a_missing_binding_does_not_stop_a_suspended_agent() -> None:
    assert d.records(plan(WORKLOADS["lambda"], where=environment(aws=AWS), state="suspended"))


# --- what may I do ----------------------------------------------------------------------------------------------


def test_each_app_role_is_one_assignment_of_the_apis_ids() -> None:
    found = of_type(d.records(plan()), d.APP_ROLE_ASSIGNMENT)
    assert [(one["appRoleId"], one["resourceObjectId"]) for one in found] == [
        (guid(13), guid(11)),
        (guid(12), guid(11)),
        (guid(22), guid(21)),
    ]
    assert {one["principalObjectId"] for one in found} == {Ref("research-agent-service-principal", "objectId")}


def test_the_application_asks_for_what_is_granted_and_nothing_else() -> None:
    assert one(d.records(CASES["delegated-and-own"]), d.APPLICATION)["requiredResourceAccesses"] == [
        {
            "resourceAppId": guid(10),
            "resourceAccesses": [
                {"id": guid(12), "type": "Role"},
                {"id": guid(15), "type": "Scope"},
                {"id": guid(17), "type": "Scope"},
            ],
        }
    ]
    assert "requiredResourceAccesses" not in one(d.records(plan(allows=())), d.APPLICATION)


def test_a_grant_whose_end_has_passed_is_left_out() -> None:
    ended = replace(ITEMS, expires=CLOCK)
    assert roles(d.records(plan(allows=[SITES, ended]))) == {guid(12)}
    assert roles(d.records(plan(allows=[SITES, ITEMS]))) == {guid(12), guid(13)}


def test_the_same_role_of_two_words_is_one_assignment() -> None:
    assert len(of_type(d.records(plan(allows=[SITES, replace(SITES, reason="again")])), d.APP_ROLE_ASSIGNMENT)) == 1


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (grant(["role:Sites.Selected"], GRAPH), "no id for the app role 'Sites.Selected' of 'microsoft.graph'"),
        (grant(["role:Search.Run"], "other-api"), "add `entra.apis.other-api`"),
        (grant(["role:*"], GRAPH), "is a pattern"),
        (grant(["role:Sites.Read.All"], "*"), "is a pattern"),
        (grant(["Sites.Read.All"], GRAPH), "neither `role:<value>` nor `scope:<value>`"),
        (grant(["role:Sites.Read.All"], GRAPH, conditions=(Condition("equals", "site", ("a",)),)), "no conditions"),
    ],
)
def test_a_grant_that_cannot_be_written_exactly_is_refused_at_its_line(broken: Grant, told: str) -> None:
    message = refusal(plan(allows=[broken]))
    assert told in message
    assert message.startswith("agents/research-agent.yaml:12:5: ")
    assert "Fix: " in message


# --- on behalf of users -----------------------------------------------------------------------------------------


def test_scopes_are_granted_for_each_named_user_and_never_for_everybody() -> None:
    found = of_type(d.records(CASES["delegated"]), d.DELEGATED_GRANT)
    assert [grant["userObjectId"] for grant in found] == [ANNA, BELA]
    for grant_ in found:
        assert grant_["claimValues"] == ["Mail.Read", "Sites.Read.All"]
        assert grant_["resourceServicePrincipalObjectId"] == guid(11)


def test_scopes_without_a_user_in_the_environment_are_a_problem_at_their_line() -> None:
    where = environment(without(ENTRA, "on_behalf_of"), agent={"acts_on_behalf": "required"})
    told = refusal(plan(allows=[MAIL], where=where))
    assert "it would be consent for everybody in the tenant" in told
    assert "`entra.on_behalf_of.research-agent`" in told
    assert told.startswith("agents/research-agent.yaml:12:5: ")


@pytest.mark.parametrize("on_behalf", [None, "never"])
def test_a_scope_of_an_agent_that_acts_for_nobody_is_a_problem(on_behalf: str | None) -> None:
    assert "agent research-agent acts for none" in refusal(plan(allows=[MAIL], on_behalf=on_behalf))


def test_an_app_role_of_an_agent_that_acts_only_for_users_is_a_problem_at_its_line() -> None:
    told = refusal(plan(allows=[MAIL, SITES], on_behalf="required"))
    assert "the app role Sites.Read.All of 'microsoft.graph' works without any" in told
    assert told.startswith("agents/research-agent.yaml:12:5: ")
    assert d.records(plan(allows=[MAIL, SITES], on_behalf="optional"))


def test_users_of_another_agent_are_not_this_agents() -> None:
    where = environment({**ENTRA, "on_behalf_of": {"other": [ANNA]}}, agent={"acts_on_behalf": "required"})
    assert "does not say for whom" in refusal(plan(allows=[MAIL], where=where))


# --- what may I never do ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "deny",
    [
        grant(["role:Sites.Read.All"], GRAPH),
        grant(["role:*"], GRAPH),
        grant(["*"], "*"),
        grant(["scope:Sites.Read.All"], GRAPH),
    ],
)
def test_a_deny_takes_role_and_scope_of_its_name(deny: Grant) -> None:
    assert guid(12) not in roles(d.records(plan(allows=[SITES], denies=[deny])))
    delegated = d.records(plan(allows=[MAIL], denies=[deny], on_behalf="required"))
    assert all("Sites.Read.All" not in one["claimValues"] for one in of_type(delegated, d.DELEGATED_GRANT))


@pytest.mark.parametrize(
    "deny", [NO_MAIL, grant(["role:Sites.Read.All"], "search-api"), grant(["role:Sites.Read"], GRAPH)]
)
def test_a_deny_of_something_else_leaves_the_grant(deny: Grant) -> None:
    assert roles(d.records(plan(allows=[SITES], denies=[deny]))) == {guid(12)}


def test_a_denied_permission_needs_no_id() -> None:
    unknown = grant(["role:Sites.Selected"], GRAPH)
    assert d.records(plan(allows=[unknown], denies=[unknown]))


def test_denies_are_told_as_what_must_stay_absent() -> None:
    assert d.absent(plan()) == (NO_MAIL,)
    assert d.absent(replace(plan(), meanings={})) == ()


# --- how am I stopped -------------------------------------------------------------------------------------------

STOPPED = ["proposed", "suspended", "delegated-suspended", "password-suspended", "no-workload"]


@pytest.mark.parametrize("case", STOPPED)
def test_an_agent_that_is_not_live_is_an_application_and_a_disabled_principal(case: str) -> None:
    records = d.records(CASES[case])
    assert [record.type for record in records] == [d.APPLICATION, d.SERVICE_PRINCIPAL]
    assert one(records, d.SERVICE_PRINCIPAL)["accountEnabled"] is False
    assert "requiredResourceAccesses" not in one(records, d.APPLICATION)


@pytest.mark.parametrize("case", sorted(set(CASES) - set(STOPPED)))
def test_an_agent_that_is_live_is_enabled(case: str) -> None:
    assert one(d.records(CASES[case]), d.SERVICE_PRINCIPAL)["accountEnabled"] is True


def test_stopping_an_agent_keeps_every_field_that_would_fall_back_to_a_default() -> None:
    where = environment(agent={"delegation": {"allowed": False, "accepts_from": ["front-desk"]}})
    live, stopped = d.records(plan(where=where)), d.records(plan(where=where, state="suspended"))
    for token, changed in (
        (d.APPLICATION, {"tags", "notes", "requiredResourceAccesses"}),
        (d.SERVICE_PRINCIPAL, {"tags", "notes", "accountEnabled"}),
    ):
        before, after = one(live, token), one(stopped, token)
        assert {name for name in before if before[name] != after.get(name)} == changed
        assert set(after) - set(before) == set()


# --- stored credentials -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("type_", ["oauth2_client_credentials", "api_key"])
@pytest.mark.parametrize("kind", WORKLOADS)
def test_a_workload_that_can_be_federated_never_gets_a_password(kind: str, type_: str) -> None:
    where = environment(PASSWORDS)
    records = d.records(plan(WORKLOADS[kind], credential={**STORED, "type": type_}, where=where))
    assert one(records, d.FEDERATED_CREDENTIAL)
    assert not {d.PASSWORD, d.SECRET, d.SECRET_VERSION} & {record.type for record in records}


@pytest.mark.parametrize("missing", ["passwords", "secrets"])
def test_a_password_without_a_place_for_it_is_a_problem_at_its_type(missing: str) -> None:
    entra = ENTRA if missing == "passwords" else PASSWORDS
    aws = AWS_WITH_ISSUER if missing == "passwords" else without(AWS_WITH_ISSUER, "secrets")
    where = environment(entra, aws=aws, kubernetes=KUBERNETES)
    told = refusal(plan(WORKLOADS["spiffe"], credential=STORED, where=where))
    place = "`entra.passwords`" if missing == "passwords" else "`aws.secrets`"
    assert "agents/research-agent.yaml:12:11: agent research-agent's credential cannot be federated" in told
    assert f"mend the workload, or set {place}" in told
    assert "set `kubernetes.spiffe_issuer`" in told


def test_a_password_is_not_the_way_out_for_a_credential_that_is_not_stored() -> None:
    assert "set `kubernetes.spiffe_issuer`" in refusal(plan(WORKLOADS["spiffe"], where=NO_SPIFFE))


def test_the_value_goes_only_into_the_secret_and_only_write_only() -> None:
    records = d.records(CASES["password"])
    found = [
        (record.type, name)
        for record in records
        for name, value in record.inputs.items()
        if isinstance(value, Ref) and value.output == "value"
    ]
    assert found == [(d.SECRET_VERSION, "secretStringWo")]
    assert one(records, d.SECRET)["name"] == "acme-research-agent-entra-credential"


def password(**more: Any) -> dict[str, Any]:
    return one(d.records(plan(WORKLOADS["spiffe"], where=NO_SPIFFE, **more)), d.PASSWORD)


def test_a_password_ends_at_the_lock_date_where_that_comes_first() -> None:
    soon = CLOCK + timedelta(days=2)
    assert password(credential=STORED, lock_date=soon)["endDate"] == "2026-11-03T00:00:00Z"


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 400), st.integers(0, 400 * 24 * 60))
def test_a_password_lives_no_longer_than_its_rotation_and_never_past_the_lock_date(days: int, minutes: int) -> None:
    credential = {"type": "api_key", "rotation_days": days}
    clock = CLOCK - timedelta(days=200) + timedelta(minutes=minutes)
    made = replace(plan(WORKLOADS["spiffe"], credential=credential, where=NO_SPIFFE, lock_date=None), clock=clock)
    life = timedelta(days=min(days, made.ceilings.max_rotation_days))
    window = d.password_window(made)
    assert window.start <= clock < window.start + life / 2
    assert window.end == window.start + life
    assert window.end - clock > life / 2 - timedelta(microseconds=1)
    locked = d.password_window(replace(made, lock_date=clock + timedelta(hours=1)))
    assert locked.end <= clock + timedelta(hours=1)


def test_runs_within_one_window_agree_and_the_next_window_makes_a_new_password() -> None:
    def written(moment: datetime) -> list[dict[str, Any]]:
        of = replace(plan(WORKLOADS["spiffe"], credential=STORED, where=NO_SPIFFE), clock=moment)
        records = d.records(of)
        return [one(records, d.PASSWORD), one(records, d.SECRET_VERSION)]

    start = d.password_window(plan(credential=STORED)).start
    first, same = written(start), written(start + timedelta(days=14, hours=23))
    later = written(start + timedelta(days=15))
    assert first == same
    assert later[0]["rotateWhenChanged"] != first[0]["rotateWhenChanged"]
    assert later[1]["secretStringWoVersion"] != first[1]["secretStringWoVersion"]


def test_another_end_of_the_password_writes_the_secret_again() -> None:
    def version(lock: datetime) -> int:
        of = plan(WORKLOADS["spiffe"], credential=STORED, where=NO_SPIFFE, lock_date=lock)
        return one(d.records(of), d.SECRET_VERSION)["secretStringWoVersion"]

    assert version(CLOCK + timedelta(days=1)) != version(CLOCK + timedelta(days=2))


# --- laws -------------------------------------------------------------------------------------------------------

names = st.sampled_from(["Sites.Read.All", "ExternalItem.Read.All", "Mail.Send", "Mail.Read"])
actions = st.builds(lambda kind, name: f"{kind}:{name}", st.sampled_from(["role", "scope"]), names)
bound = {f"{kind}:{name}" for kind in ("role", "scope") for name in ENTRA["apis"][GRAPH][f"{kind}s"]}
ends = st.sampled_from([None, CLOCK, datetime(2026, 12, 1, tzinfo=UTC), LOCK])
allowed = st.builds(
    lambda written, end: grant(written, GRAPH, expires=end),
    st.lists(actions.filter(bound.__contains__), min_size=1, max_size=3),
    ends,
)
denied = st.builds(lambda written: grant(written, GRAPH, effect="deny"), st.lists(actions, min_size=1, max_size=2))


def permitted(records: tuple[Record, ...]) -> set[str]:
    ids = {ENTRA["apis"][GRAPH]["roles"][name]: name for name in ENTRA["apis"][GRAPH]["roles"]}
    return {f"role:{ids[id]}" for id in roles(records)} | {
        f"scope:{value}" for one in of_type(records, d.DELEGATED_GRANT) for value in one["claimValues"]
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(allowed, max_size=5), st.lists(denied, max_size=2))
def test_what_is_granted_is_what_was_asked_less_what_is_denied_or_over(
    allows: list[Grant], denies: list[Grant]
) -> None:
    asked = {action for one in allows if one.expires is None or one.expires > CLOCK for action in one.actions}
    refused = {action.partition(":")[2] for one in denies for action in one.actions}
    left = {action for action in asked if action.partition(":")[2] not in refused}
    assert permitted(d.records(plan(allows=allows, denies=denies, on_behalf="optional"))) == left


@settings(max_examples=60, deadline=None)
@given(st.lists(allowed, max_size=4), st.sampled_from(["active", "proposed", "suspended"]), st.booleans())
def test_every_delegated_grant_names_a_user_and_no_agent_that_is_not_live_holds_one(
    allows: list[Grant], state: Any, stored: bool
) -> None:
    of = plan(allows=allows, on_behalf="optional", state=state, credential=STORED if stored else None)
    found = of_type(d.records(of), d.DELEGATED_GRANT)
    assert all(one["userObjectId"] in (ANNA, BELA) for one in found)
    assert not found or state == "active"


@settings(max_examples=10, deadline=None)
@given(st.permutations([SITES, SEARCH, ITEMS]))
def test_the_order_of_grants_changes_no_record(allows: list[Grant]) -> None:
    assert d.records(plan(allows=allows)) == d.records(plan())
