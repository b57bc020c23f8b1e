"""How things are measured: medians of several runs, the operating system's own accounting of a finished process."""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread


@dataclass(frozen=True)
class Cost:
    """What a run cost, children included: seconds on the wall, seconds of CPU, and its peak memory in MiB."""

    wall: float
    cpu: float
    memory: float


_BYTECODE = Path(__file__).parents[1] / ".nhi" / "bytecode"


def process(command: Sequence[str], *, cwd: str, environment: Mapping[str, str] | None = None, ok: int = 0) -> Cost:
    """One run of a command. Raises RuntimeError with its output where it does not end as it should.

    Compiled modules are kept between runs, as they are wherever nobody forbade it.
    """
    kept = {**(os.environ if environment is None else environment), "PYTHONPYCACHEPREFIX": str(_BYTECODE)}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    started = time.perf_counter()
    with subprocess.Popen(command, cwd=cwd, env=kept, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as child:
        assert child.stdout is not None
        memory = _Memory(child.pid)
        memory.start()
        output = child.stdout.read()
        memory.ended.set()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != ok:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}:\n{output.decode()[-2000:]}")
    wall = time.perf_counter() - started
    return Cost(wall, usage.ru_utime + usage.ru_stime, max(memory.peak, usage.ru_maxrss) / 1024)


class _Memory(Thread):
    """Looks now and then what a process and its children hold, pages that they share counted once."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.peak = 0
        """KiB."""
        self.ended = Event()

    def run(self) -> None:
        """Until the process has ended."""
        while not self.ended.wait(0.2):
            self.peak = max(self.peak, sum(map(_held, _family(self.pid))))


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return [pid]
    return [pid, *(one for child in children for one in _family(int(child)))]


def _held(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def median(run: Callable[[], Cost], times: int) -> Cost:
    """The median of each figure over several runs, after one that does not count."""
    return side_by_side({"": run}, times)[""]


def side_by_side(runs: Mapping[str, Callable[[], Cost]], times: int) -> dict[str, Cost]:
    """The median of each run, taken in turns, so that what else the machine does weighs on all of them alike."""
    found: dict[str, list[Cost]] = {name: [] for name in runs}
    for turn in range(times + 1):
        for name, run in runs.items():
            cost = run()
            if turn:  # the first turn fills caches
                found[name].append(cost)
    return {name: _median(costs) for name, costs in found.items()}


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in ("wall", "cpu", "memory")))


def seconds(prepare: Callable[[], Callable[[], object]], times: int) -> float:
    """The median CPU seconds of a call in this process that is prepared each time, after one that does not count."""
    prepare()()
    found = []
    for _ in range(times):
        work = prepare()
        gc.collect()
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return statistics.median(found)
