"""Counting that a link was followed: a day's number goes up, and nobody is written down."""

from __future__ import annotations

import secrets

from django.db import transaction
from django.db.models import F

from auscult.web.accounts.models import Actor
from auscult.web.returns import queries
from auscult.web.returns.digests import Digests, Named
from auscult.web.returns.link_models import Click, ShortLink, VisitCount

MARK_BYTES = 12  # 96 random bits: nobody guesses one


def count_visit(actor: Actor, link: ShortLink, *, tracked: bool) -> str:
    """Count a visit, and return the mark that the visitor's address shall carry.

    No row is read before it is written, so that visits at once don't wait for each other's
    answer. What is kept is the day's number, and for a tracked visit the digest of a random mark.

    Parameters
    ----------
    actor : Actor
        The system's, of the organisation of the link.
    tracked : bool
        False: the visitor asks not to be followed. She gets no mark: "".
    """
    mark = secrets.token_urlsafe(MARK_BYTES) if tracked else ""
    with transaction.atomic():
        _count(link, actor, tracked=tracked)
        if mark:
            digest = Digests(link.organisation_id, Named.MARK).of(mark)
            Click.objects.create(link=link, mark=digest, at=actor.clock.now())
    return mark


def _count(link: ShortLink, actor: Actor, *, tracked: bool) -> None:
    day = queries.today(actor)
    row = VisitCount.objects.filter(link=link, day=day)
    more = {"visits": F("visits") + 1, "untracked": F("untracked") + int(not tracked)}
    if not row.update(**more):
        # Of two first visits at once one makes the row, and the other goes on from there.
        VisitCount.objects.bulk_create([VisitCount(link=link, day=day)], ignore_conflicts=True)
        row.update(**more)
