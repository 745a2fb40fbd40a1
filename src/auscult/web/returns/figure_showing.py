"""The facts of a period as the page of figures shows them: a table by groups, and drawings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from django.utils.translation import gettext as _

from auscult.engine.returns.campaigns import FEWEST_CAMPAIGNS, FEWEST_OUTCOMES
from auscult.web.returns import board_ways, drawing_clouds, drawing_lines, drawing_rows
from auscult.web.returns.board_words import (
    days,
    hours,
    in_percent,
    money,
    of_100,
    plain,
    range_of,
    read,
)
from auscult.web.returns.drawing_rows import Intervals
from auscult.web.returns.outcome_columns import AMBASSADORS, OTHERS
from auscult.web.returns.telling_types import (
    INCREMENTAL,
    Facts,
    Figure,
    FiguresFacts,
    GroupFacts,
    GroupingFacts,
)
from auscult.web.returns.telling_words import said

MOST_GROUPS = 100  # of the table; what is beyond is counted
MOST_DRAWN = 12
MOST_PLANES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A group in the table."""

    name: str
    cost: str
    given: str
    worked: str
    outcomes: str
    each: str
    range: str
    net: str
    said: tuple[str, ...]
    bets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A way of counting, with all its figures in the order in which they are told."""

    title: str
    days: str
    rows: tuple[tuple[str, str, str], ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the page of figures shows.

    Attributes
    ----------
    told : tuple of Told
        Incremental first, where a study told it; then tracked.
    lines : tuple of Line
    more : int
        Groups beyond those of the table.
    conventions : tuple of str
        By which costs were shared among the groups.
    tried : str
        How sure it is that it pays at the worth that was tried.
    """

    facts: Facts
    days: str
    told: tuple[Told, ...]
    lines: tuple[Line, ...]
    more: int
    conventions: tuple[str, ...]
    drawn: Intervals | None
    planes: tuple[drawing_clouds.Plane, ...]
    curve: drawing_lines.Curve | None
    tried: str
    falling: drawing_lines.Curve | None
    falling_said: tuple[str, ...]
    payback: drawing_lines.Curve | None
    payback_said: str
    notes: tuple[str, ...]


def page(facts: Facts, by: str, worth: float | None) -> Page:
    """Return the page of these facts, grouped in one way, with a worth that is tried."""
    grouping = next(one for one in facts.groupings if one.by == by)
    first = facts.told_first
    tracked = next((one for one in facts.figures if one.basis != INCREMENTAL), None)
    return Page(
        facts=facts,
        days=days(facts.asked.first, facts.asked.last),
        told=tuple(_told(one, facts.currency) for one in facts.figures),
        lines=tuple(_line(one, by, facts.currency) for one in grouping.groups[:MOST_GROUPS]),
        more=max(len(grouping.groups) - MOST_GROUPS, 0),
        conventions=(*(said(one) for one in grouping.notes), *_no_intervals(grouping)),
        drawn=_drawn(facts, grouping),
        planes=tuple(
            drawing_clouds.plane(one.plane.outcomes, one.plane.cost, name=one.channel)
            for one in [one for one in facts.comparators if one.plane][:MOST_PLANES]
            if one.plane is not None
        ),
        curve=_curve(first, facts, worth),
        tried=_tried(first, facts, worth),
        falling=_falling(tracked),
        falling_said=_falling_said(tracked),
        payback=_payback(facts),
        payback_said=_payback_said(facts),
        notes=tuple(said(one) for one in facts.notes),
    )


def _told(one: FiguresFacts, currency: str) -> Told:
    title = _("Incremental: what wouldn't have come otherwise")
    if one.basis != INCREMENTAL:
        title = _("Tracked: what came through its links and answers")
    chance = "" if one.chance is None else of_100(one.chance)
    rows = [
        (_("Outcomes"), *_shown(one.outcomes)),
        (_("Fully loaded cost"), money(one.cost, currency), ""),
        (_("It would still pay at a cost of"), *_shown(one.break_even, currency)),
        (_("Net benefit"), *_shown(one.net_benefit, currency)),
        (_("It pays in"), chance, ""),
        (_("One cost"), *_shown(one.cost_per_outcome, currency)),
        (_("Outcomes for 1,000 spent"), *_shown(one.outcomes_per_1000)),
        (_("Return on investment"), *_shown(one.roi and in_percent(one.roi), "%")),
    ]
    return Told(
        title=title,
        days=days(one.first, one.last),
        rows=tuple(row for row in rows if row[1]),
        said=tuple(said(note) for note in one.notes),
    )


def _shown(figure: Figure | None, unit: str = "") -> tuple[str, str]:
    """Return a figure and its interval, or the reason why there is none."""
    if figure is None:
        return "", ""
    if figure.value is None:
        return " ".join(said(one) for one in figure.notes), ""
    shown = read(figure.value, unit) if unit else plain(figure.value)
    return shown, range_of(figure, unit)


def _line(one: GroupFacts, by: str, currency: str) -> Line:
    each = one.cost_per_outcome
    net = one.net_benefit.value if one.net_benefit else None
    return Line(
        name=name_of(one, by),
        cost=money(one.paid, currency),
        given=money(one.given, currency) if one.given else "",
        worked=hours(one.minutes),
        outcomes=plain(one.outcomes),
        each="" if each.value is None else money(each.value, currency),
        range=range_of(each, currency),
        net="" if net is None else money(net, currency),
        said=tuple(said(note) for note in each.notes if each.value is None),
        bets=one.campaigns,
    )


def name_of(one: GroupFacts, by: str) -> str:
    """Return what a group is called."""
    if by == "ambassadors":
        known = {AMBASSADORS: _("through ambassadors"), OTHERS: _("not through ambassadors")}
        return known.get(one.key, one.name)
    return one.name or _("none")


def _drawn(facts: Facts, grouping: GroupingFacts) -> Intervals | None:
    """Return what an outcome cost by group, beside the other ways."""
    known = [one for one in grouping.groups if one.cost_per_outcome.value is not None]
    rows = [
        board_ways.row(name_of(one, grouping.by), replace(one.cost_per_outcome, notes=()), own=True)
        for one in known[:MOST_DRAWN]
    ]
    if not rows:
        return None
    same = [one for one in facts.comparators if one.currency == facts.currency]
    rows += [board_ways.row(board_ways.name(one), one.theirs) for one in same]
    return drawing_rows.intervals(rows)


def _no_intervals(grouping: GroupingFacts) -> tuple[str, ...]:
    """Return why groups have no interval, once for all of them."""
    known = [one.cost_per_outcome for one in grouping.groups]
    if all(one.low is not None or one.value is None for one in known):
        return ()
    least = {"campaigns": FEWEST_CAMPAIGNS, "outcomes": FEWEST_OUTCOMES}
    text = _(
        "An interval needs %(campaigns)s bets and %(outcomes)s outcomes in a group; where only sums"
        " are known there is none."
    )
    return (text % least,)


def _curve(
    told: FiguresFacts | None, facts: Facts, worth: float | None
) -> drawing_lines.Curve | None:
    if told is None or told.curve is None:
        return None
    pairs = zip(told.curve.values, told.curve.chance, strict=True)
    usual = facts.worth.amount if facts.worth and facts.worth.currency == facts.currency else None
    mark = usual if worth is None else worth
    steps = [drawing_lines.Step(x=value, y=chance) for value, chance in pairs]
    return drawing_lines.curve(steps, top=1.0, mark=mark)


def _tried(told: FiguresFacts | None, facts: Facts, worth: float | None) -> str:
    if worth is None or told is None or told.curve is None:
        return ""
    words = {"worth": money(worth, facts.currency)}
    if worth > told.curve.values[-1]:
        most = money(told.curve.values[-1], facts.currency)
        return _("%(worth)s lies beyond the drawing, which ends at %(most)s.") % {
            **words,
            "most": most,
        }
    chance = float(np.interp(worth, told.curve.values, told.curve.chance))
    return _("If one were worth %(worth)s, it would pay in %(chance)s cases.") % {
        **words,
        "chance": of_100(chance),
    }


def _falling(told: FiguresFacts | None) -> drawing_lines.Curve | None:
    """Return the return over the imputed cost of an hour, as far as it is defined."""
    if told is None or told.falling is None:
        return None
    pairs = zip(told.falling.minute, told.falling.roi, strict=True)
    steps = [
        drawing_lines.Step(x=60 * minute, y=roi.value, low=roi.low, high=roi.high)
        for minute, roi in pairs
        if roi.value is not None
    ]
    return drawing_lines.curve(steps[::-1]) if len(steps) > 1 else None


def _falling_said(told: FiguresFacts | None) -> tuple[str, ...]:
    """Return what has to be said at the end, where least is left to divide by."""
    if told is None or told.falling is None:
        return ()
    return tuple(said(one) for one in told.falling.roi[-1].notes)


def _payback(facts: Facts) -> drawing_lines.Curve | None:
    if facts.payback is None or len(facts.payback.days) < 2:
        return None
    pairs = zip(facts.payback.days, facts.payback.balance, strict=True)
    steps = [drawing_lines.Step(x=day, y=balance) for day, balance in pairs]
    return drawing_lines.curve(steps, mark=facts.payback.day)


def _payback_said(facts: Facts) -> str:
    found = facts.payback
    if found is None:
        return ""
    lowest = {"lowest": money(-found.lowest, facts.currency)}
    parts = [_("At no time was more than %(lowest)s spent and not yet earned back.") % lowest]
    if found.day is None:
        parts.insert(0, _("At the end of these days it hasn't paid for itself yet."))
    else:
        parts.insert(0, _("It had paid for itself on day %(day)s.") % {"day": found.day})
    return " ".join([*parts, *(said(one) for one in found.notes)])
