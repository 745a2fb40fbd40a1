"""What people bring to a plan: practice, offers of help, comments, requests for accounts.

A file of its own beside `models.py`, which has the plan itself and lets Django find these tables.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from auscult.web.accounts.models import Organisation, User
from auscult.web.goals.models import Objective
from auscult.web.planning.moves import RequestState

MOST_MINUTES_A_DAY = 24 * 60


class Practice(models.Model):
    """What somebody did on a day to become familiar with a network, by a personal account."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="practices")
    network = models.CharField(max_length=100)
    day = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    tried = models.TextField()
    reflection = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["organisation", "user"], name="planning_practice_whose")]
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=MOST_MINUTES_A_DAY),
                name="planning_practice_minutes",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}, {self.network}: {self.minutes} min"


class AccountRequest(models.Model):
    """Somebody asks for an account of the house: what for, who feeds it, who inherits it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    network = models.CharField(max_length=100)
    purpose = models.TextField()
    objective = models.ForeignKey(
        Objective, null=True, on_delete=models.SET_NULL, related_name="account_requests"
    )
    asker = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    feeder = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    heir = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=9, choices=RequestState, default=RequestState.ASKED)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="planning_request_state"
            )
        ]

    def __str__(self) -> str:
        return f"{self.network}: {self.state}"


class SkillOffer(models.Model):
    """A skill that somebody helps with when she is asked."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="skill_offers")
    skill = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "skill"], name="planning_offer_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.skill}"


class HelpAsked(models.Model):
    """That somebody had a mail about a task that asks for help: one, whatever happens to it."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    task = models.ForeignKey("planning.Task", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "user"], name="planning_help_asked_once")
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.user_id}"


class Comment(models.Model):
    """What somebody says about a bet, or about one of its tasks."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    bet = models.ForeignKey("planning.Bet", on_delete=models.CASCADE, related_name="comments")
    # None: about the bet itself.
    task = models.ForeignKey(
        "planning.Task", null=True, on_delete=models.CASCADE, related_name="comments"
    )
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(blank=True)  # empty once it is removed
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(text=""), name="planning_comment_removed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.bet_id}: {self.text[:40]}"


class ReadReply(models.Model):
    """That a mail with a check-in was read: the same mail again changes nothing."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)  # of its Message-ID
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "digest"], name="planning_reply_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.digest[:8]}"
