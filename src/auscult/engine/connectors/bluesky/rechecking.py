"""Asking an AppView whether posts still stand, for deletions that nobody told of."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from auscult.engine.connectors.base import Batch, Deletion, Snapshot
from auscult.engine.connectors.bluesky.appview import AT_ONCE, AppView
from auscult.engine.connectors.bluesky.views import Views
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.errors import Remote

PAUSE = 1.0  # seconds between two requests, beside a stream
TIMEOUT = 10.0  # seconds; meanwhile the stream waits
AFTER_FAILURE = 300.0


def ask_again(server: AppView, views: Views, uris: list[str]) -> None:
    """Put what an AppView says of posts into `views`; only a clear answer removes one."""
    for start in range(0, len(uris), AT_ONCE):
        some = uris[start : start + AT_ONCE]
        found = {views.add(view) for view in server.posts(some)}
        for uri in some:
            if uri in found:
                views.confirmed.append(uri)
            elif server.is_removed(uri):
                views.deleted.append(Deletion(uri=uri, at=views.now))


class Rechecks:
    """Asks for posts again beside a stream: a few at a time, and never so that it matters.

    Parameters
    ----------
    host : str
        The AppView's address; empty: nothing is asked for again.
    receiving : Receiving
        Holds the uris that wait.
    """

    def __init__(self, host: str, receiving: Receiving) -> None:
        self._host = host
        self._receiving = receiving
        self._not_before = 0.0  # on the monotonic clock

    def batches(self, snapshot: Callable[[], Snapshot]) -> Iterator[Batch]:
        """Yield what is known of the posts that wait longest; nothing, if it isn't time.

        What can't be asked now is left: who wanted to know asks again.
        """
        if time.monotonic() < self._not_before:
            return
        uris = self._receiving.asked(AT_ONCE)
        if not uris or not self._host:
            return
        clock = self._receiving.clock
        views = Views(self._host.partition("://")[2], clock.now(), {})
        client = self._receiving.network.client(timeout=TIMEOUT, total=3 * TIMEOUT)
        try:
            ask_again(AppView(self._host, client.get, clock), views, uris)
        except Remote as error:
            self._not_before = time.monotonic() + max(error.retry_after or 0.0, AFTER_FAILURE)
            return
        finally:
            client.close()
        self._not_before = time.monotonic() + PAUSE
        yield views.batch(snapshot())
