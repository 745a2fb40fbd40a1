"""Watches of an analyst's size, 8 to 20 terms, made from the vocabulary of the posts.

A watch is a subject (words, phrases, wildcards, hashtags: any of them), mostly a context
(any of some commoner words), what is left out, and now and then a field. Subject and
context stand anywhere in the post, or near each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from auscult.engine.query.tree import (
    And,
    FieldIs,
    FieldRange,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Wildcard,
    Word,
)
from bench.matching_posts import Language


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its words; a wildcard is the beginning of a word."""

    words: tuple[str, ...]
    wildcard: bool = False

    def node(self) -> Node:
        if self.wildcard:
            return Wildcard(pattern=f"{self.words[0]}*")
        if len(self.words) > 1:
            return Phrase(parts=tuple(Word(text=word) for word in self.words))
        return Word(text=self.words[0])


@dataclass(frozen=True, slots=True)
class Watch:
    """What a watch asks, apart from its spelling in any query language."""

    subject: tuple[Term, ...]
    context: tuple[Term, ...]
    without: tuple[Term, ...]
    near: int  # 0: anywhere
    field: Node | None

    def tree(self) -> Node:
        subject, context = _any(self.subject), _any(self.context)
        if self.near:
            parts: list[Node] = [Near(operands=(subject, context), distance=self.near)]
        else:
            parts = [subject, context]
        if self.without:
            parts.append(Not(child=_any(self.without)))
        if self.field is not None:
            parts.append(self.field)
        return And(children=tuple(parts)) if len(parts) > 1 else parts[0]


def _any(terms: tuple[Term, ...]) -> Node:
    nodes = dict.fromkeys(term.node() for term in terms)
    return Or(children=tuple(nodes)) if len(nodes) > 1 else next(iter(nodes))


class Analyst:
    """Writes watches; the same seed writes the same."""

    def __init__(self, language: Language, seed: int = 1) -> None:
        self._random = Random(seed)
        self._rare = language.between(0.00002, 0.002)
        self._middling = language.between(0.0005, 0.01)
        self._common = language.between(0.003, 0.05)
        self._language = language

    def watch(self) -> Watch:
        random = self._random
        return Watch(
            subject=tuple(self._subject() for _ in range(random.randint(4, 8))),
            context=tuple(
                Term((random.choice(self._middling),)) for _ in range(random.randint(3, 7))
            ),
            without=tuple(
                Term((random.choice(self._common),)) for _ in range(random.randint(1, 4))
            ),
            near=random.choice((0, 0, 0, 5, 10)),
            field=self._field() if random.random() < 0.2 else None,
        )

    def watches(self, count: int) -> dict[str, Watch]:
        return {f"watch {number}": self.watch() for number in range(count)}

    def _subject(self) -> Term:
        random, kind = self._random, self._random.random()
        if kind < 0.25:
            return Term(random.choice(self._language.pairs))
        if kind < 0.35:
            word = random.choice(self._rare)
            return Term((word[: max(5, len(word) - 3)],), wildcard=word.isalpha())
        if kind < 0.4 and self._language.tags:
            return Term((random.choice(self._language.tags),))
        return Term((random.choice(self._rare),))

    def _field(self) -> Node:
        random = self._random
        return random.choice(
            (
                FieldIs(field="language", values=("en",)),
                FieldIs(field="source", values=("feeds",)),
                FieldIs(field="site", values=(f"desk{random.randrange(40)}.example.org",)),
                FieldRange(field="authorFollowers", low=500.0, high=None),
            )
        )
