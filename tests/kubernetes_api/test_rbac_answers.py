"""The own reading of RBAC against a real API server: 2,000 questions about 200 generated sets of roles.

What the server answers is kept in `tests/permissions/golden/`, so that every ordinary test run asks the same questions
again without a server (`test_kubernetes_answers.py`). `NHI_GOLDEN=write` writes the file anew.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from api_server import Client
from nhi.permissions.kubernetes import aggregated, rule
from objects import account, made, may, namespace, path_of, settled, until
from rbac_questions import ANSWERS, HOME, NAMESPACES, RBAC, RoleSet, recorded, role_sets, written


@pytest.fixture(scope="module")
def sets(cluster: Client) -> tuple[RoleSet, ...]:
    """The generated sets, all of them in the cluster and seen by its authorizer."""
    found = tuple(role_sets())
    made(cluster, *(namespace(name) for name in NAMESPACES))
    for one in found:
        made(cluster, account(one.name, HOME), *one.documents)
    for one in found:
        for name, wanted in sums(one).items():
            until(lambda name=name, wanted=wanted: summed_up(cluster, name) == wanted, f"{name} is summed up")
    settled(cluster)
    return found


def sums(one: RoleSet) -> dict[str, set[Any]]:
    """The aggregated roles of a set, and what we say that each comes to."""
    roles = one.cluster_roles()
    return {name: set(aggregated(roles, name)) for name, role in roles.items() if role.selectors is not None}


def summed_up(cluster: Client, name: str) -> set[Any]:
    """What the cluster's own controller has made of an aggregated role."""
    found = cluster.get(f"/apis/{RBAC}/v1/clusterroles/{name}").document
    return {rule(one) for one in found.get("rules") or ()}


def test_the_server_sums_up_aggregated_roles_as_we_do(cluster: Client, sets: tuple[RoleSet, ...]) -> None:
    compared = {name: (summed_up(cluster, name), wanted) for one in sets for name, wanted in sums(one).items()}
    print(f"\n{len(compared)} aggregated ClusterRoles, summed up by the cluster's controller")
    assert len(compared) >= 20
    assert all(found == wanted for found, wanted in compared.values())


def test_the_server_answers_every_question_as_our_evaluator_does(cluster: Client, sets: tuple[RoleSet, ...]) -> None:
    answers: list[bool] = []
    for one in sets:
        for question in one.questions:
            answer = may(cluster, one.user, (one.name,), question.attributes())
            answers.append(answer)
            assert one.allowed(question) is answer, (
                f"the server says {'allowed' if answer else 'denied'} and the evaluator does not, for {question} in\n"
                f"{json.dumps(one.documents, indent=1)}\n{one.held()}"
            )
    allowed = sum(answers)
    print(
        f"\n{len(answers)} questions over {len(sets)} sets of roles: {allowed} allowed, {len(answers) - allowed} denied"
    )
    assert len(answers) == 2_000
    assert min(allowed, len(answers) - allowed) >= 600
    if os.environ.get("NHI_GOLDEN") == "write":
        ANSWERS.parent.mkdir(exist_ok=True)
        ANSWERS.write_text(written(answers), encoding="utf-8")
    assert recorded() == answers, "the answers on file are not these; NHI_GOLDEN=write writes them anew"


def test_a_rule_that_rbac_refuses_is_not_among_the_sets(cluster: Client) -> None:
    """The server does judge what it is given: the generator's sets are taken because they are right."""
    for namespaced, broken in (
        (False, {"verbs": []}),
        (True, {"nonResourceURLs": ["/healthz"], "verbs": ["get"]}),
        (False, {"nonResourceURLs": ["/healthz"], "apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}),
    ):
        document = {
            "apiVersion": f"{RBAC}/v1",
            "kind": "Role" if namespaced else "ClusterRole",
            "metadata": {"name": "broken", **({"namespace": HOME} if namespaced else {})},
            "rules": [broken],
        }
        assert cluster.post(path_of(document).rsplit("/", 1)[0], document).status == 422
