"""The plan on one page as PDF, set by Typst."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.people import organisation
from auscult.web.goals.amounts import amount
from auscult.web.planning import sheets, showing
from auscult.web.planning.models import Cycle
from auscult.web.planning.moves import BetState


def as_pdf(actor: Actor, cycle: Cycle) -> bytes:
    """Return a cycle's plan on A4, in the language that is active."""
    day, house = showing.day(actor, cycle), organisation(actor).name
    days = _("%(first)s to %(last)s") % {
        "first": date_format(cycle.first_day, _("j M Y")),
        "last": date_format(cycle.last_day, _("j M Y")),
    }
    today = _("Day %(n)s of %(of)s") % {"n": day.number, "of": day.of}
    page = {
        "title": cycle.title,
        "about": f"{house} · {cycle.title}",
        "days": f"{house} · {days} · {today}",
        "sections": [
            {"title": _("In focus"), "lines": [one.title for one in cycle.focus.all()]},
            {"title": _("Objectives"), "lines": _objectives(cycle)},
            {"title": _("Assumptions"), "lines": _assumptions(cycle)},
        ],
        "title-of-bets": _("Bets"),
        "head": [_("Bet"), _("For"), _("Owner"), _("Tasks done"), _("Progress")],
        "bets": _bets(actor, cycle),
    }
    return sheets.sheet(actor, "plan", page)


def _objectives(cycle: Cycle) -> list[str]:
    return [
        _("%(title)s: from %(baseline)s to %(target)s %(unit)s by %(day)s")
        % {
            "title": one.title,
            "baseline": amount(one.baseline),
            "target": amount(one.target),
            "unit": one.unit,
            "day": date_format(one.deadline, _("j M Y")),
        }
        for one in showing.objectives_of(cycle)
    ]


def _assumptions(cycle: Cycle) -> list[str]:
    rows = cycle.assumptions.order_by("number")
    return [f"{one.text} ({one.get_state_display()})" for one in rows]


def _bets(actor: Actor, cycle: Cycle) -> list[list[Any]]:
    return [
        [
            one.bet.title,
            one.bet.objective.title if one.bet.objective else _("no objective"),
            str(one.bet.owner or ""),
            f"{one.done} / {one.tasks}",
            f"{one.last.progress} %" if one.last else "",
        ]
        for one in showing.standings(actor, cycle)
        if one.bet.state == BetState.ON
    ]
