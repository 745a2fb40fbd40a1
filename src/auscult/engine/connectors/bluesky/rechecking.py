"""Asking whether posts still stand, for deletions that nobody told of, beside a stream."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Protocol

from auscult.engine.connectors.base import Batch, Deletion, Snapshot
from auscult.engine.connectors.bluesky.appview import AT_ONCE, AppView
from auscult.engine.connectors.bluesky.views import Views
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Client

PAUSE = 1.0  # seconds between two askings, beside a stream
TIMEOUT = 10.0  # seconds; meanwhile the stream waits
AFTER_FAILURE = 300.0


class Answers(Protocol):
    """What a server says of some posts."""

    def ask(self, client: Client, uris: list[str]) -> None:
        """Ask for posts; what was said of them before a `Remote` stays."""
        ...

    def batch(self, snapshot: Snapshot) -> Batch:
        """Return what was said."""
        ...


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


class AppViewAnswers:
    """What an AppView says.

    Parameters
    ----------
    host : str
        Its address.
    clock : Clock
    """

    def __init__(self, host: str, clock: Clock) -> None:
        self._host = host
        self._clock = clock
        self._views = Views(host.partition("://")[2], clock.now(), {})

    def ask(self, client: Client, uris: list[str]) -> None:
        """Ask for all of them at once, and one by one for those that it leaves out."""
        ask_again(AppView(self._host, client.get, self._clock), self._views, uris)

    def batch(self, snapshot: Snapshot) -> Batch:
        """Return what was said."""
        return self._views.batch(snapshot)


class Rechecks:
    """Asks for posts again beside a stream: a few at a time, and never so that it matters.

    Parameters
    ----------
    answers : callable or None
        Makes what asks and keeps the answers; None: nothing is asked for again.
    receiving : Receiving
        Holds the uris that wait.
    at_once : int
        How many are asked for in one go.
    """

    def __init__(
        self,
        answers: Callable[[], Answers] | None,
        receiving: Receiving,
        *,
        at_once: int = AT_ONCE,
    ) -> None:
        self._answers = answers
        self._receiving = receiving
        self._at_once = at_once
        self._not_before = 0.0  # on the monotonic clock

    def batches(self, snapshot: Callable[[], Snapshot]) -> Iterator[Batch]:
        """Yield what is known of the posts that wait longest; nothing, if it isn't time.

        What can't be asked now is left: who wanted to know asks again.
        """
        if time.monotonic() < self._not_before:
            return
        uris = self._receiving.asked(self._at_once)
        if not uris or self._answers is None:
            return
        answers = self._answers()
        failure = self._failure(answers, uris)
        pause = max(failure.retry_after or 0.0, AFTER_FAILURE) if failure else PAUSE
        self._not_before = time.monotonic() + pause
        note = f"Whether posts still stand can't be asked: {failure}"
        self._receiving.note(notes=(note,) if failure else ())
        batch = answers.batch(snapshot())
        if not failure or batch.confirmed or batch.deleted:
            yield batch

    def _failure(self, answers: Answers, uris: list[str]) -> Remote | None:
        """Ask; return why it ended before its end."""
        client = self._receiving.network.client(timeout=TIMEOUT, total=3 * TIMEOUT)
        try:
            answers.ask(client, uris)
        except Remote as error:
            return error
        finally:
            client.close()
        return None
