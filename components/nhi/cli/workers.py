"""Several processes for one command: each takes the next piece of work until none is left.

Owns starting, feeding and ending them. A process that breaks off ends the command with an error that says so, and
nothing is proven then; an interrupt ends them all. Does not own what they work on, nor whether it is worth it.

The processes are forks: they see what the parent has loaded, nothing is sent to them but the number of a piece, and
only answers come back. Where an operating system cannot fork safely (Windows, macOS) there is one process.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from nhi.permissions.model import Origin
from nhi.spec.problems import InputError, Problem

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")

MOST_PIECES = 4096
"""Their numbers wait in a pipe, and a pipe holds 64 KiB at least on every system that forks here."""
_NUMBER = 4


class WorkerError(InputError):
    """A process broke off, so a part of the work is missing and nothing is proven."""

    def __init__(self, message: str, fix: str = "run it again with `--processes 1`.") -> None:
        super().__init__([Problem(f"{message}, so nothing is proven.", Origin("nhi"), fix)])


@dataclass(frozen=True)
class _Broken:
    """What a process says when its work raised."""

    what: str
    where: str


@dataclass(frozen=True)
class _Answer(Generic[T]):
    number: int
    value: T


def most_processes() -> int:
    """How many processes can work at the same time here."""
    if sys.platform in ("win32", "darwin"):
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def each(work: Callable[[int], T], count: int, processes: int) -> Sequence[T]:
    """The answers of `work(0)` to `work(count - 1)`, in this order, worked out by so many processes.

    In this process where there is only one. Raises `WorkerError` where a process breaks off, ValueError for more than
    `MOST_PIECES`.
    """
    if count > MOST_PIECES:
        raise ValueError(f"{count} pieces of work are more than {MOST_PIECES}; cut it into larger ones")
    if min(processes, count) < 2:
        return [work(number) for number in range(count)]
    from multiprocessing import get_context
    from multiprocessing.connection import wait

    fork = get_context("fork")
    numbers, into = os.pipe()
    os.write(into, b"".join(number.to_bytes(_NUMBER, "little") for number in range(count)))
    os.close(into)
    sys.stdout.flush()  # a fork would say again what is still to be written
    sys.stderr.flush()
    started: dict[Any, Any] = {}
    answers: dict[int, T] = {}
    try:
        for _ in range(min(processes, count)):
            here, there = fork.Pipe(duplex=False)
            started[here] = process = fork.Process(target=_serve, args=(work, numbers, there), daemon=True)
            process.start()
            there.close()
        at_work = dict(started)
        while at_work:
            for connection in wait(list(at_work)):
                said = _said(connection, at_work)
                if said is None:
                    del at_work[connection]
                else:
                    answers[said.number] = said.value
    finally:
        os.close(numbers)
        for connection, process in started.items():
            connection.close()
            if process.is_alive():
                process.terminate()
            process.join()
    if len(answers) != count:
        raise WorkerError(f"{count - len(answers)} of {count} pieces of work have no answer")
    return [answers[number] for number in range(count)]


def _said(connection: Any, at_work: dict[Any, Any]) -> _Answer[Any] | None:
    """The next answer of a process; None where it has nothing left to do. Raises `WorkerError`."""
    try:
        said = connection.recv()
    except EOFError:
        process = at_work[connection]
        process.join()
        code = process.exitcode or 0
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        fix = "see whether there is enough memory; `--processes 1` needs less of it."
        raise WorkerError(f"a process {how} before its work was done", fix) from None
    if isinstance(said, _Broken):
        raise WorkerError(f"a process failed with {said.what}", f"report it with this:\n{said.where}")
    return said


def _serve(work: Callable[[int], Any], numbers: int, answers: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted too, and ends this process
    try:
        while number := os.read(numbers, _NUMBER):
            at = int.from_bytes(number, "little")
            answers.send(_Answer(at, work(at)))
        answers.send(None)
    except BaseException as error:
        answers.send(_Broken(type(error).__name__, _lines(error)))
        raise SystemExit(1) from None


def _lines(error: BaseException) -> str:
    """Where it was raised, without what it says: a message could hold a value of a file."""
    from traceback import extract_tb

    return "".join(f"  {frame.filename}:{frame.lineno} in {frame.name}\n" for frame in extract_tb(error.__traceback__))
