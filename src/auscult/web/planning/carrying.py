"""What goes from a cycle that is closed into the next one."""

from __future__ import annotations

from collections.abc import Set
from datetime import timedelta

from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.planning import queries
from auscult.web.planning.actions import next_number, plan_cycle
from auscult.web.planning.changing import changing
from auscult.web.planning.models import (
    Assumption,
    Bet,
    Cycle,
    Focus,
    Level,
    Need,
    Review,
    Task,
    Verdict,
)
from auscult.web.planning.moves import AssumptionState, BetState, CycleState, TaskState
from auscult.web.planning.serving import link_objective
from auscult.web.planning.snapshots import LEVEL, NEED

ONE_DAY = timedelta(days=1)


def carry_over(actor: Actor, old: Cycle, closing: Review) -> Cycle:
    """Fill the next cycle with what the closing review kept, and return it.

    The focus goes along, but for priorities that ended; assumptions that weren't wrong; bets that
    weren't dropped, with their estimates and what they wait for; tasks that aren't done, with as
    many days as they had. Who left the house stays behind.
    """
    new = _following(actor, old)
    why = _("Took along what “%(title)s” kept") % {"title": old.title}
    with changing(actor, new, action="carry-over", why=why):
        for focus in old.foci.filter(priority__ended_on=None):
            Focus.objects.get_or_create(cycle=new, priority=focus.priority)
        for assumption in old.assumptions.exclude(state=AssumptionState.WRONG).order_by("number"):
            _take_assumption(assumption, new)
        dropped = closing.findings.filter(verdict=Verdict.DROPPED, bet__isnull=False).values("bet")
        kept = old.bets.filter(state=BetState.ON).exclude(pk__in=dropped).order_by("number")
        _take_bets(actor, list(kept), new)
    return new


def _following(actor: Actor, old: Cycle) -> Cycle:
    planned = queries.cycles(actor).filter(state=CycleState.PLANNED).first()
    if planned is not None:
        return planned
    first_day = max(old.last_day + ONE_DAY, queries.today(actor))
    title = _("Cycle %(number)s") % {"number": old.number + 1}
    return plan_cycle(actor, title=title, first_day=first_day, days=old.days)


def _take_assumption(one: Assumption, new: Cycle) -> None:
    Assumption.objects.create(
        cycle=new,
        number=next_number(new.assumptions),
        text=one.text,
        noticed_by=one.noticed_by,
        watch=one.watch,
        state=one.state,
    )


def _take_bets(actor: Actor, kept: list[Bet], new: Cycle) -> None:
    here = set(queries.people(actor).values_list("pk", flat=True))
    bets = {one.pk: _take_bet(one, new, here) for one in kept}
    for made in bets.values():
        link_objective(actor, made)
    for one in kept:
        known = [bets[key] for key in one.depends_on.values_list("pk", flat=True) if key in bets]
        bets[one.pk].depends_on.set(known)
    undone = Task.objects.filter(bet__in=kept, state__in=queries.OPEN).order_by("pk")
    tasks = {one.pk: _take_task(one, bets[one.bet_id], new, here) for one in undone}
    for task in undone:
        others = task.depends_on.values_list("pk", flat=True)
        tasks[task.pk].depends_on.set([tasks[key] for key in others if key in tasks])


PLAIN = (
    "title", "objective_id", "owner_id", "function_id", "amplifies", "audience", "networks",
    "kit", "confidence", "either_or",
)  # fmt: skip


def _take_bet(one: Bet, new: Cycle, here: Set[int]) -> Bet:
    plain = {name: getattr(one, name) for name in PLAIN}
    if one.owner_id not in here:
        plain["owner_id"] = None
    made = Bet.objects.create(cycle=new, number=next_number(new.bets), **plain)
    for level in one.levels.all():
        values = {name: getattr(level, name) for name in LEVEL}
        Level.objects.create(bet=made, place=level.place, **values)
    for need in one.needs.all():
        values = {name: getattr(need, name) for name in NEED}
        Need.objects.create(bet=made, skill=need.skill, **values)
    return made


def _take_task(one: Task, bet: Bet, new: Cycle, here: Set[int]) -> Task:
    first_day = max(one.first_day, new.first_day)
    made = Task.objects.create(
        bet=bet,
        number=next_number(bet.tasks),
        title=one.title,
        kind=one.kind,
        skill=one.skill,
        first_day=first_day,
        last_day=first_day + (one.last_day - one.first_day),
        state=TaskState.TO_DO,
    )
    made.people.set(one.people.filter(pk__in=here))
    return made
