"""What happened that the house wants, and the touches before it. See `engine.returns.outcomes`.

Whatever could name a person (an order number, a visitor, a caller's number) is kept as a keyed
digest alone: it tells that two rows are the same, and nothing else.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Organisation, User
from auscult.web.goals.models import Objective
from auscult.web.planning.models import Bet


class What(models.TextChoices):
    """What kinds of outcomes there are."""

    APPOINTMENT = "appointment", _("appointments")
    CALL = "call", _("calls")
    SIGN_UP = "sign-up", _("sign-ups")
    DONATION = "donation", _("donations")
    APPLICANT = "applicant", _("applicants")
    ENROLMENT = "enrolment", _("trial enrolments")
    MEDIA = "media", _("media pieces")
    ANSWER = "answer", _("questions answered")
    AVOIDED = "avoided", _("calls avoided")
    OTHER = "other", _("something else")


class OutcomeKind(models.Model):
    """A kind of outcome in the house's own words; `slug` is its name for programs and files."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="outcome_kinds"
    )
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=60)
    what = models.CharField(max_length=11, choices=What, default=What.OTHER)
    objective = models.ForeignKey(
        Objective, null=True, on_delete=models.SET_NULL, related_name="outcome_kinds"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="returns_kind_name"),
            models.UniqueConstraint(fields=["organisation", "slug"], name="returns_kind_slug"),
            models.CheckConstraint(condition=Q(what__in=What.values), name="returns_kind_what"),
        ]

    def __str__(self) -> str:
        return self.name


class Worth(models.Model):
    """What one outcome of a kind is worth to the house; the newest counts."""

    kind = models.ForeignKey(OutcomeKind, on_delete=models.CASCADE, related_name="worths")
    amount = models.FloatField()
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=200)
    day = models.DateField()  # of the source

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "day"], name="returns_worth_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="returns_worth_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.amount:g} {self.currency}, {self.source}"


class IntakeOrigin(models.TextChoices):
    """Where outcomes come from."""

    TYPED = "typed", _("typed in")
    SITE = "site", _("told by the website")
    PROGRAM = "program", _("from a program")
    CSV = "csv", _("from a table")
    PHONE = "phone", _("from a phone list")
    MATOMO = "matomo", _("from Matomo")
    UMAMI = "umami", _("from Umami")
    PLAUSIBLE = "plausible", _("from Plausible")
    GA4 = "ga4", _("from Google Analytics 4")


class IntakeState(models.TextChoices):
    """How far a file is."""

    READING = "reading", _("being read in")
    READ = "read", _("read in")
    BROKEN = "broken", _("couldn't be read in")


class Intake(models.Model):
    """A file that was read in; taking it back takes its outcomes along."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="intakes")
    origin = models.CharField(max_length=9, choices=IntakeOrigin)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of the file: the same file isn't read twice
    rows = models.PositiveIntegerField()
    state = models.CharField(max_length=7, choices=IntakeState, default=IntakeState.READ)
    error = models.TextField(blank=True, default="")  # why it is broken; nothing of it is kept
    # What was left out and why, by row: [[row, "sentence"], ...]; a hundred at most.
    remarks: Any = models.JSONField(default=list)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "origin", "digest"], name="returns_intake_once"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=IntakeOrigin.values, state__in=IntakeState.values),
                name="returns_intake_origin",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Outcome(models.Model):
    """Something that happened, once or (where only numbers are known) so many times.

    `order`, `visitor` and `caller` are keyed digests, empty where unknown; by them doubles are
    known. `tracked` False: nothing could be known of its way here (do-not-track), so it is dark
    by choice.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="outcomes"
    )
    kind = models.ForeignKey(OutcomeKind, on_delete=models.CASCADE, related_name="outcomes")
    at = models.DateTimeField()
    only_day = models.BooleanField(default=False)  # the hour isn't known
    count = models.PositiveIntegerField(default=1)
    amount = models.FloatField(null=True)  # of money that came with each: a donation
    currency = models.CharField(max_length=3, blank=True, default="")
    origin = models.CharField(max_length=9, choices=IntakeOrigin)
    intake = models.ForeignKey(Intake, null=True, on_delete=models.CASCADE, related_name="outcomes")
    order = models.CharField(max_length=64, blank=True, default="")
    visitor = models.CharField(max_length=64, blank=True, default="")
    caller = models.CharField(max_length=64, blank=True, default="")
    tracked = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1), name="returns_outcome_count"),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gte=0), name="returns_outcome_amount"
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | ~Q(currency=""), name="returns_outcome_currency"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=IntakeOrigin.values), name="returns_outcome_origin"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "kind", "at"], name="returns_outcome_at"),
            # An order told years apart is one outcome: `happening` looks each up.
            models.Index(
                fields=["kind", "order", "at"],
                condition=~Q(order=""),
                name="returns_outcome_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind_id}, {self.at:%Y-%m-%d}"


class Touch(models.Model):
    """A contact before an outcome.

    `channel` is a network or another way by which people come ("mastodon", "search", "mail");
    `campaign` what the link said of itself, or the bet's title.
    """

    outcome = models.ForeignKey(Outcome, on_delete=models.CASCADE, related_name="touches")
    channel = models.CharField(max_length=60)
    campaign = models.CharField(max_length=100, blank=True, default="")
    bet = models.ForeignKey(Bet, null=True, on_delete=models.SET_NULL, related_name="+")
    link = models.ForeignKey(
        "returns.ShortLink", null=True, on_delete=models.SET_NULL, related_name="touches"
    )
    # Through the ambassador programme: employees who speak for the house.
    ambassadors = models.BooleanField(default=False)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.channel}, {self.at:%Y-%m-%d}"


class PhoneLine(models.Model):
    """A number of the house that is told in one place alone, so that its calls say where from."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="phone_lines"
    )
    number = models.CharField(max_length=20)  # E.164: "+493012345"
    kind = models.ForeignKey(OutcomeKind, on_delete=models.CASCADE, related_name="+")
    channel = models.CharField(max_length=60)
    campaign = models.CharField(max_length=100, blank=True, default="")
    bet = models.ForeignKey(Bet, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="returns_line_once")
        ]

    def __str__(self) -> str:
        return self.number
