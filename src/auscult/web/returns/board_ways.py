"""Cost per outcome beside television, print, mail and press, drawn and in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from auscult.web.returns import drawing_clouds, drawing_rows
from auscult.web.returns.board_words import day, of_100, plain, range_of
from auscult.web.returns.telling_types import INCREMENTAL, ComparatorFacts, Facts, Figure
from auscult.web.returns.telling_words import said


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
    """

    number: int
    name: str
    lines: tuple[str, ...]
    source: str
    plane: drawing_clouds.Plane | None


def ways(facts: Facts) -> tuple[Way, ...]:
    """Return the other ways, in the order of the facts."""
    return tuple(_way(one) for one in facts.comparators)


def drawn(facts: Facts) -> drawing_rows.Intervals | None:
    """Return cost per outcome side by side; None where there is nothing to show."""
    rows = [
        _row(_ours(one.basis), one.cost_per_outcome, anchor="cost-per-outcome", own=True)
        for one in facts.figures
    ]
    rows += [_row(_name(one), one.theirs, anchor=f"way-{one.number}") for one in facts.comparators]
    return drawing_rows.intervals(rows) if rows else None


def _ours(basis: str) -> str:
    if basis == INCREMENTAL:
        return _("Social media, incremental")
    return _("Social media, tracked")


def _name(one: ComparatorFacts) -> str:
    words = {"channel": one.channel}
    if one.incremental:
        return _("%(channel)s, incremental") % words
    return _("%(channel)s, tracked") % words


def _row(name: str, figure: Figure, *, anchor: str, own: bool = False) -> drawing_rows.Row:
    return drawing_rows.Row(
        name=name,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        unbounded=figure.bound == "at least",
        own=own,
        said=" ".join(said(one) for one in figure.notes if one.code != "at-least"),
        address=f"#{anchor}",
    )


def _way(one: ComparatorFacts) -> Way:
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
    own = _("the house's own figures") if one.basis == "own" else _("a published rate")
    words = {"own": own, "source": one.source, "day": day(one.source_day)}
    return Way(
        number=one.number,
        name=_name(one),
        lines=(*lines, *(said(note) for note in one.notes)),
        source=_("%(own)s: %(source)s, %(day)s") % words,
        plane=_plane(one),
    )


def _plane(one: ComparatorFacts) -> drawing_clouds.Plane | None:
    if one.plane is None or not one.plane.outcomes:
        return None
    return drawing_clouds.plane(one.plane.outcomes, one.plane.cost, name=one.channel)
