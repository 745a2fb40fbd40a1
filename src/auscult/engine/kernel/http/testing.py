"""A server for tests, on this machine: each request is handed to a function with its raw socket.

What a well-behaved server never does (half an answer, bytes that drip, headers without end)
takes one line here, and the connection is a real one.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PATIENCE = 20.0  # seconds after which a test that hangs fails


@dataclass
class Asking:
    """One request that came, and the socket to answer it on.

    Attributes
    ----------
    socket : socket.socket
        Over TLS, where the server is.
    head : str
        Request line and headers.
    body : bytes
    over : threading.Event
        Set when the server stops; a handler that waits waits for it.
    """

    socket: socket.socket
    head: str
    body: bytes
    over: threading.Event

    @property
    def path(self) -> str:
        """Return what was asked for, with its query."""
        return self.head.split(" ", 2)[1]

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers, by name in lower case."""
        lines = (line.partition(": ") for line in self.head.split("\r\n")[1:])
        return {name.lower(): text for name, _, text in lines}

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def answer(
        self, body: bytes = b"", status: str = "200 OK", headers: Mapping[str, str] | None = None
    ) -> None:
        """Send a whole answer."""
        given = {"Content-Length": str(len(body)), **(headers or {})}
        lines = "".join(f"{name}: {text}\r\n" for name, text in given.items() if text)
        self.send(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body)

    def redirect(self, location: str, status: int = 302) -> None:
        """Send to elsewhere."""
        self.answer(status=f"{status} Elsewhere", headers={"Location": location})


# Answers a request; False ends its connection.
Handler: TypeAlias = Callable[[Asking], bool | None]


class Server:
    """Answers connections, each in a thread of its own, until it is stopped.

    Attributes
    ----------
    url : str
        Its address, without a slash at the end.
    port : int
    asked : list of Asking
        The requests that came.
    connections : int
        How many were made to it.
    """

    def __init__(
        self, handler: Handler, tls: ssl.SSLContext | None = None, *, host: str = "127.0.0.1"
    ) -> None:
        self._handler = handler
        self._tls = tls
        self._over = threading.Event()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listening = socket.create_server((host, 0), family=family)
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.port: int = self._listening.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http{'s' if tls else ''}://{shown}:{self.port}"
        self.asked: list[Asking] = []
        self.connections = 0
        self._threads[0].start()

    def stop(self) -> None:
        """End it, with all connections; may be called again."""
        self._over.set()
        for one in (self._listening, *self._open):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(PATIENCE)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                came, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(came)
            self._threads.append(threading.Thread(target=self._serve, args=(came,), daemon=True))
            self._threads[-1].start()

    def _serve(self, came: socket.socket) -> None:
        with contextlib.suppress(OSError), came:
            came.settimeout(PATIENCE)
            if self._tls is None:
                self._converse(came)
                return
            with self._tls.wrap_socket(came, server_side=True) as secured:
                self._open.append(secured)
                self._converse(secured)

    def _converse(self, came: socket.socket) -> None:
        while (asking := self._read(came)) is not None:
            self.asked.append(asking)
            if self._handler(asking) is False:
                return

    def _read(self, came: socket.socket) -> Asking | None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = came.recv(65536)
            if not piece:
                return None
            data += piece
            if data.startswith(b"\x16\x03"):  # somebody speaks TLS to a server that doesn't
                came.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return None
        head, _, body = data.partition(b"\r\n\r\n")
        asking = Asking(came, head.decode(), body, self._over)
        while len(asking.body) < int(asking.headers.get("content-length", 0)):
            asking.body += came.recv(65536)
        return asking


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that is signed by itself, in a file with its key."""

    file: Path

    @property
    def server(self) -> ssl.SSLContext:
        """Return what a server needs to show it."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file)
        return context

    @property
    def trust(self) -> ssl.SSLContext:
        """Return what trusts it, and nothing else."""
        return ssl.create_default_context(cafile=str(self.file))


def make_certificate(file: Path, *names: str, now: dt.datetime, days: int = 1) -> Certificate:
    """Write a certificate for names or addresses, valid until so many days after `now`."""
    key = ec.generate_private_key(ec.SECP256R1())
    itself = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a test")])
    alternatives = x509.SubjectAlternativeName([_name(one) for one in names])
    made = (
        x509.CertificateBuilder()
        .subject_name(itself)
        .issuer_name(itself)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=10))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(alternatives, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return Certificate(file)


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
