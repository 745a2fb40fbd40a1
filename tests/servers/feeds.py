"""A small web of the tests' own that serves feeds, and answers as it was told to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer
from typing import Any
from xml.sax.saxutils import escape


@dataclass
class Asked:
    """One request that came."""

    path: str
    headers: Mapping[str, str]


@dataclass
class Reply:
    """One answer; `write` may send the body as it likes instead."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable[[BaseHTTPRequestHandler], None] | None = None


class Web:
    """Pages by path: replies, of which the last one stays, or a function of the request."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self._pages: dict[str, list[Reply] | Callable[[Asked], Reply]] = {}
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve(self, path: str, *replies: Reply | bytes) -> str:
        """Answer so, one after the other, the last one for ever; return the address."""
        self._pages[path] = [one if isinstance(one, Reply) else Reply(body=one) for one in replies]
        return self.url + path

    def decide(self, path: str, page: Callable[[Asked], Reply]) -> str:
        """Answer as this function says; return the address."""
        self._pages[path] = page
        return self.url + path

    def requests(self, path: str) -> list[Asked]:
        """Return what was asked for this path."""
        return [asked for asked in self.asked if asked.path == path]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        asked = Asked(handler.path, dict(handler.headers.items()))
        with self._lock:
            self.asked.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            reply = self._reply(asked)
        try:
            _send(handler, reply)
        finally:
            with self._lock:
                self._at_once -= 1

    def _reply(self, asked: Asked) -> Reply:
        page = self._pages.get(asked.path.partition("?")[0])
        if page is None:
            return Reply(status=404, body=b"not here")
        if callable(page):
            return page(asked)
        return page.pop(0) if len(page) > 1 else page[0]


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    try:
        if reply.write is not None:
            reply.write(handler)
            return
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if "Content-Length" not in reply.headers:
            handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body)
    except OSError:
        pass  # the reader went away


@contextmanager
def web() -> Iterator[Web]:
    """Run a web of its own on a free port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            served.answer(self)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass

    server: BaseServer = Server(("127.0.0.1", 0), Handler)
    served = Web(server)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def rss(*items: str, channel: str = "", title: str = "Clinic news") -> bytes:
    """Return an RSS 2.0 document of these items."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{escape(title)}</title><link>https://clinic.example/</link>"
        f"<language>en-us</language>{channel}{''.join(items)}</channel></rss>"
    ).encode()


def item(number: int, text: str = "", *, date: str = "", guid: str = "", more: str = "") -> str:
    """Return an item with what most of them have."""
    page = f"https://clinic.example/{number}"
    dated = f"<pubDate>{date}</pubDate>" if date else ""
    said = escape(text or f"Text of item {number}")
    return (
        f"<item><title>Item {number}</title><link>{page}</link>"
        f"<guid>{escape(guid or page)}</guid>{dated}<description>{said}</description>{more}</item>"
    )
