"""What the data say of a bet's response, handed down by `returns`: a file beside `models.py`."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import User


class CurveForm(models.TextChoices):
    """The form of a response curve: `engine.planning.curves`."""

    EXPONENTIAL = "exponential", _("exponential")
    HYPERBOLIC = "hyperbolic", _("hyperbolic")


class Estimate(models.Model):
    """Samples of a bet's response curve, frozen as they were handed down.

    They are of the same form as `engine.planning.curves.Curves`: at a scale of spending `x` (1 is
    `hours` a week and `money` over the cycle) a bet brings so much of its objective's way.
    """

    bet = models.OneToOneField("planning.Bet", on_delete=models.CASCADE, related_name="estimate")
    form = models.CharField(max_length=11, choices=CurveForm)
    hours = models.FloatField()  # a week
    money = models.FloatField()  # over the cycle
    ceiling: Any = models.JSONField()  # one value for each sample
    pace: Any = models.JSONField()
    source = models.CharField(max_length=300)  # what it rests on, in words
    source_address = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gte=0, money__gte=0), name="planning_estimate_spending"
            ),
            models.CheckConstraint(
                condition=Q(form__in=CurveForm.values), name="planning_estimate_form"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bet_id}: {self.source}"
