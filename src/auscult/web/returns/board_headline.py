"""The headline of the board's page: what we spent, what it brought, how sure that is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from auscult.web.returns.board_words import Line, days, hours, money, of_100, range_of, read
from auscult.web.returns.telling_types import INCREMENTAL, TRACKED, Facts, FiguresFacts
from auscult.web.returns.telling_words import said


def headline(facts: Facts) -> tuple[Line, ...]:
    """Return the three sentences that a reader takes home."""
    return (_spent(facts), _brought(facts), _sure(facts))


def _spent(facts: Facts) -> Line:
    cost = facts.cost
    if cost is None:
        why = " ".join(said(one) for one in facts.notes)
        return Line(
            text=_("What it cost can't be reckoned yet. %(why)s") % {"why": why}, anchor="cost"
        )
    words = {
        "paid": money(cost.paid, facts.currency),
        "given": money(cost.given, facts.currency),
        "hours": hours(cost.minutes),
    }
    if not cost.paid and not cost.given:
        text = _("No cost is written down yet; that isn't the same as free.")
    elif not cost.paid:
        text = _("The house paid nothing; time worth %(given)s was given.") % words
    elif not cost.minutes:
        text = _("We spent %(paid)s; no hours of work are written down for it.") % words
    elif cost.given:
        text = (
            _(
                "We spent %(paid)s, all work included, and were given time worth %(given)s:"
                " %(hours)s hours in all."
            )
            % words
        )
    else:
        text = _("We spent %(paid)s, all work included: %(hours)s hours.") % words
    if cost.uncosted:
        more = _("Things without a cost yet: %(count)s, so the true cost is higher.")
        text = f"{text} {more % {'count': len(cost.uncosted)}}"
    return Line(text=text, anchor="cost")


def _brought(facts: Facts) -> Line:
    told = facts.told_first
    if facts.kind is None or facts.outcomes is None or told is None:
        return Line(
            text=_("What it brought isn't known yet: no outcomes are written down."),
            anchor="outcomes",
        )
    words = {
        "count": read(told.outcomes.value or 0.0),
        "kind": facts.kind.name,
        "range": range_of(told.outcomes),
        "days": days(told.first, told.last),
    }
    if told.basis == INCREMENTAL:
        text = (
            _(
                "It brought %(count)s “%(kind)s” that would not have happened otherwise"
                " (%(range)s), as a study of %(days)s found."
            )
            if words["range"]
            else _(
                "It brought %(count)s “%(kind)s” that would not have happened otherwise, as a"
                " study of %(days)s found."
            )
        )
    elif words["range"]:
        text = _(
            "%(count)s “%(kind)s” were tracked to it (%(range)s). How many of them would have"
            " happened anyway isn't known."
        )
    else:
        text = _(
            "%(count)s “%(kind)s” were tracked to it. How many of them would have happened anyway"
            " isn't known."
        )
    return Line(text=text % words, anchor="outcomes")


def _sure(facts: Facts) -> Line:
    told = facts.told_first
    if told is None:
        return Line(text=_("So nobody can say yet whether it pays."), anchor="net-benefit")
    if told.net_benefit is None:
        return _each(facts, told)
    words = {
        "net": money(told.net_benefit.value or 0.0, facts.currency),
        "range": range_of(told.net_benefit, facts.currency),
        "chance": "" if told.chance is None else of_100(told.chance),
        "worth": _worth(facts),
    }
    if told.chance is None:
        text = _(
            "%(worth)s the net benefit is %(net)s; there is too little to say how sure that is."
        )
    else:
        text = _(
            "%(worth)s the net benefit is %(net)s (%(range)s); it pays in %(chance)s cases like"
            " this one."
        )
    return Line(text=text % words, anchor="net-benefit")


def _worth(facts: Facts) -> str:
    """Return under what conditions it is reckoned: the first words of the sentence."""
    told = facts.told_first
    tracked = told is not None and told.basis == TRACKED
    if facts.worth is None:
        if tracked:
            return _("With the amounts that came in, and if none had come anyway,")
        return _("With the amounts that came in,")
    worth = {"worth": money(facts.worth.amount, facts.worth.currency)}
    if tracked:
        return _("At %(worth)s for each, and if none had happened anyway,") % worth
    return _("At %(worth)s for each,") % worth


def _each(facts: Facts, told: FiguresFacts) -> Line:
    each = told.cost_per_outcome
    words = {
        "each": "" if each.value is None else money(each.value, facts.currency),
        "range": range_of(each, facts.currency),
    }
    if each.value is None:
        why = " ".join(said(one) for one in each.notes)
        text = _("Nobody has said what one is worth, so whether it pays isn't known.") + f" {why}"
        return Line(text=text.strip(), anchor="cost-per-outcome")
    if words["range"]:
        text = _("Each cost %(each)s (%(range)s). Nobody has said what one is worth.")
    else:
        text = _("Each cost %(each)s, without an interval. Nobody has said what one is worth.")
    return Line(text=text % words, anchor="cost-per-outcome")
