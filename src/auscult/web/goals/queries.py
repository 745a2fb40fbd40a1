"""What the actor's organisation wants, how it is measured, and how far its set-up is."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from auscult.web.accounts.models import Actor, Membership
from auscult.web.accounts.queries import time_zone
from auscult.web.goals.errors import (
    LinkUnknown,
    ObjectiveUnknown,
    PriorityUnknown,
    ReadingUnknown,
)
from auscult.web.goals.models import (
    Change,
    Link,
    Objective,
    Priority,
    Profile,
    Reading,
    SetUp,
)


def every_priority(actor: Actor) -> QuerySet[Priority]:
    """Return all priorities, those that ended too, in the order in which they were written."""
    ours = Priority.objects.filter(organisation_id=actor.organisation_id)
    return ours.select_related("function", "owner").order_by("place", "pk")


def priorities(actor: Actor) -> QuerySet[Priority]:
    """Return the priorities that go on, in their order, with their functions and owners."""
    return every_priority(actor).filter(ended_on=None)


def priority(actor: Actor, number: int) -> Priority:
    """Return one priority.

    Raises
    ------
    PriorityUnknown
        Where the organisation has no such priority.
    """
    found = every_priority(actor).filter(pk=number).first()
    if found is None:
        raise PriorityUnknown(number)
    return found


def objectives(actor: Actor) -> QuerySet[Objective]:
    """Return all objectives, the nearest deadline first, with their priorities and owners."""
    ours = Objective.objects.filter(organisation_id=actor.organisation_id)
    return ours.select_related("priority__function", "owner").order_by("deadline", "pk")


def open_objectives(actor: Actor) -> QuerySet[Objective]:
    """Return the objectives that aren't closed, of priorities that go on."""
    return objectives(actor).filter(closed_on=None, priority__ended_on=None)


def objective(actor: Actor, number: int) -> Objective:
    """Return one objective.

    Raises
    ------
    ObjectiveUnknown
        Where the organisation has no such objective.
    """
    found = objectives(actor).filter(pk=number).first()
    if found is None:
        raise ObjectiveUnknown(number)
    return found


def readings(actor: Actor, objective: Objective) -> QuerySet[Reading]:
    """Return the readings of an objective, the oldest first."""
    ours = Reading.objects.filter(objective__organisation_id=actor.organisation_id)
    return ours.filter(objective=objective).order_by("day")


def reading(actor: Actor, number: int) -> Reading:
    """Return one reading.

    Raises
    ------
    ReadingUnknown
    """
    ours = Reading.objects.filter(objective__organisation_id=actor.organisation_id)
    found = ours.filter(pk=number).first()
    if found is None:
        raise ReadingUnknown(number)
    return found


def links(actor: Actor) -> QuerySet[Link]:
    """Return every link, with its objective."""
    ours = Link.objects.filter(objective__organisation_id=actor.organisation_id)
    return ours.select_related("objective").order_by("kind", "pk")


def link(actor: Actor, number: int) -> Link:
    """Return one link.

    Raises
    ------
    LinkUnknown
    """
    found = links(actor).filter(pk=number).first()
    if found is None:
        raise LinkUnknown(number)
    return found


def changes(actor: Actor) -> QuerySet[Change]:
    """Return what was changed, the newest first."""
    ours = Change.objects.filter(organisation_id=actor.organisation_id)
    return ours.select_related("user").order_by("-pk")


def members(actor: Actor) -> QuerySet[Membership]:
    """Return who can answer for a priority or an objective: everybody in the house."""
    ours = Membership.objects.filter(organisation_id=actor.organisation_id)
    return ours.filter(user__is_active=True).select_related("user").order_by("user__username")


def today(actor: Actor) -> date:
    """Return the day that it is in the house."""
    return actor.clock.now().astimezone(time_zone(actor)).date()


def profile(actor: Actor) -> Profile | None:
    """Return the names to listen for; None: nobody has said them yet."""
    return Profile.objects.filter(organisation_id=actor.organisation_id).first()


def set_up(actor: Actor) -> SetUp:
    """Return how far the set-up is; one that nobody began has no row yet."""
    found = SetUp.objects.filter(organisation_id=actor.organisation_id).first()
    return found or SetUp(organisation_id=actor.organisation_id)
