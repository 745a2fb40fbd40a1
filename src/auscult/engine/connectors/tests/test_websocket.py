"""A stream over a real socket, with servers that behave, and that don't."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from ssl import SSLContext

import pytest
from websockets.frames import Close, Frame, Opcode
from websockets.http11 import Request, Response
from websockets.server import ServerProtocol
from websockets.sync.server import ServerConnection, serve

from auscult.engine.connectors import websocket_handshake
from auscult.engine.connectors.websocket import Ended, Refused, open_stream
from auscult.engine.kernel.clock import SystemClock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Network, Reach
from auscult.engine.kernel.http.testing import make_certificate

NETWORK = Network(Reach(("127.0.0.1",)))


@contextlib.contextmanager
def serving(
    handler: Callable[[ServerConnection], None],
    answer: Callable[[ServerConnection, Request], Response | None] | None = None,
    ssl: SSLContext | None = None,
) -> Iterator[str]:
    """Run a server of the library; give its address."""
    with serve(
        handler, "127.0.0.1", 0, process_request=answer, compression=None, ssl=ssl
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            scheme = "wss" if ssl else "ws"
            yield f"{scheme}://127.0.0.1:{server.socket.getsockname()[1]}/stream?cursor=1"
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def talking(script: Callable[[socket.socket], None]) -> Iterator[str]:
    """Accept one connection, read its request, and let a script do what it likes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            script(connection)

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        thread.join()
        listener.close()


def shaken(connection: socket.socket, and_then: bytes = b"") -> None:
    """Answer the handshake, with the first frames in the same piece."""
    protocol = ServerProtocol()
    while not (events := protocol.events_received()):
        protocol.receive_data(connection.recv(4096))
    request = events[0]
    assert isinstance(request, Request)
    protocol.send_response(protocol.accept(request))
    connection.sendall(b"".join(protocol.data_to_send()) + and_then)


def text(payload: bytes) -> bytes:
    return Frame(Opcode.TEXT, payload).serialize(mask=False)


def received(url: str, at_most: int = 10_000, **limits: float) -> list[bytes]:
    """Return so many messages, or all until the stream ends."""
    messages: list[bytes] = []
    with (
        open_stream(url, NETWORK, **limits) as stream,  # type: ignore[arg-type]
        contextlib.suppress(Ended),
    ):
        for gulp in stream.gulps():
            messages += gulp
            if len(messages) >= at_most:
                break
    return messages


def test_messages_come_in_order_text_and_binary_alike() -> None:
    def handler(connection: ServerConnection) -> None:
        for number in range(2_000):
            connection.send(f"é{number}" if number % 2 else f"é{number}".encode())

    with serving(handler) as url:
        assert received(url) == [f"é{number}".encode() for number in range(2_000)]


def test_messages_that_are_a_record_of_tls_each_come_as_fast_as_others(tmp_path: Path) -> None:
    made = make_certificate(tmp_path / "server.pem", "127.0.0.1", now=SystemClock().now())
    frames = [text(f"message {number}".encode()) for number in range(3_000)]

    def handler(connection: ServerConnection) -> None:
        for frame in frames:
            connection.socket.sendall(frame)
        connection.recv()

    begun = time.monotonic()
    with (
        serving(handler, ssl=made.server) as url,
        open_stream(url, Network(Reach(("127.0.0.1",)), trust=made.trust)) as stream,
    ):
        came = 0
        for gulp in stream.gulps():
            came += len(gulp)
            if came == len(frames):
                break
    # One a turn of the loop, which rests between its turns, would take a minute.
    assert time.monotonic() - begun < 10


def test_what_comes_with_the_handshake_is_not_lost() -> None:
    def script(connection: socket.socket) -> None:
        shaken(connection, text(b"one") + text(b"two")[:3])
        connection.sendall(text(b"two")[3:])
        connection.recv(1)

    with talking(script) as url:
        assert received(url, 2) == [b"one", b"two"]


def test_the_reason_of_a_close_is_told() -> None:
    def handler(connection: ServerConnection) -> None:
        connection.close(1008, "ConsumerTooSlow")

    with serving(handler) as url, open_stream(url, NETWORK) as stream:
        with pytest.raises(Ended, match=r"closed the stream: 1008.*ConsumerTooSlow") as caught:
            list(stream.gulps())
        assert (caught.value.code, caught.value.reason) == (1008, "ConsumerTooSlow")


def test_a_cut_is_told_after_what_came_before_it() -> None:
    def script(connection: socket.socket) -> None:
        shaken(connection, text(b"one") + text(b"two")[:3])

    with talking(script) as url, open_stream(url, NETWORK) as stream:
        gulps = stream.gulps()
        assert next(gulps) == [b"one"]
        with pytest.raises(Ended, match="without a word") as caught:
            list(gulps)
        assert caught.value.code == 1006


@pytest.mark.parametrize(
    ("status", "headers", "body", "expected"),
    [
        (400, {}, '{"error":"CursorTooOld","floor":17}', {"permanent": True}),
        (503, {"Retry-After": "7"}, "later", {"retry_after": 7.0, "permanent": False}),
        (429, {}, "", {"retry_after": None, "permanent": False}),
        (401, {}, "", {"needs_login": True}),
        (200, {}, "<html>", {"permanent": True}),
    ],
)
def test_a_refusal_is_an_answer_that_can_be_read(
    status: int, headers: dict[str, str], body: str, expected: dict[str, object]
) -> None:
    def answer(connection: ServerConnection, request: Request) -> Response:
        response = connection.respond(HTTPStatus(status), body)
        for name, value in headers.items():
            response.headers[name] = value
        return response

    with (
        serving(lambda connection: None, answer) as url,
        pytest.raises(Refused, match=str(status)) as caught,
        open_stream(url, NETWORK, headers={"Authorization": "Bearer secret"}),
    ):
        pass
    assert caught.value.answer.body == body.encode()
    assert {name: getattr(caught.value, name) for name in expected} == expected


def test_pings_are_answered_and_the_own_header_is_sent() -> None:
    seen: list[str | bool] = []

    def handler(connection: ServerConnection) -> None:
        assert connection.request is not None
        seen.append(connection.request.headers["X-Own"])
        seen.append(connection.ping().wait(10))
        connection.send("done")

    with serving(handler) as url, open_stream(url, NETWORK, headers={"X-Own": "1"}) as stream:
        for gulp in stream.gulps():
            if gulp:
                break
    assert seen == ["1", True]


def silent(connection: socket.socket) -> None:
    shaken(connection)
    while connection.recv(4096):
        pass


def test_silence_without_even_a_pong_ends_the_stream() -> None:
    with (
        talking(silent) as url,
        open_stream(url, NETWORK, ping_after=0.1) as stream,
        pytest.raises(Remote, match="not even a ping"),
    ):
        list(stream.gulps())


def test_pongs_are_a_sign_of_life_but_no_messages() -> None:
    def handler(connection: ServerConnection) -> None:
        for _ in connection:
            pass

    with serving(handler) as url:
        with open_stream(url, NETWORK, silent_after=0.6, ping_after=0.1) as stream:
            begun = time.monotonic()
            with pytest.raises(Remote, match="sent nothing for"):
                list(stream.gulps())
        assert time.monotonic() - begun >= 0.6


def test_a_reader_that_was_busy_does_not_hold_it_against_the_other_side() -> None:
    def script(connection: socket.socket) -> None:
        shaken(connection, text(b"one"))
        connection.recv(1)

    with (
        talking(script) as url,
        open_stream(url, NETWORK, silent_after=0.5, ping_after=10) as stream,
    ):
        gulps = stream.gulps()
        assert next(gulps) == [b"one"]
        begun = time.monotonic()
        while time.monotonic() - begun < 0.6:  # busy for longer than silence may take
            pass
        assert next(gulps) == []


def test_garbage_is_told_and_what_came_before_it_is_kept() -> None:
    def script(connection: socket.socket) -> None:
        shaken(connection, text(b"one") + b"\xff\xff\xff\xff")
        connection.recv(1)

    with talking(script) as url, open_stream(url, NETWORK) as stream:
        gulps = stream.gulps()
        assert next(gulps) == [b"one"]
        with pytest.raises(Remote, match="can't be read as a stream"):
            next(gulps)


def test_a_message_that_is_too_large_is_not_taken_in() -> None:
    def handler(connection: ServerConnection) -> None:
        connection.send(b"x" * 1_001)
        connection.recv()

    with (
        serving(handler) as url,
        open_stream(url, NETWORK, max_size=1_000) as stream,
        pytest.raises(Remote, match=r"1,001 bytes, more than the 1,000"),
    ):
        list(stream.gulps())


@pytest.mark.parametrize("answer", [b"garbage\r\n\r\n", b"HTTP/1.1 101 Yes\r\n\r\n", b""])
def test_what_is_no_stream_is_named(answer: bytes) -> None:
    def script(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(answer)

    with talking(script) as url, pytest.raises(Remote, match="doesn't answer as a stream"):
        received(url)


def test_a_handshake_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket_handshake, "LONGEST", 5_000)

    def script(connection: socket.socket) -> None:
        connection.recv(4096)
        while True:
            connection.sendall(b"x" * 1_000)

    with talking(script) as url, pytest.raises(Remote, match="more than 5,000 bytes"):
        received(url)


def test_leaving_says_so() -> None:
    closes: list[Close | None] = []

    def handler(connection: ServerConnection) -> None:
        connection.send("one")
        for _ in connection:
            pass
        closes.append(connection.protocol.close_rcvd)

    with serving(handler) as url:
        assert received(url, 1) == [b"one"]
    assert closes
    assert closes[0] == Close(1000, "")
