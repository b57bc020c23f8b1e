"""NHI-PRM-018: an agent is granted what its file declares, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.permissions.globs import matches

from nhi_policies.declared import Context, rendered_state
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.aws.documents import name_of_arn
from nhi_policies.view.aws.effective import granted_to
from nhi_policies.view.aws.holders import agent_roles
from nhi_policies.view.aws.links import unproven
from nhi_policies.view.aws.within import Beyond, beyond
from nhi_policies.view.declared_grants import declared_grants
from nhi_policies.view.holders import Holder, find_holder
from nhi_policies.view.origin import grant_covers
from nhi_policies.view.proofs import context_words, in_words
from nhi_policies.view.resource import Resource, Stack

_FIX = "declare it in the agent's file, or take it away."


@rule(
    id="NHI-PRM-018",
    slug="granted-within-declared",
    severity="critical",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI5", "ASI03", "NIST-AC-6", "ISO27001-A.5.15", "AICM-IAM-05", "AIRS-IAM-04", "AIRS-PA-1.1"),
    row="3.2",
)
def granted_within_declared(stack: Stack, context: Context) -> Iterator[Finding]:
    """Everything that an agent's role is allowed in this stack lies within what its file declares.

    Why: the file is what a person reviewed; whatever else the role may do, nobody decided. It is proved over all
        requests, conditions included; what is not proved is a finding, and so is what only a Deny keeps in the file.
    Bad: a second policy attached to an agent's role; a policy of AWS; an Allow that outlives the declared grant, or
        takes a wider network, or says only what it leaves out.
    Fix: declare the action, scope or tool in the agent's file, or remove the grant.
    """
    roles = agent_roles(stack)
    if not roles:
        raise NotApplicable("no agent has a role in this stack")
    for name, role in roles.items():
        who = find_holder(role, context)
        if who is not None and who.declared is not None:
            yield from _of_role(name, role, who, stack, context)


def _of_role(name: str, role: Resource, who: Holder, stack: Stack, context: Context) -> Iterator[Finding]:
    assert who.declared is not None
    granted = granted_to(stack, context, name, role)
    for one, unknown in granted.unproven:
        yield unproven(one, who.agent, context, f"what the agent's role {name} is allowed", unknown)
    for arn, by in granted.foreign.items():
        policy = name_of_arn(arn)
        text = f"the policy {policy} on the agent's role {name} is not made in this stack, so nobody judges it."
        yield Finding(text, _FIX, f"policy::{policy}", context.origin(who.agent), who.agent, by.urn)
    declared = declared_grants(context, who.agent, "aws", who.instance)
    active = rendered_state(who.declared.agent, who.instance, context.clock) == "active"
    try:
        for found in beyond(granted, declared):
            if found.masked and not active:
                continue  # its guard denies everything, and NHI-STA-011 tells of what is there all the same
            text, part = _told(found)
            place = found.nearest.origin if found.nearest else context.origin(who.agent)
            target = granted.sources[found.statement.label].urn
            yield Finding(text, _FIX, part, place, who.agent, target)
    except Unproven as unknown:
        yield unproven(role, who.agent, context, f"what the agent's role {name} is allowed", unknown)


def _told(found: Beyond) -> tuple[str, str]:
    label = found.statement.label
    if not found.pairs:
        about = f"{found.statement.actions[0]} on everything" if found.statement.actions else "everything"
        what, part = f"{about} except a list", f"except::{label.partition(' of ')[0].removeprefix('statement ')}"
        covered = False
    else:
        action, resource = _shown(found)
        rest = len(found.pairs) - 1
        what = (
            f"{action} on {resource}{f' and {rest} more actions' if rest > 1 else ' and 1 more action' if rest else ''}"
        )
        part = f"Action::{action}"
        covered = found.nearest is not None and grant_covers(found.nearest, action, resource)
    how = "under weaker conditions than declared" if covered else "which no declared grant covers"
    comma = "" if covered else ","
    if found.witness is None:
        return f"whether the file covers that {label} allows {what} is undecided: {found.reason}.", part
    same = what == f"{found.witness.action} on {found.witness.resource}"
    example = context_words(found.witness) if same else in_words(found.witness)
    shown = f"; for example {example}" if example else ""
    kept = "; only a deny or the boundary of the role keeps it within the file" if found.masked else ""
    return f"{label} allows {what}{comma} {how}{shown}{kept}.", part


def _shown(found: Beyond) -> tuple[str, str]:
    """The statement's own words for the request that shows it."""
    witness = found.witness
    if witness is not None:
        for action in (one for one, _ in found.pairs if matches(one, witness.action, case_sensitive=False)):
            for resource in found.statement.resources:
                if matches(resource, witness.resource, case_sensitive=True):
                    return action, resource
    return found.pairs[0]
