"""A slow and separate reading of the query language: is this tree true of this post, and where.

Written from the words of `docs/reference/query-language.md`, by brute force, for one post
(a mapping with the names of `engine/kernel/posts.py`) at a time. `Corpus` gives the same
answers for many posts at once, by sets of posts instead of one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import regex

from auscult.engine.query import tree as q
from oracle import fields
from oracle.cut import Cut, base_form, cut

Post = Mapping[str, Any]
Interval = tuple[int, int]  # first and last token, both included
Span = tuple[str, int, int]
BOTH = ("title", "text")


def matches(tree: q.Node, post: Post) -> bool:
    """Whether the tree is true of the post."""
    return holds(tree, post, BOTH)


def spans(tree: q.Node, post: Post) -> list[Span]:
    """Where it hit: field, start and end in code points, sorted, title first."""
    if not matches(tree, post):
        return []
    return sorted(where(tree, post, BOTH), key=lambda span: (BOTH.index(span[0]), *span[1:]))


def cuts(post: Post, names: Sequence[str]) -> Iterator[tuple[str, Cut]]:
    for name in names:
        yield name, cut(post.get(name) or "")


# Tokens


def split_sign(text: str) -> tuple[str, str]:
    """A query token's sign, if it has one, and the rest. The keycap of # has none."""
    if text[:1] in {"#", "@"} and text[1:2] != "\u20e3":
        return text[0], text[1:]
    return "", text


def pattern_of(text: str) -> regex.Pattern[str]:
    """A pattern's regular expression: `*` any number of characters, `?` exactly one."""
    parts = {"*": ".*", "?": "."}
    return regex.compile("".join(parts.get(c) or regex.escape(c) for c in text), regex.DOTALL)


class Wanted(NamedTuple):
    """What a query token wants: a sign ("" for any), and a form that is a text or fits a pattern."""

    sign: str
    form: str
    text: str
    pattern: regex.Pattern[str] | None


@lru_cache(maxsize=200_000)
def wanted(node: q.Token) -> Wanted:
    if isinstance(node, q.Exact):
        sign, text = split_sign(node.text)
        return Wanted(sign, "exact", text, None)
    sign, text = split_sign(node.pattern if isinstance(node, q.Wildcard) else node.text)
    accented = text != base_form(text)
    form = "folded" if accented else "base"
    pattern = pattern_of(text) if isinstance(node, q.Wildcard) else None
    return Wanted(sign, form, text, pattern)


# Occurrences: intervals of tokens in one field


@lru_cache(maxsize=20_000)
def places(one: Cut) -> dict[tuple[str, str], list[int]]:
    """Where in a field each form of a token stands."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, token in enumerate(one.tokens):
        for form in ("exact", "folded", "base"):
            found[form, getattr(token, form)].append(at)
    return dict(found)


def token_places(node: q.Token, one: Cut) -> list[int]:
    """The tokens of a field that the query token matches."""
    sign, form, text, pattern = wanted(node)
    by_form = places(one)
    if pattern is None:
        found = by_form.get((form, text), [])
    else:
        found = [
            at
            for (kind, written), there in by_form.items()
            if kind == form and pattern.fullmatch(written)
            for at in there
        ]
    return [at for at in found if sign in {"", one.tokens[at].sign}]


def occurrences(node: q.Node, one: Cut) -> frozenset[Interval]:
    if isinstance(node, q.Word | q.Wildcard | q.Exact):
        return frozenset((at, at) for at in token_places(node, one))
    if isinstance(node, q.Phrase):
        length = len(node.parts)
        parts = [set(token_places(part, one)) for part in node.parts]
        return frozenset(
            (first, first + length - 1)
            for first in parts[0]
            if all(first + step in part for step, part in enumerate(parts))
        )
    if isinstance(node, q.Or):
        return frozenset().union(*(occurrences(child, one) for child in node.children))
    if isinstance(node, q.Near):
        return frozenset(
            (min(low for low, _ in chosen), max(high for _, high in chosen))
            for chosen in near_choices(node, one)
        )
    raise TypeError(f"{node!r} has no occurrences")


def near_choices(node: q.Near, one: Cut) -> Iterator[tuple[Interval, ...]]:
    """Each choice of one occurrence of each operand that satisfies the NEAR."""
    found = [sorted(occurrences(operand, one)) for operand in node.operands]
    for chosen in apart(found):
        in_order = sorted(chosen)
        if node.ordered and list(chosen) != in_order:
            continue
        whole = in_order[-1][1] - in_order[0][0] + 1
        if whole - sum(high - low + 1 for low, high in chosen) <= node.distance:
            yield chosen


def apart(found: Sequence[Sequence[Interval]]) -> Iterator[tuple[Interval, ...]]:
    """Each choice of one interval of each list in which no two overlap."""
    if not found:
        yield ()
        return
    for rest in apart(found[:-1]):
        for low, high in found[-1]:
            if all(high < other_low or other_high < low for other_low, other_high in rest):
                yield (*rest, (low, high))


# Truth


def holds(node: q.Node, post: Post, names: Sequence[str]) -> bool:
    """Whether the node is true of the post, its text fields being those named."""
    match node:
        case q.And(children=children):
            return all(holds(child, post, names) for child in children)
        case q.Or(children=children):
            return any(holds(child, post, names) for child in children)
        case q.Not(child=child):
            return not holds(child, post, names)
        case q.InTitle(child=child):
            return holds(child, post, ("title",))
        case q.FieldIs() | q.FieldRange():
            return fields.holds(node, post)
    return sum(found_in(node, one) for _, one in cuts(post, names)) >= least(node)


def least(node: q.Node) -> int:
    return node.count if isinstance(node, q.AtLeast) else 1


def found_in(node: q.Node, one: Cut) -> int:
    """How often the node occurs in one text field; of a NEAR, only whether."""
    match node:
        case q.Raw(text=text):
            return len(raw_places(text, one))
        case q.AtLeast(child=child):
            return len(occurrences(child, one))
        case q.Near():
            return any(True for _ in near_choices(node, one))
    return len(occurrences(node, one))


def raw_places(raw: str, field_cut: Cut) -> list[tuple[int, int]]:
    """Where these code points stand, outside links, cutting no token in two."""
    found = []
    start = field_cut.text.find(raw)
    while start >= 0:
        end = start + len(raw)
        in_link = any(start < high and low < end for low, high in field_cut.links)
        ends = (start, end)
        cuts_one = any(one.start < at < one.end for one in field_cut.tokens for at in ends)
        if not in_link and not cuts_one:
            found.append((start, end))
        start = field_cut.text.find(raw, start + 1)
    return found


# Where it hit


def where(node: q.Node, post: Post, names: Sequence[str]) -> set[Span]:
    """The spans of a node that is true."""
    match node:
        case q.And(children=children) | q.Or(children=children):
            true = [child for child in children if holds(child, post, names)]
            return set().union(*(where(child, post, names) for child in true))
        case q.Not() | q.FieldIs() | q.FieldRange():
            return set()
        case q.InTitle(child=child):
            return where(child, post, ("title",))
        case q.AtLeast(child=child):
            return where(child, post, names)
        case q.Raw(text=text):
            return {
                (name, *place) for name, one in cuts(post, names) for place in raw_places(text, one)
            }
    return {
        (name, one.tokens[first].start, one.tokens[last].end)
        for name, one in cuts(post, names)
        for first, last in parts_of(node, one)
    }


def parts_of(node: q.Node, one: Cut) -> Iterable[Interval]:
    """The intervals to show of a word, phrase or NEAR."""
    if isinstance(node, q.Near):
        return {interval for chosen in near_choices(node, one) for interval in chosen}
    return occurrences(node, one)


# Many posts at once


@dataclass
class Corpus:
    """Posts, and which of them hold a token: by field, sign ("" for any), form and text."""

    posts: Sequence[Post]
    holding: dict[tuple[str, str, str], dict[str, set[int]]] = field(default_factory=dict)
    known: dict[tuple[q.Node, tuple[str, ...]], set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row, post in enumerate(self.posts):
            for name, one in cuts(post, BOTH):
                for token in one.tokens:
                    for sign in {"", token.sign}:
                        for form in ("exact", "folded", "base"):
                            by_text = self.holding.setdefault((name, sign, form), {})
                            by_text.setdefault(getattr(token, form), set()).add(row)

    def matching(self, node: q.Node, names: tuple[str, ...] = BOTH) -> set[int]:
        """The rows of the posts of which the node is true."""
        match node:
            case q.And(children=children):
                return set.intersection(*(self.matching(child, names) for child in children))
            case q.Or(children=children):
                return set().union(*(self.matching(child, names) for child in children))
            case q.Not(child=child):
                return set(range(len(self.posts))) - self.matching(child, names)
            case q.InTitle(child=child):
                return self.matching(child, ("title",))
        if (node, names) not in self.known:
            self.known[node, names] = self._leaf(node, names)
        return self.known[node, names]

    def spans(
        self, node: q.Node, rows: set[int], names: tuple[str, ...] = BOTH
    ) -> dict[int, set[Span]]:
        """The spans of a node in posts of which it is true."""
        if isinstance(node, q.InTitle):
            return self.spans(node.child, rows, ("title",))
        if not isinstance(node, q.And | q.Or):
            return {row: where(node, self.posts[row], names) for row in rows}
        found: dict[int, set[Span]] = {row: set() for row in rows}
        for child in node.children:
            true = rows & self.matching(child, names)
            for row, some in self.spans(child, true, names).items():
                found[row] |= some
        return found

    def _leaf(self, node: q.Node, names: tuple[str, ...]) -> set[int]:
        if isinstance(node, q.Word | q.Wildcard | q.Exact):
            return set().union(*self._with_token(node, names))
        candidates = self._candidates(node, names)
        return {row for row in candidates if holds(node, self.posts[row], names)}

    def _with_token(self, node: q.Token, names: tuple[str, ...]) -> Iterator[set[int]]:
        sign, form, text, pattern = wanted(node)
        for name in names:
            by_text = self.holding.get((name, sign, form), {})
            if pattern is None:
                yield by_text.get(text, set())
            else:
                yield from (rows for written, rows in by_text.items() if pattern.fullmatch(written))

    def _candidates(self, node: q.Node, names: tuple[str, ...]) -> set[int]:
        """Every post that can satisfy the leaf: it holds every part of a phrase or NEAR."""
        match node:
            case q.Phrase(parts=parts) | q.Near(operands=parts):
                return set.intersection(*(self.matching(part, names) for part in parts))
            case q.AtLeast(child=child):
                return self.matching(child, names)
            case q.Raw(text=text):
                fields_of = ((row, cuts(post, names)) for row, post in enumerate(self.posts))
                return {row for row, some in fields_of if any(text in one.text for _, one in some)}
        return set(range(len(self.posts)))
