"""Hours of watches as arrays: how many mentions, and how much of each hour was read.

What wasn't read is missing, not zero. A watch hears from several sources, so an hour in which
one of them was silent was read in part: by the share that this source usually has in what the
watch finds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from auscult.web.accounts.models import Actor
from auscult.web.listening.models import HourlyCount
from auscult.web.sources.coverage import Stretch, coverage
from auscult.web.sources.models import Source
from auscult.web.sources.queries import every_source

HOUR = timedelta(hours=1)
LEARNED = 72.0  # hours of a source that were read, before it counts
Floats = NDArray[np.float64]


def hour_of(moment: datetime) -> datetime:
    """Return the full hour that a moment lies in."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Counts by watch, source and hour.

    Attributes
    ----------
    watches, sources : tuple of int
        Their numbers.
    counts : array of float, shape (watches, sources, hours)
    read : array of float, shape (sources, hours)
        Share of each hour that was read, 0 to 1.
    """

    since: datetime
    watches: tuple[int, ...]
    sources: tuple[int, ...]
    counts: Floats
    read: Floats

    def weights(self) -> dict[int, dict[int, float]]:
        """Return what each source usually brings a watch, in mentions an hour that was read.

        A source of which fewer than three days were read isn't known yet, and has none.
        """
        covered = self.read.sum(1)
        known = np.flatnonzero(covered >= LEARNED)
        heard = (self.counts * (self.read > 0)).sum(2)[:, known] / covered[known]
        return {
            watch: {
                self.sources[place]: float(rate) for place, rate in zip(known, row, strict=True)
            }
            for watch, row in zip(self.watches, heard, strict=True)
        }

    def of_watches(self, weights: Mapping[int, Mapping[int, float]]) -> tuple[Floats, Floats]:
        """Return counts and shares read, both of shape (watches, hours).

        Only what known sources brought counts: a new one isn't a burst.
        """
        table = np.array(
            [[weights.get(w, {}).get(s, -1.0) for s in self.sources] for w in self.watches], float
        ).reshape(len(self.watches), len(self.sources))
        known = table >= 0
        # A watch that found nothing yet hears from each source alike.
        silent = (np.where(known, table, 0.0).sum(1) == 0)[:, None]
        part = np.where(known, np.where(silent, 1.0, table), 0.0)
        whole = np.maximum(part.sum(1, keepdims=True), 1e-12)
        read = np.clip((part / whole) @ self.read, 0.0, 1.0)
        counts = np.einsum("wsh,ws->wh", self.counts * (self.read > 0), known.astype(float))
        return counts, read


def hours(actor: Actor, *, watches: Sequence[int], since: datetime, until: datetime) -> Hours:
    """Return the hours of watches from `since` to before `until`, both on the full hour."""
    size = max(0, int((until - since) / HOUR))
    rows = list(every_source(actor).order_by("pk"))
    place = {row.pk: number for number, row in enumerate(rows)}
    counts = np.zeros((len(watches), len(rows), size))
    of_watch = {pk: number for number, pk in enumerate(watches)}
    found = HourlyCount.objects.filter(watch_id__in=list(watches), hour__gte=since, hour__lt=until)
    columns = ("watch_id", "source_id", "hour", "count")
    for watch, source, hour, count in found.values_list(*columns):
        if source in place and hour is not None:
            cell = (of_watch[watch], place[source], int((hour - since) / HOUR))
            counts[cell] += count
    return Hours(
        since=since,
        watches=tuple(watches),
        sources=tuple(place),
        counts=counts,
        read=_read(actor, rows, counts, since, size),
    )


def _read(
    actor: Actor, rows: Sequence[Source], counts: Floats, since: datetime, size: int
) -> Floats:
    """Return the share of each hour that each source was read."""
    until = since + size * HOUR
    stretches: dict[int, list[Stretch]] = defaultdict(list)
    for one in coverage(actor, since=since, until=until):
        stretches[one.source_id].append(one)
    now = actor.clock.now()
    read = np.zeros((len(rows), size))
    for number, row in enumerate(rows):
        own = stretches[row.pk]
        if own:
            read[number] = _share(own, since, size)
            _go_on(read[number], own, since, well=row.health(now) == "well")
        else:
            _between(read[number], counts[:, number].sum(0))
    return read


def _share(stretches: Iterable[Stretch], since: datetime, size: int) -> Floats:
    """Return what was read, as the mean over a source's communities."""
    communities: dict[str, Floats] = {}
    for one in stretches:
        line = communities.setdefault(one.community, np.zeros(size))
        if not one.reason:
            _add(line, (one.since - since) / HOUR, (one.until - since) / HOUR, one.sampled)
    share = np.mean(list(communities.values()), axis=0) if communities else np.zeros(size)
    return np.minimum(share, 1.0)


def _add(line: Floats, begin: float, end: float, share: float) -> None:
    begin, end = max(0.0, begin), min(float(line.size), end)
    if end <= begin:
        return
    edges = np.arange(int(begin), int(np.ceil(end)))
    line[edges] += share * (np.minimum(edges + 1, end) - np.maximum(edges, begin))


def _go_on(line: Floats, stretches: Sequence[Stretch], since: datetime, *, well: bool) -> None:
    """Take a source that is well as read since its last stretch: it tells only now and then."""
    last = max(stretches, key=lambda one: one.until)
    if well and not last.reason:
        begin = (last.until - since) / HOUR
        _add(line, begin, float(line.size), last.sampled)
        np.minimum(line, 1.0, out=line)


def _between(line: Floats, counts: Floats) -> None:
    """Take a source that tells nothing of what it covers as read between its first and last."""
    heard = np.flatnonzero(counts)
    if heard.size:
        line[heard[0] : heard[-1] + 1] = 1.0
