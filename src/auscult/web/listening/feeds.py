"""A watch's mentions as an Atom feed: as they were written, by pseudonyms."""

from __future__ import annotations

import re
import uuid

from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from auscult.web.accounts.models import Actor, SecretAddress
from auscult.web.accounts.policies import Right, require
from auscult.web.delivery.queries import link
from auscult.web.listening import queries
from auscult.web.listening.reading import Filters, Mentioned
from auscult.web.listening.seeking import page_of

KIND = "watch"
SHOWN = 50
LONGEST = 80  # characters of a title that is made of a text
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(actor: Actor, address: SecretAddress) -> bytes:
    """Return the newest mentions of the watch that a secret address was made for.

    Raises
    ------
    NotAllowed, WatchUnknown
    """
    require(actor, Right.READ_MENTIONS, "read mentions")
    watch = queries.watch(actor, address.subject or 0)
    page = queries.latest(actor, filters=Filters(watch=watch.pk), limit=SHOWN)
    feed = Atom1Feed(
        title=_written(watch.name),
        link=link(f"/listening/watches/{watch.pk}/"),
        description="",
        feed_guid=_id(actor, f"watch {watch.pk}"),
    )
    for mention in page.hits:
        _add(feed, actor, mention)
    return feed.writeString("utf-8").encode()


def _add(feed: Atom1Feed, actor: Actor, mention: Mentioned) -> None:
    author = mention.author and queries.pseudonym(actor.organisation_id, mention.author)
    feed.add_item(
        title=_written(_title(mention)),
        link=link(page_of(mention)),
        description=_written(mention.text),
        author_name=author or _("author unknown"),
        unique_id=_id(actor, f"mention {mention.id}"),
        pubdate=mention.created_at,
        updateddate=mention.created_at,
    )


def _title(mention: Mentioned) -> str:
    text = mention.title or " ".join(mention.text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _written(text: str) -> str:
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _id(actor: Actor, what: str) -> str:
    """Return a name that stays the same and says nothing."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"auscult:{actor.organisation_id}:{what}").urn
