"""Pages for the board that were kept as they were told on a day."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from auscult.web.accounts.models import Organisation, User
from auscult.web.returns.outcome_models import OutcomeKind


class Edition(models.Model):
    """What a page for the board said: its question and its facts, in plain values.

    `facts` is what `telling.facts` gave on that day; a number on paper can be looked up here when
    the ledger has gone on.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="editions"
    )
    title = models.CharField(max_length=200)
    kind = models.ForeignKey(
        OutcomeKind, null=True, on_delete=models.SET_NULL, related_name="editions"
    )
    first_day = models.DateField()
    last_day = models.DateField()
    facts: Any = models.JSONField()
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="returns_edition_days"
            )
        ]

    def __str__(self) -> str:
        return self.title
