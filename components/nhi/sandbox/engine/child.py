"""Runs in a child process, which cannot outlive the engine: a Pulumi program, a policy pack, a package of components.

Owns the start of each kind of child. It is run by its path, and imports nothing of ours, so that the program finds
the same modules as under the Pulumi CLI. Does not own what the child says: the SDK talks to the engine itself.
"""

import asyncio
import contextlib
import ctypes
import logging
import os
import runpy
import signal
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

SHOWN = 32  # the exit code that says: the error has been reported already


def die_with_engine() -> None:
    """Ends this process when the engine ends: by the kernel on Linux, by end of file on standard input anywhere."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG; see prctl(2)
    pipe = os.dup(0)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)

    def watch() -> None:
        while os.read(pipe, 64):
            pass
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="die-with-engine").start()


def run_policy(address: str, program: str) -> None:
    """Serves a policy pack, as `python -u -m pulumi.policy <engine address> <pack>` does."""
    sys.argv = ["pulumi.policy", address, program]
    sys.path.insert(0, os.getcwd())
    runpy.run_module("pulumi.policy", run_name="__main__")


def run_components(address: str, package: str) -> None:
    """Serves a package of components, as a language host does: `python <package> <engine address>`."""
    sys.argv = [package, address]
    runpy.run_path(package, run_name="__main__")


def _own_frames(error: BaseException) -> str:
    """The traceback from the program's first frame on; how engine and SDK got there is of no interest."""
    here = os.getcwd() + os.sep
    frames = error.__traceback__
    while frames is not None and not os.path.abspath(frames.tb_frame.f_code.co_filename).startswith(here):
        frames = frames.tb_next
    return "".join(traceback.format_exception(type(error), error, frames))


def run_program(settings: dict, program: str) -> int:
    """Runs a Pulumi program to its end against the engine's addresses and answers the exit code."""
    import pulumi
    import pulumi.runtime

    pulumi.runtime.set_all_config(pulumi.runtime.get_config_env(), pulumi.runtime.get_config_secret_keys_env())
    pulumi.runtime.configure(pulumi.runtime.Settings(**settings))
    sys.argv = [program]
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    threads = ThreadPoolExecutor(max_workers=max(settings["parallel"], 1) * 4)
    loop.set_default_executor(threads)
    # A program that fails leaves futures behind which nobody will look at; asyncio would report each.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    code = SHOWN
    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(lambda: _run_path(program)))
        code = 0
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
    except Exception as error:
        pulumi.log.error("Program failed with an unhandled exception:\n" + _own_frames(error))
    finally:
        threads.shutdown(wait=True)
        loop.close()
        sys.stdout.flush()
        sys.stderr.flush()
    return code


def _run_path(program: str) -> None:
    runpy.run_path(program, run_name="__main__")


def main() -> None:
    """`child.py policy|components <engine address> <folder>` or `child.py program <settings as JSON> <program>`."""
    die_with_engine()
    kind, first, program = sys.argv[1:4]
    if kind in ("policy", "components"):
        (run_policy if kind == "policy" else run_components)(first, program)
        return
    import json

    sys.exit(run_program(json.loads(first), program))


if __name__ == "__main__":
    main()
