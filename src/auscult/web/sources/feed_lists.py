"""Lists of feeds (OPML) into a source, and out of all of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from auscult.engine.connectors.feeds import Feeds
from auscult.engine.connectors.feeds.opml import Outline, Outlines
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.sources import queries
from auscult.web.sources.actions import Keep, add_source, change_source
from auscult.web.sources.models import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """How many feeds a source reads now, and how many of them are new to it."""

    source: Source
    total: int
    new: int


@transaction.atomic
def add_feeds(actor: Actor, *, name: str, outlines: Outlines) -> Added:
    """Add the feeds of a list to the organisation's source of this name, or make it.

    Raises
    ------
    Correctable
        The source isn't of feeds, or would have more of them than one source can.
    """
    given = [one.address for one in outlines.feeds]
    there = queries.sources(actor).filter(name=name, connector=Feeds.name).first()
    if there is None:
        added = add_source(actor, name=name, connector=Feeds.name, config={"feeds": given})
        return Added(source=added, total=len(given), new=len(given))
    had = list(there.config["feeds"])
    together = list(dict.fromkeys([*had, *given]))
    keep = Keep(ttl_days=there.ttl_days, sample_share=there.sample_share)
    changed = change_source(
        actor, source=there, keep=keep, config={**there.config, "feeds": together}
    )
    return Added(source=changed, total=len(together), new=len(together) - len(had))


def outlines_of(actor: Actor) -> list[Outline]:
    """Return every feed that the organisation reads, in folders named after their sources."""
    record_audit(actor, action="export-feeds", target="")
    return [
        Outline(address=feed, title="", folder=source.name)
        for source in queries.sources(actor).filter(connector=Feeds.name)
        for feed in source.config["feeds"]
    ]
