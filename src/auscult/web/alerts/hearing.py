"""Single posts that a rule asks for: of a kind, or by an author with many followers.

A post may come late, so each look goes through the mentions of the last two days that were
collected since the look before, and a little earlier; what was heard already is remembered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from auscult.engine.matching import WatchSet
from auscult.engine.query.errors import QueryError
from auscult.engine.query.parse import parse
from auscult.engine.query.tree import Node
from auscult.web.accounts.models import Actor
from auscult.web.alerts.finding import Finding
from auscult.web.alerts.models import Kind, Rule
from auscult.web.listening import reading
from auscult.web.listening.models import Mention
from auscult.web.listening.moments import KEYS_A_SECOND, first_key, to_us

WINDOW = timedelta(days=2)  # a post that comes later than that is no news
OVERLAP = timedelta(minutes=15)  # a batch is stored so long after it was collected, at most
DAY = timedelta(days=1)
AT_ONCE = 20_000  # mentions of one look, the newest: older ones had their looks before


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What came of a look; the last two fields are to be stored with it."""

    found: tuple[Finding, ...]
    until: datetime
    heard: dict[str, list[int]]


def look(
    actor: Actor, rules: Sequence[Rule], *, since: datetime | None, heard: Mapping[str, list[int]]
) -> Heard:
    """Hold mentions that came since the last look against the rules that ask for single posts."""
    now = actor.clock.now()
    low = first_key(to_us(now - WINDOW))
    kept = {name: [key for key in keys if key >= low] for name, keys in heard.items()}
    own = [rule for rule in rules if rule.kind in (Kind.TOPIC, Kind.REACH)]
    if not own or since is None:
        return Heard(found=(), until=now, heard={})
    fresh = Mention.objects.filter(
        organisation_id=actor.organisation_id,
        pk__gte=low,
        collected_at__gte=since - OVERLAP,
    )
    after: dict[str, list[int]] = {}
    found: list[Finding] = []
    for rule in own:
        before = set(kept.get(str(rule.pk), ()))
        # What was posted before the rule was made isn't held against it.
        begin = first_key(to_us(rule.changed_at))
        mine = fresh.filter(pk__gte=begin)
        if rule.watch_id is not None:
            mine = mine.filter(match__watch=rule.watch_id)
        new = [key for key in _asked_for(actor, rule, mine) if key not in before]
        after[str(rule.pk)] = sorted({*before, *new})
        finding = _finding(rule, after[str(rule.pk)], new, now) if new else None
        found += [finding] if finding else []
    return Heard(found=tuple(found), until=now, heard=after)


def _asked_for(actor: Actor, rule: Rule, mentions: Any) -> list[int]:
    if rule.kind == Kind.REACH:
        strong = mentions.filter(author_followers__gte=rule.least)
        return list(strong.order_by("-pk").values_list("pk", flat=True)[:AT_ONCE])
    keys = list(mentions.order_by("-pk").values_list("pk", flat=True)[:AT_ONCE])
    return matching(actor, tree_of(rule.query), keys)


def tree_of(query: str) -> Node | None:
    """Return what a topic asks for; None where the query language has changed under it."""
    try:
        return parse(query).tree
    except QueryError:
        return None


def matching(actor: Actor, tree: Node | None, keys: Sequence[int]) -> list[int]:
    """Return those of some mentions that a query is true of, in order."""
    if tree is None or not keys:
        return []
    with connection.cursor() as cursor:
        heads, posts = reading.mention_table(cursor, actor.organisation_id, keys)
    matches = WatchSet({"topic": tree}).match(posts, spans=False)
    return sorted(heads[row].id for row in matches.column("post").to_pylist())


def _finding(rule: Rule, heard: Sequence[int], new: Sequence[int], now: datetime) -> Finding | None:
    """Return what a rule tells: a topic, once enough of its posts came within a day."""
    told = list(new)
    if rule.kind == Kind.TOPIC:
        recent = first_key(to_us(now - DAY))
        within = [key for key in heard if key >= recent]
        if len(within) < rule.least:
            return None
        told = within
    return Finding(
        rule=rule,
        key=f"{rule.kind}/{rule.pk}",
        since=posted_at(min(told)),
        watch_id=rule.watch_id,
        facts={"mentions": told, "least": rule.least},
    )


def posted_at(key: int) -> datetime:
    """Return the second that a mention's key stands for."""
    return datetime.fromtimestamp(key // KEYS_A_SECOND, UTC)
