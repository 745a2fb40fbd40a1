"""Asking the server of a stream whether posts still stand."""

from __future__ import annotations

from dataclasses import replace

from auscult.engine.connectors.base import Batch, Deletion, Snapshot
from auscult.engine.connectors.bluesky.gathering import Gathering
from auscult.engine.connectors.bluesky_repositories.config import RepositoriesConfig
from auscult.engine.connectors.bluesky_repositories.repository import check_post
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Client

AT_ONCE = 10  # posts, each with a request of its own


class RecordAnswers:
    """What a server says of single records.

    Parameters
    ----------
    config : RepositoriesConfig
        Names the server.
    clock : Clock
    """

    def __init__(self, config: RepositoriesConfig, clock: Clock) -> None:
        self._web = config.web
        self._now = clock.now()
        self._gathering = Gathering(config.host)
        self._confirmed: list[str] = []

    def ask(self, client: Client, uris: list[str]) -> None:
        """Ask for one after the other; a question that is refused leaves the others."""
        for uri in uris:
            try:
                checked = check_post(client, self._web, uri, self._now)
            except Remote as error:
                if not error.permanent:
                    raise
                continue
            if checked.gone:
                self._gathering.deleted[uri] = Deletion(uri=uri, at=self._now)
            elif checked.now is not None:
                self._gathering.take(checked.now, 0)
                self._confirmed.append(uri)

    def batch(self, snapshot: Snapshot) -> Batch:
        """Return what was said."""
        batch = self._gathering.batch(snapshot, (), self._now)
        return replace(batch, confirmed=tuple(self._confirmed))
