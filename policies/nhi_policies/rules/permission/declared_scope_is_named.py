"""NHI-PRM-019: what a declaration means on AWS is named, not a pattern."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.catalog.load import load_catalog
from nhi.catalog.meaning import agent_platforms
from nhi.permissions.globs import has_wildcard
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.aws.reach import takes_resources, unnamed
from nhi_policies.view.origin import bound_at, meaning_of


@rule(
    id="NHI-PRM-019",
    slug="declared-scope-is-named",
    severity="high",
    kind="agent",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.5.15", "AICM-IAM-05", "AIRS-IAM-04"),
    row="3.2",
)
def declared_scope_is_named(declared: DeclaredAgent, context: Context) -> Iterator[Finding]:
    """Each action, data scope and tool of a file comes to named actions on named objects of AWS.

    Why: a reviewer reads `knowledge-base` and does not see that the environment means every bucket by it.
    Bad: a data scope bound to the bucket `*`; a catalog entry with `s3:*`.
    Fix: name the object in the environment's binding, or the actions in the catalog entry.
    """
    if "aws" not in agent_platforms(declared):
        raise NotApplicable("the agent is not on AWS")
    known = context if declared.agent.agent_id in context.agents else _alone(declared, context)
    meaning = meaning_of(known, declared.agent.agent_id, "aws")
    for grant in meaning.allows if meaning else ():
        where = ""
        wide = [action for action in grant.actions if has_wildcard(action)]
        objects = [
            (resource, why)
            for resource in grant.resources
            if (why := unnamed(resource)) and any(takes_resources(action) for action in grant.actions)
        ]
        if wide or objects:
            where = bound_at(declared, context.catalog or load_catalog(), grant)
        for action in wide:
            yield Finding(
                f"it comes to the action pattern {action} on AWS, by {where}.",
                "name the actions in the catalog entry.",
                f"Action::{action}",
                grant.origin,
            )
        for resource, why in objects:
            yield Finding(
                f"it comes to {resource} on AWS ({why}), by {where}.",
                "name the object in the environment's binding.",
                f"Resource::{resource}",
                grant.origin,
            )


def _alone(declared: DeclaredAgent, context: Context) -> Context:
    return Context(context.clock, {declared.agent.agent_id: declared}, declared.environment, context.catalog)
