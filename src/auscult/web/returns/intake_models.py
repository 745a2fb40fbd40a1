"""Files that are kept for a while: one that somebody looks at, one that is being read in."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from auscult.web.accounts.models import Organisation, User
from auscult.web.returns.outcome_models import Intake, IntakeOrigin


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


class BegunFile(models.Model):
    """A long file that the runner reads in, batch by batch; it goes with the last of them.

    `done` counts what was taken of it, rows and remarks alike, in the transaction that keeps them:
    so a runner that was killed goes on where the last batch ended, and counts nothing twice.
    """

    intake = models.OneToOneField(Intake, on_delete=models.CASCADE, related_name="begun")
    sealed = models.TextField()  # as of a file that waits
    meant: Any = models.JSONField()  # see `Meant.as_data`
    items = models.PositiveIntegerField(default=0)  # rows and remarks in all; 0: not known
    done = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.intake)

    @property
    def percent(self) -> int | None:
        """How much of it is read in; None: nobody counted."""
        return min(99, self.done * 100 // self.items) if self.items else None
