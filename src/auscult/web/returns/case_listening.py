"""What a house's own listening says for its case: mentions, questions, what peers do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum
from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may
from auscult.web.goals.amounts import amount
from auscult.web.listening import peer_pages
from auscult.web.listening import queries as listening
from auscult.web.listening.models import HourlyCount
from auscult.web.listening.reading import Filters, Mentioned

DAYS = 100
READ = 100  # of the newest mentions, to see how many ask something
QUESTION_MARKS = ("?", "？", "؟")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was heard in the last hundred days, in sentences; `missing`: what couldn't be said."""

    lines: tuple[str, ...]
    missing: tuple[str, ...]


def heard(actor: Actor) -> Heard:
    """Return what listening says; counts alone for those who may not read mentions."""
    since = actor.clock.now() - timedelta(days=DAYS)
    lines, missing = _mentions(actor, since)
    if may(actor, Right.READ_MENTIONS):
        more, lacking = _questions(actor, since)
        peers, none = _peers(actor)
        lines, missing = [*lines, *more, *peers], [*missing, *lacking, *none]
    return Heard(lines=tuple(lines), missing=tuple(missing))


def _mentions(actor: Actor, since: datetime) -> tuple[list[str], list[str]]:
    rows = HourlyCount.objects.filter(watch__organisation_id=actor.organisation_id, hour__gte=since)
    found = list(
        rows.values("watch__name")
        .annotate(there=Sum("count"))
        .order_by("-there")
        .values_list("watch__name", "there")
    )
    if not found:
        return [], [_("No mention of the last 100 days is known: nobody has listened yet.")]
    return [
        _("%(count)s mentions in the last 100 days by the watch “%(name)s”.")
        % {"count": amount(float(count)), "name": name}
        for name, count in found[:5]
    ], []


def _questions(actor: Actor, since: datetime) -> tuple[list[str], list[str]]:
    """Return how many of the newest mentions ask something, and how many of these got no reply."""
    page = listening.latest(actor, filters=Filters(since=since), limit=READ)
    if not page.hits:
        return [], []
    asked = [one for one in page.hits if _asks(one)]
    words = {"read": len(page.hits), "asked": len(asked)}
    lines = [_("Of the newest %(read)s mentions, %(asked)s hold a question mark.") % words]
    replies = [one.engagement.get("replies") for one in asked if one.engagement]
    known = [count for count in replies if count is not None]
    if known:
        none = {"none": sum(count == 0 for count in known), "known": len(known)}
        text = _(
            "Of %(known)s of these whose replies are counted, %(none)s had no reply when read."
        )
        lines.append(text % none)
    return lines, [] if known else [_("Which questions stay without a reply: sources don't say.")]


def _asks(mention: Mentioned) -> bool:
    return any(mark in mention.text for mark in QUESTION_MARKS)


def _peers(actor: Actor) -> tuple[list[str], list[str]]:
    found = peer_pages.comparison(actor)
    if found is None:
        return [], [_("What other houses do: no peer is watched yet.")]
    weeks = len(found.week_starts)
    return [
        _("%(name)s: %(posts)s posts in %(weeks)s weeks, %(replies)s of them answers.")
        % {
            "name": one.peer.label,
            "posts": amount(float(one.figures.posts)),
            "weeks": weeks,
            "replies": amount(float(one.figures.replies)),
        }
        for one in found.columns
    ], []
