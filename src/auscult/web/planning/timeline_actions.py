"""Moving tasks along the days of their cycle: a file of its own, for `bet_actions.py` is full."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.planning.bet_actions import require_task
from auscult.web.planning.changing import changing
from auscult.web.planning.errors import DaysRefused, MovedMeanwhile, PlanRefused
from auscult.web.planning.models import MOST_DAYS, Cycle, Task
from auscult.web.planning.queries import OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The first and the last day of a task."""

    first: date
    last: date


def said(day: date) -> str:
    """Return a day as people write it."""
    return date_format(day, _("j M"))


def shift_task(actor: Actor, *, task: Task, days: int) -> None:
    """Move a task's first and last day by so many days, to earlier ones by a negative number.

    Raises
    ------
    NotAllowed, PlanRefused, DaysRefused
    """
    require_task(actor, task)
    if not -MOST_DAYS <= days <= MOST_DAYS:
        limits = {"least": -MOST_DAYS, "most": MOST_DAYS}
        raise PlanRefused("days", days, _("from %(least)s to %(most)s") % limits)
    why = _("Moved the task “%(title)s” by %(days)s days") % {"title": task.title, "days": days}
    with changing(actor, task.bet.cycle, action="shift-task", why=why):
        task.refresh_from_db(fields=["first_day", "last_day", "state"])
        by = timedelta(days=days)
        _move(task, Days(first=task.first_day + by, last=task.last_day + by))


def place_task(actor: Actor, *, task: Task, wanted: Days, seen: Days) -> None:
    """Give a task other days.

    Parameters
    ----------
    seen : Days
        Where the task stood when its mover looked: nobody overwrites what she hasn't seen.

    Raises
    ------
    NotAllowed, PlanRefused, DaysRefused, MovedMeanwhile
    """
    require_task(actor, task)
    if wanted.last < wanted.first:
        raise PlanRefused("last_day", wanted.last.isoformat(), _("the first day or later"))
    about = {"title": task.title, "first": said(wanted.first), "last": said(wanted.last)}
    why = _("Moved the task “%(title)s” to %(first)s – %(last)s") % about
    with changing(actor, task.bet.cycle, action="place-task", why=why):
        task.refresh_from_db(fields=["first_day", "last_day", "state"])
        if seen != Days(first=task.first_day, last=task.last_day):
            raise MovedMeanwhile(task.title, said(task.first_day), said(task.last_day))
        _move(task, wanted)


def _move(task: Task, wanted: Days) -> None:
    """Give a task days, unless these are worse than those that it has.

    What stands outside of its cycle, or beside what it waits for, may always come nearer to
    where it belongs: forms and files may have put it there.
    """
    _check_cycle(task, task.bet.cycle, wanted)
    if task.state in OPEN:
        _check_order(task, wanted)
    task.first_day, task.last_day = wanted.first, wanted.last
    task.save(update_fields=["first_day", "last_day"])


def _check_cycle(task: Task, cycle: Cycle, wanted: Days) -> None:
    if wanted.first < min(cycle.first_day, task.first_day):
        text = _("The cycle begins on %(day)s: “%(title)s” can't begin before it.")
        raise DaysRefused("first_day", text % {"day": said(cycle.first_day), "title": task.title})
    if wanted.last > max(cycle.last_day, task.last_day):
        text = _("The cycle ends on %(day)s: “%(title)s” can't end after it.")
        raise DaysRefused("last_day", text % {"day": said(cycle.last_day), "title": task.title})


def _check_order(task: Task, wanted: Days) -> None:
    """Refuse to begin before what a task waits for ends, and to end after what waits for it begins.

    The day on which one ends is early enough for the next one.
    """
    early = task.depends_on.filter(state__in=OPEN, last_day__gt=wanted.first)
    waited = early.order_by("-last_day", "pk").first()
    if waited is not None and wanted.first < task.first_day:
        text = _("“%(title)s” waits for “%(other)s”, which ends on %(day)s: it can't begin before.")
        raise DaysRefused("first_day", _between(text, task, waited, waited.last_day))
    late = task.needed_by.filter(state__in=OPEN, first_day__lt=wanted.last)
    waiting = late.order_by("first_day", "pk").first()
    if waiting is not None and wanted.last > task.last_day:
        text = _("“%(other)s” waits for “%(title)s”, and begins on %(day)s: it can't end later.")
        raise DaysRefused("last_day", _between(text, task, waiting, waiting.first_day))


def _between(text: str, task: Task, other: Task, day: date) -> str:
    return text % {"title": task.title, "other": other.title, "day": said(day)}
