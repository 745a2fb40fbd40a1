"""A small AppView of the tests' own: accounts, feeds, threads and posts, as documented.

It answers `app.bsky.*` for a handful of accounts from memory, in the shapes and with the errors
of the real one, and with faults on demand.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

POST = "app.bsky.feed.post"
BEGUN = datetime(2025, 12, 1, tzinfo=UTC)
Reply = tuple[int, dict[str, str], bytes]


@dataclass(slots=True, kw_only=True)
class SmallAppView:
    """What it knows; change it while it runs.

    Attributes
    ----------
    handles
        From handles to DIDs.
    gone
        From DIDs to the error and the message that are given for them.
    views
        Posts as they are shown, by uri, in the order in which they came.
    reposts
        Items of feeds that repeat others' posts: DID and uri of the post.
    refusals
        Answers to the next requests, instead of the right ones.
    asked
        Methods and parameters of all requests.
    headers
        Sent with each answer.
    """

    handles: dict[str, str] = field(default_factory=dict)
    gone: dict[str, tuple[str, str]] = field(default_factory=dict)
    views: dict[str, dict[str, Any]] = field(default_factory=dict)
    reposts: list[tuple[str, str]] = field(default_factory=list)
    refusals: deque[Reply] = field(default_factory=deque)
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""
    _said: int = 0

    def join(self, handle: str) -> str:
        """Open an account and return its DID."""
        did = f"did:plc:{handle.partition('.')[0]}"
        self.handles[handle] = did
        return did

    def say(self, did: str, text: str, *, to: str = "", **more: Any) -> str:
        """Say something, an hour after what was said before; return its uri."""
        number = self._said
        self._said += 1
        at = (BEGUN + timedelta(hours=number)).isoformat(timespec="milliseconds")
        uri = f"at://{did}/{POST}/{number}"
        record: dict[str, Any] = {"$type": POST, "text": text, "createdAt": at, "langs": ["en"]}
        if to:
            record["reply"] = {"parent": {"uri": to, "cid": "x"}, "root": {"uri": to, "cid": "x"}}
        self.views[uri] = {
            "uri": uri,
            "cid": f"bafy{number}",
            "author": self._author(did),
            "record": record,
            "indexedAt": at.replace("+00:00", "Z"),
            "likeCount": 0, "repostCount": 0, "replyCount": 0, "quoteCount": 0,
            **more,
        }  # fmt: skip
        return uri

    def _author(self, did: str) -> dict[str, Any]:
        handle = next(handle for handle, one in self.handles.items() if one == did)
        return {
            "did": did,
            "handle": handle,
            "displayName": handle.partition(".")[0].title(),
            "verification": {"verifications": [], "verifiedStatus": "valid"},
        }

    def answer(self, method: str, params: dict[str, list[str]]) -> Reply:
        """Answer one request."""
        self.asked.append((method, params))
        if self.refusals:
            return self.refusals.popleft()
        kind, _, name = method.rpartition(".")
        answers = {
            "getProfiles": self._profiles,
            "searchActors": self._search,
            "getProfile": self._account,
            "getAuthorFeed": self._feed,
            "getPostThread": self._thread,
            "getPosts": self._posts,
        }
        if name not in answers or not kind.startswith("app.bsky."):
            return _error("MethodNotImplemented", "Method Not Implemented", 501)
        return answers[name](params)

    def _profiles(self, params: dict[str, list[str]]) -> Reply:
        found = [self._did(actor) for actor in params["actors"]]
        return _json({"profiles": [self._profile(did) for did in found if did]})

    def _search(self, params: dict[str, list[str]]) -> Reply:
        word = params["q"][0].lower()
        found = [did for handle, did in self.handles.items() if word in handle]
        return _json({"actors": [self._author(did) for did in found if self._did(did)]})

    def _posts(self, params: dict[str, list[str]]) -> Reply:
        return _json({"posts": [self.views[u] for u in params["uris"] if self._stands(u)]})

    def _did(self, actor: str) -> str | None:
        did = self.handles.get(actor, actor)
        return did if did in self.handles.values() and did not in self.gone else None

    def _stands(self, uri: str) -> bool:
        return uri in self.views and self.views[uri]["author"]["did"] not in self.gone

    def _profile(self, did: str) -> dict[str, Any]:
        said = sum(view["author"]["did"] == did for view in self.views.values())
        return {**self._author(did), "followersCount": 120, "followsCount": 3, "postsCount": said}

    def _account(self, params: dict[str, list[str]]) -> Reply:
        actor = params["actor"][0]
        did = self.handles.get(actor, actor)
        if did in self.gone:
            return _error(*self.gone[did])
        if did not in self.handles.values():
            return _error("InvalidRequest", "Profile not found")
        return _json(self._profile(did))

    def _feed(self, params: dict[str, list[str]]) -> Reply:
        did = self._did(params["actor"][0])
        if did is None:
            return _error("InvalidRequest", "Profile not found")
        items = [{"post": view} for view in self.views.values() if view["author"]["did"] == did]
        for by, uri in self.reposts:
            reason = {
                "$type": "app.bsky.feed.defs#reasonRepost",
                "indexedAt": "2025-12-01T00:00:00Z",
            }
            items += [{"post": self.views[uri], "reason": reason}] if by == did else []
        items.reverse()
        start, limit = int(params.get("cursor", ["0"])[0]), int(params["limit"][0])
        page: dict[str, Any] = {"feed": items[start : start + limit]}
        if start + limit < len(items):
            page["cursor"] = str(start + limit)
        return _json(page)

    def _thread(self, params: dict[str, list[str]]) -> Reply:
        uri = params["uri"][0]
        if not self._stands(uri):
            return _error("NotFound", f"Post not found: {uri}")
        return _json({"thread": self._node(uri)})

    def _node(self, uri: str) -> dict[str, Any]:
        replies = [
            self._node(view["uri"])
            for view in self.views.values()
            if view["record"].get("reply", {}).get("parent", {}).get("uri") == uri
            and self._stands(view["uri"])
        ]
        kind = "app.bsky.feed.defs#threadViewPost"
        return {"$type": kind, "post": self.views[uri], "replies": replies}


def _json(value: Any, status: int = 200) -> Reply:
    return status, {"Content-Type": "application/json; charset=utf-8"}, orjson.dumps(value)


def _error(name: str, message: str, status: int = 400) -> Reply:
    return _json({"error": name, "message": message}, status)


@contextmanager
def small_appview() -> Iterator[SmallAppView]:
    """Run one on a free port of the loopback address."""
    known = SmallAppView()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            method = parts.path.removeprefix("/xrpc/")
            status, headers, body = known.answer(method, parse_qs(parts.query))
            self.send_response(status)
            for name, value in {**known.headers, **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        known.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02))
        thread.start()
        try:
            yield known
        finally:
            server.shutdown()
            thread.join()
