"""The sentences of a brief, from counts alone; `wording.py` puts them into words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from auscult.web.accounts.models import Actor
from auscult.web.alerts.queries import open_alerts
from auscult.web.briefs import figures
from auscult.web.briefs.phrases import new_phrases, told_phrases
from auscult.web.briefs.usual import Compared, compare
from auscult.web.briefs.weeks import EARLIER, Span
from auscult.web.listening import queries as listening
from auscult.web.listening.copies_queries import campaigns
from auscult.web.listening.models import Watch
from auscult.web.sources.health import source_health

MOST = 7  # sentences of a list
SILENT_WEEKS = 4  # after which a watch without mentions is asked about
NEW_COMMUNITY = 5  # mentions of a community that was never there before
A_DAYS_SHARE = 0.4  # of an unusual week, from which on its day is named
READ_IN_ALL = 20_000
UNREAD = timedelta(hours=1)  # shorter gaps need nobody

HAPPENED, NEW, NEEDS = "happened", "new", "needs"
LISTS = (HAPPENED, NEW, NEEDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Something that the data say.

    Attributes
    ----------
    part : str
        The list that it belongs to: `happened`, `new` or `needs`.
    code : str
        Its wording, in `wording.WORDINGS`.
    values : dict
        What the wording has places for; JSON.
    link : str
        Where the evidence is.
    weight : float
        How much it stands out; sentences of a list come by it.
    """

    part: str
    code: str
    values: dict[str, Any] = field(default_factory=dict)
    link: str = ""
    weight: float = 0.0

    def as_data(self) -> dict[str, Any]:
        """Return it as the database keeps it."""
        return {
            "part": self.part,
            "code": self.code,
            "values": self.values,
            "link": self.link,
            "weight": self.weight,
        }


def compose(actor: Actor, span: Span, *, read: int = READ_IN_ALL) -> list[Sentence]:
    """Return what a time brought an organisation, list after list, the weightiest first.

    `read`: how many mentions are read for new phrases at most; 5,000 take a second. With 0, the
    phrases are those that alerts told of.
    """
    counted = figures.counts(actor, span)
    said = [
        *_the_whole(counted),
        *_watches(counted, span),
        *_taken_back(actor, span),
        *_communities(actor, span),
        *_phrases(actor, span, read),
        *_copies(actor, span),
        *_alerts(actor),
        *_unread(actor, span),
        *_failing(actor),
        *_silent(counted),
    ]
    return [one for part in LISTS for one in _most(part, said)]


def _most(part: str, said: Iterable[Sentence]) -> list[Sentence]:
    """Return a list's weightiest sentences, and how many there are besides."""
    own = sorted((one for one in said if one.part == part), key=lambda one: -one.weight)
    rest = len(own) - MOST
    if rest <= 0:
        return own
    return [*own[:MOST], Sentence(part=part, code="and-more", values={"count": rest})]


def _the_whole(counted: figures.Counts) -> Iterable[Sentence]:
    """Say how many there were, and whether it is known what is usual."""
    room = reverse("listening:room")
    earlier = counted.whole_earlier
    said = compare(counted.whole, earlier)
    values: dict[str, Any] = {"count": counted.whole}
    if said is None:
        values["weeks"] = len(earlier)
        code = "whole-first"
    else:
        values |= _range_of(said)
        code = _against("whole", said)
    # It comes first, whatever stands out more.
    yield Sentence(part=HAPPENED, code=code, values=values, link=room, weight=1e9)
    if counted.share_read < figures.READ:
        percent = round(100 * counted.share_read)
        yield Sentence(
            part=HAPPENED,
            code="read-in-part",
            values={"percent": percent},
            link=reverse("sources:room"),
            weight=2e9,
        )


def _watches(counted: figures.Counts, span: Span) -> Iterable[Sentence]:
    for watch, count, earlier, days in counted.watches:
        said = compare(count, earlier)
        if said is None or not said.unusual:
            continue
        values: dict[str, Any] = {"watch": watch.name, "count": count, **_range_of(said)}
        code = _against("watch", said)
        top = max(days, default=0)
        if said.score > 1 and top >= A_DAYS_SHARE * count:
            day = span.since.date() + timedelta(days=days.index(top))
            values |= {"day": day.isoformat(), "top": top}
            code = "watch-more-on-a-day"
        yield Sentence(
            part=HAPPENED,
            code=code,
            values=values,
            link=_evidence(watch, span),
            weight=abs(said.score),
        )


def _against(what: str, said: Compared) -> str:
    if not said.unusual:
        return f"{what}-as-usual"
    return f"{what}-more" if said.score > 0 else f"{what}-less"


def _range_of(said: Compared) -> dict[str, Any]:
    return {"low": max(0, said.low), "high": said.high}


def _evidence(watch: Watch, span: Span) -> str:
    return _search(watch.query, span)


def _search(query: str, span: Span) -> str:
    asked = {
        "q": query,
        "since": span.since.date().isoformat(),
        "until": span.last_day.isoformat(),
    }
    return f"{reverse('listening:room')}?{urlencode(asked)}"


def _taken_back(actor: Actor, span: Span) -> Iterable[Sentence]:
    removed = listening.removed(actor, since=span.since, until=span.until)
    count = sum(one.count for one in removed)
    if count:
        yield Sentence(
            part=HAPPENED,
            code="taken-back",
            values={"count": count},
            link=reverse("listening:room"),
            weight=0.1,
        )


def _communities(actor: Actor, span: Span) -> Iterable[Sentence]:
    for community, count in figures.new_communities(actor, span, least=NEW_COMMUNITY):
        yield Sentence(
            part=NEW,
            code="community",
            values={"community": community, "count": count, "weeks": EARLIER},
            link=reverse("listening:room"),
            weight=float(count),
        )


def _phrases(actor: Actor, span: Span, read: int) -> Iterable[Sentence]:
    found = new_phrases(actor, span, most=read) if read else told_phrases(actor, span)
    for one in found:
        yield Sentence(
            part=NEW,
            code="phrase-new" if one.new else "phrase-rising",
            values={"watch": one.watch.name, "phrase": one.text, "count": one.count},
            link=_search(f'({one.watch.query}) AND "{one.text}"', span),
            # As many decimal digits as the chance has zeros.
            weight=-math.log10(max(one.probability, 1e-300)),
        )


def _copies(actor: Actor, span: Span) -> Iterable[Sentence]:
    """Say what many posted alike; a campaign that began in this time is new."""
    for one in campaigns(actor, since=span.since, until=span.until, limit=MOST + 1):
        began = span.since <= one.since and not one.elsewhere
        yield Sentence(
            part=NEW if began else HAPPENED,
            code="copies",
            values={"count": one.posts, "authors": one.authors},
            link=reverse("listening:copies-of", args=[one.number]),
            weight=one.posts / 10,
        )


def _alerts(actor: Actor) -> Iterable[Sentence]:
    count = open_alerts(actor).count()
    if count:
        yield Sentence(
            part=NEEDS,
            code="alerts",
            values={"count": count},
            link=reverse("alerts:room"),
            weight=2e6,
        )


def _unread(actor: Actor, span: Span) -> Iterable[Sentence]:
    for number, name, hours in figures.unread(actor, span, least=UNREAD):
        yield Sentence(
            part=NEEDS,
            code="unread",
            values={"source": name, "hours": hours},
            link=reverse("sources:source", args=[number]),
            weight=float(hours),
        )


def _failing(actor: Actor) -> Iterable[Sentence]:
    """Say which sources are in a bad way now, whatever week it is."""
    for one in source_health(actor):
        if one.health in {"failing", "failed", "silent"}:
            code = "needs-login" if one.needs_login else f"source-{one.health}"
            yield Sentence(
                part=NEEDS,
                code=code,
                values={"source": one.name},
                link=reverse("sources:source", args=[one.id]),
                weight=1e6,
            )


def _silent(counted: figures.Counts) -> Iterable[Sentence]:
    for watch, count, earlier, _ in counted.watches:
        before = earlier[:SILENT_WEEKS]
        if count == 0 and len(before) == SILENT_WEEKS and not any(before):
            yield Sentence(
                part=NEEDS,
                code="watch-silent",
                values={"watch": watch.name, "weeks": SILENT_WEEKS},
                link=reverse("listening:change-watch", args=[watch.pk]),
                weight=0.5,
            )


def from_data(rows: Sequence[dict[str, Any]]) -> list[Sentence]:
    """Return the sentences that the database keeps."""
    return [Sentence(**row) for row in rows]
