"""NHI-PRM-018: an agent is granted what its file declares, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from nhi.catalog.user_context import session_grants
from nhi.contract import identity_name
from nhi.permissions.model import Condition, Grant, Origin

from nhi_policies.declared import Context
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable, Unproven
from nhi_policies.view.aws.documents import Statement, documents, name_of_arn
from nhi_policies.view.aws.holders import agent_roles
from nhi_policies.view.aws.links import links, unproven
from nhi_policies.view.aws.reach import ends
from nhi_policies.view.holders import Holder, find_holder
from nhi_policies.view.origin import grant_covers, meaning_of, origin_of
from nhi_policies.view.resource import Stack

_AT_MOST = frozenset({"numericlessthan", "numericlessthanequals"})
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
    """Everything that an agent's role is allowed in this stack is covered by one declared grant of its file.

    Why: the file is what a person reviewed; whatever else the role may do, nobody decided.
    Bad: a second policy attached to an agent's role; a policy of AWS; an Allow that outlives the declared grant.
    Fix: declare the action, scope or tool in the agent's file, or remove the grant.
    """
    roles = agent_roles(stack)
    if not roles:
        raise NotApplicable("no agent has a role in this stack")
    found = links(stack, context)
    for name, role in roles.items():
        who = find_holder(role, context)
        if who is None or who.declared is None:
            continue
        for one, unknown in found.unknown.get(name, ()):
            yield unproven(one, who.agent, context, f"what is attached to the agent's role {name}", unknown)
        for arn, by in found.attached.get(name, {}).items():
            if arn not in found.policies:
                policy = name_of_arn(arn)
                text = f"the policy {policy} on the agent's role {name} is not made in this stack, so nobody judges it."
                yield Finding(text, _FIX, f"policy::{policy}", context.origin(who.agent), who.agent, by.urn)
        declared = (*_declared(who, context), *_own_secret(who), *session_grants(who.declared, who.instance))
        for holding in found.holding(name, role):
            try:
                for statement in (one for document in documents(holding, "identity") for one in document.allows):
                    for text, part, origin in _beyond(statement, declared, who, context):
                        place = origin or context.origin(who.agent)
                        yield Finding(f"{statement.label} {text}.", _FIX, part, place, who.agent, holding.urn)
            except Unproven as unknown:
                yield unproven(holding, who.agent, context, f"what the agent's role {name} is allowed", unknown)


def _declared(who: Holder, context: Context) -> tuple[Grant, ...]:
    meaning = meaning_of(context, who.agent, "aws")
    return meaning.allows if meaning else ()


def _own_secret(who: Holder) -> Iterator[Grant]:
    """What a stored credential brings: the agent may read its own secret."""
    assert who.declared is not None
    credential, environment = who.declared.agent.credential, who.declared.environment.environment
    aws = environment.aws
    if credential is not None and aws is not None and credential.type in ("oauth2_client_credentials", "api_key"):
        name = identity_name("aws:secret", environment.prefix, who.agent, who.instance, "credential")
        arn = f"arn:{aws.partition}:secretsmanager:{aws.region}:{aws.account_id}:secret:{name}-??????"
        origin = who.declared.positions.at("credential", "type")
        yield Grant("aws", "allow", ("secretsmanager:GetSecretValue",), (arn,), "read", "own credential", origin)


def _beyond(
    statement: Statement, declared: tuple[Grant, ...], who: Holder, context: Context
) -> Iterator[tuple[str, str, Origin | None]]:
    if statement.not_actions or statement.not_resources:
        yield "allows everything except a list, which no declared grant covers", f"except::{statement.index}", None
        return
    for action in statement.actions:
        for resource in statement.resources:
            able = [grant for grant in declared if grant_covers(grant, action, resource)]
            if any(_as_strict(statement, grant) for grant in able):
                continue
            origin = origin_of(context, who.agent, "aws", action, resource)
            part = f"Action::{action}"
            if able:
                yield f"allows {action} on {resource} under weaker conditions than declared", part, able[0].origin
            else:
                yield f"allows {action} on {resource}, which no declared grant covers", part, origin
            break  # one finding for each action is enough to find the statement


def _as_strict(statement: Statement, grant: Grant) -> bool:
    if grant.expires is not None:
        end = ends(statement)
        if end is None or end > grant.expires:
            return False
    return all(any(_implies(own, wanted) for own in statement.conditions) for wanted in grant.conditions)


def _implies(own: Condition, wanted: Condition) -> bool:
    if own.operator.lower() != wanted.operator.lower() or own.key.lower() != wanted.key.lower():
        return False
    if own.operator.lower() in _AT_MOST:
        most, allowed = _highest(own), _highest(wanted)
        return most is not None and allowed is not None and most <= allowed
    if "not" in own.operator.lower():
        return set(own.values) >= set(wanted.values)
    return set(own.values) <= set(wanted.values)


def _highest(condition: Condition) -> float | None:
    """The highest of a condition's numbers, since one of several values is enough for IAM; None where one is none."""
    try:
        return max(map(float, condition.values), default=None)
    except ValueError:
        return None
