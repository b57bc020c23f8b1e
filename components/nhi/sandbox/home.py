"""A PULUMI_HOME in which the Pulumi CLI finds the sandbox's providers, so that a project file names none of them.

Owns the layout of that folder and the environment of a run that touches no network and no account. Does not own the
providers (`provider`), and never runs the CLI.

`python -m nhi.sandbox.home DIR` prints the variables as shell exports:
`eval "$(python -m nhi.sandbox.home .nhi)" && pulumi preview --policy-pack policies`.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from nhi.sandbox.clouds.registry import installed
from nhi.sandbox.provider import WORLD_VARIABLE, WORLDS_FOLDER

HOME_FOLDER = "home"
STATE_FOLDER = "state"

# What the language host runs a plugin with. It takes any folder with an executable bin/python for a virtual
# environment, and a plugin cannot do without one; so a one-line script stands there and names the interpreter that
# runs now, be it in a virtual environment or not. A path to the environment itself would miss the second case.
_INTERPRETER = "interpreter"

_PLUGIN = """\
runtime:
  name: python
  options:
    # Without a toolchain the host searches upwards for lock files of other tools, and would demand those tools.
    toolchain: pip
    virtualenv: {environment}
"""

_MAIN = """\
import sys

from nhi.sandbox.provider import main

sys.exit(main(["{package}", *sys.argv[1:]]))
"""


def prepare(home: Path) -> Path:
    """Makes or refreshes a PULUMI_HOME at `home` and answers its absolute path.

    The plugin cache in it holds a stand-in for every package whose SDK is installed (`plugins/resource-aws-v7.51.1`),
    at the very version that the SDK asks for. Stand-ins of other versions stay: another environment may use them.
    Files are written only where their content changes, so a second call is quick and safe beside a running engine.
    Raises OSError where the folder cannot be written.
    """
    home = home.resolve()
    interpreter = home / _INTERPRETER
    # PYTHONPATH may be what makes nhi importable here; a provider inherits the environment and finds it as well.
    _write(interpreter / "bin" / "python", f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n', executable=True)
    for package, version in installed().items():
        folder = home / "plugins" / f"resource-{package}-v{version}"
        environment = os.path.relpath(interpreter, folder)
        _write(folder / "PulumiPlugin.yaml", _PLUGIN.format(environment=environment))
        _write(folder / "__main__.py", _MAIN.format(package=package))
    return home


def environment(home: Path, state: Path) -> dict[str, str]:
    """Variables for a hermetic run of the CLI: sandbox providers, state in a folder, no login, no call home.

    `home` is what `prepare` answered; `state` is where the CLI keeps stacks and is made if it is missing. The empty
    passphrase is for sandbox stacks only: with real providers the caller chooses a secrets provider himself.
    """
    state = state.resolve()
    state.mkdir(parents=True, exist_ok=True)
    return {
        "PULUMI_HOME": str(home.resolve()),
        "PULUMI_BACKEND_URL": f"file://{state}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        WORLD_VARIABLE: str(home.resolve() / WORLDS_FOLDER),
    }


def _write(path: Path, text: str, *, executable: bool = False) -> None:
    try:
        if path.read_text(encoding="utf-8") == text:
            return
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    # Renamed into place, so that an engine that starts at this moment reads the old file or the new one.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(temporary, 0o755 if executable else 0o644)
    os.replace(temporary, path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prepares `DIR/home` and `DIR/state` and prints the exports. Answers 0, or 2 where DIR cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m nhi.sandbox.home", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the home and the stacks' state are kept")
    options = parser.parse_args(arguments)
    try:
        variables = environment(prepare(options.folder / HOME_FOLDER), options.folder / STATE_FOLDER)
    except OSError as error:
        print(f"{options.folder}: the sandbox's home cannot be made here ({error.strerror})", file=sys.stderr)
        return 2
    for name, value in variables.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
