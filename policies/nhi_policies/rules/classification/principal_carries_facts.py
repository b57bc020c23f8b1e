"""NHI-CLS-011: an agent's principal on AWS or Entra ID says what it is."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.contract import REQUIRED_FACTS, Fact, encode_fact

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view import types as t
from nhi_policies.view.agents import expected_facts
from nhi_policies.view.facts import facts, platform_of
from nhi_policies.view.holders import Holder, find_holder
from nhi_policies.view.resource import Resource


@rule(
    id="NHI-CLS-011",
    slug="principal-carries-facts",
    severity="high",
    kind="resource",
    targets=(t.AWS_ROLE, t.AWS_USER, "entra-application", t.ENTRA_SERVICE_PRINCIPAL),
    controls=("OWASP-NHI1", "ASI10", "NIST-CM-8", "ISO27001-A.5.9", "AICM-IAM-03", "AIRS-IAM-01"),
    row="1.2",
)
def principal_carries_facts(resource: Resource, context: Context) -> Iterator[Finding]:
    """Every principal of an agent on AWS and Entra ID carries the agent's facts as tags, as its file declares them.

    Why: an inventory, an alarm and a person in an incident read the tags, not the file.
    Bad: a role in the agents' path without tags; an application whose `nhi:risk-tier` is lower than the declared tier.
    Fix: let the component make it, or tag it with what the agent's file says.
    """
    who = find_holder(resource, context)
    if who is None and not _in_agents_path(resource, context):
        raise NotApplicable("it belongs to no agent")
    written = facts(resource)
    for name in REQUIRED_FACTS:
        if not written.get(name):
            where = "" if who else ", and it stands in the agents' path"
            yield Finding(
                f"it has no tag nhi:{name}{where}.", "tag it with what the agent's file says.", f"tag::{name}"
            )
    for name, value in _declared(who, resource, context).items():
        if name in written and written[name] != value:
            yield Finding(
                f"its tag nhi:{name} differs from what the agent's file says ({value}).",
                f"set the tag to {value}.",
                f"value::{name}",
            )


def _in_agents_path(resource: Resource, context: Context) -> bool:
    aws = context.environment.environment.aws if context.environment else None
    return resource.package == "aws" and aws is not None and aws.path != "/" and resource.text("path") == aws.path


def _declared(who: Holder | None, resource: Resource, context: Context) -> dict[Fact, str]:
    platform = platform_of(resource)
    if who is None or who.declared is None or platform is None:
        return {}
    expected = expected_facts(who.declared, who.instance, context.clock)
    return {name: encode_fact(platform, name, value) for name, value in expected.items()}
