"""What a house is called, what it wants and how that is measured; how far its set-up is."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from auscult.engine.planning.attainment import attainment
from auscult.web.accounts.models import Organisation, Team, User


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
    # Who answers for it.
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    audience = models.CharField(max_length=200, blank=True, default="")
    served = models.TextField(blank=True, default="")  # how the audience is served now
    intent = models.TextField(blank=True, default="")  # what it should feel, believe or do
    ended_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "title"], name="goals_priority_once")
        ]

    def __str__(self) -> str:
        return self.title


class Direction(models.TextChoices):
    """Which way a measure shall go."""

    UP = "up", _("up")
    DOWN = "down", _("down")


class SourceKind(models.TextChoices):
    """Where the readings of an objective come from; by hand and by file they may always come."""

    TYPED = "typed", _("people type them in or upload a file")
    FIGURE = "figure", _("a figure of Auscult")
    WEB = "web", _("an address that answers with JSON")


class Objective(models.Model):
    """What shall be measured of a priority, and where it shall be by when.

    `source` says more about where readings come from: `{"figure": kind, "of": number}` or
    `{"address": url, "path": "data.0.value"}`.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="objectives"
    )
    priority = models.ForeignKey(Priority, on_delete=models.RESTRICT, related_name="objectives")
    title = models.CharField(max_length=200)
    measure = models.CharField(max_length=200)  # what is counted, and where it is looked up
    unit = models.CharField(max_length=40, blank=True, default="")
    direction = models.CharField(max_length=4, choices=Direction, default=Direction.UP)
    baseline = models.FloatField()
    baseline_on = models.DateField()
    target = models.FloatField()
    deadline = models.DateField()
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    source_kind = models.CharField(max_length=6, choices=SourceKind, default=SourceKind.TYPED)
    source: Any = models.JSONField(default=dict)
    # An owner's switch: without it no address of another machine is asked.
    may_ask = models.BooleanField(default=False)
    next_attempt = models.DateTimeField(null=True)  # null: nothing is to be fetched
    locked_until = models.DateTimeField(null=True)
    source_error = models.TextField(blank=True, default="")
    read_at = models.DateTimeField(null=True)  # when its source answered last
    # What the readings lead to, as `forecasting` works it out; and whether that is to be done.
    forecast: Any = models.JSONField(default=dict)
    forecast_due = models.BooleanField(default=False)
    closed_on = models.DateField(null=True)
    actual = models.FloatField(null=True)  # where it was when it was closed; null: nobody knows

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "title"], name="goals_objective_once")
        ]
        indexes = [
            models.Index(
                fields=["next_attempt"],
                condition=models.Q(next_attempt__isnull=False),
                name="goals_objective_due",
            )
        ]

    def __str__(self) -> str:
        return self.title

    def attainment(self, value: float) -> float:
        """Return the share of the way from baseline to target at a value: 0 and 1 at these."""
        return attainment(value, baseline=self.baseline, target=self.target)


class Origin(models.TextChoices):
    """How a reading came."""

    TYPED = "typed", _("typed in")
    FILE = "file", _("from a file")
    FIGURE = "figure", _("from a figure of Auscult")
    WEB = "web", _("from an address")
    PROGRAM = "program", _("from a program")


class Reading(models.Model):
    """The value of an objective on a day."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="readings")
    day = models.DateField()
    value = models.FloatField()
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.TYPED)
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["objective", "day"], name="goals_reading_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.value}"


class Link(models.Model):
    """That something is done for an objective: a row of another application, by kind and number."""

    objective = models.ForeignKey(Objective, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=30)
    number = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["objective", "kind", "number"], name="goals_link_once")
        ]
        indexes = [models.Index(fields=["kind", "number"], name="goals_link_target")]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class About(models.TextChoices):
    """What a change is about."""

    PRIORITY = "priority", _("priority")
    OBJECTIVE = "objective", _("objective")


class Change(models.Model):
    """What was changed of a priority or an objective, with its readings and links.

    `before` and `after` hold what differs alone, by field; a reading's field is its day, a
    link's is its kind and number.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    kind = models.CharField(max_length=9, choices=About)
    number = models.BigIntegerField()
    action = models.CharField(max_length=30)
    before: Any = models.JSONField(default=dict)
    after: Any = models.JSONField(default=dict)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "kind", "number"], name="goals_change_of")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.by}: {self.action}"


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
