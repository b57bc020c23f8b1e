"""What one agent is on Kubernetes, as complete records: no cluster, no Pulumi.

Owns the objects of one agent. Does not own their registration (`identity`), what the cluster refuses from everybody
(`admission`), which namespaces exist, nor whether a grant is allowed to be asked for (the gate).

The eight answers: who am I (ServiceAccount, ClusterSPIFFEID), who may become me (pods under that account, by
namespace, label and account), what may I do (Role and RoleBinding), what may I never do (nothing is granted by
default; RBAC has no deny, see `absent`), until when (annotation `nhi/expires`), what am I (labels and annotations),
how am I stopped (no binding, no SPIFFE id, no traffic), who watches me (monitoring, not here).

Where Kubernetes is weaker than the other platforms, and what follows:

- RBAC has no clock. The lock date stands in `nhi/expires` on every object, and nothing in the cluster acts on it:
  parity for end dates is `detected`, and access ends when the agent is rendered again. A grant that ends before the
  agent does has a Role and RoleBinding of its own, so that it can be removed alone.
- Delegation is a matter of the network: the policy of a caller opens the pods of its callees, and the policy of a
  callee lets the pods of its callers in, on the environment's `agent_port`. It sees pods and not requests, so what is
  asked over an open connection is the callee's to check; nor has it a clock.
- RBAC has no deny. A denied permission is simply never granted here; a binding that somebody else adds can grant it.
- `resourceNames` does not limit `create` and `deletecollection`
  (https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources), so a grant of one of them on
  a named object is refused as input: with names the rule would grant nothing, without them too much. A subresource,
  such as `create` on `serviceaccounts/token`, has the name in its path and can be limited. `list` and `watch` with
  `resourceNames` stand in a rule of their own: they work only for requests with `fieldSelector=metadata.name=<name>`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from nhi.catalog.invocation import callee_pods, caller_pods, pod_labels
from nhi.catalog.vocabulary import kubernetes_parts
from nhi.clock import timestamp
from nhi.contract import FACT_TABLE, ON_BEHALF_ANNOTATION, Record, encode_fact, identity_name
from nhi.permissions.model import Egress, Grant
from nhi.plan.model import AgentPlan
from nhi.platforms.workload import POD_UID, ServiceAccountName, service_account, spiffe_id, spiffe_problem, trust_domain
from nhi.spec.environment import KubernetesEnvironment
from nhi.spec.model import EksWorkload, GkeWorkload, KubernetesWorkload, SpiffeWorkload
from nhi.spec.problems import InputError, Problem

SERVICE_ACCOUNT: Final = "kubernetes:core/v1:ServiceAccount"
ROLE: Final = "kubernetes:rbac.authorization.k8s.io/v1:Role"
ROLE_BINDING: Final = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
NETWORK_POLICY: Final = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
CLUSTER_SPIFFE_ID: Final = "kubernetes:spire.spiffe.io/v1alpha1:ClusterSPIFFEID"

NAMESPACE_LABEL: Final = "kubernetes.io/metadata.name"
"""The label that the API server itself keeps on every namespace, and that nobody can forge."""

POD_IDENTITY_AGENT: Final = "169.254.170.23/32"
"""Link-local address of the EKS Pod Identity agent: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html"""
POD_IDENTITY_PORT: Final = 80

MAX_JWT_LIFE: Final = timedelta(minutes=5)
"""A JWT SVID can be replayed by whoever sees it, so it lives shorter than an X.509 SVID at every tier."""

_UNNAMEABLE: Final = frozenset({"create", "deletecollection"})
_COLLECTION: Final = frozenset({"list", "watch"})


class _Permission(NamedTuple):
    """One verb on one kind of object, or on one object of it."""

    namespace: str
    group: str
    resource: str
    name: str | None
    verb: str


# --- one agent --------------------------------------------------------------------------------------------------


def records(plan: AgentPlan, base: str | None = None) -> tuple[Record, ...]:
    """Every Kubernetes object of one plan, in an order in which a lock always comes before what it locks.

    Live: NetworkPolicy, ServiceAccount, a Role and a RoleBinding for each namespace (and each end date) that grants
    name, ClusterSPIFFEID. Not live, or without a workload: ServiceAccount and a NetworkPolicy that lets nothing
    through, so that a pod that still runs is cut off and a new one can do nothing.

    `base` starts every logical name; it defaults to `plan.name`. Raises `InputError` where the plan cannot be written
    for Kubernetes without granting more than declared, or where its workload does not run there.
    """
    cluster = _cluster(plan)
    base = plan.name if base is None else base
    account = service_account(plan)
    network = Record(
        NETWORK_POLICY,
        f"{base}-network-policy",
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": _metadata(plan, _own_name(plan), account.namespace),
            "spec": _network_spec(plan, cluster),
        },
    )
    identity = Record(
        SERVICE_ACCOUNT,
        f"{base}-service-account",
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": _on_behalf(plan, _metadata(plan, account.name, account.namespace)),
            "automountServiceAccountToken": False,
        },
        (network.name,),
    )
    if not _open(plan):
        return (network, identity)
    locks = (network.name, identity.name)
    return (network, identity, *_access(plan, base, account, locks), _spiffe(plan, base, account, cluster, locks))


def absent(plan: AgentPlan) -> tuple[Grant, ...]:
    """What must not be granted to the agent: its denies on Kubernetes.

    RBAC cannot say no, so these have no record. Records only keep them absent; that nobody else grants them is for the
    gate and for an audit of the cluster to verify.
    """
    meaning = plan.meanings.get("kubernetes")
    return meaning.denies if meaning else ()


def _open(plan: AgentPlan) -> bool:
    # Where nothing says where the agent runs, nobody may become it: it is written as one that is stopped.
    return plan.live and plan.workload is not None


def _cluster(plan: AgentPlan) -> KubernetesEnvironment:
    environment = plan.environment
    cluster = environment.kubernetes
    if cluster is None:
        raise InputError(
            [
                Problem(
                    f"agent {plan.name} lives on kubernetes, but environment {environment.environment} has no cluster",
                    plan.at("platforms"),
                    "add `kubernetes` to the environment file, or take it out of the agent's platforms.",
                )
            ]
        )
    # A suspended agent is rendered whatever its workload says: a mistake must never keep access alive.
    if plan.state != "suspended":
        problem = _workload_problem(plan, cluster)
        if problem is not None:
            raise InputError([problem])
    return cluster


def _workload_problem(plan: AgentPlan, cluster: KubernetesEnvironment) -> Problem | None:
    workload = plan.workload
    place = plan.at("credential", "workload")
    if isinstance(workload, EksWorkload | GkeWorkload):
        if workload.cluster == cluster.cluster:
            return None
        return Problem(
            f"agent {plan.name} runs in cluster {workload.cluster}, but the environment's Kubernetes cluster is "
            f"{cluster.cluster}; its service account would be made in a cluster where it does not run",
            plan.at("credential", "workload", "cluster"),
            f"name cluster {cluster.cluster}, or take kubernetes out of the agent's platforms.",
        )
    if isinstance(workload, SpiffeWorkload):
        declared = spiffe_id(plan)
        if declared is not None and trust_domain(declared) != cluster.trust_domain:
            return Problem(
                f"{declared!r} is not of trust domain {cluster.trust_domain}, so the cluster's SPIRE never issues it",
                plan.at("credential", "workload", "id"),
                f"start the id with spiffe://{cluster.trust_domain}/.",
            )
        return None
    if workload is None or isinstance(workload, KubernetesWorkload):
        return None
    return Problem(
        f"agent {plan.name} runs as {workload.kind}, which has no pod, so it can have no identity on kubernetes",
        place,
        "take kubernetes out of the agent's platforms, or name a workload of kind kubernetes, eks, gke or spiffe.",
    )


def _own_name(plan: AgentPlan, suffix: str = "") -> str:
    return identity_name("kubernetes:name", "", plan.agent.agent_id, plan.instance, suffix)


def _facts(plan: AgentPlan, carrier: str) -> dict[str, str]:
    table = FACT_TABLE["kubernetes"]
    return {
        table[fact].key: encode_fact("kubernetes", fact, value)
        for fact, value in plan.facts.items()
        if table[fact].carrier == carrier
    }


def _metadata(plan: AgentPlan, name: str, namespace: str | None, end: datetime | None = None) -> dict[str, Any]:
    annotations = _facts(plan, "annotation")
    if end is not None:
        annotations[FACT_TABLE["kubernetes"]["expires"].key] = timestamp(end)
    metadata: dict[str, Any] = {"name": name, "labels": _facts(plan, "label"), "annotations": annotations}
    return metadata if namespace is None else {"namespace": namespace, **metadata}


def _on_behalf(plan: AgentPlan, metadata: dict[str, Any]) -> dict[str, Any]:
    """Metadata that also says for whom the agent acts, where the file says it: nothing in a cluster can see a user."""
    said = plan.agent.acts_on_behalf
    if said is None:
        return metadata
    return {**metadata, "annotations": {**metadata["annotations"], ON_BEHALF_ANNOTATION: said}}


# --- network ----------------------------------------------------------------------------------------------------


def _network_spec(plan: AgentPlan, cluster: KubernetesEnvironment) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "podSelector": {"matchLabels": pod_labels(plan.agent.agent_id, plan.instance)},
        # Both types are named: what no rule allows is refused, in both directions.
        "policyTypes": ["Ingress", "Egress"],
    }
    if not _open(plan):
        return spec
    dns = {
        "to": [_peer(cluster.dns.namespace, cluster.dns.pod_labels)],
        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
    }
    egress = [dns]
    if isinstance(plan.workload, EksWorkload) and "aws" in plan.platforms:
        egress.append(
            {
                "to": [{"ipBlock": {"cidr": POD_IDENTITY_AGENT}}],
                "ports": [{"protocol": "TCP", "port": POD_IDENTITY_PORT}],
            }
        )
    meaning = plan.meanings.get("kubernetes")
    for destination in (*(meaning.egress if meaning else ()), *_callees(plan)):
        rule = _rule(destination, "to")
        if rule not in egress:
            egress.append(rule)
    ingress = [_rule(source, "from") for source in _callers(plan)]
    return {**spec, "egress": egress, **({"ingress": ingress} if ingress else {})}


def _callees(plan: AgentPlan) -> Iterator[Egress]:
    """The pods of the agents to which work is handed now."""
    for one in sorted(plan.hands_to, key=lambda one: one.edge.name):
        yield from callee_pods(one.edge.caller, one.edge.callee, one.instances, one.edge.origin)


def _callers(plan: AgentPlan) -> Iterator[Egress]:
    """The pods of the agents from which work is taken now."""
    for one in sorted(plan.takes_from, key=lambda one: one.edge.name):
        yield from caller_pods(one.edge.caller, one.edge.callee, one.instances, one.edge.consent)


def _peer(namespace: str, pod_labels: Mapping[str, str]) -> dict[str, Any]:
    peer: dict[str, Any] = {"namespaceSelector": {"matchLabels": {NAMESPACE_LABEL: namespace}}}
    if pod_labels:
        peer["podSelector"] = {"matchLabels": dict(pod_labels)}
    return peer


def _rule(destination: Egress, side: Literal["to", "from"]) -> dict[str, Any]:
    if destination.cidr is not None and destination.namespace is None:
        peer: dict[str, Any] = {"ipBlock": {"cidr": destination.cidr}}
    elif destination.namespace is not None and destination.cidr is None:
        peer = _peer(destination.namespace, destination.pod_labels)
    else:
        # An empty peer list would open the port to the whole world.
        raise InputError(
            [
                Problem(
                    f"the destination for {destination.reason!r} is neither one address range nor one namespace",
                    destination.origin,
                    "give either `cidr` or `namespace`.",
                )
            ]
        )
    return {side: [peer], "ports": [{"protocol": destination.protocol, "port": destination.port}]}


# --- permissions ------------------------------------------------------------------------------------------------


def _access(plan: AgentPlan, base: str, account: ServiceAccountName, locks: tuple[str, ...]) -> Iterator[Record]:
    for (namespace, end), permissions in _permissions(plan).items():
        own_end = end is not None and end != plan.lock_date
        suffix = f"until-{end.strftime('%Y%m%dT%H%M%SZ').lower()}" if own_end and end is not None else ""
        name = _own_name(plan, suffix)
        tail = f"{namespace}-{suffix}" if suffix else namespace
        role = Record(
            ROLE,
            f"{base}-role-{tail}",
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "Role",
                "metadata": _metadata(plan, name, namespace, end),
                "rules": _rules(permissions),
            },
        )
        yield role
        yield Record(
            ROLE_BINDING,
            f"{base}-role-binding-{tail}",
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "RoleBinding",
                "metadata": _metadata(plan, name, namespace, end),
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
                "subjects": [{"kind": "ServiceAccount", "name": account.name, "namespace": account.namespace}],
            },
            (role.name, *locks),
        )


def _permissions(plan: AgentPlan) -> dict[tuple[str, datetime | None], set[_Permission]]:
    """The allowed permissions by namespace and end date, denied ones taken out, in a stable order."""
    meaning = plan.meanings.get("kubernetes")
    if meaning is None:
        return {}
    denied = tuple((grant.resources, grant.actions) for grant in meaning.denies)
    problems: list[Problem] = []
    found: dict[tuple[str, datetime | None], set[_Permission]] = defaultdict(set)
    for grant in meaning.allows:
        grant_problems = _grant_problems(grant)
        problems.extend(grant_problems)
        end = plan.grant_end(grant.expires)
        if grant_problems or (end is not None and end <= plan.clock):
            continue
        for permission in _left((grant.resources, grant.actions), denied):
            found[permission.namespace, end].add(permission)
    if problems:
        raise InputError(problems)
    return dict(sorted(found.items(), key=lambda item: (item[0][0], timestamp(item[0][1]) if item[0][1] else "")))


_Words = tuple[tuple[str, ...], tuple[str, ...]]
"""Resources and verbs of a grant."""


@lru_cache(maxsize=8192)  # agents share what their words mean
def _left(allow: _Words, denied: tuple[_Words, ...]) -> tuple[_Permission, ...]:
    """What an allow comes to where the denies have taken out what they touch."""
    out = [permission for deny in denied for permission in _expand(deny)]
    return tuple(permission for permission in _expand(allow) if not any(_overlaps(permission, one) for one in out))


def _expand(words: _Words) -> Iterator[_Permission]:
    resources, verbs = words
    for resource in resources:
        for verb in verbs:
            yield _Permission(*kubernetes_parts(resource), verb)


def _overlaps(allow: _Permission, deny: _Permission) -> bool:
    """Whether a deny touches an allow. A deny on one object takes the allow on all objects of that kind with it."""
    if not all(
        fnmatchcase(ours, theirs)
        for ours, theirs in (
            (allow.namespace, deny.namespace),
            (allow.group, deny.group),
            (allow.resource, deny.resource),
            (allow.verb, deny.verb),
        )
    ):
        return False
    return allow.name is None or deny.name is None or fnmatchcase(allow.name, deny.name)


def _grant_problems(grant: Grant) -> list[Problem]:
    """Why an allow cannot be written as an RBAC rule without granting more than it says."""
    found = []

    def say(message: str, fix: str) -> None:
        found.append(Problem(message, grant.origin, fix))

    if grant.conditions:
        keys = ", ".join(condition.key for condition in grant.conditions)
        say(
            f"RBAC has no conditions, so a grant under a condition on {keys} would hold without it",
            "take the condition out, or do not bind this word on kubernetes.",
        )
    for verb in grant.actions:
        if not verb.isalpha() or not verb.islower():
            say(f"{verb!r} is no RBAC verb; a pattern would grant every verb", "list the verbs, such as get, list.")
    for resource in grant.resources:
        parts = resource.split("/")
        namespace, group, kind, name = kubernetes_parts(resource)
        whole = f"{namespace}/{group}/{kind}"
        if "*" in resource or "?" in resource:
            say(
                f"{resource!r} is a pattern; RBAC has no patterns, so the rule would reach every object",
                "name namespace, api group, resource and, where it is one object, its name.",
            )
        elif len(parts) < 3 or not namespace or not kind or not parts[-1] or (name is not None and "/" in name):
            say(
                f"{resource!r} is not <namespace>/<api group>/<resource>[/<name>], so no rule can be made of it",
                "write for example knowledge//configmaps/index (an empty api group is the core group).",
            )
        elif name is not None and "/" not in kind:
            for verb in sorted(_UNNAMEABLE.intersection(grant.actions)):
                say(
                    f"RBAC cannot limit {verb} to {resource!r}: with the name the rule grants nothing, without it "
                    f"every {kind} of the namespace",
                    f"take {verb} out of the grant, or grant it on {whole!r} where that is meant.",
                )
    return found


def _rules(permissions: Iterable[_Permission]) -> list[dict[str, Any]]:
    """RBAC rules for the permissions of one namespace, as few as keep every name with its own verbs."""
    whole: dict[tuple[str, str], set[str]] = defaultdict(set)
    named: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for permission in permissions:
        kind = (permission.group, permission.resource)
        if permission.name is None:
            whole[kind].add(permission.verb)
        else:
            named[(*kind, permission.name)].add(permission.verb)

    resources: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (group, resource), verbs in sorted(whole.items()):
        resources[group, tuple(sorted(verbs))].append(resource)
    rules: list[dict[str, Any]] = [
        {"apiGroups": [group], "resources": kinds, "verbs": list(verbs)} for (group, verbs), kinds in resources.items()
    ]

    objects: dict[tuple[str, str, tuple[str, ...]], list[str]] = defaultdict(list)
    for (group, resource, name), verbs in sorted(named.items()):
        left = verbs - whole.get((group, resource), set())
        for part in (left - _COLLECTION, left & _COLLECTION):
            if part:
                objects[group, resource, tuple(sorted(part))].append(name)
    rules.extend(
        {"apiGroups": [group], "resources": [resource], "resourceNames": names, "verbs": list(verbs)}
        for (group, resource, verbs), names in objects.items()
    )
    return rules


# --- SPIFFE -----------------------------------------------------------------------------------------------------


def svid_lives(plan: AgentPlan) -> tuple[timedelta, timedelta]:
    """How long an X.509 SVID and a JWT SVID of the agent live: the tier's token life, never over the session."""
    life = min(plan.ceilings.max_token_life, plan.max_session)
    return life, min(life, MAX_JWT_LIFE)


def _spiffe(
    plan: AgentPlan, base: str, account: ServiceAccountName, cluster: KubernetesEnvironment, locks: tuple[str, ...]
) -> Record:
    template = spiffe_id(plan)
    # The pattern is checked with a pod's UID in its place, because braces are no part of an id.
    why = "it is missing" if template is None else spiffe_problem(template.replace(POD_UID, "0" * 36))
    if why is not None:
        raise InputError(
            [
                Problem(
                    f"the SPIFFE id of {plan.name} would be {template!r}, which is none: {why}",
                    plan.at("agent_id"),
                    "choose a trust domain of lower-case letters, digits, `.`, `-` and `_`.",
                )
            ]
        )
    life, jwt_life = svid_lives(plan)
    spec: dict[str, Any] = {
        "spiffeIDTemplate": template,
        "namespaceSelector": {"matchLabels": {NAMESPACE_LABEL: account.namespace}},
        "podSelector": {"matchLabels": pod_labels(plan.agent.agent_id, plan.instance)},
        # Whoever may create pods may write labels; these selectors tie the id to the service account as well.
        "workloadSelectorTemplates": [f"k8s:ns:{account.namespace}", f"k8s:sa:{account.name}"],
        "ttl": go_duration(life),
        "jwtTtl": go_duration(jwt_life),
    }
    if cluster.spire_class is not None:
        spec["className"] = cluster.spire_class
    # Cluster-wide, so two environments in one cluster would meet without the environment's prefix.
    name = identity_name("kubernetes:name", plan.environment.prefix, plan.agent.agent_id, plan.instance)
    return Record(
        CLUSTER_SPIFFE_ID,
        f"{base}-spiffe-id",
        {
            "apiVersion": "spire.spiffe.io/v1alpha1",
            "kind": "ClusterSPIFFEID",
            "metadata": _metadata(plan, name, None),
            "spec": spec,
        },
        locks,
    )


def go_duration(length: timedelta) -> str:
    """A length of time as Go reads it, whole seconds, without empty parts: `15m`, `1h30m`, `45s`."""
    seconds = int(length.total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts: Sequence[tuple[int, str]] = ((hours, "h"), (minutes, "m"), (seconds, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"
