"""The evaluator against what a real API server once answered: the questions are made again, the answers are on file.

`make test-kubernetes` asks the server itself (`tests/kubernetes_api/test_rbac_answers.py`).
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from nhi.permissions.model import PermissionSet, Policy
from rbac_questions import QUESTIONS, SETS, RoleSet, recorded, role_sets


def _sets() -> list[tuple[RoleSet, list[bool]]]:
    answers = recorded()
    return [(one, answers[at * QUESTIONS : (at + 1) * QUESTIONS]) for at, one in enumerate(role_sets())]


def test_the_evaluator_answers_as_the_server_did() -> None:
    assert len(recorded()) == SETS * QUESTIONS
    for one, answers in _sets():
        assert [one.allowed(question) for question in one.questions] == answers, one.documents


def test_the_questions_cover_what_rbac_has() -> None:
    sets = list(role_sets())
    documents = [document for one in sets for document in one.documents]
    rules = [rule for document in documents for rule in document.get("rules", ())]
    questions = [question for one in sets for question in one.questions]
    assert {document["kind"] for document in documents} == {"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}
    for part, word in (("verbs", "*"), ("apiGroups", "*"), ("resources", "*"), ("resources", "*/scale")):
        assert sum(word in rule.get(part, ()) for rule in rules) >= 20, word
    assert sum("resourceNames" in rule for rule in rules) >= 100
    assert sum("nonResourceURLs" in rule for rule in rules) >= 30
    assert sum("aggregationRule" in document for document in documents) >= 20
    assert sum(bool(question.subresource) for question in questions) >= 400
    assert sum(bool(question.path) for question in questions) >= 200


@pytest.mark.parametrize("broken", ["without a namespace", "without names", "without a subresource"])
def test_a_careless_reading_of_rbac_is_caught(broken: str) -> None:
    def careless(pattern: str) -> str:
        if pattern.startswith("url:"):
            return pattern
        namespace, group, kind, name = pattern.split("/")
        if broken == "without a namespace":
            return f"*/{group}/{kind}/{name}"
        if broken == "without names":
            return f"{namespace}/{group}/{kind}/*"
        return f"{namespace}/{group}/{kind.split(':')[0]}/{name}"

    class Careless(RoleSet):
        def held(self) -> PermissionSet:
            (policy,) = super().held().policies
            wider = (replace(one, resources=tuple(map(careless, one.resources))) for one in policy.statements)
            return PermissionSet("kubernetes", (Policy(tuple(wider)),))

    wrong = sum(
        Careless(one.name, one.documents, one.questions).allowed(question) is not answer
        for one, answers in _sets()
        for question, answer in zip(one.questions, answers, strict=True)
    )
    assert wrong >= 20
