"""What an API server demands of a ValidatingAdmissionPolicy and its binding.

Owns their shape (https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ and the API
server's pkg/apis/admissionregistration/validation). Does not own CEL: there is no CEL compiler here, so an expression
is only asked to be non-empty and to close its brackets and quotes. A type error or an unknown field in an expression
passes here and fails on a cluster. Nor is any policy enforced on the objects of the sandbox.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from nhi.contract import UNKNOWN
from nhi.sandbox.clouds.kubernetes import grammar
from nhi.sandbox.clouds.kubernetes.grammar import Failures, at, elements, empty, known
from nhi.sandbox.clouds.model import Failure

MATCH_CONDITIONS_LIMIT = 64
AUDIT_ANNOTATIONS_LIMIT = 20

_IDENTIFIER = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_RESERVED = frozenset(
    (
        *("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop"),
        *("namespace", "null", "package", "return", "true", "var", "void", "while"),
    )
)
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def policy(inputs: Mapping[str, Any]) -> Failures:
    """A ValidatingAdmissionPolicy: what it matches, its expressions, what happens when one fails."""
    spec = inputs.get("spec")
    if spec is UNKNOWN:
        return
    yield from grammar.one_of(at(spec, "failurePolicy"), ("Fail", "Ignore"), "spec.failurePolicy")
    kind = at(spec, "paramKind")
    if known(kind):
        yield from grammar.named(_version, kind.get("apiVersion"), "spec.paramKind.apiVersion", required=True)
        yield from grammar.named(_kind, kind.get("kind"), "spec.paramKind.kind", required=True)
    constraints = at(spec, "matchConstraints")
    if constraints is None:
        yield Failure("spec.matchConstraints", "required, and missing")
    elif known(constraints):
        yield from _matching(constraints, "spec.matchConstraints")
        if empty(constraints.get("resourceRules")):
            yield Failure("spec.matchConstraints.resourceRules", "at least one rule is required")
    yield from _conditions(at(spec, "matchConditions"))
    yield from _variables(at(spec, "variables"))
    validations, audit = at(spec, "validations"), at(spec, "auditAnnotations")
    if empty(validations) and empty(audit):
        yield Failure("spec.validations", "at least one validation or audit annotation is required")
    for path, validation in elements(validations, "spec.validations"):
        yield from _validation(validation, path)
    if known(audit) and len(audit) > AUDIT_ANNOTATIONS_LIMIT:
        yield Failure("spec.auditAnnotations", f"at most {AUDIT_ANNOTATIONS_LIMIT} are allowed")
    seen: list[str] = []
    for path, annotation in elements(audit, "spec.auditAnnotations"):
        key = annotation.get("key")
        yield from grammar.named(grammar.qualified_name, key, f"{path}.key", required=True)
        if known(key):
            if key in seen:
                yield Failure(f"{path}.key", "given twice")
            seen.append(key)
        yield from expression(annotation.get("valueExpression"), f"{path}.valueExpression")


def binding(inputs: Mapping[str, Any]) -> Failures:
    """A ValidatingAdmissionPolicyBinding: which policy, on what, with which actions. The policy need not exist yet."""
    spec = inputs.get("spec")
    if spec is UNKNOWN:
        return
    yield from grammar.named(grammar.subdomain, at(spec, "policyName"), "spec.policyName", required=True)
    actions = at(spec, "validationActions")
    if empty(actions):
        yield Failure("spec.validationActions", "at least one action is required")
    seen = []
    for path, action in elements(actions, "spec.validationActions"):
        yield from grammar.one_of(action, ("Deny", "Warn", "Audit"), path)
        if action in seen:
            yield Failure(path, "given twice")
        seen.append(action)
    if "Deny" in seen and "Warn" in seen:
        yield Failure("spec.validationActions", "Deny and Warn cannot be combined")
    matching = at(spec, "matchResources")
    if known(matching):
        yield from _matching(matching, "spec.matchResources")
    parameter = at(spec, "paramRef")
    if known(parameter):
        if (parameter.get("name") is None) == (parameter.get("selector") is None):
            yield Failure("spec.paramRef", "needs either a name or a selector")
        yield from grammar.selector(parameter.get("selector"), "spec.paramRef.selector")
        action = parameter.get("parameterNotFoundAction")
        if action is None:
            yield Failure("spec.paramRef.parameterNotFoundAction", "required, and missing")
        yield from grammar.one_of(action, ("Allow", "Deny"), "spec.paramRef.parameterNotFoundAction")


def expression(text: Any, path: str) -> Failures:
    """A CEL expression, as far as it can be judged without CEL: not empty, brackets and quotes closed."""
    if text is UNKNOWN:
        return
    if text is None or not text.strip():
        yield Failure(path, "required, and missing")
    elif reason := _unbalanced(text):
        yield Failure(path, f"not a CEL expression: {reason}")


def _unbalanced(text: str) -> str | None:
    waiting: list[str] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character in "'\"":
            end = _string_end(text, position)
            if end is None:
                return f"the text that begins at character {position + 1} is never closed"
            position = end
            continue
        if text.startswith("//", position):
            position = text.find("\n", position)
            if position < 0:
                break
        elif character in _CLOSING:
            waiting.append(_CLOSING[character])
        elif character in ")]}" and (not waiting or waiting.pop() != character):
            return f"'{character}' at character {position + 1} closes nothing"
        position += 1
    return f"'{waiting[-1]}' is missing" if waiting else None


def _string_end(text: str, start: int) -> int | None:
    # https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax : triple quotes span lines; r"..." keeps
    # backslashes, so there one before the quote does not escape it.
    quote = text[start]
    mark = quote * 3 if text.startswith(quote * 3, start) else quote
    prefix = re.search(r"(?<![A-Za-z0-9_])[rRbB]{1,2}$", text[:start])
    raw = prefix is not None and "r" in prefix.group().lower()
    position = start + len(mark)
    while position < len(text):
        if text[position] == "\\" and not raw:
            position += 2
        elif text.startswith(mark, position):
            return position + len(mark)
        elif text[position] == "\n" and len(mark) == 1:
            return None
        else:
            position += 1
    return None


def _conditions(conditions: Any) -> Failures:
    if known(conditions) and len(conditions) > MATCH_CONDITIONS_LIMIT:
        yield Failure("spec.matchConditions", f"at most {MATCH_CONDITIONS_LIMIT} are allowed")
    seen: set[str] = set()
    for path, condition in elements(conditions, "spec.matchConditions"):
        name = condition.get("name")
        yield from grammar.named(grammar.qualified_name, name, f"{path}.name", required=True)
        if known(name) and name in seen:
            yield Failure(f"{path}.name", "given twice")
        seen.add(name if known(name) else "")
        yield from expression(condition.get("expression"), f"{path}.expression")


def _variables(variables: Any) -> Failures:
    for path, variable in elements(variables, "spec.variables"):
        name = variable.get("name")
        if empty(name) or (known(name) and (not _IDENTIFIER.fullmatch(name) or name in _RESERVED)):
            yield Failure(
                f"{path}.name",
                "must be a CEL identifier: letters, digits and '_', not beginning with a digit, and no word of CEL",
            )
        yield from expression(variable.get("expression"), f"{path}.expression")


_REASONS = ("Forbidden", "Invalid", "RequestEntityTooLarge")


def _validation(validation: Mapping[str, Any], path: str) -> Failures:
    text, message = validation.get("expression"), validation.get("message")
    yield from expression(text, f"{path}.expression")
    if empty(message):
        if known(text) and "\n" in text.strip():
            yield Failure(f"{path}.message", "required where the expression has several lines")
    elif known(message):
        if not message.strip():
            yield Failure(f"{path}.message", "must not be blank where it is given")
        elif "\n" in message:
            yield Failure(f"{path}.message", "must be one line")
    if not empty(validation.get("messageExpression")):
        yield from expression(validation["messageExpression"], f"{path}.messageExpression")
    yield from grammar.one_of(validation.get("reason"), _REASONS, f"{path}.reason")


def _matching(matching: Mapping[str, Any], path: str) -> Failures:
    yield from grammar.one_of(matching.get("matchPolicy"), ("Exact", "Equivalent"), f"{path}.matchPolicy")
    for name in ("namespaceSelector", "objectSelector"):
        yield from grammar.selector(matching.get(name), f"{path}.{name}")
    for name in ("resourceRules", "excludeResourceRules"):
        for place, rule in elements(matching.get(name), f"{path}.{name}"):
            yield from _rule(rule, place)


_OPERATIONS = ("CREATE", "UPDATE", "DELETE", "CONNECT", "*")


def _rule(rule: Mapping[str, Any], path: str) -> Failures:
    for name in ("apiGroups", "apiVersions", "operations", "resources"):
        values = rule.get(name)
        if empty(values):
            yield Failure(f"{path}.{name}", "required, and missing")
        elif known(values) and name != "resources" and "*" in values and len(values) > 1:
            yield Failure(f"{path}.{name}", "'*' must stand alone")
    for place, operation in elements(rule.get("operations"), f"{path}.operations"):
        yield from grammar.one_of(operation, _OPERATIONS, place)
    yield from _resources(rule.get("resources"), f"{path}.resources")
    for place, version in elements(rule.get("apiVersions"), f"{path}.apiVersions"):
        if version == "":
            yield Failure(place, "must not be empty")
    names: list[str] = []
    for place, name in elements(rule.get("resourceNames"), f"{path}.resourceNames"):
        if name in names:
            yield Failure(place, "given twice")
        names.append(name)
    yield from grammar.one_of(rule.get("scope"), ("Cluster", "Namespaced", "*"), f"{path}.scope")


def _resources(values: Any, path: str) -> Failures:
    if not known(values):
        return
    if "*/*" in values and len(values) > 1:
        yield Failure(path, "'*/*' must stand alone")
    if "*" in values and any(known(value) and value != "*" and "/" not in value for value in values):
        yield Failure(path, "'*' already covers every resource that has no '/'")
    before: list[str] = []
    for place, value in elements(values, path):
        resource, _, subresource = value.partition("/")
        if value == "":
            yield Failure(place, "must not be empty")
        for covering in (f"{resource}/*", f"*/{subresource}"):
            if subresource and covering in before and value != covering:
                yield Failure(place, f"'{covering}' before it already covers it")
        before.append(value)


def _version(text: str) -> str | None:
    group, slash, version = text.rpartition("/")
    if grammar.dns_1035(version) or (slash and grammar.subdomain(group)):
        return "must be a version such as v1, or <group>/<version>"
    return None


def _kind(text: str) -> str | None:
    return grammar.dns_1035(text.lower())
