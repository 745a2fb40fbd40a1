"""What a house is called, what it wants, and how far its people are with setting up."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Organisation, Team


class Step(models.TextChoices):
    """The steps of the first set-up, in their order."""

    ORGANISATION = "organisation", _("Your organisation")
    PRIORITIES = "priorities", _("What matters")
    LISTENING = "listening", _("What to listen for")
    SOURCES = "sources", _("Where to listen")
    PEOPLE = "people", _("Who works with it")


class Priority(models.Model):
    """Something that the organisation wants this year, in its own words."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="priorities"
    )
    # The business function that it belongs to; none: the whole house's.
    function = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    title = models.CharField(max_length=200)
    place = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "title"], name="goals_priority_once")
        ]

    def __str__(self) -> str:
        return self.title


class Profile(models.Model):
    """What is to be listened for: the names by which people speak of a house and around it.

    The lists hold names as text: other places of the house, clinicians as the public knows
    them, and houses that people compare it with.
    """

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="profile"
    )
    name = models.CharField(max_length=200)
    town = models.CharField(max_length=100, blank=True, default="")
    language = models.CharField(max_length=2, default="en")
    places = models.JSONField(default=list)
    clinicians = models.JSONField(default=list)
    rivals = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.name


class SetUp(models.Model):
    """How far the first set-up is: what was skipped, and whether it is over."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="set_up"
    )
    skipped = models.JSONField(default=list)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"set-up of {self.organisation_id}"
