"""One mention, and the page that shows it: for programs, feeds and links in alerts."""

from __future__ import annotations

from django.db import connection
from django.urls import reverse

from auscult.web.accounts.models import Actor
from auscult.web.listening import reading
from auscult.web.listening.errors import MentionUnknown
from auscult.web.listening.reading import Mentioned


def mention_of(actor: Actor, key: int) -> Mentioned:
    """Return one mention of the organisation, with where watches hit it.

    Raises
    ------
    MentionUnknown
    """
    with connection.cursor() as cursor:
        spans = reading.match_spans(cursor, [key], None)
        found = reading.mentioned(cursor, actor.organisation_id, {key: spans.get(key, ())})
    if not found:
        raise MentionUnknown(key)
    return found[0]


def page_of(mention: Mentioned) -> str:
    """Return the address, in this house, of the page that a mention stands at the top of."""
    if mention.watches:
        place = reverse("listening:watch", args=[mention.watches[0]])
    else:
        place = reverse("listening:room")
    return f"{place}?before={mention.id + 1}"
