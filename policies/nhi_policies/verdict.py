"""What a rule can say: findings, verdicts, and the two signals that end a rule early.

Owns the words. Does not own how a verdict is reached (`dispatch`), excepted (`exceptions`) or printed (`report`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from nhi.permissions.model import Origin

if TYPE_CHECKING:
    from nhi_policies.rule import Rule

Outcome = Literal["pass", "fail", "not applicable", "unproven", "error"]
Level = Literal["mandatory", "advisory"]


class Unproven(Exception):  # noqa: N818  # a verdict, not a programming error
    """A rule needs a value that is not known yet, or that cannot be read as what it should be.

    `path` names the property (`policy`, `spec.rules[0].verbs`), `why` says in a few words what is wrong with it.
    Never put the value itself in either.
    """

    def __init__(self, path: str, why: str = "is not known at preview") -> None:
        self.path = path
        self.why = why
        super().__init__(f"{path} {why}")


class NotApplicable(Exception):  # noqa: N818  # a verdict, not a programming error
    """The rule has nothing to say about this subject; `reason` says why in a few words."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    A rule gives `text` (one or two sentences, no property value that could be secret) and `fix`, and where it knows
    them `origin` (line of a reviewed file) and `part`: the finding's own id within its rule and target, stable across
    runs (`Action::s3:*`), so that an exception can name one finding. `agent` and `target` are filled in by `dispatch`
    from the subject where the rule leaves them out; `target` is a URN, or a record's logical name in `nhi check`.
    """

    text: str
    fix: str = ""
    part: str = ""
    origin: Origin | None = None
    agent: str | None = None
    target: str | None = None

    def about(self, agent: str | None, target: str | None, origin: Origin | None = None) -> Finding:
        """This finding with agent, target and origin filled in where it has none of its own."""
        return replace(
            self,
            agent=self.agent or agent,
            target=self.target or target,
            origin=self.origin or origin,
        )


@dataclass(frozen=True, slots=True)
class Excepted:
    """Who lets a violation stand, until when, and why. `signed` is False until signatures are checked."""

    reason: str
    approver: str
    expires: str
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Violation:
    """One finding under its rule: what reports list and what makes a run fail.

    `outcome` is `fail`, `unproven` or `error`.
    """

    rule: Rule
    outcome: Outcome
    finding: Finding
    excepted: Excepted | None = None
    ignored: bool = False
    """Unproven, and the rule says that this is no violation. Counted, never blocking."""

    @property
    def level(self) -> Level:
        """`advisory` for what does not block: low severity, excepted, or ignored unknowns."""
        if self.ignored or self.excepted is not None:
            return "advisory"
        return self.rule.level

    @property
    def blocks(self) -> bool:
        """Whether this makes a run fail."""
        return self.level == "mandatory"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule said about one subject. `violations` is empty for `pass` and `not applicable`."""

    rule: Rule
    outcome: Outcome
    violations: tuple[Violation, ...] = ()
    reason: str = ""


def told_best(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """The violations without those that another one says as well, and says of which agent.

    What is about a resource alone is found before it is made. Whose it is may show only beside the others, and the same
    rule then says the same again with the agent's name and line.
    """
    listed = tuple(violations)
    named = {_said(one) for one in listed if one.finding.agent is not None}
    return tuple(one for one in listed if one.finding.agent is not None or _said(one) not in named)


def _said(one: Violation) -> tuple[Any, ...]:
    return one.rule.id, one.outcome, one.finding.part, one.finding.target
