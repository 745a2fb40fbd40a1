"""From findings to alerts: one storm, one alert. What goes on joins it, what is over closes it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from auscult.web.accounts.models import Actor
from auscult.web.alerts import telling, wording
from auscult.web.alerts.finding import Ended, Finding
from auscult.web.alerts.models import Alert, Kind, Reception, Rule, State, before
from auscult.web.delivery.actions import post_event
from auscult.web.delivery.models import Event

MOST_KEPT = 500  # numbers of mentions that an alert holds, the newest
QUIET = timedelta(days=1)  # after so long without another one, single posts are over
ENDS_BY_ITSELF = (Kind.TOPIC, Kind.REACH, Kind.PHRASE)


def take_in(actor: Actor, finding: Finding) -> Alert:
    """Raise an alert, or let a finding join the one that goes on."""
    mine = Alert.objects.filter(organisation_id=actor.organisation_id, key=finding.key)
    going_on = mine.exclude(state=State.PAST).first()
    if going_on is not None:
        return _join(actor, going_on, finding)
    now = actor.clock.now()
    rule = finding.rule
    alert = Alert.objects.create(
        organisation_id=actor.organisation_id,
        rule=rule,
        name=rule.name,
        kind=rule.kind,
        watch_id=finding.watch_id,
        source_id=finding.source_id,
        key=finding.key,
        since=finding.since,
        raised_at=now,
        last_at=now,
        turned_at=now,
        facts=_merged({}, finding.facts),
    )
    telling.plan(actor, alert, rule)
    _announce(actor, alert, Event.ALERT_RAISED)
    return alert


def _join(actor: Actor, alert: Alert, finding: Finding) -> Alert:
    facts = _merged(alert.facts, finding.facts)
    if facts == alert.facts and alert.kind != Kind.SOURCE:
        return alert
    alert.joined += facts != alert.facts
    alert.facts, alert.last_at = facts, actor.clock.now()
    alert.since = min(alert.since, finding.since)
    alert.save(update_fields=["facts", "joined", "last_at", "since"])
    return alert


def _merged(facts: dict[str, Any], more: Any) -> dict[str, Any]:
    """Return facts with newer ones: lists grow, everything else is replaced."""
    after = {**facts, **more}
    if "mentions" in more:
        every = {*facts.get("mentions", ()), *more["mentions"]}
        after["count"] = facts.get("count", 0) + len(every) - len(facts.get("mentions", ()))
        after["mentions"] = sorted(every)[-MOST_KEPT:]
    if "phrases" in more:
        told = {one["text"]: one for one in (*facts.get("phrases", ()), *more["phrases"])}
        after["phrases"] = list(told.values())
    return after


def close(actor: Actor, ended: Ended) -> None:
    """Let an alert be past, where one goes on; tell the machines."""
    alert = Alert.objects.filter(
        organisation_id=actor.organisation_id, key=ended.key, state__in=before(State.PAST)
    ).first()
    if alert is not None:
        alert.facts = _merged(alert.facts, ended.facts)
        _pass(actor, alert)


def close_quiet(actor: Actor) -> None:
    """Let alerts of single posts be past that nothing joined for a day."""
    going_on = Alert.objects.filter(
        organisation_id=actor.organisation_id,
        kind__in=ENDS_BY_ITSELF,
        state__in=before(State.PAST),
        last_at__lt=actor.clock.now() - QUIET,
    )
    for alert in going_on:
        _pass(actor, alert)


def close_of_rule(actor: Actor, rule: Rule) -> None:
    """Let the alerts of a rule be past that is removed, switched off or another now."""
    for alert in Alert.objects.filter(rule=rule, state__in=before(State.PAST)):
        _pass(actor, alert)


def _pass(actor: Actor, alert: Alert) -> None:
    alert.state, alert.past_at = State.PAST, actor.clock.now()
    alert.save(update_fields=["state", "past_at", "facts"])
    _announce(actor, alert, Event.ALERT_CLOSED)


def open_again(actor: Actor, alert: Alert) -> None:
    """Open an alert whose snooze is over, and tell people anew."""
    moved = Alert.objects.filter(pk=alert.pk, state=State.SNOOZED, turn=alert.turn).update(
        state=State.OPEN, step=0, turn=alert.turn + 1, turned_at=actor.clock.now()
    )
    if moved and alert.rule is not None:
        alert.refresh_from_db()
        telling.plan(actor, alert, alert.rule)


def escalate(actor: Actor, alert: Alert) -> bool:
    """Tell those who come next, where the first were told for long enough; say whether."""
    rule = alert.rule
    if rule is None or not rule.escalate_minutes or not rule.escalate_to:
        return False
    now = actor.clock.now()
    if now - told_at(alert) < timedelta(minutes=rule.escalate_minutes):
        return False
    moved = Alert.objects.filter(pk=alert.pk, state=State.OPEN, step=0, turn=alert.turn)
    if not moved.update(step=1):
        return False
    alert.step = 1
    telling.plan(actor, alert, rule)
    return True


def told_at(alert: Alert) -> datetime:
    """Return since when the first persons could know of an alert in its present turn.

    Where there is nobody to tell first, that is when it was raised.
    """
    mine = Reception.objects.filter(alert=alert, turn=alert.turn, step=0)
    moments = list(mine.values_list("told_at", "due_at"))
    return min((told or due for told, due in moments), default=alert.turned_at)


def _announce(actor: Actor, alert: Alert, event: Event) -> None:
    post_event(
        actor,
        event=event,
        body=wording.as_data(alert),
        key=f"{event}/{alert.pk}",
    )
