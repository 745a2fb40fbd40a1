"""What a rule would have raised in the last thirty days, found by the code that raises."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from auscult.engine.signals import Phase
from auscult.engine.signals.novelty import Novelty
from auscult.web.accounts.models import Actor
from auscult.web.alerts import hearing, phrases, volume
from auscult.web.alerts.actions import Wish
from auscult.web.alerts.models import Kind
from auscult.web.alerts.series import hour_of, hours
from auscult.web.listening import queries as listening
from auscult.web.listening.models import Mention, Watch
from auscult.web.listening.moments import first_key, to_us
from auscult.web.sources.coverage import gaps

BACK = timedelta(days=30)
DAY = timedelta(days=1)
ANEW = timedelta(days=6)  # between two fits: a fit each day would take five times as long
SECONDS = 5.0
MOST = 50_000  # mentions that are looked at
SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An alert that would have been raised."""

    at: datetime
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would have been raised, the newest first.

    Attributes
    ----------
    since : datetime
        How far back was looked.
    whole : bool
        False: time was up before everything was looked at, so there may be more.
    """

    raised: tuple[Raised, ...]
    since: datetime
    whole: bool

    @property
    def shown(self) -> tuple[Raised, ...]:
        """Return those that a page lists."""
        return self.raised[:SHOWN]


def preview(actor: Actor, wish: Wish) -> Preview:
    """Return what a rule would have raised in the last thirty days."""
    now = actor.clock.now()
    since = now - BACK
    watches = [wish.watch] if wish.watch else list(listening.watches(actor).order_by("pk"))
    whole = True
    match wish.kind:
        case Kind.VOLUME:
            raised = _volume(actor, wish, watches)
        case Kind.PHRASE:
            raised, whole = _phrases(actor, watches, now)
        case Kind.SOURCE:
            raised = [
                Raised(at=one.since, about=f"{one.source}: {one.reason}")
                for one in gaps(actor, since=since, until=now)
                if one.until - one.since >= timedelta(minutes=wish.least)
            ]
        case _:
            raised, whole = _posts(actor, wish, since)
    raised.sort(key=lambda one: one.at, reverse=True)
    return Preview(raised=tuple(raised), since=since, whole=whole)


def _volume(actor: Actor, wish: Wish, watches: Sequence[Watch]) -> list[Raised]:
    if not watches:
        return []
    names = {str(one.pk): one.name for one in watches}
    keys = [one.pk for one in watches]
    end = hour_of(actor.clock.now())
    at, state = end - BACK, None
    raised: list[Raised] = []
    while at < end:
        until = min(at + ANEW, end)
        one = volume.fit(actor, watches=keys, until=at, keenness=wish.keenness)
        seen = hours(actor, watches=keys, since=at, until=until)
        state, alarms = volume.scan(one, seen, state)
        raised += [
            Raised(at=alarm.at, about=names[alarm.key])
            for alarm in alarms
            if alarm.phase is Phase.BEGAN
        ]
        at = until
    return raised


def _posts(actor: Actor, wish: Wish, since: datetime) -> tuple[list[Raised], bool]:
    """Group posts as alerts do: one goes on until a day brings no other."""
    mine = Mention.objects.filter(
        organisation_id=actor.organisation_id, pk__gte=first_key(to_us(since))
    )
    if wish.watch is not None:
        mine = mine.filter(match__watch=wish.watch.pk)
    if wish.kind == Kind.REACH:
        mine = mine.filter(author_followers__gte=wish.least)
    keys = list(mine.order_by("-pk").values_list("pk", flat=True)[: MOST + 1])
    whole = len(keys) <= MOST
    if wish.kind == Kind.TOPIC:
        keys = hearing.matching(actor, hearing.tree_of(wish.query), keys[:MOST])
    moments = [hearing.posted_at(key) for key in sorted(keys)]
    least = wish.least if wish.kind == Kind.TOPIC else 1
    raised: list[Raised] = []
    last: datetime | None = None
    for place, at in enumerate(moments):
        if last is not None and at - last <= DAY:
            last = at
            continue
        if place + 1 >= least and at - moments[place + 1 - least] <= DAY:
            raised.append(Raised(at=at, about=wish.watch.name if wish.watch else ""))
            last = at
    return raised, whole


def _phrases(actor: Actor, watches: Sequence[Watch], now: datetime) -> tuple[list[Raised], bool]:
    """Go through the days as the rule does, a look a day, until time is up."""
    until = time.monotonic() + SECONDS
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    raised: list[Raised] = []
    for watch in watches:
        novelty, told = Novelty(), set[str]()
        begin = midnight - BACK
        before = phrases.said(actor, watch, begin - BACK, begin)
        novelty.learn(before, until=begin)
        for day in range(BACK.days):
            if time.monotonic() > until:
                return raised, False
            first = begin + day * DAY
            posts = phrases.said(actor, watch, first, first + DAY)
            new = [one for one in novelty.new_phrases(posts) if one.text not in told]
            told |= {one.text for one in new}
            if new:
                named = ", ".join(one.text for one in new[:3])
                raised.append(Raised(at=first + DAY, about=f"{watch.name}: {named}"))
            novelty.learn(posts, until=first + DAY)
    return raised, True
