"""Makes tables of posts, and of the truth about them, from a plan."""

from __future__ import annotations

import hashlib
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from auscult.engine.kernel.posts import ENGAGEMENT, MEDIA, MOMENT, SCHEMA
from auscult.engine.simulate import kernel
from auscult.engine.simulate.communities import COMMUNITIES
from auscult.engine.simulate.draws import Floats, Rows, uniform
from auscult.engine.simulate.people import ROLES, People
from auscult.engine.simulate.plan import FIRST, HOUR, QUOTE, REPLY, REPOST, Plan
from auscult.engine.simulate.topics import TOPICS
from auscult.engine.simulate.uris import HOST, SOURCES, Addresses, source_rows
from auscult.engine.simulate.voices import Voices, Written, strings

_BLUESKY, _MASTODON, _FORUM, _FEEDS, _REVIEWS = range(len(SOURCES))
_RATINGS = {
    "review_good": (4.0, 5.0), "review_mid": (2.0, 4.0), "review_bad": (1.0, 2.0),
    "rival_review_good": (4.0, 5.0), "rival_review_bad": (1.0, 2.0),
}  # fmt: skip
_ABROAD = {
    "es": "mex",
    "de": "deu",
    "tr": "tur",
    "vi": "vnm",
    "ar": "lbn",
    "zh": "chn",
    "en": "can",
}
_GROWTH = 9.0  # hours: time constant of the attention that a post still gets

TRUTH = pa.schema(
    [
        pa.field("uri", pa.string(), nullable=False),
        pa.field("created_at", MOMENT, nullable=False),
        pa.field("community", pa.string(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("topic", pa.string(), nullable=False),
        pa.field("label", pa.string(), nullable=False),
        pa.field("sentiment", pa.int8(), nullable=False),
        pa.field("event", pa.string()),
        pa.field("copies", pa.string()),
        *(
            pa.field(name, pa.bool_(), nullable=False)
            for name in ("hospital", "rival", "wait", "vaccine", "nurse", "run")
        ),
    ]
)


class Columns:
    """Writes any rows of a plan as a table; a row never depends on its neighbours."""

    def __init__(self, seed: int, plan: Plan, people: People) -> None:
        self.plan = plan
        self.people = people
        self.addresses = Addresses(plan, people)
        self.voices = Voices(seed, plan, people, self.addresses)
        size = len(plan)
        on = plan.target >= 0
        self.counts = np.stack(
            [np.bincount(plan.target[on & (plan.link == link)], minlength=size)
             for link in (REPLY, QUOTE, REPOST)]
        )  # fmt: skip
        self.end = int(plan.micros[-1]) if size else 0

    def posts(self, rows: Rows) -> tuple[pa.Table, Written]:
        """Give `rows` as a table of posts, and what was written."""
        plan, people = self.plan, self.people
        written = self.voices.write(rows)
        author = plan.author[rows]
        link, target = plan.link[rows], plan.target[rows]
        addresses = self.addresses
        uri = addresses.uris(rows)
        names = [community.name for community in COMMUNITIES]
        source = source_rows(plan, rows)
        named = pa.array(names).take(pa.array(plan.community[rows]))
        columns = {
            "uri": uri,
            "source": pa.array(SOURCES).take(pa.array(source)),
            "community": named,
            "author": addresses.authors(rows),
            "author_name": people.name.take(pa.array(author)),
            "author_followers": pa.array(people.followers[author], mask=source >= _FORUM),
            "created_at": pa.array(plan.micros[rows]).cast(MOMENT),
            "collected_at": pa.array(self._collected(rows, source)).cast(MOMENT),
            "text": written.text,
            "title": written.title,
            "language": self.voices.language(rows),
            "hashtags": marked(written.text, 35),
            "mentions": marked(written.text, 64),
            "links": marked(written.text, 0),
            "media": self._media(rows),
            "in_reply_to": addresses.uris_or_null(target, link == REPLY),
            "quote_of": addresses.uris_or_null(target, link == QUOTE),
            "engagement": self.engagement(rows, self.end),
            "country": self._country(rows),
            "rating": self._rating(rows),
            "raw_hash": _hashes(uri, written.text),
            "repost_of": addresses.uris_or_null(target, link == REPOST),
            "root": addresses.uris_or_null(plan.root[rows], link == REPLY),
            "author_verified": pa.array(people.verified[author], mask=source >= _FORUM),
            "region": self._region(rows),
            "tags": self._tags(rows, source),
        }
        return pa.table(columns, schema=SCHEMA), written

    def truth(self, rows: Rows, written: Written) -> pa.Table:
        """Give what is true of `rows`, row by row."""
        plan = self.plan
        topic = pa.array(plan.topic[rows])
        event = plan.event[rows]
        keys = pa.array([drawn.key for drawn in plan.events], pa.string())
        copied = self.voices.copied[event] & (plan.link[rows] == FIRST)
        flags = {
            name: pa.array((written.flags >> np.uint32(bit)) & np.uint32(1) > 0)
            for bit, name in enumerate(self.voices.grammar.flags)
        }
        columns = {
            "uri": self.addresses.uris(rows),
            "created_at": pa.array(plan.micros[rows]).cast(MOMENT),
            "community": pa.array([c.key for c in COMMUNITIES]).take(
                pa.array(plan.community[rows])
            ),
            "role": pa.array(ROLES).take(pa.array(self.people.role[plan.author[rows]])),
            "topic": pa.array([t.name for t in TOPICS]).take(topic),
            "label": pa.array([t.label for t in TOPICS]).take(topic),
            "sentiment": pa.array([t.mood for t in TOPICS], pa.int8()).take(topic),
            "event": keys.take(pa.array(event.astype(np.int64), mask=event < 0)),
            "copies": keys.take(pa.array(event.astype(np.int64), mask=~copied)),
        } | flags
        return pa.table({name: columns[name] for name in TRUTH.names}, schema=TRUTH)

    def engagement(self, rows: Rows, at: int | Rows) -> pa.Array:
        """Give likes, reposts and so on as they stood at a moment (microseconds).

        Answers, quotes and reposts among the posts themselves count from the first day;
        likes and views grow and level off. Networks that don't publish a figure have null.
        """
        plan = self.plan
        source = source_rows(plan, rows)
        age = np.maximum(at - plan.micros[rows], 0) / HOUR
        grown = 1 - np.exp(-age / _GROWTH)
        luck = uniform(plan.hand[rows], 60)
        likes = np.floor(1.3 * plan.draw[rows] * (0.4 + luck) * grown).astype(np.int64)
        replies, quotes, reposts = (counts[rows] for counts in self.counts)
        likes = np.maximum(likes, np.where(grown > 0, reposts, 0))
        unseen = np.floor(likes * 0.12 * uniform(plan.hand[rows], 61)).astype(np.int64)
        views = likes * 14 + np.floor(60 * luck * grown).astype(np.int64) + replies * 5
        social = source <= _MASTODON
        fields = (
            (likes, source != _FEEDS),
            (reposts + unseen, social),
            (replies, source != _FEEDS),
            (quotes, social),
            (views, source == _FORUM),
        )
        arrays = [pa.array(values, mask=~there) for values, there in fields]
        return pa.StructArray.from_arrays(
            arrays, fields=list(ENGAGEMENT), mask=pa.array(source == _FEEDS)
        )

    def _collected(self, rows: Rows, source: Rows) -> Rows:
        """Count that a stream hands out within seconds, a page that is polled within a quarter of an hour."""
        longest = np.array([5.0, 20.0, 900.0, 900.0, 900.0])[source]
        waited = (0.1 + 0.9 * uniform(self.plan.hand[rows], 62)) * longest * 1_000_000
        return np.asarray(self.plan.micros[rows] + waited.astype(np.int64))

    def _media(self, rows: Rows) -> pa.Array:
        plan = self.plan
        hand = plan.hand[rows]
        chance = np.array([community.media for community in COMMUNITIES])[plan.community[rows]]
        has = (uniform(hand, 63) < chance * np.where(plan.link[rows] == FIRST, 1.0, 0.3)) & (
            plan.link[rows] != REPOST
        )
        found = rows[has]
        hand = plan.hand[found]
        caring = np.array([_cares_for_alt(c.key, c.language) for c in COMMUNITIES])
        described = uniform(hand, 64) < caring[plan.community[found]]
        alt = self.voices.alt_texts(found)
        ending = np.where(uniform(hand, 65) < 0.9, ".jpg", ".mp4")
        number = pa.array(plan.micros[found] % 1_000_000_007).cast(pa.string())
        url = pa.compute.binary_join_element_wise(
            f"https://media.{HOST}/", number, pa.array(ending), ""
        )
        kind = np.where(ending == ".jpg", "image", "video")
        blank = np.zeros(found.size, np.int64)
        blank = np.where(described, np.arange(found.size), blank)
        alt = alt.take(pa.array(blank, mask=~described)) if found.size else alt
        items = pa.StructArray.from_arrays(
            [pa.array(kind, pa.string()), alt, url], fields=list(MEDIA)
        )
        offsets = np.concatenate([[0], np.cumsum(has)]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), items)

    def _rating(self, rows: Rows) -> pa.Array:
        plan = self.plan
        low, high = (
            np.array([_RATINGS.get(topic.name, (0.0, 0.0))[end] for topic in TOPICS])
            for end in (0, 1)
        )
        topic = plan.topic[rows]
        stars = low[topic] + np.floor(uniform(plan.hand[rows], 66) * (high - low + 1)[topic])
        rated = (low[topic] > 0) & (plan.link[rows] == FIRST)
        rated &= source_rows(plan, rows) == _REVIEWS
        return pa.array(stars, mask=~rated)

    def _place(self, rows: Rows) -> tuple[Floats, NDArray[np.int16]]:
        return uniform(self.plan.said[rows] ^ np.uint64(7), 67), self.plan.community[rows]

    def _country(self, rows: Rows) -> pa.Array:
        luck, community = self._place(rows)
        abroad = [_ABROAD[c.language] for c in COMMUNITIES]
        names = pa.array(["usa", *abroad])
        far = np.array([0.06 if c.language != "en" else 0.01 for c in COMMUNITIES])[community]
        number = np.where(luck < far, community + 1, 0)
        return names.take(pa.array(number.astype(np.int64), mask=luck > 0.7))

    def _region(self, rows: Rows) -> pa.Array:
        luck, _ = self._place(rows)
        here = (luck > 0.06) & (luck <= 0.45)
        return pa.array(["usa.mi"]).take(pa.array(np.zeros(rows.size, np.int64), mask=~here))

    def _tags(self, rows: Rows, source: Rows) -> pa.Array:
        """News desks sort their stories."""
        desk = [
            "health" if topic.hospital or topic.name.startswith("health") else "local"
            for topic in TOPICS
        ]
        has = source == _FEEDS
        items = pa.array(desk).take(pa.array(self.plan.topic[rows][has]))
        offsets = np.concatenate([[0], np.cumsum(has)]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), items)


def _cares_for_alt(key: str, language: str) -> float:
    """Chance that a picture is described; descriptions are written in English only."""
    if language != "en":
        return 0.0
    return {"square": 0.92, "nurses": 0.8, "diabetes": 0.85, "hospital": 0.95}.get(key, 0.35)


def marked(text: pa.Array, sign: int) -> pa.Array:
    """List the words of each text that start with a sign (35 `#`, 64 `@`), or links (0)."""
    _, offsets, data = text.buffers()
    where = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    letters = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    starts, ends, lists = kernel.find_marked(letters, where.astype(np.int64), sign)
    found, bounds = kernel.gather(letters, starts, ends)
    return pa.ListArray.from_arrays(pa.array(lists), strings(found, bounds.astype(np.int64)))


def _hashes(uri: pa.Array, text: pa.Array) -> pa.Array:
    """Hash what stands for the record as received: its uri, a line break, its text."""
    joined = pa.compute.binary_join_element_wise(uri, text, "\n")
    _, offsets, data = joined.buffers()
    where = np.frombuffer(offsets, np.int32)[: len(joined) + 1].tolist()
    view = memoryview(data)
    sha = hashlib.sha256
    digests = [sha(view[a:b]).digest() for a, b in pairwise(where)]
    raw = np.frombuffer(b"".join(digests), np.uint8)
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    written = np.stack([digits[raw >> 4], digits[raw & 15]], axis=-1).ravel()
    return strings(written, np.arange(0, 64 * len(uri) + 1, 64, dtype=np.int64))
