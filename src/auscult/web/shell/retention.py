"""How long each kind of data is kept: one table, what an organisation decides, and the work of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.audit_expiry import expire_audit
from auscult.web.accounts.models import Actor, AuditEntry, Invitation, RetentionRule, User
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.work import Job
from auscult.web.alerts.models import Alert
from auscult.web.briefs.models import Brief
from auscult.web.dashboards.models import DayFigures
from auscult.web.delivery.queries import old_letters
from auscult.web.listening.actions import expire_before
from auscult.web.listening.models import HourlyCount, Removal
from auscult.web.returns.forgetting import forget_clicks, forget_keys
from auscult.web.returns.leaving import settle_time
from auscult.web.sources.models import BrokenLine, ReceivedHour

LONGEST = 36_500  # days
AT_ONCE = 2_000  # rows of a kind in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of data that has a time.

    Attributes
    ----------
    name : str
        As the rule is kept.
    label, about : str
        For people.
    days : int or None
        Where the organisation decided nothing; None: for ever, or as something else says.
    least : int
        Fewer days are refused.
    expire : callable
        Removes what is older than a moment, a slice of it, with its audit entry; returns how
        much. More than nothing: call it again.
    """

    name: str
    label: str | Promise
    about: str | Promise
    days: int | None
    least: int = 1
    expire: Callable[[Actor, datetime], int]


def _rows(
    name: str,
    chosen: Callable[[Actor, datetime], QuerySet[Any]],
    settle: Callable[[list[int]], None] = lambda _keys: None,
) -> Callable[[Actor, datetime], int]:
    """Return what removes a slice of rows, with its entry, once `settle` kept what has to stay."""

    @transaction.atomic
    def expire(actor: Actor, before: datetime) -> int:
        keys = list(chosen(actor, before).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
        if not keys:
            return 0
        settle(keys)
        removed = chosen(actor, before).filter(pk__in=keys).delete()[0]
        details = {"rows": removed, "before": before.isoformat()}
        record_audit(actor, action=f"expire-{name}", target="", details=details)
        return removed

    return expire


def _hours(actor: Actor, before: datetime) -> QuerySet[Any]:
    return HourlyCount.objects.filter(watch__organisation_id=actor.organisation_id, hour__lt=before)


def _removals(actor: Actor, before: datetime) -> QuerySet[Any]:
    return Removal.objects.filter(organisation_id=actor.organisation_id, hour__lt=before)


def _received(actor: Actor, before: datetime) -> QuerySet[Any]:
    return ReceivedHour.objects.filter(
        source__organisation_id=actor.organisation_id, hour__lt=before
    )


def _days(actor: Actor, before: datetime) -> QuerySet[Any]:
    return DayFigures.objects.filter(
        watch__organisation_id=actor.organisation_id, day__lt=before.date().toordinal()
    )


def _alerts(actor: Actor, before: datetime) -> QuerySet[Any]:
    return Alert.objects.filter(organisation_id=actor.organisation_id, past_at__lt=before)


def _briefs(actor: Actor, before: datetime) -> QuerySet[Any]:
    over = before.date() - timedelta(days=7)  # a week is named by its first day
    return Brief.objects.filter(organisation_id=actor.organisation_id, week__lt=over)


def _accounts(actor: Actor, before: datetime) -> QuerySet[Any]:
    """Return the accounts of people who left and belong nowhere since; the trail says when."""
    left = AuditEntry.objects.filter(organisation_id=actor.organisation_id, action="remove-member")
    gone = User.objects.filter(memberships=None, username__in=left.values("target"))
    return gone.exclude(username__in=left.filter(at__gte=before).values("target"))


def _lines(actor: Actor, before: datetime) -> QuerySet[Any]:
    return BrokenLine.objects.filter(source__organisation_id=actor.organisation_id, at__lt=before)


def _letters(actor: Actor, before: datetime) -> QuerySet[Any]:
    return old_letters(actor, before=before)


def _invitations(actor: Actor, before: datetime) -> QuerySet[Any]:
    """Return the invitations that nobody can accept (any more), with the address they went to."""
    over = Q(expires_at__lt=before) | Q(revoked_at__lt=before) | Q(accepted_at__lt=before)
    return Invitation.objects.filter(over, organisation_id=actor.organisation_id)


def _letters_and_invitations(actor: Actor, before: datetime) -> int:
    parts = (("letters", _letters), ("invitations", _invitations))
    return sum(_rows(name, chosen)(actor, before) for name, chosen in parts)


def _sessions(_actor: Actor, before: datetime) -> QuerySet[Any]:
    return Session.objects.filter(expire_date__lt=before)


def _traces(_actor: Actor, before: datetime) -> QuerySet[Any]:
    """Return the notes of where a session was used from, of sessions that are gone."""
    alive = Session.objects.values("session_key")
    found: QuerySet[Any] = UserSession.objects.filter(last_seen_at__lt=before)
    return found.exclude(session_key__in=alive)


def _sessions_with_traces(actor: Actor, before: datetime) -> int:
    return sum(_rows("sessions", chosen)(actor, before) for chosen in (_sessions, _traces))


def _figures(actor: Actor, before: datetime) -> int:
    parts = (_hours, _days, _removals, _received)
    return sum(_rows("figures", chosen)(actor, before) for chosen in parts)


KINDS: tuple[Kind, ...] = (
    Kind(
        name="mentions",
        label=_("Mentions"),
        about=_("At most so long, whatever each source says; a source may say less."),
        days=None,
        expire=lambda actor, before: _once(expire_before(actor, before=before)),
    ),
    Kind(
        name="samples",
        label=_("Samples of sources"),
        about=_("The share of all posts that a source keeps to measure and to look back."),
        days=365,
        expire=lambda actor, before: _once(expire_before(actor, before=before, samples_alone=True)),
    ),
    Kind(
        name="figures",
        label=_("Figures by hour and day"),
        about=_(
            "How many posts and mentions an hour had; a day's languages, links and pseudonyms."
        ),
        days=None,
        least=30,
        expire=_figures,
    ),
    Kind(
        name="alerts",
        label=_("Alerts that are past"),
        about=_("What was raised, why, and who was told. Alerts that go on stay."),
        days=None,
        least=30,
        expire=_rows("alerts", _alerts),
    ),
    Kind(
        name="briefs",
        label=_("Weekly briefs"),
        about=_("The sentences of a week and where their evidence stands."),
        days=None,
        least=30,
        expire=_rows("briefs", _briefs),
    ),
    Kind(
        name="clicks",
        label=_("Clicks on short links"),
        about=_(
            "The digest of a random mark, with link and time, that may still become an outcome."
            " How often a link was followed stays."
        ),
        days=30,
        expire=forget_clicks,
    ),
    Kind(
        name="outcome-keys",
        label=_("Digests of orders, visitors and callers"),
        about=_("By them an outcome that is told twice counts once. The outcome itself stays."),
        days=400,
        least=31,
        expire=forget_keys,
    ),
    Kind(
        name="accounts",
        label=_("Accounts of people who left"),
        about=_("Name, address and ways of signing in. What a person did stays written down."),
        days=30,
        expire=_rows("accounts", _accounts, settle_time),
    ),
    Kind(
        name="lines",
        label=_("Unreadable records"),
        about=_("What a source sent and nobody could read, with an excerpt to find out why."),
        days=90,
        expire=_rows("lines", _lines),
    ),
    Kind(
        name="letters",
        label=_("Sent mails and messages"),
        about=_("Once they arrived or were given up."),
        days=30,
        expire=_letters_and_invitations,
    ),
    Kind(
        name="sessions",
        label=_("Sessions that ended"),
        about=_("Rows that tell that a browser was signed in; they are nobody's after their end."),
        days=1,
        expire=_sessions_with_traces,
    ),
    Kind(
        name="audit",
        label=_("Audit trail"),
        about=_("Who did what. At least a year; the chain stays checkable from what is left."),
        days=1_095,
        least=365,
        expire=lambda actor, before: expire_audit(actor, before=before),
    ),
)


def _once(_removed: int) -> int:
    """Say that nothing is left: the action went on to the end, a slice in each transaction."""
    return 0


def rules(actor: Actor) -> dict[str, int | None]:
    """Return how many days each kind is kept in the actor's organisation; None: for ever."""
    decided = dict(
        RetentionRule.objects.filter(organisation_id=actor.organisation_id).values_list(
            "kind", "days"
        )
    )
    return {kind.name: decided.get(kind.name, kind.days) for kind in KINDS}


@transaction.atomic
def set_rules(actor: Actor, *, days: Mapping[str, int | None]) -> None:
    """Decide how long kinds of data are kept; those that aren't named stay as they are.

    Raises
    ------
    NotAllowed
    Correctable
        No such kind, or a time that is too short or too long.
    """
    require(actor, Right.SET_RETENTION, "decide how long data is kept")
    known = {kind.name: kind for kind in KINDS}
    before = rules(actor)
    for name, given in days.items():
        kind = known.get(name)
        if kind is None:
            raise Correctable(
                gettext("There is no kind of data '%(name)s'.") % {"name": name},
                code="retention-kind",
                field=name,
                hint=gettext("The kinds are %(kinds)s.") % {"kinds": ", ".join(known)},
            )
        if given is not None and not kind.least <= given <= LONGEST:
            raise Correctable(
                gettext("%(kind)s: %(days)s days can't be.") % {"kind": kind.label, "days": given},
                code="retention-days",
                field=name,
                hint=gettext("Choose %(least)s to %(most)s days, or none to keep it for ever.")
                % {"least": kind.least, "most": LONGEST},
            )
        RetentionRule.objects.update_or_create(
            organisation_id=actor.organisation_id, kind=name, defaults={"days": given}
        )
    changed = {name: [before[name], given] for name, given in days.items() if before[name] != given}
    record_audit(actor, action="set-retention", target=", ".join(changed), details=changed)


def apply(actor: Actor) -> bool:
    """Remove a slice of what is older than it may be; return whether there is more."""
    require(actor, Right.WORK, "remove what is old")
    now, more = actor.clock.now(), False
    decided = rules(actor)
    for kind in KINDS:
        days = decided[kind.name]
        if days is not None:
            more |= kind.expire(actor, now - timedelta(days=days)) > 0
    return more


JOBS = (Job(name="retention", every=timedelta(hours=1), run=apply),)
