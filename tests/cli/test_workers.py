"""Several processes for one command: the order of answers, and what happens to one that breaks off.

Each test forks from a process of its own: a test run has threads, and a fork of it would not be what a command forks.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from nhi.cli.workers import MOST_PIECES, each

forks = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="one process is all there is here")


def ended(program: str) -> subprocess.CompletedProcess[str]:
    whole = f"import os, signal, sys, time\nfrom nhi.cli.workers import each\n{textwrap.dedent(program)}"
    return subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, timeout=60, check=False)


@forks
def test_answers_come_in_the_order_of_the_work_whoever_was_faster() -> None:
    done = ended(
        """
        def work(number):
            time.sleep(0.05 if number % 3 == 0 else 0)
            return number, os.getpid()
        found = each(work, 20, 2)
        print([number for number, _ in found] == list(range(20)), len({pid for _, pid in found} - {os.getpid()}))
        """
    )
    assert (done.stdout, done.stderr) == ("True 2\n", "")


def test_one_process_is_this_one() -> None:
    import os

    assert each(lambda number: (number, os.getpid()), 3, 1) == [(number, os.getpid()) for number in range(3)]


def test_one_piece_of_work_needs_no_other_process() -> None:
    import os

    assert each(lambda _: os.getpid(), 1, 4) == [os.getpid()]


def test_no_work_has_no_answers() -> None:
    assert each(lambda number: number, 0, 4) == []


def test_more_pieces_than_a_pipe_holds_are_refused() -> None:
    with pytest.raises(ValueError, match="cut it into larger ones"):
        each(lambda number: number, MOST_PIECES + 1, 2)


@forks
@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", "was killed by SIGKILL before its work was done"),
        ("os._exit(3)", "ended with 3 before its work was done"),
        ("os._exit(0)", "ended with 0 before its work was done"),
        ("raise KeyError('a value of a file')", "failed with KeyError"),
        ("sys.exit(4)", "failed with SystemExit"),
    ],
)
def test_a_process_that_breaks_off_is_an_error_and_leaves_no_other_behind(how: str, said: str) -> None:
    done = ended(
        f"""
        def work(number):
            if number == 5:
                {how}
            time.sleep(0.01)
            return number
        try:
            each(work, 400, 2)
        except Exception as error:
            print(type(error).__name__, error)
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            print("nobody is left")
        """
    )
    assert "WorkerError" in done.stdout
    assert said in done.stdout
    assert "nothing is proven" in done.stdout
    assert "a value of a file" not in done.stdout
    assert "nobody is left" in done.stdout


@forks
def test_an_interrupt_ends_every_process() -> None:
    done = ended(
        """
        import threading
        def interrupt():
            time.sleep(0.5)
            os.kill(os.getpid(), signal.SIGINT)
        def work(number):
            time.sleep(30)
        threading.Thread(target=interrupt, daemon=True).start()
        try:
            each(work, 4, 2)
        except KeyboardInterrupt:
            print("interrupted")
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            print("nobody is left")
        """
    )
    assert done.stdout == "interrupted\nnobody is left\n"


@forks
def test_what_was_printed_before_is_printed_once() -> None:
    done = ended(
        """
        print("before")
        each(lambda number: number, 4, 2)
        print("after")
        """
    )
    assert done.stdout == "before\nafter\n"
