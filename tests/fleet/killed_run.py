"""`nhi` as a process that kills itself: `killed_run.py <count> <nhi's arguments>` dies at the count-th point of a run.

A point stands before and after each call to a cloud and each write of the state; all of them together are the moments
at which a crash leaves something different behind. Everything else is the user's own command.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import replace

from nhi.cli.main import main
from nhi.sandbox.engine.run import Request, Result

engine = sys.modules["nhi.sandbox.engine.run"]  # the package has a function of this name


def _kill_at(count: int) -> None:
    original, lock, seen = engine.run, threading.Lock(), 0

    def run(request: Request) -> Result:
        def at(_point: str, _urn: str) -> None:
            nonlocal seen
            with lock:
                seen += 1
                if seen == count:
                    os.kill(os.getpid(), signal.SIGKILL)

        return original(replace(request, at=at))

    engine.run = run


if __name__ == "__main__":
    _kill_at(int(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
