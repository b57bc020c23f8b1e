"""What a real API server refuses under the admission policies that the compiler writes.

The policies and the objects are those of the example fleet in `dev`; each test changes one thing of a right object. The
server judges without keeping anything (a dry run), except for the accounts that the policies look up.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from api_server import Client, Reply
from nhi.platforms.kubernetes.admission import POD_IDENTITY_AUDIENCE
from objects import Document, account, collection, create, fleet, guarded, is_admission, made, path_of, prepare

AGENT, OTHER = "support-agent", "inventory-agent"
NAMESPACE, ELSEWHERE = "agents", "shop"
LABELLED = (
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "NetworkPolicy",
    "ClusterSPIFFEID",
)

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def guard(cluster: Client) -> Client:
    """A cluster with the policies in force, and the accounts of two agents in it."""
    prepare(cluster, (NAMESPACE, ELSEWHERE))
    made(cluster, *(document for document in fleet("dev") if is_admission(document)))
    guarded(cluster, NAMESPACE)
    made(cluster, of("ServiceAccount", AGENT), of("ServiceAccount", OTHER), account("nobody", NAMESPACE))
    return cluster


def of(kind: str, agent: str = AGENT) -> dict[str, Any]:
    """The compiled object of this kind of an agent; agents have nothing cluster-wide, so that is made of their Role."""
    if kind.startswith("ClusterRole"):
        found = of(kind.removeprefix("Cluster"), agent)
        del found["metadata"]["namespace"]
        if "roleRef" in found:
            found["roleRef"]["kind"] = "ClusterRole"
        return {**found, "kind": kind}
    return copy.deepcopy(
        next(
            document
            for document in fleet("dev")
            if document["kind"] == kind and document["metadata"]["labels"]["nhi/agent-id"] == agent
        )
    )


def changed(document: Document, edit: Edit) -> dict[str, Any]:
    found = copy.deepcopy(dict(document))
    edit(found)
    return found


def attempt(guard: Client, document: dict[str, Any]) -> Reply:
    """Create the object under a name that is not taken, in a dry run."""
    return create(guard, changed(document, lambda it: it["metadata"].update(name="attempt")), dry_run=True)


def refused(reply: Reply, words: str) -> None:
    assert reply.status == 403, f"{reply.status} {reply.message}"
    assert words in reply.message


def taken(reply: Reply) -> None:
    assert reply.status in (200, 201), reply.message


def annotate(key: str, value: str | None) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        annotations = document["metadata"]["annotations"]
        annotations.pop(key)
        if value is not None:
            annotations[key] = value

    return edit


# --- sponsor and end --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LABELLED)
def test_an_agents_object_is_taken(guard: Client, kind: str) -> None:
    taken(attempt(guard, of(kind)))


@pytest.mark.parametrize("kind", LABELLED)
@pytest.mark.parametrize("sponsor", [None, "", "jgill", "the team@example.com"])
def test_no_sponsor_no_identity(guard: Client, kind: str, sponsor: str | None) -> None:
    refused(attempt(guard, changed(of(kind), annotate("nhi/sponsor", sponsor))), "needs a sponsor")


@pytest.mark.parametrize("kind", LABELLED)
@pytest.mark.parametrize("end", [None, "", "never", "2027-03-31", "2027-03-31T00:00:00+01:00"])
def test_no_end_no_identity(guard: Client, kind: str, end: str | None) -> None:
    refused(attempt(guard, changed(of(kind), annotate("nhi/expires", end))), "needs an end")


@pytest.mark.parametrize("kind", LABELLED)
def test_neither_annotations_nor_any_metadata_is_refused_too(guard: Client, kind: str) -> None:
    refused(attempt(guard, changed(of(kind), lambda it: it["metadata"].pop("annotations"))), "needs a sponsor")


def test_an_end_in_the_past_is_taken_because_admission_has_no_clock(guard: Client) -> None:
    taken(attempt(guard, changed(of("ServiceAccount"), annotate("nhi/expires", "2020-01-01T00:00:00Z"))))


@pytest.mark.parametrize("kind", LABELLED)
def test_what_belongs_to_no_agent_is_left_alone(guard: Client, kind: str) -> None:
    def edit(document: dict[str, Any]) -> None:
        del document["metadata"]["labels"], document["metadata"]["annotations"]
        if "subjects" in document:
            document["subjects"][0]["name"] = "nobody"

    taken(attempt(guard, changed(of(kind), edit)))


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda it: it["metadata"]["labels"].pop("nhi/agent-id"), "keeps its agent"),
        (lambda it: it["metadata"]["labels"].update({"nhi/agent-id": OTHER}), "keeps its agent"),
        (lambda it: it["metadata"]["annotations"].pop("nhi/sponsor"), "needs a sponsor"),
        (lambda it: it["metadata"]["annotations"].pop("nhi/expires"), "needs an end"),
        (lambda it: it.update(automountServiceAccountToken=True), "does not mount its token"),
    ],
)
def test_an_account_cannot_be_changed_into_a_wrong_one(guard: Client, edit: Edit, words: str) -> None:
    path = path_of(of("ServiceAccount"))
    refused(guard.put(f"{path}?dryRun=All", changed(guard.get(path).document, edit)), words)


def test_an_account_may_get_a_later_end(guard: Client) -> None:
    path = path_of(of("ServiceAccount"))
    later = changed(guard.get(path).document, annotate("nhi/expires", "2027-12-31T00:00:00Z"))
    taken(guard.put(f"{path}?dryRun=All", later))


@pytest.mark.parametrize("mounts", [True, None])
def test_an_account_that_mounts_its_token_is_refused(guard: Client, mounts: bool | None) -> None:
    def edit(document: dict[str, Any]) -> None:
        del document["automountServiceAccountToken"]
        if mounts is not None:
            document["automountServiceAccountToken"] = mounts

    refused(attempt(guard, changed(of("ServiceAccount"), edit)), "does not mount its token")


# --- bindings, pods, secrets, tokens ----------------------------------------------------------------------------


def unlabelled(document: dict[str, Any]) -> None:
    del document["metadata"]["labels"], document["metadata"]["annotations"]


@pytest.mark.parametrize(
    "edit",
    [
        unlabelled,
        lambda it: it["metadata"]["labels"].update({"nhi/agent-id": OTHER}),
        lambda it: it["subjects"].append({**it["subjects"][0], "name": OTHER}),
        lambda it: (unlabelled(it), it["subjects"].insert(0, {**it["subjects"][0], "name": "nobody"})),
    ],
)
def test_a_binding_to_an_agent_carries_that_agents_label(guard: Client, edit: Edit) -> None:
    refused(attempt(guard, changed(of("RoleBinding"), edit)), "carries that agent's label")


def test_a_binding_to_an_account_of_the_same_name_elsewhere_is_left_alone(guard: Client) -> None:
    def edit(document: dict[str, Any]) -> None:
        unlabelled(document)
        document["subjects"][0]["namespace"] = ELSEWHERE

    taken(attempt(guard, changed(of("RoleBinding"), edit)))


def attempt_pod(guard: Client, edit: Edit) -> Reply:
    """A right pod of the agent with one change; a pod carries the agent's labels and no sponsor of its own."""
    labels = {"nhi/agent-id": AGENT}
    document = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "attempt", "namespace": NAMESPACE, "labels": labels},
        "spec": {"serviceAccountName": AGENT, "containers": [{"name": "agent", "image": "agent:1"}]},
    }
    return create(guard, changed(document, edit), dry_run=True)


def test_an_agents_pod_is_taken(guard: Client) -> None:
    taken(attempt_pod(guard, lambda it: it["spec"].update(automountServiceAccountToken=False)))
    taken(attempt_pod(guard, lambda it: it["metadata"]["labels"].update(app="support")))


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda it: it["metadata"].pop("labels"), "if and only if it carries the agent's labels"),
        (lambda it: it["spec"].pop("serviceAccountName"), "if and only if it carries the agent's labels"),
        (lambda it: it["spec"].update(serviceAccountName="nobody"), "if and only if it carries the agent's labels"),
        (lambda it: it["spec"].update(serviceAccountName=OTHER), "if and only if it carries the agent's labels"),
        (lambda it: it["metadata"]["labels"].update({"nhi/instance": "x"}), "carries the agent's labels"),
        (lambda it: it["spec"].update(automountServiceAccountToken=True), "does not mount the account's token"),
    ],
)
def test_a_pod_that_is_half_an_agent_is_refused(guard: Client, edit: Edit, words: str) -> None:
    refused(attempt_pod(guard, edit), words)


def test_a_pod_of_nobody_is_left_alone(guard: Client) -> None:
    def edit(document: dict[str, Any]) -> None:
        del document["metadata"]["labels"]
        document["spec"].update(serviceAccountName="nobody", automountServiceAccountToken=True)

    taken(attempt_pod(guard, edit))


def secret(name: str, **more: Any) -> dict[str, Any]:
    annotations = {"kubernetes.io/service-account.name": name}
    metadata = {"name": "attempt", "namespace": NAMESPACE, "annotations": annotations}
    kind = "kubernetes.io/service-account-token"
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind, **more}


def test_a_secret_with_an_agents_token_is_refused(guard: Client) -> None:
    refused(create(guard, secret(AGENT), dry_run=True), "no token that never ends")


@pytest.mark.parametrize("document", [secret("nobody"), secret(AGENT, type="Opaque")])
def test_a_secret_with_no_agents_token_is_left_alone(guard: Client, document: dict[str, Any]) -> None:
    taken(create(guard, document, dry_run=True))


def token(guard: Client, name: str, **spec: Any) -> Reply:
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
    return guard.post(f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{name}/token", request)


def longest(agent: str) -> int:
    """The seconds that the policy names for the agent's tier."""
    tier = of("ServiceAccount", agent)["metadata"]["labels"]["nhi/risk-tier"]
    policy = next(
        document
        for document in fleet("dev")
        if document["kind"] == "ValidatingAdmissionPolicy" and document["metadata"]["name"].endswith("-tokens")
    )
    written = policy["spec"]["variables"][0]["expression"]
    return int(written.split(f"'{tier}': ")[1].split(",")[0].split("}")[0])


@pytest.mark.parametrize("agent", [AGENT, OTHER])
def test_a_token_within_the_tiers_life_is_given_and_a_longer_one_refused(guard: Client, agent: str) -> None:
    taken(token(guard, agent, expirationSeconds=longest(agent)))
    refused(token(guard, agent, expirationSeconds=longest(agent) + 1), "ask for fewer expirationSeconds")


def test_the_day_long_token_of_pod_identity_is_given_for_its_audience_alone(guard: Client) -> None:
    day: Mapping[str, Any] = {"expirationSeconds": 86_400}
    taken(token(guard, AGENT, audiences=[POD_IDENTITY_AUDIENCE], **day))
    refused(token(guard, AGENT, audiences=[POD_IDENTITY_AUDIENCE, "other"], **day), "ask for fewer")
    refused(token(guard, AGENT, audiences=["other"], **day), "ask for fewer")


def test_a_token_of_nobody_lives_as_long_as_it_likes(guard: Client) -> None:
    taken(token(guard, "nobody", expirationSeconds=86_400))


def test_nothing_is_kept_of_an_attempt(guard: Client) -> None:
    for kind in LABELLED:
        assert guard.get(f"{collection(of(kind))}/attempt").status == 404
