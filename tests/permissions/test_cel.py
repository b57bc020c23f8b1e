"""What an expression demands is what is written there, never more than that, and the two readings agree."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhi.permissions import cel
from nhi.permissions.cel import ALTERNATIVES, CelMissingError, Demand, NotCelError, Term, alternatives, demand

END = Term("request.time", "<", "2027-03-31T00:00:00Z", moment=True)
NAME = Term("resource.name", "startsWith", "projects/_/buckets/b/objects/")


def written(term: Term) -> str:
    """A term as our own documents write it."""
    text = f'"{term.value}"'
    if term.operator == "startsWith":
        return f"{term.name}.startsWith({text})"
    return f"{term.name} {term.operator} {f'timestamp({text})' if term.moment else text}"


BOTH = f"{written(END)} && {written(NAME)}"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        (written(END), (END,)),
        (BOTH, (END, NAME)),
        (f"({written(END)}) && ({written(NAME)})", (END, NAME)),
        ("timestamp('2027-03-31T00:00:00Z') > request.time", (END,)),
        ('assertion["sub"] == "a\\"b"', (Term("assertion.sub", "==", 'a"b'),)),
        (
            'a == "x"\n  && b == "y"\n  && c == "z"',
            tuple(Term(name, "==", value) for name, value in ("ax", "by", "cz")),
        ),
    ],
)
def test_a_conjunction_of_comparisons_is_read_whole(text: str, terms: tuple[Term, ...]) -> None:
    assert demand(text) == Demand(terms, True)


@pytest.mark.parametrize(
    "rest",
    [
        '(a == "x" || b == "y")',
        '!(a == "x")',
        'a in ["x"]',
        'a == ["x"]',
        "a.matches('x')",
        'a.startsWith("x", "y")',
        'a == b.extract("{x}/")',
        'a == "x" == true',
        "true",
        "a < 3",
    ],
)
def test_a_part_that_is_not_understood_narrows_and_takes_nothing_away(rest: str) -> None:
    assert demand(f"{rest} && {written(END)}") == demand(f"{written(END)} && {rest}") == Demand((END,), False)


@pytest.mark.parametrize(
    "text", [f'{BOTH} || a == "x"', f"!({BOTH})", f"({BOTH}) || true", f"a ? ({BOTH}) : true", "true", "a.b"]
)
def test_what_may_hold_without_a_comparison_demands_none(text: str) -> None:
    assert demand(text) == Demand((), False)


@pytest.mark.parametrize("text", ["", " ", "a <", 'a == "x', "a && ", "a == 'x'; b", "a = 'x'"])
def test_what_is_no_expression_says_where_it_stopped_and_quotes_nothing(text: str) -> None:
    with pytest.raises(NotCelError, match=r"is not CEL: it cannot be read at line \d+, column \d+$"):
        demand(text)


def test_our_own_forms_need_no_library_and_anything_else_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "celpy", None)
    demand.cache_clear()
    cel.parsed.cache_clear()
    assert demand(BOTH) == Demand((END, NAME), True)
    with pytest.raises(CelMissingError, match=r"pulumi-nhi\[gcp\]"):
        demand(f"({BOTH})")
    demand.cache_clear()


_NAMES = st.from_regex(r"[a-z]{2,4}(\.[a-z]{2,4}){0,2}", fullmatch=True).filter(
    lambda name: (
        not {"in", "as", "if", "for", "let", "var", "true", "null", "else", "loop", "void"} & set(name.split("."))
    )
)
_VALUES = st.text(st.characters(exclude_characters='"\\', exclude_categories=("Cc", "Cs")), max_size=20)
_TERMS = st.builds(Term, _NAMES, st.sampled_from(["==", "<", "<=", ">", ">=", "startsWith"]), _VALUES) | st.builds(
    Term, _NAMES, st.sampled_from(["<", "<=", "=="]), _VALUES, moment=st.just(True)
)


@given(st.lists(_TERMS, min_size=1, max_size=4))
def test_reading_without_the_library_and_with_it_comes_to_the_same(terms: list[Term]) -> None:
    text = " && ".join(written(term) for term in terms)
    assert cel._plain(text) == tuple(terms)
    assert tuple(cel._terms(cel.parsed(text))) == tuple(terms)


OTHER = Term("resource.name", "==", "projects/_/buckets/c")
_OPAQUE = "resource.name.endsWith('x')"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (BOTH, [Demand((END, NAME), True)]),
        (f"{written(END)} || {written(NAME)}", [Demand((END,), True), Demand((NAME,), True)]),
        (
            f"({written(NAME)} || {written(OTHER)}) && {written(END)}",
            [Demand((NAME, END), True), Demand((OTHER, END), True)],
        ),
        (f"{written(END)} || true", [Demand((END,), True), Demand((), True)]),
        (f"{written(END)} && false", []),
        (f"{written(END)} || {_OPAQUE}", [Demand((END,), True), Demand((), False)]),
        (f"({written(END)} || {written(NAME)}) && {_OPAQUE}", [Demand((END,), False), Demand((NAME,), False)]),
        (f"!({written(END)} || {written(NAME)})", [Demand((), False)]),
    ],
)
def test_an_or_is_taken_apart_into_alternatives(text: str, found: list[Demand]) -> None:
    assert list(alternatives(text)) == found


def test_too_many_alternatives_are_one_that_is_not_understood() -> None:
    pairs = " && ".join(f'(a{number} == "x" || a{number} == "y")' for number in range(ALTERNATIVES.bit_length()))
    assert alternatives(pairs) == (Demand((), False),)


@pytest.mark.parametrize("text", ["request.time <", "a ||", "|| b"])
def test_alternatives_of_what_is_no_expression_are_refused(text: str) -> None:
    with pytest.raises(NotCelError):
        alternatives(text)
