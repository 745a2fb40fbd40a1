"""Two ranges of a dashboard, side by side, with what changed and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.dashboards import days, queries
from auscult.web.dashboards.comparing import Change, change, scatter_of
from auscult.web.dashboards.content import PANELS, Content, checked
from auscult.web.dashboards.days import RANGES, Range
from auscult.web.dashboards.figures import ByDay
from auscult.web.dashboards.panels import KINDS, Board, range_in_words
from auscult.web.dashboards.tables import Table, in_words

MOST = 8  # names of each kind that are compared
PICTURES = ("volume", "share", "rhythm")  # drawn for both ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two ranges, as the page shows it."""

    range: Range
    words: str
    query: str
    board: Board


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A table of changes, with what it says."""

    title: str
    table: Table


@require_safe
def compare(request: HttpRequest, which: str) -> HttpResponse:
    """Show a dashboard in two ranges: the one asked for, and another, by default that before."""
    actor = actor_of(request)
    require(actor, Right.SEE_FIGURES, "see figures")
    shown = queries.dashboard(actor, which)
    content = checked(shown.content)
    given = request.GET.dict()
    asked = days.read(actor, given, default=content.range)
    other = {"since": given.get("other_since", ""), "until": given.get("other_until", "")}
    before = days.read(actor, other, default=content.range) if any(other.values()) else asked.before
    sides = [_side(actor, content, one) for one in (before, asked)]
    context = {
        "dashboard": shown,
        "which": which,
        "sides": sides,
        "range": asked,
        "other": before,
        "ranges": [(name, label) for name, (label, _days) in RANGES.items()],
        "pictures": _pictures(sides, content),
        "tables": [_volumes(*(side.board for side in sides)), *_kinds(sides, content)],
    }
    return render(request, "dashboards/compare.html", context)


def _side(actor: Actor, content: Content, asked: Range) -> Side:
    return Side(
        range=asked,
        words=range_in_words(asked),
        query=urlencode(asked.parameters),
        board=Board(actor, content, asked, content.panels),
    )


def _pictures(sides: list[Side], content: Content) -> list[dict[str, Any]]:
    names = [name for name in PICTURES if name in content.panels]
    return [
        {"title": PANELS[name], "pair": [(side, side.board.panel(name)) for side in sides]}
        for name in names
    ]


def _volumes(before: Board, after: Board) -> Compared:
    rows = []
    lengths = (before.range.days, after.range.days)
    for old, new in ((before.volume, after.volume), (before.rivals, after.rivals)):
        for place, watch in enumerate(new.watches):
            counts = [old.counts[place], new.counts[place]]
            first, last = (int(one.sum()) for one in counts)
            scatter = scatter_of(counts)
            rows.append((watch.name, change(first, last, days=lengths, scatter=scatter)))
    return _table(_("Mentions of each watch"), _("Watch"), rows)


def _kinds(sides: list[Side], content: Content) -> list[Compared]:
    boards = [side.board for side in sides]
    lengths = (boards[0].range.days, boards[1].range.days)
    scatter = scatter_of([board.volume.by_day for board in boards])
    found = []
    for name in content.panels:
        if name in KINDS:
            rows = [
                (label, change(*counts, days=lengths, scatter=scatter))
                for label, counts in _pairs(boards[0].by_day, boards[1].by_day, name)
            ]
            found.append(_table(str(PANELS[name]), _("Name"), rows))
    return [one for one in found if one.table.rows]


def _pairs(before: ByDay, after: ByDay, name: str) -> list[tuple[str, tuple[int, int]]]:
    """Return the most frequent of either range with their counts in both."""
    kind = KINDS[name]
    top = [mark for one in (after, before) for mark, _count in one.sum(kind).top(MOST)]
    marks = list(dict.fromkeys(top))
    names = before.names(kind, marks) | after.names(kind, marks)
    old, new = before.sum(kind).of(marks), after.sum(kind).of(marks)
    pairs = [(names[mark], (old[mark], new[mark])) for mark in marks if mark in names]
    return sorted(pairs, key=lambda one: (-max(one[1]), one[0]))


def _table(title: str, head: str, rows: list[tuple[str, Change]]) -> Compared:
    columns = (
        head,
        _("before"),
        _("after"),
        _("times as many a day"),
        _("between (95 %)"),
        _("so"),
    )
    table = Table(
        caption=title,
        columns=columns,
        rows=[
            (label, one.before, one.after, one.ratio, _interval(one), _verdict(one))
            for label, one in rows
        ],
    )
    return Compared(title=title, table=table)


def _interval(found: Change) -> str:
    if found.high is None:
        return _("%(low)s and more") % {"low": in_words(found.low)}
    return _("%(low)s and %(high)s") % {
        "low": in_words(found.low),
        "high": in_words(found.high),
    }


def _verdict(found: Change) -> str:
    if not found.is_clear:
        return _("can't be told apart")
    return _("more") if found.low > 1 else _("fewer")
