"""Each lock in turn is taken away, and exactly its rows fall."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from nhi_policies.parity import table
from nhi_policies.parity.judge import PLATFORM_ROWS, counts, parity
from nhi_policies.parity.model import ROWS, WORDS, Answer
from nhi_policies.rule import registry
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource, Stack

from policies import kit
from policies.parity import test_entra_parity as entra
from policies.parity import test_google_parity as google
from policies.parity.identities import (
    SUPPORT,
    Weakened,
    World,
    added,
    agent,
    document,
    dropped,
    edited,
    rewritten,
    statements,
    world,
)

GOOD = world(agent(acts_on_behalf="never"))
ROLE, GUARD, GRANTS = "support-agent-role", "support-agent-guard", "support-agent-grants-1"
ACCOUNT, SPIFFE, NETWORK = "support-agent-service-account", "support-agent-spiffe-id", "support-agent-network-policy"
K8S_ROLE, K8S_BINDING = "support-agent-role-agents", "support-agent-role-binding-agents"
ADMISSION = "agent-admission-admission-"
ROLE_NAME = next(one.inputs["name"] for one in GOOD.resources if one.name == ROLE)
DOC, DET = "documented", "detected"
_FREE = {"2.2", "4.1", "4.2", "4.3", "4.4", "4.5", "5.1", "5.2", "5.3", "6.3"}
_HELD_BY_THE_PRINCIPAL = [row.number for row in ROWS if row.number not in _FREE]


def _forget_dates(policy: dict[str, Any]) -> None:
    for one in statements(policy, "Allow"):
        del one["Condition"]["DateLessThan"]


def _no_condition(*keys: str) -> Any:
    def edit(policy: dict[str, Any]) -> None:
        for one in statements(policy, "Allow"):
            for operator in list(one["Condition"]):
                for key in keys:
                    one["Condition"][operator].pop(key, None)
                if not one["Condition"][operator]:
                    del one["Condition"][operator]

    return edit


def _without_sid(prefix: str) -> Any:
    def edit(policy: dict[str, Any]) -> None:
        policy["Statement"] = [one for one in policy["Statement"] if not one["Sid"].startswith(prefix)]

    return edit


_NO_USER = {"3.2": DOC, "3.5": DOC}
"""An agent that may have a user after all: its guard lacks a denial."""


def _set_context(policy: dict[str, Any]) -> None:
    policy["Statement"][0]["Action"].append("sts:SetContext")


def _later(policy: dict[str, Any]) -> None:
    for one in statements(policy, "Deny"):
        dates = one.get("Condition", {}).get("DateGreaterThanEquals")
        if dates:
            dates["aws:CurrentTime"] = "2030-01-01T00:00:00Z"


def _wider(policy: dict[str, Any]) -> None:
    statements(policy, "Allow")[0]["Action"].append("s3:PutObject")  # type: ignore[index]


def _second_role() -> Resource:
    (role,) = (one for one in GOOD.resources if one.name == ROLE)
    return replace(role, name="second-role", urn="second-role", inputs={**role.inputs, "name": "acme-dev-second"})


def _twin_of_another_agent() -> Resource:
    """Another agent's role whose trust policy lets in this agent's pod."""
    (role,) = (one for one in GOOD.resources if one.name == ROLE)
    tags = {**role.inputs["tags"], "nhi:agent-id": "other-agent"}
    inputs = {**role.inputs, "name": "acme-dev-other-agent", "tags": tags}
    return replace(role, name="other-role", urn="other-role", inputs=inputs, agent="other-agent")


def _facts(carrier: tuple[str, ...], name: str, key: str) -> Any:
    return edited(name, *carrier, key)


AWS = [
    Weakened(
        "no role",
        "aws",
        dropped(ROLE),
        dict.fromkeys(_HELD_BY_THE_PRINCIPAL, DOC),
    ),
    Weakened(
        "a role by another name",
        "aws",
        edited(ROLE, "name", to="by-hand"),
        {
            # Nothing that is attached by name hangs on this role any more.
            "1.1": DOC,
            "2.3": DOC,
            "3.1": DOC,
            "3.2": DOC,
            "3.3": DOC,
            "3.5": DOC,
        },
    ),
    Weakened("the workload of another role as well", "aws", added(_twin_of_another_agent()), {"2.3": DOC}),
    Weakened("no boundary", "aws", edited(ROLE, "permissionsBoundary"), {"1.4": DOC}),
    Weakened(
        "another boundary", "aws", edited(ROLE, "permissionsBoundary", to="arn:aws:iam::aws:policy/X"), {"1.4": DOC}
    ),
    Weakened("sessions of twelve hours", "aws", edited(ROLE, "maxSessionDuration", to=43200), {"1.5": DOC}),
    Weakened(
        "an access key",
        "aws",
        added(kit.resource(t.AWS_ACCESS_KEY, "key", {"user": ROLE_NAME})),
        {"1.5": DOC, "2.4": DOC, "2.5": DOC},
    ),
    Weakened(
        "every pod of the cluster may become it",
        "aws",
        document(ROLE, "assumeRolePolicy", _no_condition("aws:RequestTag/kubernetes-service-account")),
        {"2.1": DOC, "2.3": DOC},
    ),
    Weakened(
        "every account's pods may become it",
        "aws",
        document(ROLE, "assumeRolePolicy", _no_condition("aws:SourceAccount")),
        {"2.1": DOC, "2.3": DOC},
    ),
    Weakened(
        "another workload than the file's",
        "aws",
        document(
            ROLE,
            "assumeRolePolicy",
            lambda one: one["Statement"][0]["Condition"]["StringEquals"].update(
                {"aws:RequestTag/kubernetes-service-account": "somebody-else"}
            ),
        ),
        {"2.1": DOC},
    ),
    Weakened("a trust policy without end", "aws", document(ROLE, "assumeRolePolicy", _forget_dates), {"3.3": DOC}),
    Weakened(
        "a trust policy that is not known",
        "aws",
        edited(ROLE, "assumeRolePolicy", to=kit.UNKNOWN),
        {"1.1": DOC, "2.1": DOC, "2.3": DOC, "3.3": DOC, "3.4": DOC, "3.5": DOC},
    ),
    Weakened("no guard", "aws", dropped(GUARD), {"3.1": DOC, "3.2": DOC, "3.3": DOC, "3.5": DOC}),
    Weakened("the guard is not attached", "aws", dropped(f"{GUARD}-attachment"), {}),
    Weakened(
        "the guard hangs on nothing",
        "aws",
        lambda before: edited(
            "support-agent-attachments-exclusive",
            "policyArns",
            to=[
                one
                for one in next(
                    made for made in before.resources if made.name == "support-agent-attachments-exclusive"
                ).inputs["policyArns"]
                if "guard" not in one
            ],
        )(dropped(f"{GUARD}-attachment")(before)),
        {"3.2": DOC, "3.3": DOC, "3.5": DOC},
    ),
    Weakened(
        "no deny from the lock date on", "aws", document(GUARD, "policy", _without_sid("DenyAfter")), {"3.3": DOC}
    ),
    Weakened("a deny that comes too late", "aws", document(GUARD, "policy", _later), {"3.3": DOC}),
    Weakened(
        "a denied action is not denied",
        "aws",
        document(GUARD, "policy", _without_sid("DenyDeniedActions")),
        # What acting for nobody denies stands in the same statement.
        {"3.2": DOC, "3.5": DOC},
    ),
    Weakened(
        "a session with a user is not denied", "aws", document(GUARD, "policy", _without_sid("DenySession")), _NO_USER
    ),
    Weakened("a user is put into its sessions", "aws", document(ROLE, "assumeRolePolicy", _set_context), {"3.5": DOC}),
    Weakened("denied data is not denied", "aws", document(GUARD, "policy", _without_sid("DenyData")), {"3.2": DOC}),
    Weakened("grants without end", "aws", document(GRANTS, "policy", _forget_dates), {"3.3": DOC}),
    Weakened("a grant that no file declares", "aws", document(GRANTS, "policy", _wider), {"3.1": DOC}),
    Weakened(
        "a grant to pass roles on",
        "aws",
        document(
            GRANTS,
            "policy",
            lambda one: statements(one, "Allow")[0]["Action"].append("iam:PassRole"),  # type: ignore[index]
        ),
        {"3.1": DOC, "3.4": DOC},
    ),
    Weakened("no list of inline policies", "aws", dropped("support-agent-policies-exclusive"), {"3.1": DOC}),
    Weakened("no list of attached policies", "aws", dropped("support-agent-attachments-exclusive"), {"3.1": DOC}),
    Weakened(
        "a policy of AWS attached by hand",
        "aws",
        added(
            kit.resource(
                t.AWS_ROLE_ATTACHMENT,
                "by-hand",
                {"role": ROLE_NAME, "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
            )
        ),
        {"3.1": DOC},
    ),
    Weakened(
        "an inline policy",
        "aws",
        added(kit.resource(t.AWS_ROLE_POLICY, "inline", {"role": ROLE_NAME, "policy": kit.document(kit.statement())})),
        {"3.1": DOC, "3.3": "enforced"},
    ),
    *(
        Weakened(f"no tag {fact}", "aws", edited(ROLE, "tags", f"nhi:{fact}"), falls)
        for fact, falls in {
            "class": {"1.2": DOC},
            "owner-team": {"1.2": DOC},
            "purpose": {"1.2": DOC},
            "environment": {"1.2": DOC},
            "risk-tier": {"1.2": DOC, "6.4": DOC},
            "sponsor": {"1.3": DOC},
            "expires": {"5.4": DOC},
            "state": {"6.1": DOC},
        }.items()
    ),
]


def _spec(name: str, *path: str | int, to: Any = ...) -> Any:
    return edited(f"{ADMISSION}{name}", "spec", *path, to=to)


def _by_hand(type_token: str, **body: Any) -> Resource:
    return kit.resource(
        type_token, f"by-hand-{type_token}", {"metadata": {"name": "by-hand", "namespace": "agents"}, **body}
    )


_POD_CREATOR = (
    _by_hand(t.K8S_ROLE, rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["create"]}]),
    _by_hand(
        t.K8S_ROLE_BINDING,
        roleRef={"kind": "Role", "name": "by-hand"},
        subjects=[{"kind": "ServiceAccount", "name": "support-agent", "namespace": "agents"}],
    ),
)
_TOKEN_SECRET = _by_hand(t.K8S_SECRET, type="kubernetes.io/service-account-token")
_FOREIGN_POD = _by_hand(
    "kubernetes:apps/v1:Deployment",
    spec={"template": {"metadata": {"labels": {"app": "x"}}, "spec": {"serviceAccountName": "support-agent"}}},
)


def _weak_refusal(name: str, falls: dict[str, Any]) -> list[Weakened]:
    """Every way to make an admission policy refuse nothing."""
    matching = {"matchLabels": {"team": "x"}}

    def said(what: str, change: Any) -> Weakened:
        return Weakened(f"admission of {name}: {what}", "kubernetes", change, falls)

    return [
        said("gone", dropped(f"{ADMISSION}{name}")),
        said("not bound", dropped(f"{ADMISSION}{name}-binding")),
        said("only audits", _spec(f"{name}-binding", "validationActions", to=["Audit"])),
        said("fails open", _spec(name, "failurePolicy", to="Ignore")),
        said("validates nothing", _spec(name, "validations", to=[])),
        said("for some namespaces", _spec(name, "matchConstraints", "namespaceSelector", to=matching)),
        said("bound for some objects", _spec(f"{name}-binding", "matchResources", to={"objectSelector": matching})),
        said("on delete only", rewritten(f"{ADMISSION}{name}", _on_delete_only)),
        said("with an exception in CEL", rewritten(f"{ADMISSION}{name}", _or_true)),
        said("under a condition", _spec(name, "matchConditions", to=[{"name": "x", "expression": "false"}])),
        said("not known", edited(f"{ADMISSION}{name}", "spec", to=kit.UNKNOWN)),
    ]


def _on_delete_only(inputs: dict[str, Any]) -> None:
    for one in inputs["spec"]["matchConstraints"]["resourceRules"]:
        one["operations"] = ["DELETE"]


def _or_true(inputs: dict[str, Any]) -> None:
    for one in inputs["spec"]["validations"]:
        one["expression"] += " || true"


KUBERNETES = [
    Weakened(
        "no account",
        "kubernetes",
        dropped(ACCOUNT),
        dict.fromkeys(_HELD_BY_THE_PRINCIPAL, DOC),
    ),
    Weakened(
        "a token is mounted", "kubernetes", edited(ACCOUNT, "automountServiceAccountToken", to=True), {"1.5": DOC}
    ),
    Weakened("a Secret with a token", "kubernetes", added(_TOKEN_SECRET), {}),
    Weakened(
        "the account lists secrets",
        "kubernetes",
        edited(ACCOUNT, "secrets", to=[{"name": "x"}]),
        {"1.5": DOC, "2.4": DOC, "2.5": DOC, "5.4": DOC},
    ),
    Weakened("certificates of a day", "kubernetes", edited(SPIFFE, "spec", "ttl", to="24h"), {"1.5": DOC, "2.4": DOC}),
    Weakened(
        "the account does not say for whom it acts",
        "kubernetes",
        edited(ACCOUNT, "metadata", "annotations", "nhi/acts-on-behalf"),
        {"3.5": DOC},
    ),
    Weakened("no SPIFFE id", "kubernetes", dropped(SPIFFE), {"2.1": DOC, "2.4": DOC}),
    Weakened("a SPIFFE id for every pod", "kubernetes", edited(SPIFFE, "spec", "podSelector"), {"2.1": DOC}),
    Weakened("a foreign pod under the account", "kubernetes", added(_FOREIGN_POD), {"2.1": DOC, "2.3": DOC}),
    Weakened("no network policy", "kubernetes", dropped(NETWORK), {"3.2": DOC, "3.4": DOC}),
    Weakened(
        "open egress", "kubernetes", edited(NETWORK, "spec", "egress", to=[{}]), {"3.2": DOC, "3.1": DOC, "1.4": DOC}
    ),
    Weakened(
        "egress is not governed", "kubernetes", edited(NETWORK, "spec", "policyTypes", to=["Ingress"]), {"3.2": DOC}
    ),
    Weakened(
        "a role for every object", "kubernetes", edited(K8S_ROLE, "rules", 0, "resourceNames"), {"1.4": DOC, "3.1": DOC}
    ),
    Weakened(
        "a role by hand that starts pods",
        "kubernetes",
        added(*_POD_CREATOR),
        {"1.4": DOC, "3.1": DOC, "3.3": DOC, "3.4": DOC, "3.5": DOC},
    ),
    Weakened(
        "a role without end", "kubernetes", edited(K8S_ROLE, "metadata", "annotations", "nhi/expires"), {"3.3": DOC}
    ),
    Weakened(
        "a binding without end",
        "kubernetes",
        edited(K8S_BINDING, "metadata", "annotations", "nhi/expires"),
        {"3.3": DOC},
    ),
    *(
        Weakened(f"no {fact}", "kubernetes", edited(ACCOUNT, "metadata", carrier, f"nhi/{fact}"), falls)
        for fact, carrier, falls in (
            ("class", "annotations", {"1.2": DOC}),
            ("owner-team", "labels", {"1.2": DOC}),
            ("purpose", "annotations", {"1.2": DOC}),
            ("environment", "labels", {"1.2": DOC}),
            ("risk-tier", "labels", {"1.2": DOC, "6.4": DOC}),
            ("sponsor", "annotations", {"1.3": DOC}),
            ("expires", "annotations", {"3.3": DOC, "5.4": DOC}),
            ("state", "labels", {"6.1": DOC}),
        )
    ),
    *_weak_refusal("metadata", {"1.3": DET}),
    *_weak_refusal("pods", {"2.1": DET, "2.3": DET}),
    *_weak_refusal("secrets", {"1.5": DET, "2.4": DET}),
    *_weak_refusal("tokens", {"1.5": DET}),
    Weakened(
        "tokens of a day are admitted",
        "kubernetes",
        rewritten(
            f"{ADMISSION}tokens",
            lambda inputs: inputs["spec"]["variables"][0].update(
                expression=inputs["spec"]["variables"][0]["expression"].replace("3600", "86400")
            ),
        ),
        {"1.5": DET},
    ),
]
WEAKENED = [*AWS, *entra.WEAKENED, *google.WEAKENED, *KUBERNETES]
GOODS = {"aws": GOOD, "entra": entra.GOOD, "gcp": google.GOOD, "kubernetes": GOOD}
"""By platform: an agent that reaches the best there."""
STOPPED = {
    "aws": world(agent(state="suspended")),
    "entra": world(agent(**entra.SCOPED, state="suspended")),
    "gcp": google.made(google.google(state="suspended")),
    "kubernetes": world(agent(state="suspended")),
}


@pytest.mark.parametrize("case", WEAKENED, ids=lambda case: f"{case.platform}: {case.name}")
def test_without_a_lock_exactly_its_rows_fall(case: Weakened) -> None:
    before, after = GOODS[case.platform].words(case.platform), case.change(GOODS[case.platform]).words(case.platform)
    changed = {row: word for row, word in after.items() if word != before[row]}
    assert changed == {row: word for row, word in case.falls.items() if word != before[row]}


@pytest.mark.parametrize("platform", GOODS)
def test_every_row_that_is_more_than_documented_has_a_lock_whose_loss_it_feels(platform: str) -> None:
    held = {row for row, word in GOODS[platform].words(platform).items() if word in ("enforced", "detected")}
    felt = {row for case in WEAKENED if case.platform == platform for row in case.falls}
    assert held - felt == set()


@pytest.mark.parametrize("platform", GOODS)
def test_the_good_agent_reaches_the_best_that_the_platform_has(platform: str) -> None:
    best = {row: PLATFORM_ROWS[platform].rows[row].best for row in (one.number for one in ROWS)}  # type: ignore[index]
    # The good agents hand work to nobody; who does is in the tests of row 3.4.
    alone = {"3.4": "detected"}
    assert GOODS[platform].words(platform) == {**best, **alone}


@pytest.mark.parametrize("platform", GOODS)
def test_every_row_of_the_requirements_is_defined(platform: str) -> None:
    assert set(PLATFORM_ROWS[platform].rows) == {row.number for row in ROWS}  # type: ignore[index]
    assert all(row.lock for row in PLATFORM_ROWS[platform].rows.values())  # type: ignore[index]
    assert len(ROWS) == 28


def test_losing_locks_on_one_platform_leaves_the_other_as_it_was() -> None:
    kubernetes = GOOD.words("kubernetes")
    for case in AWS:
        assert case.change(GOOD).words("kubernetes") == kubernetes, case.name


@pytest.mark.parametrize("worlds", [GOODS, STOPPED], ids=["active", "suspended"])
@pytest.mark.parametrize("platform", GOODS)
def test_a_rule_that_is_named_exists_and_what_is_enforced_names_its_resource(
    worlds: dict[str, World], platform: str
) -> None:
    for row, answer in worlds[platform].answers(platform).answers.items():
        assert set(answer.rules) <= set(registry()), row
        assert bool(answer.by) >= (answer.word == "enforced"), row
        assert bool(answer.rules) >= (answer.word == "detected"), row
        assert answer.reason
        assert not answer.reason.endswith(".")
        assert "\n" not in answer.reason


def test_an_answer_cannot_claim_what_nobody_can_check() -> None:
    with pytest.raises(ValueError, match="resource"):
        Answer("enforced", "it is so")
    with pytest.raises(ValueError, match="rule"):
        Answer("detected", "it is so")


# --- kinds of agents ----------------------------------------------------------------------------------------------

ECS = {**SUPPORT["credential"], "workload": {"kind": "ecs", "cluster": "main"}}


def test_a_task_of_ecs_is_an_identity_of_its_own_that_the_account_can_borrow() -> None:
    found = world(agent(platforms=["aws"], credential=ECS)).answers("aws")
    assert {row: found.answers[row].word for row in ("1.1", "2.1", "2.3")} == {
        "1.1": "enforced",
        "2.1": "detected",
        "2.3": "enforced",
    }
    assert "pinned to the account only" in found.answers["2.1"].reason
    assert found.short == ()


def test_two_agents_on_ecs_do_not_count_as_one_workload() -> None:
    elsewhere = {**ECS, "workload": {"kind": "ecs", "cluster": "other"}}
    second = agent(agent_id="other-agent", platforms=["aws"], credential=elsewhere)
    both = world(agent(platforms=["aws"], credential=ECS), second)
    assert both.words("aws")["2.3"] == both.words("aws", "other-agent")["2.3"] == "enforced"


def test_a_stored_secret_is_rotated_by_the_platform_until_nobody_rotates_it() -> None:
    stored = world(agent(credential={"type": "oauth2_client_credentials", "rotation_days": 30}))
    assert stored.words("aws")["2.4"] == "enforced"
    assert {one.type for one in stored.answers("aws").answers["2.4"].by} == {t.AWS_ROLE, t.AWS_SECRET_ROTATION}
    assert stored.answers("aws").answers["2.2"].by[0].type == t.AWS_SECRET
    without = dropped("support-agent-secret-rotation")(stored)
    assert {row for row, word in without.words("aws").items() if word != stored.words("aws")[row]} == {"2.4"}
    version = kit.resource(
        t.AWS_SECRET_VERSION, "version", {"secretId": "acme-dev-support-agent-credential", "secretString": "x"}
    )
    written = added(version)(stored)
    assert {row for row, word in written.words("aws").items() if word != stored.words("aws")[row]} == {"2.5"}


def test_an_agent_that_denies_nothing_is_judged_by_what_it_allows() -> None:
    found = world(agent(denied_actions=..., data_access=[{"scope": "knowledge-base", "access": "read"}]))
    assert found.words("aws")["3.2"] == "detected"


def test_an_agent_without_end_date_is_not_time_bounded() -> None:
    credential = {key: value for key, value in SUPPORT["credential"].items() if key != "expires"}
    declared = agent(risk_tier=1, data_access=...)
    endless = replace(
        declared,
        agent=declared.agent.model_copy(
            update={"credential": type(declared.agent.credential).model_validate(credential)}
        ),
    )
    words = world(endless).words("aws")
    assert words["3.3"] == "documented"
    assert world(endless).words("kubernetes")["3.3"] == "documented"


def test_an_agent_that_names_nobody_to_hand_work_to_is_held_like_one_that_may_not_delegate() -> None:
    free = world(agent(delegation={"allowed": True, "max_depth": 1, "allowed_targets": []}))
    for platform in ("aws", "kubernetes"):
        assert free.words(platform)["3.4"] == world(agent()).words(platform)["3.4"]


def test_a_sponsor_who_left_is_enforced_by_the_dates_until_they_are_gone() -> None:
    sponsor = {"departed_on": "2026-10-30T00:00:00Z"}
    left = world(agent(sponsor=sponsor))
    assert left.words("aws")["6.2"] == "enforced"
    assert left.words("kubernetes")["6.2"] == "detected"
    assert dropped(GUARD)(left).words("aws")["6.2"] == "documented"


# --- stopped agents, instances, platforms -------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["suspended", "quarantined", "retired", "proposed"])
def test_a_stopped_agent_is_denied_everything_by_the_platform(state: str) -> None:
    stopped = world(agent(state=state))
    words = stopped.words("aws")
    assert {words[row] for row in ("1.1", "1.4", "1.5", "2.1", "2.3", "3.1", "3.2", "3.3", "3.4")} == {"enforced"}
    assert {words[row] for row in ("6.1", "6.3")} == {"detected"}
    assert stopped.words("kubernetes")["6.1"] == "detected"
    assert stopped.answers("aws").short == stopped.answers("kubernetes").short == ()


def test_a_stopped_agent_whose_guard_is_gone_is_not() -> None:
    words = dropped(GUARD)(world(agent(state="quarantined"))).words("aws")
    assert {words[row] for row in ("3.1", "3.2", "3.3", "6.1", "6.3")} == {"documented"}


def test_an_agent_that_the_file_stops_and_that_still_holds_everything_is_seen() -> None:
    stopped = agent(state="quarantined")
    still = replace(GOOD, context=replace(GOOD.context, agents={"support-agent": stopped}))
    words = still.words("aws")
    assert {words[row] for row in ("3.2", "3.3", "6.1", "6.3")} == {"documented"}
    assert still.words("kubernetes")["6.3"] == "documented"


def test_each_instance_has_rows_of_its_own() -> None:
    both = world(agent(acts_on_behalf="never", instances={"blue": "active", "green": "active"}))
    good = both.words("aws", instance="blue")
    assert good == both.words("aws", instance="green") == GOOD.words("aws")
    (guard,) = (one.name for one in both.resources if one.type == t.AWS_POLICY and one.name.endswith("blue-guard"))
    after = dropped(guard)(both)
    assert after.words("aws", instance="green") == good
    assert {row for row, word in after.words("aws", instance="blue").items() if word != good[row]} == {
        "3.1",
        "3.2",
        "3.3",
        "3.5",
    }


def test_a_stopped_instance_owes_nothing_while_the_other_works() -> None:
    both = world(agent(instances={"blue": "active", "green": "suspended"}))
    assert both.answers("aws", instance="blue").live
    assert not both.answers("aws", instance="green").live
    assert both.words("aws", instance="green")["3.1"] == "enforced"


def test_an_agent_of_which_the_stack_makes_nothing_is_documented() -> None:
    words = set(World(GOOD.context, ()).words("aws").values())
    assert words == {"documented"}


def test_without_admission_policies_the_cluster_enforces_names_only() -> None:
    words = world(agent(), admission=False).words("kubernetes")
    assert {row for row, word in words.items() if word == "enforced"} == {"1.1"}


def test_the_counts_say_how_many_rows_have_each_word() -> None:
    found = [GOOD.answers("aws"), GOOD.answers("kubernetes")]
    assert sum(counts(found).values()) == 2 * len(ROWS)
    assert tuple(counts(found)) == WORDS


def test_each_rule_is_run_once_for_the_whole_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    from nhi_policies import dispatch

    asked: list[str] = []
    run = dispatch.run
    monkeypatch.setattr(dispatch, "run", lambda rule, *rest: asked.append(rule.id) or run(rule, *rest))
    names = [f"agent-{number}" for number in range(3)]
    several = world(*(agent(agent_id=name) for name in names))
    found = list(parity(Stack(several.resources), several.context))
    assert len(found) == 6
    stack_rules = [one for one in asked if registry()[one].kind == "stack"]
    assert len(stack_rules) == len(set(stack_rules))
    assert asked.count("NHI-CRD-011") == len(names)


# --- the page -----------------------------------------------------------------------------------------------------


def test_the_page_in_docs_is_up_to_date() -> None:
    assert table.main(["--check"]) == 0, "run: python -m nhi_policies.parity.table --write"


def test_the_page_check_notices_a_difference(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "PAGE", tmp_path / "docs" / "parity.md")
    assert table.main(["--check"]) == 1
    assert table.main(["--write"]) == 0
    assert table.main(["--check"]) == 0
    table.PAGE.write_text(table.PAGE.read_text() + "by hand\n")
    assert table.main(["--check"]) == 1
