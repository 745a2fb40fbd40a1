"""Asking other machines over HTTP: redirects and limits."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import httpcore2

from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.http.addresses import Params, read_address
from auscult.engine.kernel.http.answers import Answer, Answered, Asked, Headers
from auscult.engine.kernel.http.backend import Backend, errand, on_errand
from auscult.engine.kernel.http.decoding import ACCEPTED, Decoder
from auscult.engine.kernel.http.errors import AddressRefused
from auscult.engine.kernel.http.failures import GONE_AT_ONCE, failing
from auscult.engine.kernel.http.requests import REDIRECTS, Request, made_request

MAX_BYTES = 10 << 20
CONNECTIONS = 20
KEPT_FOR = 30.0  # seconds that an idle connection is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream(Answered):
    """An answer that goes on; `chunks` hands out what comes."""

    response: httpcore2.Response = field(repr=False)
    decoder: Decoder = field(repr=False)

    def chunks(self) -> Iterator[bytes]:
        """Return what comes, as it comes, in pieces of at most 64 KiB.

        Raises
        ------
        Remote
            Nothing came for longer than the client's timeout, or the connection was cut.
        """
        coming = self.response.iter_stream()
        # The errand is set for each step alone: between two of them the caller's own runs.
        while (data := self._next(coming)) is not None:
            pieces = self.decoder.pieces(data)
            while (piece := self._next(pieces)) is not None:
                yield piece
        with failing(self.asked):
            self.decoder.end()

    def _next(self, coming: Iterator[bytes]) -> bytes | None:
        with failing(self.asked), on_errand(None):
            return next(coming, None)


class Client:
    """Asks other machines, and keeps its connections until it is closed.

    It may be used by several threads at once; `close` may be called from another one, and
    ends what waits.

    Parameters
    ----------
    backend : Backend
        Opens its connections.
    trust : ssl.SSLContext
        What proves a server's name.
    user_agent : str
    clock : Clock
    timeout, total : float
        Seconds of one step, and of a whole answer.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        trust: ssl.SSLContext,
        user_agent: str,
        clock: Clock,
        timeout: float,
        total: float,
    ) -> None:
        self._backend = backend
        self._own = {
            "User-Agent": user_agent,
            "Accept": "*/*",
            "Accept-Encoding": ACCEPTED,
        }
        self._clock = clock
        self._timeouts = dict.fromkeys(("connect", "read", "write", "pool"), timeout)
        self._total = total
        self._pool = httpcore2.ConnectionPool(
            ssl_context=trust,
            max_connections=CONNECTIONS,
            keepalive_expiry=KEPT_FOR,
            network_backend=backend,
        )

    def get(
        self,
        url: str,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BYTES,
        redirects: int = 5,
    ) -> Answer:
        """Fetch an address.

        Parameters
        ----------
        url : str
        params : mapping, optional
            Added to the query; None is left out, a sequence repeats its name.
        headers : mapping, optional
        max_bytes : int
            Of the body, decompressed.
        redirects : int
            How many are followed; with 0 the redirect is the answer.

        Returns
        -------
        Answer
            Whatever its status is; see `raise_for_status`.

        Raises
        ------
        AddressRefused
            The address, or one that it redirects to, may not be reached.
        Remote
            Nothing that can be read came back.
        """
        target = read_address(url, params)
        request = made_request("GET", target, own=self._own, headers=headers)
        return self._answer(request, max_bytes, redirects)

    def post(
        self,
        url: str,
        *,
        json: Any = None,
        data: Mapping[str, str] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BYTES,
    ) -> Answer:
        """Send a value as JSON, or a form (a mapping), or bytes; see `get`."""
        target = read_address(url)
        request = made_request("POST", target, own=self._own, headers=headers, json=json, data=data)
        return self._answer(request, max_bytes, redirects=5)

    @contextmanager
    def stream(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
    ) -> Iterator[Stream]:
        """Fetch an address whose answer goes on: days of events, or a large file.

        The timeout holds between two pieces, however long all of them take.

        Raises
        ------
        AddressRefused, Remote
            As `get`; the status is for the caller to look at.
        """
        own = {**self._own, "Accept-Encoding": "identity"}
        request = made_request("GET", read_address(url, params), own=own, headers=headers)
        with on_errand(self._total):
            request, response = self._followed(request, redirects=5)
        try:
            start = self._start(request, response)
            yield Stream(**start, response=response, decoder=_decoder(start))
        finally:
            response.close()

    def close(self) -> None:
        """End all connections, also those that others wait for; may be called again."""
        self._backend.cut()
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _answer(self, request: Request, max_bytes: int, redirects: int) -> Answer:
        with on_errand(self._total):
            request, response = self._followed(request, redirects)
            try:
                start = self._start(request, response)
                return Answer(**start, body=_whole(start, response, max_bytes))
            finally:
                response.close()

    def _start(self, request: Request, response: httpcore2.Response) -> dict[str, Any]:
        """Return what is known before the body comes: the fields of `Answered`."""
        url = request.target.url
        pairs = [
            (name.decode("latin-1"), text.decode("latin-1")) for name, text in response.headers
        ]
        return {
            "status": response.status,
            "url": url,
            "headers": Headers(pairs),
            "moved_to": url if request.moved else None,
            "asked": request.asked(self._clock),
        }

    def _followed(self, request: Request, redirects: int) -> tuple[Request, httpcore2.Response]:
        """Send a request, and the ones that it is redirected to."""
        before = ""
        for left in range(redirects, -1, -1):
            asked = request.asked(self._clock)
            try:
                with failing(asked):
                    response = self._sent(request)
            except AddressRefused as error:
                raise error.after(before) if before else error from None
            location = _location(response)
            if redirects == 0 or response.status not in REDIRECTS or not location:
                return request, response
            response.close()
            if left == 0:
                raise asked.failed(f"redirected more than {redirects} times")
            before = asked.host
            request = request.redirected(location, response.status, asked)
        raise AssertionError("the last round returns or raises")

    def _sent(self, request: Request) -> httpcore2.Response:
        mine = errand.get()
        mine.connected = False
        try:
            return self._pool.handle_request(request.wired(self._timeouts))
        except GONE_AT_ONCE:
            # The other side closes connections that were kept for long, perhaps just now: what
            # was sent on such a one had no effect, and what may be asked twice is asked again.
            if request.method != "GET" or mine.connected:
                raise
            return self._pool.handle_request(request.wired(self._timeouts))


def _decoder(start: Mapping[str, Any]) -> Decoder:
    with failing(start["asked"]):
        return Decoder(start["headers"].get("content-encoding", ""))


def _whole(start: Mapping[str, Any], response: httpcore2.Response, max_bytes: int) -> bytes:
    """Return a whole body, decompressed, or raise `Remote` as soon as it is too long."""
    asked: Asked = start["asked"]
    decoder = _decoder(start)
    promised = start["headers"].get("content-length", "")
    if promised.isdecimal() and len(promised) < 20 and int(promised) > max_bytes:
        raise asked.failed(f"wants to send {int(promised):,} bytes; {max_bytes:,} are allowed")
    body = bytearray()
    came = 0
    with failing(asked):
        for data in response.iter_stream():
            came += len(data)
            for piece in decoder.pieces(data):
                body += piece
                if max(came, len(body)) > max_bytes:
                    raise asked.failed(f"sent more than {max_bytes:,} bytes, and was cut off")
        decoder.end()
    return bytes(body)


def _location(response: httpcore2.Response) -> str:
    found = [value for name, value in response.headers if name.lower() == b"location"]
    return found[0].decode("utf-8", "replace") if found else ""
