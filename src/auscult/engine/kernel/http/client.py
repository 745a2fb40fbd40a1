"""Asking other machines over HTTP: redirects, limits and errors."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import urlencode

import httpcore2
import orjson

from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http.addresses import Params, Target, join, read_address
from auscult.engine.kernel.http.answers import Answer, Answered, Asked, Headers
from auscult.engine.kernel.http.backend import Backend, errand, on_errand
from auscult.engine.kernel.http.decoding import ACCEPTED, Decoder
from auscult.engine.kernel.http.failures import GONE_AT_ONCE, failing
from auscult.engine.kernel.http.redact import is_secret, secrets_in, shown

MAX_BYTES = 10 << 20
REDIRECTED = {301, 302, 303, 307, 308}
PERMANENTLY = {301, 308}
CONNECTIONS = 20
KEPT_FOR = 30.0  # seconds that an idle connection is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request on its way through redirects."""

    method: str
    target: Target
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    moved: bool | None = None  # all redirects so far were permanent; None: there was none

    def asked(self, clock: Clock) -> Asked:
        """Return what is asked, for messages."""
        target = self.target
        return Asked(
            method=self.method,
            host=target.authority,
            what=shown(target.path),
            secrets=self.secrets,
            at=clock.now(),
        )

    def redirected(self, target: Target, status: int) -> Request:
        """Return the request that a redirect asks for."""
        headers, body, method = dict(self.headers), self.body, self.method
        if target.origin != self.target.origin:
            headers = {name: value for name, value in headers.items() if not is_secret(name)}
        if method != "GET" and status in {301, 302, 303}:
            body, method = b"", "GET"
            headers.pop("Content-Type", None)
        return replace(
            self,
            method=method,
            target=target,
            headers=headers,
            body=body,
            moved=self.moved is not False and status in PERMANENTLY,
        )


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
        while True:
            with failing(self.asked), on_errand(None):
                data = next(coming, b"")
            if not data:
                break
            pieces = self.decoder.pieces(data)
            while True:
                with failing(self.asked):
                    piece = next(pieces, b"")
                if not piece:
                    break
                yield piece
        with failing(self.asked):
            self.decoder.end()


class Client:
    """Asks other machines, and keeps its connections until it is closed.

    It may be used by several threads at once; `close` may be called from another one, and
    ends what waits.
    """

    def __init__(
        self,
        backend: Backend,
        trust: ssl.SSLContext,
        user_agent: str,
        clock: Clock,
        timeout: float,
        total: float,
    ) -> None:
        self._backend = backend
        self._user_agent = user_agent
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
            That are followed; with 0 the redirect is the answer.

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
        request = self._request("GET", read_address(url, params), headers)
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
        """Send a value as JSON, or a form (a mapping) or bytes; see `get`."""
        body, kind = _body(json, data)
        fields = json if json is not None else data
        request = self._request(
            "POST",
            read_address(url),
            {**kind, **(headers or {})},
            body=body,
            fields=fields if isinstance(fields, Mapping) else None,
        )
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
        given = {"Accept-Encoding": "identity", **(headers or {})}
        request = self._request("GET", read_address(url, params), given)
        with on_errand(self._total):
            request, response = self._followed(request, redirects=5)
        try:
            start = self._start(request, response)
            with failing(start.asked):
                decoder = Decoder(start.headers.get("content-encoding", ""))
            yield Stream(**_fields(start), response=response, decoder=decoder)
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

    def _request(
        self,
        method: str,
        target: Target,
        headers: Mapping[str, str] | None,
        *,
        body: bytes = b"",
        fields: Mapping[str, Any] | None = None,
    ) -> Request:
        own = {"User-Agent": self._user_agent, "Accept": "*/*", "Accept-Encoding": ACCEPTED}
        given = {_title(name): _checked(name, value) for name, value in (headers or {}).items()}
        return Request(
            method=method,
            target=target,
            headers=own | given,
            body=body,
            secrets=secrets_in(target.path, given, fields),
        )

    def _answer(self, request: Request, max_bytes: int, redirects: int) -> Answer:
        with on_errand(self._total):
            request, response = self._followed(request, redirects)
            try:
                start = self._start(request, response)
                with failing(start.asked):
                    body = self._whole(start, response, max_bytes)
                return Answer(**_fields(start), body=body)
            finally:
                response.close()

    def _start(self, request: Request, response: httpcore2.Response) -> Answered:
        pairs = (
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers
        )
        url = request.target.url
        return Answered(
            status=response.status,
            url=url,
            headers=Headers(pairs),
            moved_to=url if request.moved else None,
            asked=request.asked(self._clock),
        )

    def _whole(self, start: Answered, response: httpcore2.Response, max_bytes: int) -> bytes:
        decoder = Decoder(start.headers.get("content-encoding", ""))
        body = bytearray()
        came = 0
        for data in response.iter_stream():
            came += len(data)
            for piece in decoder.pieces(data):
                body += piece
                if len(body) > max_bytes:
                    raise _too_large(start.asked, max_bytes)
            if came > max_bytes:
                raise _too_large(start.asked, max_bytes)
        decoder.end()
        return bytes(body)

    def _followed(self, request: Request, redirects: int) -> tuple[Request, httpcore2.Response]:
        """Send a request, and the ones that it is redirected to."""
        followed = 0
        while True:
            asked = request.asked(self._clock)
            with failing(asked):
                response = self._sent(request)
            location = _location(response)
            if redirects == 0 or response.status not in REDIRECTED or not location:
                return request, response
            response.close()
            followed += 1
            if followed > redirects:
                raise asked.failed(f"redirected more than {redirects} times")
            request = _next(request, join(request.target, location), response.status, asked)

    def _sent(self, request: Request) -> httpcore2.Response:
        try:
            return self._send_once(request)
        except GONE_AT_ONCE:
            # The other side closes connections that it kept for long enough, perhaps just now.
            # What was sent on such a one had no effect; what may be asked twice is asked again.
            if request.method != "GET" or errand.get().connected:
                raise
            return self._send_once(request)

    def _send_once(self, request: Request) -> httpcore2.Response:
        target = request.target
        errand.get().connected = False
        scheme = "https" if target.secure else "http"
        sent = httpcore2.Request(
            request.method,
            httpcore2.URL(scheme=scheme, host=target.host, port=target.port, target=target.path),
            headers=[
                ("Host", target.authority),
                *request.headers.items(),
                *([("Content-Length", str(len(request.body)))] if request.method == "POST" else []),
            ],
            content=request.body,
            extensions={"timeout": self._timeouts},
        )
        return self._pool.handle_request(sent)


def _next(request: Request, target: Target, status: int, asked: Asked) -> Request:
    follows = request.redirected(target, status)
    if request.secrets and request.target.secure and not target.secure:
        raise asked.failed("redirected what carries credentials to an address without TLS")
    if follows.body and target.origin != request.target.origin:
        raise asked.failed("redirected what was sent to it to another machine")
    return follows


def _location(response: httpcore2.Response) -> str:
    found = [value for name, value in response.headers if name.lower() == b"location"]
    return found[0].decode("utf-8", "replace") if found else ""


def _fields(start: Answered) -> dict[str, Any]:
    return {
        name: getattr(start, name) for name in ("status", "url", "headers", "moved_to", "asked")
    }


def _body(json: Any, data: Mapping[str, str] | bytes | None) -> tuple[bytes, dict[str, str]]:
    if json is not None:
        return orjson.dumps(json), {"Content-Type": "application/json"}
    if isinstance(data, Mapping):
        return urlencode(data).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    return data or b"", {}


def _title(name: str) -> str:
    """Return a header's name in one spelling, so that a caller's own replaces ours."""
    return "-".join(part.capitalize() for part in name.split("-"))


def _checked(name: str, value: str) -> str:
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise Correctable(
            f"The value for the header {name} has characters that can't be sent.",
            code="header-refused",
            field=name,
            hint="Copy it anew, without line breaks and spaces around it.",
        )
    return value


def _too_large(asked: Asked, max_bytes: int) -> Remote:
    return asked.failed(f"sent more than {max_bytes:,} bytes, and was cut off")
