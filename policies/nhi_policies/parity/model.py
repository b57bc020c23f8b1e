"""What parity says: four words, and what an answer must bring with it.

Owns the words and the rows. Does not own how an answer is reached (`aws`, `kubernetes`) or shown (`table`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from nhi_policies.view.resource import Resource

if TYPE_CHECKING:
    from nhi_policies.parity.subject import Subject

Word = Literal["enforced", "detected", "documented", "impossible"]
"""How far a platform holds a row of the requirements.

- enforced: the platform itself, or an admission control inside it, refuses what breaks the row, even if nobody deploys
  again;
- detected: a rule of the gate, which the answer names, notices at every run;
- documented: it stands on a resource or in the agent's file, and nothing looks;
- impossible: the platform has nothing for it.
"""
WORDS: tuple[Word, ...] = get_args(Word)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the requirements: its number, its name, and what it asks for in a few words."""

    number: str
    name: str
    asks: str


ROWS: tuple[Row, ...] = (
    Row("1.1", "Unique identity", "every agent instance has an identity of its own"),
    Row("1.2", "Classification", "the identity says what it is, whose, how risky and what for"),
    Row("1.3", "Sponsorship", "the identity names the person who answers for it"),
    Row("1.4", "Initial permissions", "it starts with nothing"),
    Row("1.5", "Credential issuance", "its credentials are short-lived"),
    Row("2.1", "Machine identity", "only the declared workload can become it"),
    Row("2.2", "OAuth 2.0 client credentials", "its tokens are for named resources"),
    Row("2.3", "No shared credentials", "each instance authenticates on its own"),
    Row("2.4", "Credential rotation", "credentials are replaced on a schedule"),
    Row("2.5", "No hardcoded secrets", "no secret stands in code or configuration"),
    Row("3.1", "Least privilege", "it can do only what its purpose needs"),
    Row("3.2", "Scope constraints", "actions, data and tools are allowed and denied by name"),
    Row("3.3", "Time-bounded access", "its permissions end"),
    Row("3.4", "Delegation constraints", "it hands on no more than it has"),
    Row("3.5", "User context propagation", "for a user it can do only what the user can do as well"),
    Row("4.1", "API call patterns", "its calls are watched"),
    Row("4.2", "Permission usage", "unused permissions are seen"),
    Row("4.3", "Credential access", "who fetches its credentials is seen"),
    Row("4.4", "Tool invocations", "which tools it calls is seen"),
    Row("4.5", "Delegation events", "to whom it delegates is seen"),
    Row("5.1", "Permission review", "its permissions are reviewed every quarter"),
    Row("5.2", "Sponsor confirmation", "its sponsor confirms it every quarter"),
    Row("5.3", "Unused permission removal", "unused permissions are removed every month"),
    Row("5.4", "Credential audit", "expired and orphaned credentials are found"),
    Row("6.1", "Agent retired", "a retired agent holds nothing"),
    Row("6.2", "Sponsor leaves", "a sponsor who left is replaced, or the agent ends"),
    Row("6.3", "Security incident", "an agent is cut off at once"),
    Row("6.4", "Risk tier change", "permissions follow the tier"),
)
"""The rows of the requirements document, in its order."""

ROW: Mapping[str, Row] = {row.number: row for row in ROWS}


@dataclass(frozen=True, slots=True)
class Answer:
    """How far one row holds for one identity, why, by which resources, and which rules of the gate look.

    Raises ValueError for `enforced` without a resource and `detected` without a rule: such an answer claims what nobody
    can check.
    """

    word: Word
    reason: str
    by: tuple[Resource, ...] = ()
    rules: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.word == "enforced" and not self.by:
            raise ValueError("enforced needs the resource that does it")
        if self.word == "detected" and not self.rules:
            raise ValueError("detected needs the rule that notices")


class Falls(Exception):  # noqa: N818  # an answer, not a programming error
    """A lock is missing or too weak, so the row is no more than `documented`; `reason` is one sentence."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class RowOnPlatform:
    """How one row is judged on one platform.

    `best` is the most that an active agent can reach there, `lock` what it takes, in a few words.
    """

    row: str
    best: Word
    lock: str
    judge: Callable[[Subject], Answer]


class PlatformRows:
    """The rows of one platform, filled by the decorator `row`; every row has exactly one function."""

    def __init__(self) -> None:
        self.rows: dict[str, RowOnPlatform] = {}

    def row(
        self, number: str, best: Word, lock: str
    ) -> Callable[[Callable[[Subject], Answer]], Callable[[Subject], Answer]]:
        """Registers the decorated function for a row. Raises ValueError for an unknown row or one that is taken."""
        if number not in ROW or number in self.rows:
            raise ValueError(f"row {number} is {'taken' if number in ROW else 'no row of the requirements'}")

        def register(judge: Callable[[Subject], Answer]) -> Callable[[Subject], Answer]:
            self.rows[number] = RowOnPlatform(number, best, lock, judge)
            return judge

        return register
