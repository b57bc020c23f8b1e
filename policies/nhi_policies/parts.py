"""A large fleet judged in parts: a part is some agents with all that is theirs, beside what belongs to nobody.

Owns what one part says, which parts must be judged together, and how parts are put together again, so that it does not
matter where a fleet is cut. Does not own processes (`nhi.cli.workers`) nor what a rule says.

Why it may be cut. What is said of an agent's file or of one resource knows no other agent but through the context,
which every part has whole. A stack rule says in its `reach` what its findings follow from:

- `agents`: the agent's own resources, what belongs to nobody, and the agents that claim a thing of it. Two parts in
  which one thing is claimed are judged again as one (`claimed_together`), so no two claims of a thing are ever apart.
- `stack`: anything. Where such a rule finds something in a part, or any stack rule broke off, the fleet is judged in
  one piece (`Part.whole`).

What is said of nobody, because what belongs to nobody stands in every part, is said once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from nhi.spec.declared import DeclaredAgent

from nhi_policies.declared import Context
from nhi_policies.dispatch import judge_agent, judge_resource, judged_stack, stack_of
from nhi_policies.verdict import Verdict, Violation
from nhi_policies.view.claimants import things
from nhi_policies.view.memo import forget, let_go
from nhi_policies.view.resource import Resource


@dataclass(frozen=True)
class Part:
    """What was said in one part, before exceptions: of agents, of resources, of them all."""

    agents: tuple[Violation, ...]
    resources: tuple[Violation, ...]
    stack: tuple[Violation, ...]
    things: frozenset[int]
    """What is claimed in it, as hashes that mean something within one process and the processes that it forks."""
    whole: bool
    """Whether a finding may follow from what stands outside the part."""


def judge_part(
    agents: Sequence[DeclaredAgent],
    written: Collection[str],
    resources: Sequence[Resource],
    beside: Sequence[Resource],
    context: Context,
) -> Part:
    """Judges some agents with their resources.

    Of the agents only those that could be `written` are judged by rules about declarations, as in one piece. `beside`
    belongs to nobody: only stack rules look at it here.
    """
    judged = (one for one in agents if one.agent.agent_id in written)
    said = tuple(_violations(verdict for one in judged for verdict in judge_agent(one, context)))
    about = tuple(_violations(verdict for one in resources for verdict in judge_resource(one, context)))
    together = judge_together(agents, resources, beside, context)
    return Part(said, about, together.stack, together.things, together.whole)


def judge_together(
    agents: Sequence[DeclaredAgent], resources: Sequence[Resource], beside: Sequence[Resource], context: Context
) -> Part:
    """Only what stack rules say of some agents, for parts that have been judged otherwise."""
    given = (*resources, *beside)
    names = tuple(one.agent.agent_id for one in agents)
    stack = stack_of(given, context, names)
    verdicts = judged_stack(stack, given, context)
    whole = any(map(_is_open, verdicts))
    claimed = frozenset() if whole else frozenset(map(hash, things(stack, context)))
    forget(context, names)
    let_go((stack, *stack, *given))
    return Part((), (), tuple(_violations(verdicts)), claimed, whole)


def _is_open(verdict: Verdict) -> bool:
    """Whether what a stack rule said could be otherwise in the whole stack."""
    if verdict.rule.kind != "stack":
        return False
    return verdict.outcome in ("unproven", "error") or (verdict.rule.reach == "stack" and bool(verdict.violations))


def _violations(verdicts: Iterable[Verdict]) -> Iterator[Violation]:
    return (one for verdict in verdicts for one in verdict.violations)


def claimed_together(parts: Sequence[Part]) -> list[tuple[int, ...]]:
    """The numbers of the parts that claim one thing, and so have to be judged as one; none where all are apart."""
    group = list(range(len(parts)))

    def first(number: int) -> int:
        while group[number] != number:
            number = group[number]
        return number

    by_thing: dict[int, int] = {}
    for number, part in enumerate(parts):
        for thing in part.things:
            other = by_thing.setdefault(thing, number)
            if other != number:
                low, high = sorted((first(other), first(number)))
                group[high] = low
    found: dict[int, list[int]] = {}
    for number in range(len(parts)):
        found.setdefault(first(number), []).append(number)
    return [tuple(numbers) for numbers in found.values() if len(numbers) > 1]


def joined(parts: Sequence[Part], stacks: Iterable[Part], beside: Iterable[Violation]) -> Iterator[Violation]:
    """Everything that was said: of agents, of resources and of what is `beside` them, and by stack rules.

    `stacks` are the parts whose stack rules count: those of `parts`, where some were judged together that instead.
    """
    yield from chain.from_iterable(part.agents for part in parts)
    yield from chain.from_iterable(part.resources for part in parts)
    yield from beside
    # What is about nobody is said in each part that sees it, as often as it is to be said.
    said: Counter[Violation] = Counter()
    for part in stacks:
        here: Counter[Violation] = Counter()
        for one in part.stack:
            if one.finding.agent is None:
                here[one] += 1
                if here[one] <= said[one]:
                    continue
            yield one
        said |= here


def cut(count: int, size: int) -> list[range]:
    """The numbers up to `count` in runs of nearly equal length, none longer than `size`."""
    runs = -(-count // size)
    return [range(count * number // runs, count * (number + 1) // runs) for number in range(runs)]
