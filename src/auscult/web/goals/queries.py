"""What the actor's organisation wants, what it is called, how far its set-up is."""

from __future__ import annotations

from django.db.models import QuerySet

from auscult.web.accounts.models import Actor
from auscult.web.goals.models import Priority, Profile, SetUp


def priorities(actor: Actor) -> QuerySet[Priority]:
    """Return the priorities in the order in which they were written, with their functions."""
    ours = Priority.objects.filter(organisation_id=actor.organisation_id)
    return ours.select_related("function").order_by("place")


def profile(actor: Actor) -> Profile | None:
    """Return the names to listen for; None: nobody has said them yet."""
    return Profile.objects.filter(organisation_id=actor.organisation_id).first()


def set_up(actor: Actor) -> SetUp:
    """Return how far the set-up is; one that nobody began has no row yet."""
    found = SetUp.objects.filter(organisation_id=actor.organisation_id).first()
    return found or SetUp(organisation_id=actor.organisation_id)
