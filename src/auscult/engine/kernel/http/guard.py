"""The one door to other machines: names are resolved here, checked here, and connected here."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from time import monotonic
from typing import TypeAlias

from auscult.engine.kernel.http.errors import OWNERS_SWITCH, AddressRefused
from auscult.engine.kernel.http.ranges import Address, Reach, literal
from auscult.engine.kernel.words import gettext as _

# A name and a port to the addresses that the name has now.
Resolve: TypeAlias = Callable[[str, int], Sequence[str]]

SHORTEST_TRY = 2.0  # seconds for one of several addresses of a host


def resolve_by_system(host: str, port: int) -> list[str]:
    """Ask this machine's resolver (hosts file, DNS) for the addresses of a name.

    Raises
    ------
    OSError
        The name has no address, or nobody answers.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Guard:
    """Opens sockets, to public and allowed addresses only.

    A name is resolved once. Each address that it gives is checked, and the socket is
    connected to an address that was checked, so that a second answer of the DNS (rebinding)
    has nobody who listens to it.
    """

    def __init__(self, reach: Reach, resolve: Resolve = resolve_by_system) -> None:
        self._reach = reach
        self._resolve = resolve

    def addresses(self, host: str, port: int) -> list[Address]:
        """Return the addresses of a host, all of which may be reached.

        Raises
        ------
        AddressRefused
            One of them may not.
        OSError
            There are none.
        """
        given = literal(host)
        found = [given] if given else [ip_address(one) for one in self._resolve(host, port)]
        if not found:
            raise OSError("its name has no address")
        if given is None and self._reach.names(host):
            return found
        refused = self._reach.refuses(found)
        if refused:
            address, why = refused
            said = _("'{host}' is not reached: it is an address {what}, not a public one.")
            if given is None:
                said = _(
                    "'{host}' leads to {address}, which is not reached: it is an address {what},"
                    " not a public one."
                )
            raise AddressRefused(
                said.format(host=host, address=address, what=_(why)),
                hint=_(OWNERS_SWITCH),
            )
        return found

    def open(self, host: str, port: int, timeout: float) -> socket.socket:
        """Connect to a host.

        Raises
        ------
        AddressRefused
            It may not be reached.
        OSError
            It can't be; TimeoutError when nobody answers in time.
        """
        until = monotonic() + timeout
        addresses = self.addresses(host, port)
        failure: OSError = TimeoutError("nobody answered in time")
        for place, address in enumerate(addresses):
            left = until - monotonic()
            if left <= 0:
                break
            share = min(left, max(SHORTEST_TRY, left / (len(addresses) - place)))
            try:
                return _connected(address, port, share)
            except OSError as error:
                failure = error
        raise failure


def _connected(address: Address, port: int, timeout: float) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.settimeout(timeout)
        opened.connect((str(address), port))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A machine that vanished without a word is noticed, also where nothing is sent to it.
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    except BaseException:
        opened.close()
        raise
    return opened
