"""`python -m bench [ROW ...]`: every row of the design's numbers that exists by now, each with its command.

Rows print what was measured beside the bar that the design sets; nothing here passes or fails. Figures depend on the
machine and on what else it does: quote ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from nhi.contract import PLATFORMS

from bench.fleets import DELEGATION, MIX, ROOT, delegating, project
from bench.measure import Cost, median, process, seconds, side_by_side

NHI = [sys.executable, "-m", "nhi.cli.main"]
CLOCK = datetime(2026, 11, 1, tzinfo=UTC)
_AGENTS_FOR_PREVIEW = 25

Row = tuple[str, str, str]
"""What was measured, the bar, the figure."""


@contextmanager
def fleet(agents: int) -> Iterator[Path]:
    """A generated project that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="nhi-bench-") as folder:
        yield project(Path(folder), agents)


def load_file() -> Iterator[Row]:
    """Loading one agent file with positions."""
    from nhi.spec.loader import load_agent, load_environment

    environment, _ = load_environment(ROOT / "stacks/environments/dev.yaml")
    assert environment is not None
    file = ROOT / "stacks/agents/research-agent-prod-01.yaml"
    cost = seconds(lambda: lambda: [load_agent(file, environment) for _ in range(200)], 7) / 200
    yield "loading one agent file with positions", "<= 1 ms", f"{cost * 1000:.2f} ms CPU"


def start() -> Iterator[Row]:
    """How long a person waits for `nhi --help` and for `nhi check` on one file."""
    cost = median(lambda: process([*NHI, "--help"], cwd=str(ROOT)), 7)
    yield "nhi --help", "<= 0.35 s", f"{cost.wall:.2f} s"
    with fleet(1) as folder:
        command = [*NHI, "check", "--stack", "dev", "stacks/agents/agent-00000.yaml"]
        cost = median(lambda: process(command, cwd=str(folder)), 7)
        yield "nhi check on one file", "<= 0.6 s", f"{cost.wall:.2f} s"


def check() -> Iterator[Row]:
    """`nhi check` for 100, 1,000 and 10,000 agents on all four platforms."""
    yield "a generated fleet", "-", MIX
    each: dict[int, float] = {}
    with fleet(0) as folder:
        empty = median(lambda: process([*NHI, "check", "--stack", "dev"], cwd=str(folder)), 3)
    for agents, times in ((100, 5), (1_000, 3), (10_000, 1)):
        with fleet(agents) as folder:
            run = lambda where=str(folder): process([*NHI, "check", "--stack", "dev"], cwd=where)  # noqa: E731
            cost = median(run, times) if times > 1 else run()
        each[agents] = (cost.cpu - empty.cpu) / agents
        yield (
            f"nhi check, {agents:,} agents on four platforms",
            "<= 20 s, <= 1 GiB" if agents == 10_000 else "-",
            f"{cost.wall:.1f} s, {cost.memory:.0f} MiB, {cost.cpu:.1f} s CPU, {each[agents] * 1000:.2f} ms per agent",
        )
    yield "cost per agent at 10,000 against 100", "<= 1.3", f"{each[10_000] / each[100]:.2f}"


def declare() -> Iterator[Row]:
    """Declaring an agent's resources against the same resources written by hand, under Pulumi's mocks."""
    script = str(Path(__file__).parent / "declaring.py")
    for platforms in (("aws", "kubernetes"), PLATFORMS):
        found = side_by_side(
            {
                how: lambda how=how, on=platforms: process([sys.executable, script, how, *on], cwd=str(ROOT))
                for how in ("nothing", "component", "by-hand", "in-order")
            },
            5,
        )
        ours, by_hand, in_order = (
            found[how].cpu - found["nothing"].cpu for how in ("component", "by-hand", "in-order")
        )
        yield (
            f"declaring 100 agents on {len(platforms)} platforms against the same by hand",
            "<= 1.10",
            f"{ours / by_hand:.2f} (CPU); {ours / in_order:.2f} where by hand says the order too",
        )


def _engines() -> list[str]:
    return ["local", *(["pulumi"] if shutil.which("pulumi") else [])]


def preview() -> Iterator[Row]:
    """A preview with the gate against one with a pack of one empty policy, and one engine against the other."""
    empty = (Path(__file__).parent / "empty_pack.py").read_text(encoding="utf-8")
    engines = _engines()
    with fleet(_AGENTS_FOR_PREVIEW) as gated, fleet(_AGENTS_FOR_PREVIEW) as ungated:
        (ungated / "policies" / "__main__.py").write_text(empty, encoding="utf-8")

        def run(folder: Path, engine: str) -> Callable[[], Cost]:
            command = [*NHI, "preview", "--stack", "dev", "--engine", engine, "--format", "json"]
            return lambda: process(command, cwd=str(folder))

        found = side_by_side(
            {
                f"{engine} {how}": run(folder, engine)
                for engine in engines
                for how, folder in (("gate", gated), ("empty", ungated))
            },
            3,
        )
    for engine in engines:
        gate, without = found[f"{engine} gate"], found[f"{engine} empty"]
        ratio, cpu = gate.wall / without.wall, gate.cpu / without.cpu
        yield (
            f"preview of {_AGENTS_FOR_PREVIEW} agents with the gate against an empty pack, {engine} engine",
            "<= 1.25",
            f"{ratio:.2f} ({gate.wall:.1f} s / {without.wall:.1f} s), {cpu:.2f} in CPU",
        )
    what = "local engine against Pulumi, the same preview"
    if "pulumi" in engines:
        local, pulumi = found["local gate"], found["pulumi gate"]
        yield what, "<= 1.5", f"{local.wall / pulumi.wall:.2f} ({local.wall:.1f} s / {pulumi.wall:.1f} s)"
    else:
        yield what, "<= 1.5", "not measured: there is no `pulumi` on PATH"


def stack_rules() -> Iterator[Row]:
    """Stack-wide rules over 10,000 resources."""
    from nhi.plan.make import make_all
    from nhi.platforms import records
    from nhi_policies.declared import load_context
    from nhi_policies.dispatch import judge_stack
    from nhi_policies.view.resource import from_record

    with fleet(265) as folder:

        def unread() -> Callable[[], object]:
            # Anew each time: what was worked out once is kept beside contexts and resources.
            context = load_context(folder / "policies", "dev", now=CLOCK)
            plans, problems = make_all(context.agents.values(), context.catalog, CLOCK, context.delegation)
            assert not problems
            resources = [
                from_record(record, plan.agent.agent_id, plan.instance) for plan in plans for record in records(plan)
            ]
            return lambda: judge_stack(resources[:10_000], context)

        cost = seconds(unread, 3)
    yield "stack-wide rules, 10,000 resources", "<= 3 s", f"{cost:.2f} s CPU"


def delegation() -> Iterator[Row]:
    """The closure of a delegation graph: who reaches whom, and for each pair the proof that nothing widens."""
    from nhi.catalog.load import load_catalog
    from nhi.fleet.delegation import graph
    from nhi_policies.declared import Context
    from nhi_policies.dispatch import agent_verdict
    from nhi_policies.rule import rules_of
    from nhi_policies.verdict import Verdict

    rules = [rule for rule in rules_of("agent") if rule.area == "DEL"]
    agents = delegating()
    yield "a generated graph", "-", DELEGATION
    made = graph(agents)
    pairs = sum(1 for agent in agents for _ in made.chains(agent))
    cost = seconds(lambda: lambda: (graph(agents).cycles, [*map(graph(agents).too_long, agents)]), 3)
    yield "delegation: edges, cycles and depth", "-", f"{cost:.2f} s CPU for {len(made.edges):,} edges"

    def unread() -> Callable[[], object]:
        context = Context(CLOCK, agents, next(iter(agents.values())).environment, load_catalog())
        return lambda: judged.extend(agent_verdict(rule, one, context) for one in agents.values() for rule in rules)

    judged: list[Verdict] = []
    cost = seconds(unread, 3)
    assert not any(verdict.violations for verdict in judged)
    yield (
        f"delegation: all rules over {len(agents):,} agents, {len(made.edges):,} edges, {pairs:,} pairs within reach",
        "-",
        f"{cost:.2f} s CPU, {cost / pairs * 1e6:.0f} us a pair",
    )


def proof() -> Iterator[Row]:
    """How long one subset proof takes: percentiles over many pairs."""
    from nhi.permissions.proof import Budget, Proved, Refuted, subset

    from bench.policies import PAIRS, pair

    yield "pairs to prove", "-", PAIRS
    budget = Budget(solver_seconds=0)
    times: list[float] = []
    verdicts: Counter[str] = Counter()
    for seed in range(2, 2_002):
        child, parent = pair(seed)
        started = time.process_time()
        verdict = subset(child, parent, budget)
        times.append(time.process_time() - started)
        verdicts[type(verdict).__name__] += 1
    times.sort()
    at = {share: times[round(share * (len(times) - 1))] * 1000 for share in (0.5, 0.95, 0.99, 1)}
    yield (
        "subset proof, 5-statement pair",
        "median <= 6 ms, never > 2 s",
        f"median {at[0.5]:.1f}, p95 {at[0.95]:.1f}, p99 {at[0.99]:.1f}, max {at[1]:.0f} ms CPU",
    )
    undecided = len(times) - verdicts[Proved.__name__] - verdicts[Refuted.__name__]
    figure = f"{verdicts[Proved.__name__]} proved, {verdicts[Refuted.__name__]} refuted, {undecided} undecided"
    yield f"verdicts of {len(times):,} pairs", "-", figure


def proof_scale() -> Iterator[Row]:
    """What a whole proof costs by the number of statements, and many questions by the number of different ones."""
    from nhi.permissions.proof import Budget, Undecided, subset

    from bench.policies import DIVERSE, FEW, pair, policies, widened

    budget = Budget(solver_seconds=0)
    for diverse, what in ((False, FEW), (True, DIVERSE)):
        for statements in (5, 10, 20, 40, 80):
            times: list[float] = []
            undecided = steps = 0
            for seed in range(15):
                child = policies(seed, statements, diverse)
                parent = widened(child)
                started = time.process_time()
                verdict = subset(child, parent, budget)
                times.append((time.process_time() - started) * 1000)
                undecided += isinstance(verdict, Undecided)
                steps = max(steps, verdict.counters.steps)
            figure = f"median {statistics.median(times):.0f}, max {max(times):.0f} ms CPU, at most {steps:,} steps"
            yield (
                f"whole proof, {statements} statements, {what}",
                "-",
                f"{figure}, {undecided} of {len(times)} undecided" if undecided else figure,
            )
    for pairs in (100, 1_000, 10_000):
        asked = [pair(10_000 + pairs + seed % (pairs // 10)) for seed in range(pairs)]
        started = time.process_time()
        for child, parent in asked:
            subset(child, parent, budget)
        cost = time.process_time() - started
        yield f"{pairs:,} proofs, one pair in 10 different", "-", f"{cost / pairs * 1000:.2f} ms CPU each"


ROWS: dict[str, Callable[[], Iterator[Row]]] = {
    "load-file": load_file,
    "start": start,
    "check": check,
    "declare": declare,
    "stack-rules": stack_rules,
    "delegation": delegation,
    "proof": proof,
    "proof-scale": proof_scale,
    "preview": preview,
}


def main() -> int:
    """Measures the rows that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure what the design promises.")
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"one of {', '.join(ROWS)}")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args()
    if not options.json:
        print(f"{os.cpu_count()} CPUs, Python {sys.version.split()[0]}")
    for name in options.rows or ROWS:
        for what, bar, figure in ROWS[name]():
            command = f"python -m bench {name}"
            if options.json:
                print(json.dumps({"what": what, "bar": bar, "figure": figure, "command": command}), flush=True)
            else:
                print(f"{what:<82} {bar:<28} {figure:<52} {command}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
