"""What the page Listening shows, put together from queries.

A file of its own: the page, its two fragments and the preview show the same things.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from django.db.models import Max, Min
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auscult.web.accounts.models import Actor
from auscult.web.listening import charts, lanes, queries
from auscult.web.listening import volumes as over_time
from auscult.web.listening.charts import Count, Volume
from auscult.web.listening.lanes import Lanes
from auscult.web.listening.models import BackfillState, HourlyCount, Watch
from auscult.web.listening.moments import EPOCH, KEYS_A_SECOND, SECOND_US, from_us
from auscult.web.listening.reading import Mentioned
from auscult.web.listening.search import Page
from auscult.web.listening.showing import Gone, Shown, gone, shown
from auscult.web.sources import queries as source_queries
from auscult.web.sources.coverage import coverage
from auscult.web.sources.models import SourceState

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
END = datetime(9999, 1, 1, tzinfo=UTC)
GONE_SHOWN = 200  # lines on a page about what was removed, at most
LINE_DAYS = 28
LONGEST_CHART = timedelta(days=400)
HOURS_UP_TO = timedelta(days=4)  # shorter periods are drawn by the hour
FRESH = timedelta(days=2)  # an archive whose newest mention is older ends there, not today


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From the archive's first mention to now, or to its last one where that is long ago."""

    since: datetime
    until: datetime

    @property
    def step(self) -> Literal["hour", "day"]:
        """How a chart of it is drawn."""
        return "hour" if self.until - self.since <= HOURS_UP_TO else "day"


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchLine:
    """A watch in the list: what it asks, how much it found, and how that changes."""

    id: int
    name: str
    query: str
    total: int
    points: str
    change_in_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """A source that is being read to its end; `percent` is None where nobody knows."""

    id: int
    name: str
    percent: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filling:
    """A watch on its way through what was collected before."""

    percent: int
    seen: int
    found: int


def period(actor: Actor) -> Period:
    """Return the time that the organisation's charts show."""
    now = actor.clock.now()
    reach = HourlyCount.objects.filter(watch__organisation_id=actor.organisation_id).aggregate(
        first=Min("hour"), last=Max("hour")
    )
    first, last = reach["first"] or now - DAY, reach["last"] or now
    until = now if last + FRESH >= now else last + timedelta(hours=1)
    return Period(since=max(min(first, until - DAY), until - LONGEST_CHART), until=until)


def watch_lines(actor: Actor) -> list[WatchLine]:
    """Return the organisation's watches with their last weeks, by name."""
    rows = list(queries.watches(actor))
    told = over_time.recent(actor, watches=rows, until=period(actor).until, days=LINE_DAYS)
    return [
        WatchLine(
            id=row.pk,
            name=row.name,
            query=row.query,
            total=one.total,
            points=charts.sparkline(one.by_day),
            change_in_words=change_in_words(one.week_before, one.week),
        )
        for row, one in zip(rows, told, strict=True)
    ]


def change_in_words(before: int, after: int) -> str:
    """Say how the last seven days differ from the seven before."""
    if before == after == 0:
        return _("none in 14 days")
    if before == 0:
        return _("none the week before")
    percent = round((after - before) * 100 / before)
    if percent == 0:
        return _("unchanged in 7 days")
    sign = "+" if percent > 0 else "\N{MINUS SIGN}"
    return _("%(sign)s%(percent)s %% in 7 days") % {"sign": sign, "percent": abs(percent)}


def volume_of(actor: Actor, watches: Iterable[Watch]) -> Volume:
    """Return the chart of watches, added up, over the archive's period."""
    time = period(actor)
    found = over_time.volumes(
        actor, watches=list(watches), since=time.since, until=time.until, step=time.step
    )
    sums = [sum(counts) for counts in zip(*(one.counts for one in found.series), strict=True)]
    counts = [
        Count(start=found.since + at * found.step, count=number) for at, number in enumerate(sums)
    ]
    gaps = [
        charts.Gap(since=gap.since, until=gap.until, reason=f"{gap.source}: {gap.reason}")
        for gap in found.gaps
    ]
    return charts.volume(counts, gaps, step=found.step)


def lanes_under(actor: Actor, chart: Volume) -> Lanes | None:
    """Return what was read of a chart's time, as strips of its width; None without a time."""
    if chart.since is None or chart.until is None:
        return None
    return lanes.draw(
        coverage(actor, since=chart.since, until=chart.until),
        since=chart.since,
        until=chart.until,
        now=actor.clock.now(),
    )


def loading(actor: Actor) -> list[Loading]:
    """Return the sources that are being read to their end."""
    rows = source_queries.sources(actor).filter(state=SourceState.READING, live=False, error="")
    return [
        Loading(
            id=row.pk,
            name=row.name,
            percent=None if row.share_read is None else int(row.share_read * 100),
        )
        for row in rows
    ]


def filling(actor: Actor, watch: Watch) -> Filling | None:
    """Return how far a watch's way through the archive is; None when it is through."""
    row = queries.backfills(actor).exclude(state=BackfillState.DONE).filter(watch=watch).first()
    if row is None:
        return None
    return Filling(percent=round(row.progress * 100), seen=row.seen, found=row.found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What goes on: the sources that are read to their end; whether the page changes soon."""

    loading: tuple[Loading, ...]
    busy: bool


def activity(actor: Actor) -> Activity:
    """Return what goes on in the actor's organisation."""
    reading = tuple(loading(actor))
    going_back = queries.backfills(actor).exclude(state=BackfillState.DONE)
    return Activity(loading=reading, busy=bool(reading) or going_back.exists())


def mentions_shown(actor: Actor, hits: Sequence[Mentioned]) -> list[Shown]:
    """Return mentions as a page shows them."""
    names = dict(queries.watches(actor).values_list("pk", "name"))
    return [shown(hit, names, organisation_id=actor.organisation_id) for hit in hits]


def latest_shown(
    actor: Actor, page: Page, *, watch: Watch | None, before: int | None
) -> list[Shown | Gone]:
    """Return a page of the newest mentions, with what was removed of them in its place.

    Parameters
    ----------
    before : int or None
        `Page.after` of the page of newer ones.
    """
    since = _moment(page.after) if page.after is not None else EPOCH
    until = _moment(before) if before is not None else END
    names = dict(queries.watches(actor).values_list("pk", "name"))
    sources = dict(source_queries.every_source(actor).values_list("pk", "name"))
    rows = queries.removed(actor, since=since - HOUR, until=until, watch=watch, limit=GONE_SHOWN)
    places = [gone(row, names, source=sources.get(row.source_id, "")) for row in rows]
    entries: list[Shown | Gone] = [*mentions_shown(actor, page.hits)]
    entries += [one for one in places if since < one.created_at <= until]
    return sorted(entries, key=lambda entry: entry.created_at, reverse=True)


def _moment(key: int) -> datetime:
    """Return the second that a mention's key lies in."""
    return from_us(key // KEYS_A_SECOND * SECOND_US)


def per_day_in_words(per_day: float | None) -> str:
    """Say how many mentions a day to expect."""
    if per_day is None:
        return _("Nothing was collected yet to tell from.")
    if per_day == 0:
        return _("No mention is to be expected.")
    if per_day < 1:
        days = round(1 / per_day)
        return ngettext("About one mention a day", "About one mention in %(days)s days", days) % {
            "days": days
        }
    number = number_format(per_day, 0 if per_day >= 10 else 1, force_grouping=True)
    return _("About %(number)s mentions a day") % {"number": number}
