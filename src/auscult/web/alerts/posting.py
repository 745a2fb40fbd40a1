"""Telling people what is due: one mail a person, whatever came together; and who comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import time_zone
from auscult.web.alerts import queries, raising, wording
from auscult.web.alerts.models import Alert, Reception, State
from auscult.web.alerts.telling import may_be_told
from auscult.web.delivery.actions import post_mail
from auscult.web.delivery.queries import link

AT_ONCE = 200
# Who was not told while an alert was open is told of it later, too, though it is past.
TOLD_OF = (State.OPEN, State.PAST)


def see_to(actor: Actor) -> bool:
    """Wake what was snoozed, tell whom it is time to tell, and then those who come next."""
    now = actor.clock.now()
    for alert in queries.alerts(actor).filter(state=State.SNOOZED, snoozed_until__lte=now):
        with transaction.atomic():
            raising.open_again(actor, alert)
    more = tell_due(actor)
    unanswered = queries.alerts(actor).filter(state=State.OPEN, step=0)
    for alert in unanswered.exclude(rule=None).exclude(rule__escalate_minutes=None):
        with transaction.atomic():
            more |= raising.escalate(actor, alert)
    return more


def tell_due(actor: Actor) -> bool:
    """Write a mail to each person who is to be told of something now."""
    due = list(
        Reception.objects.filter(
            alert__organisation_id=actor.organisation_id,
            told_at=None,
            dropped="",
            due_at__lte=actor.clock.now(),
        )
        .select_related("alert", "alert__watch", "alert__source", "user")
        .order_by("due_at", "pk")[:AT_ONCE]
    )
    people: dict[int, list[Reception]] = defaultdict(list)
    for one in due:
        people[one.user_id].append(one)
    members = {one.user_id for one in queries.members(actor) if may_be_told(one)}
    for user, own in people.items():
        with transaction.atomic():
            _tell(actor, own, member=user in members)
    return len(due) == AT_ONCE


def _tell(actor: Actor, due: Sequence[Reception], *, member: bool) -> None:
    """Tell one person what is due; what needs nobody any more is dropped, and says why."""
    wanted: list[Reception] = []
    for one in due:
        reason = _needless(one, member=member)
        if reason:
            Reception.objects.filter(pk=one.pk, told_at=None, dropped="").update(dropped=reason)
        else:
            wanted.append(one)
    now = actor.clock.now()
    mine = Reception.objects.filter(pk__in=[one.pk for one in wanted], told_at=None, dropped="")
    if not wanted:
        return
    if mine.update(told_at=now) == len(wanted):
        _write(actor, wanted)
    else:  # somebody else's round was quicker with some: the rest has its turn in the next
        transaction.set_rollback(True)


def _needless(one: Reception, *, member: bool) -> str:
    if not member:
        return "no member any more"
    if not one.user.email:
        return "no mail address"
    state = one.alert.state
    return "" if state in TOLD_OF and one.turn == one.alert.turn else str(state)


def _write(actor: Actor, told: Sequence[Reception]) -> None:
    alerts = [one.alert for one in told]
    digest = sha256(",".join(str(one.pk) for one in told).encode()).hexdigest()[:32]
    with timezone.override(time_zone(actor)):
        context = {
            "lines": [line_of(one.alert, step=one.step) for one in told],
            "settings": link("/alerts/rules/"),
        }
        post_mail(
            actor,
            to=told[0].user.email,
            subject=_subject(alerts, step=max(one.step for one in told)),
            text=render_to_string("alerts/mail.txt", context),
            html=render_to_string("alerts/mail.html", context),
            key=f"alerts/{digest}",
        )


def _subject(alerts: Sequence[Alert], *, step: int) -> str:
    if len(alerts) > 1:
        return ngettext("%(n)s alert", "%(n)s alerts", len(alerts)) % {"n": len(alerts)}
    title = wording.title(alerts[0])
    return _("Nobody has answered: %(title)s") % {"title": title} if step else title


def line_of(alert: Alert, *, step: int = 0) -> dict[str, object]:
    """Return what a mail says of an alert."""
    return {
        "title": wording.title(alert),
        "reasons": wording.reasons(alert),
        "page": wording.page_of(alert),
        "past": alert.state == State.PAST,
        "unanswered": bool(step),
    }
