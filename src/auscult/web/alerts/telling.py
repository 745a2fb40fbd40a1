"""Whom an alert is told, and when: quiet hours, digests, those who come after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from auscult.web.accounts.models import Actor, Membership
from auscult.web.accounts.policies import TABLE, Right
from auscult.web.accounts.queries import time_zone
from auscult.web.alerts import queries
from auscult.web.alerts.models import Alert, Habits, Pace, Reception, Rule

DAY = timedelta(days=1)
SATURDAY = 5


def recipients(actor: Actor, wanted: Iterable[str]) -> list[int]:
    """Return the persons that names like `role:editor` and `person:12` stand for.

    Who isn't a member, or may not see figures, is left out.
    """
    named = set(wanted)
    return [
        member.user_id
        for member in queries.members(actor)
        if may_be_told(member) and ({f"role:{member.role}", f"person:{member.user_id}"} & named)
    ]


def names(actor: Actor) -> set[str]:
    """Return the names that a rule may tell: roles that see figures, and members who may be told."""
    roles = {f"role:{role.value}" for role in TABLE[Right.SEE_FIGURES]}
    persons = {f"person:{one.user_id}" for one in queries.members(actor) if may_be_told(one)}
    return roles | persons


def may_be_told(member: Membership) -> bool:
    """Tell whether a member's role lets her see alerts."""
    return member.user.is_active and member.role in TABLE[Right.SEE_FIGURES]


def plan(actor: Actor, alert: Alert, rule: Rule) -> None:
    """Write down who is to be told of an alert at its present step, and when."""
    wanted = rule.escalate_to if alert.step else rule.tell
    due = due_at(actor.clock.now(), rule, queries.habits(actor), time_zone(actor))
    Reception.objects.bulk_create(
        [
            Reception(alert=alert, user_id=user, step=alert.step, turn=alert.turn, due_at=due)
            for user in recipients(actor, wanted)
        ],
        ignore_conflicts=True,
    )


def due_at(now: datetime, rule: Rule, habits: Habits, zone: ZoneInfo) -> datetime:
    """Return when people are told of what a rule finds now."""
    if rule.pace == Pace.DAILY:
        return next_time(now, habits.digest_at, zone)
    if rule.any_hour:
        return now
    return after_quiet(now, habits, zone)


def next_time(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """Return when a clock on the wall shows a time next, as a moment."""
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), at, tzinfo=zone)
    if today.timestamp() <= now.timestamp():
        today = (today.replace(tzinfo=None) + DAY).replace(tzinfo=zone)
    return today.astimezone(now.tzinfo)


def after_quiet(now: datetime, habits: Habits, zone: ZoneInfo) -> datetime:
    """Return the first moment from now on that isn't quiet."""
    moment = now
    while (end := _quiet_until(moment, habits, zone)) is not None:
        moment = end
    return moment


def _quiet_until(now: datetime, habits: Habits, zone: ZoneInfo) -> datetime | None:
    local = now.astimezone(zone)
    if habits.quiet_weekend and local.weekday() >= SATURDAY:
        return next_time(now, time(0), zone)
    begin, end = habits.quiet_from, habits.quiet_until
    if begin is None or end is None or begin == end:
        return None
    clock = local.time()
    inside = begin <= clock < end if begin < end else clock >= begin or clock < end
    return next_time(now, end, zone) if inside else None
