"""'Did it work?': questions to the engine, worked out by the runner, kept with their answers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Organisation, User
from auscult.web.planning.models import Bet
from auscult.web.returns.outcome_models import OutcomeKind


class Method(models.TextChoices):
    """How it is asked."""

    INTERRUPTED = "interrupted", _("before and after, with controls")
    SYNTHETIC = "synthetic", _("against places like it")
    DIFFERENCE = "difference", _("places or services with and without it")
    PLACES = "places", _("an experiment over places")
    SWITCHBACK = "switchback", _("an experiment that is switched on and off")
    MIX = "mix", _("several channels at once")


class StudyState(models.TextChoices):
    """How far it is."""

    DESIGNED = "designed", _("designed, waits for its data")
    WAITING = "waiting", _("waits to be worked out")
    WORKING = "working", _("being worked out")
    DONE = "done", _("answered")
    REFUSED = "refused", _("no answer, with reasons")


class Study(models.Model):
    """A question with all that it was asked of, and the answer.

    `question` holds what was asked in plain values, `data` the columns as Parquet, `seed` what was
    drawn with: together they give `answer` again in a notebook. `design` is what was drawn and
    planned before the data came; it never changes afterwards.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="studies")
    title = models.CharField(max_length=200)
    method = models.CharField(max_length=11, choices=Method)
    kind = models.ForeignKey(
        OutcomeKind, null=True, on_delete=models.SET_NULL, related_name="studies"
    )
    bet = models.ForeignKey(Bet, null=True, on_delete=models.SET_NULL, related_name="studies")
    question: Any = models.JSONField(default=dict)
    design: Any = models.JSONField(default=dict)
    data = models.BinaryField(default=bytes)
    seed = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=StudyState, default=StudyState.WAITING)
    locked_until = models.DateTimeField(null=True)
    percent = models.PositiveSmallIntegerField(default=0)
    answer: Any = models.JSONField(default=dict)
    error = models.TextField(blank=True, default="")
    asked_at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(method__in=Method.values, state__in=StudyState.values),
                name="returns_study_choices",
            )
        ]

    def __str__(self) -> str:
        return self.title
