"""Where posts come from, how far each source has been read, and what it covers."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from django.db import models

from auscult.engine.connectors.base import Capabilities, find
from auscult.web.accounts.models import Organisation


class SourceState(models.TextChoices):
    """What a source is doing."""

    READING = "reading", "reading"
    PAUSED = "paused", "paused"
    FAILED = "failed", "failed"
    FINISHED = "finished", "finished"
    # Gone for everybody who looks; the row stays for the mentions that were kept of it.
    REMOVED = "removed", "removed"


# Every move that a source can make; `actions` makes no other.
MOVES: dict[SourceState, frozenset[SourceState]] = {
    SourceState.READING: frozenset(
        {SourceState.PAUSED, SourceState.FAILED, SourceState.FINISHED, SourceState.REMOVED}
    ),
    SourceState.PAUSED: frozenset({SourceState.READING, SourceState.REMOVED}),
    SourceState.FAILED: frozenset({SourceState.READING, SourceState.PAUSED, SourceState.REMOVED}),
    SourceState.FINISHED: frozenset({SourceState.READING, SourceState.PAUSED, SourceState.REMOVED}),
    SourceState.REMOVED: frozenset(),
}


class Source(models.Model):
    """One place that is read, with the point from which to resume."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    name = models.CharField(max_length=200)
    connector = models.CharField(max_length=50)
    config = models.JSONField(default=dict)
    # Fields of the configuration that are credentials, encrypted (`secrets.py`).
    secrets = models.TextField(default="")
    snapshot = models.JSONField(null=True)
    live = models.BooleanField(default=False)
    # Counts the changes of what is read: what a reader of an older one brings isn't stored.
    revision = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=SourceState, default=SourceState.READING)
    # Work that happens later: claimed by a conditional UPDATE of these two.
    next_attempt = models.DateTimeField(db_index=True)
    locked_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(default="")
    # A person has to sign in anew before it can be read on.
    needs_login = models.BooleanField(default=False)
    # Times in a row that reading it ended the runner, through a defect.
    crashes = models.PositiveSmallIntegerField(default=0)
    # `connectors.live.Status.as_data`, some seconds old at most.
    status = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    last_event_at = models.DateTimeField(null=True)
    received = models.BigIntegerField(default=0)
    kept = models.BigIntegerField(default=0)
    broken = models.BigIntegerField(default=0)
    replaced = models.BigIntegerField(default=0)
    ttl_days = models.PositiveIntegerField(null=True)
    sample_share = models.FloatField(default=0.0)
    # The highest that it ever was: the lake may hold as much.
    sampled_most = models.FloatField(default=0.0)
    # It counts as silent after so many minutes without an event; null: as its kind
    # of source is known to pause.
    silent_minutes = models.PositiveIntegerField(null=True)
    # How much of a source that ends was read, 0 to 1; null: nobody knows.
    share_read = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="sources_name_once"),
            models.CheckConstraint(
                condition=models.Q(sample_share__gte=0, sample_share__lte=1),
                name="sources_share",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def health(self, now: datetime) -> str:
        """Return one word: `well`, `silent`, `failing`, `failed`, `paused` or `finished`."""
        if self.state != SourceState.READING:
            return str(self.state)
        if self.error or self.status.get("failing"):
            return "failing"
        quiet_since = self.last_event_at or self.created_at
        return "silent" if self.live and now - quiet_since > self.silent_after else "well"

    @property
    def capabilities(self) -> Capabilities:
        """What its kind of source can do."""
        return _capabilities(self.connector)

    @property
    def silent_after(self) -> timedelta:
        """How long it may send nothing before it is shown as silent."""
        if self.silent_minutes is None:
            return self.capabilities.silent_after
        return timedelta(minutes=self.silent_minutes)


@cache
def _capabilities(connector: str) -> Capabilities:
    return find(connector).capabilities


class Coverage(models.Model):
    """From when to when a source was read; with a reason, from when to when it was not."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="coverage")
    community = models.TextField(default="")
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.TextField(default="")
    sampled = models.FloatField(default=1.0)

    class Meta:
        indexes = [models.Index(fields=["source", "community", "since"], name="sources_covered")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.community}: {self.since} to {self.until} {self.reason}"


class ReceivedHour(models.Model):
    """How many posts a source sent in an hour, by when they were received."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE)
    hour = models.DateTimeField()
    posts = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "hour"], name="sources_hour_once")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.hour:%Y-%m-%d %H}: {self.posts}"


class BrokenLine(models.Model):
    """A record that could not be read, kept aside."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="broken_lines")
    location = models.TextField()
    line = models.BigIntegerField()
    reason = models.TextField()
    excerpt = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "location", "line"], name="sources_broken_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.location}:{self.line}: {self.reason}"
