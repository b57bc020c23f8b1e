"""Doing without the search for garbage, for commands that keep nearly all that they make and then end.

Owns turning it off and on again. Python looks for rings of objects that nobody needs each time so many more were made,
through everything that was made before; a command that reads, judges and prints makes hardly any.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """No search for garbage meanwhile; what was frozen for forks is looked at again afterwards."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.unfreeze()
            gc.enable()
