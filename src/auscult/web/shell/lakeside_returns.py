"""A year of Lakeside General in the plan and the book: settled by the runner, gone with the town."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, AuditEntry
from auscult.web.accounts.queries import time_zone
from auscult.web.accounts.work import Job
from auscult.web.goals.models import Objective, Priority
from auscult.web.goals.queries import every_priority
from auscult.web.planning.models import Cycle
from auscult.web.planning.queries import cycles
from auscult.web.planning.resource_models import Capacity, Skill
from auscult.web.returns.cost_models import Charge, Worked, WorkRole
from auscult.web.returns.link_models import ShortLink
from auscult.web.returns.outcome_models import Intake, OutcomeKind
from auscult.web.returns.study_models import Study
from auscult.web.returns.survey_models import Survey
from auscult.web.shell import lakeside_marks as marks
from auscult.web.sources.models import Source
from auscult.web.sources.queries import sources

SETTLED = "settle-lakeside"
EVERY = timedelta(minutes=10)
# Each is a transaction of its own, so that nobody who writes waits for long.
STEPS = ("plan", "costs", "kinds", "links", *marks.KINDS[:4], "survey", "comparators", "studies",
         "experiment", "ahead")  # fmt: skip


def settle_next(actor: Actor) -> bool:
    """Do the next step where the town has settled; return whether there are more.

    A house that has a plan or a book of its own is left as it is.
    """
    town = sources(actor).filter(connector=marks.CONNECTOR, name=marks.NAME).first()
    if town is None:
        _follow(actor)
        return False
    done = _done(actor, town)
    left = [step for step in STEPS if step not in done]
    if left and not done and _has_its_own(actor):
        _pass_over(actor, left)
        return False
    if left:
        _do(actor, town, left[0])
    return len(left) > 1


def _follow(actor: Actor) -> None:
    """Leave where the town was removed like any other source."""
    towns = sources(actor).filter(connector=marks.CONNECTOR)
    if cycles(actor).filter(title=marks.CYCLE).exists() and not towns.exists():
        leave(actor)


def _done(actor: Actor, town: Source) -> list[str]:
    """Return the steps that were done since the town came."""
    rows = AuditEntry.objects.filter(
        organisation_id=actor.organisation_id, action=SETTLED, at__gte=town.created_at
    )
    return list(rows.values_list("target", flat=True))


def _has_its_own(actor: Actor) -> bool:
    house = {"organisation_id": actor.organisation_id}
    books: tuple[QuerySet[Any], ...] = (
        OutcomeKind.objects.all(),
        WorkRole.objects.all(),
        Skill.objects.all(),
        Charge.objects.all(),
        ShortLink.objects.all(),
        Survey.objects.all(),
        Study.objects.all(),
    )
    return (
        cycles(actor).exists()
        or every_priority(actor).exists()
        or any(rows.filter(**house).exists() for rows in books)
    )


@transaction.atomic
def _pass_over(actor: Actor, steps: list[str]) -> None:
    for step in steps:
        record_audit(actor, action=SETTLED, target=step, details={"passed_over": True})


@transaction.atomic
def _do(actor: Actor, town: Source, step: str) -> None:
    # What makes the year takes memory that only the runner needs to spend, once.
    from auscult.web.shell import lakeside_book as book  # noqa: PLC0415
    from auscult.web.shell.lakeside_people import House  # noqa: PLC0415

    # The entry comes first: from here on another runner waits, and then finds it.
    record_audit(actor, action=SETTLED, target=step)
    if _done(actor, town).count(step) > 1:
        transaction.set_rollback(True)
        return
    zone = time_zone(actor)
    last = town.created_at.astimezone(zone).date() - timedelta(days=1)
    book.write(step, House(actor=actor, year=book.year_until(last), zone=zone))


@transaction.atomic
def leave(actor: Actor) -> None:
    """Remove the year from the plan and the book; what the house added itself stays."""
    house = {"organisation_id": actor.organisation_id}
    Study.objects.filter(**house, title__in=marks.STUDIES).delete()
    Survey.objects.filter(**house, title=marks.SURVEY).delete()
    Intake.objects.filter(**house, name=marks.SOURCE).delete()
    ShortLink.objects.filter(**house, target=marks.SITE).delete()
    Charge.objects.filter(**house, source=marks.SOURCE).delete()
    Worked.objects.filter(**house, note=marks.SOURCE).delete()
    OutcomeKind.objects.filter(**house, slug__in=marks.KINDS, outcomes=None).delete()
    WorkRole.objects.filter(**house, name__in=marks.ROLES, worked=None, workers=None).delete()
    _without_hours(house)
    Cycle.objects.filter(**house, title__in=(marks.CYCLE, marks.AHEAD)).delete()
    Objective.objects.filter(**house, priority__title=marks.PRIORITY).delete()
    Priority.objects.filter(**house, title=marks.PRIORITY).delete()
    record_audit(actor, action="leave-lakeside", target=marks.CYCLE)


def _without_hours(house: Mapping[str, Any]) -> None:
    """Remove the hours that the town offered for its hundred days, and skills that nobody else has."""
    for one in Cycle.objects.filter(**house, title=marks.AHEAD):
        Capacity.objects.filter(
            skill__organisation_id=one.organisation_id,
            skill__name__in=marks.SKILLS,
            first_day=one.first_day,
            last_day=one.last_day,
        ).delete()
    Skill.objects.filter(**house, name__in=marks.SKILLS, capacities=None).delete()


JOBS: tuple[Job, ...] = (Job(name="lakeside", every=EVERY, run=settle_next, share=0.5),)
