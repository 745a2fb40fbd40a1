"""Asking whether posts that were kept still stand."""

from __future__ import annotations

import re
import time
from collections import deque
from typing import Any

from auscult.engine.connectors.mastodon.api import GONE, Api, decode
from auscult.engine.connectors.mastodon.errors import Closed
from auscult.engine.connectors.mastodon.instance import Instance
from auscult.engine.connectors.mastodon.memory import Memory
from auscult.engine.connectors.mastodon.pending import Pending
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.errors import Correctable, Remote

AT_ONCE = 20  # statuses that Mastodon gives in one answer
PAUSE = 60.0  # seconds after a failure of the instance, where it asks for no other
# Uris of Mastodon's own statuses end with their id.
_LOCAL = re.compile(r"/(?:users/[^/]+|ap/users/[^/]+)/statuses/(\d+)")


class Rechecks:
    """Rechecks the posts that wait for it, a request at a time.

    A post is asked for by its id on the instance: the alias that came along, what is
    remembered, or the end of its uri if it is the instance's own. Where there is no id, or
    the instance wants a sign-in, the post's home is asked for the post itself.
    """

    def __init__(
        self,
        api: Api,
        instance: Instance,
        *,
        memory: Memory,
        pending: Pending,
        receiving: Receiving,
    ) -> None:
        self._api = api
        self._instance = instance
        self._memory = memory
        self._pending = pending
        self._receiving = receiving
        self._many = instance.many
        self._by_id: dict[str, str] = {}
        self._singly: deque[tuple[str, str]] = deque()
        self._at_home: deque[str] = deque()
        self._rests_until = 0.0  # by the monotonic clock

    def step(self) -> bool:
        """Make the next request; return whether there was one to make.

        Raises
        ------
        Remote
            The token isn't valid any more. What fails otherwise is asked for again
            another day.
        """
        if time.monotonic() < self._rests_until:
            return False
        self._fetch()
        try:
            if self._by_id:
                self._ask_many()
            elif self._singly:
                self._ask_one(*self._singly.popleft())
            elif self._at_home:
                self._ask_home(self._at_home.popleft())
            else:
                return False
        except Remote as error:
            if error.needs_login:
                raise
            self._rests_until = time.monotonic() + (error.retry_after or PAUSE)
        return True

    def _fetch(self) -> None:
        if self._by_id or self._singly or self._at_home:
            return
        for uri in self._receiving.asked(AT_ONCE):
            alias = self._receiving.alias_of(uri)
            status_id = alias or self._memory.id_of(uri) or self._own_id(uri)
            if status_id is None:
                self._at_home.append(uri)
            elif self._many:
                self._by_id[status_id] = uri
            else:
                self._singly.append((status_id, uri))

    def _own_id(self, uri: str) -> str | None:
        base = self._instance.base
        found = _LOCAL.fullmatch(uri, len(base)) if uri.startswith(base) else None
        return found[1] if found else None

    def _ask_many(self) -> None:
        asked, self._by_id = self._by_id, {}
        try:
            found = self._api.get("/api/v1/statuses", {"id[]": list(asked)})
        except Closed:
            self._many = False
            found = []
        for status in found if isinstance(found, list) else []:
            status_id = status.get("id") if isinstance(status, dict) else None
            if status_id in asked:
                self._found(status, asked.pop(status_id))
        # What is missing may be gone, or may not be shown to us: one by one it is told.
        self._singly.extend(asked.items())

    def _ask_one(self, status_id: str, uri: str) -> None:
        try:
            self._found(self._api.get(f"/api/v1/statuses/{status_id}"), uri)
        except Closed as error:
            if error.permanent and uri.startswith(f"{self._instance.base}/"):
                self._memory.delete(status_id)
                self._pending.delete(uri)
            else:  # instances forget other instances' old posts, which stand all the same
                self._at_home.append(uri)

    def _found(self, status: Any, uri: str) -> None:
        read = self._pending.add(status, again=True)
        if read is not None and read.uri == uri and read.row is not None:
            self._pending.confirm(uri)

    def _ask_home(self, uri: str) -> None:
        try:
            answer = self._api.elsewhere(uri)
        except (Correctable, Remote):
            return  # never reached, or not today
        if answer.status in GONE:
            self._pending.delete(uri)
        elif answer.status == 200:
            self._told(answer.body, uri)

    def _told(self, body: bytes, uri: str) -> None:
        try:
            said = decode(body)
        except ValueError:
            return
        if isinstance(said, dict) and said.get("id") == uri:
            if said.get("type") == "Tombstone":
                self._pending.delete(uri)
            else:
                self._pending.confirm(uri)
