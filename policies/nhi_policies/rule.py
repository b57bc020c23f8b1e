"""What a rule is, and the registry that finds every rule under `rules/`.

A rule is one decorated generator function in one file. Its docstring is its documentation page: the first line says
the compliant condition, then `Why:`, `Bad:` and `Fix:`. Ids are stable for ever; a rule that goes is marked, not
reused. Rules import no Pulumi, so the same rule judges a record in `nhi check` and a resource in the pack.

    @rule(id="NHI-PRM-001", slug="no-wildcard-write", severity="critical", kind="resource",
          targets=("aws:iam/policy:Policy",), controls=("OWASP-NHI5",), row="3.1")
    def no_wildcard_write(resource: Resource, context: Context) -> Iterator[Finding]: ...

What the function takes depends on `kind`:

- `resource`: one `Resource` and the `Context`; for each resource whose type is in `targets`;
- `agent`: one `DeclaredAgent` and the `Context`;
- `stack`: all resources of the stack (a `Stack`) and the `Context`, once;
- `exceptions`: the `ExceptionBook` and the `Context`, once, after everything else has been judged.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, cached_property
from typing import Any, Literal

from nhi.contract import RULE_AREAS

from nhi_policies.verdict import Finding, Level

Severity = Literal["critical", "high", "medium", "low"]
Kind = Literal["agent", "resource", "stack", "exceptions"]
Reach = Literal["agents", "stack"]
"""How far a stack rule looks, see `rule`."""
Check = Callable[[Any, Any], Iterable[Finding]]

ID_PATTERN = re.compile(r"NHI-(?P<area>[A-Z]{3})-(?P<number>\d{3})")
SLUG_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low")
SECTIONS = ("Why", "Bad", "Fix")


@dataclass(frozen=True)
class Documentation:
    """A rule's docstring, taken apart: the compliant condition and the three sections, each one paragraph."""

    condition: str
    why: str
    bad: str
    fix: str


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule of the gate: its metadata and its check."""

    id: str
    slug: str
    severity: Severity
    kind: Kind
    targets: tuple[str, ...]
    check: Check
    controls: tuple[str, ...]
    row: str
    on_unknown: Literal["deny", "ignore"] = "deny"
    since: str = "0.1.0"
    aliases: tuple[str, ...] = ()
    reach: Reach = "stack"

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process has this rule in its own registry; rules are told apart by identity.
        return _same_rule, (self.id,)

    @property
    def area(self) -> str:
        """The middle part of the id, a key of `contract.RULE_AREAS`."""
        return self.id.split("-")[1]

    @property
    def level(self) -> Level:
        """Whether a violation makes the run fail: all but low severity do."""
        return "advisory" if self.severity == "low" else "mandatory"

    @cached_property
    def documentation(self) -> Documentation:
        """The docstring in parts. Raises ValueError where a section is missing."""
        text = inspect.cleandoc(self.check.__doc__ or "")
        parts = re.split(rf"^({'|'.join(SECTIONS)}):\s*", text, flags=re.MULTILINE)
        condition = " ".join(parts[0].split())
        sections = {name: " ".join(body.split()) for name, body in zip(parts[1::2], parts[2::2], strict=True)}
        missing = [name for name in SECTIONS if not sections.get(name)]
        if not condition or missing:
            raise ValueError(f"{self.id}: the docstring lacks {', '.join(missing) or 'its first line'}")
        return Documentation(condition, sections["Why"], sections["Bad"], sections["Fix"])

    def applies_to(self, type_token: str) -> bool:
        """Whether a resource rule judges resources of this type: by exact token, glob, or kind of the type table."""
        from nhi_policies.view.types import kinds_of

        kinds = kinds_of(type_token)
        return any(
            target in kinds if ":" not in target and target != "*" else fnmatchcase(type_token, target)
            for target in self.targets
        )


_RULES: dict[str, Rule] = {}


def rule(
    *,
    id: str,  # the field's own word for it
    slug: str,
    severity: Severity,
    kind: Kind,
    controls: tuple[str, ...],
    row: str,
    targets: tuple[str, ...] = (),
    on_unknown: Literal["deny", "ignore"] = "deny",
    since: str = "0.1.0",
    aliases: tuple[str, ...] = (),
    reach: Reach = "stack",
) -> Callable[[Check], Check]:
    """Registers the decorated function as a rule.

    `targets` of a resource rule are type tokens, globs over them (`aws:iam/*`), or kinds of the type table
    (`principal`, `opaque`, see `view.types.KINDS`). `row` is the row of the requirements (`3.1`), or `-` for the
    gate's own rules. Raises ValueError for an id that is taken or metadata that is malformed.

    `reach` of a stack rule says what its findings follow from, so that a large fleet can be judged in parts
    (`nhi_policies.parts`). `agents`: what it finds about an agent follows from the agent's own resources, from what
    belongs to nobody, and from the agents that claim a thing of it (`view.claimants`). `stack`: from anything; in a
    part it only tells that there is something, and then everything is judged in one piece. In both cases it loops over
    `context.declared_in(stack)` and never over all agents to look for something that is missing.
    """
    found = ID_PATTERN.fullmatch(id)
    if found is None or found["area"] not in RULE_AREAS:
        raise ValueError(f"{id!r} is no rule id; write NHI-<AREA>-<NNN> with an area of contract.RULE_AREAS")
    if not SLUG_PATTERN.fullmatch(slug):
        raise ValueError(f"{id}: the slug {slug!r} is not lower-case words joined by dashes")
    if (kind == "resource") != bool(targets):
        raise ValueError(f"{id}: a resource rule names its targets, and only a resource rule does")
    if reach != "stack" and kind != "stack":
        raise ValueError(f"{id}: only a stack rule has a reach")

    def register(check: Check) -> Check:
        if id in _RULES:
            raise ValueError(f"rule id {id} is taken by {_RULES[id].slug}; ids are never used twice")
        if any(slug in (other.slug, *other.aliases) for other in _RULES.values()):
            raise ValueError(f"{id}: the slug {slug} is taken")
        _RULES[id] = Rule(id, slug, severity, kind, targets, check, controls, row, on_unknown, since, aliases, reach)
        return check

    return register


@cache
def registry() -> Mapping[str, Rule]:
    """Every rule under `nhi_policies.rules`, by id and in order of ids. Imports them on first use."""
    from nhi_policies import rules

    for module in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}."):
        importlib.import_module(module.name)
    return dict(sorted(_RULES.items()))


def _same_rule(id: str) -> Rule:
    return registry()[id]


def find_rule(name: str) -> Rule | None:
    """The rule with this id, slug or alias."""
    rules = registry()
    if name in rules:
        return rules[name]
    return next((one for one in rules.values() if name == one.slug or name in one.aliases), None)


@cache
def rules_of(kind: Kind) -> tuple[Rule, ...]:
    """The rules of one kind, in order of ids."""
    return tuple(one for one in registry().values() if one.kind == kind)


@cache
def resource_rules(type_token: str) -> tuple[Rule, ...]:
    """The resource rules that judge this type, in order of ids."""
    return tuple(one for one in rules_of("resource") if one.applies_to(type_token))
