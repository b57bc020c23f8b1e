"""Runs rules: which rule on which subject, what becomes of an unknown, of an exception, of a rule that throws.

Every way to ask the gate ends here: the pack, `nhi check`, an audit of a state. A rule that throws is a violation of
that rule whose message carries the kind of error and no value, never an aborted update and never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from nhi.contract import COMPONENT_TYPES
from nhi.permissions.model import Origin
from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context, Owner
from nhi_policies.rule import Rule, resource_rules, rules_of
from nhi_policies.verdict import Finding, NotApplicable, Outcome, Unproven, Verdict, Violation, told_best
from nhi_policies.view.aws.documents import roles_of
from nhi_policies.view.entra.owners import HOLDER_KEYS, with_owners
from nhi_policies.view.facts import fact
from nhi_policies.view.gcp.agents import owner_of as google_owner
from nhi_policies.view.memo import beside, kept
from nhi_policies.view.resource import Resource, Stack
from nhi_policies.view.types import KINDS

_HOW_TO_PROVE = "compute it in the program from plain values (names, account ids), not from another resource's output."


def run(
    rule: Rule, subject: Any, context: Context, agent: str | None, target: str | None, origin: Origin | None
) -> Verdict:
    """One rule on one subject. `agent`, `target` and `origin` fill in what the rule's findings leave out.

    Without an `origin` a finding stands in the agent's file.
    """
    violations: list[Violation] = []
    try:
        for finding in rule.check(subject, context):
            violations.append(Violation(rule, "fail", finding.about(agent, target, origin or context.origin(agent))))
    except NotApplicable as signal:
        if not violations:
            return _silent(rule, "not applicable", signal.reason)
    except Unproven as signal:
        finding = Finding(
            f"{signal.path} {signal.why}, so this is unproven.", _HOW_TO_PROVE, f"unproven::{signal.path}"
        )
        ignored = rule.on_unknown == "ignore"
        about = finding.about(agent, target, origin or context.origin(agent))
        violations.append(Violation(rule, "unproven", about, ignored=ignored))
        if len(violations) == 1:
            return Verdict(rule, "unproven", tuple(violations), str(signal))
    except Exception as error:
        finding = Finding(
            f"the rule itself failed with {type(error).__name__}, so nothing is proven.",
            "report it with the resource's type; until it is mended this counts as a violation.",
            "error",
        )
        about = finding.about(agent, target, origin or context.origin(agent))
        violations.append(Violation(rule, "error", about))
        return Verdict(rule, "error", tuple(violations), type(error).__name__)
    return Verdict(rule, "fail", tuple(violations)) if violations else _silent(rule, "pass")


@lru_cache(maxsize=4096)
def _silent(rule: Rule, outcome: Outcome, reason: str = "") -> Verdict:
    """A verdict without a violation: nearly all are, and they are alike."""
    return Verdict(rule, outcome, reason=reason)


def attributed(resource: Resource, context: Context) -> Resource:
    """The resource with its agent, and its instance, filled in where its props, facts or name tell them."""
    agent, instance = resource.agent, resource.instance
    if agent is not None and (instance is not None or not _has_instances(agent, context)):
        return resource
    said: Owner | None
    if resource.type in COMPONENT_TYPES:
        given, which = resource.peek("agentId"), resource.peek("instance")
        said = (given, which if isinstance(which, str) else None) if isinstance(given, str) else None
    else:
        said = _said(resource, context)
    if said is None or agent not in (None, said[0]):
        return resource
    return replace(resource, agent=said[0], instance=instance or said[1])


def _has_instances(agent: str, context: Context) -> bool:
    declared = context.agents.get(agent)
    return declared is None or bool(declared.agent.instances)


def _said(resource: Resource, context: Context) -> Owner | None:
    """Whose a resource says that it is, by its facts, else by the name of the object that it is or is about."""
    try:
        if resource.package == "gcp":
            return google_owner(resource, context)
        agent, instance = fact(resource, "agent-id"), fact(resource, "instance")
        owners = {context.owner(kind, name) for kind, name in _names(resource)} if agent is None or not instance else ()
    except Unproven:
        return None  # the rules that need the fact say that it is unproven
    owner = next(iter(owners)) if len(owners) == 1 else None
    if owner is None or agent not in (None, owner[0]):
        return None if agent is None else (agent, instance)
    return owner[0], instance or owner[1]


def _names(resource: Resource) -> Iterator[tuple[str, str]]:
    """The names, with their kinds of `contract.NAME_LIMITS`, that tell whose a resource is."""
    for name in roles_of(resource):
        yield "aws:role", name
    if resource.type in KINDS["entra-application"]:
        name = resource.peek("displayName")
        if isinstance(name, str):
            yield "entra:display-name", name


def stack_of(resources: Iterable[Resource], context: Context, agents: Sequence[str] | None = None) -> Stack:
    """All resources of a stack with their agents filled in, also those that only another resource tells.

    `agents` says whose they are where they are a part of a stack.
    """
    # An engine lists what it registered at the same time in any order. A finding about two of them names the first one,
    # and its fingerprint must be the same in every run.
    in_order = sorted(resources, key=lambda resource: resource.urn)
    known = tuple(attributed(resource, context) for resource in in_order)
    return with_owners(Stack(known, None if agents is None else tuple(agents)))


def resource_verdict(rule: Rule, resource: Resource, context: Context) -> Verdict:
    """What a resource rule says about a resource whose agent is filled in. It is asked once in one context."""
    said = _verdicts(resource, context)
    found = said.get(rule)
    if found is None:
        found = said[rule] = run(rule, resource, context, resource.agent, resource.urn, None)
    return found


def agent_verdict(rule: Rule, declared: DeclaredAgent, context: Context) -> Verdict:
    """What an agent rule says about a declaration. It is asked once in one context."""
    agent = declared.agent.agent_id
    found: tuple[DeclaredAgent, Verdict] | None = kept(context, ("said", agent), dict).get(rule)
    if found is None or found[0] is not declared:
        found = declared, run(rule, declared, context, agent, None, declared.positions.at())
        kept(context, ("said", agent), dict)[rule] = found
    return found[1]


def stack_verdict(rule: Rule, stack: Stack, context: Context) -> Verdict:
    """What a stack rule says about a stack whose resources have their agents filled in. Asked once in one context."""
    said = _verdicts(stack, context)
    found = said.get(rule)
    if found is None:
        found = said[rule] = run(rule, stack, context, None, None, None)
    return found


def _verdicts(subject: Any, context: Context) -> dict[Rule, Verdict]:
    """What rules said of a subject in this context, kept because the gate and its rows on parity ask the same rules."""
    memo = beside(subject)
    said: tuple[Context, dict[Rule, Verdict]] | None = memo.get("said")
    if said is None or said[0] is not context:
        said = memo["said"] = (context, {})
    return said[1]


def judge_resource(resource: Resource, context: Context) -> tuple[Verdict, ...]:
    """Every resource rule for this type, before exceptions."""
    rules = resource_rules(resource.type)
    if not rules:
        return ()
    known = attributed(resource, context)
    said, agent, urn = _verdicts(known, context), known.agent, known.urn
    verdicts: list[Verdict] = []
    for rule in rules:
        found = said.get(rule)
        if found is None:
            found = said[rule] = run(rule, known, context, agent, urn, None)
        verdicts.append(found)
    return tuple(verdicts)


def judge_agent(declared: DeclaredAgent, context: Context) -> tuple[Verdict, ...]:
    """Every agent rule on one declaration, before exceptions."""
    return tuple(agent_verdict(rule, declared, context) for rule in rules_of("agent"))


def judge_stack(resources: Iterable[Resource], context: Context) -> tuple[Verdict, ...]:
    """Every stack rule over all resources, and every resource rule whose agent only they tell; before exceptions."""
    given = tuple(resources)
    return judged_stack(stack_of(given, context), given, context)


def judged_stack(stack: Stack, given: Sequence[Resource], context: Context) -> tuple[Verdict, ...]:
    """What `judge_stack` says of a stack that is made of these resources already."""
    verdicts = [stack_verdict(rule, stack, context) for rule in rules_of("stack")]
    without = {resource.urn: resource for resource in given if resource.agent is None and resource.type in HOLDER_KEYS}
    for resource in stack if without else ():
        alone = without.get(resource.urn)
        if alone is not None and resource.agent != attributed(alone, context).agent:
            verdicts.extend(judge_resource(resource, context))
    return tuple(verdicts)


def judge_exceptions(context: Context) -> tuple[Verdict, ...]:
    """The rules about exceptions themselves. Call it last: an exception is unused once everything else is settled."""
    return tuple(run(rule, context.exceptions, context, None, None, None) for rule in rules_of("exceptions"))


def settled(verdicts: Iterable[Verdict], context: Context) -> tuple[Violation, ...]:
    """The violations of these verdicts, with exceptions applied. Everything is collected first, excepted second."""
    return context.exceptions.settle((one for verdict in verdicts for one in verdict.violations), context.clock)


def judge_all(
    resources: Sequence[Resource], agents: Iterable[DeclaredAgent], context: Context
) -> tuple[Violation, ...]:
    """The whole gate over records or a state: agents, resources, stack, exceptions, in this order."""
    verdicts: list[Verdict] = []
    for declared in agents:
        verdicts.extend(judge_agent(declared, context))
    for resource in resources:
        verdicts.extend(judge_resource(resource, context))
    verdicts.extend(judge_stack(resources, context))
    return concluded((one for verdict in verdicts for one in verdict.violations), context)


def concluded(violations: Iterable[Violation], context: Context) -> tuple[Violation, ...]:
    """Everything that was found, with exceptions applied, each thing said once, and what the exceptions come to."""
    found = told_best(context.exceptions.settle(violations, context.clock))
    return (*found, *settled(judge_exceptions(context), context))


__all__ = [
    "agent_verdict",
    "attributed",
    "concluded",
    "judge_agent",
    "judge_all",
    "judge_exceptions",
    "judge_resource",
    "judge_stack",
    "judged_stack",
    "resource_verdict",
    "run",
    "settled",
    "stack_of",
    "stack_verdict",
]
