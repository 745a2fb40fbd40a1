"""The panels of a dashboard: what each says, its table and its chart, for one range."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auscult.web.accounts.models import Actor
from auscult.web.dashboards import charts, figures, peer_panel
from auscult.web.dashboards.charts import Spec
from auscult.web.dashboards.comparing import share_interval
from auscult.web.dashboards.content import PANELS, Content
from auscult.web.dashboards.days import Range
from auscult.web.dashboards.figures import ByDay, Counted, Ranking, Volume
from auscult.web.dashboards.models import Kind
from auscult.web.dashboards.tables import Table, in_words
from auscult.web.listening import queries as listening
from auscult.web.listening.models import Watch
from auscult.web.sources.coverage import Stretch, gaps

MOST = 12  # rows of a ranking
SHOWN_GAPS = 20
KINDS: Mapping[str, Kind] = {
    "languages": Kind.LANGUAGE,
    "communities": Kind.COMMUNITY,
    "authors": Kind.AUTHOR,
    "hashtags": Kind.HASHTAG,
    "hosts": Kind.HOST,
    "links": Kind.LINK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of a dashboard.

    Attributes
    ----------
    says : str
        What there is to see, in a sentence: also the text that stands for the picture.
    spec : dict or None
        The chart; None where there is nothing to draw.
    """

    name: str
    title: str
    says: str
    table: Table
    spec: Spec | None
    notes: tuple[str, ...] = ()


class Board:
    """What a dashboard shows of a range; each figure is read once, where a panel needs it."""

    def __init__(self, actor: Actor, content: Content, asked: Range, names: Sequence[str]) -> None:
        self.actor = actor
        self.content = content
        self.range = asked
        self.names = [name for name in PANELS if name in names]

    @cached_property
    def watches(self) -> tuple[list[Watch], list[Watch]]:
        """The house's watches and the rivals'."""
        return self.content.chosen(list(listening.watches(self.actor)))

    @cached_property
    def volume(self) -> Volume:
        """Mentions of the house's watches."""
        return figures.volume(self.actor, self.watches[0], self.range)

    @cached_property
    def rivals(self) -> Volume:
        """Mentions of the rivals' watches."""
        return figures.volume(self.actor, self.watches[1], self.range)

    @cached_property
    def by_day(self) -> ByDay:
        """Languages, authors and so on, of the kinds that the panels need."""
        kinds = [KINDS[name] for name in self.names if name in KINDS]
        return figures.by_day(self.actor, self.volume, kinds)

    @cached_property
    def gaps(self) -> list[Stretch]:
        """When sources were not read, newest first."""
        return gaps(self.actor, since=self.range.since, until=self.range.until)

    @property
    def waiting(self) -> int:
        """Days of watches that the runner still counts."""
        return self.by_day.waiting if any(name in KINDS for name in self.names) else 0

    def panels(self) -> list[Panel]:
        """Return the panels, in their order."""
        return [self.panel(name) for name in self.names]

    def panel(self, name: str) -> Panel:
        """Return one panel."""
        if name in KINDS:
            return _ranked(self, name)
        return DRAWN[name](self)


def joined(stretches: Sequence[Stretch]) -> list[tuple[datetime, datetime]]:
    """Return the times in which any source was not read, oldest first, none overlapping."""
    found: list[tuple[datetime, datetime]] = []
    for one in sorted(stretches, key=lambda stretch: stretch.since):
        if found and one.since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], one.until))
        else:
            found.append((one.since, one.until))
    return found


def mentions_in_words(number: int) -> str:
    """Return a number of mentions in words."""
    return ngettext("%(n)s mention", "%(n)s mentions", number) % {"n": in_words(number)}


def range_in_words(asked: Range) -> str:
    """Return a range in words."""
    return _("%(first)s to %(last)s") % {
        "first": date_format(asked.first, _("j M Y")),
        "last": date_format(asked.last, _("j M Y")),
    }


def _volume(board: Board) -> Panel:
    found, rivals = board.volume, board.rivals
    names = [one.name for one in (*found.watches, *rivals.watches)]
    rows = [*found.counts.tolist(), *rivals.counts.tolist()]
    days = figures.days_of(board.range)
    table = Table(
        caption=_("Mentions by day"),
        columns=(_("Day"), *names),
        rows=[(day.isoformat(), *(row[place] for row in rows)) for place, day in enumerate(days)],
    )
    counts = found.counts if not rivals.watches else _stacked(found, rivals)
    unread = joined(board.gaps)
    return Panel(
        name="volume",
        title=_("Mentions by day"),
        says=_volume_in_words(found),
        table=table,
        spec=charts.by_day(board.range, counts, names, unread) if names else None,
        notes=tuple(gap_in_words(one) for one in board.gaps[:SHOWN_GAPS]),
    )


def _stacked(found: Volume, rivals: Volume) -> figures.Numbers:
    return np.vstack([found.counts, rivals.counts])


def _volume_in_words(found: Volume) -> str:
    if not found.total:
        return _("No mentions")
    day = int(found.by_day.argmax())
    return _("%(total)s; most on %(day)s: %(most)s") % {
        "total": mentions_in_words(found.total),
        "day": date_format(found.range.first + timedelta(day), _("j M Y")),
        "most": in_words(int(found.by_day[day])),
    }


def gap_in_words(gap: Stretch) -> str:
    """Say which source was not read, when and why."""
    form = _("j M Y, H:i")
    return _("%(source)s not read from %(since)s to %(until)s: %(reason)s") % {
        "source": gap.source,
        "since": date_format(gap.since, form),
        "until": date_format(gap.until, form),
        "reason": gap.reason,
    }


def _share(board: Board) -> Panel:
    volumes = [(board.volume, True), (board.rivals, False)]
    counted = [
        (watch.name, int(found.counts[row].sum()), own)
        for found, own in volumes
        for row, watch in enumerate(found.watches)
    ]
    counted.sort(key=lambda one: (-one[1], one[0]))
    total = sum(one[1] for one in counted)
    rows = [
        (name, number, own, number / total if total else 0.0, *share_interval(number, total))
        for name, number, own in counted
        if total
    ]
    table = Table(
        caption=_("Share of voice"),
        columns=(_("Watch"), _("Whose"), _("Mentions"), _("Share"), _("from"), _("to")),
        rows=[
            (name, _("ours") if own else _("rival"), number, share, low, high)
            for name, number, own, share, low, high in rows
        ],
    )
    drawn = [(row[0], *row[3:], row[2]) for row in rows]
    return Panel(
        name="share",
        title=_("Share of voice"),
        says=_share_in_words(board, total),
        table=table,
        spec=charts.shares(drawn) if drawn else None,
        notes=(_("The line in each bar is the interval of 95 %: few mentions say little."),),
    )


def _share_in_words(board: Board, total: int) -> str:
    if not total:
        return _("No mentions")
    if not board.rivals.watches:
        return _("No rivals are chosen: these are the shares of your own watches")
    own = board.volume.total
    return _("%(own)s of %(total)s are ours: %(share)s") % {
        "own": in_words(own),
        "total": mentions_in_words(total),
        "share": f"{own / total:.0%}".replace("%", " %"),
    }


def _rhythm(board: Board) -> Panel:
    hours = board.volume.hours
    table = Table(
        caption=_("Mentions by weekday and hour, in %(zone)s") % {"zone": board.range.zone.key},
        columns=(_("Weekday"), *(f"{hour:02}" for hour in range(24))),
        rows=[(str(WEEKDAYS[day]), *row) for day, row in enumerate(hours.tolist())],
    )
    place = int(hours.argmax())
    says = _("Most on %(day)s from %(hour)s o'clock: %(n)s") % {
        "day": WEEKDAYS[place // 24],
        "hour": place % 24,
        "n": mentions_in_words(int(hours.flat[place])),
    }
    weekdays = [str(WEEKDAYS_ABBR[day]) for day in range(7)]
    return Panel(
        name="rhythm",
        title=_("Rhythm of the week"),
        says=says if hours.any() else _("No mentions"),
        table=table,
        spec=charts.week(hours, weekdays) if hours.any() else None,
        notes=(_("Hours are those of %(zone)s.") % {"zone": board.range.zone.key},),
    )


def _sources(board: Board) -> Panel:
    found = figures.by_source(board.actor, board.watches[0], board.range)
    total = sum(one.number for one in found)
    ranking = Ranking(top=tuple(found), names=len(found), counted=total)
    return _ranking_panel("sources", ranking, _("Source"), ())


def _ranked(board: Board, name: str) -> Panel:
    kind = KINDS[name]
    ranking = board.by_day.ranking(kind, MOST)
    heads = {
        Kind.LANGUAGE: _("Language"),
        Kind.COMMUNITY: _("Community"),
        Kind.AUTHOR: _("Author"),
        Kind.HASHTAG: _("Hashtag"),
        Kind.HOST: _("Site"),
        Kind.LINK: _("Link"),
    }
    notes: list[str] = []
    if kind is Kind.AUTHOR:
        notes.append(_("Authors are shown by pseudonyms."))
    if board.by_day.waiting:
        notes.append(
            ngettext(
                "%(n)s day is being counted; it is complete within a minute.",
                "%(n)s days are being counted; they are complete within some minutes.",
                board.by_day.waiting,
            )
            % {"n": in_words(board.by_day.waiting)}
        )
    return _ranking_panel(name, ranking, heads[kind], tuple(notes))


def _ranking_panel(name: str, ranking: Ranking, head: str, notes: tuple[str, ...]) -> Panel:
    sign = "#" if name == "hashtags" else ""
    top = [Counted(f"{sign}{one.name}", one.number) for one in ranking.top]
    title = str(PANELS[name])
    if not top:
        says = _("None in this range")
    else:
        says = _("%(n)s different; most often %(name)s: %(most)s") % {
            "n": in_words(ranking.names),
            "name": top[0].name,
            "most": mentions_in_words(top[0].number),
        }
    return Panel(
        name=name,
        title=title,
        says=says,
        table=Table(
            caption=title,
            columns=(head, _("Mentions")),
            rows=[(one.name, one.number) for one in top],
        ),
        spec=charts.ranked(top, _("mentions")) if top else None,
        notes=notes,
    )


def _peers(board: Board) -> Panel:
    rows = peer_panel.used(board.actor, board.range)
    drawn = [Counted(peer.label, of.posts) for peer, of in rows if of.posts]
    title = str(PANELS["peers"])
    total = sum(one.number for one in drawn)
    says = ngettext("%(n)s post of peers", "%(n)s posts of peers", total) % {"n": in_words(total)}
    return Panel(
        name="peers",
        title=title,
        says=says if rows else _("No peers are followed"),
        table=Table(
            caption=title,
            columns=peer_panel.heads(),
            rows=[peer_panel.as_row(peer, of) for peer, of in rows],
        ),
        spec=charts.ranked(drawn, _("posts")) if drawn else None,
        notes=(_("In the whole weeks of the range; reposts are left out."),) if rows else (),
    )


DRAWN: Mapping[str, Callable[[Board], Panel]] = {
    "volume": _volume,
    "share": _share,
    "rhythm": _rhythm,
    "sources": _sources,
    "peers": _peers,
}
