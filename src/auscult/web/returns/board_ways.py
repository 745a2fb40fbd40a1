"""Cost per outcome beside television, print, mail and press, drawn and in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from auscult.web.returns import drawing_clouds, drawing_rows
from auscult.web.returns.board_asking import asking
from auscult.web.returns.board_words import day, days, of_100, plain, range_of
from auscult.web.returns.telling_types import (
    INCREMENTAL,
    ComparatorFacts,
    Facts,
    Figure,
    Note,
    Question,
)
from auscult.web.returns.telling_words import said

OTHER_DAYS = "not-the-same-period"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Another way, and what can be said of it.

    Attributes
    ----------
    lines : tuple of str
        How it compares, or why it can't be compared.
    source : str
        Who says so, and when.
    plane : Plane or None
    asking : str
        How to ask for its days, where they are others; empty: they are the same.
    """

    number: int
    name: str
    lines: tuple[str, ...]
    source: str
    plane: drawing_clouds.Plane | None
    asking: str


def ways(facts: Facts) -> tuple[Way, ...]:
    """Return the other ways, in the order of the facts."""
    return tuple(_way(facts.asked, one) for one in facts.comparators)


def drawn(facts: Facts) -> drawing_rows.Intervals | None:
    """Return cost per outcome side by side; None where there is nothing to show."""
    rows = [
        row(_ours(one.basis), one.cost_per_outcome, anchor="cost-per-outcome", own=True)
        for one in facts.figures
    ]
    rows += [row(name(one), one.theirs, anchor=f"way-{one.number}") for one in facts.comparators]
    return drawing_rows.intervals(rows) if rows else None


def _ours(basis: str) -> str:
    if basis == INCREMENTAL:
        return _("Social media, incremental")
    return _("Social media, tracked")


def name(one: ComparatorFacts) -> str:
    """Return what another way is called, with how its outcomes are counted."""
    words = {"channel": one.channel}
    if one.incremental:
        return _("%(channel)s, incremental") % words
    return _("%(channel)s, tracked") % words


def row(name: str, figure: Figure, *, anchor: str = "", own: bool = False) -> drawing_rows.Row:
    """Return a figure with its interval as a drawing takes it; `anchor`: its part of the page."""
    return drawing_rows.Row(
        name=name,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        unbounded=figure.bound == "at least",
        own=own,
        said=" ".join(said(one) for one in figure.notes if one.code != "at-least"),
        address=f"#{anchor}" if anchor else "",
    )


def _way(asked: Question, one: ComparatorFacts) -> Way:
    lines = []
    if one.cheaper is not None:
        text = _("An outcome costs less our way in %(chance)s cases like this one.")
        lines.append(text % {"chance": of_100(one.cheaper)})
    if one.times is not None and one.times.value is not None:
        words = {"times": plain(one.times.value), "range": range_of(one.times)}
        text = (
            _("Their way it costs %(times)s times as much (%(range)s).")
            if words["range"]
            else _("Their way it costs %(times)s times as much.")
        )
        lines.append(text % words)
    lines += [_beside(one, note) for note in one.notes]
    own = _("The house's own figures") if one.basis == "own" else _("A published rate")
    words = {"own": own, "source": one.source, "day": day(one.source_day)}
    return Way(
        number=one.number,
        name=name(one),
        lines=tuple(lines),
        source=_("%(own)s: %(source)s, %(day)s") % words,
        plane=_plane(one),
        asking=_its_days(asked, one),
    )


def _beside(one: ComparatorFacts, note: Note) -> str:
    """Return what has to be said; of other days in words, since the engine names them as codes."""
    if note.code != OTHER_DAYS:
        return said(note)
    text = _("Its figures are of %(days)s, not of these days, so they stand beside ours alone.")
    return text % {"days": days(one.first, one.last)}


def _its_days(asked: Question, one: ComparatorFacts) -> str:
    if all(note.code != OTHER_DAYS for note in one.notes):
        return ""
    return asking(replace(asked, first=one.first, last=one.last))


def _plane(one: ComparatorFacts) -> drawing_clouds.Plane | None:
    if one.plane is None or not one.plane.outcomes:
        return None
    return drawing_clouds.plane(one.plane.outcomes, one.plane.cost, name=one.channel)
