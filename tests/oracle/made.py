"""Posts and queries made at random, so that they often meet: queries are taken from posts.

Everything is drawn from one `random.Random`, so that a seed repeats a run; hypothesis
gives one of its own that it can shrink.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from auscult.engine.query import tree as q
from oracle import oracle
from oracle.cut import Cut, Token, cut

# What text is made of in the corners of the rules. Each piece is there for a reason that
# its neighbours on the line share.
PIECES = [
    *("flu", "Flu", "FLU", "shot", "shots", "bird", "a", "I", "x", "ray", "X-ray", "BT", "bt"),
    *(
        "café",
        "cafe\u0301",
        "cafe",
        "CAFÉ",
        "e\u0301\u0323",
        "e\u0323\u0301",
        "é",
        "\u0301",
        "a\u0301b",
    ),
    *(
        "naïve",
        "Ångström",
        "A\u030angstro\u0308m",
        "ё",
        "е",
        "й",
        "и\u0306",
        "ὀδός",
        "ΟΔΌΣ",
        "οδος",
    ),
    *(
        "İstanbul",
        "istanbul",
        "ISTANBUL",
        "ıstanbul",
        "i\u0307",
        "ǰ",
        "J\u030c",
        "ŉ",
        "ᾳ",
        "αι",
        "α\u0345",
    ),
    *("Straße", "STRASSE", "strasse", "ẞ", "ß", "ss", "ﬁn", "fin", "ﬂu", "Ǆ", "ǆ", "K", "K", "Å"),
    *(
        "😷",
        "👍",
        "👍🏽",
        "👍🏿",
        "👩‍⚕️",
        "👩🏽‍⚕️",
        "👩‍⚕",
        "👩‍",
        "👨‍👩‍👧",
        "❤️",
        "❤",
        "❤️‍🔥",
        "🏽",
        "™",
        "©",
        "ℹ",
        "ℹ️",
    ),
    *(
        "🇩🇪",
        "🇩",
        "🇩🇪🇫",
        "🇫🇷🇩🇪",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "1️⃣",
        "1⃣",
        "#️⃣",
        "*️⃣",
        "1️⃣\u0301",
        "12️⃣",
        "1",
        "12",
        "2024",
        "½",
        "Ⅷ",
        "٣",
        "²",
    ),
    *(
        "שָׁלוֹם",
        "שלום",
        "مَرْحَبًا",
        "مرحبا",
        "می\u200cخواهم",
        "\u202eabc\u202c",
        "\u0600",
        "\u0600😷",
        "नमस्ते",
        "क्षि",
        "ไทย",
        "ភាសា",
    ),
    *(
        "東京",
        "東",
        "京",
        "\u2f00",
        "々",
        "〇",
        "漢字かな",
        "がん",
        "か\u3099ん",
        "かん",
        "ガン",
        "カ\u3099",
        "コーヒー",
        "ｺｰﾋｰ",
        "ﾊﾞ",
        "ー",
    ),
    *(
        "東abc京",
        "\U0002070e",
        "한국",
        "한국",
        "ᄒ",
        "가",
        "o'neill",
        "O’Neill",
        "oneill",
        "o''n",
        "'tis",
        "don’t",
        "don't",
        "l'http://a.b",
    ),
    *(
        "1970's",
        "é's",
        "e\u0301's",
        "東's",
        "a'ℹ",
        "a'1",
        "'",
        "’",
        "#flu",
        "@flu",
        "＃flu",
        "＠Mayo",
        "@mayo",
        "##flu",
        "#",
        "@",
        "#1️⃣",
    ),
    *(
        "#flu_shot",
        "flu_shot",
        "_",
        "#_flu",
        "@nurse_",
        "#東_京",
        "#東京",
        "#a_'b",
        "#o'neill",
        "#café",
        "#CAFE\u0301",
        "a#flu",
        "_#flu",
        "@x@y",
    ),
    *(
        "http://a.b/flu",
        "HTTPS://x.y?q=flu",
        "www.flu.org",
        "Www.é",
        "xhttp://flu",
        "<http://flu>",
        '"https://flu"',
        "http://",
        "www.",
        "❤️http://flu",
    ),
    *(
        "\ufffd",
        "\u00ad",
        "\u200b",
        "\ufeff",
        "\x00",
        "\x1c",
        "\x85",
        "\u2028",
        "\ufe0f",
        "a\ufe0fb",
        "e\ufe0f\u0301",
        "\u20e3",
        "a\u20e3",
        "\U000e0100",
    ),
    *(
        "C++",
        "Google+",
        "C++ code",
        "C#",
        "+",
        "++",
        "+++",
        "-",
        "(",
        "&amp;",
        "%",
        "$5.00",
        "\U0001e030",
        "\U00010570",
        "\U0001fae8",
        "\U00011f02",
    ),
    *(
        "vaccine",
        "vaccines",
        "vaccination",
        "hepatitis",
        "hapatitis",
        "hospital",
        "Hospital's",
        "hospitäl",
        "mcdonald’s",
    ),
]
JOINTS = [
    "",
    "",
    " ",
    " ",
    " ",
    " ",
    " ",
    "-",
    ". ",
    "\n",
    "/",
    "_",
    "'",
    "\u00a0",
    ", ",
    "http://q ",
]
SOURCES = ["bluesky", "mastodon", "reddit", "Reddit", "feeds", "files", None]
COMMUNITIES = [
    "mayo.edu",
    "Mayo.edu",
    "news.mayo.edu",
    "xmayo.edu",
    "mastodon.social",
    "nursing",
    "NURSING",
    "",
    None,
]
AUTHORS = [
    "mayo",
    "@mayo",
    "Mayo",
    "Mayo Clinic",
    "mayoclinic",
    "@",
    "did:plc:x",
    "Straße",
    "STRASSE",
    "",
    None,
]
LANGUAGES = ["en", "en-GB", "EN", "eng", "de", "", None]
COUNTRIES = ["gbr", "GBR", "usa", "", None]
REGIONS = ["usa.fl", "usa.fl.miami", "usa.flx", "USA.FL", "usa", None]
TAGS = ["urgent", "Urgent", "maternity", "straße", "a b"]
URIS = [
    "https://news.mayo.edu/a?q=1",
    "https://MAYO.edu:8080/flu",
    "http://user:pw@mayo.edu#x",
    "HTTP://mayo.edu",
    "https://xmayo.edu/",
    "https://mayo.edu.evil.org/mayo.edu",
    "https://a.b/?u=@mayo.edu",
    "https://",
    "at://did:plc:x/app.bsky.feed.post/1",
    "ftp://mayo.edu/x",
    "line:1",
    "LINE:1",
]  # fmt: skip


def text(random: Random, pieces: Sequence[str] = PIECES, longest: int = 14) -> str:
    """Some pieces, joined by this and that."""
    few = random.sample(pieces, min(len(pieces), random.randint(2, 8)))
    parts: list[str] = []
    for _ in range(random.randint(0, longest)):
        parts += [random.choice(few), random.choice(JOINTS)]
    return "".join(parts)


def post(random: Random, body: str, title: str | None, key: int = 0) -> dict[str, Any]:
    """A post with this text and everything else at random."""
    uri = random.choice(URIS)
    return {
        "uri": uri if random.random() < 0.8 else f"{uri}/{key}",
        "source": random.choice(SOURCES),
        "community": random.choice(COMMUNITIES),
        "author": random.choice(AUTHORS),
        "author_name": random.choice(AUTHORS),
        "author_followers": random.choice([None, 0, 499, 500, 501, 100_000, 2**40]),
        "created_at": datetime(2024, 2, 28, tzinfo=UTC)
        + timedelta(
            minutes=random.randint(0, 4 * 1440), microseconds=random.randint(0, 59_999_999)
        ),
        "text": body,
        "title": title,
        "language": random.choice(LANGUAGES),
        "links": random.choice([None, [], random.sample(URIS, 2)]),
        "in_reply_to": random.choice([None, *URIS[:3]]),
        "quote_of": random.choice([None, None, URIS[8]]),
        "country": random.choice(COUNTRIES),
        "rating": random.choice([None, 0.0, 1.0, 2.5, 3.0, 5.0]),
        "repost_of": random.choice([None, None, URIS[9]]),
        "root": random.choice([None, URIS[10], URIS[11]]),
        "author_verified": random.choice([None, True, False]),
        "region": random.choice(REGIONS),
        "tags": random.choice([None, [], random.sample(TAGS, 2)]),
    }


def odd_post(random: Random, key: int = 0) -> dict[str, Any]:
    title = random.choice([None, "", text(random, longest=5), text(random, longest=5)])
    return post(random, text(random), title, key)


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
        if len(folded) < stem or any(char in "*?" for char in folded):
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
        return q.Wildcard(pattern=sign + head + middle + tail)

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
        value = value.partition("://")[2].partition("/")[0] or value
        return random.choice([value, value.upper(), value.partition(".")[2] or value])
    if name in {"language", "region"}:
        return random.choice([value, value.upper(), value[:2], value.rpartition(".")[0] or value])
    if name in {"url", "links"}:
        start = random.randint(0, len(value) - 1)
        part = value[start : start + random.randint(1, 9)]
        return random.choice([value, part, part.upper(), part[:1] + "*" + value[-1:], "?" + part])
    if name == "author":
        return random.choice([value, "@" + value, value.upper(), value[:2] + "*", "?" + value[1:]])
    return value if name == "authorVerified" else random.choice([value, value, value.swapcase()])


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
