"""Dashboards, when they are mailed, and the figures by day that they are drawn from.

`docs/explanation/dashboards.md` says why the figures are kept as they are.
"""

from __future__ import annotations

from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Organisation, User
from auscult.web.listening.models import Watch


class Kind(models.IntegerChoices):
    """What mentions are counted by, beside watch, source and hour."""

    LANGUAGE = 1, _("languages")
    COMMUNITY = 2, _("communities")
    AUTHOR = 3, _("authors")
    HASHTAG = 4, _("hashtags")
    LINK = 5, _("links")
    HOST = 6, _("linked sites")


class DayFigures(models.Model):
    """How often each key of one kind stood in a watch's mentions of one day.

    `tallies.py` says what the three columns hold; `best` and `words` come before `names`,
    so that reading them passes no page of it.
    """

    pk = models.CompositePrimaryKey("watch_id", "kind", "day")
    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, db_index=False)
    kind = models.PositiveSmallIntegerField(choices=Kind)
    # The day's number (`date.toordinal`) in the time zone of `Counting`.
    day = models.IntegerField()
    best = models.BinaryField()
    words = models.BinaryField()
    names = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.watch_id} on day {self.day}"


class Changed(models.Model):
    """That the mentions of a watch changed in a part of time; `marking.py` says who writes it.

    Neither the database nor Django ties it to the watch: a watch that goes leaves marks
    behind, and the job drops them.
    """

    pk = models.CompositePrimaryKey("watch_id", "part")
    watch = models.ForeignKey(
        Watch, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False
    )
    part = models.BigIntegerField()  # the mention's key >> marking.PART

    def __str__(self) -> str:
        return f"{self.watch_id} changed in {self.part}"


class Counting(models.Model):
    """By which days and which key of pseudonyms an organisation's figures were counted."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True)
    basis = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.organisation_id} by {self.basis}"


class Dashboard(models.Model):
    """What somebody wants to see together: watches, rivals, panels, a range."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    shared = models.BooleanField(default=False)
    # Validated by `content.checked`: watches, rivals, panels, range.
    content = models.JSONField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], name="dashboards_dashboard_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Rhythm(models.TextChoices):
    """How often a dashboard is mailed."""

    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("every week")


class Schedule(models.Model):
    """That a dashboard is mailed as PDF, when, and to whom."""

    dashboard = models.ForeignKey(Dashboard, on_delete=models.CASCADE, related_name="schedules")
    rhythm = models.CharField(max_length=10, choices=Rhythm)
    weekday = models.PositiveSmallIntegerField(default=0)  # Monday is 0; for weekly ones
    hour = models.PositiveSmallIntegerField()  # in the organisation's time zone
    recipients = models.ManyToManyField(User, related_name="+")
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    next_attempt = models.DateTimeField(db_index=True)
    last_sent = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.dashboard}, {self.get_rhythm_display()}"

    @property
    def in_words(self) -> str:
        """When it is mailed, in words."""
        hour = f"{self.hour:02}:00"
        if self.rhythm == Rhythm.DAILY:
            return gettext("Every day at %(hour)s") % {"hour": hour}
        day = WEEKDAYS[self.weekday]
        return gettext("Every %(day)s at %(hour)s") % {"day": day, "hour": hour}

    @property
    def people(self) -> str:
        """To whom, in words."""
        return ", ".join(str(one) for one in self.recipients.all())
