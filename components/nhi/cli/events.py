"""What the events of a run say, whichever engine wrote them: steps, findings, diagnostics, the end.

Owns reading the event stream. Does not own how it is shown (`show`), nor the form of a finding (`nhi_policies.report`).

A pack that could not judge a resource says so in an advisory event. That is a violation here, because what was not
judged was not proven.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nhi_policies.report import Report, parse
from nhi_policies.verdict import Violation, told_best

from nhi.contract import AGENT_IDENTITY

_QUIET_OPERATIONS = frozenset({"same", "read", "refresh"})
# The engine interrupts the program once a mandatory rule has failed; that traceback says nothing about the program.
_INTERRUPTION = "KeyboardInterrupt"
# The Pulumi CLI's last words about any failure, after it has said what failed.
_LAST_WORDS = frozenset({"preview failed", "update failed", "destroy failed"})
_NOT_JUDGED = "can't run policy"


@dataclass(frozen=True)
class Step:
    """What is done to one resource: the operation as the engine calls it, type, name, and whether it failed."""

    operation: str
    type: str
    name: str
    urn: str
    agent: str | None
    failed: bool = False


@dataclass
class Record:
    """Everything a run said. `foreign` are messages of other packs that block; `errors` come from the engine,
    `stderr` from the program."""

    steps: list[Step] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    changes: Mapping[str, int] = field(default_factory=dict)
    result: str | None = None
    agents: set[str] = field(default_factory=set)
    resources: int = 0
    _seen: set[tuple[str, str]] = field(default_factory=set)

    def take(self, event: Mapping[str, Any]) -> Step | None:
        """Reads one event. Answers the step that it begins, if it begins one."""
        if (pre := event.get("resourcePreEvent")) is not None:
            return self._step(pre["metadata"])
        if (failed := event.get("resOpFailedEvent")) is not None:
            self._step(failed["metadata"], failed=True)
        elif (policy := event.get("policyEvent")) is not None:
            self._policy(policy)
        elif (diagnostic := event.get("diagnosticEvent")) is not None:
            self._diagnostic(diagnostic)
        elif (summary := event.get("summaryEvent")) is not None:
            self.changes = summary.get("resourceChanges") or {}
            self.result = summary.get("result")
        elif (error := event.get("errorEvent")) is not None:
            self.errors.append(str(error.get("error", "")).strip())
        return None

    def _step(self, metadata: Mapping[str, Any], *, failed: bool = False) -> Step:
        urn = metadata["urn"]
        state = metadata.get("new") or metadata.get("old") or {}
        inputs = state.get("inputs") or {}
        agent = inputs.get("agentId") if metadata["type"] == AGENT_IDENTITY else None
        step = Step(metadata["op"], metadata["type"], urn.rpartition("::")[2], urn, agent, failed)
        if not failed:
            self.steps.append(step)
            self.resources += bool(state.get("custom")) and not metadata["type"].startswith("pulumi:")
            if agent:
                self.agents.add(agent)
        return step

    def _policy(self, policy: Mapping[str, Any]) -> None:
        message = policy.get("message", "")
        violation = parse(message)
        if violation is not None:
            # Both engines may show one finding twice: once by the pack's URN, once by the resource's.
            key = (violation.rule.id, repr(violation.finding))
            if key not in self._seen:
                self._seen.add(key)
                self.violations.append(violation)
        elif policy.get("enforcementLevel") == "mandatory" or _NOT_JUDGED in message:
            self.foreign.append(f"{policy.get('policyName')}: {message.strip()}")
        else:
            self.advice.append(f"{policy.get('policyName')}: {message.strip()}")

    def _diagnostic(self, diagnostic: Mapping[str, Any]) -> None:
        severity, text = diagnostic.get("severity", ""), str(diagnostic.get("message", "")).strip()
        if not text or text in _LAST_WORDS or severity not in ("error", "info#err"):
            return
        if _INTERRUPTION in text:
            # It may have come line by line: what stands before the interruption belongs to its traceback.
            self.stderr.clear()
        elif severity == "error":
            self.errors.append(text)
        else:
            self.stderr.append(text)

    @property
    def blocked(self) -> bool:
        """Whether a finding, of our pack or another, makes the run fail."""
        return bool(self.foreign) or any(one.blocks for one in self.violations)

    def report(self, clock: datetime, stack: str) -> Report:
        """The findings as the gate's report."""
        counts = Counter(
            "used" if one.excepted else one.rule.slug.removesuffix("-exception")
            for one in self.violations
            if one.excepted or one.rule.slug in ("unused-exception", "expired-exception")
        )
        return Report(
            told_best(self.violations),
            clock,
            stack,
            agents=tuple(sorted(self.agents)),
            resources=self.resources,
            exceptions={name: counts[name] for name in ("used", "unused", "expired")},
        )
