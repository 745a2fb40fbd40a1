"""A clock for one's own work: started, stopped, or let go."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, Membership, User
from auscult.web.accounts.policies import Right, require, who_may
from auscult.web.accounts.queries import time_zone
from auscult.web.planning.models import Bet
from auscult.web.returns import cost_queries, queries
from auscult.web.returns.cost_models import TimeOrigin, Timer, Worked
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.time_actions import A_DAY, TimeWish, save_time


@transaction.atomic
def start_timer(actor: Actor, *, bet: Bet | None) -> Timer:
    """Start the actor's clock; one that runs already is stopped, and its minutes are kept.

    Raises
    ------
    NotAllowed, ReturnsRefused
    """
    user = _person(actor)
    if bet is not None and bet.cycle.organisation_id != actor.organisation_id:
        raise ReturnsRefused("bet", bet.pk, _("a bet of your organisation"))
    _leave_elsewhere(actor)
    stop_timer(actor)
    made = Timer.objects.create(
        user=user,
        organisation_id=actor.organisation_id,
        bet=bet,
        started_at=actor.clock.now(),
    )
    record_audit(actor, action="start-timer", target=bet.title if bet else "")
    return made


@transaction.atomic
def stop_timer(actor: Actor) -> Worked | None:
    """Stop the actor's clock and keep its minutes, on the day on which it was started.

    Returns
    -------
    Worked or None
        None: no clock was running. A clock that ran longer than a day counts as a day.

    Raises
    ------
    NotAllowed
    """
    user = _person(actor)
    running = cost_queries.timer(actor)
    # Of two who stop it at once one takes the row away, and keeps the minutes.
    if running is None or not Timer.objects.filter(pk=running.pk).delete()[0]:
        return None
    ran = actor.clock.now() - running.started_at
    day = running.started_at.astimezone(time_zone(actor)).date()
    wish = TimeWish(
        user=user,
        bet=running.bet,
        day=min(day, queries.today(actor)),
        minutes=min(max(1, round(ran.total_seconds() / 60)), A_DAY),
        origin=TimeOrigin.TIMER,
    )
    return save_time(actor, wish=wish)


@transaction.atomic
def drop_timer(actor: Actor) -> None:
    """Let the actor's clock go without keeping its minutes.

    Raises
    ------
    NotAllowed
    """
    _person(actor)
    running = cost_queries.timer(actor)
    if running is not None:
        running.delete()
        record_audit(actor, action="drop-timer", target="")


def _person(actor: Actor) -> User:
    require(actor, Right.CHECK_IN, cost_queries.OWN_TIME)
    user = User.objects.filter(pk=actor.user_id).first() if actor.user_id is not None else None
    if user is None:
        who = who_may(Right.CHECK_IN)
        raise NotAllowed(str(actor.role.label), cost_queries.OWN_TIME, who)
    return user


def _leave_elsewhere(actor: Actor) -> None:
    """Refuse a second clock in another house; one of a house that she has left goes."""
    running = Timer.objects.filter(user=actor.user_id)
    for one in running.exclude(organisation_id=actor.organisation_id):
        member = Membership.objects.filter(user=one.user, organisation=one.organisation)
        if member.exists():
            raise ReturnsRefused("timer", _("running"), _("stopped where it runs: elsewhere"))
        one.delete()
