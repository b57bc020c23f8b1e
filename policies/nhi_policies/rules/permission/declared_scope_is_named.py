"""NHI-PRM-019: what a declaration means on AWS and Google Cloud is named, not a pattern."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.catalog.load import load_catalog
from nhi.catalog.meaning import agent_platforms
from nhi.contract import Platform
from nhi.permissions.globs import has_wildcard
from nhi.permissions.model import Grant
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.aws.reach import takes_resources, unnamed
from nhi_policies.view.gcp.grants import unnamed_object
from nhi_policies.view.origin import bound_at, meaning_of

_NAMED: dict[Platform, str] = {"aws": "AWS", "gcp": "Google Cloud"}


@rule(
    id="NHI-PRM-019",
    slug="declared-scope-is-named",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.5.15", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.2",
)
def declared_scope_is_named(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Each action, data scope and tool of a file comes to named actions on named objects of AWS and Google Cloud.

    Why: a reviewer reads `knowledge-base` and does not see that the environment means every bucket by it.
    Bad: a data scope bound to the bucket `*`; a catalog entry with `s3:*`, or with `storage.objects.get` on a project.
    Fix: name the object in the environment's binding, or the actions in the catalog entry.
    """
    platforms: list[Platform] = [one for one in _NAMED if one in agent_platforms(declared)]
    if not platforms:
        raise NotApplicable("the agent is neither on AWS nor on Google Cloud")
    known = context if declared.agent.agent_id in context.agents else _alone(declared, context)
    for platform in platforms:
        meaning = meaning_of(known, declared.agent.agent_id, platform)
        for grant in meaning.allows if meaning else ():
            yield from _patterns(declared, known, grant)


def _patterns(declared: DeclaredAgent, context: Context, grant: Grant) -> Iterator[Finding]:
    on = _NAMED[grant.platform]
    wide = [action for action in grant.actions if has_wildcard(action)]
    objects = [(resource, why) for resource in grant.resources if (why := _unnamed(grant, resource, context))]
    where = bound_at(declared, context.catalog or load_catalog(), grant) if wide or objects else ""
    for action in wide:
        yield Finding(
            f"it comes to the action pattern {action} on {on}, by {where}.",
            "name the actions in the catalog entry.",
            f"Action::{action}",
            grant.origin,
        )
    for resource, why in objects:
        yield Finding(
            f"it comes to {resource} on {on} ({why}), by {where}.",
            "name the object in the environment's binding.",
            f"Resource::{resource}",
            grant.origin,
        )


def _unnamed(grant: Grant, resource: str, context: Context) -> str:
    if grant.platform == "gcp":
        return next((why for action in grant.actions if (why := unnamed_object(action, resource, context))), "")
    return unnamed(resource) if any(takes_resources(action) for action in grant.actions) else ""


def _alone(declared: DeclaredAgent, context: Context) -> Context:
    return Context(context.clock, {declared.agent.agent_id: declared}, declared.environment, context.catalog)
