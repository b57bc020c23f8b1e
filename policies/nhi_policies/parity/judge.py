"""Answers rows for identities, and sums them up.

Owns which platform is judged by which rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nhi.catalog.model import Unmapped
from nhi.contract import Platform, agent_name

from nhi_policies.declared import Context
from nhi_policies.parity.aws import AWS
from nhi_policies.parity.entra import ENTRA
from nhi_policies.parity.gcp import GCP
from nhi_policies.parity.kubernetes import KUBERNETES
from nhi_policies.parity.model import ROWS, WORDS, Answer, Falls, PlatformRows, Word
from nhi_policies.parity.subject import Subject, evidence, subjects
from nhi_policies.verdict import Unproven
from nhi_policies.view.origin import meaning_of
from nhi_policies.view.resource import Stack

PLATFORM_ROWS: Mapping[Platform, PlatformRows] = {"aws": AWS, "entra": ENTRA, "gcp": GCP, "kubernetes": KUBERNETES}
"""The rows of each platform."""


@dataclass(frozen=True)
class Parity:
    """Every row of one identity: an agent, or one instance of it, on one platform."""

    agent: str
    instance: str | None
    platform: Platform
    tier: int | None
    live: bool
    required: tuple[str, ...]
    """The rows that the tier wants enforced."""
    answers: Mapping[str, Answer]
    unmapped: tuple[Unmapped, ...] = ()
    """Words of the file, allowed or denied, that have no counterpart on this platform, each with the reason."""

    @property
    def name(self) -> str:
        """Agent and instance as messages name them."""
        return agent_name(self.agent, self.instance)

    @property
    def short(self) -> tuple[str, ...]:
        """Rows that the tier wants enforced and that are not. A stopped agent owes none: it may do nothing."""
        return tuple(row for row in self.required if self.answers[row].word != "enforced") if self.live else ()


def answer(subject: Subject, row: str) -> Answer:
    """How far one row holds for one identity. What cannot be read is unproven, and so no more than documented."""
    try:
        return PLATFORM_ROWS[subject.platform].rows[row].judge(subject)
    except Falls as fallen:
        return Answer("documented", fallen.reason.rstrip("."))
    except Unproven as unproven:
        return Answer("documented", f"unproven: {unproven.path} {unproven.why}")


def required_rows(subject: Subject) -> tuple[str, ...]:
    """The rows that the identity's tier wants enforced."""
    return subject.declared.environment.profile.ceilings(subject.agent.risk_tier).required_parity


def parity(stack: Stack, context: Context, agents: Iterable[str] | None = None) -> Iterator[Parity]:
    """Every row of every identity of the declared agents, or of those named. Resources must be `attributed`."""
    found = evidence(stack, context)
    wanted = None if agents is None else set(agents)
    for agent_id, declared in context.declared_in(stack).items():
        if wanted is not None and agent_id not in wanted:
            continue
        for subject in subjects(declared, found):
            yield Parity(
                agent_id,
                subject.instance,
                subject.platform,
                declared.agent.risk_tier,
                subject.live,
                required_rows(subject),
                {row.number: answer(subject, row.number) for row in ROWS},
                meant.unmapped if (meant := meaning_of(context, agent_id, subject.platform)) else (),
            )


def counts(found: Iterable[Parity]) -> Mapping[Word, int]:
    """How many rows have each word, all four words included."""
    counted = Counter(answer.word for one in found for answer in one.answers.values())
    return {word: counted.get(word, 0) for word in WORDS}
