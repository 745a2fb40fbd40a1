"""Following an open source: the one loop that takes batches from a reader and stores them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from auscult.engine.connectors.base import Batch, Reader
from auscult.web.accounts.models import Actor
from auscult.web.listening import copies
from auscult.web.listening.actions import record_batch
from auscult.web.listening.standing import StandingWatches
from auscult.web.listening.storing import Recorded
from auscult.web.sources.models import Source


def read_on(
    actor: Actor,
    source: Source,
    reader: Reader,
    *,
    watch_set: StandingWatches,
    enough: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[Batch, Recorded]]:
    """Store one batch after the other, and yield each once it is stored.

    It ends when the reader has nothing now, or when `enough` says so between two batches.

    Raises
    ------
    Remote, Correctable
        Why the source can't be read on.
    """
    while not enough():
        batch = reader.next_batch()
        if batch is None:
            return
        copies.prepare()
        yield batch, record_batch(actor, source=source, batch=batch, watch_set=watch_set)
