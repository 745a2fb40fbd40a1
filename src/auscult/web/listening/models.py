"""Watches, the mentions that they found, and what is counted and kept of them.

`docs/explanation/mentions.md` says why the tables are as they are.
"""

from __future__ import annotations

import uuid

from django.db import models

from auscult.web.accounts.models import Organisation, User
from auscult.web.listening.moments import MomentField, TimeKeyField
from auscult.web.sources.models import Source


class WatchList(models.Model):
    """One row an organisation: its number changes with each of its watches."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="watch_list"
    )
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"watches of {self.organisation_id}, version {self.version}"


class Watch(models.Model):
    """A standing query."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    name = models.CharField(max_length=200)
    query = models.TextField()
    canonical = models.TextField()
    # Counts the changes of the query; a backfill belongs to one of them.
    revision = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="listening_watch_once")
        ]

    def __str__(self) -> str:
        return self.name


class Mention(models.Model):
    """A post that a watch found: the columns of `engine.kernel.posts.SCHEMA`.

    The key orders by time (`moments.KEYS_A_SECOND`). Lists and structs are compact JSON.
    """

    id = TimeKeyField(primary_key=True)
    # Rows are written in bulk and looked up by (organisation, uri), by (organisation,
    # author) or by key; single-column indexes would only cost.
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    # The source as configured here; `source` is the post's own column, a kind of network.
    origin = models.ForeignKey(Source, on_delete=models.PROTECT, db_index=False)
    uri = models.TextField()
    source = models.TextField(null=True)  # noqa: DJ001 - null means that the source gave none
    community = models.TextField(null=True)  # noqa: DJ001
    author = models.TextField(null=True)  # noqa: DJ001
    author_name = models.TextField(null=True)  # noqa: DJ001
    author_followers = models.BigIntegerField(null=True)
    created_at = MomentField()
    collected_at = MomentField(null=True)
    text = models.TextField()
    title = models.TextField(null=True)  # noqa: DJ001
    language = models.TextField(null=True)  # noqa: DJ001
    hashtags = models.TextField(null=True)  # noqa: DJ001
    mentions = models.TextField(null=True)  # noqa: DJ001
    links = models.TextField(null=True)  # noqa: DJ001
    media = models.TextField(null=True)  # noqa: DJ001
    in_reply_to = models.TextField(null=True)  # noqa: DJ001
    quote_of = models.TextField(null=True)  # noqa: DJ001
    engagement = models.TextField(null=True)  # noqa: DJ001
    country = models.TextField(null=True)  # noqa: DJ001
    rating = models.FloatField(null=True)
    raw_hash = models.TextField(null=True)  # noqa: DJ001
    repost_of = models.TextField(null=True)  # noqa: DJ001
    root = models.TextField(null=True)  # noqa: DJ001
    author_verified = models.BooleanField(null=True)
    region = models.TextField(null=True)  # noqa: DJ001
    tags = models.TextField(null=True)  # noqa: DJ001
    # When the source last had it; null where nobody needs to ask again.
    confirmed_at = MomentField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "uri"], name="listening_mention_once")
        ]
        indexes = [
            models.Index(fields=["organisation", "author"], name="listening_mention_author"),
            models.Index(
                fields=["origin", "confirmed_at"],
                condition=models.Q(confirmed_at__isnull=False),
                name="listening_mention_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return self.uri


class Match(models.Model):
    """That a watch found a mention, and where: `[[field, start, end], ...]` as JSON.

    The mention's key carries its time, so (watch, mention) is (watch, time) as well.
    """

    pk = models.CompositePrimaryKey("watch_id", "mention_id")
    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, db_index=False)
    mention = models.ForeignKey(Mention, on_delete=models.CASCADE)
    spans = models.TextField()

    def __str__(self) -> str:
        return f"{self.watch_id} found {self.mention_id}"


class HourlyCount(models.Model):
    """How many mentions a watch found in an hour of a source: what the charts read."""

    pk = models.CompositePrimaryKey("watch_id", "hour", "source_id")
    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, db_index=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, db_index=False)
    hour = MomentField()
    count = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.watch_id} {self.hour}: {self.count}"


class ReactionKind(models.IntegerChoices):
    """What somebody did with a mention; `engagement.COUNTED` says where it counts."""

    LIKE = 1, "like"
    REPOST = 2, "repost"
    REPLY = 3, "reply"
    QUOTE = 4, "quote"


class Reaction(models.Model):
    """That a mention was liked, reposted, answered or quoted; names are digests.

    Kept one by one where a source tells of them one by one, so that an event that comes
    twice counts once.
    """

    pk = models.CompositePrimaryKey("organisation_id", "digest", "kind")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    digest = models.BinaryField(max_length=16)  # of its own uri
    kind = models.PositiveSmallIntegerField(choices=ReactionKind)
    mention = models.ForeignKey(Mention, on_delete=models.CASCADE)
    author = models.BinaryField(max_length=16)
    at = MomentField()
    # Taken back; the row stays, so that an older frame doesn't bring it again.
    withdrawn = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "author"], name="listening_reaction_author")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.mention_id}"


class RemovalReason(models.TextChoices):
    """Why mentions were removed."""

    AUTHOR = "author", "removed by its author"
    ACCOUNT = "account", "its author's account is gone"
    REQUEST = "request", "removed here on request"


class Removal(models.Model):
    """How many mentions of an hour were removed: no text, no uri, no name."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, db_index=False)
    hour = MomentField()
    reason = models.CharField(max_length=10, choices=RemovalReason)
    # The watches that had found them: their numbers, rising, between commas.
    watches = models.TextField()
    count = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "hour", "source", "reason", "watches"],
                name="listening_removal_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.hour}: {self.count} {self.reason}"


class Tombstone(models.Model):
    """What was forgotten and must not come back: the SHA-256 of a uri or an author."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    # Somebody asked for it here: no source lifts it, and it stays for ever.
    asked = models.BooleanField(default=False)
    # An author who is active again: only what was posted up to `at` must not come back.
    lifted = models.BooleanField(default=False)
    # Dropped after this moment, where nothing had been kept; null: never.
    until = models.DateTimeField(null=True)
    # The files of the lake and the journal are cleaned after the commit; until both are,
    # the next round of the runner does it.
    cleaned = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "digest"], name="listening_tombstone_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["until"],
                condition=models.Q(until__isnull=False),
                name="listening_tombstone_until",
            ),
            models.Index(
                fields=["organisation"],
                condition=models.Q(cleaned=False),
                name="listening_tombstone_open",
            ),
        ]

    def __str__(self) -> str:
        return bytes(self.digest).hex()


class Alias(models.Model):
    """By which name a source will delete a post that is kept, where that isn't its uri.

    The post is a mention, or stands in the lake's sample, or both.
    """

    pk = models.CompositePrimaryKey("source_id", "alias")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    source = models.ForeignKey(Source, on_delete=models.CASCADE, db_index=False)
    # Whom the source asked: a digest of what its configuration says of that.
    place = models.BinaryField(max_length=8)
    alias = models.TextField()
    uri = models.TextField()
    author = models.BinaryField(max_length=16)  # a digest, as in `Reaction`
    # When the post was created, while it stands in the lake; null: it doesn't.
    sampled_at = MomentField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "uri"], name="listening_alias_uri"),
            models.Index(fields=["organisation", "author"], name="listening_alias_author"),
            models.Index(
                fields=["source", "sampled_at"],
                condition=models.Q(sampled_at__isnull=False),
                name="listening_alias_sampled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alias} of {self.source_id}: {self.uri}"


class CopyList(models.Model):
    """One row an organisation: how often its copies changed, so that an index knows when it is old."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, primary_key=True)
    # Which list it is: an index in memory belongs to one.
    mark = models.UUIDField(default=uuid.uuid4)
    version = models.BigIntegerField(default=0)
    groups = models.BigIntegerField(default=0)  # the highest number that was given

    def __str__(self) -> str:
        return f"copies of {self.organisation_id}, version {self.version}"


class Copy(models.Model):
    """Which group of copies a mention is in; one without copies is a group of its own."""

    mention = models.OneToOneField(Mention, on_delete=models.CASCADE, primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    number = models.BigIntegerField()  # of the group, within the organisation
    version = models.BigIntegerField()  # of the list, when it was written

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "number", "mention"], name="listening_copy_group"),
            models.Index(fields=["organisation", "version"], name="listening_copy_version"),
        ]

    def __str__(self) -> str:
        return f"{self.mention_id} in group {self.number}"


class CopyGroup(models.Model):
    """A group of two posts or more, counted."""

    pk = models.CompositePrimaryKey("organisation_id", "number")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    number = models.BigIntegerField()
    posts = models.BigIntegerField()
    # Keys of its earliest and its latest mention, and so their times.
    first = models.BigIntegerField()
    last = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["organisation", "posts"], name="listening_copygroup_posts")]

    def __str__(self) -> str:
        return f"group {self.number}: {self.posts} posts"


class BackfillState(models.TextChoices):
    """What a backfill is doing."""

    MENTIONS = "mentions", "looking through the mentions"
    LAKE = "lake", "looking through the lake"
    DONE = "done", "done"


BACKFILL_MOVES: dict[BackfillState, frozenset[BackfillState]] = {
    BackfillState.MENTIONS: frozenset({BackfillState.LAKE}),
    BackfillState.LAKE: frozenset({BackfillState.DONE}),
    BackfillState.DONE: frozenset({BackfillState.MENTIONS}),
}


class Backfill(models.Model):
    """The way of a new or changed watch through what was collected before."""

    watch = models.OneToOneField(Watch, on_delete=models.CASCADE, related_name="backfill")
    revision = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=BackfillState, default=BackfillState.MENTIONS)
    # Mentions: nothing below this key was looked at yet; first and last are all there were.
    position = models.BigIntegerField(null=True)
    first = models.BigIntegerField(null=True)
    last = models.BigIntegerField(null=True)
    # The lake: the source that is being gone through, and how far (`Scan.position`).
    lake_source = models.BigIntegerField(default=0)
    lake_position = models.TextField(default="")
    lake_share = models.FloatField(default=0.0)
    seen = models.BigIntegerField(default=0)
    found = models.BigIntegerField(default=0)
    next_attempt = models.DateTimeField(db_index=True)
    locked_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"backfill of {self.watch_id}: {self.state}"

    @property
    def progress(self) -> float:
        """Share that was gone through, 0 to 1; the lake is the second half."""
        if self.state == BackfillState.DONE:
            return 1.0
        if self.state == BackfillState.LAKE:
            return 0.5 + self.lake_share / 2
        if self.position is None or self.first is None or self.last is None:
            return 0.0
        return 0.5 * (self.last - self.position) / max(1, self.last - self.first)


class Peer(models.Model):
    """An account of another house, whose posts are kept whole to learn how it is used."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    # The source that reads it, with those of other peers of the same network.
    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="peers")
    author = models.TextField()  # as posts name it
    handle = models.TextField()
    label = models.CharField(max_length=200)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "author"], name="listening_peer_once")
        ]

    def __str__(self) -> str:
        return self.label
