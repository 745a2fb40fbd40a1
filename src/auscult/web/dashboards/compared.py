"""What changed between two ranges of a dashboard: each count with its ratio and interval."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from auscult.web.dashboards.comparing import Change, change, scatter_of
from auscult.web.dashboards.content import PANELS
from auscult.web.dashboards.figures import ByDay
from auscult.web.dashboards.panels import KINDS, Board
from auscult.web.dashboards.tables import Table, in_words

MOST = 8  # names of each kind that are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What became of counts of one kind.

    Attributes
    ----------
    name : str
        `watches`, or a panel's.
    head : str
        What the names in `rows` are.
    """

    name: str
    title: str
    head: str
    rows: list[tuple[str, Change]]

    @property
    def table(self) -> Table:
        """The same in words."""
        columns = (
            self.head,
            _("before"),
            _("after"),
            _("times as many a day"),
            _("between (95 %)"),
            _("so"),
        )
        return Table(
            caption=self.title,
            columns=columns,
            rows=[
                (label, one.before, one.after, one.ratio, _interval(one), _verdict(one))
                for label, one in self.rows
            ],
        )


def compared(before: Board, after: Board) -> list[Compared]:
    """Return what changed from one range of a dashboard to another: watches, then each kind."""
    return [_volumes(before, after), *_kinds(before, after)]


def _volumes(before: Board, after: Board) -> Compared:
    rows = []
    lengths = (before.range.days, after.range.days)
    for old, new in ((before.volume, after.volume), (before.rivals, after.rivals)):
        for place, watch in enumerate(new.watches):
            counts = [old.counts[place], new.counts[place]]
            first, last = (int(one.sum()) for one in counts)
            scatter = scatter_of(counts)
            rows.append((watch.name, change(first, last, days=lengths, scatter=scatter)))
    return Compared(name="watches", title=_("Mentions of each watch"), head=_("Watch"), rows=rows)


def _kinds(before: Board, after: Board) -> list[Compared]:
    lengths = (before.range.days, after.range.days)
    scatter = scatter_of([board.volume.by_day for board in (before, after)])
    found = []
    for name in after.names:
        if name in KINDS:
            rows = [
                (label, change(*counts, days=lengths, scatter=scatter))
                for label, counts in _pairs(before.by_day, after.by_day, name)
            ]
            title = str(PANELS[name])
            found.append(Compared(name=name, title=title, head=_("Name"), rows=rows))
    return [one for one in found if one.rows]


def _pairs(before: ByDay, after: ByDay, name: str) -> list[tuple[str, tuple[int, int]]]:
    """Return the most frequent of either range with their counts in both."""
    kind = KINDS[name]
    top = [mark for one in (after, before) for mark, _count in one.sum(kind).top(MOST)]
    marks = list(dict.fromkeys(top))
    names = before.names(kind, marks) | after.names(kind, marks)
    old, new = before.sum(kind).of(marks), after.sum(kind).of(marks)
    pairs = [(names[mark], (old[mark], new[mark])) for mark in marks if mark in names]
    return sorted(pairs, key=lambda one: (-max(one[1]), one[0]))


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
