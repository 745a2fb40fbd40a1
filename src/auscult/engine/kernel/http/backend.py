"""The guard as the network of httpcore, and the time that one request has in all."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import weakref
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpcore2

from auscult.engine.kernel.http.guard import Guard


class TookTooLong(TimeoutError):
    """A request took longer than all of it may, though never silent for long."""


@dataclass(slots=True)
class Errand:
    """What one request may still take, and whether it needed a new connection."""

    until: float | None  # by the monotonic clock; None: without end
    connected: bool = False

    def left(self, timeout: float | None) -> float:
        """Return the seconds that the next step has.

        Raises
        ------
        TookTooLong
            None are left.
        """
        longest = 3600.0 if timeout is None else timeout
        if self.until is None:
            return longest
        left = self.until - monotonic()
        if left <= 0:
            raise TookTooLong
        return min(longest, left)


# A request and its steps are in one thread (or task), so each finds its own errand here;
# httpcore hands its backend timeouts of single steps alone.
errand: ContextVar[Errand] = ContextVar("errand")


@contextlib.contextmanager
def on_errand(seconds: float | None) -> Iterator[Errand]:
    """Give all that happens inside so many seconds together."""
    mine = Errand(None if seconds is None else monotonic() + seconds)
    token = errand.set(mine)
    try:
        yield mine
    finally:
        errand.reset(token)


class Line(httpcore2.NetworkStream):
    """One socket, with the errand's time."""

    def __init__(self, opened: socket.socket) -> None:
        self.socket = opened

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what there is, at most so much."""
        with _said(httpcore2.ReadTimeout, httpcore2.ReadError):
            self.socket.settimeout(errand.get().left(timeout))
            return self.socket.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it."""
        with _said(httpcore2.WriteTimeout, httpcore2.WriteError):
            self.socket.settimeout(errand.get().left(timeout))
            self.socket.sendall(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self.socket.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> Line:
        """Make the socket one of TLS, of a server that proved its name."""
        try:
            with _said(httpcore2.ConnectTimeout, httpcore2.ConnectError):
                self.socket.settimeout(errand.get().left(timeout))
                self.socket = ssl_context.wrap_socket(self.socket, server_hostname=server_hostname)
        except BaseException:
            self.socket.close()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        """Tell whether an idle socket has something to read: that it was closed."""
        return _readable(self.socket) if info == "is_readable" else None


class Backend(httpcore2.NetworkBackend):
    """Opens sockets through the guard, and can cut all of them."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._lines: weakref.WeakSet[Line] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._over = False

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,  # noqa: ARG002 - httpcore's signature
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> Line:
        """Connect to a host, if the guard lets it through."""
        mine = errand.get()
        mine.connected = True
        with _said(httpcore2.ConnectTimeout, httpcore2.ConnectError):
            self._refuse_when_over()
            line = Line(self._guard.open(host, port, mine.left(timeout)))
            with self._lock:
                self._lines.add(line)
            try:
                self._refuse_when_over()  # cut while it was opened
            except OSError:
                line.close()
                raise
        return line

    def cut(self) -> None:
        """End all connections, for good; who waits for one, in any thread, gets an error."""
        self._over = True
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            hang_up(line.socket)

    def _refuse_when_over(self) -> None:
        if self._over:
            raise OSError("it was closed from here")


def hang_up(opened: socket.socket) -> None:
    """End a connection, and with it every wait for it in other threads."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(opened, socket.SHUT_RDWR)


@contextlib.contextmanager
def _said(late: type[Exception], failed: type[Exception]) -> Iterator[None]:
    """Raise the errors of sockets as those that httpcore knows."""
    try:
        yield
    except TimeoutError as error:
        mine = errand.get()
        over = mine.until is not None and monotonic() >= mine.until
        raise late(TookTooLong() if over else error) from error
    except OSError as error:
        raise failed(error) from error


def _readable(opened: socket.socket) -> bool:
    if opened.fileno() < 0:
        return True
    waits = opened.gettimeout()
    try:
        opened.setblocking(False)  # noqa: FBT003 - the socket's own signature
        socket.socket.recv(opened, 1, socket.MSG_PEEK)
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:
        return True
    finally:
        with contextlib.suppress(OSError):
            opened.settimeout(waits)
    return True
