"""Saying what a house is called and wants, and going through its set-up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, Team
from auscult.web.accounts.policies import Right, require
from auscult.web.goals import queries
from auscult.web.goals.changing import keep_change, of_priority
from auscult.web.goals.errors import GoalRefused
from auscult.web.goals.models import Priority, Profile, SetUp, Step

MOST_PRIORITIES = 20
MOST_NAMES = 50  # of each kind
LONGEST = 200  # characters of a title or a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The names of a `Profile`."""

    name: str
    town: str = ""
    language: str = "en"
    places: tuple[str, ...] = ()
    clinicians: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()


@transaction.atomic
def set_priorities(
    actor: Actor, *, priorities: Sequence[tuple[str, Team | None]]
) -> list[Priority]:
    """Put these priorities, title and business function, in the place of those before.

    A title that stays keeps its row, with its owner, its audience and its objectives. One that
    isn't there any more goes, or ends where it has objectives.

    Raises
    ------
    NotAllowed, GoalRefused
    """
    require(actor, Right.MANAGE_HOUSE, "change priorities")
    titles = [title.strip() for title, _function in priorities]
    _check("priorities", titles, MOST_PRIORITIES)
    for _title, function in priorities:
        if function is not None and function.organisation_id != actor.organisation_id:
            raise GoalRefused("function", function.pk, _("a team of your organisation"))
    there = {one.title: one for one in queries.every_priority(actor)}
    for title, one in there.items():
        if title not in titles and one.ended_on is None:
            _drop(actor, one)
    saved = [
        _placed(actor, there.get(title), title=title, function=function, place=place)
        for place, (title, (_given, function)) in enumerate(zip(titles, priorities, strict=True))
    ]
    record_audit(actor, action="set-priorities", target="priorities", details={"titles": titles})
    return saved


def _drop(actor: Actor, priority: Priority) -> None:
    """Remove a priority; where objectives hang on it, it ends instead."""
    before = of_priority(priority)
    if priority.objectives.exists():
        priority.ended_on = queries.today(actor)
        priority.save(update_fields=["ended_on"])
        keep_change(actor, priority, "end-priority", before=before, after=of_priority(priority))
        return
    keep_change(actor, priority, "remove-priority", before=before, after={})
    priority.delete()


def _placed(
    actor: Actor, there: Priority | None, *, title: str, function: Team | None, place: int
) -> Priority:
    """Put a priority at its place; one of that title keeps its row, with all that hangs on it."""
    saved = there or Priority(organisation_id=actor.organisation_id, title=title)
    before = {} if there is None else of_priority(there)
    saved.function, saved.place, saved.ended_on = function, place, None
    saved.save()
    after = of_priority(saved)
    if before != after:
        keep_change(actor, saved, "save-priority", before=before, after=after)
    return saved


@transaction.atomic
def describe_house(actor: Actor, *, names: Names) -> Profile:
    """Keep the names to listen for.

    Raises
    ------
    NotAllowed, GoalRefused
    """
    require(actor, Right.EDIT_WATCHES, "say what to listen for")
    _check("name", [names.name], 1)
    lists = {"places": names.places, "clinicians": names.clinicians, "rivals": names.rivals}
    for field, given in lists.items():
        _check(field, given, MOST_NAMES)
    values = {key: list(given) for key, given in lists.items()}
    saved, _created = Profile.objects.update_or_create(
        organisation_id=actor.organisation_id,
        defaults={"name": names.name, "town": names.town, "language": names.language, **values},
    )
    # How many, not who: the names of clinicians stay out of a trail that is never changed.
    counted = {key: len(given) for key, given in lists.items()}
    record_audit(actor, action="describe-house", target=names.name, details=counted)
    return saved


def _check(field: str, given: Sequence[str], most: int) -> None:
    """Refuse too many names, and names that are empty, too long or there twice."""
    if len(given) > most:
        raise GoalRefused(field, len(given), _("at most %(most)s") % {"most": most})
    for one in given:
        if not one.strip() or len(one) > LONGEST:
            raise GoalRefused(field, one, _("1 to %(most)s characters") % {"most": LONGEST})
    if twice := next((one for one in given if given.count(one) > 1), None):
        raise GoalRefused(field, twice, _("each once"))


@transaction.atomic
def skip_step(actor: Actor, *, step: Step) -> SetUp:
    """Leave a step of the set-up for later or for never."""
    require(actor, Right.MANAGE_HOUSE, "set up the house")
    found = queries.set_up(actor)
    found.skipped = sorted({*found.skipped, step.value})
    found.save()
    record_audit(actor, action="skip-step", target=step.value)
    return found


@transaction.atomic
def end_set_up(actor: Actor) -> SetUp:
    """Call the set-up done; pages offer it no longer."""
    require(actor, Right.MANAGE_HOUSE, "set up the house")
    found = queries.set_up(actor)
    found.ended_at = actor.clock.now()
    found.save()
    record_audit(actor, action="end-set-up", target="set-up")
    return found
