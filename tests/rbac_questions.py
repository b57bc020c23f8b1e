"""Generated sets of roles and bindings, each with questions about one service account: the judge is a real API server.

Everything comes from one seed, so a number is a case. Each set is documents as a cluster takes them, and what its
asker may do is read from those documents with `permissions.kubernetes`. The distribution:

- A set has 1 to 3 roles, each with a binding. A role is a Role in one of three namespaces in 2 of 5 cases, else a
  ClusterRole; that is bound in the whole cluster in 2 of 5 cases, else in one namespace. In 1 of 5 sets one more
  ClusterRole is summed up from two labelled ones, of which its selector (matchLabels or matchExpressions) chooses one
  or both, and in half of these it is bound in the whole cluster.
- A binding names the asker as ServiceAccount (3 of 6), as User by its whole name (1 of 6) or by a Group (1 of 6);
  1 of 6 names somebody close by: the same name in another namespace, or another group.
- A role has 1 to 3 rules. In 1 of 4 a ClusterRole's rule is over 1 to 2 paths, else it has 1 to 2 API groups, 1 to 3
  resources and, in 1 of 2 cases, 1 to 3 names. 1 to 3 verbs. The words are those below, each as likely as the next, so
  `*` as verb, group or resource, `*/scale`, subresources and stars that are no wildcards (`get*`, `pods/*`, a name `*`)
  all come up, as does the empty name.
- The questions of a set are about its asker, who is also in the group of the set's name.
- A question is made of the words of one rule of the set in 4 of 5 cases (a wildcard stands for any word, and each part
  is another word in 1 of 10 cases), and of any words else. Its namespace is the binding's where it has one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final, NamedTuple

from nhi.permissions.evaluate import permits
from nhi.permissions.kubernetes import ClusterRole, aggregated, path_request, request, rule, statements
from nhi.permissions.model import PermissionSet, Policy

SEED: Final = 20261128
SETS: Final = 200
QUESTIONS: Final = 10
"""Questions to each set."""

ANSWERS: Final = Path(__file__).parent / "permissions" / "golden" / "kubernetes-answers.txt"
"""What kube-apiserver v1.36.1 answered to them, in order."""

NAMESPACES: Final = ("agents", "knowledge", "shop")
HOME: Final = "agents"
"""Where every asker's service account is."""

VERBS = ("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "impersonate", "bind")
GROUPS = ("", "apps", "batch", "search.example.com")
RESOURCES = ("pods", "configmaps", "deployments", "jobs", "indexes", "namespaces", "nodes", "pods/log", "pods/exec")
RESOURCES += ("deployments/scale", "jobs/status", "namespaces/finalize")
NAMES = ("index", "passages", "system:kube-dns", "a.b", "", "*")
PATHS = ("/healthz", "/healthz/etcd", "/metrics", "/logs/", "/logs/a", "/a*b", "/axb")

RULE_VERBS = (*VERBS, "*", "get*")
RULE_GROUPS = (*GROUPS, "*", "app*")
RULE_RESOURCES = (*RESOURCES, "*", "*/scale", "*/log", "*/*", "pods/*", "pod*")
RULE_NAMES = (*NAMES, "ind*")
RULE_PATHS = ("*", "/healthz", "/healthz/*", "/health*", "/metrics", "/logs/**", "/a*b", "/a*b*")

RBAC: Final = "rbac.authorization.k8s.io"
LABEL: Final = "aggregate-to"


class Question(NamedTuple):
    """One request; one with a path is for no resource."""

    verb: str
    namespace: str = ""
    group: str = ""
    resource: str = ""
    subresource: str = ""
    name: str = ""
    path: str = ""

    def attributes(self) -> dict[str, Any]:
        """The question as a SubjectAccessReview asks it."""
        if self.path:
            return {"nonResourceAttributes": {"verb": self.verb, "path": self.path}}
        return {"resourceAttributes": {key: value for key, value in self._asdict().items() if key != "path"}}

    def request(self) -> tuple[str, str]:
        """Action and resource of the question."""
        return path_request(self.verb, self.path) if self.path else request(*self[:-1])


@dataclass(frozen=True)
class RoleSet:
    """Roles and bindings as documents, in an order in which a cluster takes them, and questions about `name`."""

    name: str
    documents: tuple[Mapping[str, Any], ...]
    questions: tuple[Question, ...]

    @property
    def user(self) -> str:
        """The asker's name towards the server."""
        return f"system:serviceaccount:{HOME}:{self.name}"

    def held(self) -> PermissionSet:
        """What the asker may do, read from the documents."""
        found = tuple(
            statement
            for binding in self.documents
            if binding["kind"].endswith("Binding") and self._binds(binding)
            for one in self._rules(binding)
            for statement in statements(one, binding["metadata"].get("namespace"), binding["metadata"]["name"])
        )
        return PermissionSet("kubernetes", (Policy(found),))

    def allowed(self, question: Question) -> bool:
        """The own evaluator's answer. Raises AssertionError where it has none."""
        answer = permits(self.held(), *question.request(), {})
        assert answer.outcome != "undecided", answer.reason
        return answer.outcome == "allowed"

    def cluster_roles(self) -> dict[str, ClusterRole]:
        """The set's ClusterRoles by name."""
        return {one["metadata"]["name"]: _cluster_role(one) for one in self._of("ClusterRole")}

    def _binds(self, binding: Mapping[str, Any]) -> bool:
        names = {("User", self.user), ("Group", self.name), ("ServiceAccount", f"{HOME}/{self.name}")}
        return any(
            (one["kind"], f"{one['namespace']}/{one['name']}" if "namespace" in one else one["name"]) in names
            for one in binding["subjects"]
        )

    def _rules(self, binding: Mapping[str, Any]) -> Sequence[Any]:
        kind, name = binding["roleRef"]["kind"], binding["roleRef"]["name"]
        if kind == "ClusterRole":
            return aggregated(self.cluster_roles(), name)
        return [
            rule(one)
            for role in self._of("Role")
            if (role["metadata"]["name"], role["metadata"]["namespace"]) == (name, binding["metadata"]["namespace"])
            for one in role["rules"]
        ]

    def _of(self, kind: str) -> Iterator[Mapping[str, Any]]:
        return (one for one in self.documents if one["kind"] == kind)


def _cluster_role(document: Mapping[str, Any]) -> ClusterRole:
    aggregation = document.get("aggregationRule")
    return ClusterRole(
        document["metadata"].get("labels", {}),
        tuple(rule(one) for one in document.get("rules", ())),
        tuple(aggregation["clusterRoleSelectors"]) if aggregation else None,
    )


def written(answers: Sequence[bool]) -> str:
    """Answers to all questions in order, a line of `+` and `-` for each set."""
    lines = (answers[start : start + QUESTIONS] for start in range(0, len(answers), QUESTIONS))
    return "".join("".join("+" if answer else "-" for answer in line) + "\n" for line in lines)


def recorded() -> list[bool]:
    """What a real API server answered."""
    return [sign == "+" for sign in ANSWERS.read_text(encoding="utf-8") if sign != "\n"]


def role_sets(seed: int = SEED, count: int = SETS) -> Iterator[RoleSet]:
    """The sets of a seed."""
    for number in range(count):
        yield _Maker(Random(f"{seed}/{number}"), f"set-{number:03d}").made()


class _Maker:
    def __init__(self, random: Random, name: str) -> None:
        self.random, self.name = random, name
        self.documents: list[dict[str, Any]] = []
        self.bound: list[tuple[dict[str, list[str]], str | None]] = []

    def one_in(self, count: int) -> bool:
        return self.random.randrange(count) == 0

    def some(self, words: Sequence[str], most: int) -> list[str]:
        return self.random.sample(words, self.random.randint(1, most))

    def made(self) -> RoleSet:
        for number in range(self.random.randint(1, 3)):
            self.role(f"{self.name}-{number}")
        if self.one_in(5):
            self.sum(f"{self.name}-sum")
        questions = tuple(self.question() for _ in range(QUESTIONS))
        return RoleSet(self.name, tuple(self.documents), questions)

    def object(self, kind: str, name: str, namespace: str | None, **more: Any) -> dict[str, Any]:
        where = {} if namespace is None else {"namespace": namespace}
        document = {"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": {"name": name, **where}, **more}
        self.documents.append(document)
        return document

    def role(self, name: str) -> None:
        if self.random.randrange(5) < 2:
            namespace = self.random.choice(NAMESPACES)
            rules = [self.rule(False) for _ in range(self.random.randint(1, 3))]
            self.object("Role", name, namespace, rules=rules)
            self.bind("Role", name, namespace, rules)
        else:
            rules = [self.rule(self.one_in(4)) for _ in range(self.random.randint(1, 3))]
            self.object("ClusterRole", name, None, rules=rules)
            namespace = None if self.random.randrange(5) < 2 else self.random.choice(NAMESPACES)
            self.bind("ClusterRole", name, namespace, rules)

    def sum(self, name: str) -> None:
        rules = []
        for number in range(2):
            rules.append(self.rule(False))
            part = self.object("ClusterRole", f"{name}-{number}", None, rules=[rules[-1]])
            part["metadata"]["labels"] = {LABEL: f"{name}-{number}", "part-of": name}
        selectors = self.random.choice(
            (
                [{"matchLabels": {"part-of": name}}],
                [{"matchLabels": {"part-of": name, LABEL: f"{name}-1"}}],
                [{"matchExpressions": [{"key": LABEL, "operator": "In", "values": [f"{name}-0", f"{name}-2"]}]}],
                [{"matchLabels": {LABEL: f"{name}-1"}}, {"matchLabels": {LABEL: f"{name}-0"}}],
            )
        )
        self.object("ClusterRole", name, None, rules=[], aggregationRule={"clusterRoleSelectors": selectors})
        self.bind("ClusterRole", name, None if self.one_in(2) else self.random.choice(NAMESPACES), rules)

    def rule(self, over_paths: bool) -> dict[str, list[str]]:
        verbs = self.some(RULE_VERBS, 3)
        if over_paths:
            return {"nonResourceURLs": self.some(RULE_PATHS, 2), "verbs": verbs}
        made = {"apiGroups": self.some(RULE_GROUPS, 2), "resources": self.some(RULE_RESOURCES, 3), "verbs": verbs}
        return {**made, "resourceNames": self.some(RULE_NAMES, 3)} if self.one_in(2) else made

    def bind(self, kind: str, role: str, namespace: str | None, rules: list[dict[str, list[str]]]) -> None:
        account = {"kind": "ServiceAccount", "name": self.name, "namespace": HOME}
        user = {"kind": "User", "apiGroup": RBAC, "name": f"system:serviceaccount:{HOME}:{self.name}"}
        group = {"kind": "Group", "apiGroup": RBAC, "name": self.name}
        close_by = self.random.choice(({**account, "namespace": "shop"}, {**group, "name": f"{self.name}-other"}))
        subject = self.random.choice((account, account, account, user, group, close_by))
        self.object(
            "ClusterRoleBinding" if namespace is None else "RoleBinding",
            f"{role}-binding",
            namespace,
            subjects=[subject],
            roleRef={"apiGroup": RBAC, "kind": kind, "name": role},
        )
        self.bound += [(rule, namespace) for rule in rules]

    def word(self, words: Sequence[str], every: Sequence[str]) -> str:
        """One of a rule's words, any word where that is a wildcard, and another word in 1 of 10 cases."""
        word = self.random.choice(words)
        return self.random.choice(every) if self.one_in(10) or word == "*" else word

    def question(self) -> Question:
        rule, namespace = self.random.choice(self.bound)
        if self.one_in(5):
            rule = self.rule(self.one_in(8))
            namespace = self.random.choice(NAMESPACES)
        verb = self.word(rule["verbs"], VERBS)
        if "nonResourceURLs" in rule:
            path = self.word(rule["nonResourceURLs"], PATHS)
            return Question(verb, path=path.replace("*", self.random.choice(("", "x"))) or "/")
        resource, _, subresource = self.word(rule["resources"], RESOURCES).partition("/")
        if resource == "*":
            resource = self.random.choice(("pods", "deployments", "jobs"))
        where = self.random.choice(("", *NAMESPACES)) if namespace is None else self.word((namespace,), NAMESPACES)
        name = self.word(rule["resourceNames"], NAMES) if "resourceNames" in rule else self.random.choice(NAMES)
        return Question(verb, where, self.word(rule["apiGroups"], GROUPS), resource, subresource, name)
