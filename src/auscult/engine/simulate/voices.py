"""Puts a plan's rows into words: which rules, in whose hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from auscult.engine.simulate import kernel
from auscult.engine.simulate.communities import COMMUNITIES
from auscult.engine.simulate.draws import Rows, chosen, row_keys, uniform
from auscult.engine.simulate.grammar import Compiled, lakeside_grammar
from auscult.engine.simulate.people import ROLES, People
from auscult.engine.simulate.plan import FIRST, REPLY, REPOST, Plan
from auscult.engine.simulate.topics import TOPICS, Topic
from auscult.engine.simulate.uris import Addresses

_BODY, _MORE, _EMOJI, _TAGS, _PARTS = 0, 1, 4, 6, 7
_LIKENED = {
    "re_doubt": "re_doubt", "re_fuel": "re_fuel", "re_answer": "re_answer",
    "re_cheer": "re_cheer", "re_nurse": "re_cheer", "re_run": "re_cheer",
    "re_defend": "re_cheer", "re_sympathy": "re_sympathy",
}  # fmt: skip
_ENGLISH_EVERYWHERE = {"re_official", "re_troll"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Texts and titles of some rows, with what they name: one bit a flag of the grammar."""

    text: pa.Array
    title: pa.Array
    flags: NDArray[np.uint32]


class Voices:
    """Tables from (community, topic) to rules, and the town's own key."""

    def __init__(self, seed: int, plan: Plan, people: People, addresses: Addresses) -> None:
        self.plan = plan
        self.people = people
        self.addresses = addresses
        self.grammar = lakeside_grammar()
        self.named_hospital = np.uint32(1 << self.grammar.flags.index("hospital"))
        self.fact = row_keys(seed, "facts", 1)[0]
        shape = (len(COMMUNITIES), len(TOPICS))
        self.rules = np.full((*shape, 5), -1, np.int32)  # body, more, emoji, tags, title
        spoken = np.zeros(shape, np.int64)
        self.languages = sorted({community.language for community in COMMUNITIES})
        for c, community in enumerate(COMMUNITIES):
            for t, topic in enumerate(TOPICS):
                language, rules = _rules_for(self.grammar, community.language, topic)
                if not (community.titles or topic.title):
                    rules[4] = -1
                self.rules[c, t] = rules
                spoken[c, t] = self.languages.index(language)
        self.spoken = spoken
        self.manner = np.array(
            [[*c.more, c.emoji, c.tags, c.typos, c.stretch] for c in COMMUNITIES], np.float64
        )
        self.copied = np.array([drawn.planted.kind == "copies" for drawn in plan.events] + [False])

    def language(self, rows: Rows) -> pa.Array:
        """Give the language that each row's text is written in."""
        number = self.spoken[self.plan.community[rows], self.plan.topic[rows]]
        return pa.array(self.languages).take(pa.array(number))

    def write(self, rows: Rows, *, again: bool = False) -> Written:
        """Write the texts and titles of `rows`; `again` gives each text as edited later."""
        plan = self.plan
        voice = np.where(plan.link[rows] == REPOST, plan.target[rows], rows)
        hand = plan.hand[voice] ^ np.uint64(0x5EED if again else 0)
        parts, styles = self._parts(voice, hand), self._styles(voice, hand)
        said = plan.said[voice]
        text, flags = self._texts(parts, _EMOJI, said, hand, styles)
        text = self._addressed(voice, text)
        flags[self._to_hospital(voice)] |= self.named_hospital
        named = self.rules[plan.community[voice], plan.topic[voice], 4].copy()
        named[plan.link[voice] != FIRST] = -1
        heads = np.flatnonzero(named >= 0)
        title = pa.nulls(rows.size, pa.string())
        if heads.size:
            plain = np.zeros((heads.size, 6), np.int16)
            plain[:, kernel.ENDING] = kernel.DROP_END
            written, met = self._texts(named[heads, None], 1, said[heads], hand[heads], plain)
            place = np.zeros(rows.size, np.int64)
            place[heads] = np.arange(heads.size)
            title = written.take(pa.array(place, mask=named < 0))
            flags[heads] |= met
        return Written(text=text, title=title, flags=flags)

    def _texts(
        self,
        parts: NDArray[np.int32],
        plain_from: int,
        said: NDArray[np.uint64],
        hand: NDArray[np.uint64],
        styles: NDArray[np.int16],
    ) -> tuple[pa.Array, NDArray[np.uint32]]:
        data, offsets, flags = kernel.write_texts(
            self.grammar.arrays,
            np.ascontiguousarray(parts),
            plain_from,
            said,
            hand,
            self.fact,
            styles,
        )
        return strings(data, offsets), flags

    def _parts(self, rows: Rows, hand: NDArray[np.uint64]) -> NDArray[np.int32]:
        plan = self.plan
        manner = self.manner[plan.community[rows]]
        rules = self.rules[plan.community[rows], plan.topic[rows]]
        habit = 0.2 + 1.6 * uniform(row_keys(0, "habits", len(self.people))[plan.author[rows]], 1)
        wordy = np.where(plan.link[rows] == FIRST, 1.0, 0.3)
        copied = self.copied[plan.event[rows]] & (plan.link[rows] == FIRST)
        parts = np.full((rows.size, _PARTS), -1, np.int32)
        parts[:, _BODY] = rules[:, 0]
        for n in range(3):
            more = uniform(hand, 10 + n) < manner[:, n] * wordy
            parts[:, _MORE + n] = np.where(more, rules[:, 1], -1)
        emoji = uniform(hand, 20) < manner[:, 3] * habit
        twice = emoji & (uniform(hand, 21) < 0.25)
        parts[:, _EMOJI] = np.where(emoji, rules[:, 2], -1)
        parts[:, _EMOJI + 1] = np.where(twice, rules[:, 2], -1)
        tags = uniform(hand, 22) < manner[:, 4] * np.where(copied, 0.3, habit)
        parts[:, _TAGS] = np.where(tags, rules[:, 3], -1)
        return parts

    def _styles(self, rows: Rows, hand: NDArray[np.uint64]) -> NDArray[np.int16]:
        plan, people = self.plan, self.people
        author = plan.author[rows]
        manner = self.manner[plan.community[rows]]
        copied = self.copied[plan.event[rows]] & (plan.link[rows] == FIRST)
        shouts = (people.role[author] == ROLES.index("troll")) & (uniform(hand, 30) < 0.12)
        case = np.where(people.lower[author] & ~copied, kernel.LOWER, kernel.PROPER)
        luck = uniform(hand, 31)
        mood = np.array([topic.mood for topic in TOPICS])[plan.topic[rows]]
        loud = np.where(manner[:, 5] > 0, np.abs(mood) * 0.12, 0.02)
        ending = np.where(people.drops[author] & (luck < 0.6), kernel.DROP_END, kernel.KEEP_END)
        ending = np.where(luck > 1 - loud, kernel.BANG_END, ending)
        ending = np.where(luck > 1 - 0.3 * loud, kernel.MANY_END, ending)
        styles = np.zeros((rows.size, 6), np.int16)
        styles[:, kernel.CASE] = np.where(shouts, kernel.UPPER, case)
        slips = np.where(copied, 12, manner[:, 5] * 2 * (1 - people.careful[author]))
        styles[:, kernel.TYPOS] = slips
        styles[:, kernel.STRETCH] = np.where(copied, 0, manner[:, 6])
        styles[:, kernel.APOSTROPHE] = people.plain[author] & ~copied
        styles[:, kernel.ENDING] = np.where(copied, kernel.KEEP_END, ending)
        styles[:, kernel.JOIN] = self._joins(rows, hand)
        return styles

    def _joins(self, rows: Rows, hand: NDArray[np.uint64]) -> Rows:
        community = self.plan.community[rows]
        long = np.array([c.source in ("forum", "feeds") for c in COMMUNITIES])[community]
        spoken = self.spoken[community, self.plan.topic[rows]]
        joins = np.where(long & (uniform(hand, 40) < 0.35), kernel.JOIN_PARAGRAPH, 0)
        return np.where(spoken == self.languages.index("zh"), kernel.JOIN_NOTHING, joins)

    def _addressed(self, rows: Rows, text: pa.Array) -> pa.Array:
        """Put the name of whom it answers before an answer, where a network does so."""
        plan = self.plan
        named = np.array([c.source == "mastodon" for c in COMMUNITIES])[plan.community[rows]]
        named &= plan.link[rows] == REPLY
        found = np.flatnonzero(named)
        if found.size == 0:
            return text
        whom = plan.author[plan.target[rows[found]]]
        at = pc.binary_join_element_wise("@", self.people.handle.take(pa.array(whom)), " ", "")
        place = np.zeros(rows.size, np.int64)
        place[found] = np.arange(found.size) + 1
        front = pa.concat_arrays([pa.array([""]), at]).take(pa.array(place))
        return pc.binary_join_element_wise(front, text, "")

    def _to_hospital(self, rows: Rows) -> NDArray[np.bool_]:
        """Say which rows start with the hospital's account name."""
        plan = self.plan
        named = np.array([c.source == "mastodon" for c in COMMUNITIES])[plan.community[rows]]
        whom = plan.author[plan.target[rows]]
        theirs = self.people.role[whom] == ROLES.index("hospital")
        return np.asarray(named & theirs & (plan.link[rows] == REPLY))

    def alt_texts(self, rows: Rows) -> pa.Array:
        """Describe the picture of each row in words."""
        hand = self.plan.hand[rows]
        family = [topic.family == "pets" for topic in TOPICS]
        pets = np.array(family)[self.plan.topic[rows]]
        names = ("alt_people", "alt_place", "alt_thing", "alt_pet")
        rules = np.array([self.grammar.rule("en", name) for name in names], np.int32)
        parts = rules[np.where(pets, 3, chosen(hand, 50, 3))][:, None]
        styles = np.zeros((rows.size, 6), np.int16)
        return self._texts(parts, 1, hand, hand, styles)[0]


def strings(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> pa.Array:
    """Make an array of strings of bytes and offsets (under 2 GiB)."""
    small = offsets.astype(np.int32)
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(small), pa.py_buffer(data))


def _rules_for(grammar: Compiled, language: str, topic: Topic) -> tuple[str, list[int]]:
    """Give the language in which a community talks of a topic, and its rules."""
    name = topic.name
    if (language, name) not in grammar.rules:
        if name in _ENGLISH_EVERYWHERE or not name.startswith("re_"):
            language = "en"
        else:
            name = _LIKENED.get(name, "re_daily")
            name = name if (language, name) in grammar.rules else "re_daily"
    more = topic.more if language == "en" else "more" if topic.more else ""
    title = topic.title or f"t_{topic.family}"
    if (language, title) not in grammar.rules:
        title = "t_daily"
    optional = [grammar.rules.get((language, rule), -1) for rule in (name, more)]
    marks = [grammar.rule(language, rule) if rule else -1 for rule in (topic.emoji, topic.tags)]
    return language, [*optional, *marks, grammar.rule(language, title)]
