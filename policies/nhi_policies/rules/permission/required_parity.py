"""NHI-PRM-131: what the tier wants enforced, the platform enforces."""

from __future__ import annotations

from collections.abc import Iterator

from nhi_policies.declared import Context
from nhi_policies.parity.judge import PLATFORM_ROWS, answer, required_rows
from nhi_policies.parity.model import ROW
from nhi_policies.parity.subject import Subject, evidence, subjects
from nhi_policies.rule import rule
from nhi_policies.verdict import Finding, NotApplicable
from nhi_policies.view.resource import Resource, Stack
from nhi_policies.view.types import KINDS


@rule(
    id="NHI-PRM-131",
    slug="required-parity",
    severity="high",
    kind="stack",
    reach="agents",
    controls=("OWASP-NHI6", "ASI03", "NIST-AC-3", "NIST-CM-7", "ISO27001-A.8.9", "AIRS-IAM-01"),
    row="1.1",
)
def required_parity(stack: Stack, context: Context) -> Iterator[Finding]:
    """Every row of the requirements that an agent's tier wants `enforced` is enforced on each of its platforms.

    Why: a row that only a check at deployment looks at does not hold against what is changed afterwards by hand.
    Bad: a tier 2 agent in a cluster without the admission policies that refuse long tokens and foreign pods; two roles
        with one agent's tags.
    Fix: let the component write the identity, and declare `KubernetesAgentAdmission` in the stack; `nhi parity` shows
        each row with its locks. Where another stack has the admission policies, an exception says which.
    """
    if not context.agents:
        raise NotApplicable("no file declares an agent")
    found = evidence(stack, context)
    for agent_id, declared in context.declared_in(stack).items():
        for subject in subjects(declared, found):
            # Stopped agents owe nothing, so that taking access away always passes; without resources nothing is held.
            if not subject.live or not subject.resources:
                continue
            for row in required_rows(subject):
                said = answer(subject, row)
                if said.word != "enforced":
                    yield Finding(
                        f"{subject.name} on {subject.platform}: tier {subject.agent.risk_tier or 3} wants row {row} "
                        f"({ROW[row].name}) enforced, and it is {said.word}: {said.reason}.",
                        f"it takes {PLATFORM_ROWS[subject.platform].rows[row].lock}.",
                        f"{subject.platform}::{row}" + (f"::{subject.instance}" if subject.instance else ""),
                        declared.positions.at("risk_tier"),
                        agent_id,
                        _target(subject).urn,
                    )


def _target(subject: Subject) -> Resource:
    """What a finding is about: the principal, else the first resource."""
    principals = KINDS["principal"]
    return next((one for one in subject.resources if one.type in principals), subject.resources[0])
