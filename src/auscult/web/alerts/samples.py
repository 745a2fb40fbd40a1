"""Mentions that an alert shows as samples: those it is about, with pseudonyms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection

from auscult.web.accounts.models import Actor
from auscult.web.alerts.models import Alert, Kind
from auscult.web.listening import reading
from auscult.web.listening.models import Match, Watch
from auscult.web.listening.moments import first_key, to_us
from auscult.web.listening.showing import Shown, shown

MOST = 5
LONGEST = timedelta(days=14)


def samples(actor: Actor, alert: Alert) -> list[Shown]:
    """Return the mentions that tell most: of many followers, of many reactions, else the newest."""
    keys = _keys(alert)
    if not keys:
        return []
    with connection.cursor() as cursor:
        spans = reading.match_spans(cursor, keys, alert.watch_id)
        found = reading.mentioned(
            cursor, actor.organisation_id, {key: spans.get(key, ()) for key in keys}
        )
    names = dict(
        Watch.objects.filter(organisation_id=actor.organisation_id).values_list("pk", "name")
    )
    said: dict[str, reading.Mentioned] = {}
    for one in found:  # of the same words one is enough
        said.setdefault(" ".join(one.text.lower().split())[:200], one)
    best = sorted(said.values(), key=_weight, reverse=True)[:MOST]
    best.sort(key=lambda one: one.id, reverse=True)
    return [shown(one, names, organisation_id=actor.organisation_id) for one in best]


def _weight(one: reading.Mentioned) -> tuple[int, int, int]:
    return (sum(v or 0 for v in one.engagement.values()), one.author_followers or 0, one.id)


def _keys(alert: Alert) -> Sequence[int]:
    """Return the numbers of the mentions of an alert, the newest."""
    if alert.kind != Kind.VOLUME:
        return list(alert.facts.get("mentions", ()))[-200:]
    until = alert.past_at or alert.last_at
    until = min(max(until, alert.since), alert.since + LONGEST)
    inside = Match.objects.filter(
        watch=alert.watch_id,
        mention_id__gte=first_key(to_us(alert.since)),
        mention_id__lt=first_key(to_us(until)),
    )
    return list(inside.order_by("-mention_id").values_list("mention_id", flat=True)[:200])
