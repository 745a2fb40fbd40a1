"""Connections for web sockets, and servers that have to prove their name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from auscult.engine.kernel.clock import SystemClock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import AddressRefused, Network, Reach
from auscult.engine.kernel.http.testing import Asking, Certificate, Server, make_certificate

HERE = Reach(("127.0.0.0/8",))
Serve = Callable[..., Server]


def certificate(folder: Path, *names: str, days: int = 1) -> Certificate:
    return make_certificate(folder / "server.pem", *names, now=SystemClock().now(), days=days)


def ok(asking: Asking) -> None:
    asking.answer(b"ok")


def reason(network: Network, url: str) -> str:
    with network.client(timeout=5) as client, pytest.raises(Remote) as refused:
        client.get(url)
    with pytest.raises(Remote) as again:
        network.connect(url, timeout=5)
    assert again.value.message.partition(";")[0] == refused.value.message.partition(";")[0]
    return refused.value.message


def test_a_server_that_is_trusted(serve: Serve, tmp_path: Path) -> None:
    made = certificate(tmp_path, "lake.example", "127.0.0.1")
    server = serve(ok, made.server)
    network = Network(HERE, trust=made.trust, resolve=lambda host, port: ["127.0.0.1"])
    with network.client(timeout=5) as client:
        assert client.get(f"https://lake.example:{server.port}/").body == b"ok"
        assert client.get(server.url).body == b"ok"
        assert server.connections == 2
        assert client.get(server.url).body == b"ok"
        assert server.connections == 2


def test_a_certificate_signed_by_itself_is_refused(serve: Serve, tmp_path: Path) -> None:
    server = serve(ok, certificate(tmp_path, "127.0.0.1").server)
    said = f"127.0.0.1:{server.port}: its certificate was refused (self-signed certificate)"
    assert reason(Network(HERE), server.url).startswith(said)
    assert not server.asked


def test_a_certificate_for_another_name_is_refused(serve: Serve, tmp_path: Path) -> None:
    made = certificate(tmp_path, "lake.example")
    server = serve(ok, made.server)
    network = Network(HERE, trust=made.trust, resolve=lambda host, port: ["127.0.0.1"])
    assert "certificate is not valid for" in reason(network, f"https://sea.example:{server.port}/")
    assert "Hostname mismatch" in reason(network, f"https://sea.example:{server.port}/")
    assert "IP address mismatch" in reason(network, server.url)
    assert not server.asked


def test_a_certificate_that_is_too_old_is_refused(serve: Serve, tmp_path: Path) -> None:
    made = certificate(tmp_path, "127.0.0.1", days=-1)
    server = serve(ok, made.server)
    assert "certificate has expired" in reason(Network(HERE, trust=made.trust), server.url)


def test_a_server_that_speaks_no_tls(serve: Serve) -> None:
    server = serve(ok)
    url = server.url.replace("http:", "https:")
    assert "it makes no secure connection" in reason(Network(HERE), url)


@pytest.mark.parametrize("secure", [False, True])
def test_a_connection_carries_bytes(serve: Serve, tmp_path: Path, secure: bool) -> None:
    made = certificate(tmp_path, "127.0.0.1")

    def upgrade(asking: Asking) -> bool:
        asking.send(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        while data := asking.socket.recv(1 << 20):
            asking.send(data.upper())
        return False

    server = serve(upgrade, made.server if secure else None)
    network = Network(HERE, trust=made.trust)
    connection = network.connect(server.url.replace("http", "ws") + "/subscribe", timeout=5)
    assert connection.host == f"127.0.0.1:{server.port}"
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connection.recv(1 << 16).startswith(b"HTTP/1.1 101")
    connection.sendall(b"x" * 3_000_000)
    came = 0
    while came < 3_000_000:
        came += len(connection.recv(1 << 16))
    connection.settimeout(0.05)
    with pytest.raises(TimeoutError):
        connection.recv(1)
    connection.settimeout(5)
    connection.sendall(b"still there")
    assert connection.recv(100) == b"STILL THERE"
    connection.close()
    connection.close()
    with pytest.raises(Remote, match="the connection was cut"):
        connection.recv(1)
    with pytest.raises(Remote, match="the connection was cut"):
        connection.sendall(b"x")


def test_closing_ends_a_wait_in_another_thread(serve: Serve) -> None:
    def quiet(asking: Asking) -> bool:
        asking.over.wait(20)
        return False

    connection = Network(HERE).connect(serve(quiet).url, timeout=60)
    came: list[bytes] = []

    def wait() -> None:
        try:
            came.append(connection.recv(1))
        except Remote:
            came.append(b"")

    waiting = threading.Thread(target=wait)
    waiting.start()
    connection.close()
    waiting.join(20)
    assert came == [b""]


def test_a_connection_goes_through_the_guard(serve: Serve) -> None:
    server = serve(ok)
    for url in ("ws://127.0.0.1/", "wss://10.0.0.1/x", f"ws://127.0.0.1:{server.port}/"):
        with pytest.raises(AddressRefused, match="AUSCULT_REACH"):
            Network().connect(url, timeout=5)
    with pytest.raises(AddressRefused, match=r"leads to 127\.0\.0\.1"):
        Network(resolve=lambda host, port: ["127.0.0.1"]).connect("wss://x.example/", timeout=5)
    with pytest.raises(AddressRefused, match="doesn't begin with https://"):
        Network(HERE).connect(f"tcp://127.0.0.1:{server.port}/", timeout=5)
    assert server.connections == 0


def test_nobody_listens(serve: Serve) -> None:
    server = serve(ok)
    server.stop()
    with pytest.raises(
        Remote, match=r"it can't be reached \(Connection refused\); asked was a con"
    ):
        Network(HERE).connect(f"ws://127.0.0.1:{server.port}/?token=abc", timeout=5)


def test_an_address_of_the_sixth_version(serve: Serve) -> None:
    try:
        server = serve(ok, host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    network = Network(Reach(("::1",)), resolve=lambda host, port: ["::1"])
    with network.client(timeout=5) as client:
        assert client.get(server.url).url == f"http://[::1]:{server.port}/"
        assert client.get(f"http://six.example:{server.port}/").body == b"ok"
    assert server.asked[0].headers["host"] == f"[::1]:{server.port}"
    with Network().client() as client, pytest.raises(AddressRefused, match="this machine itself"):
        client.get(server.url)
