"""Phrases that are new in what a watch finds, by `engine.signals.Novelty`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from django.db import connection, transaction

from auscult.engine.signals.novelty import Novelty, Phrase
from auscult.web.accounts.models import Actor
from auscult.web.alerts import raising
from auscult.web.alerts.finding import Finding
from auscult.web.alerts.models import Phrases, Rule
from auscult.web.listening import queries as listening
from auscult.web.listening import reading
from auscult.web.listening.models import Match, Mention, Watch
from auscult.web.listening.moments import first_key, to_us

EVERY = timedelta(hours=1)
SLICE = timedelta(seconds=0.5)
DAY = timedelta(days=1)
LEARNS_FROM = timedelta(days=56)
AGAIN = timedelta(days=7)  # a phrase is told anew after so long
DAYS_AT_ONCE = 14  # learned in one slice
COLUMNS = ("uri", "text", "title", "author", "created_at")


def look(actor: Actor, rules: Sequence[Rule]) -> bool:
    """Look at watches that are due, the longest waiting first, for a while; return whether
    there is more.

    Parameters
    ----------
    rules : sequence of Rule
        Those of phrases, that are on.
    """
    begun = actor.clock.now()
    due = due_watches(actor, rules) if rules else []
    more = False
    for place, watch in enumerate(due):
        if place and actor.clock.now() - begun >= SLICE:
            return True
        more |= not _look(actor, watch, [r for r in rules if r.watch_id in (None, watch.pk)])
    return more


def due_watches(actor: Actor, rules: Sequence[Rule]) -> list[Watch]:
    """Return the watches that weren't looked at for an hour, the longest waiting first."""
    watches = listening.watches(actor)
    if not any(rule.watch_id is None for rule in rules):
        watches = watches.filter(pk__in=[rule.watch_id for rule in rules])
    looked = dict(
        Phrases.objects.filter(watch__organisation_id=actor.organisation_id).values_list(
            "watch_id", "looked_at"
        )
    )
    now = actor.clock.now()
    waiting = [(looked.get(one.pk) or now - LEARNS_FROM, one.pk, one) for one in watches]
    return [one for at, _, one in sorted(waiting, key=lambda row: row[:2]) if now - at >= EVERY]


def _look(actor: Actor, watch: Watch, rules: Sequence[Rule]) -> bool:
    """Look at a watch; return whether all of its past is learned."""
    kept = Phrases.objects.filter(pk=watch.pk).first() or Phrases(watch=watch)
    memory = bytes(kept.memory)
    novelty = Novelty.from_bytes(memory) if memory else Novelty()
    now = actor.clock.now()
    whole = learn(actor, novelty, watch, now)
    found = novelty.new_phrases(said(actor, watch, now - DAY, now)) if whole else []
    new = [one for one in found if _unheard(one, kept.told, now)]
    told = {text: at for text, at in kept.told.items() if now - _at(at) < AGAIN}
    told |= {one.text: now.isoformat() for one in new}
    with transaction.atomic():
        # Whoever looked meanwhile has stored it: then this look is for nothing.
        if kept.version == 0:
            Phrases.objects.get_or_create(pk=watch.pk)
        held = Phrases.objects.filter(pk=watch.pk, version=kept.version)
        if not held.update(
            version=kept.version + 1,
            memory=novelty.as_bytes(),
            looked_at=now if whole else now - EVERY,
            told=told,
        ):
            return whole
        for rule in rules if new else ():
            raising.take_in(actor, _finding(actor, rule, watch, new))
    return whole


def learn(actor: Actor, novelty: Novelty, watch: Watch, now: datetime) -> bool:
    """Take in the days that are over, some at a time; return whether none is left."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = novelty.until or midnight - LEARNS_FROM
    end = min(midnight, begin + DAYS_AT_ONCE * DAY)
    if end > begin:
        novelty.learn(said(actor, watch, begin, end), until=end)
    return end >= midnight


def said(actor: Actor, watch: Watch, since: datetime, until: datetime) -> pa.Table:
    """Return what a watch found of a time, as a table of posts."""
    keys = list(
        Match.objects.filter(
            watch=watch,
            mention_id__gte=first_key(to_us(since)),
            mention_id__lt=first_key(to_us(until)),
        ).values_list("mention_id", flat=True)
    )
    with connection.cursor() as cursor:
        _, posts = reading.mention_table(cursor, actor.organisation_id, keys, columns=COLUMNS)
    return posts.select(list(COLUMNS))


def _unheard(phrase: Phrase, told: Mapping[str, str], now: datetime) -> bool:
    return phrase.text not in told or now - _at(told[phrase.text]) >= AGAIN


def _at(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _finding(actor: Actor, rule: Rule, watch: Watch, new: Sequence[Phrase]) -> Finding:
    uris = [uri for one in new for uri in one.examples]
    mine = Mention.objects.filter(organisation_id=actor.organisation_id, uri__in=uris)
    return Finding(
        rule=rule,
        key=f"phrase/{rule.pk}/{watch.pk}",
        since=min(one.since for one in new),
        watch_id=watch.pk,
        facts={
            "phrases": [as_data(one) for one in new],
            "mentions": list(mine.values_list("pk", flat=True)),
        },
    )


def as_data(phrase: Phrase) -> dict[str, Any]:
    """Return what an alert keeps of a phrase."""
    return {
        "text": phrase.text,
        "count": phrase.count,
        "expected": round(phrase.expected, 2),
        "new": phrase.new,
        "since": phrase.since.isoformat(),
        "probability": phrase.probability,
    }
