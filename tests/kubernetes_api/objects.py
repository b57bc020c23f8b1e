"""Objects as an API server takes them: where each is posted to, and those of the example fleet.

Owns paths, the preparation of an empty cluster, and the objects that the example program registers. Does not own what
they must be: the tests say that.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from api_server import Client, Reply
from first_preview import registrations
from google.protobuf import json_format
from nhi.contract import FACT_TABLE
from rbac_questions import RBAC

STACKS: Final = Path(__file__).parents[2] / "stacks"
ENVIRONMENTS: Final = ("dev", "staging", "prod")
CLOCK: Final = "2026-11-01T00:00:00Z"
PATIENCE_SECONDS: Final = 60.0

_PLURAL: Final = {"NetworkPolicy": "networkpolicies", "ValidatingAdmissionPolicy": "validatingadmissionpolicies"}

Document = Mapping[str, Any]


def collection(document: Document) -> str:
    """The path that an object of this kind is posted to."""
    version, kind = document["apiVersion"], document["kind"]
    root = f"/apis/{version}" if "/" in version else f"/api/{version}"
    namespace = document["metadata"].get("namespace")
    where = f"/namespaces/{namespace}" if namespace else ""
    return f"{root}{where}/{_PLURAL.get(kind, kind.lower() + 's')}"


def path_of(document: Document) -> str:
    """The path of the object itself."""
    return f"{collection(document)}/{document['metadata']['name']}"


def create(client: Client, document: Document, *, dry_run: bool = False) -> Reply:
    """Post an object; the server names every field that it does not know."""
    query = "?fieldValidation=Strict&dryRun=All" if dry_run else "?fieldValidation=Strict"
    return client.post(collection(document) + query, document)


def made(client: Client, *documents: Document) -> None:
    """Create objects that must be taken."""
    for document in documents:
        reply = create(client, document)
        assert reply.status == 201, f"{path_of(document)}: {reply.status} {reply.message}"


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait for what the server does a moment later. Raises AssertionError where it does not come."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < end, f"after {PATIENCE_SECONDS:.0f} s still not so: {what}"
        time.sleep(0.05)


def namespace(name: str) -> Document:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def account(name: str, namespace: str) -> Document:
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": namespace}}


def spiffe_definition() -> Document:
    """A definition of ClusterSPIFFEID with the fields that SPIRE documents, and no other.

    It is ours: SPIRE's own cannot be had here, and no SPIRE server judges these objects.
    https://github.com/spiffe/spire-controller-manager/blob/main/docs/clusterspiffeid-crd.md
    """
    text, flag = {"type": "string"}, {"type": "boolean"}
    texts = {"type": "array", "items": text}
    expression = {"type": "object", "properties": {"key": text, "operator": text, "values": texts}}
    selector = {
        "type": "object",
        "properties": {
            "matchLabels": {"type": "object", "additionalProperties": text},
            "matchExpressions": {"type": "array", "items": expression},
        },
    }
    spec = {
        "type": "object",
        "required": ["spiffeIDTemplate"],
        "properties": {
            **dict.fromkeys(("spiffeIDTemplate", "ttl", "jwtTtl", "className", "hint"), text),
            **dict.fromkeys(("admin", "downstream", "autoPopulateDNSNames", "fallback"), flag),
            **dict.fromkeys(("dnsNameTemplates", "workloadSelectorTemplates", "federatesWith"), texts),
            **dict.fromkeys(("namespaceSelector", "podSelector"), selector),
        },
    }
    version = {
        "name": "v1alpha1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "clusterspiffeids.spire.spiffe.io"},
        "spec": {
            "group": "spire.spiffe.io",
            "scope": "Cluster",
            "names": {"kind": "ClusterSPIFFEID", "plural": "clusterspiffeids", "singular": "clusterspiffeid"},
            "versions": [version],
        },
    }


def prepare(client: Client, namespaces: Sequence[str]) -> None:
    """Namespaces with their `default` service account, and ClusterSPIFFEID, before anything else."""
    for name in namespaces:
        made(client, namespace(name), account("default", name))
    made(client, spiffe_definition())
    until(
        lambda: client.get("/apis/spire.spiffe.io/v1alpha1/clusterspiffeids").status == 200,
        "ClusterSPIFFEID is served",
    )


def may(client: Client, user: str, groups: Sequence[str], attributes: Mapping[str, Any]) -> bool:
    """What a SubjectAccessReview answers."""
    reply = client.post(
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {"user": user, "groups": list(groups), **attributes},
        },
    )
    assert reply.status == 201, reply.message
    assert not reply.document["status"].get("evaluationError"), reply.document["status"]
    return bool(reply.document["status"]["allowed"])


def settled(client: Client) -> None:
    """Wait until the authorizer has seen every role and binding made so far.

    It watches each kind in the order of changes, so once it knows the last ones it knows all.
    """
    subject = {"kind": "User", "apiGroup": RBAC, "name": "last"}
    for kind, where in (("Role", {"namespace": "default"}), ("ClusterRole", {})):
        name = f"last-{secrets.token_hex(4)}"
        rules = [{"apiGroups": ["last"], "resources": [name], "verbs": ["get"]}]
        common = {"apiVersion": f"{RBAC}/v1", "metadata": {"name": name, **where}}
        reference = {"apiGroup": RBAC, "kind": kind, "name": name}
        binding = {**common, "kind": f"{kind}Binding", "subjects": [subject], "roleRef": reference}
        made(client, {**common, "kind": kind, "rules": rules}, binding)
        asked = {"resourceAttributes": {"verb": "get", "group": "last", "resource": name, **where}}
        until(lambda asked=asked: may(client, "last", (), asked), f"the authorizer has seen every {kind}")


def guarded(client: Client, namespace: str) -> None:
    """Wait until admission policies that were just made are in force; the server reads them every few seconds."""
    labelled = {"name": "probe", "namespace": namespace, "labels": {FACT_TABLE["kubernetes"]["agent-id"].key: "probe"}}
    probe = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": labelled}
    until(lambda: create(client, probe, dry_run=True).status == 403, "the admission policies are in force")


@cache
def fleet(environment: str) -> tuple[Document, ...]:
    """The Kubernetes objects that the example program registers in an environment, admission policies first."""
    source = (STACKS / "__main__.py").read_text(encoding="utf-8")

    def program() -> None:
        exec(compile(source, "__main__.py", "exec"), {"__name__": "__main__"})

    before = os.getcwd()
    os.chdir(STACKS)
    try:
        seen = registrations(program, environment, {"nhi:environment": environment, "nhi:clock": CLOCK})
    finally:
        os.chdir(before)
    found = [
        _whole_numbers(json_format.MessageToDict(request.object))
        for _, request in seen
        if request.type.startswith("kubernetes:")
    ]
    return tuple(sorted(found, key=lambda document: not is_admission(document)))


def is_admission(document: Document) -> bool:
    """Whether an object is an admission policy or its binding."""
    return str(document["apiVersion"]).startswith("admissionregistration.k8s.io/")


def _whole_numbers(value: Any) -> Any:
    # The engine's wire has floating point numbers only, and providers write 53.0 as 53.
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
