"""What the declarations of agents come to in a cluster: permissions and network destinations as the judge reads them.

Owns taking a grant's resource apart and asking whether one permission covers another. The builder has a
reading of its own; what one of them gets wrong the other must not repeat. Does not own what a word means (`catalog`).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from nhi.catalog.invocation import callee_pods, caller_pods
from nhi.catalog.vocabulary import kubernetes_parts
from nhi.permissions.globs import covers
from nhi.permissions.model import Egress, Grant, Origin

from nhi_policies.declared import Context
from nhi_policies.view.handovers import handed_by, taken_by
from nhi_policies.view.kubernetes.objects import RbacRule
from nhi_policies.view.memo import kept
from nhi_policies.view.origin import meaning_of

POD_IDENTITY_AGENT = "169.254.170.23/32"
"""https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html"""
NAMESPACE_LABEL = "kubernetes.io/metadata.name"


@dataclass(frozen=True, slots=True)
class Permission:
    """One verb on one kind of object. `*` is everything; `name` is None for all objects of the kind."""

    namespace: str
    group: str
    resource: str
    name: str | None
    verb: str

    def __str__(self) -> str:
        what = f"{self.resource}.{self.group}" if self.group else self.resource
        where = "every namespace" if self.namespace == "*" else f"namespace {self.namespace}"
        return f"{self.verb} on {what}{f' {self.name}' if self.name else ''} in {where}"


@dataclass(frozen=True, slots=True)
class Declared:
    """What one declared agent may do in its cluster, and where it may connect."""

    allows: tuple[tuple[Permission, Grant], ...]
    egress: tuple[Egress, ...]

    def granting(self, wanted: Permission, context: Context) -> Grant | None:
        """The declared grant that covers a permission and has not ended, or None."""
        for allow, grant in self.allows:
            if _covers(allow, wanted) and (grant.expires is None or grant.expires > context.clock):
                return grant
        return None

    def groups(self) -> frozenset[str]:
        """The API groups that the declaration names."""
        return frozenset(allow.group for allow, _ in self.allows)


def declared_access(context: Context, agent_id: str) -> Declared | None:
    """What the files declare for an agent on Kubernetes; None where no file declares the agent."""

    def make() -> Declared | None:
        meant = meaning_of(context, agent_id, "kubernetes")
        if meant is None:
            return None
        return Declared(
            tuple((one, grant) for grant in meant.allows for one in _expanded(grant)),
            (*meant.egress, *_callees(context, agent_id)),
        )

    return kept(context, ("kubernetes access", agent_id), make)


def _callees(context: Context, agent_id: str) -> Iterator[Egress]:
    """The pods of the agents to which an agent hands work now."""
    for one in handed_by(context, agent_id):
        yield from callee_pods(one.edge.caller, one.edge.callee, one.callees, one.edge.origin)


def declared_callers(context: Context, agent_id: str) -> tuple[Egress, ...]:
    """The pods of the agents from which an agent takes work now."""
    return kept(
        context,
        ("kubernetes callers", agent_id),
        lambda: tuple(
            source
            for one in taken_by(context, agent_id)
            for source in caller_pods(one.edge.caller, one.edge.callee, one.callers, one.edge.consent)
        ),
    )


def origin_of_rule(context: Context, agent_id: str | None, wanted: Permission) -> Origin | None:
    """The line of the agent file that asks for a permission, else the file."""
    access = declared_access(context, agent_id) if agent_id else None
    grant = access.granting(wanted, context) if access else None
    return grant.origin if grant else context.origin(agent_id)


@lru_cache(maxsize=4096)  # agents share what their words mean, and several rules ask
def permissions_of(rule: RbacRule, namespace: str | None) -> tuple[Permission, ...]:
    """Every permission that one rule of a role gives in `namespace`, None for everywhere."""
    return tuple(
        Permission(namespace or "*", group, resource, name, verb)
        for group in rule.api_groups
        for resource in rule.resources
        for name in rule.resource_names or (None,)
        for verb in rule.verbs
    )


def _expanded(grant: Grant) -> Iterator[Permission]:
    for text in grant.resources:
        for verb in grant.actions:
            yield Permission(*kubernetes_parts(text), verb)


def _parts(a: Permission, b: Permission) -> Iterator[tuple[str, str]]:
    yield a.verb, b.verb
    yield a.resource, b.resource
    yield a.group, b.group
    yield a.namespace, b.namespace


@lru_cache(maxsize=16384)
def _covers(allow: Permission, wanted: Permission) -> bool:
    if not all(a in ("*", b) or ("*" in a and covers(a, b)) for a, b in _parts(allow, wanted)):
        return False
    return allow.name is None or (wanted.name is not None and covers(allow.name, wanted.name))


# --- network destinations -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Destination:
    """One peer on one port that a rule of a network policy opens; `port` and `protocol` are None for all of them.

    `cidr` without `excepted`, or `namespace`, says where; `namespace` is None, and `anywhere` true, for a peer that is
    everything.
    """

    cidr: str | None = None
    excepted: tuple[str, ...] = ()
    namespace: str | None = None
    pod_labels: tuple[tuple[str, str], ...] = ()
    port: int | str | None = None
    protocol: str | None = None
    anywhere: bool = False

    def __str__(self) -> str:
        if self.anywhere:
            where = "everything"
        elif self.cidr is not None:
            where = " without ".join((self.cidr, *self.excepted))
        else:
            labels = ",".join(f"{key}={value}" for key, value in self.pod_labels) or "every pod"
            where = f"{labels} of {f'namespace {self.namespace}' if self.namespace else 'every namespace'}"
        return f"{where} on {f'{self.protocol} port {self.port}' if self.port is not None else 'every port'}"


def destinations(rule: Mapping[str, Any], own_namespace: str, side: str = "to") -> Iterator[Destination]:
    """What one egress rule (or, with `side="from"`, one ingress rule) opens. The rule must be wholly known.

    A rule without peers opens everything, one without ports every port. `matchExpressions` only narrow and are not
    read, so a peer that has only those counts as every pod.
    """
    ports = [
        (entry.get("port") if "endPort" not in entry else None, entry.get("protocol", "TCP"))
        for entry in rule.get("ports") or [{}]
    ]
    for peer in rule.get(side) or [None]:
        for port, protocol in ports:
            yield _destination(peer, own_namespace, port, None if port is None else protocol)


def _destination(peer: Any, own: str, port: Any, protocol: Any) -> Destination:
    if not peer:
        return Destination(port=port, protocol=protocol, anywhere=True)
    block = peer.get("ipBlock")
    if block is not None:
        excepted = tuple(str(one) for one in block.get("except") or ())
        return Destination(cidr=str(block.get("cidr")), excepted=excepted, port=port, protocol=protocol)
    spaces = peer.get("namespaceSelector")
    namespace = own if spaces is None else (spaces.get("matchLabels") or {}).get(NAMESPACE_LABEL)
    labels = tuple(sorted((peer.get("podSelector") or {}).get("matchLabels", {}).items()))
    return Destination(namespace=namespace, pod_labels=labels, port=port, protocol=protocol)


def open_to_all(to: Destination) -> bool:
    """Whether a destination is in effect everywhere: no peer, (nearly) all addresses, every pod of every namespace."""
    if to.anywhere:
        return True
    if to.cidr is None:
        return to.namespace is None and not to.pod_labels
    network = _network(to.cidr)
    # Half of all addresses twice is all addresses; nobody's own network is wider than these.
    return network is None or network.prefixlen < (8 if network.version == 4 else 16)


def _network(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return None


def declared_destination(to: Destination, access: Declared | None, context: Context) -> bool:
    """Whether a destination is one that the files declare, the cluster's name service, or EKS Pod Identity's agent."""
    environment = context.environment.environment if context.environment else None
    cluster = environment.kubernetes if environment else None
    if to.cidr == POD_IDENTITY_AGENT and to.port == 80 and to.protocol == "TCP":
        return True
    if cluster is not None and to.port == 53 and to.namespace == cluster.dns.namespace:
        return set(cluster.dns.pod_labels.items()) <= set(to.pod_labels)
    if to.cidr is not None and not to.anywhere:
        return access is not None and undeclared_address(to, access) is None
    return access is not None and any(reaches(one, to) for one in access.egress)


def undeclared_address(to: Destination, access: Declared) -> str | None:
    """The first address that a range opens and no declared range on its port covers; None where there is none.

    Several declared ranges may cover it together. A range that cannot be read shows itself.
    """
    wide = _network(to.cidr or "")
    if wide is None:
        return to.cidr
    ranges = [
        one.cidr
        for one in access.egress
        if one.cidr is not None and one.port == to.port and one.protocol == to.protocol
    ]
    covering = [_network(one) for one in (*ranges, *to.excepted)]
    spans = sorted((int(one[0]), int(one[-1])) for one in covering if one is not None and one.version == wide.version)
    address = int(wide[0])
    for first, last in spans:
        if first > address:
            break
        address = max(address, last + 1)
    return str(type(wide[0])(address)) if address <= int(wide[-1]) else None


def reaches(declared: Egress, to: Destination) -> bool:
    """Whether a destination, or a source, lies within a declared one."""
    if to.anywhere or to.port != declared.port or to.protocol != declared.protocol or declared.cidr is not None:
        return False
    return to.namespace == declared.namespace and set(declared.pod_labels.items()) <= set(to.pod_labels)
