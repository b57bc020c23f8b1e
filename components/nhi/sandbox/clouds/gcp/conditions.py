"""Expressions in the Common Expression Language: whether Google Cloud would take them where they stand.

Owns the names that may be used in each place, and the limits of an expression; `permissions.cel` parses. Does not
evaluate anything: what an expression answers for a request is not this cloud's matter, and neither are the types
inside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from nhi.permissions.cel import CelMissingError, NotCelError, parsed
from nhi.sandbox.clouds.model import CloudError, Failure

if TYPE_CHECKING:
    from lark import Tree

# https://cloud.google.com/iam/quotas: logical operators in a role binding's or a deny rule's condition, and in a
# policy binding's
LOGICAL_OPERATORS = 12
LOGICAL_OPERATORS_OF_POLICY_BINDING = 10
# https://cloud.google.com/iam/docs/conditions-overview
TITLE_BYTES = 100
DESCRIPTION_BYTES = 256
# https://cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers
ATTRIBUTE_CONDITION_LENGTH = 4096
ATTRIBUTE_MAPPING_LENGTH = 2048


class Place(NamedTuple):
    """Where an expression stands: the names it may begin with, the functions it is held to, its limits."""

    roots: frozenset[str]
    functions: frozenset[str] | None = None
    operators: int | None = None
    length: int | None = None
    boolean: bool = True


# https://cloud.google.com/iam/docs/conditions-attribute-reference
ALLOW = Place(frozenset({"request", "resource", "api", "destination", "origin"}), operators=LOGICAL_OPERATORS)
# https://cloud.google.com/iam/docs/deny-overview#deny-conditions: functions for resource tags, and nothing else
DENY = Place(
    frozenset({"resource"}),
    frozenset({"matchTag", "matchTagId", "hasTagKey", "hasTagKeyId"}),
    operators=LOGICAL_OPERATORS,
)
# https://cloud.google.com/iam/docs/principal-access-boundary-policies#conditions
BOUNDARY = Place(frozenset({"principal"}), operators=LOGICAL_OPERATORS_OF_POLICY_BINDING)
# https://cloud.google.com/iam/docs/workload-identity-federation#conditions and #mapping
ATTRIBUTE_CONDITION = Place(frozenset({"assertion", "google", "attribute"}), length=ATTRIBUTE_CONDITION_LENGTH)
ATTRIBUTE_MAPPING = Place(frozenset({"assertion"}), length=ATTRIBUTE_MAPPING_LENGTH, boolean=False)
# https://cloud.google.com/resource-manager/docs/organization-policy/tags-organization-policy
ORGANIZATION = DENY._replace(operators=None)

_MACROS = frozenset({"all", "exists", "exists_one", "map", "filter"})
_TIMES = re.compile(r"""timestamp\(\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*\)""")


def problem(text: str, place: Place) -> str | None:
    """What Google Cloud would refuse about an expression in this place, or None.

    Raises `CloudError` (`MissingDependency`) where `cel-python` is not installed. Source: https://cel.dev and the
    pages named at each place.
    """
    if not text.strip():
        return "is an empty expression"
    if place.length is not None and len(text) > place.length:
        return f"has {len(text)} characters; Google Cloud takes {place.length}"
    tree = _parsed(text)
    if isinstance(tree, str):
        return tree
    if place.boolean and _constant(tree):
        return "is a constant, where true or false must be worked out"
    strange = sorted(_roots(tree) - place.roots)
    if strange:
        return f"begins with {', '.join(strange)}; here there is only {', '.join(sorted(place.roots))}"
    if place.functions is not None and (wrong := _beyond(tree, place.functions)) is not None:
        return f"has {wrong}; here only {', '.join(sorted(place.functions))} and &&, ||, ! are taken"
    count = _logical(tree)
    if place.operators is not None and count > place.operators:
        return f"has {count} logical operators; Google Cloud takes {place.operators}"
    for match in _TIMES.finditer(text):
        if not is_time(match[1] or match[2] or ""):
            return "has a timestamp that is not RFC 3339 with a zone, so it would never hold"
    return None


def failures(condition: Any, path: str, place: Place) -> Iterator[Failure]:
    """What is wrong with a condition of `title`, `description` and `expression`; paths begin with `path`."""
    if not isinstance(condition, Mapping):
        return
    for name, limit in (("title", TITLE_BYTES), ("description", DESCRIPTION_BYTES)):
        value = condition.get(name)
        if isinstance(value, str) and len(value.encode()) > limit:
            yield Failure(f"{path}.{name}", f"has {len(value.encode())} bytes; Google Cloud takes {limit}")
    title, expression = condition.get("title"), condition.get("expression")
    if isinstance(title, str) and not title:
        yield Failure(f"{path}.title", "must not be empty")
    if isinstance(expression, str) and (wrong := problem(expression, place)) is not None:
        yield Failure(f"{path}.expression", wrong)


def is_time(text: str) -> bool:
    """Whether a text is an RFC 3339 time with a zone."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", text):
        return False
    try:
        datetime.fromisoformat(re.sub(r"\.\d+", "", text).upper())
    except ValueError:
        return False
    return True


def _parsed(text: str) -> Tree | str:
    """The tree of an expression, or what is wrong with it."""
    try:
        return parsed(text)
    except CelMissingError as error:
        raise CloudError("MissingDependency", f"a condition {error.why}") from None
    except NotCelError as error:
        return error.why


def _of(tree: Tree, *kinds: str) -> Iterator[Tree]:
    return (node for node in tree.iter_subtrees() if node.data in kinds)


def _logical(tree: Tree) -> int:
    both = sum(1 for node in _of(tree, "conditionalor", "conditionaland") if len(node.children) == 2)
    return both + sum(1 for _ in _of(tree, "unary_not"))


def _constant(tree: Tree) -> bool:
    node: Any = tree
    while getattr(node, "data", None) != "literal":
        if len(getattr(node, "children", ())) != 1:
            return False
        node = node.children[0]
        if not hasattr(node, "data"):
            return False
    return node.children[0].type != "BOOL_LIT"


def _roots(tree: Tree) -> set[str]:
    bound = set()
    for call in _of(tree, "member_dot_arg"):
        if str(call.children[1]) in _MACROS and len(call.children) > 2:
            first = next(_of(call.children[2].children[0], "ident"), None)
            bound |= {str(first.children[0])} if first is not None else set()
    return {str(node.children[0]) for node in _of(tree, "ident", "dot_ident")} - bound


def _beyond(tree: Tree, functions: frozenset[str]) -> str | None:
    """The first part of the tree that is no call of `functions` and no logical operator."""
    for call in _of(tree, "ident_arg", "dot_ident_arg"):
        return f"the function {call.children[0]}"
    for call in _of(tree, "member_dot_arg"):
        if str(call.children[1]) not in functions:
            return f"the function {call.children[1]}"
    for field in _of(tree, "member_dot"):
        return f"the attribute {field.children[1]}"
    for node in _of(tree, "relation", "addition", "multiplication"):
        if len(node.children) > 1:
            return "a comparison or a sum"
    return None
