"""When who says what where: the skeleton of all posts, before a word is written.

The skeleton holds about 60 bytes a post; texts and columns are made from it batch by batch.
Ordinary first posts follow each community's hours, weekdays and seasons, with good and bad
days; events follow their own swell; answers follow what they answer, so that one post in a
hundred draws a crowd and the flow clusters as real talk does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from auscult.engine.simulate.communities import COMMUNITIES, HOURS
from auscult.engine.simulate.draws import Floats, Rows, generator, row_keys, weighted
from auscult.engine.simulate.events import PLANTED, QUIET_DAY, QUIET_DAYS, Part, Planted, swell
from auscult.engine.simulate.people import ROLES, People
from auscult.engine.simulate.topics import ANSWERS, TOPICS, topic_numbers

HOUR = 3_600_000_000  # microseconds
TOWN_BEHIND_UTC = 5  # hours, the year round
ANSWER_SHARE = 0.30
FIRST, REPLY, QUOTE, REPOST = range(4)
NO_EVENT = -1
PERIOD = 100  # days after which the planted events come again

_COMMUNITY = {community.key: number for number, community in enumerate(COMMUNITIES)}
_ROLE = {role: number for number, role in enumerate(ROLES)}
_ROLES_OF_TOPIC = {
    "h_staff": ("nurse", "staff"), "storm_staff": ("nurse", "staff"), "shift": ("nurse",),
    "h_troll": ("troll",), "storm_troll": ("troll",), "re_troll": ("troll",),
    "re_official": ("hospital",), "copy_petition": ("troll", "resident"),
    "copy_closure": ("troll",), "copy_cream": ("spammer",),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A planted event with its place in time: hours from the start of the simulation."""

    planted: Planted
    key: str
    onset: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One row a post, in order of time.

    `micros` since 1970, strictly rising; `link` says how the post hangs on row `target`
    (-1: on none): as answer, quote or repost; `root` is the first row of its thread;
    `draw` how much attention it draws; `said` keys its words and `hand` their slips.
    """

    micros: Rows
    author: Rows
    community: NDArray[np.int16]
    topic: NDArray[np.int16]
    event: NDArray[np.int16]
    link: NDArray[np.int8]
    target: Rows
    root: Rows
    draw: Floats
    said: NDArray[np.uint64]
    hand: NDArray[np.uint64]
    events: tuple[Drawn, ...]
    quiet: tuple[tuple[float, float], ...]
    start: datetime

    def __len__(self) -> int:
        return len(self.micros)


@dataclass(slots=True, kw_only=True)
class _Rows:
    """Posts being drawn; `micros` counts from the start."""

    micros: Rows
    author: Rows
    community: Rows
    topic: Rows
    event: Rows
    link: Rows
    target: Rows

    @classmethod
    def join(cls, parts: list[_Rows]) -> _Rows:
        names = cls.__slots__
        return cls(**{n: np.concatenate([getattr(part, n) for part in parts]) for n in names})


class _Crowds:
    """Draws authors: members of a community by activity, or holders of a role."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.members = [np.flatnonzero(people.home == number) for number in range(len(COMMUNITIES))]
        self.ladders = [np.cumsum(people.activity[rows]) for rows in self.members]

    def draw(self, rng: np.random.Generator, community: int, topic: str, size: int) -> Rows:
        roles = _ROLES_OF_TOPIC.get(topic)
        if roles is None:
            ladder = self.ladders[community]
            found = np.searchsorted(ladder, rng.random(size) * ladder[-1], side="right")
            return np.asarray(self.members[community][np.minimum(found, ladder.size - 1)])
        wanted = np.isin(self.people.role, [_ROLE[role] for role in roles])
        here = np.flatnonzero(wanted & (self.people.home == community))
        rows = here if here.size else np.flatnonzero(wanted)
        return np.asarray(rows[weighted(rng, self.people.activity[rows], size)])


class _Calendar:
    """Hours of the simulation with their weights for each community."""

    def __init__(self, seed: int, days: int, start: date, quiet: tuple[tuple[float, float], ...]):
        self.hours = np.arange(days * 24, dtype=np.float64)
        self.hour = self.hours.astype(np.int64) % 24
        self.weekday = (self.hours.astype(np.int64) // 24 + start.weekday()) % 7
        first = datetime(start.year, start.month, start.day, tzinfo=UTC)
        self.month = np.array([(first + timedelta(days=d)).month for d in range(days)])
        mood = generator(seed, "days").normal(0, 0.1, days)
        for day in range(1, days):  # a good day is often followed by another
            mood[day] += 0.5 * mood[day - 1]
        self.mood = np.repeat(np.exp(mood), 24)
        for begin, end in quiet:
            self.mood[(self.hours >= begin) & (self.hours < end)] *= 0.8

    def weights(self, community: int) -> Floats:
        place = COMMUNITIES[community]
        shape = np.array(HOURS[place.hours]) / sum(HOURS[place.hours])
        return np.asarray(shape[self.hour] * np.array(place.days)[self.weekday] * self.mood)

    def moments(self, rng: np.random.Generator, weights: Floats, size: int) -> Rows:
        hour = weighted(rng, weights, size)
        return np.asarray(((hour + rng.random(size)) * HOUR).astype(np.int64))


def _place_events(seed: int, days: int, start: date) -> tuple[Drawn, ...]:
    rng = generator(seed, "events")
    scale = min(1.0, days / PERIOD)
    drawn: list[Drawn] = []
    for period in range(max(1, days // PERIOD)):
        for planted in PLANTED:
            day = planted.day + (0 if planted.kind == "background" else rng.uniform(-1, 1))
            onset = (period * PERIOD + day) * 24 * scale
            if planted.sunday:  # the call goes out on a Sunday, the day is one two weeks later
                behind = (int(onset // 24) + start.weekday() - 6) % 7
                onset = max(0.0, onset // 24 - behind) * 24
            key = planted.key if period == 0 else f"{planted.key}-{period + 1}"
            drawn.append(Drawn(planted=planted, key=key, onset=onset))
    return tuple(drawn)


def _quiet_weeks(days: int) -> tuple[tuple[float, float], ...]:
    scale = min(1.0, days / PERIOD)
    return tuple(
        ((p * PERIOD + QUIET_DAY) * 24 * scale, (p * PERIOD + QUIET_DAY + QUIET_DAYS) * 24 * scale)
        for p in range(max(1, days // PERIOD))
    )


def _fresh(size: int, **given: Rows | int) -> _Rows:
    empty: dict[str, Rows | int] = {"event": NO_EVENT, "link": FIRST, "target": -1}
    columns = {
        name: value if isinstance(value, np.ndarray) else np.full(size, value, np.int64)
        for name, value in (empty | given).items()
    }
    return _Rows(**columns)


class _Drawing:
    """Draws the plan's parts, each from a generator of its own."""

    def __init__(self, seed: int, people: People, days: int, start: date) -> None:
        self.seed = seed
        self.days = days
        self.crowds = _Crowds(people)
        self.events = _place_events(seed, days, start)
        self.quiet = _quiet_weeks(days)
        self.calendar = _Calendar(seed, days, start, self.quiet)
        self.numbers = topic_numbers()

    def ordinary(self, size: int) -> list[_Rows]:
        rng = generator(self.seed, "ordinary")
        shares = np.array([community.posts for community in COMMUNITIES])
        counts = rng.multinomial(size, shares / shares.sum())
        return [self._community(rng, number, int(n)) for number, n in enumerate(counts)]

    def _community(self, rng: np.random.Generator, community: int, size: int) -> _Rows:
        micros = self.calendar.moments(rng, self.calendar.weights(community), size)
        topics = self._topics(rng, community, micros)
        author = np.zeros(size, np.int64)
        for topic in np.unique(topics):
            rows = np.flatnonzero(topics == topic)
            author[rows] = self.crowds.draw(rng, community, TOPICS[topic].name, rows.size)
        return _fresh(size, micros=micros, author=author, community=community, topic=topics)

    def _topics(self, rng: np.random.Generator, community: int, micros: Rows) -> Rows:
        weights = COMMUNITIES[community].topics
        names = list(weights)
        numbers = np.array([self.numbers[name] for name in names])
        month = self.calendar.month[micros // (24 * HOUR)]
        picked = np.zeros(micros.size, np.int64)
        for number in np.unique(month):
            rows = np.flatnonzero(month == number)
            seasons = [TOPICS[topic].seasons or (1.0,) * 12 for topic in numbers]
            chance = np.array(
                [weights[n] * s[number - 1] for n, s in zip(names, seasons, strict=True)]
            )
            picked[rows] = numbers[weighted(rng, chance, rows.size)]
        return self._hushed(rng, numbers, micros, picked)

    def _hushed(self, rng: np.random.Generator, numbers: Rows, micros: Rows, picked: Rows) -> Rows:
        """In a quiet week people talk of other things than the hospital."""
        others = numbers[[not TOPICS[topic].hospital for topic in numbers]]
        for begin, end in self.quiet if others.size else ():
            inside = (micros >= begin * HOUR) & (micros < end * HOUR)
            about = np.isin(picked, np.setdiff1d(numbers, others))
            rows = np.flatnonzero(inside & about & (rng.random(picked.size) < 0.55))
            picked[rows] = rng.choice(others, rows.size)
        return picked

    def planted(self, size: int) -> list[_Rows]:
        rows: list[_Rows] = []
        periods = max(1, self.days // PERIOD)
        for number, event in enumerate(self.events):
            rng = generator(self.seed, "event", event.key)
            total = max(8, round(size * event.planted.share / periods))
            weights = np.array([part.weight for part in event.planted.parts])
            counts = rng.multinomial(total, weights / weights.sum())
            if event.planted.origin[0]:
                rows.append(self._origin(rng, number, event))
            for part, n in zip(event.planted.parts, counts, strict=True):
                rows.append(self._part(rng, number, event, part, int(n)))
        return rows

    def _origin(self, rng: np.random.Generator, number: int, event: Drawn) -> _Rows:
        place, topic = event.planted.origin
        community = _COMMUNITY[place]
        moment = np.array([int(event.onset * HOUR) + 3 * HOUR // 4])
        author = self.crowds.draw(rng, community, topic, 1)
        return _fresh(1, micros=moment, author=author, community=community,
                      topic=self.numbers[topic], event=number)  # fmt: skip

    def _part(
        self, rng: np.random.Generator, number: int, event: Drawn, part: Part, n: int
    ) -> _Rows:
        community = _COMMUNITY[part.community]
        usual = self.calendar.weights(community)
        weights = swell(part, self.calendar.hours - event.onset - 1) * (usual + 0.3 * usual.mean())
        if weights.sum() == 0:  # the simulation ends before this part begins
            n = 0
        micros = self.calendar.moments(rng, weights, n)
        author = self.crowds.draw(rng, community, part.topic, n)
        return _fresh(n, micros=micros, author=author, community=community,
                      topic=self.numbers[part.topic], event=number)  # fmt: skip


def _attention(rng: np.random.Generator, rows: _Rows, people: People) -> Floats:
    """How much each post draws: its topic, its author's followers, and luck (heavy-tailed)."""
    reach = np.array([topic.reach for topic in TOPICS])[rows.topic]
    known = 0.4 + (people.followers[rows.author] / 300.0) ** 0.45
    return np.asarray(reach * known * (rng.pareto(1.6, reach.size) + 0.15))


def _answer_topics(rng: np.random.Generator, parent_topic: Rows) -> Rows:
    numbers = topic_numbers()
    picked = np.zeros(parent_topic.size, np.int64)
    for topic in np.unique(parent_topic):
        rows = np.flatnonzero(parent_topic == topic)
        answers = ANSWERS[TOPICS[topic].family]
        names = np.array([numbers[name] for name in answers])
        picked[rows] = names[weighted(rng, np.array(list(answers.values())), rows.size)]
    return picked


def _answers(drawing: _Drawing, rows: _Rows, attention: Floats, first: int, size: int) -> _Rows:
    """Draw `size` answers to rows from `first` on; a few answers are quotes or reposts."""
    rng = generator(drawing.seed, "answers", str(first))
    willing = np.array([community.answers for community in COMMUNITIES])[rows.community]
    willing = willing * np.array([bool(ANSWERS[topic.family]) for topic in TOPICS])[rows.topic]
    chance = attention * willing
    chance[:first] = 0
    target = weighted(rng, chance, size)
    wait = np.exp(rng.normal(np.log(0.7), 1.5, size)) * HOUR
    micros = rows.micros[target] + np.maximum(wait, 15_000_000 + rng.random(size)).astype(np.int64)
    end = drawing.days * 24 * HOUR
    late = micros >= end
    left = (end - 1 - rows.micros[target])[late]
    micros[late] = rows.micros[target][late] + 1 + (rng.random(left.size) * left).astype(np.int64)
    community = rows.community[target]
    topics = _answer_topics(rng, rows.topic[target])
    author = np.zeros(size, np.int64)
    for place, topic in {(int(c), int(t)) for c, t in zip(community, topics, strict=True)}:
        here = np.flatnonzero((community == place) & (topics == topic))
        author[here] = _voices(rng, drawing, rows, target[here], place, TOPICS[topic].name)
    link = np.full(size, REPLY)
    sharing = np.isin(
        community, [_COMMUNITY[c] for c in ("town", "square", "nurses", "vecinos", "runners")]
    )
    luck = rng.random(size)
    link[sharing & (luck < 0.05)] = REPOST
    link[sharing & (luck > 0.95)] = QUOTE
    official = np.array([topic.name in ("re_official", "re_troll") for topic in TOPICS])[topics]
    link[official] = REPLY
    repeats = link == REPOST
    topics[repeats] = rows.topic[target][repeats]
    return _fresh(size, micros=micros, author=author, community=community, topic=topics,
                  event=rows.event[target], link=link, target=target)  # fmt: skip


def _voices(
    rng: np.random.Generator, drawing: _Drawing, rows: _Rows, target: Rows, place: int, topic: str
) -> Rows:
    """Who answers: a member of the place, or now and then the asker again."""
    home = _COMMUNITY["town"] if COMMUNITIES[place].closed else place
    author = drawing.crowds.draw(rng, home, topic, target.size)
    if topic not in _ROLES_OF_TOPIC:
        again = rng.random(target.size) < 0.08
        author[again] = rows.author[target][again]
    return author


def _threads(link: Rows, target: Rows) -> Rows:
    """Give each row the first row of its thread; targets come before what hangs on them."""
    root = np.arange(link.size)
    hangs = link == REPLY
    root[hangs] = target[hangs]
    while True:
        higher = root[root]
        if np.array_equal(higher, root):
            return root
        root = higher


def draw_plan(seed: int, people: People, days: int, posts: int, start: date) -> Plan:
    """Draw exactly `posts` posts in `days` days (town time) from `start`."""
    drawing = _Drawing(seed, people, days, start)
    planted = drawing.planted(posts)
    taken = sum(len(rows.micros) for rows in planted)
    answers = round(ANSWER_SHARE * posts)
    rows = _Rows.join([*drawing.ordinary(max(0, posts - taken - answers)), *planted])
    rng = generator(seed, "attention")
    attention = _attention(rng, rows, people)
    first = 0
    left = max(0, posts - len(rows.micros))
    for share in (0.62, 0.65, 0.7, 1.0):  # answers, answers to them, and so on
        size = left if share == 1.0 else round(left * share)
        more = _answers(drawing, rows, attention, first, size)
        first = len(rows.micros)
        left -= size
        rows = _Rows.join([rows, more])
        drawn = np.where(more.link == REPOST, 0.0, _attention(rng, more, people))
        attention = np.concatenate([attention, drawn])
    return _in_order(seed, drawing, rows, attention, start)


def _in_order(seed: int, drawing: _Drawing, rows: _Rows, attention: Floats, start: date) -> Plan:
    order = np.lexsort((np.arange(rows.micros.size), rows.micros))
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    count = np.arange(order.size)
    begin = datetime(start.year, start.month, start.day, TOWN_BEHIND_UTC, tzinfo=UTC)
    micros = np.maximum.accumulate(rows.micros[order] - count) + count  # strictly rising
    link = rows.link[order]
    target = rows.target[order]
    target = np.where(target >= 0, place[target], -1)
    keys = row_keys(seed, "posts", order.size)
    event = rows.event[order]
    said = _voicings(seed, keys, link, event, drawing.events)
    return Plan(
        micros=micros + int(begin.timestamp()) * 1_000_000,
        author=rows.author[order],
        community=rows.community[order].astype(np.int16),
        topic=rows.topic[order].astype(np.int16),
        event=event.astype(np.int16),
        link=link.astype(np.int8),
        target=target,
        root=_threads(link, target),
        draw=attention[order],
        said=said,
        hand=keys,
        events=drawing.events,
        quiet=drawing.quiet,
        start=begin,
    )


def _voicings(
    seed: int, keys: NDArray[np.uint64], link: Rows, event: Rows, events: tuple[Drawn, ...]
) -> NDArray[np.uint64]:
    """Give the keys of words: a post's own, or its group's where a text is copied."""
    said = keys.copy()
    for number, drawn in enumerate(events):
        if drawn.planted.kind == "copies":
            said[(event == number) & (link == FIRST)] = row_keys(seed, drawn.key, 1)[0]
    return said
