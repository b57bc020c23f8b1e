"""What rule authors need: a good agent, good AWS and Kubernetes resources, a context, and `verdict`.

Arrange a valid thing, change one thing. A fixture file `tests/policies/rules/<area>/test_<slug>.py` has
`RULE = "NHI-..."` and the lists GOOD, BAD, NEAR_MISS and UNKNOWN of `Case`; `test_every_rule.py` runs them all.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from nhi.contract import AGENT_CLASS_FACT, FACT_TABLE, UNKNOWN, Fact, Platform, encode_fact, identity_name
from nhi.permissions.model import Origin
from nhi.spec.declared import DeclaredAgent, DeclaredEnvironment, Path, Positions
from nhi.spec.environment import Environment
from nhi.spec.model import Agent
from nhi.spec.profiles import Profile, load_profile
from nhi_policies.declared import Context
from nhi_policies.dispatch import attributed, run, stack_of
from nhi_policies.exceptions import Entry, ExceptionBook, ExceptionInForce
from nhi_policies.rule import Rule, registry
from nhi_policies.verdict import Verdict
from nhi_policies.view import types as t
from nhi_policies.view.resource import Resource, plain

CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
END = "2027-03-31T00:00:00Z"
ACCOUNT = "111122223333"
PREFIX = "acme"
PROFILE: Profile = load_profile("requirements")

ENVIRONMENT: dict[str, Any] = {
    "environment": "dev",
    "prefix": PREFIX,
    "platforms": ["aws", "kubernetes"],
    "aws": {
        "account_id": ACCOUNT,
        "region": "eu-central-1",
        "permissions_boundary": f"arn:aws:iam::{ACCOUNT}:policy/agent-boundary",
        "clusters": {"main": {"name": "acme-dev"}},
    },
    "kubernetes": {"cluster": "main", "namespace": "agents", "trust_domain": "dev.example.com"},
    "sponsors": {"domains": ["example.com"]},
}

AGENT: dict[str, Any] = {
    "agent_id": "support-agent",
    "purpose": "Drafts replies to support tickets",
    "owner_team": "customer-care",
    "environment": "dev",
    "risk_tier": 2,
    "platforms": ["aws", "kubernetes"],
    "sponsor": {"id": "tomas.lind@example.com", "backup": "ana.reyes@example.com"},
    "allowed_actions": ["text_generation"],
    "denied_actions": ["payment_processing"],
    "credential": {
        "type": "workload_identity",
        "expires": END,
        "max_session": "1h",
        "workload": {"kind": "eks", "cluster": "main"},
    },
    "review": {"cadence": "quarterly"},
}


def _changed(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with dotted keys replaced; the value `...` removes a key."""
    result = copy.deepcopy(dict(base))
    for dotted, value in changes.items():
        *above, last = dotted.split(".")
        inner = result
        for key in above:
            inner = inner.setdefault(key, {})
        if value is ...:
            inner.pop(last, None)
        else:
            inner[last] = value
    return result


def _positions(file: str, value: Any) -> Positions:
    """One line for each key, in the order in which the document says them."""
    places: dict[Path, Origin] = {(): Origin(file, 1, 1)}

    def walk(item: Any, path: Path) -> None:
        pairs = item.items() if isinstance(item, Mapping) else enumerate(item) if isinstance(item, list) else ()
        for key, below in pairs:
            places[(*path, key)] = Origin(file, len(places) + 1, 1 + 2 * len(path))
            walk(below, (*path, key))

    walk(value, ())
    return Positions(file, places)


def environment(**changes: Any) -> DeclaredEnvironment:
    """The good environment `dev`; changes by dotted key: `environment(**{"aws.account_id": "..."})`."""
    content = _changed(ENVIRONMENT, changes)
    return DeclaredEnvironment(
        Environment.model_validate(content), _positions("environments/dev.yaml", content), PROFILE
    )


def agent(**changes: Any) -> DeclaredAgent:
    """A good declared agent; changes by dotted key, `...` removes: `agent(sponsor=..., **{"access.expires": x})`."""
    content = _changed(AGENT, changes)
    declared = Agent.model_validate(content)
    return DeclaredAgent(declared, _positions(f"agents/{declared.agent_id}.yaml", content), environment())


def context(*agents: DeclaredAgent, **changes: Any) -> Context:
    """A context with these agents (the good one if none is given) at the kit's clock; changes are its fields."""
    declared = agents or (agent(),)
    base = Context(
        CLOCK, {one.agent.agent_id: one for one in declared}, declared[0].environment, stack="dev", pinned=CLOCK
    )
    return replace(base, **changes)


def facts_of(declared: DeclaredAgent, platform: Platform, instance: str | None = None) -> dict[Fact, str]:
    """The facts that a good resource of this agent carries, encoded for the platform."""
    one = declared.agent
    raw: dict[Fact, str | None] = {
        "class": AGENT_CLASS_FACT,
        "agent-id": one.agent_id,
        "instance": instance,
        "sponsor": one.sponsor.id if one.sponsor else None,
        "owner-team": one.owner_team,
        "risk-tier": str(one.risk_tier),
        "purpose": one.purpose,
        "state": one.state,
        "expires": END,
        "environment": declared.environment.environment.environment,
        "spec-digest": declared.digest,
    }
    return {fact: encode_fact(platform, fact, value) for fact, value in raw.items() if value is not None}


def tags(declared: DeclaredAgent | None = None, **changes: Any) -> dict[str, str]:
    """AWS tags of a good resource; changes by fact with `_` for `-`, `...` removes."""
    found = {FACT_TABLE["aws"][fact].key: value for fact, value in facts_of(declared or agent(), "aws").items()}
    return _changed_facts(found, "aws", changes)


def _changed_facts(found: dict[str, str], platform: Platform, changes: Mapping[str, Any]) -> dict[str, str]:
    for name, value in changes.items():
        key = FACT_TABLE[platform][name.replace("_", "-")].key  # type: ignore[index]  # KeyError is the right answer
        if value is ...:
            found.pop(key, None)
        else:
            found[key] = value
    return found


def urn(type_token: str, name: str, *, parent: str | None = None, stack: str = "dev") -> str:
    """A URN as an engine makes it."""
    qualified = f"{parent}${type_token}" if parent else type_token
    return f"urn:pulumi:{stack}::nhi::{qualified}::{name}"


def resource(type_token: str, name: str, inputs: Mapping[str, Any], **fields: Any) -> Resource:
    """Any resource; `fields` are those of `Resource`. A value `kit.UNKNOWN` in `inputs` is not known."""
    return Resource(
        type_token, name, fields.pop("urn", urn(type_token, name)), plain(copy.deepcopy(dict(inputs))), **fields
    )


def altered(subject: Resource, /, **changes: Any) -> Resource:
    """The resource with inputs changed by dotted key; `...` removes."""
    return replace(subject, inputs=plain(_changed(subject.inputs, changes)))


# --- AWS ----------------------------------------------------------------------------------------------------------

LOCK = {"DateLessThan": {"aws:CurrentTime": END}}


def statement(
    actions: str | Sequence[str] = "bedrock:InvokeModel",
    resources: str | Sequence[str] = "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-sonnet-5",
    *,
    effect: str = "Allow",
    condition: Mapping[str, Any] | None = LOCK,
    **more: Any,
) -> dict[str, Any]:
    """One good statement of an identity policy, with the lock date."""
    found: dict[str, Any] = {"Effect": effect, "Action": actions, "Resource": resources}
    if condition:
        found["Condition"] = dict(condition)
    return _changed(found, more)


def document(*statements: Mapping[str, Any]) -> str:
    """A policy document in JSON."""
    return json.dumps({"Version": "2012-10-17", "Statement": [dict(one) for one in statements]})


def trust_statement(
    declared: DeclaredAgent | None = None, instance: str | None = None, **changes: Any
) -> dict[str, Any]:
    """A good trust statement: EKS Pod Identity pinned to cluster, namespace and service account, with the lock date."""
    account_name = identity_name("kubernetes:name", "", (declared or agent()).agent.agent_id, instance)
    return _changed(
        {
            "Effect": "Allow",
            "Principal": {"Service": "pods.eks.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                "StringEquals": {
                    "aws:SourceAccount": ACCOUNT,
                    "aws:RequestTag/kubernetes-namespace": "agents",
                    "aws:RequestTag/kubernetes-service-account": account_name,
                    "aws:RequestTag/eks-cluster-name": "acme-dev",
                },
                **LOCK,
            },
        },
        changes,
    )


def role(declared: DeclaredAgent | None = None, *, instance: str | None = None, **changes: Any) -> Resource:
    """A good agent role; changes by dotted input, `...` removes."""
    one = declared or agent()
    name = identity_name("aws:role", PREFIX, one.agent.agent_id, instance)
    own_tags = {FACT_TABLE["aws"][fact].key: value for fact, value in facts_of(one, "aws", instance).items()}
    inputs = {
        "name": name,
        "path": "/agents/",
        "assumeRolePolicy": document(trust_statement(one, instance)),
        "maxSessionDuration": 3600,
        "permissionsBoundary": ENVIRONMENT["aws"]["permissions_boundary"],
        "tags": own_tags,
    }
    return resource(t.AWS_ROLE, f"{name}-role", _changed(inputs, changes))


def policy(
    *statements: Mapping[str, Any], declared: DeclaredAgent | None = None, suffix: str = "grants-1", **changes: Any
) -> Resource:
    """A good managed policy of an agent with these statements (one good one if none is given)."""
    one = declared or agent()
    name = identity_name("aws:policy", PREFIX, one.agent.agent_id, suffix=suffix)
    inputs = {
        "name": name,
        "path": "/agents/",
        "policy": document(*(statements or (statement(),))),
        "tags": tags(one),
    }
    return resource(t.AWS_POLICY, name, _changed(inputs, changes))


def policy_arn(of: Resource) -> str:
    """The ARN of a managed policy of the kit's account."""
    return f"arn:aws:iam::{ACCOUNT}:policy{of.inputs['path']}{of.inputs['name']}"


def attachment(declared: DeclaredAgent | None = None, of: Resource | None = None, **changes: Any) -> Resource:
    """A good attachment of the good policy to the good role."""
    one = declared or agent()
    name = identity_name("aws:role", PREFIX, one.agent.agent_id)
    inputs = {"role": name, "policyArn": policy_arn(of or policy(declared=one))}
    return resource(t.AWS_ROLE_ATTACHMENT, f"{name}-grants-1", _changed(inputs, changes))


def inline_policy(*statements: Mapping[str, Any], declared: DeclaredAgent | None = None, **changes: Any) -> Resource:
    """An inline policy on the good role, as somebody would write it by hand."""
    one = declared or agent()
    inputs = {
        "role": identity_name("aws:role", PREFIX, one.agent.agent_id),
        "policy": document(*(statements or (statement(),))),
    }
    return resource(t.AWS_ROLE_POLICY, "by-hand", _changed(inputs, changes))


# --- Kubernetes ---------------------------------------------------------------------------------------------------


def metadata(declared: DeclaredAgent | None = None, *, instance: str | None = None, **changes: Any) -> dict[str, Any]:
    """Metadata of a good object: name, namespace, facts as labels and annotations."""
    one = declared or agent()
    found: dict[str, Any] = {
        "name": identity_name("kubernetes:name", "", one.agent.agent_id, instance),
        "namespace": "agents",
        "labels": {},
        "annotations": {},
    }
    for fact, value in facts_of(one, "kubernetes", instance).items():
        placement = FACT_TABLE["kubernetes"][fact]
        found["labels" if placement.carrier == "label" else "annotations"][placement.key] = value
    return _changed(found, changes)


def _object(type_token: str, suffix: str, one: DeclaredAgent, instance: str | None, body: dict[str, Any]) -> Resource:
    meta = metadata(one, instance=instance)
    return resource(type_token, f"{meta['name']}-{suffix}", {"metadata": meta, **body})


def service_account(declared: DeclaredAgent | None = None, *, instance: str | None = None, **changes: Any) -> Resource:
    """A good ServiceAccount."""
    one = declared or agent()
    made = _object(t.K8S_SERVICE_ACCOUNT, "sa", one, instance, {"automountServiceAccountToken": False})
    return altered(made, **changes)


def rbac_rule(**changes: Any) -> dict[str, Any]:
    """A good RBAC rule: read one named config map."""
    base = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"], "resourceNames": ["prompts"]}
    return _changed(base, changes)


def k8s_role(*rules: Mapping[str, Any], declared: DeclaredAgent | None = None, **changes: Any) -> Resource:
    """A good Role with these rules (one good one if none is given)."""
    body = {"rules": [dict(one) for one in (rules or (rbac_rule(),))]}
    return altered(_object(t.K8S_ROLE, "role", declared or agent(), None, body), **changes)


def k8s_binding(declared: DeclaredAgent | None = None, **changes: Any) -> Resource:
    """A good RoleBinding of the good Role to the good ServiceAccount."""
    one = declared or agent()
    name = metadata(one)["name"]
    body = {
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": "agents"}],
    }
    return altered(_object(t.K8S_ROLE_BINDING, "binding", one, None, body), **changes)


def k8s_network_policy(declared: DeclaredAgent | None = None, **changes: Any) -> Resource:
    """A good NetworkPolicy: both directions denied, DNS allowed."""
    one = declared or agent()
    body = {
        "spec": {
            "podSelector": {"matchLabels": {"nhi/agent-id": one.agent.agent_id}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [],
            "egress": [
                {
                    "to": [
                        {
                            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
                        }
                    ],
                    "ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}],
                }
            ],
        }
    }
    return altered(_object(t.K8S_NETWORK_POLICY, "network", one, None, body), **changes)


def k8s_secret(kind: str = "Opaque", **changes: Any) -> Resource:
    """A Secret of the agent's namespace."""
    return altered(_object(t.K8S_SECRET, "secret", agent(), None, {"type": kind}), **changes)


def pod(declared: DeclaredAgent | None = None, **changes: Any) -> Resource:
    """A pod of the agent under its own service account."""
    one = declared or agent()
    body = {"spec": {"serviceAccountName": metadata(one)["name"], "automountServiceAccountToken": False}}
    return altered(_object(t.K8S_POD, "pod", one, None, body), **changes)


# --- components ---------------------------------------------------------------------------------------------------


def component(declared: DeclaredAgent | None = None, **changes: Any) -> Resource:
    """The component of a good agent as the gate sees it: `AgentIdentity` with the declaration in its props."""
    from nhi.contract import AGENT_IDENTITY

    one = declared or agent()
    inputs = {
        "agentId": one.agent.agent_id,
        "environment": "dev",
        "file": one.file,
        "spec": one.agent.model_dump(mode="json", exclude_none=True),
        "specDigest": one.digest,
        "state": "active",
        "stateReason": "state is active",
        "lockDate": END,
        "pinnedClock": "2026-11-01T00:00:00Z",
    }
    return resource(AGENT_IDENTITY, one.agent.agent_id, _changed(inputs, changes), custom=False)


def exceptions(*entries: Mapping[str, Any], used: int = 0) -> ExceptionBook:
    """A book of these entries; what an entry leaves out is good."""
    base = {
        "rule": "NHI-GAT-005",
        "target": "support-agent",
        "reason": "The vendor's chart has no other form; SEC-412",
        "approver": "mara.okafor@example.com",
        "expires": "2026-12-31T00:00:00Z",
    }
    return ExceptionBook(
        tuple(
            ExceptionInForce(
                Entry.model_validate({**base, **entry}), Origin("policies/exceptions.yaml", index + 1, 3), used
            )
            for index, entry in enumerate(entries)
        )
    )


# --- verdicts -----------------------------------------------------------------------------------------------------

Subject = Resource | DeclaredAgent | ExceptionBook | Sequence[Resource]


@dataclass(frozen=True)
class Case:
    """One fixture: what it shows, the subject, and the context where the kit's own will not do.

    `expect` (BAD and UNKNOWN only) is a part of the finding's text, its part id, or its unproven path.
    """

    name: str
    subject: Subject
    context: Context = field(default_factory=context)
    expect: str = ""


def judged(rule: Rule, subject: Subject, ctx: Context | None = None) -> Verdict:
    """The verdict of a rule on a subject of its kind. Refuses a resource whose type the rule does not target."""
    ctx = ctx or context()
    if isinstance(subject, DeclaredAgent):
        assert rule.kind == "agent", f"{rule.id} judges no declared agent"
        return run(rule, subject, ctx, subject.agent.agent_id, None, subject.positions.at())
    if isinstance(subject, ExceptionBook):
        assert rule.kind == "exceptions", f"{rule.id} judges no exceptions"
        return run(rule, subject, ctx, None, None, None)
    if isinstance(subject, Resource):
        assert rule.kind == "resource", f"{rule.id} judges no single resource"
        assert rule.applies_to(subject.type), f"{rule.id} does not target {subject.type}"
        known = attributed(subject, ctx)
        return run(rule, known, ctx, known.agent, known.urn, ctx.origin(known.agent))
    assert rule.kind == "stack", f"{rule.id} judges no stack"
    return run(rule, stack_of(subject, ctx), ctx, None, None, None)


def verdict(rule_id: str, subject: Subject, ctx: Context | None = None) -> Verdict:
    """The verdict of the rule with this id on a resource, a declared agent, a list of resources, or exceptions."""
    return judged(registry()[rule_id], subject, ctx)


__all__ = [name for name in dir() if not name.startswith("_")] + ["UNKNOWN"]
