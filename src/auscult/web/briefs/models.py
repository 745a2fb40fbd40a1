"""Briefs as they were made, when they are due, and who wants them by mail."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Organisation, User


class Brief(models.Model):
    """What a week brought: `composing.Sentence` as JSON, in no language yet."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    week = models.DateField()  # its Monday, UTC
    made_at = models.DateTimeField()
    sentences = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "week"], name="briefs_brief_once")
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: week of {self.week}"


class Weekday(models.IntegerChoices):
    """A day of the week, as `datetime.weekday` counts."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Plan(models.Model):
    """When an organisation's brief is made; without a row, on Monday at seven."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True)
    weekday = models.PositiveSmallIntegerField(choices=Weekday, default=Weekday.MONDAY)
    hour = models.PositiveSmallIntegerField(default=7)  # in the house's time zone

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__lte=6, hour__lte=23), name="briefs_plan_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {Weekday(self.weekday).label}, {self.hour}:00"


class Reader(models.Model):
    """A member who wants the brief by mail."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="briefs_reader_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} reads {self.organisation_id}"
