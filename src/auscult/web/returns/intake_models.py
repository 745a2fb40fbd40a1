"""A file that somebody looks at before it is read in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from auscult.web.accounts.models import Organisation, User
from auscult.web.returns.outcome_models import IntakeOrigin


class WaitingFile(models.Model):
    """A file between its upload and its being read in: one of each person, a day at most.

    It may hold what names people (callers, visitors), so it is kept encrypted.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    origin = models.CharField(max_length=9, choices=IntakeOrigin)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of the file as it came
    sealed = models.TextField()  # compressed, then encrypted
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="returns_waiting_once"),
            models.CheckConstraint(
                condition=Q(origin__in=IntakeOrigin.values), name="returns_waiting_origin"
            ),
        ]

    def __str__(self) -> str:
        return self.name
