"""What is wrong with a file: one problem, where it is, and how to mend it.

Owns the form of an input error. Does not own findings of the gate (`nhi_policies`), which speak about access.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhi.permissions.model import Origin


@dataclass(frozen=True, slots=True)
class Problem:
    """One input error: what is wrong and what it would have caused, the place, and the mend."""

    message: str
    origin: Origin
    fix: str = ""

    def __post_init__(self) -> None:
        # Message and mend stand in one line; without the full stop they would read as one sentence.
        if self.message and self.message[-1] not in ".!?":
            object.__setattr__(self, "message", f"{self.message}.")

    def __str__(self) -> str:
        return f"{self.origin}: {self.message}" + (f" Fix: {self.fix}" if self.fix else "")


class InputError(Exception):
    """One or more files cannot be used. `problems` holds every one of them, in file and line order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.origin))
        super().__init__("\n".join(str(problem) for problem in self.problems))
