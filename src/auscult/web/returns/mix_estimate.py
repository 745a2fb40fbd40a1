"""From what a channel brought to what a bet may bring: the units of a study into those of a plan."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.goals.models import Objective
from auscult.web.planning.estimate_actions import ResponseEstimate, record_estimate
from auscult.web.planning.estimate_models import Estimate
from auscult.web.planning.models import Bet
from auscult.web.returns import study_queries
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.evidence import CurveEvidence, curve_of

WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What a study doesn't know of a plan.

    Attributes
    ----------
    hours : float
        A week, that what was done in the study's days took.
    money : float
        That it took in all, over the study's days.
    worth : float
        How much of the objective's unit one outcome is: 1 where both count the same.
    """

    hours: float
    money: float
    worth: float = 1.0


def estimate_from(curve: CurveEvidence, bet: Bet, conversion: Conversion) -> ResponseEstimate:
    """Return a channel's curve as the estimate of a bet.

    A study tells outcomes over its own days; a cycle is as long as it is, so outcomes and money
    count in proportion to days, and hours a week stay. Outcomes become shares of the way from
    the objective's baseline to its target.

    Raises
    ------
    ReturnsRefused
        The bet has no objective with a way to go.
    """
    way = way_of(bet)
    part = bet.cycle.days / ((curve.last - curve.first).days + 1)
    factor = part * conversion.worth / way
    return ResponseEstimate(
        hours=conversion.hours,
        money=conversion.money * part,
        ceiling=[factor * one for one in curve.ceiling],
        pace=list(curve.pace),
        source=_("%(channel)s in “%(title)s”") % {"channel": curve.channel, "title": curve.title},
        address=curve.address,
    )


def way_of(bet: Bet) -> float:
    """Return how far it is from the baseline of a bet's objective to its target.

    Raises
    ------
    ReturnsRefused
    """
    objective: Objective | None = bet.objective
    way = abs(objective.target - objective.baseline) if objective else 0.0
    if not way:
        valid = _("one with an objective whose baseline and target differ")
        raise ReturnsRefused("bet", bet.title, valid)
    return way


def use_in_plan(
    actor: Actor, *, study: int, number: int, bet: Bet, conversion: Conversion
) -> Estimate:
    """Hand the curve of a study's channel to the planner, for a bet.

    Raises
    ------
    NotAllowed, ReturnsUnknown, ReturnsRefused, PlanUnknown, PlanRefused
    """
    curve = curve_of(study_queries.study(actor, study), number)
    made = estimate_from(curve, bet, conversion)
    return record_estimate(actor, bet=bet, estimate=made)
