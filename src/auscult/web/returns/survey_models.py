"""'How did you hear of us?': what was asked, and what people answered. See `engine.returns.surveys`."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from auscult.web.accounts.models import Organisation
from auscult.web.returns.outcome_models import OutcomeKind


class Survey(models.Model):
    """A question that was put to people who came."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="surveys")
    title = models.CharField(max_length=200)
    question = models.CharField(max_length=300)
    # Of those with this outcome; none: of all who came.
    kind = models.ForeignKey(
        OutcomeKind, null=True, on_delete=models.SET_NULL, related_name="surveys"
    )
    asked = models.PositiveIntegerField(null=True)  # how many; null: only those who answered
    # How many people each group has in truth: {"under 50": 400, "older": 600}; empty: not weighted.
    population: Any = models.JSONField(default=dict)
    # Which answers stand for which channel: {"the film": "youtube"}.
    channels: Any = models.JSONField(default=dict)
    first_day = models.DateField()
    last_day = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="returns_survey_days"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Answer(models.Model):
    """What so many people of a group answered; nobody is named."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="answers")
    group = models.CharField(max_length=60, blank=True, default="")
    said: Any = models.JSONField(default=list)  # one answer, several, or none
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1), name="returns_answer_count")
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}: {self.count}"
