"""Claims that are held against the archive, and trials that are drawn; see `engine.planning.claims`.

Findings are worked out by the runner and kept as data: no page works one out.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auscult.engine.planning import claims
from auscult.web.accounts.models import Organisation, User


class Whose(models.TextChoices):
    """Whose posts a claim is held against."""

    ACCOUNTS = "accounts", _("these accounts, our own for example")
    PEERS = "peers", _("the peers that we follow")
    COMMUNITIES = "communities", _("these communities")
    EVERYBODY = "everybody", _("everybody in the archive")


class ClaimState(models.TextChoices):
    """Whether a claim is tested daily."""

    ACTIVE = "active", _("tested daily")
    ASIDE = "aside", _("put aside")


class Claim(models.Model):
    """What somebody says works; its definition never changes, for that would be another claim."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="claims")
    title = models.CharField(max_length=200)
    # The ready-made claim that it was made from: `claims_ready`.
    kind = models.CharField(max_length=30)
    definition = models.JSONField()  # `engine.planning.claims.Claim.as_data`
    whose = models.CharField(max_length=11, choices=Whose, default=Whose.PEERS)
    names = models.JSONField(default=list)  # of accounts or communities
    since = models.DateField()  # posts of that day and later are read
    state = models.CharField(max_length=6, choices=ClaimState, default=ClaimState.ACTIVE)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField()
    tested_at = models.DateTimeField(null=True)
    posts = models.PositiveIntegerField(default=0)  # that were read for it
    finding = models.JSONField(null=True)  # `claims_findings.as_data`
    looks = models.JSONField(default=list)  # [moment, evidence, reverse], oldest first
    # That a trial by the one account that is named would take, as far as its past can say.
    days_needed = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ClaimState.values), name="planning_claim_state"
            ),
            models.CheckConstraint(
                condition=Q(whose__in=Whose.values), name="planning_claim_whose"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def defined(self) -> claims.Claim:
        """Its definition, as the engine takes it."""
        return claims.Claim.from_data(self.definition)

    @property
    def held_against(self) -> str:
        """Whose posts, in words."""
        return ", ".join(self.names) or str(Whose(self.whose).label)

    @property
    def is_active(self) -> bool:
        """Whether it is tested daily."""
        return self.state == ClaimState.ACTIVE


class TrialState(models.TextChoices):
    """Whether a trial's days still count."""

    RUNNING = "running", _("running")
    STOPPED = "stopped", _("stopped")


class Trial(models.Model):
    """A claim tried out on days that were drawn; what was drawn stays as it is."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="trials")
    schedule = models.JSONField()  # `engine.planning.claims.Schedule.as_data`
    seed = models.BigIntegerField()
    first_day = models.DateField()
    days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=7, choices=TrialState, default=TrialState.RUNNING)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField()
    tested_at = models.DateTimeField(null=True)
    posts = models.PositiveIntegerField(default=0)  # that were read for it
    days_needed = models.PositiveIntegerField(null=True)  # as far as the past can say
    finding = models.JSONField(null=True)
    kept = models.JSONField(default=list)  # what became of each day: `claims_findings.kept_as_data`

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=TrialState.values), name="planning_trial_state"
            ),
            models.CheckConstraint(condition=Q(days__gte=14), name="planning_trial_days"),
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}, {self.first_day}"

    @property
    def drawn(self) -> claims.Schedule:
        """What was drawn, as the engine takes it."""
        return claims.Schedule.from_data(self.schedule)

    @property
    def last_day(self) -> date:
        """The last day that belongs to it."""
        return self.first_day + timedelta(days=self.days - 1)

    @property
    def is_running(self) -> bool:
        """Whether it is judged daily."""
        return self.state == TrialState.RUNNING
