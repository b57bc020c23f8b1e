"""`make test-proof`: many generated pairs against the evaluator and against cvc5; says what it found and fails on any
disagreement.

Against the evaluator, which shares no line with the proof: the witness of each refutation is permitted on one side and
denied on the other, and no request drawn from the patterns' own fragments breaks a proof. Against cvc5, which shares
the reading of patterns but not the decision: the same verdict on each pair. A pair that the proof leaves undecided, one
that the solver does not decide in its time, and one that has no formula are counted, never taken for agreement.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from random import Random

from generators import WORDS, pair, request
from nhi.contract import PLATFORMS, Platform
from nhi.permissions import second_opinion
from nhi.permissions.evaluate import permits
from nhi.permissions.model import PermissionSet, Statement, Witness
from nhi.permissions.proof import Budget, Proved, Refuted, Undecided, subset

ATTACKS = 16
BUDGET = Budget(solver_seconds=0)
_VARIABLE = re.compile(r"\$\{\s*([^{},'\s]+)\s*(?:,\s*'([^']*)'\s*)?\}")


def attack(random: Random, child: PermissionSet, parent: PermissionSet) -> Witness:
    """A request that an allow of the child is likely to match, from fragments of both sets' patterns."""
    platform = child.platform
    drawn = request(random, platform)
    statements = [one for each in (child, parent) for policy in each.policies for one in policy.statements]
    allows = [one for policy in child.policies for one in policy.statements if one.effect == "allow"]
    context = dict(drawn.context)
    for statement in random.sample(statements, min(2, len(statements))):
        for condition in statement.conditions:
            if random.random() < 0.7 and condition.operator != "Null":
                key = next((name for name in context if name.lower() == condition.key.lower()), condition.key)
                text = _instance(random, random.choice(condition.values), context)
                context[key] = (text,) if isinstance(context.get(key), tuple) else text
    if not allows:
        return Witness(drawn.action, drawn.resource, context)
    chosen = random.choice(allows)
    action, resource = drawn.action, drawn.resource
    if chosen.actions:
        action = _instance(random, random.choice(chosen.actions), context)
    if chosen.resources and random.random() < 0.8:
        resource = _resource(random, platform, random.choice(_patterns(random, chosen, statements)), context)
    return Witness(action, resource, context)


def _patterns(random: Random, chosen: Statement, statements: Sequence[Statement]) -> tuple[str, ...]:
    other = random.choice(statements)
    return chosen.resources if random.random() < 0.7 else other.resources or other.not_resources


def _resource(random: Random, platform: Platform, pattern: str, context: dict) -> str:
    if platform == "kubernetes" and not pattern.startswith("url:") and pattern.count("/") < 3:
        pattern += "/*"
    if platform == "entra":
        return pattern
    return _instance(random, pattern, context, questions=platform == "aws")


def _instance(random: Random, pattern: str, context: dict, questions: bool = True) -> str:
    """A text that a pattern is likely to match."""

    def value(found: re.Match[str]) -> str:
        if found[1] in ("*", "?", "$"):
            return {"*": "\0", "?": "\1", "$": "$"}[found[1]]
        given = next((one for name, one in context.items() if name.lower() == found[1].lower()), None)
        return given if isinstance(given, str) else found[2] or random.choice(("", "x", "red"))

    text = _VARIABLE.sub(value, pattern)
    pieces = ("", "a", "a1", "b", "red", "x", "/", "*", "objects/a1", "getobject", ":")
    letters = [
        random.choice(pieces)
        if sign == "*"
        else random.choice("a1xb/:")
        if sign == "?" and questions and random.random() < 0.9
        else sign
        for sign in text
    ]
    return "".join(letters).replace("\0", "*").replace("\1", "?")


def against_evaluator(platform: Platform, pairs: int, seed: int, attacks: int) -> tuple[Counter[str], list[str]]:
    """Verdicts, causes of what is undecided, attacks, and disagreements in words."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(pairs):
        random = Random(f"{seed} {platform} {number}")
        child, parent = pair(random, platform=platform)
        verdict = subset(child, parent, BUDGET)
        counts[type(verdict).__name__] += 1
        if isinstance(verdict, Undecided):
            counts[f"undecided: {verdict.reason[:110]}"] += 1
            if "disagreement" in verdict.reason or "proof failed" in verdict.reason:
                wrong.append(f"{platform} pair {number}: {verdict.reason}")
        elif isinstance(verdict, Refuted):
            asked = verdict.witness
            answers = [permits(one, asked.action, asked.resource, asked.context).outcome for one in (child, parent)]
            if answers != ["allowed", "denied"]:
                wrong.append(f"{platform} pair {number}: {asked} is {answers}")
        else:
            for _ in range(attacks):
                asked = attack(random, child, parent)
                counts["attacks"] += 1
                if permits(child, asked.action, asked.resource, asked.context).outcome != "allowed":
                    continue
                counts["attacks that the child permits"] += 1
                answer = permits(parent, asked.action, asked.resource, asked.context)
                if answer.outcome == "undecided":
                    counts["attacks of which the evaluator does not know whether the parent permits them"] += 1
                if answer.outcome == "denied":
                    wrong.append(f"{platform} pair {number}: {asked} breaks a proof")
    return counts, wrong


def against_solver(platform: Platform, pairs: int, seed: int) -> tuple[Counter[str], list[str]]:
    """How often proof and solver agree, and disagreements in words."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for number in range(pairs):
        random = Random(f"{seed} {platform} {number}")
        child, parent = pair(random, platform=platform)
        verdict = subset(child, parent, BUDGET)
        try:
            answer = second_opinion.ask(child, parent)
        except second_opinion.NotEncodedError:
            counts["no formula"] += 1
            continue
        if answer is None:
            counts["solver does not say"] += 1
        elif isinstance(verdict, Undecided):
            counts["proof undecided"] += 1
        elif isinstance(verdict, Proved) == (answer is True):
            counts["agree"] += 1
        else:
            wrong.append(f"{platform} pair {number}: {type(verdict).__name__}, and cvc5 says {answer}")
    return counts, wrong


def main() -> int:
    """Run both and print a summary."""
    parser = argparse.ArgumentParser(description="Differential tests of the subset proof.")
    parser.add_argument("--pairs", type=int, default=100_000, help="pairs against the evaluator, over all platforms")
    parser.add_argument("--solver-pairs", type=int, default=10_000, help="pairs against cvc5, over all platforms")
    parser.add_argument("--attacks", type=int, default=ATTACKS, help="requests tried on each proof")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    assert set(WORDS) | {"aws"} == set(PLATFORMS)
    shares: dict[Platform, float] = {"aws": 0.7, "gcp": 0.1, "kubernetes": 0.1, "entra": 0.1}
    wrong: list[str] = []
    decided = undecided = 0
    for platform, share in shares.items():
        started = time.perf_counter()
        counts, found = against_evaluator(platform, round(options.pairs * share), options.seed, options.attacks)
        wrong += found
        decided += counts["Proved"] + counts["Refuted"]
        undecided += counts["Undecided"]
        _say(f"{platform} against the evaluator", counts, found, started)
    print(f"undecided: {undecided} of {decided + undecided} pairs", flush=True)
    if not options.solver_pairs:
        print("cvc5: not asked")
    elif not second_opinion.available():
        print("cvc5: not installed (extra `prove`), so nothing was compared with it", file=sys.stderr)
        return 2
    else:
        for platform, share in shares.items():
            started = time.perf_counter()
            counts, found = against_solver(platform, round(options.solver_pairs * share), options.seed + 1)
            wrong += found
            _say(f"{platform} against cvc5", counts, found, started)
    for line in wrong[:20]:
        print(line, file=sys.stderr)
    print(f"disagreements: {len(wrong)}")
    return 1 if wrong else 0


def _say(what: str, counts: Counter[str], wrong: list[str], started: float) -> None:
    print(f"{what}: {len(wrong)} disagreements, {time.perf_counter() - started:.0f} s")
    for name, count in counts.most_common():
        print(f"  {count:>9,}  {name}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
