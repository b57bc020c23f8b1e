"""NHI-TRU-303: nothing beside agents is open to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.agents import beside_agents
from nhi_policies.view.gcp.members import is_public
from nhi_policies.view.gcp.policies import bindings
from nhi_policies.view.resource import Resource, texts_in
from nhi_policies.view.types import kinds_of

_RUN = "gcp:cloudrunv2/service:Service"


@rule(
    id="NHI-TRU-303",
    slug="no-public-member",
    severity="critical",
    kind="resource",
    targets=("gcp-grant", "gcp-access-list", _RUN),
    controls=("OWASP-NHI5", "OWASP-NHI9", "ASI03", "NIST-AC-3", "NIST-AC-14", "ISO27001-A.5.15", "AIRS-IAM-01"),
    row="3.1",
)
def no_public_member(resource: Resource, context: Context) -> Iterator[Finding]:
    """Beside agents no role is given to `allUsers` or `allAuthenticatedUsers`, by an allow policy or a list beside it.

    Why: every agent is among them without being named, and so is everybody whom an agent could be talked into serving.
    Bad: a bucket for `allUsers`; an agent's account for `allAuthenticatedUsers`; an ACL with `READER:allUsers`; a Cloud
        Run service with `invoker_iam_disabled`.
    Fix: name who needs it; serve what is public from a stack without agents.
    """
    beside_agents(context)
    if resource.type == _RUN:
        if resource.read("invokerIamDisabled", default=False) is not False:
            yield _finding("its IAM check is off, so everybody may call it", "invokerIamDisabled")
        return
    if "gcp-access-list" in kinds_of(resource.type):
        for text in texts_in(resource.inputs):
            if is_public(text.rpartition(":")[2]) or text == "projectReaders:allUsers":
                yield _finding(f"its access list names {text}", text)
        return
    try:
        found = bindings(resource)
    except Unproven:
        raise NotApplicable("whom it serves is not known, which is NHI-GAT-007's finding") from None
    for member in dict.fromkeys(member for binding in found for member in binding.members if is_public(member)):
        yield _finding(f"it gives {member} a role", member)


def _finding(text: str, part: str) -> Finding:
    return Finding(f"{text}.", "name who needs it, or move it to a stack without agents.", f"public::{part}")
