"""What an API server demands of a NetworkPolicy.

Owns its shape (https://kubernetes.io/docs/concepts/services-networking/network-policies/ and the API server's
pkg/apis/networking/validation). Does not own who may talk to whom: no packet flows in the sandbox, and a real cluster
whose network plugin ignores NetworkPolicies enforces none of them either.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any

from nhi.sandbox.clouds.kubernetes import grammar
from nhi.sandbox.clouds.kubernetes.grammar import Failures, at, elements, known
from nhi.sandbox.clouds.model import Failure

# RFC 6335, section 5.1: at most 15 characters, at least one letter, no two hyphens in a row.
_PORT_NAME = re.compile(r"(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")

_WITH_LENGTH = re.compile(r"[^/]+/(0|[1-9][0-9]*)")


def network_policy(inputs: Mapping[str, Any]) -> Failures:
    """A NetworkPolicy: selectors, peers, ports and policy types."""
    spec = inputs.get("spec")
    yield from grammar.selector(at(spec, "podSelector"), "spec.podSelector")
    kinds = at(spec, "policyTypes")
    if known(kinds) and len(kinds) > 2:
        yield Failure("spec.policyTypes", "must have at most two elements")
    for path, kind in elements(kinds, "spec.policyTypes"):
        yield from grammar.one_of(kind, ("Ingress", "Egress"), path)
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for path, rule in elements(at(spec, direction), f"spec.{direction}"):
            for place, port in elements(rule.get("ports"), f"{path}.ports"):
                yield from _port(port, place)
            for place, peer in elements(rule.get(peers), f"{path}.{peers}"):
                yield from _peer(peer, place)


def port_number(value: Any, path: str) -> Failures:
    """A port by number (1 to 65535) or by the name that a container gives it."""
    if isinstance(value, (int, float)):
        if not 1 <= value <= 65535:
            yield Failure(path, "must be between 1 and 65535")
    elif known(value) and not _PORT_NAME.fullmatch(value):
        yield Failure(path, "must be a number, or a port's name: at most 15 lower-case letters, digits and '-'")


def _port(port: Mapping[str, Any], path: str) -> Failures:
    number, end = port.get("port"), port.get("endPort")
    yield from grammar.one_of(port.get("protocol"), ("TCP", "UDP", "SCTP"), f"{path}.protocol")
    yield from port_number(number, f"{path}.port")
    if known(end):
        if number is None:
            yield Failure(f"{path}.endPort", "needs a port to begin at")
        elif isinstance(number, str):
            yield Failure(f"{path}.endPort", "cannot follow a port's name")
        elif known(number) and not number <= end <= 65535:
            yield Failure(f"{path}.endPort", "must be between the port and 65535")


def _peer(peer: Mapping[str, Any], path: str) -> Failures:
    block = peer.get("ipBlock")
    selectors = [name for name in ("podSelector", "namespaceSelector") if peer.get(name) is not None]
    if block is None and not selectors:
        yield Failure(path, "needs an ipBlock, a podSelector or a namespaceSelector; an empty peer is not 'everyone'")
    if block is not None and selectors:
        yield Failure(path, "an ipBlock cannot be combined with selectors in one peer")
    for name in selectors:
        yield from grammar.selector(peer[name], f"{path}.{name}")
    if not known(block):
        return
    cidr = _network(block.get("cidr"))
    if known(block.get("cidr")) and cidr is None:
        yield Failure(f"{path}.ipBlock.cidr", "must be a CIDR such as 10.0.0.0/8 or fd00::/8, without host bits")
    for place, exception in elements(block.get("except"), f"{path}.ipBlock.except"):
        inner = _network(exception)
        if inner is None:
            yield Failure(place, "must be a CIDR such as 10.1.0.0/16, without host bits")
        elif cidr is not None and not _strictly_within(inner, cidr):
            yield Failure(place, "must lie strictly within the block's cidr")


_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: Any) -> _Network | None:
    # Strict as Kubernetes 1.36 is: neither host bits nor a zero before the length. Older servers took both. A bare
    # address without a length is no CIDR.
    if not known(text) or not _WITH_LENGTH.fullmatch(text):
        return None
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _strictly_within(inner: _Network, outer: _Network) -> bool:
    return inner.version == outer.version and inner != outer and inner.subnet_of(outer)  # type: ignore[arg-type]
