"""What a house has for its plans, and what it asked the planner: a file beside `models.py`."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Organisation, User
from auscult.web.planning.moves import AllocationState


class Skill(models.Model):
    """Something that people can do; needs of bets name it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="skills")
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="planning_skill_once")
        ]

    def __str__(self) -> str:
        return self.name


class Capacity(models.Model):
    """Hours a week that a person has for a skill; without days, always."""

    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="capacities")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    hours = models.FloatField()
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gte=0, hours__lte=168), name="planning_capacity_hours"
            ),
            models.CheckConstraint(
                condition=Q(first_day=None) | Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="planning_capacity_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.hours:g} h"


class Absence(models.Model):
    """Days on which a person isn't there, or in part; without a person, the whole house."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="absences"
    )
    person = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    share = models.FloatField(default=1.0)  # of the hours that are lost

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=1), name="planning_absence_share"
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="planning_absence_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.first_day} to {self.last_day}"


class AssetKind(models.TextChoices):
    """What there is beside people."""

    MONEY = "money", _("money")
    KIT = "kit", _("kit")
    ACCOUNT = "account", _("account")
    TOOL = "tool", _("tool")


class AssetState(models.TextChoices):
    """Whether something can be used."""

    READY = "ready", _("ready")
    LIMITED = "limited", _("usable in part")
    BROKEN = "broken", _("out of order")
    WANTED = "wanted", _("wanted, not there yet")


class Asset(models.Model):
    """Money, kit, an account or a tool, and who looks after it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="assets")
    kind = models.CharField(max_length=7, choices=AssetKind)
    name = models.CharField(max_length=200)
    # Of money: for a whole cycle. Of other things: how many, where that is counted.
    amount = models.FloatField(null=True)
    state = models.CharField(max_length=7, choices=AssetState, default=AssetState.READY)
    keeper = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=AssetKind.values, state__in=AssetState.values),
                name="planning_asset_choices",
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="planning_asset_amount"
            ),
            models.CheckConstraint(
                condition=~Q(kind="money") | Q(amount__isnull=False), name="planning_asset_money"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Allocation(models.Model):
    """A question to the planner, worked out by the runner, with its answer.

    `question` holds all that was asked in plain values, so that the answer says the same when
    the plan goes on; `version` is the plan that it was asked for.
    """

    cycle = models.ForeignKey(
        "planning.Cycle", on_delete=models.CASCADE, related_name="allocations"
    )
    version = models.ForeignKey(
        "planning.Version", on_delete=models.CASCADE, related_name="allocations"
    )
    asked_at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    question: Any = models.JSONField()
    state = models.CharField(max_length=7, choices=AllocationState, default=AllocationState.WAITING)
    locked_until = models.DateTimeField(null=True)
    percent = models.PositiveSmallIntegerField(default=0)  # that is worked out
    answer: Any = models.JSONField(default=dict)
    error = models.TextField(blank=True, default="")
    error_field = models.CharField(max_length=40, blank=True, default="")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=AllocationState.values), name="planning_allocation_state"
            ),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(state__in=["waiting", "working"]),
                name="planning_allocation_one_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id}: {self.asked_at:%Y-%m-%d %H:%M}, {self.state}"
