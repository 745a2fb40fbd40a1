"""Adding, changing and closing objectives."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.goals import queries
from auscult.web.goals.changing import keep_change, of_objective
from auscult.web.goals.errors import GoalRefused, ObjectiveClosed
from auscult.web.goals.models import Direction, Objective, Priority
from auscult.web.goals.priority_actions import LONGEST, check_owner

MAY = gettext_noop("change objectives")
ONCE = gettext_noop("a title that no other objective has")
GREATEST = 1e15  # a value beyond can't be told from its neighbours
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2199, 12, 31)
LONGEST_UNIT = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveWish:
    """What an objective shall be; see `Objective`."""

    priority: Priority
    title: str
    measure: str
    unit: str = ""
    direction: Direction = Direction.UP
    baseline: float
    baseline_on: date
    target: float
    deadline: date
    owner_id: int | None = None


@transaction.atomic
def save_objective(
    actor: Actor, *, wish: ObjectiveWish, objective: Objective | None = None
) -> Objective:
    """Add an objective or change one; its readings stay.

    Raises
    ------
    NotAllowed, GoalRefused
    """
    require(actor, Right.EDIT_GOALS, MAY)
    _check_names(actor, wish, objective)
    _check_way(wish)
    before = {} if objective is None else of_objective(objective)
    saved = objective or Objective(organisation_id=actor.organisation_id)
    for name in ObjectiveWish.__slots__:
        setattr(saved, name, getattr(wish, name))
    saved.title, saved.measure = wish.title.strip(), wish.measure.strip()
    saved.forecast_due = True
    # What isn't wished for is the runner's and the owners' to change, at any moment.
    changed = [*ObjectiveWish.__slots__, "forecast_due"] if objective else None
    try:
        with transaction.atomic():
            saved.save(update_fields=changed)
    except IntegrityError as error:  # somebody else was faster
        raise GoalRefused("title", saved.title, _(ONCE)) from error
    keep_change(actor, saved, "save-objective", before=before, after=of_objective(saved))
    return saved


def _check_names(actor: Actor, wish: ObjectiveWish, objective: Objective | None) -> None:
    if wish.priority.organisation_id != actor.organisation_id:
        raise GoalRefused("priority", wish.priority.pk, _("a priority of your organisation"))
    for name in ("title", "measure"):
        text = getattr(wish, name)
        if not text.strip() or len(text) > LONGEST:
            raise GoalRefused(name, text[:80], _("1 to %(most)s characters") % {"most": LONGEST})
    others = queries.objectives(actor).exclude(pk=objective.pk if objective else 0)
    if others.filter(title=wish.title.strip()).exists():
        raise GoalRefused("title", wish.title, _(ONCE))
    if len(wish.unit) > LONGEST_UNIT:
        most = _("at most %(most)s characters") % {"most": LONGEST_UNIT}
        raise GoalRefused("unit", wish.unit[:80], most)
    check_owner(actor, wish.owner_id)


def _check_way(wish: ObjectiveWish) -> None:
    """Refuse a way from baseline to target that leads nowhere, or the other way."""
    for name in ("baseline", "target"):
        check_value(name, getattr(wish, name))
    for name in ("baseline_on", "deadline"):
        check_day(name, getattr(wish, name))
    if wish.deadline <= wish.baseline_on:
        raise GoalRefused(
            "deadline",
            wish.deadline.isoformat(),
            _("a day after that of the baseline, %(day)s") % {"day": wish.baseline_on},
        )
    ahead = wish.target - wish.baseline
    if ahead == 0 or (ahead > 0) != (wish.direction == Direction.UP):
        valid = (
            _("more than the baseline, %(baseline)s, as the measure shall go up")
            if wish.direction == Direction.UP
            else _("less than the baseline, %(baseline)s, as the measure shall go down")
        )
        raise GoalRefused("target", wish.target, valid % {"baseline": wish.baseline})


def check_value(name: str, value: float) -> None:
    """Refuse what is no number that can be kept."""
    if not math.isfinite(value) or abs(value) > GREATEST:
        raise GoalRefused(name, value, _("a number from -10^15 to 10^15"))


def check_day(name: str, day: date) -> None:
    """Refuse a day that no plan can mean."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise GoalRefused(
            name,
            day.isoformat(),
            _("a day from %(first)s to %(last)s") % {"first": FIRST_DAY, "last": LAST_DAY},
        )


@transaction.atomic
def close_objective(actor: Actor, *, objective: Objective, actual: float | None) -> None:
    """Close an objective with the value that it reached; None: nobody knows it.

    Raises
    ------
    NotAllowed, GoalRefused, ObjectiveClosed
    """
    require(actor, Right.EDIT_GOALS, MAY)
    if actual is not None:
        check_value("actual", actual)
    locked = queries.objectives(actor).select_for_update(of=("self",)).get(pk=objective.pk)
    if locked.closed_on is not None:  # what somebody else closed it with stays
        raise ObjectiveClosed(objective.title)
    before = of_objective(objective)
    objective.closed_on, objective.actual = queries.today(actor), actual
    objective.save(update_fields=["closed_on", "actual"])
    keep_change(actor, objective, "close-objective", before=before, after=of_objective(objective))


@transaction.atomic
def reopen_objective(actor: Actor, *, objective: Objective) -> None:
    """Open a closed objective again."""
    require(actor, Right.EDIT_GOALS, MAY)
    if objective.closed_on is None:
        return
    before = of_objective(objective)
    objective.closed_on = objective.actual = None
    objective.save(update_fields=["closed_on", "actual"])
    keep_change(actor, objective, "reopen-objective", before=before, after=of_objective(objective))
