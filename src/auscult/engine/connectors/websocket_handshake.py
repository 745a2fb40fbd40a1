"""The handshake of a web socket: an HTTP request whose answer turns into a stream."""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidMessage, InvalidStatus
from websockets.http11 import Response
from websockets.uri import parse_uri

from auscult.engine.kernel.clock import SystemClock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Answer, Connection, Headers, read_address, shown
from auscult.engine.kernel.http.answers import Asked
from auscult.engine.kernel.http.redact import secrets_in

PIECE = 1 << 16
LONGEST = 1 << 20  # bytes that an answer may have, with a body that says why it refuses
HEAD_ENDS = b"\r\n\r\n"


class Refused(Remote):
    """The other side answered the handshake with a status of HTTP and its reason.

    Attributes
    ----------
    answer : Answer
        `status`, `headers`, and `body` (`json()`, `text()`).
    """

    def __init__(self, error: Remote, answer: Answer) -> None:
        super().__init__(
            error.message,
            permanent=error.permanent,
            retry_after=error.retry_after,
            needs_login=error.needs_login,
        )
        self.answer = answer


def shake_hands(
    url: str, connection: Connection, headers: Mapping[str, str], *, within: float
) -> bytes:
    """Turn a connection into a stream; return what came of the stream already.

    Parameters
    ----------
    url : str
    connection : Connection
    headers : mapping
        Sent besides those of the protocol.
    within : float
        Seconds.

    Raises
    ------
    Refused
        The other side answered with another status than 101.
    Remote
        It doesn't speak the protocol, or not in time.
    """
    target = read_address(url)
    asked = Asked(
        method="a stream of",
        host=target.authority,
        what=shown(target.path),
        secrets=secrets_in(target.path, headers),
        at=SystemClock().now(),  # of use only where a server gives a date, and not its own time
    )
    protocol = ClientProtocol(parse_uri(target.url))
    request = protocol.connect()
    request.headers.update(headers)
    protocol.send_request(request)
    connection.sendall(b"".join(protocol.data_to_send()))
    rest = _answered(protocol, connection, asked, within)
    failure = protocol.handshake_exc
    if isinstance(failure, InvalidStatus):
        raise _refused(failure.response, url, asked)
    if failure is not None:
        why = failure.__cause__ if isinstance(failure, InvalidMessage) else failure
        raise asked.failed(f"doesn't answer as a stream does: {why}")
    return rest


def _answered(
    protocol: ClientProtocol, connection: Connection, asked: Asked, within: float
) -> bytes:
    """Hand the answer to the protocol, and return what follows it."""
    until = monotonic() + within
    came = bytearray()
    fed = False
    while not fed or not _decided(protocol):
        data = _received(connection, until, asked)
        came += data
        if len(came) > LONGEST:
            raise asked.failed(f"answered with more than {LONGEST:,} bytes, and no stream")
        if fed:
            protocol.receive_data(data) if data else protocol.receive_eof()
        elif HEAD_ENDS in came or not data:
            fed = True
            head, end, body = bytes(came).partition(HEAD_ENDS)
            protocol.receive_data(head + end)
            if _opened(protocol):
                return body
            protocol.receive_data(body)
            if not data:
                protocol.receive_eof()
    return b""


def _decided(protocol: ClientProtocol) -> bool:
    return protocol.handshake_exc is not None or _opened(protocol)


def _opened(protocol: ClientProtocol) -> bool:
    return protocol.state.name == "OPEN"


def _received(connection: Connection, until: float, asked: Asked) -> bytes:
    left = until - monotonic()
    late = asked.failed("didn't answer in time")
    if left <= 0:
        raise late
    try:
        connection.settimeout(left)
        return connection.recv(PIECE)
    except TimeoutError:
        raise late from None


def _refused(response: Response, url: str, asked: Asked) -> Refused:
    answer = Answer(
        status=response.status_code,
        url=url,
        headers=Headers(response.headers.raw_items()),
        asked=asked,
        body=bytes(response.body),
    )
    try:
        answer.raise_for_status()
    except Remote as error:
        return Refused(error, answer)
    return Refused(
        asked.failed(f"answered {answer.status}, and didn't open a stream", permanent=True), answer
    )
