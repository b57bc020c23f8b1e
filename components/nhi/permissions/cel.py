"""What an expression in the Common Expression Language demands, as far as it is plain comparisons joined by `&&`.

Owns parsing (with `cel-python`, imported only when it is needed) and taking a conjunction apart. Does not own which
names a cloud knows, nor what a comparison means there. Nothing is evaluated.

Every part of a conjunction only narrows it, so a part that is not understood takes nothing away from the parts that
are; `Demand.whole` says whether there is such a part. An `||`, a `!` or a function is one part that is not understood.

The forms that our own documents write are read without the library, which takes a third of a second to import; a
property test holds both readings to one answer. Anything else needs `cel-python`, which comes with the extra `gcp`;
where it is missing such an expression cannot be read, and what cannot be read is unproven.

https://github.com/google/cel-spec/blob/master/doc/langdef.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from lark import Tree

Operator = Literal["==", "<", "<=", ">", ">=", "startsWith"]

ALTERNATIVES: Final = 64
"""As many alternatives as an expression is taken apart into."""

MISSING: Final = "needs cel-python to be read, which is not installed; install pulumi-nhi[gcp]"


class NotCelError(ValueError):
    """The text is no expression. `why` says where it stopped, and quotes nothing of it."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class CelMissingError(NotCelError):
    """`cel-python` is not installed, so nothing is known about the text."""

    def __init__(self) -> None:
        super().__init__(MISSING)


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison of a name (`request.time`, `resource.name`) with a text, or with a moment."""

    name: str
    operator: Operator
    value: str
    moment: bool = False
    """Whether the text stands in `timestamp("...")`."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What must hold for an expression to hold: every one of `terms`, and nothing else where it is `whole`."""

    terms: tuple[Term, ...]
    whole: bool


@lru_cache(maxsize=65536)
def demand(text: str) -> Demand:
    """What an expression demands.

    Raises `NotCelError` where it is no expression, and `CelMissingError` where only the library could tell.
    """
    plain = _plain(text)
    if plain is not None:
        return Demand(plain, True)
    found = list(_terms(parsed(text)))
    return Demand(tuple(term for term in found if term is not None), None not in found)


@lru_cache(maxsize=65536)
def alternatives(text: str) -> tuple[Demand, ...]:
    """An expression as alternatives, one of which must hold: `||` taken apart, `true` demands nothing, `false` is none.

    Where that gives more than `ALTERNATIVES` of them, or where there is no `||`, it is the one demand of `demand`.
    Raises as `demand`.
    """
    plain = _plain(text)
    if plain is not None:
        return (Demand(plain, True),)
    try:
        return tuple(dict.fromkeys(_alternatives(parsed(text))))
    except _TooManyError:
        return (demand(text),)


@lru_cache(maxsize=4096)
def parsed(text: str) -> Tree:
    """The tree of an expression. Raises as `demand`."""
    try:
        from celpy import Environment
        from celpy.celparser import CELParseError
    except ModuleNotFoundError:
        raise CelMissingError from None
    try:
        return Environment().compile(text)
    except CELParseError as error:
        # The parser's own message quotes the whole expression; where it stopped is enough.
        place = f"line {error.line or 1}, column {error.column or 1}"
        raise NotCelError(f"is not CEL: it cannot be read at {place}") from None


# --- the forms that need no library -------------------------------------------------------------------------------

_NAME: Final = r"[a-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*"
_TEXT: Final = r"""(?:"[^"\\\r\n]*"|'[^'\\\r\n]*')"""
_TERM: Final = re.compile(
    rf"\s*(?:(?P<start>{_NAME})\.startsWith\(\s*(?P<prefix>{_TEXT})\s*\)"
    rf"|(?P<name>{_NAME})\s*(?P<operator>==|<=|>=|<|>)\s*"
    rf"(?:timestamp\(\s*(?P<moment>{_TEXT})\s*\)|(?P<text>{_TEXT})))\s*"
)


def _plain(text: str) -> tuple[Term, ...] | None:
    terms: list[Term] = []
    end = 0
    while True:
        match = _TERM.match(text, end)
        if match is None:
            return None
        if match["start"] is not None:
            terms.append(Term(match["start"], "startsWith", match["prefix"][1:-1]))
        else:
            value = match["text"] or match["moment"]
            operator: Any = match["operator"]  # the pattern takes operators only
            terms.append(Term(match["name"], operator, value[1:-1], match["moment"] is not None))
        end = match.end()
        if end == len(text):
            return tuple(terms)
        if not text.startswith("&&", end):
            return None
        end += 2


# --- everything else ----------------------------------------------------------------------------------------------

_OPERATORS: Final[dict[str, tuple[Operator, Operator]]] = {
    "relation_eq": ("==", "=="),
    "relation_lt": ("<", ">"),
    "relation_le": ("<=", ">="),
    "relation_gt": (">", "<"),
    "relation_ge": (">=", "<="),
}
"""By the parser's name: the operator, and the one that says the same with its sides exchanged."""
_WRAPPERS: Final = frozenset(
    {"expr", "conditionalor", "conditionaland", "relation", "addition", "multiplication", "unary", "member", "primary"}
    | {"paren_expr"}
)


def _terms(node: Any) -> Iterator[Term | None]:
    """Each part of a conjunction; None for one that is not understood."""
    node = _inner(node)
    kind, parts = getattr(node, "data", None), getattr(node, "children", ())
    if kind == "conditionaland" and len(parts) == 2:
        for part in parts:
            yield from _terms(part)
    elif kind == "relation" and len(parts) == 2:
        yield _comparison(*parts)
    elif kind == "member_dot_arg" and len(parts) == 3 and str(parts[1]) == "startsWith":
        name, prefix = _name(parts[0]), _text(_only_argument(parts[2]))
        yield None if name is None or prefix is None else Term(name, "startsWith", prefix)
    else:
        yield None


class _TooManyError(ValueError):
    """More alternatives than are looked at."""


def _alternatives(node: Any) -> list[Demand]:
    node = _inner(node)
    kind = getattr(node, "data", None)
    parts: Any = getattr(node, "children", ())
    if kind == "conditionalor" and len(parts) == 2:
        found = [*_alternatives(parts[0]), *_alternatives(parts[1])]
    elif kind == "conditionaland" and len(parts) == 2:
        right = _alternatives(parts[1])
        found = [
            Demand((*one.terms, *two.terms), one.whole and two.whole)
            for one in _alternatives(parts[0])
            for two in right
        ]
    elif kind == "literal" and parts[0].type == "BOOL_LIT":
        found = [Demand((), True)] if str(parts[0]) == "true" else []
    else:
        (term,) = _terms(node)
        found = [Demand((), False) if term is None else Demand((term,), True)]
    if len(found) > ALTERNATIVES:
        raise _TooManyError
    return found


def _inner(node: Any) -> Any:
    """The node within the wrappers and brackets that the grammar puts around it."""
    while getattr(node, "data", None) in _WRAPPERS and len(node.children) == 1:
        node = node.children[0]
    return node


def _comparison(left: Any, right: Any) -> Term | None:
    operators = _OPERATORS.get(left.data)
    if operators is None:
        return None
    (first,) = left.children
    return _term(first, operators[0], right) or _term(right, operators[1], first)


def _term(left: Any, operator: Operator, right: Any) -> Term | None:
    name, (value, moment) = _name(left), _value(right)
    return None if name is None or value is None else Term(name, operator, value, moment)


def _name(node: Any) -> str | None:
    """A dotted name; `a['b']` is `a.b`."""
    node = _inner(node)
    if not hasattr(node, "data"):
        return None
    if node.data == "ident":
        return str(node.children[0])
    if node.data not in ("member_dot", "member_index") or len(node.children) != 2:
        return None
    above = _name(node.children[0])
    last = str(node.children[1]) if node.data == "member_dot" else _text(node.children[1])
    return None if above is None or last is None or "." in last else f"{above}.{last}"


def _value(node: Any) -> tuple[str | None, bool]:
    """A text, and whether it stands in `timestamp(...)`."""
    node = _inner(node)
    if getattr(node, "data", None) == "ident_arg" and str(node.children[0]) == "timestamp" and len(node.children) == 2:
        return _text(_only_argument(node.children[1])), True
    return _text(node), False


def _only_argument(arguments: Any) -> Any:
    return arguments.children[0] if len(getattr(arguments, "children", ())) == 1 else None


def _text(node: Any) -> str | None:
    node = _inner(node)
    if getattr(node, "data", None) != "literal" or node.children[0].type not in ("STRING_LIT", "MLSTRING_LIT"):
        return None
    from celpy.evaluation import celstr

    return str(celstr(node.children[0]))
