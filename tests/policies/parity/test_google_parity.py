"""Each lock on Google Cloud in turn goes, and exactly its rows fall; each kind of agent says how far it gets."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from nhi.spec.declared import DeclaredAgent
from nhi.spec.profiles import load_profile
from nhi_policies.parity.model import ROWS
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource

from policies import kit
from policies.parity.identities import Weakened, World, added, agent, dropped, edited, rewritten, world

POD = {
    "type": "workload_identity",
    "expires": "2027-03-31T00:00:00Z",
    "max_session": "1h",
    "workload": {"kind": "kubernetes"},
}


def google(**changes: Any) -> DeclaredAgent:
    """The support agent on Google Cloud, as a pod of the environment's cluster, that denies what denies can carry."""
    given: dict[str, Any] = {
        "platforms": ["gcp"],
        "denied_actions": ["credential_management"],
        "acts_on_behalf": "never",
        "credential": POD,
    }
    return agent(**{**given, **changes})


def made(declared: DeclaredAgent) -> World:
    """What the builder writes for one agent on Google Cloud."""
    return world(declared, admission=False)


GOOD = made(google())
PREFIX = "support-agent-"
ACCOUNT, DENY, PROVIDER, BECOME = (f"{PREFIX}{part}" for part in ("account", "deny-policy", "provider", "become"))
BOUNDARY, BOUND = f"{PREFIX}boundary", f"{PREFIX}boundary-binding"
ROLE = next(one.name for one in GOOD.resources if one.inputs.get("permissions") == ["storage.objects.get"])
MEMBER = next(one.name for one in GOOD.resources if one.type == "gcp:storage/bucketIAMMember:BucketIAMMember")
MAIL = "acme-dev-support-agent@acme-agents-dev.iam.gserviceaccount.com"
NUMBER, DOC, DET = "210987654321", "documented", "detected"
_FREE = {"2.2", "4.1", "4.2", "4.3", "4.4", "4.5", "5.1", "5.2", "5.3", "6.3"}
_HELD = [row.number for row in ROWS if row.number not in _FREE]


def _by_hand(token: str, **inputs: Any) -> Resource:
    return kit.resource(token, "by-hand", inputs)


def _without_fact(fact: str) -> Any:
    def edit(inputs: dict[str, Any]) -> None:
        parts = inputs["description"].removeprefix("nhi:").split(";")
        inputs["description"] = "nhi:" + ";".join(part for part in parts if not part.startswith(f"{fact}="))

    return rewritten(ACCOUNT, edit)


def _rule(**changes: Any) -> Any:
    def edit(inputs: dict[str, Any]) -> None:
        rule = inputs["rules"][0]["denyRule"]
        rule.update({key: value(rule) if callable(value) else value for key, value in changes.items()})

    return rewritten(DENY, edit)


def _later(inputs: dict[str, Any]) -> None:
    inputs["condition"]["expression"] = inputs["condition"]["expression"].replace("2027-03-31", "2027-04-30")


def _twin() -> Resource:
    """Another agent's account into which this agent's pod is let."""
    entrance = next(one for one in GOOD.resources if one.name == BECOME)
    inputs = {**entrance.inputs, "serviceAccountId": "acme-dev-other-agent@acme-agents-dev.iam.gserviceaccount.com"}
    return replace(entrance, name="twin", urn="twin", agent="other-agent", inputs=inputs)


def _auth_provider(kind: str = "threeLeggedOauth") -> Resource:
    """A provider that serves every agent of the project."""
    params = {kind: {"clientId": "agents", "clientSecretWo": kit.UNKNOWN}}
    return _by_hand(t.GCP_AUTH_PROVIDER, authProviderTypeParams=params, allowedScopes=["tickets.read"])


def _with_other(before: World) -> World:
    other = google(agent_id="other-agent", credential={**POD, "workload": {"kind": "cloud-run", "service": "other"}})
    agents = {**before.context.agents, "other-agent": other}
    return replace(before, context=replace(before.context, agents=agents), resources=(*before.resources, _twin()))


_ROBOT = "robot@acme-agents-dev.iam.gserviceaccount.com"
_PERSON = "user:ana.reyes@example.com"
_ENTERED = {"1.5": DOC, "2.1": DOC, "2.3": DOC}

WEAKENED = [
    Weakened("no account", "gcp", dropped(ACCOUNT), dict.fromkeys(_HELD, DOC)),
    Weakened(
        "a second account",
        "gcp",
        added(_by_hand(t.GCP_SERVICE_ACCOUNT, accountId="second", description="nhi:agent-id=support-agent")),
        dict.fromkeys(_HELD, DOC),
    ),
    Weakened(
        "an account that is taken over",
        "gcp",
        edited(ACCOUNT, "createIgnoreAlreadyExists", to=True),
        {"1.1": DOC, "2.3": DOC},
    ),
    Weakened("an account by another id", "gcp", edited(ACCOUNT, "accountId", to="by-hand-1"), {"1.1": DOC, "2.3": DOC}),
    Weakened("another agent lets its pod in", "gcp", _with_other, {"1.1": DOC, "2.3": DOC}),
    *(
        Weakened(f"no {fact}", "gcp", _without_fact(fact), falls)
        for fact, falls in (
            ("class", {"1.2": DOC}),
            ("owner-team", {"1.2": DOC}),
            ("purpose", {"1.2": DOC}),
            ("environment", {"1.2": DOC}),
            ("risk-tier", {"1.2": DOC, "6.4": DOC}),
            ("sponsor", {"1.3": DOC}),
            ("expires", {"5.4": DOC}),
            ("state", {"6.1": DOC}),
        )
    ),
    Weakened(
        "a role without facts",
        "gcp",
        edited(ROLE, "description"),
        {"1.2": DOC, "1.3": DOC, "5.4": DOC, "6.1": DOC, "6.4": DOC},
    ),
    Weakened("no boundary", "gcp", dropped(BOUNDARY), {"1.4": DOC}),
    Weakened("a boundary that is not bound", "gcp", dropped(BOUND), {"1.4": DOC}),
    Weakened(
        "a boundary of another account",
        "gcp",
        edited(BOUND, "condition", "expression", to=f'principal.subject == "{_ROBOT}"'),
        {"1.4": DOC},
    ),
    Weakened("a boundary that is not known", "gcp", edited(BOUND, "target", to=kit.UNKNOWN), {"1.4": DOC}),
    Weakened(
        "a key",
        "gcp",
        added(_by_hand("gcp:serviceaccount/key:Key", serviceAccountId=MAIL)),
        {"1.5": DOC, "2.4": DOC, "2.5": DOC, "5.4": DOC},
    ),
    Weakened(
        "somebody makes its tokens",
        "gcp",
        added(
            _by_hand(
                t.GCP_SERVICE_ACCOUNT_MEMBER,
                serviceAccountId=MAIL,
                member=_PERSON,
                role="roles/iam.serviceAccountTokenCreator",
            )
        ),
        {**_ENTERED, "3.3": DOC},
    ),
    Weakened("another workload is let in", "gcp", edited(BECOME, "member", to=f"{_PERSON}"), _ENTERED),
    Weakened(
        "everybody in the pool is let in",
        "gcp",
        edited(
            BECOME,
            "member",
            to=f"principalSet://iam.googleapis.com/projects/{NUMBER}/locations/global/workloadIdentityPools/agents/*",
        ),
        {**_ENTERED, "1.4": DOC, "3.1": DOC},
    ),
    Weakened("everybody is let in", "gcp", edited(BECOME, "member", to="allUsers"), _ENTERED),
    Weakened(
        "who is let in is not known",
        "gcp",
        edited(BECOME, "member", to=kit.UNKNOWN),
        {**_ENTERED, "1.1": DOC, "1.4": DOC, "3.1": DOC, "3.3": DOC},
    ),
    Weakened("a provider of every subject", "gcp", edited(PROVIDER, "attributeCondition"), {"2.1": DOC, "2.3": DOC}),
    Weakened(
        "a provider of another issuer",
        "gcp",
        edited(PROVIDER, "oidc", "issuerUri", to="https://token.example.com"),
        {"2.1": DOC, "2.3": DOC},
    ),
    Weakened(
        "a provider that calls others so",
        "gcp",
        edited(PROVIDER, "attributeMapping", to={"google.subject": "assertion.email"}),
        {"2.1": DOC, "2.3": DOC},
    ),
    Weakened("no provider", "gcp", dropped(PROVIDER), {"2.1": DOC}),
    Weakened(
        "another service under its account",
        "gcp",
        added(_by_hand("gcp:cloudrunv2/service:Service", name="x", template={"serviceAccount": MAIL})),
        {"2.1": DOC, "2.3": DOC, "3.1": DOC},
    ),
    Weakened("users' tokens", "gcp", added(_auth_provider()), {"3.5": DOC}),
    Weakened("no deny policy", "gcp", dropped(DENY), {"3.2": DOC}),
    Weakened(
        "a denied permission is not denied",
        "gcp",
        _rule(deniedPermissions=lambda rule: rule["deniedPermissions"][1:]),
        {"3.2": DOC},
    ),
    Weakened(
        "the agent is excepted from its denies",
        "gcp",
        _rule(exceptionPrincipals=lambda rule: rule["deniedPrincipals"]),
        {"3.2": DOC},
    ),
    Weakened(
        "denies under a condition",
        "gcp",
        _rule(denialCondition={"expression": "resource.hasTagKey('x')"}),
        {"3.2": DOC},
    ),
    Weakened("a member without end", "gcp", edited(MEMBER, "condition"), {"3.3": DOC}),
    Weakened("a member that ends late", "gcp", rewritten(MEMBER, _later), {"3.3": DOC}),
    Weakened("an entrance without end", "gcp", edited(BECOME, "condition"), {"3.3": DOC}),
    # A condition only narrows: without knowing it the member still lies within the file, but nothing says when it ends.
    Weakened("a member whose condition is not known", "gcp", edited(MEMBER, "condition", to=kit.UNKNOWN), {"3.3": DOC}),
    Weakened(
        "a grant on another bucket", "gcp", edited(MEMBER, "bucket", to="acme-dev-other"), {"1.4": DOC, "3.1": DOC}
    ),
    Weakened(
        "a permission more",
        "gcp",
        edited(ROLE, "permissions", to=["storage.objects.get", "storage.objects.delete"]),
        {"1.4": DOC, "3.1": DOC},
    ),
    Weakened(
        "a role that leads to other accounts",
        "gcp",
        edited(ROLE, "permissions", to=["iam.serviceAccounts.actAs"]),
        {"1.4": DOC, "1.5": DOC, "3.1": DOC, "3.4": DOC},
    ),
    Weakened(
        "owner of the project",
        "gcp",
        added(
            _by_hand(
                t.GCP_PROJECT_MEMBER, project="acme-agents-dev", member=f"serviceAccount:{MAIL}", role="roles/owner"
            )
        ),
        {"1.4": DOC, "3.1": DOC, "3.3": DOC, "3.4": DOC},
    ),
    Weakened(
        "a role that Google keeps",
        "gcp",
        added(
            _by_hand(
                "gcp:storage/bucketIAMMember:BucketIAMMember",
                bucket="acme-dev-knowledge",
                member=f"serviceAccount:{MAIL}",
                role="roles/storage.objectViewer",
            )
        ),
        {"1.4": DOC, "3.1": DOC, "3.3": DOC},
    ),
    Weakened(
        "in a group",
        "gcp",
        added(_by_hand(t.GCP_GROUP_MEMBERSHIP, preferredMemberKey={"id": MAIL})),
        {"2.1": DOC, "2.3": DOC, "3.1": DOC},
    ),
    Weakened(
        "raises itself",
        "gcp",
        added(_by_hand(t.GCP_ENTITLEMENT, eligibleUsers=[{"principals": [f"serviceAccount:{MAIL}"]}])),
        {"3.3": DOC, "3.4": DOC},
    ),
]


def _workload(**workload: Any) -> dict[str, Any]:
    return {**POD, "workload": workload}


@pytest.mark.parametrize(
    ("workload", "word", "why"),
    [
        ({"kind": "cloud-run", "service": "support"}, "detected", "whoever may act as it"),
        ({"kind": "gke", "cluster": "main"}, "detected", "share one pool"),
        ({"kind": "agent-engine", "engine": "4711"}, "enforced", "nobody can impersonate it"),
        ({"kind": "kubernetes"}, "enforced", "takes one subject"),
        ({"kind": "spiffe", "id": "spiffe://dev.example.org/agent/support"}, "enforced", "takes one subject"),
    ],
)
def test_who_can_become_the_agent_depends_on_where_it_runs(workload: dict[str, Any], word: str, why: str) -> None:
    found = made(google(credential=_workload(**workload)))
    assert found.answers("gcp").answers["2.1"].word == word
    assert why in found.answers("gcp").answers["2.1"].reason
    assert found.words("gcp")["2.3"] == "enforced"
    assert found.answers("gcp").short == ()


def test_an_aws_role_is_one_subject_as_well() -> None:
    lambda_role = google(platforms=["aws", "gcp"], credential=_workload(kind="lambda", function="support"))
    assert made(lambda_role).words("gcp")["2.1"] == "enforced"


def test_an_agent_engine_has_no_account_and_so_neither_boundary_nor_keys() -> None:
    found = made(google(credential=_workload(kind="agent-engine", engine="4711"))).answers("gcp").answers
    assert found["1.4"].word == "detected"
    assert {one.type for one in found["1.2"].by} == {t.GCP_CUSTOM_ROLE}
    assert "no keys" in found["1.5"].reason


def test_an_engine_that_nothing_serves_is_documented() -> None:
    silent = google(
        credential=_workload(kind="agent-engine", engine="4711"),
        allowed_actions=...,
        data_access=...,
        denied_actions=...,
    )
    assert set(made(silent).words("gcp").values()) == {"documented"}


def test_an_environment_that_asks_for_no_boundary_has_no_ceiling() -> None:
    gcp = GOOD.context.environment.environment.gcp  # type: ignore[union-attr]
    assert gcp is not None
    environment = GOOD.context.environment
    assert environment is not None
    less = environment.environment.model_copy(update={"gcp": gcp.model_copy(update={"boundary": False})})
    declared = google()
    elsewhere = replace(environment, environment=less)
    context = replace(
        GOOD.context, environment=elsewhere, agents={"support-agent": replace(declared, environment=elsewhere)}
    )
    without = dropped(BOUNDARY, BOUND)(replace(GOOD, context=context))
    assert without.words("gcp")["1.4"] == "detected"


def test_a_file_that_denies_more_than_a_deny_policy_takes_is_detected_and_says_how_much() -> None:
    found = made(google(denied_actions=["credential_management", "payment_processing"])).answers("gcp").answers["3.2"]
    assert found.word == "detected"
    assert "3 of 19 denied permissions" in found.reason


def test_an_agent_that_denies_nothing_is_judged_by_what_it_allows() -> None:
    silent = google(denied_actions=..., data_access=[{"scope": "knowledge-base", "access": "read"}])
    assert made(silent).words("gcp")["3.2"] == "detected"


def test_tokens_of_an_hour_are_too_long_for_a_profile_that_wants_less() -> None:
    declared = google(risk_tier=3)
    strict = replace(declared, environment=replace(declared.environment, profile=load_profile("airs-strict")))
    found = made(declared)
    strictly = replace(found, context=replace(found.context, agents={"support-agent": strict}))
    assert found.words("gcp")["1.5"] == "enforced"
    assert strictly.answers("gcp").answers["1.5"].word == "documented"
    assert strictly.answers("gcp").short == ("1.5",)


def test_an_agent_without_end_date_is_not_time_bounded() -> None:
    declared = google(risk_tier=1)
    assert declared.agent.credential is not None
    endless = declared.agent.credential.model_copy(update={"expires": None})
    without = replace(declared, agent=declared.agent.model_copy(update={"credential": endless}))
    assert made(without).words("gcp")["3.3"] == "documented"


def test_a_sponsor_who_left_is_enforced_by_the_dates_until_they_are_gone() -> None:
    left = made(google(sponsor={"departed_on": "2026-10-30T00:00:00Z"}))
    assert left.words("gcp")["6.2"] == "enforced"
    member = next(one.name for one in left.resources if one.type == "gcp:storage/bucketIAMMember:BucketIAMMember")
    assert edited(member, "condition")(left).words("gcp")["6.2"] == "documented"


@pytest.mark.parametrize("state", ["suspended", "quarantined", "retired", "proposed"])
def test_a_stopped_agent_is_allowed_nothing_and_owes_nothing(state: str) -> None:
    stopped = made(google(state=state))
    words = stopped.words("gcp")
    assert {words[row] for row in ("1.1", "1.4", "1.5", "2.1", "2.3", "3.1", "3.2", "3.3", "3.4")} == {"enforced"}
    assert {words[row] for row in ("6.1", "6.3")} == {"detected"}
    assert stopped.answers("gcp").short == ()
    enabled = edited(ACCOUNT, "disabled", to=False)(stopped).words("gcp")
    assert {enabled[row] for row in ("3.1", "3.3", "6.1", "6.3")} == {"documented"}


def test_an_agent_that_the_file_stops_and_that_still_holds_everything_is_seen() -> None:
    still = replace(GOOD, context=replace(GOOD.context, agents={"support-agent": google(state="quarantined")}))
    words = still.words("gcp")
    assert {words[row] for row in ("1.4", "2.1", "3.1", "3.3", "3.4", "6.1", "6.3")} == {"documented"}


def test_each_instance_has_rows_of_its_own() -> None:
    both = made(google(instances={"blue": "active", "green": "active"}))
    assert both.words("gcp", instance="blue") == both.words("gcp", instance="green") == GOOD.words("gcp")
    (deny,) = (one.name for one in both.resources if one.type == t.GCP_DENY_POLICY and "blue" in one.name)
    after = dropped(deny)(both)
    assert after.words("gcp", instance="green") == GOOD.words("gcp")
    assert after.words("gcp", instance="blue")["3.2"] == "documented"


def _stored() -> World:
    """A stored credential, in an environment that has a topic to tell."""
    declared = google(credential={**POD, "type": "oauth2_client_credentials", "rotation_days": 30})
    environment = declared.environment.environment
    assert environment.gcp is not None
    content = copy.deepcopy(environment.model_dump(mode="json", exclude_none=True))
    content["gcp"]["secrets"] = {"topic": "projects/acme-agents-dev/topics/rotate"}
    told = replace(declared.environment, environment=type(environment).model_validate(content))
    return made(replace(declared, environment=told))


def test_a_stored_secret_is_due_on_a_schedule_that_nobody_proves() -> None:
    stored = _stored()
    (secret,) = (one.name for one in stored.resources if one.type == t.GCP_SECRET)
    good = stored.words("gcp")
    assert (good["2.2"], good["2.4"]) == ("documented", "detected")
    assert stored.answers("gcp").answers["2.2"].by[0].type == t.GCP_SECRET

    def changed(after: World) -> set[str]:
        return {row for row, word in after.words("gcp").items() if word != good[row]}

    assert changed(edited(secret, "rotation")(stored)) == {"2.4"}
    assert changed(edited(secret, "expireTime")(stored)) == {"2.4", "3.3"}
    reader = _by_hand(
        "gcp:secretmanager/secretIamMember:SecretIamMember",
        secretId="acme-dev-support-agent-credential",
        member=_PERSON,
        role="roles/secretmanager.secretAccessor",
    )
    assert changed(added(reader)(stored)) == {"2.3"}
    value = _by_hand(
        "gcp:secretmanager/secretVersion:SecretVersion",
        secret="projects/acme-agents-dev/secrets/acme-dev-support-agent-credential",
        secretData="made-up",
    )
    assert changed(added(value)(stored)) == {"2.5"}
