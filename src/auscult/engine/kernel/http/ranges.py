"""Which addresses of the Internet Protocol are public, and which an owner allowed besides.

After the registries of special-purpose addresses (RFC 6890) that IANA keeps. Where a
registry calls a small block of a range global, the whole range is refused all the same: no
web server stands there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext_noop

Address: TypeAlias = IPv4Address | IPv6Address
Range: TypeAlias = IPv4Network | IPv6Network

# The first range that an address is in says what it is.
REFUSED_4 = [
    (IPv4Network(network), what)
    for network, what in (
        ("0.0.0.0/8", gettext_noop("of this network")),
        ("10.0.0.0/8", gettext_noop("that is private")),
        ("100.64.0.0/10", gettext_noop("of a carrier's own network")),
        ("127.0.0.0/8", gettext_noop("that is this machine itself")),
        ("168.63.129.16/32", gettext_noop("of a cloud's own services")),
        ("169.254.0.0/16", gettext_noop("that is link-local")),
        ("172.16.0.0/12", gettext_noop("that is private")),
        ("192.0.0.0/24", gettext_noop("that is reserved for protocols")),
        ("192.0.2.0/24", gettext_noop("for documentation")),
        ("192.88.99.0/24", gettext_noop("of a 6to4 relay")),
        ("192.168.0.0/16", gettext_noop("that is private")),
        ("198.18.0.0/15", gettext_noop("for benchmarks")),
        ("198.51.100.0/24", gettext_noop("for documentation")),
        ("203.0.113.0/24", gettext_noop("for documentation")),
        ("224.0.0.0/4", gettext_noop("that is multicast")),
        ("240.0.0.0/4", gettext_noop("that is reserved")),
    )
]
REFUSED_6 = [
    (IPv6Network(network), what)
    for network, what in (
        ("::/128", gettext_noop("of this network")),
        ("::1/128", gettext_noop("that is this machine itself")),
        ("64:ff9b:1::/48", gettext_noop("that is private")),
        ("fc00::/7", gettext_noop("that is private")),
        ("fe80::/10", gettext_noop("that is link-local")),
        ("fec0::/10", gettext_noop("that is private")),
        ("ff00::/8", gettext_noop("that is multicast")),
        ("2001::/32", gettext_noop("that is a Teredo tunnel")),
        ("2001::/23", gettext_noop("that is reserved for protocols")),
        ("2001:db8::/32", gettext_noop("for documentation")),
        ("3fff::/20", gettext_noop("for documentation")),
    )
]
GLOBAL_6 = IPv6Network("2000::/3")
MAPPED, NAT64, SIX_TO_FOUR = (
    IPv6Network("::ffff:0:0/96"),
    IPv6Network("64:ff9b::/96"),
    IPv6Network("2002::/16"),
)


def inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    bits = int(address)
    if address in MAPPED or address in NAT64:
        return IPv4Address(bits & 0xFFFFFFFF)
    if address in SIX_TO_FOUR:
        return IPv4Address(bits >> 80 & 0xFFFFFFFF)
    return address


def why_refused(address: Address) -> str:
    """Return what an address is when it isn't public; nothing when it is."""
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return "link-local"
    meant = inner(address)
    if isinstance(meant, IPv4Address):
        return next((what for network, what in REFUSED_4 if meant in network), "")
    found = next((what for network, what in REFUSED_6 if meant in network), "")
    return found or ("" if meant in GLOBAL_6 else "reserved")


@dataclass(frozen=True)
class Reach:
    """What may be reached besides the public Internet: the owner's exceptions.

    Parameters
    ----------
    allow : tuple of str
        Ranges (`10.1.0.0/16`), addresses (`10.1.2.3`), host names (`intranet.example`), and
        names with all that stands below them (`*.hospital.example`).

    Raises
    ------
    Correctable
        An entry is none of these.

    Examples
    --------
    >>> Reach(("10.0.0.0/8", "*.hospital.example")).names("wiki.hospital.example")
    True
    """

    allow: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for entry in self.allow:
            if _range(entry) is None and not _is_name(entry):
                raise Correctable(
                    f"'{entry}' is neither a range of addresses nor a host name.",
                    code="reach-refused",
                    field="AUSCULT_REACH",
                    hint="Write for example 10.1.0.0/16, 10.1.2.3, intranet.example or "
                    "*.hospital.example.",
                )

    @cached_property
    def _ranges(self) -> list[Range]:
        found = (_range(entry) for entry in self.allow)
        return [one for one in found if one is not None]

    def names(self, host: str) -> bool:
        """Tell whether a host is allowed by its name, whatever its addresses are."""
        return any(
            host.endswith(entry[1:]) if entry.startswith("*.") else host == entry
            for entry in (one.lower().rstrip(".") for one in self.allow)
        )

    def holds(self, address: Address) -> bool:
        """Tell whether an address is in an allowed range."""
        meant = inner(address)
        return any(meant in one or address in one for one in self._ranges)

    def refuses(self, addresses: Iterable[Address]) -> tuple[Address, str] | None:
        """Return the first address that is neither public nor allowed, and what it is."""
        for address in addresses:
            why = why_refused(address)
            if why and not self.holds(address):
                return address, why
        return None


def _range(entry: str) -> Range | None:
    try:
        return ip_network(entry, strict=False)
    except ValueError:
        return None


def _is_name(entry: str) -> bool:
    labels = entry.removeprefix("*.").rstrip(".").split(".")
    return (
        all(
            label and label.isascii() and label.replace("-", "").replace("_", "").isalnum()
            for label in labels
        )
        and not labels[-1].isdigit()
    )


def literal(host: str) -> Address | None:
    """Return the address that a host is, or None when it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None
