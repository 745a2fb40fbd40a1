"""Cycles: planning and starting one, what it is for, and what it assumes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.goals.models import Priority
from auscult.web.goals.objective_actions import FIRST_DAY, LAST_DAY
from auscult.web.listening.models import Watch
from auscult.web.planning import moves, queries
from auscult.web.planning.changing import changing, keep_version, lock
from auscult.web.planning.errors import PlanRefused
from auscult.web.planning.models import (
    FEWEST_DAYS,
    MOST_DAYS,
    USUAL_DAYS,
    Assumption,
    Cycle,
    DigestReader,
    Focus,
)
from auscult.web.planning.moves import AssumptionState, CycleState

CHANGE = gettext_noop("change the plan")
LONGEST = 200
MOST_TEXT = 5_000


@transaction.atomic
def plan_cycle(actor: Actor, *, title: str, first_day: date, days: int = USUAL_DAYS) -> Cycle:
    """Begin to plan a cycle; one is planned at a time.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, CHANGE)
    _check_days(title, first_day, days)
    ours = queries.cycles(actor)
    waits = PlanRefused("title", title, _("kept until the cycle that is planned has started"))
    if ours.filter(state=CycleState.PLANNED).exists():
        raise waits
    last = ours.first()
    try:
        with transaction.atomic():
            made = Cycle.objects.create(
                organisation_id=actor.organisation_id,
                number=last.number + 1 if last else 1,
                title=title.strip(),
                first_day=first_day,
                days=days,
            )
    except IntegrityError as error:  # somebody else was faster
        raise waits from error
    record_audit(actor, action="plan-cycle", target=made.title)
    keep_version(actor, made, why=_("Began to plan"))
    return made


def _check_days(title: str, first_day: date, days: int) -> None:
    if not title.strip() or len(title) > LONGEST:
        raise PlanRefused("title", title, _("1 to %(most)s characters") % {"most": LONGEST})
    if not FEWEST_DAYS <= days <= MOST_DAYS:
        limits = {"least": FEWEST_DAYS, "most": MOST_DAYS}
        raise PlanRefused("days", days, _("from %(least)s to %(most)s") % limits)
    check_day("first_day", first_day)


def check_day(field: str, day: date) -> None:
    """Refuse a day that no plan can mean: what is reckoned from it would leave the calendar.

    Raises
    ------
    PlanRefused
    """
    if not FIRST_DAY <= day <= LAST_DAY:
        valid = _("a day from %(first)s to %(last)s") % {"first": FIRST_DAY, "last": LAST_DAY}
        raise PlanRefused(field, day.isoformat(), valid)


def change_cycle(actor: Actor, *, cycle: Cycle, title: str, first_day: date, days: int) -> None:
    """Change a cycle's name and days.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, CHANGE)
    _check_days(title, first_day, days)
    with changing(actor, cycle, action="change-cycle", why=_("Changed name or days")):
        cycle.title, cycle.first_day, cycle.days = title.strip(), first_day, days
        cycle.save(update_fields=["title", "first_day", "days"])


def start_cycle(actor: Actor, *, cycle: Cycle) -> None:
    """Let a planned cycle run; at most one runs.

    Raises
    ------
    NotAllowed, MoveRefused, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, CHANGE)
    try:
        with transaction.atomic():
            lock(actor, cycle)
            before = CycleState(cycle.state)
            cycle.state = moves.checked(moves.CYCLE, str(cycle), before, CycleState.RUNNING)
            cycle.save(update_fields=["state"])
            record_audit(actor, action="start-cycle", target=cycle.title)
            keep_version(actor, cycle, why=_("Started"))
    except IntegrityError as error:
        cycle.refresh_from_db()
        waiting = _("planned until the cycle that runs is closed")
        raise PlanRefused("state", str(CycleState.RUNNING.label), waiting) from error


def set_focus(actor: Actor, *, cycle: Cycle, priorities: Iterable[Priority]) -> None:
    """Say which priorities a cycle is for.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, CHANGE)
    wanted = {one.pk: one for one in priorities}
    for one in wanted.values():
        if one.organisation_id != actor.organisation_id:
            raise PlanRefused("focus", one.pk, _("a priority of your organisation"))
    with changing(actor, cycle, action="set-focus", why=_("Changed the focus")):
        cycle.foci.exclude(priority__in=wanted).delete()
        there = set(cycle.foci.values_list("priority_id", flat=True))
        Focus.objects.bulk_create(
            Focus(cycle=cycle, priority_id=key) for key in wanted if key not in there
        )


def save_assumption(
    actor: Actor,
    *,
    cycle: Cycle,
    text: str,
    noticed_by: str = "",
    watch: Watch | None = None,
    assumption: Assumption | None = None,
) -> Assumption:
    """Write down what has to be so, and how somebody would notice that it isn't.

    Raises
    ------
    NotAllowed, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, CHANGE)
    check_assumption(text, noticed_by)
    if watch is not None and watch.organisation_id != actor.organisation_id:
        raise PlanRefused("watch", watch.pk, _("a watch of your organisation"))
    with changing(actor, cycle, action="save-assumption", why=_("Saved an assumption")):
        if assumption is not None:  # somebody may have judged it since it was read
            assumption.refresh_from_db(fields=["state"])
        made = assumption or Assumption(cycle=cycle, number=next_number(cycle.assumptions))
        made.text, made.noticed_by, made.watch = text.strip(), noticed_by.strip(), watch
        made.save()
    return made


def check_assumption(text: str, noticed_by: str) -> None:
    """Refuse what no assumption can say.

    Raises
    ------
    PlanRefused
    """
    for field, given in (("text", text), ("noticed_by", noticed_by)):
        if len(given) > MOST_TEXT or (field == "text" and not given.strip()):
            raise PlanRefused(
                field, given[:40], _("1 to %(most)s characters") % {"most": MOST_TEXT}
            )


def next_number(rows: Any) -> int:
    """Return the number after the highest of rows that are counted within something."""
    highest: int | None = rows.aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def judge_assumption(actor: Actor, *, assumption: Assumption, state: AssumptionState) -> None:
    """Say whether an assumption holds.

    Raises
    ------
    NotAllowed, MoveRefused, PlanRefused
    """
    require(actor, Right.EDIT_PLAN, CHANGE)
    why = _("“%(text)s”: %(state)s") % {"text": assumption.text[:80], "state": state.label}
    with changing(actor, assumption.cycle, action="judge-assumption", why=why):
        assumption.refresh_from_db()
        before = AssumptionState(assumption.state)
        assumption.state = moves.checked(moves.ASSUMPTION, assumption.text[:80], before, state)
        assumption.save(update_fields=["state"])


def require_export(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may take the plan away."""
    require(actor, Right.EXPORT, gettext_noop("take the plan away as a file"))


@transaction.atomic
def record_download(actor: Actor, *, cycle: Cycle, form: str) -> None:
    """Write down that a plan is taken away as a file; call it before it is handed out."""
    require_export(actor)
    record_audit(actor, action="export-plan", target=cycle.title, details={"form": form})


@transaction.atomic
def subscribe(actor: Actor, *, wanted: bool) -> None:
    """Let the actor get the week's plan by mail, or not any more."""
    require(actor, Right.SEE_FIGURES, queries.SEE)
    own: dict[str, Any] = {"organisation_id": actor.organisation_id, "user_id": actor.user_id}
    if wanted:
        DigestReader.objects.get_or_create(**own)
    else:
        DigestReader.objects.filter(**own).delete()
    record_audit(actor, action="subscribe-plan", target=actor.name, details={"wanted": wanted})
