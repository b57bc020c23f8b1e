"""One identity of one agent on one platform, with what the stack says about it.

Owns the index of a stack by identity, and asking what a rule of the gate said, so that a row can tell whether one of
them finds something. A row never reads a document a second way: where a rule already decides whether a lock is strong
enough, the row asks that rule. Whoever weakens the lock makes the rule speak and the row fall by the same reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from nhi.contract import Platform, agent_name
from nhi.spec.declared import DeclaredAgent
from nhi.spec.model import Agent

from nhi_policies.declared import Context, Owner, instances_of, rendered_state
from nhi_policies.dispatch import agent_verdict, resource_verdict, stack_verdict
from nhi_policies.parity.model import Falls
from nhi_policies.rule import registry
from nhi_policies.verdict import Finding, Unproven, Verdict
from nhi_policies.view.facts import platform_of
from nhi_policies.view.gcp.agents import owner_of as google_owner
from nhi_policies.view.holders import find_holder
from nhi_policies.view.kubernetes.agents import owner_of
from nhi_policies.view.memo import kept
from nhi_policies.view.resource import Resource, Stack

_Identity = tuple[Platform | None, str, str | None]
"""Platform, agent and instance; no platform for all of them, no instance for the agent as such."""
SHARED_IDENTITY = "NHI-IDN-001"
"""Its findings are about two identities: their target is one, and their part ends with the name of the other."""


class Evidence:
    """A stack's resources by the identity they belong to, and what rules find about each identity.

    Each resource is read once, and each rule is asked once, when the first row asks for it.
    """

    def __init__(self, stack: Stack, context: Context) -> None:
        self.stack = stack
        self.context = context
        self._found: dict[str, tuple[dict[_Identity, list[Finding]], list[Finding]]] = {}

    @cached_property
    def _owners(self) -> dict[str, Owner]:
        """Agent and instance by URN. What belongs to no one agent, or cannot be told, is left out."""
        found: dict[str, Owner] = {}
        known = self.context.declared_in(self.stack)
        alone = {agent_id for agent_id, one in known.items() if instances_of(one.agent) == (None,)}
        for resource in self.stack:
            platform = platform_of(resource)
            if platform is None:
                continue
            if resource.agent in alone:
                found[resource.urn] = resource.agent, None  # type: ignore[assignment]  # `alone` has no None
                continue
            try:
                if platform == "kubernetes":
                    owner = owner_of(resource, self.context)
                elif platform == "gcp":
                    owner = google_owner(resource, self.context)
                else:
                    holder = find_holder(resource, self.context)
                    owner = (holder.agent, holder.instance) if holder else None
            except Unproven:
                continue  # the rules that need to know whose it is say so
            if owner is not None:
                found[resource.urn] = owner
        return found

    @cached_property
    def _by_identity(self) -> dict[tuple[Platform, Owner], tuple[Resource, ...]]:
        found: dict[tuple[Platform, Owner], list[Resource]] = {}
        for resource in self.stack:
            platform, owner = platform_of(resource), self._owners.get(resource.urn)
            if platform is not None and owner is not None:
                found.setdefault((platform, owner), []).append(resource)
        return {key: tuple(resources) for key, resources in found.items()}

    def resources(self, platform: Platform, agent: str, instance: str | None) -> tuple[Resource, ...]:
        """The resources of one identity. What names the agent but no instance counts for each of them."""
        own = self._by_identity.get((platform, (agent, instance)), ())
        return own if instance is None else (*own, *self._by_identity.get((platform, (agent, None)), ()))

    def findings(self, rule_id: str, platform: Platform, agent: str, instance: str | None) -> Iterator[Finding]:
        """What a rule finds about one identity, or about everything at once because it could not judge at all.

        What it finds about an agent as such, by no resource, counts on each of its platforms and for each instance.
        """
        if rule_id not in self._found:
            self._found[rule_id] = self._run(rule_id)
        by_identity, about_all = self._found[rule_id]
        yield from about_all
        if by_identity:
            for place in (platform, None):
                for one in {instance, None}:
                    yield from by_identity.get((place, agent, one), ())

    def _run(self, rule_id: str) -> tuple[dict[_Identity, list[Finding]], list[Finding]]:
        found: dict[_Identity, list[Finding]] = {}
        about_all: list[Finding] = []
        for finding in self._judged(rule_id):
            target = self.stack.by_urn.get(finding.target) if finding.target else None
            platform = platform_of(target) if target is not None else None
            owner = self._owners.get(target.urn) if target is not None else None
            if owner is not None and finding.agent in (None, owner[0]):
                found.setdefault((platform, *owner), []).append(finding)
            elif finding.agent is not None:
                for instance in (None, *self._instances(finding.agent)):
                    found.setdefault((platform, finding.agent, instance), []).append(finding)
            elif finding.target is None:
                about_all.append(finding)
            if rule_id == SHARED_IDENTITY:
                agent, _, instance = finding.part.rpartition("::")[2].partition("--")
                found.setdefault((platform, agent, instance or None), []).append(finding)
        return found, about_all

    def _instances(self, agent: str) -> Iterable[str]:
        declared = self.context.agents.get(agent)
        return () if declared is None else (one for one in instances_of(declared.agent) if one is not None)

    def _judged(self, rule_id: str) -> Iterator[Finding]:
        rule = registry()[rule_id]
        if rule.kind == "stack":
            verdicts: Iterable[Verdict] = (stack_verdict(rule, self.stack, self.context),)
        elif rule.kind == "agent":
            known = self.context.declared_in(self.stack)
            verdicts = (agent_verdict(rule, one, self.context) for one in known.values())
        else:
            verdicts = (
                resource_verdict(rule, one, self.context)
                for token, resources in self.stack.by_type.items()
                if rule.applies_to(token)
                for one in resources
            )
        for verdict in verdicts:
            for violation in verdict.violations:
                yield violation.finding


def evidence(stack: Stack, context: Context) -> Evidence:
    """The evidence of a stack, gathered once. The stack's resources must have their agents filled in (`attributed`)."""
    return kept(stack, "parity evidence", lambda: Evidence(stack, context))


@dataclass(frozen=True)
class Subject:
    """One identity: an agent, or one instance of it, on one platform of one stack."""

    declared: DeclaredAgent
    instance: str | None
    platform: Platform
    evidence: Evidence

    @property
    def agent(self) -> Agent:
        """The agent as declared."""
        return self.declared.agent

    @property
    def name(self) -> str:
        """How messages name the identity."""
        return agent_name(self.agent.agent_id, self.instance)

    @property
    def stack(self) -> Stack:
        """The stack in which it stands."""
        return self.evidence.stack

    @property
    def context(self) -> Context:
        """What the gate was told."""
        return self.evidence.context

    @cached_property
    def live(self) -> bool:
        """Whether the file lets it work now."""
        return rendered_state(self.agent, self.instance, self.context.clock) == "active"

    @cached_property
    def resources(self) -> tuple[Resource, ...]:
        """Every resource of it in the stack."""
        return self.evidence.resources(self.platform, self.agent.agent_id, self.instance)

    def of(self, *types: str) -> tuple[Resource, ...]:
        """Its resources of these types."""
        return tuple(one for one in self.resources if one.type in types)

    def stands(self, *rule_ids: str, parts: tuple[str, ...] = ("",)) -> None:
        """Raises `Falls` with the first thing that one of these rules finds about it.

        `parts` keeps to findings whose part begins with one of them; what a rule could not judge always counts.
        """
        for rule_id in rule_ids:
            for finding in self.evidence.findings(rule_id, self.platform, self.agent.agent_id, self.instance):
                if finding.part.startswith((*parts, "unproven", "error")):
                    raise Falls(f"{rule_id}: {finding.text}")


def subjects(declared: DeclaredAgent, found: Evidence) -> Iterator[Subject]:
    """Each identity that a file declares: every instance on every platform of the agent."""
    for instance in instances_of(declared.agent):
        for platform in declared.agent.platforms or declared.environment.environment.platforms:
            yield Subject(declared, instance, platform, found)
