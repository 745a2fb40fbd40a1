"""Rules, and what people do with alerts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.engine.query.errors import QueryError
from auscult.engine.query.parse import parse
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, Role
from auscult.web.accounts.policies import Right, require
from auscult.web.alerts import queries, raising, telling
from auscult.web.alerts.errors import AlertMoved, RuleRefused
from auscult.web.alerts.models import (
    Alert,
    Habits,
    Keenness,
    Kind,
    Pace,
    Rule,
    Standing,
    State,
    before,
)
from auscult.web.listening.models import Watch

LONGEST_SNOOZE_DAYS = 30
MANY_FOLLOWERS = 20_000
# Posts, followers, minutes: of the kinds that ask for so many at least.
MOST: Mapping[Kind, int] = {Kind.TOPIC: 10_000, Kind.REACH: 1_000_000_000, Kind.SOURCE: 10_000}
SOONEST, LATEST = 5, 7 * 24 * 60  # minutes until others are told


ONCE = gettext_noop("a name that no other rule has")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a rule shall be; see `Rule`."""

    name: str
    kind: Kind
    watch: Watch | None = None
    keenness: Keenness = Keenness.USUAL
    query: str = ""
    least: int = 1
    tell: Sequence[str] = ()
    pace: Pace = Pace.AT_ONCE
    any_hour: bool = False
    escalate_minutes: int | None = None
    escalate_to: Sequence[str] = ()


@transaction.atomic
def save_rule(actor: Actor, *, wish: Wish, rule: Rule | None = None) -> Rule:
    """Add a rule or change one. Alerts of a rule that looks for something else now are past.

    Raises
    ------
    RuleRefused
        The name is taken, or a value can't be used.
    """
    require(actor, Right.EDIT_ALERTS, "change alert rules")
    _check(actor, wish, rule)
    now = actor.clock.now()
    saved = rule or Rule(
        organisation_id=actor.organisation_id, created_by_id=actor.user_id, created_at=now
    )
    looks_for = {name: getattr(wish, name) for name in ("kind", "watch", "query", "least")}
    if rule is None or any(getattr(rule, name) != value for name, value in looks_for.items()):
        saved.changed_at = now
        if rule is not None:
            raising.close_of_rule(actor, rule)
    for name, value in {**looks_for, **_rest(wish)}.items():
        setattr(saved, name, value)
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:  # somebody else was faster
        raise RuleRefused("name", wish.name, _(ONCE)) from error
    details = {"kind": wish.kind, "new": rule is None, "tell": list(wish.tell)}
    record_audit(actor, action="save-alert-rule", target=wish.name, details=details)
    return saved


def _rest(wish: Wish) -> dict[str, Any]:
    return {
        "name": wish.name,
        "keenness": wish.keenness,
        "tell": list(wish.tell),
        "pace": wish.pace,
        "any_hour": wish.any_hour,
        "escalate_minutes": wish.escalate_minutes,
        "escalate_to": list(wish.escalate_to),
    }


def _check(actor: Actor, wish: Wish, rule: Rule | None) -> None:
    others = queries.rules(actor).exclude(pk=rule.pk if rule else 0)
    if not wish.name.strip() or others.filter(name=wish.name).exists():
        raise RuleRefused("name", wish.name, _(ONCE))
    if wish.watch is not None and wish.watch.organisation_id != actor.organisation_id:
        raise RuleRefused("watch", wish.watch.pk, _("a watch of your organisation"))
    if wish.kind == Kind.TOPIC:
        try:
            parse(wish.query)
        except QueryError as error:
            raise RuleRefused(
                "query", wish.query[:100], _("a query that can be read"), hint=str(error)
            ) from error
    most = MOST.get(wish.kind, 1)
    if not 1 <= wish.least <= most:
        raise RuleRefused("least", wish.least, _("from 1 to {most}").format(most=most))
    _check_people(actor, wish, rule)


def _check_people(actor: Actor, wish: Wish, rule: Rule | None) -> None:
    # Who has left stays named, until somebody takes her out.
    known = telling.names(actor) | {
        *(rule.tell if rule else ()),
        *(rule.escalate_to if rule else ()),
    }
    for field, named in (("tell", wish.tell), ("escalate_to", wish.escalate_to)):
        for one in named:
            if one not in known:
                valid = _("a role or a member who may see figures, as role:editor or person:12")
                raise RuleRefused(field, one, valid)
    if bool(wish.escalate_minutes) != bool(wish.escalate_to):
        raise RuleRefused(
            "escalate_to",
            ", ".join(wish.escalate_to),
            _("given together with the minutes after which they are told"),
        )


@transaction.atomic
def switch_rule(actor: Actor, *, rule: Rule, on: bool) -> None:
    """Switch a rule on or off; alerts of one that is off are past."""
    require(actor, Right.EDIT_ALERTS, "change alert rules")
    now = actor.clock.now()
    queries.rules(actor).filter(pk=rule.pk).update(on=on, changed_at=now)
    if not on:
        raising.close_of_rule(actor, rule)
    record_audit(actor, action="switch-alert-rule", target=rule.name, details={"on": on})


@transaction.atomic
def remove_rule(actor: Actor, *, rule: Rule) -> None:
    """Remove a rule; its alerts are past, and stay."""
    require(actor, Right.EDIT_ALERTS, "remove alert rules")
    raising.close_of_rule(actor, rule)
    queries.rules(actor).filter(pk=rule.pk).delete()
    record_audit(actor, action="remove-alert-rule", target=rule.name)


@transaction.atomic
def acknowledge(actor: Actor, *, alert: Alert) -> None:
    """Say that somebody takes care; nobody else is told any more.

    Raises
    ------
    AlertMoved
        It is past, or somebody was quicker.
    """
    require(actor, Right.HANDLE_ALERTS, "acknowledge alerts")
    _move(
        actor,
        alert,
        State.ACKNOWLEDGED,
        acknowledged_by_id=actor.user_id,
        acknowledged_at=actor.clock.now(),
        snoozed_until=None,
    )
    record_audit(actor, action="acknowledge-alert", target=f"{alert.pk} {alert.name}")


@transaction.atomic
def snooze(actor: Actor, *, alert: Alert, until: datetime) -> None:
    """Let an alert be silent until a moment; then people are told anew, if it goes on.

    Raises
    ------
    AlertMoved, RuleRefused
        It isn't open, or the moment is past or more than 30 days ahead.
    """
    require(actor, Right.HANDLE_ALERTS, "snooze alerts")
    ahead = until - actor.clock.now()
    if not 0 < ahead.total_seconds() <= LONGEST_SNOOZE_DAYS * 86_400:
        raise RuleRefused("snooze", until.isoformat(), _("within the next 30 days"))
    _move(actor, alert, State.SNOOZED, snoozed_until=until)
    record_audit(
        actor,
        action="snooze-alert",
        target=f"{alert.pk} {alert.name}",
        details={"until": until.isoformat()},
    )


def _move(actor: Actor, alert: Alert, state: State, **values: Any) -> None:
    moved = Alert.objects.filter(
        pk=alert.pk, organisation_id=actor.organisation_id, state__in=before(state)
    ).update(state=state, **values)
    alert.refresh_from_db()
    if not moved:
        raise AlertMoved(alert.get_state_display(), str(state.label))


@transaction.atomic
def save_habits(
    actor: Actor,
    *,
    quiet_from: time | None,
    quiet_until: time | None,
    quiet_weekend: bool,
    digest_at: time,
) -> Habits:
    """Set when the organisation doesn't want to be told."""
    require(actor, Right.EDIT_ALERTS, "change quiet hours")
    if (quiet_from is None) != (quiet_until is None):
        raise RuleRefused("quiet_until", "", _("given together with when they begin"))
    habits, _made = Habits.objects.update_or_create(
        pk=actor.organisation_id,
        defaults={
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "quiet_weekend": quiet_weekend,
            "digest_at": digest_at,
        },
    )
    record_audit(actor, action="save-quiet-hours", target=str(quiet_from or ""))
    return habits


@transaction.atomic
def make_first_rules(actor: Actor) -> None:
    """Give an organisation that has its first watch rules to begin with, once."""
    if not Standing.objects.filter(pk=actor.organisation_id, began=False).update(began=True):
        return
    desk = [f"role:{Role.OWNER.value}", f"role:{Role.EDITOR.value}"]
    wishes = (
        Wish(name=_("More than usual"), kind=Kind.VOLUME, tell=desk),
        Wish(name=_("New phrases"), kind=Kind.PHRASE, tell=desk, pace=Pace.DAILY),
        Wish(
            name=_("Many followers"),
            kind=Kind.REACH,
            least=MANY_FOLLOWERS,
            tell=desk,
            pace=Pace.DAILY,
        ),
        Wish(name=_("A source needs you"), kind=Kind.SOURCE, least=30, tell=desk[:1]),
    )
    taken = set(queries.rules(actor).values_list("name", flat=True))
    for wish in wishes:
        if wish.name not in taken:
            save_rule(actor, wish=wish)
