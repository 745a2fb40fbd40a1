"""Says which index terms a post must have to match a query: never too many, perhaps too few.

An index of posts holds their tokens' base forms, with sign and without (see
`matching.index_terms`). A Need is a condition on these terms that every match fulfils;
the matcher verifies the posts that fulfil it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Set
from dataclasses import dataclass

from auscult.engine.kernel.text import base_form, folded_form, tokens, unsigned
from auscult.engine.query.checks import children
from auscult.engine.query.tree import (
    And,
    AtLeast,
    Exact,
    InTitle,
    Near,
    Node,
    Or,
    Phrase,
    Raw,
    Wildcard,
    Word,
)
from auscult.engine.query.words import stem


@dataclass(frozen=True, slots=True)
class Everything:
    """No term can be named: every post may match."""


@dataclass(frozen=True, slots=True)
class Has:
    """The post has this term."""

    term: str


@dataclass(frozen=True, slots=True)
class HasPrefix:
    """The post has a term that starts so."""

    stem: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """The post fulfils all of two or more needs; none is Everything or an AllOf."""

    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The post fulfils one of two or more needs; none is Everything or an AnyOf."""

    needs: tuple[Need, ...]


Need = Everything | Has | HasPrefix | AllOf | AnyOf


def nominate(tree: Node) -> Need:
    """Find what every post that matches a tree has among its index terms.

    Examples
    --------
    >>> from auscult.engine.query.parse import parse
    >>> nominate(parse('(café OR "flu shot*") NOT bird').tree)
    AnyOf(needs=(Has(term='cafe'), AllOf(needs=(Has(term='flu'), HasPrefix(stem='shot')))))
    """
    match tree:
        case Word() | Wildcard() | Exact() | Raw():
            return _of_leaf(tree)
        case Phrase():
            return all_of(_of_leaf(part) for part in tree.parts)
        case And() | Near() | AtLeast() | InTitle():
            return all_of(nominate(child) for child in children(tree))
        case Or():
            return any_of(nominate(child) for child in tree.children)
    return Everything()


def all_of(needs: Iterable[Need]) -> Need:
    """Join needs that must all be fulfilled."""
    kept: dict[Need, None] = {}
    for need in needs:
        kept |= dict.fromkeys(need.needs if isinstance(need, AllOf) else (need,))
    kept.pop(Everything(), None)
    if len(kept) > 1:
        return AllOf(tuple(kept))
    return next(iter(kept), Everything())


def any_of(needs: Iterable[Need]) -> Need:
    """Join needs of which one must be fulfilled."""
    kept: dict[Need, None] = {}
    for need in needs:
        kept |= dict.fromkeys(need.needs if isinstance(need, AnyOf) else (need,))
    if Everything() in kept:
        return Everything()
    return AnyOf(tuple(kept)) if len(kept) > 1 else next(iter(kept))


def holds(need: Need, terms: Set[str]) -> bool:
    """Tell whether a post with these index terms fulfils a need."""
    match need:
        case Has():
            return need.term in terms
        case HasPrefix():
            return any(term.startswith(need.stem) for term in terms)
        case AllOf():
            return all(holds(inner, terms) for inner in need.needs)
        case AnyOf():
            return any(holds(inner, terms) for inner in need.needs)
    return True


def _of_leaf(leaf: Word | Wildcard | Exact | Raw) -> Need:
    match leaf:
        case Word():
            return Has(base_form(leaf.text))
        case Exact():
            return Has(base_form(folded_form(leaf.text)))
        case Wildcard():
            return _of_stem(leaf.pattern)
    return _of_raw(leaf.text)


def _of_stem(pattern: str) -> Need:
    literal = stem(pattern)
    if base_form(pattern) != pattern:
        literal = _settled(base_form(literal))
    return HasPrefix(literal) if literal else Everything()


def _settled(base: str) -> str:
    """Cut off the characters that a base form's next ones could still compose with.

    An accented pattern's stem is cut from a folded form; without the accents, its last
    letter may stand directly before a mark that the base form keeps, or a Hangul vowel.
    No ASCII letter composes with one of those.
    """
    if base[-1:].isascii():
        return base
    end = len(base)
    while end and unicodedata.combining(base[end - 1]):
        end -= 1
    return base[: max(end - 1, 0)]


def _of_raw(text: str) -> Need:
    """Find the tokens that the characters hold wherever they stand without cutting one.

    What stands before them decides whether their first sign signs, whether their first
    link is one, and whether `_` joins: so the tokens of each case are an alternative.
    """
    return any_of(
        all_of(
            Has(unsigned(token.base))
            for token in tokens(before + text)
            if token.start >= len(before)
        )
        for before in ("", "漢", "#漢")
    )
