"""NHI-PRM-014: every action exists."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from nhi.catalog.vocabulary import aws_action, aws_known_until, expand, known_service
from nhi.permissions.globs import has_wildcard
from nhi.spec.nearest import nearest

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding
from nhi_policies.view.aws.documents import documents
from nhi_policies.view.holders import holder
from nhi_policies.view.origin import origin_of
from nhi_policies.view.resource import Resource

_FIX = "write an action that exists; enter one that is newer in `aws_overlay.yaml`, with its date and source."


@rule(
    id="NHI-PRM-014",
    slug="known-action",
    severity="high",
    kind="resource",
    targets=("aws-identity-policy",),
    controls=("OWASP-NHI5", "ASI03", "NIST-CM-6", "ISO27001-A.8.9", "AICM-IAM-05"),
    row="3.2",
)
def known_action(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every action in an agent's policies is one that AWS knows.

    Why: a misspelt Deny denies nothing, and a misspelt Allow grants something on the day AWS adds that name.
    Bad: `s3:GetObjet`; `bedrok:InvokeModel`; `s3:Foo*`.
    Fix: write the action as the service authorization reference spells it. One that AWS has added since is entered in
        the catalog's overlay, with its date and its source.
    """
    who = holder(resource, context)
    for document in documents(resource, "identity"):
        for statement in document.statements:
            for action in (*statement.actions, *statement.not_actions):
                if _known(action):
                    continue
                close = _nearest(action)
                yield Finding(
                    f"{statement.label} names {action}, which is no action of AWS, as known on {aws_known_until()}.",
                    f"did you mean {close}?" if close else _FIX,
                    f"Action::{action}",
                    origin_of(context, who.agent, "aws", action, next(iter(statement.resources), "*")),
                )


@lru_cache(maxsize=8192)  # agents share what their words mean
def _known(action: str) -> bool:
    # `*` stands for something in any case; looking through every service would take most of a second.
    return set(action) <= {"*", ":"} or bool(expand(action) if has_wildcard(action) else aws_action(action))


def _nearest(action: str) -> str | None:
    service, _, name = action.partition(":")
    if not known_service(service):
        services = {one.partition(":")[0] for one in expand("*")}
        service = nearest(service, sorted(services)) or ""
    names = [one.partition(":")[2] for one in expand(f"{service}:*")] if service else []
    found = nearest(name, names)
    return f"{service}:{found}" if found else None
