"""Phrases that are new in a week: each watch held against its own eight weeks before."""

from __future__ import annotations

from collections.abc import Iterator

from auscult.engine.signals.novelty import Novelty, Phrase
from auscult.web.accounts.models import Actor
from auscult.web.alerts.phrases import said
from auscult.web.briefs.weeks import EARLIER, Span
from auscult.web.listening import queries as listening
from auscult.web.listening.models import Watch

FALSE_SHARE = 0.05


def new_phrases(actor: Actor, span: Span, *, most: int) -> Iterator[tuple[Watch, Phrase]]:
    """Return what is new or rising in each watch, the quietest watches first.

    Watches that would take more than `most` mentions together are left out, the busiest first:
    their news are the alerts of that week.
    """
    begin = span.earlier(EARLIER).since
    watches = {one.pk: one for one in listening.watches(actor)}
    if not watches:
        return
    told = listening.volumes(
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
        for phrase in novelty.new_phrases(now, false_share=FALSE_SHARE):
            yield watch, phrase
