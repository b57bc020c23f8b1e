"""NHI-CRD-042: tokens in a cluster live no longer than the tier allows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from nhi_policies.declared import Context, Owner
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view import types as t
from nhi_policies.view.agents import ceilings_of
from nhi_policies.view.kubernetes.agents import agents_only
from nhi_policies.view.kubernetes.pods import POD_IDENTITY_AUDIENCE, ProjectedToken, projected_tokens
from nhi_policies.view.resource import Resource

_SHORTEST = 600
"""https://kubernetes.io/docs/concepts/storage/projected-volumes/#serviceaccounttoken"""
_STRETCHED = 3607
"""An API server with --service-account-extend-token-expiration makes a year of exactly this number."""
_PARTS = re.compile(r"(\d+(?:\.\d+)?)(h|m|s|ms)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@rule(
    id="NHI-CRD-042",
    slug="token-life-within-ceiling",
    severity="high",
    kind="resource",
    targets=(t.K8S_SPIFFE_ID, "kubernetes-workload"),
    controls=("OWASP-NHI7", "ASI03", "NIST-IA-5(1)", "NIST-AC-12", "ISO27001-A.5.17", "AIRS-IAM-06"),
    row="1.5",
)
def token_life_within_ceiling(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every token or SVID that an agent's pod gets names its audience and lives no longer than the tier allows.

    Why: a stolen token is worth what is left of its life, to whoever it was made for.
    Bad: a projected token of a day, of exactly 3607 seconds (the server makes a year of it), or without an audience;
        a SPIFFE id without `ttl`.
    Fix: set `expirationSeconds`, `ttl` and `jwtTtl` within the tier's token life, and name the audience.
    """
    owner = agents_only(resource, context)
    ceiling = ceilings_of(owner, resource, context).max_token_life
    if resource.type == t.K8S_SPIFFE_ID:
        for key in ("ttl", "jwtTtl"):
            life = _go_duration(resource.text("spec", key))
            if life is None or life > ceiling:
                what = "is not set to a length of time" if life is None else "is over the tier's token life"
                yield _finding(f"{key} {what}.", f"set {key} to at most {_minutes(ceiling)}.", key, owner)
        return
    for index, token in enumerate(projected_tokens(resource)):
        yield from _judged(token, ceiling, f"token::{index}", owner)


def _judged(token: ProjectedToken, ceiling: timedelta, part: str, owner: Owner) -> Iterator[Finding]:
    if not token.audience:
        yield _finding(
            "a projected token names no audience, so it is one for the API server, and opens that.",
            "name in `audience` the one service that takes the token.",
            f"{part}::audience",
            owner,
        )
    if token.audience == POD_IDENTITY_AUDIENCE:
        return  # only the node's Pod Identity agent takes it, for credentials whose life the role limits
    allowed = f"set `expirationSeconds` between {_SHORTEST} and {int(ceiling.total_seconds())}."
    if token.seconds == _STRETCHED:
        yield _finding(
            "a projected token of 3607 seconds is stretched to a year.", allowed, f"{part}::stretched", owner
        )
    elif token.seconds < _SHORTEST:
        yield _finding(f"a projected token of under {_SHORTEST} seconds is refused.", allowed, f"{part}::short", owner)
    elif token.seconds > ceiling.total_seconds():
        yield _finding("a projected token lives longer than the tier allows.", allowed, f"{part}::long", owner)


def _finding(text: str, fix: str, part: str, owner: Owner) -> Finding:
    return Finding(text, fix, part, agent=owner[0])


def _minutes(life: timedelta) -> str:
    return f"{int(life.total_seconds() // 60)}m"


def _go_duration(text: str | None) -> timedelta | None:
    """A length of time as Go writes it; None for anything else, and for zero, which asks for the server's default."""
    if text is None or not re.fullmatch(f"(?:{_PARTS.pattern})+", text):
        return None
    seconds = sum(float(count) * _SECONDS[unit] for count, unit in _PARTS.findall(text))
    return timedelta(seconds=seconds) if 0 < seconds < 1e9 else None
