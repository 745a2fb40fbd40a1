"""The network as it is passed to whoever needs it."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from random import Random

import certifi

from auscult.engine.kernel.clock import Clock, SystemClock
from auscult.engine.kernel.http.addresses import read_address
from auscult.engine.kernel.http.answers import Asked
from auscult.engine.kernel.http.backend import Backend, hang_up
from auscult.engine.kernel.http.client import Client
from auscult.engine.kernel.http.failures import failing
from auscult.engine.kernel.http.guard import Guard, Resolve, resolve_by_system
from auscult.engine.kernel.http.ranges import Reach
from auscult.engine.kernel.http.redact import shown

TOTAL = 120.0  # seconds that one request may take in all


def user_agent(contact: str = "") -> str:
    """Return how this program names itself to others, with the address of who runs it."""
    return f"Auscult/{version('auscult')}" + (f" (+{contact})" if contact else "")


@cache
def trusted() -> ssl.SSLContext:
    """Return what proves a server's name: this system's authorities, else Mozilla's."""
    paths = ssl.get_default_verify_paths()
    kept = any(one and Path(one).exists() for one in (paths.cafile, paths.capath))
    return ssl.create_default_context(cafile=None if kept else certifi.where())


class Connection:
    """One open connection, for what isn't HTTP; over TLS where its address says so.

    Attributes
    ----------
    host : str
        Whom it leads to, with the port where it isn't the usual one.
    """

    def __init__(self, opened: socket.socket, asked: Asked) -> None:
        self._socket = opened
        self._asked = asked
        self.host = asked.host

    def recv(self, size: int) -> bytes:
        """Return what came, at most so much; nothing when the other side is done.

        Raises
        ------
        TimeoutError
            Nothing came within the timeout; the connection stays usable.
        Remote
            It was cut.
        """
        try:
            return self._socket.recv(size)
        except TimeoutError:
            raise
        except OSError as error:
            raise self._asked.failed("the connection was cut") from error

    def sendall(self, data: bytes) -> None:
        """Send all of it.

        Raises
        ------
        Remote
            The connection was cut, or the other side took nothing for too long.
        """
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise self._asked.failed("the connection was cut") from error

    def settimeout(self, seconds: float | None) -> None:
        """Let `recv` and `sendall` wait at most so long; None: without end."""
        self._socket.settimeout(seconds)

    def close(self) -> None:
        """End it, also for another thread that waits; may be called again."""
        hang_up(self._socket)
        self._socket.close()


class Network:
    """Reaches other machines, within the limits that its owner set.

    Parameters
    ----------
    reach : Reach
        What is allowed besides the public Internet.
    random : Random, optional
        For jitter; a seeded one makes tests repeatable.
    user_agent : str
        How requests name their sender.
    clock : Clock, optional
        For dates in `Retry-After`.
    resolve : callable, optional
        A name and a port to addresses; the system's resolver when not given.
    trust : ssl.SSLContext, optional
        What proves a server's name; the system's authorities when not given.
    """

    def __init__(
        self,
        reach: Reach = Reach(),  # noqa: B008 - a frozen value
        *,
        random: Random | None = None,
        user_agent: str = user_agent(),
        clock: Clock | None = None,
        resolve: Resolve = resolve_by_system,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self.reach = reach
        self.random = random or Random()  # noqa: S311 - for pauses, not for keys
        self.user_agent = user_agent
        self._clock = clock or SystemClock()
        self._guard = Guard(reach, resolve)
        self._trust = trust or trusted()

    def client(self, *, timeout: float = 30.0, total: float = TOTAL) -> Client:
        """Return a client of its own connections.

        Parameters
        ----------
        timeout : float
            Seconds for connecting, and between two bytes.
        total : float
            Seconds for a whole answer with its redirects; of a stream, until it starts.
        """
        return Client(
            Backend(self._guard),
            trust=self._trust,
            user_agent=self.user_agent,
            clock=self._clock,
            timeout=timeout,
            total=total,
        )

    def check(self, url: str) -> None:
        """Hold an address to the guard without opening it.

        Raises
        ------
        AddressRefused
            It may not be reached. That its name leads nowhere is not said here.
        """
        target = read_address(url)
        with suppress(OSError):
            self._guard.addresses(target.host, target.port)

    def connect(self, url: str, *, timeout: float) -> Connection:
        """Open a connection to the host of an address (for a web socket).

        Parameters
        ----------
        url : str
            With `wss` or `https` it is one of TLS.
        timeout : float
            Seconds until it stands, and for each wait afterwards until `settimeout`.

        Raises
        ------
        AddressRefused
            The address may not be reached.
        Remote
            Nobody answers there, or not securely.
        """
        target = read_address(url)
        asked = Asked(
            method="a connection to",
            host=target.authority,
            what=shown(target.path),
            at=self._clock.now(),
        )
        with failing(asked):
            opened = self._guard.open(target.host, target.port, timeout)
            opened.settimeout(timeout)
            if target.secure:
                opened = self._secured(opened, target.host)
        return Connection(opened, asked)

    def _secured(self, opened: socket.socket, host: str) -> socket.socket:
        try:
            return self._trust.wrap_socket(opened, server_hostname=host)
        except BaseException:
            opened.close()
            raise
