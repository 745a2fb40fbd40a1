"""Taking what the data say of a bet in the place of what was guessed, and leaving it again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.planning import actions, queries
from auscult.web.planning.changing import changing
from auscult.web.planning.errors import PlanRefused
from auscult.web.planning.estimate_models import CurveForm, Estimate
from auscult.web.planning.models import Bet

FEWEST, MOST = 20, 2_000  # samples
LARGEST = 1e9
MOST_HOURS = 10_000  # a week
MOST_WORDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseEstimate:
    """Samples of a bet's response curve, with where they come from.

    Attributes
    ----------
    form : str
        `exponential` or `hyperbolic`: `engine.planning.curves.Curves`.
    hours, money : float
        What scale 1 is: hours a week, and money over the cycle.
    ceiling, pace : sequence of float
        One value for each sample; the ceiling in shares of the way from the objective's baseline
        to its target.
    source : str
        What it rests on, in words.
    address : str
        The page that says so.
    """

    form: str = CurveForm.EXPONENTIAL
    hours: float
    money: float
    ceiling: Sequence[float]
    pace: Sequence[float]
    source: str
    address: str = ""


def record_estimate(actor: Actor, *, bet: Bet, estimate: ResponseEstimate) -> Estimate:
    """Let the planner reckon with what the data say of a bet; an earlier estimate goes.

    Raises
    ------
    NotAllowed, PlanUnknown, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, actions.CHANGE)
    found = queries.bet(actor, bet.pk)
    _check(estimate)
    why = _("Evidence for the bet “%(title)s”: %(source)s")
    said = why % {"title": found.title, "source": estimate.source}
    with changing(actor, found.cycle, action="record-estimate", why=said):
        made, _new = Estimate.objects.update_or_create(
            bet=found,
            defaults={
                "form": estimate.form,
                "hours": estimate.hours,
                "money": estimate.money,
                "ceiling": list(estimate.ceiling),
                "pace": list(estimate.pace),
                "source": estimate.source[:MOST_WORDS],
                "source_address": estimate.address,
                "at": actor.clock.now(),
                "user_id": actor.user_id,
            },
        )
    return made


def remove_estimate(actor: Actor, *, bet: Bet) -> None:
    """Reckon with what people said of a bet again.

    Raises
    ------
    NotAllowed, PlanUnknown, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, actions.CHANGE)
    found = queries.bet(actor, bet.pk)
    why = _("No evidence for the bet “%(title)s” any more") % {"title": found.title}
    with changing(actor, found.cycle, action="remove-estimate", why=why):
        Estimate.objects.filter(bet=found).delete()


def _check(estimate: ResponseEstimate) -> None:
    if estimate.form not in CurveForm.values:
        raise PlanRefused("form", estimate.form, ", ".join(CurveForm.values))
    spent = (("hours", estimate.hours, MOST_HOURS), ("money", estimate.money, LARGEST))
    for name, value, most in spent:
        if not 0 <= value <= most:
            raise PlanRefused(name, value, _("from 0 to %(most)s") % {"most": f"{most:,.0f}"})
    if not (estimate.hours or estimate.money):
        raise PlanRefused("hours", 0, _("above 0, or else the money: a scale needs a unit"))
    count = len(estimate.ceiling)
    if not FEWEST <= count <= MOST or count != len(estimate.pace):
        valid = _("%(fewest)s to %(most)s, as many ceilings as paces")
        raise PlanRefused("samples", count, valid % {"fewest": FEWEST, "most": MOST})
    if not all(0 <= one <= LARGEST for one in estimate.ceiling):
        raise PlanRefused("ceiling", _worst(estimate.ceiling), _("0 or more"))
    if not all(0 < one <= LARGEST for one in estimate.pace):
        raise PlanRefused("pace", _worst(estimate.pace), _("above 0"))


def _worst(values: Sequence[float]) -> float:
    return next((one for one in values if not math.isfinite(one)), min(values))
