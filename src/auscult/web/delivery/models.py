"""What is to be sent, and whom else's machine is told."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Organisation


class Event(models.TextChoices):
    """What a webhook can be told of."""

    ALERT_RAISED = "alert.raised", _("an alert was raised")
    ALERT_CLOSED = "alert.closed", _("an alert is over")
    BRIEF_READY = "brief.ready", _("a weekly brief is ready")
    TEST = "test", _("somebody tried the webhook")


class Hook(models.Model):
    """A machine that is told of events."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    address = models.TextField()
    secret = models.TextField()  # sealed; see `sealing`
    events = models.JSONField(default=list)
    on = models.BooleanField(default=True)
    # Why it was switched off by itself; empty when a person did.
    off_because = models.TextField(default="", blank=True)
    failing_since = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="delivery_hook_once")
        ]

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    """By which way a letter goes."""

    MAIL = "mail", _("mail")
    HOOK = "hook", _("webhook")


class State(models.TextChoices):
    """Where a letter is."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed, will be tried again")
    GIVEN_UP = "given-up", _("given up")


# Every move that a letter can make. What was being sent by somebody who was killed is sent again.
MOVES: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.SENDING, State.GIVEN_UP}),
    State.SENDING: frozenset({State.SENDING, State.SENT, State.FAILED, State.GIVEN_UP}),
    State.FAILED: frozenset({State.SENDING, State.GIVEN_UP}),
    State.GIVEN_UP: frozenset({State.WAITING}),
    State.SENT: frozenset(),
}


def new_name() -> str:
    """Return a letter's own name, which stays the same however often it is sent."""
    return secrets.token_hex(16)


class LetterQuerySet(models.QuerySet["Letter"]):
    """Letters by what may be done with them."""

    def due(self, now: datetime) -> LetterQuerySet:
        """Return those that may be claimed, the longest waiting first."""
        waiting = models.Q(state__in=(State.WAITING, State.FAILED), next_attempt__lte=now)
        abandoned = models.Q(state=State.SENDING, locked_until__lt=now)
        return self.filter(waiting | abandoned).order_by("next_attempt", "pk")


class Letter(models.Model):
    """One mail to one person, or one message to one machine."""

    # Null: of the program itself, a new password for example.
    organisation = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE)
    kind = models.CharField(max_length=4, choices=Kind)
    key = models.CharField(max_length=200)
    # The Message-ID of a mail, without its domain; the webhook-id of a message.
    name = models.CharField(max_length=32, unique=True, default=new_name)
    recipient = models.CharField(max_length=320)
    subject = models.TextField()
    hook = models.ForeignKey(Hook, null=True, on_delete=models.CASCADE)
    body = models.TextField()  # sealed; empty once it was sent
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)
    # Sending is given up so long after this; sending it again by hand sets it anew.
    posted_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "key", "recipient"], name="delivery_letter_once"
            ),
            # Nulls are distinct to a database, so the program's own letters need their own.
            models.UniqueConstraint(
                fields=["key", "recipient"],
                condition=models.Q(organisation=None),
                name="delivery_own_letter_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt"],
                condition=~models.Q(state__in=["sent", "given-up"]),
                name="delivery_letter_due",
            ),
            models.Index(fields=["organisation", "-created_at"], name="delivery_letter_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} to {self.recipient}: {self.state}"
