"""Organisations, people, what they may do, and what they did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from auscult.engine.kernel.clock import Clock, SystemClock


class Role(models.TextChoices):
    """What a member is in her organisation."""

    OWNER = "owner", _("owner")
    EDITOR = "editor", _("editor")
    APPROVER = "approver", _("approver")
    ANALYST = "analyst", _("analyst")
    PRIVACY = "privacy", _("privacy officer")
    AMBASSADOR = "ambassador", _("ambassador")
    GUEST = "guest", _("guest")
    # The listener and other work that no person starts; nobody is a member as this.
    SYSTEM = "system", _("system")


MEMBERS = tuple(role.value for role in Role if role is not Role.SYSTEM)


class Organisation(models.Model):
    """A hospital, a group, a practice: the wall that no query looks over."""

    name = models.CharField(max_length=200, unique=True)
    # In which its days begin and end; empty: that of the settings.
    time_zone = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A person who signs in."""


class Team(models.Model):
    """A business function of the house, like media relations or cardiology."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=100)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="accounts_team_once")
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's place in an organisation."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.GUEST)
    teams = models.ManyToManyField(Team, related_name="memberships", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"], name="accounts_membership_once"
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=MEMBERS),
                name="accounts_membership_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.role} of {self.organisation}"


class Invitation(models.Model):
    """An offer to join, by a secret address of which the digest alone is kept."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField()
    role = models.CharField(max_length=10, choices=Role)
    teams = models.ManyToManyField(Team, related_name="invitations", blank=True)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="invitations_sent"
    )
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        User, null=True, on_delete=models.SET_NULL, related_name="invitations_accepted"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(role__in=MEMBERS), name="accounts_invitation_role"
            )
        ]

    def __str__(self) -> str:
        return f"{self.email}, as {self.role} of {self.organisation}"


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    """Entries are written once and stay."""

    def update(self, **_values: Any) -> NoReturn:
        """Refuse: what happened doesn't change."""
        raise TypeError("audit entries are never changed")

    def delete(self) -> NoReturn:
        """Refuse: what happened stays."""
        raise TypeError("audit entries are never deleted")


class AuditEntry(models.Model):
    """Who did what, to what, when; never a post's text nor an author's name."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=50)
    target = models.CharField(max_length=200)
    details = models.JSONField(default=dict)
    # Its place in the organisation's chain (`chain.py`); `actions.record_audit` fills them in.
    number = models.BigIntegerField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "-at"], name="accounts_audit_newest")]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="accounts_audit_once")
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}: {self.action} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new entry; an entry that was written stays as it is."""
        if self.pk is not None:
            raise TypeError("audit entries are never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse: what happened stays."""
        raise TypeError("audit entries are never deleted")


class AuditHead(models.Model):
    """The end of an organisation's chain of audit entries; its UPDATE makes writers take turns."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, primary_key=True, related_name="audit_head"
    )
    name = models.CharField(max_length=32)  # of the chain: random, and what its start is made of
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)
    # Entries up to this number were removed when their time was over; the digest of the last.
    kept_after = models.BigIntegerField(default=0)
    kept_after_digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"


class RetentionRule(models.Model):
    """How long an organisation keeps a kind of data, where it decided otherwise than we do."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="retention_rules"
    )
    kind = models.CharField(max_length=30)
    days = models.PositiveIntegerField(null=True)  # null: for ever

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind"], name="accounts_retention_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.days} days"


class Token(models.Model):
    """What a program shows to act for a person: its digest alone is kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="tokens")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    # The first characters, by which a person knows it again.
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)  # values of `tokens.Scope`
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)  # null: never
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class SecretAddress(models.Model):
    """A feed or calendar that opens without signing in, for who has its address."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="secret_addresses"
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="secret_addresses")
    # What it shows, as the application above names it, and of which row; null: of all.
    kind = models.CharField(max_length=30)
    subject = models.BigIntegerField(null=True)
    label = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind}: {self.label}"


class KeptAnswer(models.Model):
    """What was answered to a write with an idempotency key: the same again gets the same."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64)  # of method, address and body
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "key"], name="accounts_answer_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.status}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, for which organisation, with which rights, by which clock.

    Attributes
    ----------
    only : frozenset of str or None
        Rights that a program's token was given: no other right of the role counts. None: all.
    """

    organisation_id: int
    user_id: int | None
    name: str
    role: Role
    clock: Clock = field(default_factory=SystemClock, compare=False)
    only: frozenset[str] | None = None
