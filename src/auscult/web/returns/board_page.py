"""The page for the board, put together from the facts: words, figures, drawings."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from auscult.web.returns import (
    board_headline,
    board_more,
    board_numbers,
    board_unknown,
    board_ways,
    drawing_lines,
    drawing_rows,
)
from auscult.web.returns.board_words import Line, Number, days, money, of_100, plain
from auscult.web.returns.cost_models import AttributionRule
from auscult.web.returns.telling_types import Facts
from auscult.web.returns.telling_words import said

MOST_CHANNELS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What a channel is credited with, and in how many outcomes it helped."""

    name: str
    outcomes: str
    assisted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """What the page says, in the order in which it says it.

    Attributes
    ----------
    days, kind, rule : str
    headline : tuple of Line
    cost, brought, paying : tuple of Number
    other_way : str
        The figures with given time counted the other way; empty: nobody gave time.
    waterfall, curve, ways_drawn
        Drawings; None where there is nothing to draw.
    curve_said : str
        What the curve shows, in a sentence.
    caveat : str
        Of the rule of attribution.
    """

    facts: Facts
    days: str
    kind: str
    rule: str
    headline: tuple[Line, ...]
    cost: tuple[Number, ...]
    other_way: str
    waterfall: drawing_rows.Waterfall | None
    brought: tuple[Number, ...]
    channels: tuple[Channel, ...]
    caveat: str
    surveys: tuple[str, ...]
    paying: tuple[Number, ...]
    worth: str
    curve: drawing_lines.Curve | None
    curve_said: str
    ways_drawn: drawing_rows.Intervals | None
    ways: tuple[board_ways.Way, ...]
    unknown: tuple[board_unknown.Unknown, ...]
    more: tuple[str, ...]


def board(facts: Facts) -> Board:
    """Return the page of these facts."""
    return Board(
        facts=facts,
        days=days(facts.asked.first, facts.asked.last),
        kind=facts.kind.name if facts.kind else "",
        rule=str(AttributionRule(facts.rule).label),
        headline=board_headline.headline(facts),
        cost=board_numbers.of_cost(facts),
        other_way=board_numbers.other_way(facts),
        waterfall=_waterfall(facts),
        brought=board_numbers.of_outcomes(facts),
        channels=_channels(facts),
        caveat=_caveat(facts),
        surveys=_surveys(facts),
        paying=board_numbers.of_paying(facts),
        worth=_worth(facts),
        curve=_curve(facts),
        curve_said=_curve_said(facts),
        ways_drawn=board_ways.drawn(facts),
        ways=board_ways.ways(facts),
        unknown=board_unknown.unknown(facts),
        more=board_more.more(facts),
    )


def _waterfall(facts: Facts) -> drawing_rows.Waterfall | None:
    if facts.cost is None or not facts.cost.steps:
        return None
    bars = [
        drawing_rows.Bar(
            name=board_numbers.kind_of_cost(one.kind, given=one.given),
            start=one.start,
            end=one.end,
            given=one.given,
        )
        for one in facts.cost.steps
    ]
    return drawing_rows.waterfall(bars, paid=_("paid in all"), in_all=_("with given time"))


def _channels(facts: Facts) -> tuple[Channel, ...]:
    if facts.outcomes is None:
        return ()
    ranked = facts.outcomes.channels
    found = [
        Channel(name=one.channel, outcomes=plain(one.outcomes), assisted=one.assisted)
        for one in ranked[:MOST_CHANNELS]
    ]
    others = ranked[MOST_CHANNELS:]
    if others:
        outcomes = plain(sum(one.outcomes for one in others))
        assisted = sum(one.assisted for one in others)
        found.append(Channel(name=_("others"), outcomes=outcomes, assisted=assisted))
    return tuple(found)


def _caveat(facts: Facts) -> str:
    if facts.outcomes is None:
        return ""
    notes = facts.outcomes.notes
    return " ".join(said(one) for one in notes if one.code not in {"merged", "dark"})


def _surveys(facts: Facts) -> tuple[str, ...]:
    lines = []
    for survey in facts.surveys:
        for one in sorted(survey.shares, key=lambda share: -share.value)[:3]:
            words = {
                "answer": one.answer,
                "share": round(100 * one.value),
                "low": round(100 * one.low),
                "high": round(100 * one.high),
                "title": survey.title,
                "answered": survey.answered,
            }
            text = _(
                "%(title)s: %(share)s %% said “%(answer)s” (%(low)s to %(high)s %%), of"
                " %(answered)s who answered."
            )
            lines.append(text % words)
    return tuple(lines)


def _worth(facts: Facts) -> str:
    if facts.worth is None:
        return ""
    words = {
        "worth": money(facts.worth.amount, facts.worth.currency),
        "source": facts.worth.source,
    }
    return _("One is taken to be worth %(worth)s (%(source)s).") % words


def _curve(facts: Facts) -> drawing_lines.Curve | None:
    told = facts.told_first
    if told is None or told.curve is None or len(told.curve.values) < 2:
        return None
    pairs = zip(told.curve.values, told.curve.chance, strict=True)
    steps = [drawing_lines.Step(x=value, y=chance) for value, chance in pairs]
    mark = facts.worth.amount if facts.worth else None
    return drawing_lines.curve(steps, top=1.0, mark=mark)


def _curve_said(facts: Facts) -> str:
    told = facts.told_first
    if told is None or told.curve is None:
        return ""
    parts = []
    if told.curve.even is not None:
        even = money(told.curve.even, facts.currency)
        parts.append(_("It just pays where one is worth %(even)s.") % {"even": even})
    if facts.worth is not None and told.chance is not None:
        words = {
            "worth": money(facts.worth.amount, facts.worth.currency),
            "chance": of_100(told.chance),
        }
        parts.append(_("At %(worth)s, the upright line, it pays in %(chance)s cases.") % words)
    return " ".join(parts)
