"""Alerts and rules of the actor's organisation."""

from __future__ import annotations

from datetime import time

from django.db.models import QuerySet

from auscult.web.accounts.models import Actor, Membership
from auscult.web.alerts.errors import AlertUnknown, RuleUnknown
from auscult.web.alerts.models import Alert, Habits, Reception, Rule, State

DIGEST_AT = time(8)


def alerts(actor: Actor) -> QuerySet[Alert]:
    """Return the organisation's alerts, newest first."""
    mine = Alert.objects.filter(organisation_id=actor.organisation_id)
    return mine.select_related("rule", "watch", "source", "acknowledged_by").order_by(
        "-raised_at", "-pk"
    )


def alert(actor: Actor, number: int) -> Alert:
    """Return one alert.

    Raises
    ------
    AlertUnknown
        Where the organisation has no such alert.
    """
    found = alerts(actor).filter(pk=number).first()
    if found is None:
        raise AlertUnknown(number)
    return found


def open_alerts(actor: Actor) -> QuerySet[Alert]:
    """Return the alerts that nobody has answered."""
    return alerts(actor).filter(state__in=(State.OPEN, State.SNOOZED))


def receptions(actor: Actor, alert: Alert) -> QuerySet[Reception]:
    """Return who was told of an alert, or will be, the first first."""
    mine = Reception.objects.filter(alert=alert, alert__organisation_id=actor.organisation_id)
    return mine.select_related("user").order_by("due_at", "pk")


def rules(actor: Actor) -> QuerySet[Rule]:
    """Return the organisation's rules, by name."""
    mine = Rule.objects.filter(organisation_id=actor.organisation_id)
    return mine.select_related("watch").order_by("name")


def rule(actor: Actor, number: int) -> Rule:
    """Return one rule.

    Raises
    ------
    RuleUnknown
        Where the organisation has no such rule.
    """
    found = rules(actor).filter(pk=number).first()
    if found is None:
        raise RuleUnknown(number)
    return found


def habits(actor: Actor) -> Habits:
    """Return when the organisation doesn't want to be told; as it begins, that is never."""
    found = Habits.objects.filter(pk=actor.organisation_id).first()
    return found or Habits(organisation_id=actor.organisation_id, digest_at=DIGEST_AT)


def members(actor: Actor) -> QuerySet[Membership]:
    """Return who may be told."""
    mine = Membership.objects.filter(organisation_id=actor.organisation_id)
    return mine.select_related("user").order_by("user__username")
