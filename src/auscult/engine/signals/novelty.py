"""Novelty: phrases that a watch's past makes unlikely. See `docs/explanation/novelty.md`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.posts import MOMENT
from auscult.engine.signals import novelty_past, novelty_phrases
from auscult.engine.signals.negative_binomial import Floats, tail
from auscult.engine.signals.novelty_past import Past
from auscult.engine.signals.novelty_phrases import Voiced, Whole

DAY_US = 86_400_000_000
LEARNED_DAYS = 7.0
LEARNED_VOICES = 50.0
# Half of the posts hold words like "the": a phrase doesn't begin or end with one in ten.
_COMMON = 0.1
_SAME = 0.5  # of the voices of the rarer: two phrases that tell of one thing
_NEARLY_ALL = 0.8
_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase that is new or rising.

    Attributes
    ----------
    text : str
        One to three words, in lower case and without accents.
    count : int
        How many voices used it (an author's posts are one voice; copies are one post).
    expected : float
        How many of as many voices did in the past, on average.
    new : bool
        Nobody used it in the past that is remembered.
    since : datetime
        When it was first used in the posts that were asked about (UTC).
    probability : float
        Of that many voices or more, if all were as in the past.
    examples : tuple of str
        uris of posts with it, the earliest first, at most five.
    """

    text: str
    count: int
    expected: float
    new: bool
    since: datetime
    probability: float
    examples: tuple[str, ...]


class Novelty:
    """What one watch's posts usually say, and which phrases of new ones stand out.

    Parameters
    ----------
    half_life : timedelta
        After so long a day counts half.
    most : int
        How many phrases are remembered at most; 16 bytes each.

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> import pyarrow as pa
    >>> monday = datetime(2026, 8, 3, tzinfo=UTC)
    >>> def said(texts, day):
    ...     at = [monday + timedelta(days=day, minutes=n) for n in range(len(texts))]
    ...     uris = [f"{day}/{n}" for n in range(len(texts))]
    ...     return pa.table({"uri": uris, "text": texts, "created_at": at})
    >>> novelty = Novelty()
    >>> for day in range(14):
    ...     _ = novelty.learn(said([f"the nurse {n} was kind" for n in range(20)], day),
    ...         until=monday + timedelta(days=day + 1))
    >>> today = said(["norovirus on ward six", "ward six closed, norovirus", "the nurse was kind",
    ...     "is it norovirus again", "norovirus where?"], 14)
    >>> [(phrase.text, phrase.count, phrase.new) for phrase in novelty.new_phrases(today)]
    [('norovirus', 4, True)]
    """

    def __init__(self, *, half_life: timedelta = timedelta(days=28), most: int = 200_000) -> None:
        if half_life <= timedelta(0):
            raise _refused("half_life", half_life, "longer than 0")
        if most < 1:
            raise _refused("most", most, "1 or more")
        self.half_life, self.most = half_life, most
        self._past = Past.empty()

    @property
    def until(self) -> datetime | None:
        """Up to when posts were learned; None where none were."""
        return None if self._past.until is None else _moment(self._past.until)

    @property
    def ready(self) -> bool:
        """Whether enough is known: a week, and fifty voices."""
        return self._past.days >= LEARNED_DAYS and self._past.voices >= LEARNED_VOICES

    def learn(self, posts: pa.Table, *, until: datetime) -> int:
        """Take in what was said up to a moment, from where it was last learned up to.

        Posts outside of that time are left out, so a call that comes again changes nothing.
        Each UTC day is one observation: hand over whole days.

        Parameters
        ----------
        posts : Table
            `uri`, `text`, `created_at`; `title` and `author` where they are known.
        until : datetime
            Aware; posts from then on are left for later.

        Returns
        -------
        int
            How many posts were learned.
        """
        end, begin = _micros(until), self._past.until
        moments = novelty_phrases.micros(posts)
        inside = moments < end if begin is None else (moments >= begin) & (moments < end)
        if begin is not None and end <= begin:
            return 0
        rows = np.flatnonzero(inside)
        chosen, days = posts.take(rows), moments[rows] // DAY_US
        for day in np.unique(days).tolist():
            one = chosen.take(np.flatnonzero(days == day))
            one = one.take(novelty_phrases.without_copies(one))
            said = _said(one)
            self._past = self._past.with_day(
                said, at=day * DAY_US, half_life=_length(self.half_life), most=self.most
            )
        self._past = self._past.learned_until(end, _length(self.half_life))
        return len(rows)

    def new_phrases(
        self,
        posts: pa.Table,
        *,
        false_share: float = 0.05,
        least: int = 3,
        times: float = 2.0,
    ) -> list[Phrase]:
        """Say which phrases of posts are new or rising, the least likely first.

        Parameters
        ----------
        posts : Table
            As for `learn`; those of the last day or two. What was learned already is left out.
        false_share : float
            Share of phrases that may be there by chance, on average over many calls; where
            nothing is new, the probability that there is any.
        least : int
            How many voices must use a phrase.
        times : float
            How many times as many as expected.

        Returns
        -------
        list of Phrase
            One for each thing told: of phrases that the same voices use the longest. Empty
            while too little is known (`ready`).

        Raises
        ------
        Correctable
            If a number is out of its range.
        """
        _check(false_share, least, times)
        if not self.ready:
            return []
        fresh = np.flatnonzero(novelty_phrases.micros(posts) >= (self._past.until or 0))
        today = posts.take(fresh)
        today = today.take(novelty_phrases.without_copies(today))
        said = _said(today, by_day=False)
        tested = _tested(said, self._past, least, times)
        kept = _kept(tested.chance, false_share, novelty_past.heard_of(said, self._past))
        return [_phrase(today, said, one) for one in _told(said, tested.where(kept))]

    def as_bytes(self) -> bytes:
        """Give all that is remembered: hashes and numbers, no text; `from_bytes` reads it."""
        return self._past.as_bytes(self.half_life.total_seconds(), self.most)

    @classmethod
    def from_bytes(cls, data: bytes) -> Novelty:
        """Read what `as_bytes` gave.

        Raises
        ------
        Correctable
            If it is something else.
        """
        past, half_life, most = novelty_past.from_bytes(data)
        made = cls(half_life=timedelta(seconds=half_life), most=most)
        made._past = past
        return made


@dataclass(frozen=True, slots=True)
class _Tested:
    """Phrases that enough voices used: where their entries stand, and how likely that is."""

    starts: Whole
    counts: Whole
    expected: Floats
    known: Floats
    chance: Floats

    def where(self, kept: Whole) -> _Tested:
        return _Tested(
            *(getattr(self, name)[kept] for name in ("starts", "counts", "expected", "known", "chance"))
        )  # fmt: skip


def prepare() -> None:
    """Have the kernels compiled, once a machine; see `matching.prepare`."""
    posts = pa.table({"uri": ["a"], "text": ["Five words are just enough."],
                      "created_at": pa.array([0], MOMENT)})  # fmt: skip
    Novelty().learn(posts, until=_moment(DAY_US))


def _said(posts: pa.Table, *, by_day: bool = True) -> Voiced:
    days = novelty_phrases.micros(posts) // DAY_US
    apart = days if by_day else np.zeros_like(days)
    return novelty_phrases.voiced(posts, novelty_phrases.voices_of(posts, apart))


def _tested(said: Voiced, past: Past, least: int, times: float) -> _Tested:
    _, starts, counts = np.unique(said.phrases, return_index=True, return_counts=True)
    enough = counts >= least
    starts, counts = starts[enough], counts[enough]
    expected, dispersion, known = past.expected(said.phrases[starts], said.total)
    long = said.sizes[starts] > 1
    common = past.share(said.first_words[starts]) > _COMMON
    common |= past.share(said.last_words[starts]) > _COMMON
    rising = (counts >= times * expected) & ~(long & common)
    starts, counts, known = starts[rising], counts[rising], known[rising]
    expected, dispersion = expected[rising], dispersion[rising]
    chance = tail(counts, expected, dispersion) if counts.size else np.zeros(0)
    return _Tested(starts, counts, expected, known, chance)


def _kept(chance: Floats, false_share: float, tests: int) -> Whole:
    """Benjamini and Hochberg's choice among `tests` hypotheses; those not given have 1."""
    order = np.argsort(chance, kind="stable")
    limits = false_share * np.arange(1, order.size + 1) / max(tests, 1)
    good = np.flatnonzero(chance[order] <= limits)
    return order[: good[-1] + 1] if good.size else order[:0]


@dataclass(frozen=True, slots=True)
class _Told:
    start: int
    count: int
    expected: float
    known: float
    chance: float
    rows: Whole


def _told(said: Voiced, found: _Tested) -> list[_Told]:
    """Put phrases together that the same voices use, and take the longest of each."""
    order = np.lexsort((-found.counts / np.maximum(found.expected, 1e-9), found.chance))
    groups: list[tuple[set[int], list[int]]] = []
    for place in order.tolist():
        low = int(found.starts[place])
        voices = set(said.voices[low : low + int(found.counts[place])].tolist())
        for first, members in groups:
            if len(voices & first) >= _SAME * min(len(voices), len(first)):
                members.append(place)
                break
        else:
            groups.append((voices, [place]))
    return [_longest(said, found, members) for _, members in groups]


def _longest(said: Voiced, found: _Tested, members: list[int]) -> _Told:
    """Take the longest that nearly as many use as the least likely, which comes first."""
    enough = _NEARLY_ALL * found.counts[members[0]]
    best = max(
        (place for place in members if found.counts[place] >= enough),
        key=lambda place: int(said.sizes[found.starts[place]]),
    )
    low, count = int(found.starts[best]), int(found.counts[best])
    return _Told(
        low, count, float(found.expected[best]), float(found.known[best]),
        float(found.chance[best]), said.rows[low : low + count],
    )  # fmt: skip


def _phrase(posts: pa.Table, said: Voiced, told: _Told) -> Phrase:
    moments = novelty_phrases.micros(posts)[told.rows]
    order = told.rows[np.argsort(moments, kind="stable")][:_EXAMPLES]
    row, start, size = (int(column[told.start]) for column in (said.rows, said.starts, said.sizes))
    return Phrase(
        text=novelty_phrases.written(posts, row, start, size),
        count=told.count,
        expected=told.expected,
        new=told.known == 0,
        since=_moment(int(moments.min())),
        probability=told.chance,
        examples=tuple(posts.column("uri").take(order).to_pylist()),
    )


def _check(false_share: float, least: int, times: float) -> None:
    if not 0 < false_share < 1:
        raise _refused("false_share", false_share, "above 0 and below 1")
    if least < 1:
        raise _refused("least", least, "1 or more")
    if not times >= 1:
        raise _refused("times", times, "1 or more")


def _refused(field: str, value: object, valid: str) -> Correctable:
    return Correctable(
        f"{field} is {value}; it must be {valid}.", field=field, code="novelty-setting",
        hint="Leave it out for the usual value.",
    )  # fmt: skip


def _length(time: timedelta) -> int:
    return time // timedelta(microseconds=1)


def _micros(moment: datetime) -> int:
    return int(pa.scalar(moment, MOMENT).value)


def _moment(micros: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
