"""`nhi` as a process that kills itself: `killed_run.py <point> <packages> <nhi's arguments>`.

It dies at the first moment of a run whose point matches the pattern (`creating:after-cloud`, `*:after-cloud`) and which
is about a resource of one of the packages, and says last whose. Points stand around each call to a cloud and each write
of the state; all of them together are the moments at which a crash leaves something different behind. Everything else
is the user's own command.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from dataclasses import replace
from fnmatch import fnmatchcase

from nhi.cli.main import main
from nhi.sandbox.engine.run import Request, Result

engine = sys.modules["nhi.sandbox.engine.run"]  # the package has a function of this name


def _kill_at(pattern: str, packages: set[str]) -> None:
    original, lock = engine.run, threading.Lock()

    def run(request: Request) -> Result:
        def at(point: str, urn: str) -> None:
            package = urn.split("::")[2].rpartition("$")[2].partition(":")[0]
            if fnmatchcase(point, pattern) and package in packages:
                with lock:
                    os.write(2, f"{package}\n".encode())
                    os.kill(os.getpid(), signal.SIGKILL)

        return original(replace(request, at=at))

    engine.run = run


if __name__ == "__main__":
    _kill_at(sys.argv[1], set(sys.argv[2].split(",")))
    sys.exit(main(sys.argv[3:]))
