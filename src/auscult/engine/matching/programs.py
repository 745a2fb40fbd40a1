"""From syntax trees to programs: what the kernels run for a watch, and what it requires.

See `layout.py` for operations and columns. A jump counts from the operation that holds it,
so a program means the same wherever it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from auscult.engine.kernel import text
from auscult.engine.matching import layout as lay
from auscult.engine.matching.arena import Arena
from auscult.engine.matching.requirements import Group, all_of, any_of
from auscult.engine.matching.vocabulary import Vocabulary
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
    Token,
    Wildcard,
    Word,
)

_VALUE_FORMS = {
    "author": lay.AUTHOR,
    "site": lay.SITE,
    "language": lay.LANGUAGE,
    "country": lay.COUNTRY,
    "region": lay.REGION,
    "guid": lay.GUID,
    "parentPostId": lay.PARENT,
    "rootPostId": lay.ROOT,
    "subreddit": lay.SUBREDDIT,
    "instance": lay.INSTANCE,
    "source": lay.SOURCE,
    "tags": lay.TAGS,
}
_CHOICES = {
    "COMMENT": lay.C_REPLY,
    "REPLY": lay.C_REPLY,
    "QUOTE": lay.C_QUOTE,
    "RETWEET": lay.C_REPOST,
}
_NUMBERS = {
    "authorFollowers": lay.N_FOLLOWERS,
    "rating": lay.N_RATING,
    "minuteOfDay": lay.N_MINUTE,
}
# What is cheap to ask comes first in an AND.
_COSTS: dict[type, int] = {
    Word: 0,
    Exact: 0,
    Wildcard: 0,
    FieldRange: 1,
    FieldIs: 1,
    Phrase: 3,
    Near: 5,
    AtLeast: 5,
    Raw: 8,
}


class Program(NamedTuple):
    """A compiled tree: code, the groups of terms of which it requires one each, stack."""

    code: list[int]
    groups: list[Group]
    depth: int


class Compiler:
    """Compiles trees; owns what programs refer to: terms, expressions, conditions."""

    def __init__(self) -> None:
        self.vocabulary = Vocabulary()
        self.expressions = Arena(np.int32, lay.EXPRESSION_COLUMNS)
        self.parts = Arena(np.int32)
        self.orders = Arena(np.int32)
        self.conditions = Arena(np.int32, lay.CONDITION_COLUMNS)
        self.ranges = Arena(np.float64, 2)
        self.forms_used = np.zeros(lay.FORM_COUNT, np.uint8)
        self.columns_used: set[int] = set()
        self._numbers: dict[tuple[object, ...], int] = {}
        self._order: list[tuple[int, ...]] = []
        self._emitters: dict[type, Callable[..., list[Group]]] = {
            And: self._and,
            Or: self._or,
            Not: self._not,
            InTitle: self._in_title,
            Phrase: self._phrase,
            Near: self._near,
            AtLeast: self._at_least,
            Raw: self._raw,
            FieldIs: self._field_is,
            FieldRange: self._field_range,
        }

    def compile(self, tree: Node) -> Program:
        """Compile one tree."""
        code: list[int] = []
        groups = self._emit(tree, code, title=False)
        code.append(lay.DONE)
        return Program(code, groups, _depth(tree))

    def _emit(self, node: Node, code: list[int], *, title: bool) -> list[Group]:
        if isinstance(node, Word | Exact | Wildcard):
            term = self._term(node)
            code += (lay.ANY_TERM, title, 1, term)
            return [self._group([term])]
        return self._emitters[type(node)](node, code, title=title)

    def _term(self, token: Token) -> int:
        if isinstance(token, Word):
            return self.vocabulary.word(token.text)
        if isinstance(token, Exact):
            return self.vocabulary.exact(token.text)
        return self.vocabulary.wildcard(token.pattern)

    def _group(self, terms: Iterable[int]) -> Group:
        shares = self.vocabulary.shares.rows()
        distinct = dict.fromkeys(terms)
        return Group(tuple(distinct), float(sum(shares[term] for term in distinct)))

    def _and(self, node: And, code: list[int], *, title: bool) -> list[Group]:
        groups: list[Group] = []
        jumps = []
        code.append(lay.AND)
        for place, child in enumerate(sorted(node.children, key=_cost)):
            if place:
                jumps.append(len(code))
                code += (lay.AND_NEXT, 0)
            groups = all_of(groups, self._emit(child, code, title=title))
        code.append(lay.AND_END)
        _land(code, jumps)
        return groups

    def _or(self, node: Or, code: list[int], *, title: bool) -> list[Group]:
        words = [self._term(c) for c in node.children if isinstance(c, Word | Exact | Wildcard)]
        others = [c for c in node.children if not isinstance(c, Word | Exact | Wildcard)]
        alternatives: list[list[Group]] = []
        jumps = []
        code.append(lay.OR)
        if words:
            code += (lay.ANY_TERM, title, len(words), *words)
            alternatives.append([self._group(words)])
        for child in sorted(others, key=_cost):
            if alternatives:
                jumps.append(len(code))
                code += (lay.OR_NEXT, 0)
            alternatives.append(self._emit(child, code, title=title))
        code.append(lay.OR_END)
        _land(code, jumps)
        return any_of(alternatives)

    def _not(self, node: Not, code: list[int], *, title: bool) -> list[Group]:
        code.append(lay.NOT)
        self._emit(node.child, code, title=title)
        code.append(lay.NOT_END)
        return []

    def _in_title(self, node: InTitle, code: list[int], *, title: bool) -> list[Group]:
        del title  # it already means the title alone
        return self._emit(node.child, code, title=True)

    def _phrase(self, node: Phrase, code: list[int], *, title: bool) -> list[Group]:
        expression, groups = self._expression(node, title=title)
        code += (lay.OCCURS, expression)
        return groups

    def _near(self, node: Near, code: list[int], *, title: bool) -> list[Group]:
        expression, groups = self._expression(node, title=title, kind=lay.IS_NEAR)
        code += (lay.OCCURS, expression)
        return groups

    def _at_least(self, node: AtLeast, code: list[int], *, title: bool) -> list[Group]:
        expression, groups = self._expression(node.child, title=title)
        code += (lay.AT_LEAST, expression, node.count)
        return groups

    def _expression(
        self, node: Node, *, title: bool, kind: int = lay.NEAR
    ) -> tuple[int, list[Group]]:
        """Give the number of the expression of a node that has occurrences; say what it requires."""
        if isinstance(node, Word | Exact | Wildcard):
            return self._words((node,), title=title)
        if isinstance(node, Phrase):
            terms = tuple(self._term(part) for part in node.parts)
            return self._number(lay.PHRASE, terms, title=title), self._phrase_groups(node, terms)
        if isinstance(node, Or):
            return self._any_expression(node, title=title)
        if isinstance(node, Near):
            return self._near_expression(node, title=title, kind=kind)
        msg = f"{type(node).__name__} has no occurrences"
        raise TypeError(msg)

    def _phrase_groups(self, node: Phrase, terms: tuple[int, ...]) -> list[Group]:
        """Say that a phrase requires its pairs of neighbours; a wildcard has no base form to pair."""
        bases = [_base(part) for part in node.parts]
        pairs = [
            self.vocabulary.pair(one, other)
            for one, other in pairwise(bases)
            if one is not None and other is not None
        ]
        return [self._group([term]) for term in (pairs or terms)]

    def _words(self, words: tuple[Token, ...], *, title: bool) -> tuple[int, list[Group]]:
        terms = tuple(dict.fromkeys(self._term(word) for word in words))
        return self._number(lay.WORDS, terms, title=title), [self._group(terms)]

    def _any_expression(self, node: Or, *, title: bool) -> tuple[int, list[Group]]:
        words = tuple(c for c in node.children if isinstance(c, Word | Exact | Wildcard))
        found = [self._words(words, title=title)] if words else []
        found += [
            self._expression(child, title=title)
            for child in node.children
            if not isinstance(child, Word | Exact | Wildcard)
        ]
        if len(found) == 1:
            return found[0]
        parts = tuple(number for number, _ in found)
        groups = any_of([groups for _, groups in found])
        return self._number(lay.ANY_OF, parts, title=title), groups

    def _near_expression(self, node: Near, *, title: bool, kind: int) -> tuple[int, list[Group]]:
        groups: list[Group] = []
        parts = []
        for operand in node.operands:
            number, required = self._expression(operand, title=title)
            parts.append(number)
            groups = all_of(groups, required)
        number = self._number(
            kind, tuple(parts), title=title, distance=node.distance, ordered=node.ordered
        )
        return number, groups

    def _number(
        self,
        kind: int,
        parts: tuple[int, ...],
        *,
        title: bool,
        distance: int = 0,
        ordered: bool = False,
    ) -> int:
        key = (kind, parts, title, distance, ordered)
        number = self._numbers.get(key)
        if number is None:
            number = self.expressions.size
            inner = () if kind in (lay.WORDS, lay.PHRASE) else parts
            order = (*dict.fromkeys(n for part in inner for n in self._order[part]), number)
            at = self.orders.add(order)
            low = self.parts.add(parts)
            self.expressions.add(
                [(kind, low, low + len(parts), distance, ordered, title, at, at + len(order))]
            )
            self._order.append(order)
            self._numbers[key] = number
        return number

    def _raw(self, node: Raw, code: list[int], *, title: bool) -> list[Group]:
        code += (lay.IS_RAW, title, *self.vocabulary.bytes_of(node.text))
        # A token of the raw text is one of the post, too, unless the characters before it
        # decide: a sign or an emoji at its start may stand after a letter in the post.
        if not node.text[:1].isalnum():
            return []
        found = text.tokens(node.text)
        return [self._group([self.vocabulary.word(token.base)]) for token in found]

    def _field_is(self, node: FieldIs, code: list[int], *, title: bool) -> list[Group]:
        del title  # a field is one of the whole post
        terms: list[int] = []
        asked: list[int] = []
        for value in node.values:
            if node.field in _VALUE_FORMS and not (node.field == "author" and _wild(value)):
                terms.append(self._value(node.field, value))
            else:
                asked += self._conditions(node.field, value)
        jumps = []
        code += (lay.OR, lay.ANY_TERM, 0, len(terms), *terms)
        for condition in asked:
            jumps.append(len(code))
            code += (lay.OR_NEXT, 0, lay.ASK, condition)
        code.append(lay.OR_END)
        _land(code, jumps)
        return [] if asked else [self._group(terms)]

    def _value(self, field: str, value: str) -> int:
        form = _VALUE_FORMS[field]
        self.forms_used[form] = 1
        if form == lay.AUTHOR:
            value = value.removeprefix("@")
        keeps_case = lay.GUID <= form <= lay.ROOT
        return self.vocabulary.value(form, value if keeps_case else value.casefold())

    def _conditions(self, field: str, value: str) -> list[int]:
        """Give the numbers of the conditions of which a value asks any."""
        if field == "engagementType":
            return [self._ask(lay.IS_SET, _CHOICES[value.upper()])]
        if field == "authorVerified":
            wanted = float(value.casefold() == "true")
            return [self._ask(lay.IN_RANGE, lay.N_VERIFIED, low=wanted, high=wanted)]
        value = value.casefold()
        if field == "author":
            value = value.removeprefix("@")
            columns = (lay.C_AUTHOR, lay.C_AUTHOR_NAME)
            return [self._ask(lay.FITS_AUTHOR, column, pattern=value) for column in columns]
        column = {"url": lay.C_URI, "links": lay.C_LINKS}[field]
        return [self._ask(lay.FITS_WITHIN, column, pattern=f"*{value}*")]

    def _field_range(self, node: FieldRange, code: list[int], *, title: bool) -> list[Group]:
        del title
        low = -np.inf if node.low is None else node.low
        high = np.inf if node.high is None else node.high
        code += (lay.ASK, self._ask(lay.IN_RANGE, _NUMBERS[node.field], low=low, high=high))
        return []

    def _ask(
        self, kind: int, column: int, *, pattern: str = "", low: float = 0, high: float = 0
    ) -> int:
        key = ("condition", kind, column, pattern, low, high)
        number = self._numbers.get(key)
        if number is None:
            at, size = self.vocabulary.bytes_of(pattern)
            number = self.conditions.add([(kind, column, at, at + size)])
            self.ranges.add([(low, high)])
            self.columns_used.add(lay.COLUMN_COUNT + column if kind == lay.IN_RANGE else column)
            self._numbers[key] = number
        return number


def _base(part: Token) -> str | None:
    if isinstance(part, Wildcard):
        return None
    folded = part.text if isinstance(part, Word) else text.folded_form(part.text)
    return text.unsigned(text.base_form(folded))


def _wild(value: str) -> bool:
    return "*" in value or "?" in value


def _land(code: list[int], jumps: list[int]) -> None:
    for jump in jumps:
        code[jump + 1] = len(code) - jump


def _cost(node: Node) -> int:
    if isinstance(node, And | Or):
        return 1 + max(_cost(child) for child in node.children)
    if isinstance(node, Not | InTitle):
        return _cost(node.child)
    return _COSTS[type(node)]


def _depth(node: Node) -> int:
    if isinstance(node, And | Or):
        return 1 + max(_depth(child) for child in node.children)
    if isinstance(node, Not | InTitle):
        return 1 + _depth(node.child)
    return 1
