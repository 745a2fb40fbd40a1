"""Queries made at random about given posts, so that they often meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from auscult.engine.query import tree as q
from oracle import oracle
from oracle.cut import Cut, Token, cut, is_ideograph, starts_run


class Queries:
    """Queries about posts: their words, phrases, distances and fields, or just beside them."""

    def __init__(self, random: Random, posts: Sequence[dict[str, Any]]) -> None:
        self.random = random
        self.posts = posts

    def tree(self) -> q.Node:
        """A tree that is not purely negative: where nothing holds, it doesn't."""
        node = self._node(depth=3)
        while true_of_nothing(node):
            node = q.And(
                children=(self._word(), *(node.children if isinstance(node, q.And) else (node,)))
            )
        return node

    def watch(self, least: int = 8, most: int = 20) -> q.Node:
        """A query of an analyst's size: many terms, any of them, narrowed and excluded."""
        random = self.random
        terms = [self._with_occurrences() for _ in range(random.randint(least, most))]
        node: q.Node = flat(q.Or, terms)
        more: list[q.Node] = []
        if random.random() < 0.5:
            more.append(q.Not(child=self._with_occurrences()))
        if random.random() < 0.3:
            more.append(self._field())
        if random.random() < 0.3:
            more.append(flat(q.Or, [self._with_occurrences() for _ in range(3)]))
        return flat(q.And, [node, *more]) if more else node

    def _pick(self, *choices: Callable[[], q.Node]) -> q.Node:
        return self.random.choice(choices)()

    def _node(self, depth: int, *, in_title: bool = False) -> q.Node:
        if depth == 0 or self.random.random() < 0.3:
            return self._leaf(in_title=in_title)

        def below() -> q.Node:
            return self._node(depth - 1, in_title=in_title)

        many = self.random.randint(2, 4)
        kind = self.random.randint(0, 6)
        if kind <= 1:
            return flat(q.And, [below() for _ in range(many)])
        if kind <= 3:
            return flat(q.Or, [below() for _ in range(many)])
        if kind == 4:
            return flat(q.And, [below(), q.Not(child=below())])
        if kind == 5 and not in_title:
            return q.InTitle(child=self._node(depth - 1, in_title=True))
        return q.Not(child=below())

    def _leaf(self, *, in_title: bool) -> q.Node:
        leaves = [
            self._word,
            self._word,
            self._phrase,
            self._near,
            self._near,
            self._at_least,
            self._raw,
        ]
        return self._pick(*leaves) if in_title else self._pick(*leaves, self._field, self._field)

    def _with_occurrences(self) -> q.Node:
        return self._pick(*[self._word] * 4, self._phrase, self._phrase, self._near)

    def _field_of_text(self) -> Cut:
        """A text field with at least one token, of some post."""
        while True:
            one = self.random.choice(self.posts)
            found = cut(one[self.random.choice(["title", "text", "text"])] or "")
            if found.tokens:
                return found

    def _word(self) -> q.Word | q.Wildcard | q.Exact:
        return self._query_token(self.random.choice(self._field_of_text().tokens))

    def _query_token(self, token: Token) -> q.Word | q.Wildcard | q.Exact:
        """What an analyst could write for this token, or for one much like it."""
        random = self.random
        sign = token.sign if random.random() < 0.7 else random.choice(["", "", "#", "@"])
        kind = random.random()
        if kind < 0.2:
            exact = random.choice([token.exact, token.exact, token.exact.swapcase(), token.folded])
            return q.Exact(text=one_token(sign + exact, token).exact_with_sign)
        written = one_token(sign + random.choice([token.folded, token.base]), token)
        if kind < 0.4:
            return self._wildcard(written.sign, written.folded)
        return q.Word(text=written.sign + written.folded)

    def _wildcard(self, sign: str, folded: str) -> q.Word | q.Wildcard:
        random = self.random
        stem = random.choice([2, 3, 3, 4])
        written = len(folded) >= stem and is_run(folded[:stem]) and not set(folded) & set("*?")
        if not written:
            return q.Word(text=sign + folded)
        head, rest = folded[:stem], folded[stem:]
        cut_at = random.randint(0, len(rest))
        tail = rest[cut_at:]
        middle = (
            random.choice(["*", "*", "?", "?*", "??", "*?"])
            if random.random() < 0.5
            else "?" * cut_at or "*"
        )
        tail = tail if random.random() < 0.5 else random.choice(["*", "?", ""])
        return q.Wildcard(pattern=sign + head + one_star(middle + tail))

    def _phrase(self) -> q.Node:
        tokens = self._field_of_text().tokens
        first = self.random.randint(0, len(tokens) - 1)
        some = tokens[first : first + self.random.randint(2, 4)]
        parts = tuple(self._query_token(one) for one in some)
        return q.Phrase(parts=parts) if len(parts) > 1 else parts[0]

    def _near(self, *, inner: bool = False) -> q.Node:
        """Tokens at their true distance, or one less or more."""
        random = self.random
        tokens = self._field_of_text().tokens
        window = random.randint(2, 12)
        first = random.randint(0, max(0, len(tokens) - window))
        near = tokens[first : first + window]
        many = min(len(near), random.choice([2, 2, 2, 2, 3, 3, 4, 5, 8]))
        if many < 2:
            return self._phrase()
        places = random.sample(range(len(near)), many)
        gap = max(places) - min(places) + 1 - many
        ordered = random.random() < 0.4
        if ordered and random.random() < 0.8:
            places.sort()
        operands = [self._operand(near, place, inner=inner) for place in places]
        distance = max(0, gap + random.choice([-1, 0, 0, 0, 1, 3]))
        return q.Near(operands=tuple(operands), distance=distance, ordered=ordered)

    def _operand(self, near: Sequence[Token], place: int, *, inner: bool) -> q.Node:
        kind = self.random.random()
        word = self._query_token(near[place])
        if kind < 0.15 and place + 1 < len(near):
            return q.Phrase(parts=(word, self._query_token(near[place + 1])))
        if kind < 0.3:
            return flat(q.Or, [word, self._word(), self._phrase()])
        if kind < 0.4 and not inner:
            return self._near(inner=True)
        return word

    def _at_least(self) -> q.Node:
        """A count that the field reaches, or just doesn't."""
        found = self._field_of_text()
        word = self._query_token(self.random.choice(found.tokens))
        child: q.Node = (
            word if self.random.random() < 0.5 else flat(q.Or, [word, self._word(), self._phrase()])
        )
        count = len(oracle.occurrences(child, found)) + self.random.choice([-1, 0, 0, 1])
        return q.AtLeast(count=max(1, count), child=child)

    def _raw(self) -> q.Node:
        """Some characters of the field: from token to token, or anywhere."""
        found, random = self._field_of_text(), self.random
        first, last = sorted(random.choices(range(len(found.tokens)), k=2))
        start, end = found.tokens[first].start, found.tokens[min(last, first + 3)].end
        if random.random() < 0.5:
            start, end = max(0, start - random.randint(0, 2)), end + random.randint(0, 2)
        elif random.random() < 0.4:
            start = random.randint(0, len(found.text) - 1)
            end = start + random.randint(1, 5)
        snippet = found.text[start:end]
        return q.Raw(text=snippet) if snippet.strip() and '"' not in snippet else self._word()

    def _field(self) -> q.Node:
        """A value that the post has, in another case or with a wildcard, or of another post."""
        random, one = self.random, self.random.choice(self.posts)
        if random.random() < 0.25:
            return self._range(one)
        name = random.choice(["engagementType", *COLUMNS])
        if name == "engagementType":
            kinds = ["COMMENT", "REPLY", "RETWEET", "QUOTE", "quote"]
            return q.FieldIs(field=name, values=tuple(random.sample(kinds, random.randint(1, 2))))
        given = one.get(random.choice(COLUMNS[name]))
        values = given if isinstance(given, list) else [given]
        written = [changed(random, name, str(value)) for value in values if value not in {None, ""}]
        return q.FieldIs(field=name, values=tuple(written or [DEFAULTS.get(name, "mayo.edu")]))

    def _range(self, one: dict[str, Any]) -> q.Node:
        random = self.random
        name, value = random.choice([
            ("authorFollowers", one["author_followers"]),
            ("rating", one["rating"]),
            ("minuteOfDay", one["created_at"].hour * 60 + one["created_at"].minute),
        ])  # fmt: skip
        middle = float(value or 0)
        low = random.choice([None, middle, middle - 1, middle + 1])
        high = random.choice([None, middle, middle - 1, middle + 1])
        if low is not None and high is not None and low > high:
            low, high = high, low
        return q.FieldRange(field=name, low=low, high=high)


COLUMNS: dict[str, list[str]] = {
    "site": ["community", "uri"],
    "url": ["uri"],
    "links": ["links"],
    "author": ["author", "author_name"],
    "authorVerified": ["author_verified"],
    "language": ["language"],
    "country": ["country"],
    "region": ["region"],
    "guid": ["uri"],
    "parentPostId": ["in_reply_to"],
    "rootPostId": ["root"],
    "subreddit": ["community"],
    "instance": ["community"],
    "source": ["source"],
    "tags": ["tags"],
}
DEFAULTS = {"authorVerified": "true"}


def changed(random: Random, name: str, value: str) -> str:
    """The value, or what may match it too."""
    if name == "site":
        host = value.partition("://")[2].partition("/")[0].partition("#")[0] or value
        value = host.rpartition("@")[2].partition(":")[0]
        value = value if "/" not in value and value else "mayo.edu"
        return random.choice([value, value.upper(), value.partition(".")[2] or value])
    if name in {"language", "region"}:
        return random.choice([value, value.upper(), value[:2], value.rpartition(".")[0] or value])
    if name in {"url", "links"}:
        start = random.randint(0, len(value) - 1)
        part = value[start : start + random.randint(1, 9)]
        return random.choice([value, part, part.upper(), part[:1] + "*" + value[-1:], "?" + part])
    if name == "author":
        bare = value.removeprefix("@")
        return random.choice([value, "@" + bare, value.upper(), value[:2] + "*", "?" + bare[1:]])
    return value if name == "authorVerified" else random.choice([value, value, value.swapcase()])


def is_run(text: str) -> bool:
    """A wildcard stands behind the start of a run; an emoji or an ideograph is all of a token."""
    return starts_run(text, 0) and not is_ideograph(text[0])


def one_star(pattern: str) -> str:
    """`**` says no more than `*`, so no query that was read holds it."""
    while "**" in pattern:
        pattern = pattern.replace("**", "*")
    return pattern


class Written(Token):
    """The token that a written word gives."""

    @property
    def exact_with_sign(self) -> str:
        return self.sign + self.exact


def one_token(written: str, otherwise: Token) -> Written:
    """The one token that this text is, or, where it isn't one, the other."""
    found = cut(written).tokens
    whole = len(found) == 1 and (found[0].start, found[0].end) == (0, len(written))
    return Written(*(found[0] if whole else otherwise))


def flat(kind: type[q.And | q.Or], children: Sequence[q.Node]) -> q.Node:
    """An And (or Or) of these, none of which is one itself."""
    parts: list[q.Node] = []
    for child in children:
        parts += child.children if isinstance(child, kind) else [child]
    return kind(children=tuple(parts))


def true_of_nothing(node: q.Node) -> bool:
    """Whether the node is true where none of its leaves is: purely negative."""
    match node:
        case q.And(children=children):
            return all(true_of_nothing(child) for child in children)
        case q.Or(children=children):
            return any(true_of_nothing(child) for child in children)
        case q.Not(child=child):
            return not true_of_nothing(child)
        case q.InTitle(child=child):
            return true_of_nothing(child)
    return False
