"""The town of Lakeside in an archive: the first thing to look at, gone again by one action."""

from __future__ import annotations

import tomllib
from datetime import timedelta

from django.db import transaction

from auscult.engine.simulate.starting import starter_watches
from auscult.web.accounts.models import Actor
from auscult.web.listening import actions as listening
from auscult.web.listening import queries
from auscult.web.shell import lakeside_returns
from auscult.web.shell.lakeside_marks import CONNECTOR, NAME
from auscult.web.sources import actions as reading
from auscult.web.sources import queries as sources
from auscult.web.sources.models import Source

DAYS = 100
TOWN_BEHIND_UTC = timedelta(hours=5)  # the town's last day has ended when the archive starts
SHARE = 1.0  # everything is kept in the lake, so that a new watch finds what came before it


def watches() -> dict[str, str]:
    """Return the watches that the town starts with: name to query."""
    given: dict[str, str] = tomllib.loads(starter_watches())["watches"]
    return {name.replace("-", " ").capitalize(): query.strip() for name, query in given.items()}


def leave(actor: Actor) -> int:
    """Remove the town, its year, and those of its watches that nobody changed.

    Returns
    -------
    int
        Mentions removed.
    """
    lakeside_returns.leave(actor)
    removed = listening.remove_source(actor, source=sources.source(actor, NAME))
    for name, query in watches().items():
        watch = queries.watches(actor).filter(name=name, query=query).first()
        if watch is not None:
            listening.remove_watch(actor, watch=watch)
    return removed


@transaction.atomic
def settle(actor: Actor) -> Source | None:
    """Add the town and its watches to an empty archive; None where something is there.

    The runner reads it then, as it reads every source.
    """
    if sources.sources(actor).exists() or queries.watches(actor).exists():
        return None
    for name, query in watches().items():
        listening.save_watch(actor, name=name, query=query)
    last = (actor.clock.now() - TOWN_BEHIND_UTC).date()
    config = {"days": DAYS, "start": (last - timedelta(days=DAYS)).isoformat()}
    return reading.add_source(
        actor, name=NAME, connector=CONNECTOR, config=config, keep=reading.Keep(sample_share=SHARE)
    )
