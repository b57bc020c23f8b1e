"""The gate as a Pulumi policy pack: the only module of the judge that imports Pulumi.

Owns the few SDK-level policies (one per rule area for resources and declarations, one for advice, two for the stack),
the walk over the SDK's proxies, and what must be remembered between resources of one run. Does not own any rule.

Facts of the SDK that this module exists to contain (pulumi-policy 1.21): touching an unknown raises, and uncaught it
turns a mandatory policy into an ADVISORY message, so that a gate fails open at preview; any other exception aborts the
update; every policy deserialises the properties again, so few policies are cheap ones. Hence: properties are walked key
by key once per resource, all rules run once per resource, and each policy reports its share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock, local
from typing import Any

from nhi.clock import clock as read_clock
from nhi.contract import AGENT_IDENTITY, COMPONENT_TYPES, PLATFORM_IDENTITY, RULE_AREAS, UNKNOWN
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from nhi_policies.declared import Context, declared_from_component, load_context
from nhi_policies.dispatch import attributed, judge_agent, judge_exceptions, judge_resource, judge_stack, settled
from nhi_policies.report import format_violation
from nhi_policies.rule import SEVERITIES, Rule, registry
from nhi_policies.verdict import Verdict, Violation
from nhi_policies.view.resource import Resource, above, plain

_AGENT_COMPONENTS = frozenset({AGENT_IDENTITY, *PLATFORM_IDENTITY.values()})
_SEVERITY = {
    "critical": Severity.CRITICAL,
    "high": Severity.HIGH,
    "medium": Severity.MEDIUM,
    "low": Severity.LOW,
}
_FAMILY = {"GAT": "gate"}
_ADVICE = "nhi-advice"
_STACK = "nhi-stack"
_STACK_ADVICE = "nhi-stack-advice"
Report = Callable[..., None]


def thaw(value: Any) -> Any:
    """Properties of the SDK as plain data, with `UNKNOWN` where touching the proxy raises.

    Anything that is neither a map, a list nor a scalar (an asset, an archive) is `UNKNOWN`: no rule can read it.
    """
    if isinstance(value, Mapping):
        return {str(key): _thawed(value, key) for key in list(value)}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_thawed(value, index) for index in range(len(value))]
    if value is None or isinstance(value, str | bool | int | float):
        return plain(value)
    return UNKNOWN


def _thawed(container: Any, key: Any) -> Any:
    try:
        value = container[key]
    except UnknownValueError:
        return UNKNOWN
    return thaw(value)


def _component_chain(urn: str) -> bool:
    """Whether a component of ours is among the resource's ancestors, by its URN."""
    return not COMPONENT_TYPES.isdisjoint(above(urn))


_DIRECTORY_IDS = ("id", "objectId", "clientId")


def _ids(resource: Any) -> tuple[str, ...]:
    """What the directory calls an object, where the engine tells; only there are plain ids references."""
    if not resource.resource_type.startswith("azuread:"):
        return ()
    found: list[str] = []
    for key in _DIRECTORY_IDS:
        try:
            value = plain(resource.props.get(key))
        except UnknownValueError:
            continue
        if isinstance(value, str) and value:
            found.append(value)
    return tuple(found)


def _stack_of(urn: str) -> str | None:
    return urn[len("urn:pulumi:") :].split("::", 1)[0] if urn.startswith("urn:pulumi:") else None


@dataclass
class _Run:
    """What is remembered of one stack while its program runs."""

    context: Context
    seen: dict[str, Resource] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class _Judged:
    """What the rules said about one resource or stack, by policy name."""

    violations: Mapping[str, Sequence[Violation]]
    applied: frozenset[str]


class Gate:
    """Judges the resources of the stacks that one pack process sees. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._now = read_clock()
        self._runs: dict[str | None, _Run] = {}
        self._lock = Lock()
        self._memory = local()

    def run_of(self, stack: str | None) -> _Run:
        """The run of one stack; reads the reviewed files on first use."""
        with self._lock:
            if stack not in self._runs:
                self._runs[stack] = _Run(load_context(self._folder, stack, now=self._now))
            return self._runs[stack]

    # The SDK calls the policies of one request one after another on one thread. The first of them judges and the
    # others take their share. A share is taken once: the same URN analysed again is judged again.
    def _shares(self, key: str, policy: str, judge: Callable[[], _Judged]) -> tuple[Sequence[Violation], bool]:
        memory = self._memory
        if getattr(memory, "key", None) != key or policy in memory.taken:
            memory.key, memory.taken, memory.judged = key, set(), judge()
        memory.taken.add(policy)
        judged: _Judged = memory.judged
        return judged.violations.get(policy, ()), policy in judged.applied

    def resource_shares(self, policy: str, args: ResourceValidationArgs) -> tuple[Sequence[Violation], bool]:
        """What `policy` has to say about a resource, and whether any of its rules applied."""
        return self._shares(f"resource {args.urn}", policy, lambda: self._judge_resource(args))

    def stack_shares(self, policy: str, args: StackValidationArgs) -> tuple[Sequence[Violation], bool]:
        """What `policy` has to say about the whole stack."""
        key = f"stack {len(args.resources)} {args.resources[0].urn if args.resources else ''}"
        return self._shares(key, policy, lambda: self._judge_stack(args))

    def _judge_resource(self, args: ResourceValidationArgs) -> _Judged:
        run = self.run_of(_stack_of(args.urn))
        parent = getattr(args.opts, "parent", None)
        resource = self._placed(
            run,
            Resource(
                type=args.resource_type,
                name=args.name,
                urn=args.urn,
                inputs=thaw(args.props),
                parent_urn=parent or None,
                from_component=_component_chain(args.urn),
                custom=args.provider is not None,
            ),
        )
        with self._lock:
            run.seen[resource.urn] = resource
        verdicts = [*judge_resource(resource, run.context)]
        if resource.type in _AGENT_COMPONENTS:
            verdicts.extend(self._judge_declaration(run, resource))
        return _shared(verdicts, settled(verdicts, run.context), _resource_policy)

    def _placed(self, run: _Run, resource: Resource) -> Resource:
        """The resource with its agent and instance: what it says itself, else whose its parent is."""
        known = attributed(resource, run.context)
        above = run.seen.get(resource.parent_urn) if resource.parent_urn else None
        if above is None or above.agent is None or known.agent not in (None, above.agent):
            return known
        return replace(known, agent=above.agent, instance=known.instance or above.instance)

    def _judge_declaration(self, run: _Run, resource: Resource) -> Iterable[Verdict]:
        agent_id = resource.agent
        declared = run.context.agents.get(agent_id) if agent_id else None
        if declared is None and not run.context.from_files:
            declared = declared_from_component(resource)
        if declared is None:
            return ()
        with self._lock:
            if declared.agent.agent_id in run.judged:
                return ()
            run.judged.add(declared.agent.agent_id)
        return judge_agent(declared, run.context)

    def _judge_stack(self, args: StackValidationArgs) -> _Judged:
        run = self.run_of(_stack_of(args.resources[0].urn) if args.resources else None)
        resources: list[Resource] = []
        for one in args.resources:
            depends = {
                key: tuple(target.urn for target in targets)
                for key, targets in (one.property_dependencies or {}).items()
            }
            seen = run.seen.get(one.urn)
            if seen is not None:
                # The inputs of this run, not the outputs: a preview knows more of them. Of the outputs only ids count.
                resources.append(replace(seen, property_dependencies=depends, ids=_ids(one)))
                continue
            parent = one.parent.urn if one.parent else None
            resources.append(
                self._placed(
                    run,
                    Resource(
                        one.resource_type,
                        one.name,
                        one.urn,
                        thaw(one.props),
                        parent,
                        depends,
                        _component_chain(one.urn),
                        custom=one.provider is not None,
                        ids=_ids(one),
                    ),
                )
            )
        verdicts = [*judge_stack(resources, run.context)]
        for agent_id, declared in run.context.agents.items():
            if agent_id not in run.judged:
                verdicts.extend(judge_agent(declared, run.context))
        violations = settled(verdicts, run.context)
        last = judge_exceptions(run.context)
        return _shared([*verdicts, *last], (*violations, *settled(last, run.context)), _stack_policy)


def _resource_policy(area: str, advisory: bool) -> str:
    return _ADVICE if advisory else f"nhi-{_FAMILY.get(area, RULE_AREAS[area].replace(' ', '-'))}"


def _stack_policy(_area: str, advisory: bool) -> str:
    return _STACK_ADVICE if advisory else _STACK


def _shared(
    verdicts: Iterable[Verdict], violations: Iterable[Violation], name_of: Callable[[str, bool], str]
) -> _Judged:
    shares: dict[str, list[Violation]] = {}
    for one in violations:
        shares.setdefault(name_of(one.rule.area, one.level == "advisory"), []).append(one)
    applied = {
        name_of(one.rule.area, one.rule.level == "advisory") for one in verdicts if one.outcome != "not applicable"
    }
    return _Judged(shares, frozenset(applied | shares.keys()))


def _say(violations: Iterable[Violation], report: Report) -> None:
    for one in violations:
        target = one.finding.target
        report(format_violation(one), target if target and target.startswith("urn:") else None)


def _failed(error: Exception) -> str:
    return (
        f"the gate itself failed with {type(error).__name__}, so nothing is proven. Report it with the resource's type."
    )


def policies(folder: Path) -> list[Policy]:
    """The SDK policies of the gate. `folder` is the pack's own folder, where `gate.yaml` is."""
    gate = Gate(folder)
    rules = registry().values()
    found: list[Policy] = []
    for area, name in RULE_AREAS.items():
        mandatory = [
            one for one in rules if one.area == area and one.kind in ("resource", "agent") and one.level == "mandatory"
        ]
        if mandatory:
            found.append(
                _resource_validation(gate, _resource_policy(area, False), name, mandatory, EnforcementLevel.MANDATORY)
            )
    advice = [one for one in rules if one.kind in ("resource", "agent") and one.level == "advisory"]
    found.append(_resource_validation(gate, _ADVICE, "advice and exceptions", advice, EnforcementLevel.ADVISORY))
    stack = [one for one in rules if one.kind in ("stack", "exceptions", "agent")]
    found.append(_stack_validation(gate, _STACK, "the stack as a whole", stack, EnforcementLevel.MANDATORY))
    found.append(_stack_validation(gate, _STACK_ADVICE, "advice on the stack", stack, EnforcementLevel.ADVISORY))
    return found


def _metadata(title: str, rules: Sequence[Rule], level: EnforcementLevel) -> dict[str, Any]:
    worst = "low" if level is EnforcementLevel.ADVISORY else min((one.severity for one in rules), key=SEVERITIES.index)
    return {
        "description": f"Agent identities: {title}",
        "enforcement_level": level,
        "severity": _SEVERITY[worst],
        "tags": sorted({control for one in rules for control in one.controls}),
    }


def _resource_validation(
    gate: Gate, name: str, title: str, rules: Sequence[Rule], level: EnforcementLevel
) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report: Report) -> None:
        try:
            violations, applied = gate.resource_shares(name, args)
        except Exception as error:
            report(_failed(error))
            return
        _say(violations, report)
        if not applied:
            args.not_applicable("no rule of this family applies to this resource")

    return ResourceValidationPolicy(name=name, validate=validate, **_metadata(title, rules, level))


def _stack_validation(
    gate: Gate, name: str, title: str, rules: Sequence[Rule], level: EnforcementLevel
) -> StackValidationPolicy:
    def validate(args: StackValidationArgs, report: Report) -> None:
        try:
            violations, applied = gate.stack_shares(name, args)
        except Exception as error:
            report(_failed(error))
            return
        _say(violations, report)
        if not applied:
            args.not_applicable("no rule of this family applies to this stack")

    return StackValidationPolicy(name=name, validate=validate, **_metadata(title, rules, level))
