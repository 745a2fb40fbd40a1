"""An instance of the tests' own: Mastodon's REST interface and streams, by a script.

It keeps statuses as Mastodon does (ids that carry their time, newest first, 40 a page), tells
its streams what happens, and can be made to fail in many ways.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import queue
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PAGE = 40
OPEN = {"local": "public", "remote": "public"}


@dataclass(slots=True)
class Fault:
    """An answer that isn't the right one.

    Attributes
    ----------
    path : str
        A regular expression that the path begins with.
    status, headers, body
        What is sent instead; `status` 0 closes the connection without an answer.
    times : int
        How often.
    pause : float
        Seconds between two bytes of the body.
    """

    path: str
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"error":"no"}'
    times: int = 1
    pause: float = 0.0


@dataclass(slots=True, eq=False)
class Subscriber:
    """One open stream."""

    channel: str
    items: queue.Queue[bytes | None] = field(default_factory=queue.Queue)


class FakeMastodon:
    """A running instance of Mastodon's kind.

    Attributes
    ----------
    url, host : str
    tokens : set of str
        Those that are valid.
    access : dict
        `timelines_access`.
    heartbeat : float or None
        Seconds between two signs of life of a stream; None: it falls silent.
    faults : list of Fault
        The first that fits is answered.
    requests : list of str
        Paths with their queries, in order.
    """

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.host = f"127.0.0.1:{server.server_address[1]}"
        self.url = f"http://{self.host}"
        self.tokens = {"good"}
        self.access: dict[str, Any] = {"live_feeds": OPEN, "hashtag_feeds": OPEN}
        self.heartbeat: float | None = 0.1
        self.faults: list[Fault] = []
        self.requests: list[str] = []
        self.second_version = True
        self.streaming = True
        self.many = True
        self.search_for_members = False
        self.empty = False  # pages are empty, whatever there is
        self.list_keeps = 800  # posts of a list
        self.limit = self.left = 100_000  # requests that are allowed, and that are left
        self.statuses: dict[int, dict[str, Any]] = {}
        self._lock = threading.RLock()
        self._subscribers: list[Subscriber] = []
        self._numbers = itertools.count(1)
        self._last_id = 0

    # What happens there.

    def account(self, name: str, **fields: Any) -> dict[str, Any]:
        """Return an account as the API shows it; `name@domain` is one of another instance."""
        local = name.partition("@")[0]
        home = f"https://{name.partition('@')[2]}" if "@" in name else self.url
        return {
            "id": str(1000 + sum(name.encode())),
            "username": local,
            "acct": name,
            "display_name": local.title(),
            "indexable": True,
            "noindex": False,
            "bot": False,
            "followers_count": 12,
            "uri": f"{home}/users/{local}",
            "url": f"{home}/@{local}",
        } | fields

    def post(self, text: str, *, by: str = "ann", quiet: bool = False, **fields: Any) -> Any:
        """Say something; `quiet`: no stream tells it. `fields` add to the status or change it."""
        with self._lock:
            at = fields.pop("at", None) or datetime.now(UTC)
            number = self._new_id(at)
            author = fields.pop("account", None) or self.account(by)
            status = {
                "id": str(number),
                "created_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "uri": f"{author['uri']}/statuses/{number}",
                "url": f"{author['url']}/{number}",
                "visibility": "public",
                "content": f"<p>{text}</p>",
                "spoiler_text": "",
                "sensitive": False,
                "language": "en",
                "edited_at": None,
                "in_reply_to_id": None,
                "reblog": None,
                "poll": None,
                "quote": None,
                "media_attachments": [],
                "mentions": [],
                "tags": [{"name": tag} for tag in re.findall(r"#(\w+)", text)],
                "favourites_count": 0,
                "reblogs_count": 0,
                "replies_count": 0,
                "account": author,
            } | fields
            self.statuses[number] = status
            if not quiet:
                self.tell("update", status)
            return status

    def boost(self, status: dict[str, Any], *, by: str) -> Any:
        """Boost a status; it shows on lists and on the account's own timeline."""
        status["reblogs_count"] += 1
        return self.post("", by=by, reblog=status)

    def edit(
        self, status: dict[str, Any], text: str, *, quiet: bool = False, **fields: Any
    ) -> None:
        """Change a status."""
        with self._lock:
            status |= {"content": f"<p>{text}</p>", "edited_at": datetime.now(UTC).isoformat()}
            status |= fields
            if not quiet:
                self.tell("status.update", status)

    def delete(self, status: dict[str, Any], *, quiet: bool = False) -> None:
        """Take a status back."""
        with self._lock:
            self.statuses.pop(int(status["id"]), None)
            if not quiet:
                self.push(f"event: delete\ndata: {status['id']}\n\n".encode(), _channels(status))

    def tell(self, event: str, status: dict[str, Any]) -> None:
        """Tell a status to the streams that it belongs to."""
        if status.get("reblog") is None:
            data = f"event: {event}\ndata: {json.dumps(status)}\n\n".encode()
            self.push(data, _channels(status))

    def push(self, data: bytes, channels: set[str] | None = None) -> None:
        """Send bytes to streams, all or some."""
        with self._lock:
            for one in self._subscribers:
                if channels is None or one.channel in channels:
                    one.items.put(data)

    def cut(self) -> None:
        """Cut all streams."""
        with self._lock:
            for one in self._subscribers:
                one.items.put(None)

    @property
    def streams(self) -> int:
        """How many streams are open."""
        with self._lock:
            return len(self._subscribers)

    def asked(self, start: str) -> list[str]:
        """Return the requests whose path begins so."""
        return [path for path in self.requests if path.startswith(start)]

    def _new_id(self, at: datetime) -> int:
        # A status that arrives late gets an id of when it was written.
        number = (int(at.timestamp() * 1000) << 16) + next(self._numbers)
        self._last_id = max(self._last_id, number)
        return number

    # What the handler needs.

    def fault(self, path: str) -> Fault | None:
        """Return the failure that this path meets now."""
        with self._lock:
            for fault in self.faults:
                if fault.times and re.match(fault.path, path):
                    fault.times -= 1
                    return fault
        return None

    @contextlib.contextmanager
    def subscribed(self, channel: str) -> Iterator[Subscriber]:
        """Open a stream."""
        subscriber = Subscriber(channel)
        with self._lock:
            self._subscribers.append(subscriber)
        try:
            yield subscriber
        finally:
            with self._lock:
                self._subscribers.remove(subscriber)

    def page(self, chosen: Callable[[dict[str, Any]], bool], query: dict[str, Any]) -> list[Any]:
        """Return a page of statuses, as Mastodon pages."""
        if self.empty:
            return []
        with self._lock:
            found = sorted(
                (one for one in self.statuses.values() if chosen(one)),
                key=lambda one: int(one["id"]),
            )
        limit = min(int(query.get("limit", 20)), PAGE)
        if "min_id" in query:
            newer = [one for one in found if int(one["id"]) > int(query["min_id"])]
            return newer[:limit][::-1]
        if "max_id" in query:
            found = [one for one in found if int(one["id"]) < int(query["max_id"])]
        return found[::-1][:limit]

    def instance(self, version: int) -> dict[str, Any]:
        """Return what the instance says of itself."""
        streams = f"ws://{self.host}" if self.streaming else ""
        if version == 1:
            return {"uri": self.host, "title": "A small one", "urls": {"streaming_api": streams}}
        return {
            "domain": self.host,
            "title": "A small one",
            "version": "4.6.4",
            "api_versions": {"mastodon": 11 if self.many else 1},
            "configuration": {
                "urls": {"streaming": streams, "about": f"{self.url}/about"},
                "timelines_access": self.access,
            },
        }


def _is_remote(status: dict[str, Any]) -> bool:
    return "@" in status["account"]["acct"]


def _tags(status: dict[str, Any]) -> set[str]:
    return {tag["name"].lower() for tag in status["tags"]}


def _channels(status: dict[str, Any]) -> set[str]:
    tags = {f"hashtag:{tag}" for tag in _tags(status)}
    return {"public", *([] if _is_remote(status) else ["public/local"]), *tags, "list:1"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: FakeMastodon

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.fake.requests.append(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        fault = self.fake.fault(self.path)
        if fault is not None:
            self._fail(fault)
            return
        authorization = self.headers.get("Authorization", "")
        token = authorization.removeprefix("Bearer ")
        if authorization and token not in self.fake.tokens:
            self._say({"error": "The access token is invalid"}, 401)
        elif parts.path.startswith("/api/v1/streaming"):
            self._stream(parts.path.removeprefix("/api/v1/streaming/"), query, token)
        else:
            self._answer(unquote(parts.path), query, token, parts.query)

    def do_POST(self) -> None:
        """Register an application, or exchange the code `right` for the token `good`."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.fake.requests.append(self.path)
        if self.path == "/api/v1/apps" and self.fake.second_version:
            self._say({"client_id": "id", "client_secret": "hush", "redirect_uri": "oob"})
        elif self.path == "/oauth/token" and form["code"] == ["right"]:
            self._say({"access_token": "good", "scope": form["scope"][0]})
        else:
            error = {"error": "invalid_grant"} if "oauth" in self.path else {"error": "no"}
            self._say(error, 400 if "oauth" in self.path else 404)

    def _answer(self, path: str, query: dict[str, Any], token: str, raw: str) -> None:
        fake = self.fake
        match path.removeprefix("/api/").split("/"):
            case ["v2", "instance"] if fake.second_version:
                self._say(fake.instance(2))
            case ["v1", "instance"]:
                self._say(fake.instance(1))
            case ["v1", "timelines", *which]:
                self._timeline(which, query, token)
            case ["v1", "accounts", "lookup"]:
                self._lookup(query.get("acct", ""))
            case ["v2", "search"]:
                self._search(query.get("q", ""), token)
            case ["v1", "accounts", account_id, "statuses"]:
                self._say(fake.page(lambda one: one["account"]["id"] == account_id, query))
            case ["v1", "statuses", *which]:
                self._statuses(which, parse_qs(raw).get("id[]", []))
            case _:
                self._object(path)

    def _timeline(self, which: list[str], query: dict[str, Any], token: str) -> None:
        page = self.fake.page
        if which == ["public"]:
            away = query.get("local") == "true"
            chosen = page(lambda one: not one["reblog"] and not (away and _is_remote(one)), query)
        elif which[0] == "tag":
            chosen = page(lambda one: which[1].lower() in _tags(one), query)
        elif token:
            kept = sorted(self.fake.statuses)[-self.fake.list_keeps :]
            chosen = page(lambda one: int(one["id"]) in kept, query)
        else:
            self._say({"error": "This method requires an authenticated user"}, 422)
            return
        self._say(chosen)

    def _statuses(self, which: list[str], asked: list[str]) -> None:
        there = self.fake.statuses
        if not which and self.fake.many:
            self._say([there[int(one)] for one in asked if int(one) in there])
        elif which and which[0].isdigit() and int(which[0]) in there:
            self._say(there[int(which[0])])
        else:
            self._say({"error": "Record not found"}, 404)

    def _object(self, path: str) -> None:
        """Answer who asks for a post by its uri, as another server does."""
        with_uri = [s for s in self.fake.statuses.values() if s["uri"] == self.fake.url + path]
        if with_uri:
            self._say({"id": with_uri[0]["uri"], "type": "Note"})
        else:
            self._say({"error": "Record not found"}, 404)

    def _lookup(self, name: str) -> None:
        accounts = [status["account"] for status in self.fake.statuses.values()]
        bare = name.removesuffix(f"@{self.fake.host}")
        found = next((one for one in accounts if one["acct"] == bare), None)
        self._say(found or {"error": "Record not found"}, 200 if found else 404)

    def _search(self, text: str, token: str) -> None:
        if self.fake.search_for_members and not token:
            self._say({"error": "This method requires an authenticated user"}, 401)
            return
        accounts = {one["account"]["acct"]: one["account"] for one in self.fake.statuses.values()}
        found = [one for acct, one in accounts.items() if text.lower() in acct]
        self._say({"accounts": found, "statuses": [], "hashtags": []})

    def _say(self, value: Any, status: int = 200) -> None:
        self._send(status, {"Content-Type": "application/json"}, json.dumps(value).encode())

    def _send(self, status: int, headers: dict[str, str], body: bytes, pause: float = 0.0) -> None:
        self.send_response(status)
        self.fake.left -= 1
        until = datetime.now(UTC) + timedelta(seconds=1)
        limits = {
            "X-RateLimit-Limit": str(self.fake.limit),
            "X-RateLimit-Remaining": str(max(0, self.fake.left)),
            "X-RateLimit-Reset": until.isoformat(),
        }
        headers = limits | headers
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not pause:
            self.wfile.write(body)
            return
        with contextlib.suppress(OSError):
            for byte in body:
                self.wfile.write(bytes([byte]))
                time.sleep(pause)

    def _fail(self, fault: Fault) -> None:
        self.close_connection = True
        if fault.status:
            self._send(fault.status, fault.headers, fault.body, fault.pause)

    def _stream(self, channel: str, query: dict[str, Any], token: str) -> None:
        if not token:
            self._say({"error": "Missing access token"}, 401)
            return
        if channel == "hashtag":
            channel = f"hashtag:{query['tag'].lower()}"
        if channel == "list":
            channel = f"list:{query['list']}"
        self.close_connection = True
        # Who sees the headers is subscribed, as nothing that is said from then on is missed.
        with self.fake.subscribed(channel) as mine, contextlib.suppress(OSError):
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self._chunk(b":)\n")
            while True:
                try:
                    data = mine.items.get(timeout=self.fake.heartbeat or 3600)
                except queue.Empty:
                    data = b":thump\n"
                if data is None:
                    return
                self._chunk(data)

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


@contextlib.contextmanager
def fake_mastodon() -> Iterator[FakeMastodon]:
    """Run an instance until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # cuts are part of it
    fake = FakeMastodon(server)
    server.RequestHandlerClass = type("Handler", (_Handler,), {"fake": fake})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        fake.cut()
        server.shutdown()
        server.server_close()
        thread.join()
