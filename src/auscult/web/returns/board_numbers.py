"""The figures of the board's page, part by part."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from auscult.web.returns.board_words import (
    Number,
    days,
    hours,
    in_percent,
    money,
    number,
    of_100,
    plain,
)
from auscult.web.returns.telling_types import (
    INCREMENTAL,
    Facts,
    FiguresFacts,
)
from auscult.web.returns.telling_words import said

KINDS = {
    "labour": gettext_lazy("work"),
    "tools": gettext_lazy("tools"),
    "kit": gettext_lazy("kit"),
    "advertising": gettext_lazy("advertising"),
    "production": gettext_lazy("production"),
    "other": pgettext_lazy("kind of cost", "other"),
}


def of_cost(facts: Facts) -> tuple[Number, ...]:
    """Return what it cost, both ways."""
    cost = facts.cost
    if cost is None:
        return ()
    found = [
        Number(
            name=_("Paid by the house"),
            term="cost",
            shown=money(cost.paid, facts.currency),
            anchor="cost",
        )
    ]
    if cost.given:
        found.append(
            Number(
                name=_("With given time valued"),
                shown=money(cost.paid + cost.given, facts.currency),
                anchor="cost",
            )
        )
    worked = _("%(hours)s hours") % {"hours": hours(cost.minutes)}
    return (*found, Number(name=_("Hours of work"), shown=worked, anchor="cost"))


def of_outcomes(facts: Facts) -> tuple[Number, ...]:
    """Return what it brought: incremental first, then tracked, then all that were counted."""
    found = [_brought(one) for one in facts.figures]
    if facts.outcomes is not None:
        counted = facts.outcomes
        merged = tuple(said(one) for one in counted.notes if one.code == "merged")
        found.append(
            Number(
                name=_("Counted in all, whatever brought them"),
                term="outcome",
                shown=plain(counted.counted),
                said=merged,
                anchor="outcomes",
            )
        )
        if counted.gained is not None:
            gained = money(counted.gained, facts.currency)
            found.append(
                Number(name=_("Money that came in with them"), shown=gained, anchor="outcomes")
            )
    return tuple(found)


def _brought(told: FiguresFacts) -> Number:
    if told.basis == INCREMENTAL:
        when = _("by a study of %(days)s") % {"days": days(told.first, told.last)}
        return number(
            _("Incremental, %(when)s") % {"when": when},
            told.outcomes,
            term="incremental",
            anchor="studies",
        )
    return number(_("Tracked to it"), told.outcomes, term="tracked", anchor="outcomes")


def of_paying(facts: Facts) -> tuple[Number, ...]:
    """Return whether it pays: break-even, net benefit, chance, cost of each, the ratio last."""
    told = facts.told_first
    if told is None:
        return ()
    unit = facts.currency
    found = []
    if told.break_even is not None:
        even = number(
            _("Break-even"), told.break_even, unit=unit, term="break-even", anchor="break-even"
        )
        found.append(even)
    if told.net_benefit is not None:
        found.append(
            number(
                _("Net benefit"),
                told.net_benefit,
                unit=unit,
                term="net-benefit",
                anchor="net-benefit",
            )
        )
    if told.chance is not None:
        found.append(
            Number(
                name=_("Chance that it pays"),
                term="acceptability",
                shown=of_100(told.chance),
                anchor="chance",
            )
        )
    each = number(_("Cost of each"), told.cost_per_outcome, unit=unit, anchor="cost-per-outcome")
    return (*found, each, *_ratio(told), *_payback(facts))


def _ratio(told: FiguresFacts) -> tuple[Number, ...]:
    """Return the ratio where both its ends are known; else words alone."""
    if told.roi is None:
        return ()
    name = _("Return on investment")
    if told.roi.bound == "bounded":
        return (number(name, in_percent(told.roi), unit="%", term="ratio", anchor="ratio"),)
    words = tuple(said(one) for one in told.roi.notes)
    usual = (_("No ratio is shown, since its interval has no end; use the net benefit."),)
    return (Number(name=name, term="ratio", said=words or usual, anchor="ratio"),)


def _payback(facts: Facts) -> tuple[Number, ...]:
    found = facts.payback
    if found is None:
        return ()
    name, lowest = _("Paid back"), money(-found.lowest, facts.currency)
    beside = (
        _("At no time was more than %(lowest)s spent and not yet earned back.")
        % {"lowest": lowest},
    )
    if found.day is None:
        return (Number(name=name, shown=_("not yet"), said=beside, anchor="payback"),)
    shown = _("on day %(day)s") % {"day": found.day}
    return (Number(name=name, shown=shown, said=beside, anchor="payback"),)


def other_way(facts: Facts) -> str:
    """Return the figures with given time counted the other way, in a sentence; empty: none."""
    other = facts.other_way
    if other is None:
        return ""
    words = {
        "each": plain(other.cost_per_outcome.value or 0.0),
        "currency": facts.currency,
        "net": "" if other.net_benefit is None else plain(other.net_benefit.value or 0.0),
    }
    parts = [
        _("With given time counted as cost:")
        if other.with_given
        else _("Without given time as cost:")
    ]
    if other.cost_per_outcome.value is not None:
        parts.append(_("each cost %(each)s %(currency)s.") % words)
    if words["net"]:
        parts.append(_("Net benefit %(net)s %(currency)s.") % words)
    return " ".join(parts) if len(parts) > 1 else ""


def share(part: int, whole: int) -> str:
    """Return a part of outcomes with its percent."""
    percent = round(100 * part / whole) if whole else 0
    return _("%(part)s (%(percent)s %%)") % {"part": plain(part), "percent": percent}


def kind_of_cost(kind: str, *, given: bool) -> str:
    """Return the name of a step of the waterfall."""
    name = str(KINDS.get(kind, kind))
    return pgettext("kind of cost", "%(name)s, given") % {"name": name} if given else name
