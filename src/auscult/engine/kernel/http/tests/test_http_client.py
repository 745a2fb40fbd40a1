"""Asking over HTTP: what comes back, and how little another machine can do to this one."""

from __future__ import annotations

import gzip
import threading
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

import pytest

from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Client, Network, Reach
from auscult.engine.kernel.http.testing import Asking, Handler, Server

HERE = Reach(("127.0.0.0/8",))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MEBIBYTE = 1 << 20
Serve = Callable[[Handler], Server]


def zeros(mebibytes: int) -> bytes:
    """One gzip member of so many MiB of zeros, made from one that repeats (about 1 KiB each)."""
    packing = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packing.compress(bytes(MEBIBYTE)) + packing.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + block * mebibytes


def test_a_page_is_fetched(serve: Serve, client: Client) -> None:
    server = serve(lambda asking: asking.answer(b"hello", headers={"ETag": '"1"'}))
    answer = client.get(f"{server.url}/news", params={"page": 2}, headers={"accept": "text/html"})
    assert (answer.status, answer.text(), answer.headers["etag"]) == (200, "hello", '"1"')
    assert (answer.url, answer.moved_to) == (f"{server.url}/news?page=2", None)
    assert answer.raise_for_status() is answer
    sent = server.asked[0].headers
    assert server.asked[0].head.startswith("GET /news?page=2 HTTP/1.1\r\n")
    assert sent["host"] == f"127.0.0.1:{server.port}"
    assert sent["user-agent"].startswith("Auscult/")
    assert sent["user-agent"].endswith(" (+https://lake.example)")
    assert sent["accept-encoding"] == "gzip, deflate"
    assert sent["accept"] == "text/html"


def test_values_and_forms_are_sent(serve: Serve, client: Client) -> None:
    server = serve(lambda asking: asking.answer(b'\xef\xbb\xbf{"ok":true}'))
    assert client.post(f"{server.url}/a", json={"ä": [1]}).json() == {"ok": True}
    client.post(f"{server.url}/b", data={"a": "1 2", "b": "&"})
    client.post(f"{server.url}/c", data=b"\0raw", headers={"Content-Type": "application/cbor"})
    client.post(f"{server.url}/d")
    kinds = [asking.headers.get("content-type") for asking in server.asked]
    assert kinds == [
        "application/json",
        "application/x-www-form-urlencoded",
        "application/cbor",
        None,
    ]
    bodies = [asking.body for asking in server.asked]
    assert bodies == ['{"ä":[1]}'.encode(), b"a=1+2&b=%26", b"\0raw", b""]
    assert server.connections == 1


PLAIN = b"On Monday the clinic opens. " * 1000
CODED = {
    "gzip": gzip.compress(PLAIN, mtime=0),
    "x-gzip": gzip.compress(PLAIN, mtime=0),
    "deflate": zlib.compress(PLAIN),
    "Deflate": zlib.compress(PLAIN, wbits=-zlib.MAX_WBITS),
    "identity": PLAIN,
    "": PLAIN,
}
MEMBERS = (
    gzip.compress(PLAIN[:9000], mtime=0)
    + gzip.compress(b"", mtime=0)
    + gzip.compress(PLAIN[9000:], mtime=0)
)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [*CODED.items(), ("gzip", MEMBERS), ("gzip", CODED["gzip"] + b"\0" * 512), ("GZIP ", MEMBERS)],
)
def test_bodies_are_decompressed(serve: Serve, client: Client, encoding: str, body: bytes) -> None:
    server = serve(lambda asking: asking.answer(body, headers={"Content-Encoding": encoding}))
    assert client.get(server.url).body == PLAIN
    with client.stream(server.url) as stream:
        assert b"".join(stream.chunks()) == PLAIN


@pytest.mark.parametrize(
    ("encoding", "body", "said"),
    [
        ("br", b"x", "encoded as 'br', which was not asked for"),
        ("zstd", b"x", "encoded as 'zstd', which was not asked for"),
        ("gzip, gzip", b"x", "encoded as 'gzip, gzip', which was not asked for"),
        ("gzip", CODED["gzip"][:-20], "ended in the middle"),
        ("deflate", CODED["deflate"][:40], "ended in the middle"),
        ("gzip", b"plain text", "can't be decompressed"),
        ("gzip", CODED["gzip"][:50] + b"\xff" * 50, "can't be decompressed"),
        ("gzip", gzip.compress(b"", mtime=0) * 10_002, "compressed in more than 10,000 parts"),
    ],
)
def test_bodies_that_cannot_be_read(
    serve: Serve, client: Client, encoding: str, body: bytes, said: str
) -> None:
    server = serve(lambda asking: asking.answer(body, headers={"Content-Encoding": encoding}))
    with pytest.raises(Remote, match=said):
        client.get(server.url)
    with pytest.raises(Remote, match=said), client.stream(server.url) as stream:
        list(stream.chunks())


def test_chunks_are_put_together(serve: Serve, client: Client) -> None:
    chunked = b"5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n"
    server = serve(
        lambda asking: asking.send(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked
        )
    )
    assert client.get(server.url).body == b"hello world"
    assert client.get(server.url).body == b"hello world"
    assert server.connections == 1


# What another machine can do to this one.


def test_a_bomb_stops_at_the_limit_with_little_memory(serve: Serve, client: Client) -> None:
    bomb = zeros(1024)  # 1 GiB in about 1 MiB
    assert len(bomb) < 2 * MEBIBYTE
    server = serve(lambda asking: asking.answer(bomb, headers={"Content-Encoding": "gzip"}))
    tracemalloc.start()
    try:
        with pytest.raises(Remote, match="sent more than 3,145,728 bytes, and was cut off"):
            client.get(server.url, max_bytes=3 * MEBIBYTE)
        _, most = tracemalloc.get_traced_memory()
        assert most < 8 * MEBIBYTE
        tracemalloc.reset_peak()
        with client.stream(server.url) as stream:
            sizes = {len(piece) for piece, _ in zip(stream.chunks(), range(2000), strict=False)}
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert max(sizes) <= 64 * 1024
    assert most < 4 * MEBIBYTE


def test_a_body_without_end_stops_at_the_limit(serve: Serve, client: Client) -> None:
    def pour(asking: Asking) -> bool:
        asking.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while not asking.over.is_set():
            asking.send(b"x" * 65536)
        return False

    with pytest.raises(Remote, match="sent more than 10,485,760 bytes"):
        client.get(serve(pour).url)


def test_a_length_over_the_limit_is_not_waited_for(serve: Serve, client: Client) -> None:
    server = serve(
        lambda asking: asking.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
    )
    with pytest.raises(Remote, match="wants to send 99,999,999 bytes; 10,485,760 are allowed"):
        client.get(server.url)


def test_slow_bytes_end_at_the_total_time(serve: Serve) -> None:
    def drip(asking: Asking) -> bool:
        asking.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not asking.over.wait(0.02):
            asking.send(b"x")
        return False

    def drip_headers(asking: Asking) -> bool:
        asking.send(b"HTTP/1.1 200 OK\r\nX: ")
        while not asking.over.wait(0.02):
            asking.send(b"x")
        return False

    def drip_continues(asking: Asking) -> bool:
        while not asking.over.wait(0.02):
            asking.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        return False

    for handler in (drip, drip_headers, drip_continues):
        server = serve(handler)
        began = monotonic()
        hurried = Network(HERE).client(timeout=5, total=0.4)
        with hurried, pytest.raises(Remote, match="took too long in all"):
            hurried.get(server.url)
        assert monotonic() - began < 4


def test_silence_ends_at_the_timeout(serve: Serve) -> None:
    def quiet(asking: Asking) -> bool:
        asking.over.wait(20)
        return False

    def quiet_in_the_middle(asking: Asking) -> bool:
        asking.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
        asking.over.wait(20)
        return False

    with Network(HERE).client(timeout=0.2) as hurried:
        for handler in (quiet, quiet_in_the_middle):
            with pytest.raises(
                Remote, match=r"127.0.0.1:\d+: didn't answer in time; asked was GET /x"
            ):
                hurried.get(serve(handler).url + "/x")
        silent = serve(quiet_in_the_middle).url
        with pytest.raises(Remote, match="didn't answer in time"), hurried.stream(silent) as stream:
            list(stream.chunks())


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Len",
        b"",
    ],
)
def test_a_cut_is_an_error(serve: Serve, client: Client, answer: bytes) -> None:
    def cut(asking: Asking) -> bool:
        asking.send(answer)
        return False

    server = serve(cut)
    with pytest.raises(Remote, match=r"answered what is not HTTP|was cut") as failed:
        client.get(server.url)
    assert not failed.value.permanent
    with pytest.raises(Remote), client.stream(server.url) as stream:
        list(stream.chunks())


@pytest.mark.parametrize(
    "start",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"220 mail.example ESMTP\r\n\r\n",
        b"hello",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_what_is_not_http(serve: Serve, client: Client, start: bytes) -> None:
    def answer(asking: Asking) -> bool:
        asking.send(start)
        return False

    with pytest.raises(Remote, match="answered what is not HTTP"):
        client.get(serve(answer).url)


def test_headers_without_end(serve: Serve, client: Client) -> None:
    def pour(asking: Asking) -> bool:
        asking.send(b"HTTP/1.1 200 OK\r\n")
        while not asking.over.is_set():
            asking.send(b"X-More: and more\r\n" * 100)
        return False

    with pytest.raises(Remote, match="answered what is not HTTP"):
        client.get(serve(pour).url)


def test_nobody_is_there(serve: Serve, client: Client) -> None:
    server = serve(lambda asking: None)
    server.stop()
    with pytest.raises(Remote, match=r"can't be reached \(Connection refused\)"):
        client.get(server.url)


def test_a_name_without_an_address() -> None:
    def resolve(host: str, port: int) -> list[str]:
        return []

    client = Network(resolve=resolve).client()
    with client, pytest.raises(Remote, match=r"nowhere.example: it can't be reached \(its name"):
        client.get("http://nowhere.example/")


# Connections that are kept.


def test_a_connection_that_was_closed_meanwhile_is_opened_again(
    serve: Serve, client: Client
) -> None:
    def answer_once(asking: Asking) -> bool:
        asking.answer(b"ok")
        return False

    server = serve(answer_once)
    for _ in range(9):
        assert client.get(server.url).body == b"ok"
    assert server.connections >= 9


def test_a_connection_that_is_closed_in_the_act(serve: Serve, client: Client) -> None:
    """The server takes a second request, and goes without a word: a GET is asked once more."""

    def tire(asking: Asking) -> bool | None:
        tired = any(one.socket is asking.socket for one in server.asked[:-1])
        if tired:
            return False
        asking.answer(b"ok")
        return None

    server = serve(tire)
    assert client.get(f"{server.url}/1").body == b"ok"
    assert client.get(f"{server.url}/2").body == b"ok"
    assert [asking.path for asking in server.asked] == ["/1", "/2", "/2"]
    with pytest.raises(Remote):  # what isn't safe to ask twice isn't asked twice
        client.post(f"{server.url}/3")
    assert [asking.path for asking in server.asked[3:]] == ["/3"]


def test_many_threads_share_a_client(serve: Serve, client: Client) -> None:
    server = serve(lambda asking: asking.answer(asking.path.encode()))
    wrong: list[object] = []

    def ask(number: int) -> None:
        for turn in range(20):
            path = f"/{number}/{turn}"
            if client.get(server.url + path).body != path.encode():
                wrong.append(path)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not wrong
    assert len(server.asked) == 160
    assert server.connections <= 8


def test_closing_ends_what_waits_in_another_thread(serve: Serve) -> None:
    waiting = threading.Event()

    def quiet(asking: Asking) -> bool:
        waiting.set()
        asking.over.wait(20)
        return False

    client = Network(HERE).client(timeout=60)
    failed: list[Exception] = []

    def ask() -> None:
        try:
            client.get(server.url)
        except Remote as error:
            failed.append(error)

    server = serve(quiet)
    asking = threading.Thread(target=ask)
    asking.start()
    assert waiting.wait(20)
    client.close()
    asking.join(20)
    assert not asking.is_alive()
    assert len(failed) == 1
    with pytest.raises(Remote, match="it was closed from here"):
        client.get(server.url)


def test_a_stream_hands_out_what_comes_when_it_comes(serve: Serve, client: Client) -> None:
    taken = threading.Semaphore(0)

    def events(asking: Asking) -> bool:
        asking.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for number in range(5):
            asking.send(b"data: %d\n\n" % number)
            assert taken.acquire(timeout=20)  # the next one only when this one has been read
        return False

    server = serve(events)
    with client.stream(f"{server.url}/events", headers={"Accept": "text/event-stream"}) as stream:
        assert stream.raise_for_status().headers["content-type"] == "text/event-stream"
        said = []
        for chunk in stream.chunks():
            said.append(chunk)
            assert client.get(serve(lambda asking: asking.answer(b"beside")).url).body == b"beside"
            taken.release()
    assert said == [b"data: %d\n\n" % number for number in range(5)]
    assert server.asked[0].headers["accept-encoding"] == "identity"
