"""What is remembered of a watch's phrases: how many voices used each, faded with time."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from auscult.engine.kernel.errors import Correctable
from auscult.engine.signals.negative_binomial import Floats
from auscult.engine.signals.novelty_phrases import Hashes, Voiced

Light = npt.NDArray[np.float32]
DAY_US = 86_400_000_000
UNSEEN = 0.5  # voices of a phrase that nobody used yet: Jeffreys' guess
_FADED = 0.25  # below half of UNSEEN, having been used says nothing any more
_USUAL_DISPERSION = 1.5
_DISPERSION_WORTH = 500.0  # phrases, as strong as the usual dispersion is believed
_CROWD_WORTH = 3.0  # voices, as strong as that of all phrases is believed of each


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What was learned; days fade by half in each half-life.

    Attributes
    ----------
    phrases : uint64, sorted
    counts : float32
        Voices that used each.
    squares : float32
        Sum over days of the square of the voices of a day: how much they come in crowds.
    voices, days : float
        How many voices and days there were.
    spread, weight : float
        Sums from which the dispersion is estimated.
    floor : float
        Phrases that fewer voices used may have been dropped for want of room.
    until : int or None
        Microseconds since 1970 up to which posts were learned.
    faded : int
        When everything was last faded.
    """

    phrases: Hashes
    counts: Light
    squares: Light
    voices: float = 0.0
    days: float = 0.0
    spread: float = 0.0
    weight: float = 0.0
    floor: float = 0.0
    until: int | None = None
    faded: int = 0

    @classmethod
    def empty(cls) -> Past:
        """Give the memory of nothing."""
        none = np.zeros(0, np.float32)
        return cls(phrases=np.zeros(0, np.uint64), counts=none, squares=none)

    @property
    def dispersion(self) -> float:
        """Variance over mean of how many voices a day use a phrase, over all phrases."""
        seen = self.spread + _USUAL_DISPERSION * _DISPERSION_WORTH
        return max(1.0, seen / (self.weight + _DISPERSION_WORTH))

    def learned_until(self, until: int, half_life: int) -> Past:
        """Note up to when posts were learned; days without any count as well."""
        begun = until if self.until is None else self.until
        past = self._fade(until, half_life)
        return replace(past, until=until, days=past.days + (until - begun) / DAY_US)

    def with_day(self, said: Voiced, *, at: int, half_life: int, most: int) -> Past:
        """Add what was said on a day."""
        past = self.learned_until(at if self.until is None else max(at, self.until), half_life)
        phrases, counts = np.unique(said.phrases, return_counts=True)
        spread, weight = _surprise(past, phrases, counts.astype(np.float64), said.total)
        both = np.concatenate([past.phrases, phrases])
        merged, place = np.unique(both, return_inverse=True)
        new = np.bincount(place, np.concatenate([past.counts, counts]), merged.size)
        squares = np.bincount(place, np.concatenate([past.squares, counts**2]), merged.size)
        past = replace(
            past, phrases=merged, counts=new.astype(np.float32),
            squares=squares.astype(np.float32), voices=past.voices + said.total,
            spread=past.spread + spread, weight=past.weight + weight,
        )  # fmt: skip
        return _bounded(past, most)

    def expected(self, phrases: Hashes, voices: int) -> tuple[Floats, Floats, Floats]:
        """Give how many of so many voices usually use phrases, its dispersion, what is known."""
        place, there = self._places(phrases)
        counts = (
            np.where(there, self.counts[place], 0.0) if self.counts.size else np.zeros(place.size)
        )
        squares = (
            np.where(there, self.squares[place], 0.0) if self.counts.size else np.zeros(place.size)
        )
        supposed = np.where(there, counts, self.floor) + UNSEEN
        mean = np.minimum(voices * supposed / (self.voices + 1), voices)
        a_day = counts / max(self.days, 1.0)
        crowds = (squares - counts * a_day + _CROWD_WORTH * self.dispersion) / (
            counts + _CROWD_WORTH
        )
        # What isn't known of the rate adds to its spread.
        spread = np.maximum(crowds, self.dispersion) + voices / (self.voices + 1)
        return mean, spread, counts

    def share(self, words: Hashes) -> Floats:
        """Give the share of voices that used words."""
        if not self.counts.size:
            return np.zeros(words.size)
        place, there = self._places(words)
        return np.asarray(np.where(there, self.counts[place], 0.0) / max(self.voices, 1.0))

    def as_bytes(self, half_life: float, most: int) -> bytes:
        """Write it as an Arrow stream."""
        numbers = {name: getattr(self, name) for name in _NUMBERS}
        head = json.dumps({**numbers, "half_life": half_life, "most": most}).encode()
        table = pa.table({name: getattr(self, name) for name in _COLUMNS})
        sink = pa.BufferOutputStream()
        table = table.replace_schema_metadata({b"novelty": head})
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
            writer.write_table(table)
        return bytes(sink.getvalue().to_pybytes())

    def _places(self, phrases: Hashes) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        place = np.searchsorted(self.phrases, phrases)
        place = np.minimum(place, max(self.phrases.size - 1, 0))
        there = self.phrases[place] == phrases if self.phrases.size else np.zeros(place.size, bool)
        return place, there

    def _fade(self, at: int, half_life: int) -> Past:
        if at <= self.faded:
            return self
        if not self.faded:
            return replace(self, faded=at)
        left = 0.5 ** ((at - self.faded) / half_life)
        shrunk = {name: getattr(self, name) * left for name in _FADING}
        shrunk["counts"] = self.counts * np.float32(left)
        shrunk["squares"] = self.squares * np.float32(left)
        return replace(self, faded=at, **shrunk)


def _surprise(past: Past, phrases: Hashes, counts: Floats, voices: int) -> tuple[float, float]:
    """Weigh how far a day's counts lie from what the days before made likely."""
    if past.days < 1 or not past.phrases.size:
        return 0.0, 0.0
    mean = voices * past.counts.astype(np.float64) / (past.voices + 1)
    often = np.flatnonzero(mean >= 0.2)
    place = np.minimum(np.searchsorted(phrases, past.phrases[often]), max(phrases.size - 1, 0))
    seen = np.zeros(often.size)
    if phrases.size:
        seen = np.where(phrases[place] == past.phrases[often], counts[place], 0.0)
    mean = mean[often]
    # A word of the day stands out, and mustn't make the next one usual.
    cut = np.minimum(seen, mean + 4 * np.sqrt(2 * mean) + 1.5)
    ratio = (cut - mean) ** 2 / mean - voices / (past.voices + 1)
    return float(ratio.sum()), float(often.size)


def _bounded(past: Past, most: int) -> Past:
    kept = past.counts >= _FADED
    floor = past.floor
    if np.count_nonzero(kept) > most:
        limit = float(np.partition(past.counts, past.counts.size - most)[-most])
        kept = past.counts > limit
        room = np.flatnonzero(past.counts == np.float32(limit))
        kept[room[: most - np.count_nonzero(kept)]] = True
        floor = max(floor, limit)
    return replace(
        past, phrases=past.phrases[kept], counts=past.counts[kept],
        squares=past.squares[kept], floor=floor,
    )  # fmt: skip


_COLUMNS = ("phrases", "counts", "squares")
_FADING = ("voices", "days", "spread", "weight", "floor")
_NUMBERS = (*_FADING, "until", "faded")


def heard_of(said: Voiced, past: Past) -> int:
    """Count the phrases that were ever heard, today's among them: each could have risen."""
    phrases = np.unique(said.phrases)
    return int(np.union1d(phrases, past.phrases).size)


def from_bytes(data: bytes) -> tuple[Past, float, int]:
    """Read what `as_bytes` wrote: the past, the half-life in seconds, the most phrases."""
    try:
        table = pa.ipc.open_stream(data).read_all()
        head: dict[str, Any] = json.loads(table.schema.metadata[b"novelty"])
        columns = {name: table.column(name).to_numpy() for name in _COLUMNS}
        past = Past(**columns, **{name: head[name] for name in _NUMBERS})
        return past, float(head["half_life"]), int(head["most"])
    except (pa.ArrowInvalid, OSError, KeyError, TypeError, ValueError) as error:
        raise Correctable(
            f"These {len(data)} bytes aren't a saved memory of phrases: {error}.",
            field="data", code="not-novelty", hint="Learn anew from the posts of the last weeks.",
        ) from error  # fmt: skip
