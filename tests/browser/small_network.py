"""Fill an archive for the tests of coverage, suggestions and peers.

The small town, times that were read, sampled and not read, and a source on the AppView that
SMALL_APPVIEW names. Runs in a process of its own, on the archive that AUSCULT_ARCHIVE names.
"""

# ruff: noqa: PLC0415 - models can be imported only once Django is set up

from __future__ import annotations

import os
from datetime import timedelta

from small_town import fill


def cover() -> None:
    """Add coverage as streams leave it: gaps with reasons, a sample, many communities."""
    from auscult.web.accounts.queries import actor_for
    from auscult.web.shell import first_run
    from auscult.web.sources import queries
    from auscult.web.sources.actions import add_source, pause_source
    from auscult.web.sources.models import Coverage

    actor = actor_for(first_run.owner())
    now = actor.clock.now()
    host = os.environ["SMALL_APPVIEW"]
    config = {"accounts": ["did:plc:ours"], "host": host}
    add_source(actor, name="Ours on Bluesky", connector="bluesky-accounts", config=config)
    feeds = {"feeds": [f"http://127.0.0.1:8008/{n}.xml" for n in range(8)]}
    region = add_source(actor, name="Feeds of the region", connector="feeds", config=feeds)
    pause_source(actor, source=region)
    letters = queries.source(actor, "Letters")
    for source, community, first, last, reason, share in (
        (letters, "", 30, 22, "", 1.0),
        (letters, "", 22, 19, "The post room was closed.", 1.0),
        (letters, "", 19, 8, "", 0.25),
        *((region, f"Town {n}", 28 - n, 12, "", 1.0) for n in range(8)),
        *((region, f"Town {n}", 12 - (n == 3), 2, "", 1.0) for n in range(8)),
        (region, "Town 3", 12, 11, "feeds.example didn't answer (timed out).", 1.0),
    ):
        Coverage.objects.create(
            source=source,
            community=community,
            since=now - timedelta(days=first),
            until=now - timedelta(days=last),
            reason=reason,
            sampled=share,
        )


if __name__ == "__main__":
    fill()
    cover()
