"""A small server of the AT Protocol of the tests' own: stream, repositories, single records.

The real one (`servers.atproto`) can't be made to send what is wrong, late or too much. This one
writes the same frames, from accounts that do what a test says, and knows what must stand.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

import libipld
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from servers.repository_tree import archive, cid_of, put, whole

POST, LIKE, REPOST = "app.bsky.feed.post", "app.bsky.feed.like", "app.bsky.feed.repost"
START = datetime(2025, 12, 31, 10, tzinfo=UTC)


def written(kind: str, body: dict[str, Any]) -> bytes:
    """Return a frame: a header and a body."""
    header = {"op": 1, "t": kind}
    return libipld.encode_dag_cbor(header) + libipld.encode_dag_cbor(body)


def refused(name: str, message: str = "") -> bytes:
    """Return the frame with which a server ends its stream."""
    body = {"error": name, "message": message}
    return libipld.encode_dag_cbor({"op": -1}) + libipld.encode_dag_cbor(body)


@dataclass(slots=True)
class Account:
    """An account: its records by `collection/key`, and whether it is there."""

    records: dict[str, Any] = field(default_factory=dict)
    status: str = "active"
    rev: int = 0


@dataclass
class Repositories:
    """Serves what accounts do, on a free port of the loopback address.

    Attributes
    ----------
    frames : list
        Number and frame of what was said, oldest first; the number is None for what has none.
    floor : int
        The stream keeps what comes after this number.
    failures : list of int
        Statuses with which the next requests for repositories are answered.
    hanging : Event
        While it is set, requests that are no streams aren't answered.
    asked : list of str
        Paths and queries of all requests.
    """

    step: timedelta = timedelta(seconds=1)
    now: datetime = START
    floor: int = 0
    frames: list[tuple[int | None, bytes]] = field(default_factory=list)
    accounts: dict[str, Account] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)
    hanging: threading.Event = field(default_factory=threading.Event)
    asked: list[str] = field(default_factory=list)
    seq: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _server: Server | None = None
    _closing: bool = False

    # What accounts do.

    def post(self, did: str, key: str, text: str, **record: Any) -> str:
        """Say something, or change it; return its address."""
        value = {"$type": POST, "text": text, "createdAt": self._time(), **record}
        return self.write(did, f"{POST}/{key}", value)

    def like(self, did: str, key: str, subject: str) -> str:
        """Like a post."""
        value = {"$type": LIKE, "subject": {"uri": subject, "cid": "c"}, "createdAt": self._time()}
        return self.write(did, f"{LIKE}/{key}", value)

    def write(self, did: str, path: str, value: Any) -> str:
        """Write a record of any kind."""
        records = self._account(did).records
        action = "update" if path in records else "create"
        records[path] = value
        blocks: dict[bytes, bytes] = {}
        cid = put(blocks, value)
        self.commit(did, [{"action": action, "path": path, "cid": cid}], blocks)
        return f"at://{did}/{path}"

    def delete(self, did: str, path: str) -> None:
        """Take a record back."""
        self._account(did).records.pop(path, None)
        self.commit(did, [{"action": "delete", "path": path, "cid": None}], {})

    def commit(self, did: str, ops: list[Any], carried: dict[bytes, bytes], **body: Any) -> None:
        """Send a commit with these operations and blocks, and other fields, whatever they are."""
        account = self._account(did)
        account.rev += 1
        root, proof = whole(did, self._rev(did), {})
        body = {
            "repo": did,
            "commit": root,
            "rev": self._rev(did),
            "since": None,
            "blocks": archive([root], {**proof, **carried}),
            "ops": ops,
            "blobs": [],
            "rebase": False,
            "tooBig": False,
            **body,
        }
        self.say("#commit", body)

    def status(self, did: str, status: str) -> None:
        """Let an account leave (`deleted`, `deactivated`, ...) or come back (`active`)."""
        account = self._account(did)
        account.status = status
        body: dict[str, Any] = {"did": did, "active": status == "active"}
        if status != "active":
            body["status"] = status
        self.say("#account", body)
        if status == "deleted":
            account.records.clear()

    def replace(self, did: str, records: dict[str, Any]) -> None:
        """Give a repository other records, and say no more than that it changed."""
        account = self._account(did)
        account.records = records
        account.rev += 1
        root, blocks = whole(did, self._rev(did), {})
        body = {"did": did, "rev": self._rev(did), "blocks": archive([root], {root: blocks[root]})}
        self.say("#sync", body)

    def say(self, kind: str, body: dict[str, Any], *, numbered: bool = True) -> None:
        """Send a frame."""
        if not numbered:
            self.send(written(kind, body))
            return
        self.seq += 1
        self.now += self.step
        self.send(written(kind, {"seq": self.seq, "time": self._time(), **body}), self.seq)

    def send(self, frame: bytes, seq: int | None = None) -> None:
        """Send bytes as they are."""
        with self._changed:
            self.frames.append((seq, frame))
            self._changed.notify_all()

    @property
    def standing(self) -> dict[str, str]:
        """The posts that stand: address to text."""
        return {
            f"at://{did}/{path}": record["text"]
            for did, account in self.accounts.items()
            if account.status == "active"
            for path, record in account.records.items()
            if path.startswith(POST)
        }

    # The server.

    @property
    def url(self) -> str:
        """Its address as a source has it."""
        assert self._server is not None
        return f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"

    def __enter__(self) -> Repositories:
        self._server = serve(
            self._stream,
            "127.0.0.1",
            0,
            process_request=self._answer,
            compression=None,
            ping_interval=None,
        )
        self._thread = threading.Thread(target=self._server.serve_forever, name="repositories")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._server.shutdown()
        self._thread.join()

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer what is no stream."""
        self.asked.append(request.path)
        address = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        method = address.path.rpartition("/")[2]
        if method == "com.atproto.sync.subscribeRepos":
            return None
        if method == "com.atproto.server.describeServer":
            return _answered(200, {"did": "did:web:here", "availableUserDomains": [".test"]})
        with self._changed:
            self._changed.wait_for(lambda: self._closing or not self.hanging.is_set())
        if self.failures:
            return _answered(self.failures.pop(0), {"error": "Failure"})
        return self._answer_of_account(method, query)

    def _answer_of_account(self, method: str, query: dict[str, str]) -> Response:
        account = self.accounts.get(query.get("did") or query.get("repo") or "")
        if account is None or account.status != "active":
            return _answered(400, {"error": "RepoNotFound"})
        if method == "com.atproto.sync.getRepo":
            root, blocks = whole(query["did"], "r", account.records)
            return _answered(200, archive([root], blocks))
        path = f"{query['collection']}/{query['rkey']}"
        if path not in account.records:
            return _answered(400, {"error": "RecordNotFound"})
        return _answered(200, {"uri": "", "value": account.records[path]})

    def _stream(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        query = parse_qs(urlsplit(connection.request.path).query)
        cursor = int(query["cursor"][0]) if "cursor" in query else None
        with contextlib.suppress(ConnectionClosed):
            if cursor is not None and cursor > self.seq:
                connection.send(refused("FutureCursor", "Cursor in the future."))
                connection.close(1008, "FutureCursor")
                return
            if cursor is not None and cursor < self.floor:
                connection.send(written("#info", {"name": "OutdatedCursor"}))
            for frame in self._from(cursor):
                connection.send(frame)

    def _from(self, cursor: int | None) -> Iterator[bytes]:
        """Yield what comes after a number, as it comes."""
        at = len(self.frames) if cursor is None else 0
        after = max(cursor or 0, self.floor)
        while not self._closing:
            with self._changed:
                if len(self.frames) == at:
                    self._changed.wait()
                coming = self.frames[at:]
            at += len(coming)
            yield from (frame for seq, frame in coming if seq is None or seq > after)

    def _account(self, did: str) -> Account:
        return self.accounts.setdefault(did, Account())

    def _rev(self, did: str) -> str:
        return f"{self.accounts[did].rev:013d}"

    def _time(self) -> str:
        return self.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _answered(status: int, value: Any) -> Response:
    body = value if isinstance(value, bytes) else json.dumps(value, default=repr).encode()
    kind = "application/vnd.ipld.car" if isinstance(value, bytes) else "application/json"
    headers = Headers()
    headers["Content-Type"] = kind
    headers["Content-Length"] = str(len(body))
    headers["Connection"] = "close"
    return Response(status, HTTPStatus(status).phrase, headers, body)


__all__ = ["Repositories", "cid_of", "refused", "written"]
