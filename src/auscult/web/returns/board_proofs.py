"""The evidence of each figure of the board's page: formula in words, numbers, reasons, source, rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from auscult.web.returns.board_numbers import kind_of_cost
from auscult.web.returns.board_words import day, days, hours, money, of_100, plain, range_of
from auscult.web.returns.telling_types import (
    INCREMENTAL,
    ComparatorFacts,
    Facts,
    Figure,
    FiguresFacts,
    Note,
)
from auscult.web.returns.telling_words import said


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What stands behind a figure.

    Attributes
    ----------
    anchor : str
        Its name in the address.
    title, shown, formula : str
    parts : tuple of (str, str)
        The numbers that go into it.
    reasons : tuple of str
    source : str
        Who says so, and when.
    pages : tuple of str
        Names of the pages where its rows are.
    """

    anchor: str
    title: str
    shown: str
    formula: str
    parts: tuple[tuple[str, str], ...] = ()
    reasons: tuple[str, ...] = ()
    source: str = ""
    pages: tuple[str, ...] = ()


def proofs(facts: Facts) -> tuple[Proof, ...]:
    """Return the evidence of all figures, in the order in which they are told."""
    found = [_cost(facts), _outcomes(facts), *_studies(facts)]
    told = facts.told_first
    if told is not None:
        found += [*_sums(facts, told), _each(facts, told), _ratio(told), *_payback(facts)]
    return (*found, *(_way(one) for one in facts.comparators))


def _said(notes: Iterable[Note]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said(one) for one in notes))


def _figure(figure: Figure | None, unit: str = "") -> str:
    if figure is None or figure.value is None:
        return _("not defined")
    shown = f"{plain(figure.value)} {unit}".strip()
    between = range_of(figure, unit)
    return f"{shown} ({between})" if between else shown


def _cost(facts: Facts) -> Proof:
    cost = facts.cost
    formula = _(
        "Minutes times the rate that their role had on that day, a monthly charge's part of each"
        " day, kit in a straight line over its life, everything in one currency by dated rates."
    )
    if cost is None:
        reasons = _said(facts.notes)
        return Proof(
            anchor="cost", title=_("Full cost"), shown="–", formula=formula, reasons=reasons
        )
    parts = [
        (kind_of_cost(one.kind, given=one.given), money(one.end - one.start, facts.currency))
        for one in cost.steps
    ]
    parts += [
        (_("hours of work"), hours(cost.minutes)),
        (_("bets that it touches"), plain(cost.bets)),
    ]
    parts += [
        (_("without a cost: %(what)s") % {"what": one.what or _("Work")}, "–")
        for one in cost.uncosted
    ]
    return Proof(
        anchor="cost",
        title=_("Full cost"),
        shown=money(cost.paid, facts.currency),
        formula=formula,
        parts=tuple(parts),
        reasons=_said(cost.notes),
        pages=("costs", "time", "rates"),
    )


def _outcomes(facts: Facts) -> Proof:
    formula = _(
        "Each outcome counts once: rows with the same order, visitor or caller within days of each"
        " other are one. Its contacts before it share it by the rule of attribution."
    )
    there = facts.outcomes
    if there is None:
        return Proof(anchor="outcomes", title=_("Outcomes"), shown="–", formula=formula)
    parts = [
        (_("told, as often as anybody said so"), plain(there.told)),
        (_("told more than once, and counted once"), plain(there.merged)),
        (_("counted"), plain(there.counted)),
        (_("without any known contact (dark)"), plain(there.dark)),
        (_("of these, asked not to be tracked"), plain(there.untracked)),
        (_("with contacts by several channels (assisted)"), plain(there.assisted)),
    ]
    parts += [
        (_("credited to %(channel)s") % {"channel": one.channel}, plain(one.outcomes))
        for one in there.channels
    ]
    return Proof(
        anchor="outcomes",
        title=_("Outcomes"),
        shown=plain(there.counted),
        formula=formula,
        parts=tuple(parts),
        reasons=_said(there.notes),
        pages=("outcomes", "paths"),
    )


def _studies(facts: Facts) -> list[Proof]:
    return [
        Proof(
            anchor="studies" if at == 0 else f"study-{one.number}",
            title=one.title,
            shown=_figure(one.effect),
            formula=_("%(method)s: the outcomes that would not have happened otherwise.")
            % {"method": one.method},
            parts=(
                (_("days"), days(one.first, one.last)),
                (_("level of the interval"), of_100(one.level)),
            ),
            reasons=(one.verdict, *_said(one.effect.notes)),
            source=one.address,
            pages=("studies",),
        )
        for at, one in enumerate(facts.evidence)
    ]


def _sums(facts: Facts, told: FiguresFacts) -> list[Proof]:
    unit = facts.currency
    whole = Proof(
        anchor="break-even",
        title=_("Break-even"),
        shown=_figure(told.break_even, unit),
        formula=_("Outcomes times the value of one: the largest cost at which it still pays."),
        parts=(
            (_("outcomes"), _figure(told.outcomes)),
            (_("value of one"), _worth(facts)),
            (_("cost"), money(told.cost, unit)),
        ),
        reasons=(_way_of_counting(told), *_said(told.notes)),
        source=_worth_source(facts),
        pages=("figures",),
    )
    net = replace(
        whole,
        anchor="net-benefit",
        title=_("Net benefit"),
        shown=_figure(told.net_benefit, unit),
        formula=_("Outcomes times the value of one, less the cost."),
    )
    if told.chance is None:
        return [whole, net]
    chance = replace(
        whole,
        anchor="chance",
        title=_("Chance that it pays"),
        shown=of_100(told.chance),
        formula=_(
            "The one-sided level whose limit of the net benefit touches 0: how sure it is that the"
            " gain exceeds the cost."
        ),
    )
    return [whole, net, chance]


def _way_of_counting(told: FiguresFacts) -> str:
    words = {"days": days(told.first, told.last), "campaigns": plain(told.campaigns or 0)}
    if told.basis == INCREMENTAL:
        return (
            _("Incremental outcomes of a study of %(days)s; the interval is the study's.") % words
        )
    return (
        _(
            "Tracked outcomes of %(days)s in %(campaigns)s campaigns; intervals of sums by Hall's"
            " transformation, of ratios by Fieller's theorem."
        )
        % words
    )


def _worth(facts: Facts) -> str:
    if facts.worth is None:
        return _("not stated")
    return money(facts.worth.amount, facts.worth.currency)


def _worth_source(facts: Facts) -> str:
    if facts.worth is None:
        return ""
    words = {"source": facts.worth.source, "day": day(facts.worth.day)}
    return _("Value of one: %(source)s, %(day)s") % words


def _each(facts: Facts, told: FiguresFacts) -> Proof:
    return Proof(
        anchor="cost-per-outcome",
        title=_("Cost of each"),
        shown=_figure(told.cost_per_outcome, facts.currency),
        formula=_("The full cost divided by the outcomes; needs no value."),
        parts=(
            (_("outcomes per 1,000 spent"), _figure(told.outcomes_per_1000)),
            (_("cost"), money(told.cost, facts.currency)),
        ),
        reasons=(_way_of_counting(told), *_said(told.cost_per_outcome.notes)),
        pages=("figures",),
    )


def _ratio(told: FiguresFacts) -> Proof:
    roi = told.roi
    bounded = roi is not None and roi.bound == "bounded"
    return Proof(
        anchor="ratio",
        title=_("Return on investment"),
        shown=_figure(roi) if bounded else _("in words alone"),
        formula=_("(Gain - cost) / cost; shown only where Fieller's interval has both ends."),
        reasons=() if roi is None else _said(roi.notes),
        pages=("figures",),
    )


def _payback(facts: Facts) -> list[Proof]:
    found = facts.payback
    if found is None:
        return []
    shown = _("not yet") if found.day is None else _("on day %(day)s") % {"day": found.day}
    lowest = money(-found.lowest, facts.currency)
    return [
        Proof(
            anchor="payback",
            title=_("Paid back"),
            shown=shown,
            formula=_("The day since which gains so far never were below costs so far."),
            parts=((_("most that lay out at a time"), lowest),),
            pages=("figures",),
        )
    ]


def _way(one: ComparatorFacts) -> Proof:
    words = {"source": one.source, "day": day(one.source_day)}
    parts = [
        (_("days"), days(one.first, one.last)),
        (_("outcomes per 1,000 spent, theirs"), _figure(one.theirs_per_1000)),
    ]
    if one.ours is not None:
        parts.append((_("cost of each, ours"), _figure(one.ours, one.currency)))
    if one.cheaper is not None:
        parts.append((_("an outcome costs less our way"), of_100(one.cheaper)))
    return Proof(
        anchor=f"way-{one.number}",
        title=one.channel,
        shown=_figure(one.theirs, one.currency),
        formula=_(
            "Their cost divided by their outcomes of the same kind in the same days, or a published"
            " rate; never compared across ways of counting."
        ),
        parts=tuple(parts),
        reasons=_said((*one.theirs.notes, *one.notes)),
        source=_("%(source)s, %(day)s") % words,
        pages=("comparators",),
    )
