"""What a set of permissions answers to one request: allowed, denied, or undecided.

Owns the semantics of single requests on the four platforms. It is the second opinion on `permissions.proof`: every
witness is put to it, so it shares no line of matching with the proof's modules. Does not own comparing two sets.

Answers have three values. What is malformed, unknown or not documented is undecided, and undecided is never allowed.
The three values are joined as Kleene joins them: a statement whose action does not match does not match, whatever its
conditions say; a policy without an Allow that could match denies, whatever its Denies say; an undecided Deny leaves an
answer undecided unless another one denies.

aws (policy language 2012-10-17,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html): actions without regard to
case, resources with it, `*` and `?` over `:` and `/` too; keys of conditions without regard to case. Trust is a
statement on the role's ARN whose principal is a condition (`aws:PrincipalArn`). Undecided: BinaryEquals and every
operator that is not listed here, a Bool that is neither `true` nor `false`, a number that is no plain decimal, a date
without a zone, an ARN pattern of fewer than six parts, several values under an operator without `ForAllValues` or
`ForAnyValue`, a variable outside resources and values of String and Arn operators, a variable whose value has several
values or a wildcard in it, and an unresolved variable in NotResource. Elsewhere a variable without a value matches
nothing, so a negated operator holds
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value).

gcp (https://docs.cloud.google.com/iam/docs/conditions-attribute-reference): permissions exactly; `*` in a resource is
any run of characters. Conditions compare `request.time` (a date), `resource.name`, `.type` and `.service`, as CEL
writes it (`==`, `startsWith`, `<`, `<=`, `>`, `>=`) or with the String and Date operators of IAM. A name that a request
lacks fails an Allow and lets a Deny hold (https://docs.cloud.google.com/iam/docs/deny-overview).

kubernetes (https://kubernetes.io/docs/reference/access-authn-authz/rbac/): verbs, and resources as
`<namespace>/<group>/<resource>[:<subresource>]/<name>`. `*` is a whole part; `*` as resource covers every subresource,
`*:scale` is RBAC's `*/scale`; a missing name covers every request, a written one only requests for that name, so never
a list. Paths that are no resource are written `url:/healthz`; a star at their end stands for the rest. RBAC has no
conditions; a declared permission may end, so a date on `request.time` is read, and nothing else.

entra: `role:` and `scope:` and the API's name exactly. A scope needs the key `user` in the request. Conditions
stand on `user` and, as in Kubernetes, on `request.time`.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

from nhi.contract import Platform
from nhi.permissions.model import Condition, PermissionSet, Policy, Statement

Context = Mapping[str, str | tuple[str, ...] | None]
Outcome = Literal["allowed", "denied", "undecided"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request, the statement that decided it where one did, and why."""

    outcome: Outcome
    statement: Statement | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Unknown:
    """Neither true nor false, and why."""

    reason: str


_Truth = bool | _Unknown


def permits(a: PermissionSet, action: str, resource: str, context: Context) -> Answer:
    """Whether every policy of `a` permits the request. A key that is missing from `context`, None or `()` is absent."""
    if not a.policies:
        return Answer("denied", None, "there is no policy, so nothing is permitted")
    answers = [_answer(a.platform, policy, action, resource, context) for policy in a.policies]
    for outcome in ("denied", "undecided"):
        for answer in answers:
            if answer.outcome == outcome:
                return answer
    return answers[0]


def _answer(platform: Platform, policy: Policy, action: str, resource: str, context: Context) -> Answer:
    allows: list[tuple[_Truth, Statement]] = []
    denies: list[tuple[_Truth, Statement]] = []
    for statement in policy.statements:
        truth = _speaks(platform, statement, action, resource, context)
        if statement.effect not in ("allow", "deny") and truth is not False:
            truth = _Unknown(f'the effect "{statement.effect}" is neither allow nor deny')
        if statement.effect != "deny":
            allows.append((truth, statement))
        if statement.effect != "allow":
            denies.append((truth, statement))
    for truth, statement in denies:
        if truth is True:
            return Answer("denied", statement, "a statement denies it")
    if all(truth is False for truth, _ in allows):
        return Answer("denied", None, "no statement allows it")
    for truth, statement in denies:
        if isinstance(truth, _Unknown):
            return Answer("undecided", statement, f"whether a statement denies it is not known: {truth.reason}")
    for truth, statement in allows:
        if truth is True:
            return Answer("allowed", statement, "a statement allows it, and none denies it")
    for truth, statement in allows:
        if isinstance(truth, _Unknown):
            return Answer("undecided", statement, f"whether a statement allows it is not known: {truth.reason}")
    raise AssertionError("every truth is true, false or unknown")


def _speaks(platform: Platform, statement: Statement, action: str, resource: str, context: Context) -> _Truth:
    if bool(statement.actions) == bool(statement.not_actions):
        return _Unknown("a statement has either actions or not_actions")
    if bool(statement.resources) == bool(statement.not_resources):
        return _Unknown("a statement has either resources or not_resources")
    on_action, on_resource, holds = _SEMANTICS[platform]
    return _every(
        (
            _element(statement.actions, statement.not_actions, lambda one, _: on_action(one, action, context)),
            _element(
                statement.resources, statement.not_resources, lambda one, no: on_resource(one, resource, context, no)
            ),
            *(holds(condition, context, statement.effect) for condition in statement.conditions),
        )
    )


def _element(wanted: tuple[str, ...], unwanted: tuple[str, ...], match: Callable[[str, bool], _Truth]) -> _Truth:
    def one(pattern: str) -> _Truth:
        return match(pattern, bool(unwanted)) if pattern else _Unknown("a pattern is empty")

    found = _some(one(pattern) for pattern in wanted or unwanted)
    return _opposite(found) if unwanted else found


def _every(truths: Iterable[_Truth]) -> _Truth:
    answer: _Truth = True
    for truth in truths:
        if truth is False:
            return False
        if answer is True:
            answer = truth
    return answer


def _some(truths: Iterable[_Truth]) -> _Truth:
    return _opposite(_every(_opposite(truth) for truth in truths))


def _opposite(truth: _Truth) -> _Truth:
    return truth if isinstance(truth, _Unknown) else not truth


def _value(context: Context, key: str, fold: bool) -> tuple[str, ...] | _Unknown | None:
    """All values of a key, None where it is absent."""
    found: set[tuple[str, ...] | None] = set()
    for name, value in context.items():
        if (name.lower() == key.lower()) if fold else (name == key):
            found.add((value,) if isinstance(value, str) else value or None)
    if len(found) > 1:
        return _Unknown(f"the request gives {key} twice")
    return found.pop() if found else None


# A pattern is read into places: a character stands for itself, `_RUN` for any run of characters, `_ONE` for one.
_RUN: Final = 0
_ONE: Final = 1
_Places = list[str | int]


def _matches(places: _Places, text: str) -> bool:
    reached = {0}
    for character in [*text, None]:
        for place in sorted(reached):
            while place < len(places) and places[place] == _RUN:
                place += 1
                reached.add(place)
        if character is None:
            break
        reached = {
            place if places[place] == _RUN else place + 1
            for place in reached
            if place < len(places) and (places[place] in (_RUN, _ONE) or places[place] == character)
        }
        if not reached:
            return False
    return len(places) in reached


def _plain(text: str, wildcards: bool) -> _Places:
    return [{"*": _RUN, "?": _ONE}.get(one, one) if wildcards else one for one in text]


_VARIABLE = re.compile(r"\$\{\s*([^{},'\s][^{},']*?)\s*(?:,\s*'([^']*)'\s*)?\}")


def _resolved(text: str, context: Context, wildcards: bool) -> _Places | _Unknown | None:
    """The places of an AWS pattern with its variables filled in; None where one has no value."""
    places: _Places = []
    end = 0
    for found in _VARIABLE.finditer(text):
        places += _plain(text[end : found.start()], wildcards)
        if "${" in text[end : found.start()]:
            return _Unknown("a variable is malformed")
        end = found.end()
        key, default = found.group(1), found.group(2)
        if key in ("*", "?", "$") and default is None:
            places.append(key)
            continue
        values = _value(context, key, fold=True)
        if isinstance(values, _Unknown):
            return values
        if values is None:
            if default is None:
                return None
            values = (default,)
        if len(values) != 1:
            return _Unknown(f"the variable {key} has several values")
        if "*" in values[0] or "?" in values[0]:
            return _Unknown(f"the value of the variable {key} has a wildcard in it")
        places += list(values[0])
    if "${" in text[end:]:
        return _Unknown("a variable is malformed")
    return places + _plain(text[end:], wildcards)


def _aws_action(pattern: str, action: str, _context: Context) -> _Truth:
    if "${" in pattern:
        return _Unknown("an action has a variable in it")
    return _matches(_plain(pattern.lower(), wildcards=True), action.lower())


def _aws_resource(pattern: str, resource: str, context: Context, negated: bool) -> _Truth:
    places = _resolved(pattern, context, wildcards=True)
    if isinstance(places, _Unknown):
        return places
    if places is None:
        return _Unknown("a variable of not_resources has no value") if negated else False
    return _matches(places, resource)


_Test = Callable[[str, str, Context], "_Truth | None"]
"""Whether a value of the request satisfies one value of a condition; None where a variable in it has no value."""


def _string(wildcards: bool, fold: bool) -> _Test:
    def test(wanted: str, given: str, context: Context) -> _Truth | None:
        places = _resolved(wanted, context, wildcards)
        if places is None or isinstance(places, _Unknown):
            return places
        if fold:
            return "".join(map(str, places)).lower() == given.lower()
        return _matches(places, given)

    return test


def _arn(wanted: str, given: str, context: Context) -> _Truth | None:
    places = _resolved(wanted, context, wildcards=True)
    if places is None or isinstance(places, _Unknown):
        return places
    parts: list[_Places] = [[]]
    for place in places:
        if place == ":" and len(parts) < 6:
            parts.append([])
        else:
            parts[-1].append(place)
    if len(parts) < 6:
        return _Unknown("the pattern of an ARN has fewer than six parts")
    texts = given.split(":", 5)
    return len(texts) == 6 and all(_matches(part, text) for part, text in zip(parts, texts, strict=True))


def _ordered(
    read: Callable[[str], Decimal | None], holds: Callable[[Decimal, Decimal], bool], what: str
) -> Callable[[str, str, Context], _Truth]:
    def test(wanted: str, given: str, _context: Context) -> _Truth:
        bound, value = read(wanted), read(given)
        return _Unknown(f"a value is no {what}") if bound is None or value is None else holds(value, bound)

    return test


def _number(text: str) -> Decimal | None:
    return Decimal(text) if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text) else None


def _moment(text: str) -> Decimal | None:
    """Seconds since 1970. Four digits alone are a year and an epoch, so neither."""
    if re.fullmatch(r"[0-9]+(\.[0-9]{1,6})?", text) and not re.fullmatch(r"[0-9]{4}", text):
        return Decimal(text)
    if not re.fullmatch(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})", text
    ):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Decimal((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)) / 1_000_000


def _bool(wanted: str, given: str, _context: Context) -> _Truth:
    if {wanted, given} <= {"true", "false"}:
        return wanted == given
    return _Unknown("a value is neither true nor false")


def _address(wanted: str, given: str, _context: Context) -> _Truth:
    if not re.fullmatch(r"[0-9a-fA-F.:]+(/[0-9]+)?", wanted) or "%" in given:
        return _Unknown("a value is no network")
    try:
        network, address = ipaddress.ip_network(wanted, strict=False), ipaddress.ip_address(given)
    except ValueError:
        return _Unknown("a value is no address")
    return address in network


_COMPARISONS: Final[dict[str, Callable[[Decimal, Decimal], bool]]] = {
    "Equals": lambda value, bound: value == bound,
    "LessThan": lambda value, bound: value < bound,
    "LessThanEquals": lambda value, bound: value <= bound,
    "GreaterThan": lambda value, bound: value > bound,
    "GreaterThanEquals": lambda value, bound: value >= bound,
}

_OPERATORS: Final[dict[str, tuple[_Test, bool]]] = {
    "StringEquals": (_string(wildcards=False, fold=False), False),
    "StringNotEquals": (_string(wildcards=False, fold=False), True),
    "StringEqualsIgnoreCase": (_string(wildcards=False, fold=True), False),
    "StringNotEqualsIgnoreCase": (_string(wildcards=False, fold=True), True),
    "StringLike": (_string(wildcards=True, fold=False), False),
    "StringNotLike": (_string(wildcards=True, fold=False), True),
    "ArnEquals": (_arn, False),
    "ArnLike": (_arn, False),
    "ArnNotEquals": (_arn, True),
    "ArnNotLike": (_arn, True),
    "Bool": (_bool, False),
    "IpAddress": (_address, False),
    "NotIpAddress": (_address, True),
    "NumericNotEquals": (_ordered(_number, _COMPARISONS["Equals"], "plain number"), True),
    "DateNotEquals": (_ordered(_moment, _COMPARISONS["Equals"], "date with a zone"), True),
    **{f"Numeric{name}": (_ordered(_number, holds, "plain number"), False) for name, holds in _COMPARISONS.items()},
    **{f"Date{name}": (_ordered(_moment, holds, "date with a zone"), False) for name, holds in _COMPARISONS.items()},
}
"""Each operator: its test of two values, and whether it holds where no value passes the test."""

_WITH_VARIABLES = ("String", "Arn")


def _aws_condition(condition: Condition, context: Context, _effect: str) -> _Truth:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    quantifier, _, name = condition.operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    if not condition.values:
        return _Unknown("a condition has no values")
    if "${" in condition.key or (not name.startswith(_WITH_VARIABLES) and any("${" in v for v in condition.values)):
        return _Unknown("a variable stands where AWS resolves none")
    given = _value(context, condition.key, fold=True)
    if isinstance(given, _Unknown):
        return given
    if condition.operator == "Null":
        if not set(condition.values) <= {"true", "false"}:
            return _Unknown("a value of Null is neither true nor false")
        return ("true" if given is None else "false") in condition.values
    if name not in _OPERATORS or quantifier not in ("", "ForAllValues", "ForAnyValue") or condition.operator[0] == ":":
        return _Unknown(f"the operator {condition.operator} is not known")
    test, negated = _OPERATORS[name]
    if given is None:
        if if_exists or quantifier == "ForAllValues":
            return True
        return negated and not quantifier
    if not quantifier and len(given) > 1:
        return _Unknown(f"{condition.key} has several values, and {condition.operator} compares one")

    def passes(value: str) -> _Truth:
        tried = [test(wanted, value, context) for wanted in condition.values]
        found = _some(truth for truth in tried if truth is not None)
        return _opposite(found) if negated else found

    join = _every if quantifier == "ForAllValues" else _some
    return join(passes(value) for value in given)


def _gcp_action(pattern: str, action: str, _context: Context) -> _Truth:
    return _Unknown("a permission has a wildcard in it") if "*" in pattern else pattern == action


def _gcp_resource(pattern: str, resource: str, _context: Context, _negated: bool) -> _Truth:
    return _matches([_RUN if one == "*" else one for one in pattern], resource)


_COMMON: Final[dict[str, dict[str, str]]] = {
    "date": {
        "==": "DateEquals",
        "<": "DateLessThan",
        "<=": "DateLessThanEquals",
        ">": "DateGreaterThan",
        ">=": "DateGreaterThanEquals",
    },
    "string": {"==": "StringEquals", "startsWith": "startsWith"},
}


def _conditions(
    keys: Mapping[str, Literal["date", "string"]], lacking: Callable[[str], bool] | None = None
) -> Callable[[Condition, Context, str], _Truth]:
    """Conditions of a platform other than AWS on these keys, `lacking` (by effect) deciding where a key is absent."""

    def holds(condition: Condition, context: Context, effect: str) -> _Truth:
        kind, key = keys.get(condition.key), condition.key
        if kind is None or not condition.values:
            return _Unknown(f"a condition on {key} is not known")
        operator = _COMMON[kind].get(condition.operator, condition.operator)
        if operator not in ("Null", "startsWith") and not operator.startswith(kind.capitalize()):
            return _Unknown(f"{operator} on {key} is not known")
        if operator == "startsWith" and kind != "string":
            return _Unknown(f"{operator} on {key} is not known")
        given = _value(context, key, fold=False)
        if isinstance(given, _Unknown):
            return given
        if given is None and lacking and operator != "Null" and not operator.endswith("IfExists"):
            return lacking(effect)
        if any("${" in value for value in condition.values):
            return _Unknown("only AWS has variables")
        if operator != "startsWith":
            return _aws_condition(Condition(operator, key, condition.values), {key: given}, effect)
        if given is not None and len(given) != 1:
            return _Unknown(f"{key} has several values")
        return given is not None and given[0].startswith(condition.values)

    return holds


def _kubernetes_action(pattern: str, action: str, _context: Context) -> _Truth:
    return pattern in ("*", action)


def _kubernetes_resource(pattern: str, resource: str, _context: Context, _negated: bool) -> _Truth:
    if pattern.startswith("url:") or resource.startswith("url:"):
        if not (pattern.startswith("url:") and resource.startswith("url:")):
            return False
        return resource == pattern or (pattern.endswith("*") and resource.startswith(pattern.rstrip("*")))
    wanted, given = pattern.split("/", 3), resource.split("/", 3)
    if len(wanted) < 3 or len(given) != 4:
        return _Unknown("a resource is not <namespace>/<group>/<resource>/<name>")
    kind, asked = wanted[2], given[2]
    return (
        wanted[0] in ("*", given[0])
        and wanted[1] in ("*", given[1])
        and (kind in ("*", asked) or (kind.startswith("*:") and ":" in asked and kind[2:] == asked.split(":", 1)[1]))
        and (len(wanted) == 3 or wanted[3] in ("*", given[3]))
    )


def _entra_action(pattern: str, action: str, context: Context) -> _Truth:
    if not re.fullmatch(r"(role|scope):[^*?]+", pattern):
        return _Unknown("an action is neither role:<value> nor scope:<value>")
    if pattern != action:
        return False
    user = _value(context, "user", fold=False)
    if isinstance(user, _Unknown):
        return user
    return pattern.startswith("role:") or user is not None


def _entra_resource(pattern: str, resource: str, _context: Context, _negated: bool) -> _Truth:
    return _Unknown("the name of an API has a wildcard in it") if "*" in pattern else pattern == resource


_SEMANTICS: Final[
    dict[
        Platform,
        tuple[
            Callable[[str, str, Context], _Truth],
            Callable[[str, str, Context, bool], _Truth],
            Callable[[Condition, Context, str], _Truth],
        ],
    ]
] = {
    "aws": (_aws_action, _aws_resource, _aws_condition),
    "gcp": (
        _gcp_action,
        _gcp_resource,
        _conditions(
            {
                "request.time": "date",
                "resource.name": "string",
                "resource.type": "string",
                "resource.service": "string",
            },
            lacking=lambda effect: effect == "deny",
        ),
    ),
    "kubernetes": (_kubernetes_action, _kubernetes_resource, _conditions({"request.time": "date"})),
    "entra": (_entra_action, _entra_resource, _conditions({"request.time": "date", "user": "string"})),
}
