"""Opening a cycle from a template: an action of its own, for it is made of many others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from auscult.web.accounts.models import Actor
from auscult.web.goals.models import Priority
from auscult.web.planning import actions, ready_made
from auscult.web.planning.bet_actions import save_bet, save_task
from auscult.web.planning.models import USUAL_DAYS, Cycle


@transaction.atomic
def open_cycle(
    actor: Actor,
    *,
    title: str,
    first_day: date,
    days: int = USUAL_DAYS,
    focus: Iterable[Priority] = (),
    template: str = "",
) -> Cycle:
    """Begin to plan a cycle with its focus, and with what a template brings.

    Raises
    ------
    NotAllowed, PlanRefused, TemplateBroken
    """
    cycle = actions.plan_cycle(actor, title=title, first_day=first_day, days=days)
    if chosen := list(focus):
        actions.set_focus(actor, cycle=cycle, priorities=chosen)
    if template:
        _fill(actor, cycle, ready_made.read(template, ready_made.language()))
    return cycle


def _fill(actor: Actor, cycle: Cycle, template: ready_made.Template) -> None:
    for one in template.get("assumptions", ()):
        actions.save_assumption(
            actor, cycle=cycle, text=one["text"], noticed_by=one.get("noticed_by", "")
        )
    for bet in template["bets"]:
        made = save_bet(actor, cycle=cycle, wish=ready_made.bet_wish(bet))
        before = None
        for task in bet["tasks"]:
            waits = (before,) if task.get("after_that_before") and before else ()
            wish = ready_made.task_wish(task, cycle.first_day, depends_on=waits)
            before = save_task(actor, bet=made, wish=wish)
