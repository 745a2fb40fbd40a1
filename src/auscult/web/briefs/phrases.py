"""Phrases that are new in a week: each watch held against its own eight weeks before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auscult.engine.signals.novelty import Novelty
from auscult.web.accounts.models import Actor
from auscult.web.alerts.models import Kind
from auscult.web.alerts.phrases import said
from auscult.web.alerts.queries import alerts
from auscult.web.briefs.weeks import EARLIER, Span
from auscult.web.listening import queries as listening
from auscult.web.listening import volumes as over_time
from auscult.web.listening.models import Watch

FALSE_SHARE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPhrase:
    """A phrase, the watch in which it is new or rises, and how many voices used it."""

    watch: Watch
    text: str
    count: int
    new: bool
    probability: float


def new_phrases(actor: Actor, span: Span, *, most: int) -> Iterator[NewPhrase]:
    """Return what is new or rising in each watch, the quietest watches first.

    Watches that would take more than `most` mentions together are left out, the busiest first:
    their news are the alerts of that week.
    """
    begin = span.earlier(EARLIER).since
    watches = {one.pk: one for one in listening.watches(actor)}
    if not watches:
        return
    told = over_time.volumes(
        actor, watches=list(watches.values()), since=begin, until=span.until, step="day"
    )
    counts = sorted((sum(one.counts), one.watch_id) for one in told.series)
    read = 0
    for count, number in counts:
        read += count
        if read > most:
            return
        watch = watches[number]
        novelty = Novelty()
        novelty.learn(said(actor, watch, begin, span.since), until=span.since)
        now = said(actor, watch, span.since, span.until)
        for one in novelty.new_phrases(now, false_share=FALSE_SHARE):
            yield NewPhrase(
                watch=watch, text=one.text, count=one.count, new=one.new,
                probability=one.probability,
            )  # fmt: skip


def told_phrases(actor: Actor, span: Span) -> Iterator[NewPhrase]:
    """Return the phrases of which alerts told in a time, each once."""
    raised = alerts(actor).filter(
        kind=Kind.PHRASE, watch__isnull=False, raised_at__gte=span.since, raised_at__lt=span.until
    )
    heard: set[tuple[int, str]] = set()
    for alert in raised:
        assert alert.watch is not None  # asked for above
        for one in alert.facts.get("phrases", ()):
            if (alert.watch.pk, one["text"]) not in heard:
                heard.add((alert.watch.pk, one["text"]))
                yield NewPhrase(
                    watch=alert.watch, text=one["text"], count=one["count"], new=one["new"],
                    probability=one["probability"],
                )  # fmt: skip
