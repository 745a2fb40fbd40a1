"""Rules, the alerts that they raised, and who was told."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Organisation, User
from auscult.web.listening.models import Watch
from auscult.web.sources.models import Source


class Kind(models.TextChoices):
    """What a rule looks for."""

    VOLUME = "volume", _("more mentions than usual")
    TOPIC = "topic", _("posts of a kind, told by a query")
    REACH = "reach", _("an author with many followers")
    PHRASE = "phrase", _("a phrase that is new")
    SOURCE = "source", _("a source that is silent or fails")


class Keenness(models.TextChoices):
    """How many false alarms a month a watch may raise."""

    CALM = "calm", _("calm: a false alarm in four months of a watch")
    USUAL = "usual", _("usual: a false alarm a month of a watch")
    KEEN = "keen", _("keen: a false alarm a week of a watch")


FALSE_ALARMS = {Keenness.CALM: 0.25, Keenness.USUAL: 1.0, Keenness.KEEN: 4.0}


class Pace(models.TextChoices):
    """When people are told."""

    AT_ONCE = "at-once", _("at once")
    DAILY = "daily", _("once a day, together with others")


class Rule(models.Model):
    """When to raise an alert, and whom to tell."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind)
    # Null: each watch, for itself.
    watch = models.ForeignKey(Watch, null=True, blank=True, on_delete=models.CASCADE)
    keenness = models.CharField(max_length=8, choices=Keenness, default=Keenness.USUAL)
    query = models.TextField(default="", blank=True)  # of a topic
    # Posts within a day (topic), followers (reach), minutes of failing (source).
    least = models.PositiveIntegerField(default=1)
    # Whom to tell, and whom if nobody answers: "role:editor", "person:12".
    tell = models.JSONField(default=list)
    pace = models.CharField(max_length=8, choices=Pace, default=Pace.AT_ONCE)
    any_hour = models.BooleanField(default=False)
    escalate_minutes = models.PositiveIntegerField(null=True, blank=True)
    escalate_to = models.JSONField(default=list)
    on = models.BooleanField(default=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    # What came before isn't held against it.
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="alerts_rule_once")
        ]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    """Where an alert stands."""

    OPEN = "open", _("open")
    SNOOZED = "snoozed", _("snoozed")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    PAST = "past", _("past")


# Every move that an alert can make; `actions` and `raising` make no other.
MOVES: dict[State, frozenset[State]] = {
    State.OPEN: frozenset({State.ACKNOWLEDGED, State.SNOOZED, State.PAST}),
    State.SNOOZED: frozenset({State.OPEN, State.ACKNOWLEDGED, State.PAST}),
    State.ACKNOWLEDGED: frozenset({State.PAST}),
    State.PAST: frozenset(),
}


def before(state: State) -> list[State]:
    """Return the states from which an alert may move to this one."""
    return [one for one, after in MOVES.items() if state in after]


class Alert(models.Model):
    """One thing that happened. While it goes on, what a rule sees joins it.

    No text of a post stands here: mentions are looked up by number when the alert is shown, so
    one that was forgotten is gone from it, too.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    # The rule may go, or change; the alert stays what it was.
    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=Kind)
    watch = models.ForeignKey(Watch, null=True, on_delete=models.CASCADE)
    source = models.ForeignKey(Source, null=True, on_delete=models.CASCADE)
    key = models.CharField(max_length=100)  # one storm, one alert
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    since = models.DateTimeField()
    raised_at = models.DateTimeField()
    last_at = models.DateTimeField()
    past_at = models.DateTimeField(null=True)
    joined = models.PositiveIntegerField(default=0)
    facts: Any = models.JSONField(default=dict)
    # 0: the first were told; 1: those after them.
    step = models.PositiveSmallIntegerField(default=0)
    # Counts how often it was opened: when it was raised, and after each snooze.
    turn = models.PositiveIntegerField(default=0)
    turned_at = models.DateTimeField()
    acknowledged_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="acknowledged_alerts"
    )
    acknowledged_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "key"],
                condition=~models.Q(state="past"),
                name="alerts_one_a_storm",
            )
        ]
        indexes = [models.Index(fields=["organisation", "-raised_at"], name="alerts_newest")]

    def __str__(self) -> str:
        return f"{self.name}, {self.raised_at:%Y-%m-%d %H:%M}: {self.state}"


class Reception(models.Model):
    """That a person is to be told of an alert, and when she was."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="receptions")
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    step = models.PositiveSmallIntegerField()
    turn = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    # Why she wasn't, where nobody needs to be told any more.
    dropped = models.CharField(max_length=100, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "user", "step", "turn"], name="alerts_told_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(told_at=None, dropped=""),
                name="alerts_reception_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} to {self.user_id}"


class Habits(models.Model):
    """When an organisation doesn't want to be told; by its own clock."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    quiet_weekend = models.BooleanField(default=False)
    digest_at = models.TimeField()

    def __str__(self) -> str:
        return f"{self.organisation_id}: quiet {self.quiet_from} to {self.quiet_until}"


class Standing(models.Model):
    """How far the rules of an organisation have looked; changed with what they raised."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True)
    version = models.BigIntegerField(default=0)
    began = models.BooleanField(default=False)  # its first rules were made
    # By keenness: the model of what is usual, and its memory.
    volume: Any = models.JSONField(default=dict)
    # Up to when collected mentions were looked at, and what was heard of the last two days.
    heard_until = models.DateTimeField(null=True)
    heard: Any = models.JSONField(default=dict)
    # Since when each source isn't well.
    unwell: Any = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.organisation_id}, version {self.version}"


class Phrases(models.Model):
    """What a watch's posts usually say: `Novelty`, hashes and numbers alone."""

    watch = models.OneToOneField(Watch, on_delete=models.CASCADE, primary_key=True)
    version = models.BigIntegerField(default=0)
    memory = models.BinaryField(default=b"")
    looked_at = models.DateTimeField(null=True)
    told: Any = models.JSONField(default=dict)  # phrase: when it was told last

    def __str__(self) -> str:
        return f"phrases of {self.watch_id}"
