"""Random trees of the query language, as the parser could have made them.

Any test may import them: `from auscult.engine.query.tests.strategies import trees`.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from auscult.engine.kernel.text import Token as TextToken
from auscult.engine.kernel.text import is_signed, tokens
from auscult.engine.query.checks import refuse_purely_negative
from auscult.engine.query.errors import QueryError
from auscult.engine.query.fields import FIELDS, FieldRule, Kind
from auscult.engine.query.tree import (
    And,
    AtLeast,
    Exact,
    FieldIs,
    FieldRange,
    InTitle,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Raw,
    Wildcard,
    Word,
)

# Common words, so that phrases and NEAR come true, and the nasty end of Unicode.
COMMON = ["flu", "shot", "the", "a", "nurse", "Flu", "FLU", "BT", "and", "near", "not", "x"]
NASTY = [
    *("café", "cafe", "CAFÉ", "İstanbul", "ıssız", "straße", "STRASSE", "ﬁre", "o'neil", "l’été"),
    *("#flu", "@mayo", "#covid_19", "#größe", "漢", "字", "か", "カ", "ー", "कि", "שלום", "مرحبا"),
    *(
        "😷",
        "👍",
        "👍🏽",
        "👨‍👩‍👧",
        "🇩🇪",
        "🇫",
        "1️⃣",
        "#️⃣",
        "*️⃣",
        "❤️",
        "ℹ",
        "Ⓜ",
        "↮",
        "a\u0301\u0323",
        "각",
    ),
]
CHARACTERS = "abAB1 _#@'’-*?\"é\u0301\u0345漢か😷👍🏽\u200d\ufe0f\u20e3🇩ßİſ.:/()|~{}<>"


def _single(text: str) -> list[TextToken]:
    """The tokens of a text that are tokens alone, too."""
    found = tokens(text)
    return [t for t in found if is_signed(t.exact) or "_" not in t.exact]


pieces = st.one_of(
    st.sampled_from(COMMON),
    st.sampled_from(NASTY),
    st.text(CHARACTERS, max_size=6),
    st.text(max_size=3),
)
text_tokens = pieces.map(_single).filter(bool).flatmap(st.sampled_from)
words = text_tokens.map(lambda token: Word(text=token.folded))
exacts = text_tokens.map(lambda token: Exact(text=token.exact))


@st.composite
def _wildcards(draw: st.DrawFn) -> Wildcard:
    letters = st.sampled_from(
        ["vac", "flu", "hepat", "nur", "caf", "größ", "café", "над", "#vac", "fl"]
    )
    rest = st.sampled_from(["*", "?", "?it?s", "*n", "?*", "??", "n*e", "*é"])
    return Wildcard(pattern=draw(letters).casefold() + draw(rest))


wildcards = _wildcards()
one_token = st.one_of(words, words, wildcards, exacts)
phrases = st.lists(one_token, min_size=2, max_size=4).map(lambda parts: Phrase(parts=tuple(parts)))
occurring = st.one_of(one_token, one_token, phrases)


def _or(nodes: Sequence[Node]) -> Node:
    flat = [
        inner for node in nodes for inner in (node.children if isinstance(node, Or) else (node,))
    ]
    return flat[0] if len(flat) == 1 else Or(children=tuple(flat))


def _and(nodes: Sequence[Node]) -> Node:
    flat = [
        inner for node in nodes for inner in (node.children if isinstance(node, And) else (node,))
    ]
    return flat[0] if len(flat) == 1 else And(children=tuple(flat))


def _near(operands: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(
        Near,
        operands=st.lists(operands, min_size=2, max_size=4).map(tuple),
        distance=st.integers(0, 6),
        ordered=st.booleans(),
    )


alternatives: st.SearchStrategy[Node] = st.lists(occurring, min_size=2, max_size=3).map(_or)
raws = st.one_of(
    st.sampled_from(
        ["Google+", "C++ code", "flu", "x-ray", 'say "flu"', "é", "#flu", "f(x)", "a|b"]
    ),
    st.text(CHARACTERS, min_size=1, max_size=8),
).map(lambda text: Raw(text=text))


# These are composites because the names of what they are made of would grow too long.
@st.composite
def _operands(draw: st.DrawFn) -> Node:
    operand: Node = draw(st.one_of(occurring, occurring, alternatives))
    return operand


@st.composite
def nears(draw: st.DrawFn) -> Node:
    near: Node = draw(_near(st.one_of(_operands(), _operands(), _near(_operands()))))
    return near


@st.composite
def at_leasts(draw: st.DrawFn) -> Node:
    return AtLeast(count=draw(st.integers(1, 4)), child=draw(_operands()))


def _value(rule: FieldRule) -> st.SearchStrategy[str]:
    if rule.kind is Kind.CHOICE:
        return st.sampled_from(sorted(rule.choices))
    if rule.kind is Kind.BOOLEAN:
        return st.sampled_from(["true", "false"])
    texts = st.sampled_from(
        ["mayo.edu", "en", "gbr", "usa.fl", "Reddit", "at://did/1", "two words"]
    )
    made = st.one_of(texts, st.text(CHARACTERS, min_size=1, max_size=8))
    if rule.kind is Kind.SITE:
        made = made.filter(lambda text: "://" not in text)
    if rule.kind is Kind.AUTHOR:
        made = made.map(lambda text: text.lstrip("@") or text)
    return made if rule.keeps_case else made.map(str.casefold)


_numbers = st.one_of(st.integers(0, 1439).map(float), st.sampled_from([0.5, 3.25]))


def _range(rule: FieldRule, ends: list[float], opened: str) -> FieldRange:
    low, high = sorted(ends)
    return FieldRange(
        field=rule.name,
        low=None if "low" in opened else low,
        high=None if "high" in opened else high,
    )


def _field(rule: FieldRule) -> st.SearchStrategy[Node]:
    if rule.takes_range:
        ends = st.lists(_numbers, min_size=2, max_size=2)
        opened = st.sampled_from(["", "", "low", "high", "low and high"])
        return st.builds(_range, st.just(rule), ends, opened)
    values = st.lists(_value(rule), min_size=1, max_size=3, unique=True)
    return values.map(lambda chosen: FieldIs(field=rule.name, values=tuple(chosen)))


fields: st.SearchStrategy[Node] = st.sampled_from(
    [rule for rule in FIELDS.values() if rule.kind is not Kind.TITLE]
).flatmap(_field)


def _joined(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(several.map(_and), several.map(_or), inner.map(lambda node: Not(child=node)))


def _positive(node: Node) -> Node:
    """Add what a purely negative tree lacks."""
    try:
        refuse_purely_negative(node)
    except QueryError:
        return _and([Word(text="flu"), node])
    return node


@st.composite
def textual(draw: st.DrawFn) -> Node:
    """A leaf, or nearly one, that `title:` may hold."""
    node: Node = draw(st.one_of(words, one_token, phrases, nears(), at_leasts(), raws))
    return node


_in_brackets: st.SearchStrategy[Node] = st.recursive(textual(), _joined, max_leaves=4)


@st.composite
def in_titles(draw: st.DrawFn) -> Node:
    return InTitle(child=draw(_in_brackets))


_leaves = st.one_of(textual(), textual(), fields, in_titles())
_trees: st.SearchStrategy[Node] = st.recursive(_leaves, _joined, max_leaves=12)


@st.composite
def trees(draw: st.DrawFn) -> Node:
    """Any tree that a query may have."""
    return _positive(draw(_trees))
