"""Addresses of the web, read strictly: what can be read in two ways isn't read at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

import idna

from auscult.engine.kernel.http.errors import AddressRefused
from auscult.engine.kernel.http.redact import shown
from auscult.engine.kernel.words import gettext as _

PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
SECURE = {"https", "wss"}
LONGEST = 8_000  # characters of an address; servers refuse longer ones

# Ports of other services, which browsers don't speak HTTP to either (WHATWG Fetch, "bad port").
OTHER_PORTS = frozenset({
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389,
    427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636,
    989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665,
    6666, 6667, 6668, 6669, 6679, 6697, 10080,
})  # fmt: skip

Value: TypeAlias = str | int | float
Params: TypeAlias = Mapping[str, Value | Sequence[Value] | None]

_AUTHORITY = re.compile(r"(?:\[[^][]*\]|[^][:]*)(?::[0-9]*)?")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")
_NUMERIC = re.compile(r"(?:0[xX][0-9a-fA-F]*|[0-9]+)")
_HOST = re.compile(
    r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One address, in its parts.

    Attributes
    ----------
    scheme : str
        `http`, `https`, `ws` or `wss`.
    host : str
        Lower case, ASCII (IDNA), without a trailing dot; an IPv6 address without brackets.
    port : int
    path : str
        Percent-encoded, with the query; it starts with a slash.
    """

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)  # a secret may stand in it

    @property
    def secure(self) -> bool:
        """Whether it is reached over TLS."""
        return self.scheme in SECURE

    @property
    def origin(self) -> tuple[str, str, int]:
        """Whom credentials belong to."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Host and port, as the header Host has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The whole address."""
        return f"{self.scheme}://{self.authority}{self.path}"


def read_address(text: str, params: Params | None = None) -> Target:
    """Read an address.

    Parameters
    ----------
    text : str
        As a person, a feed or a server gave it.
    params : mapping, optional
        Added to its query; a None is left out, a sequence repeats its name.

    Raises
    ------
    AddressRefused
        It isn't one of the web, or can be read in more than one way.

    Examples
    --------
    >>> read_address(" https://Example.org./a b").url
    'https://example.org/a%20b'
    """
    text = text.strip()
    parts, port = _parts(text)
    if parts.scheme not in PORTS:
        raise _not_one(text, _("it doesn't begin with https:// or http://"))
    if "@" in parts.netloc:
        raise AddressRefused(
            _("'{address}' has a name or a password before its host.").format(address=shown(text)),
            hint=_("Write the address without them."),
        )
    if not _AUTHORITY.fullmatch(parts.netloc):
        raise _not_one(text, _("its host can be read in more than one way"))
    port = PORTS[parts.scheme] if port is None else port
    if port in OTHER_PORTS:
        raise AddressRefused(
            _("'{address}' names port {port}, at which no web server is.").format(
                address=shown(text), port=port
            ),
            hint=_("Write the address without the port, or with the right one."),
        )
    host = _host(parts.hostname or "", text, bracketed="[" in parts.netloc)
    query = "&".join(part for part in (parts.query, _query(params)) if part)
    path = _quoted(parts.path) or "/"
    return Target(
        scheme=parts.scheme,
        host=host,
        port=port,
        path=path + (f"?{_quoted(query)}" if query else ""),
    )


def _parts(text: str) -> tuple[SplitResult, int | None]:
    """Take an address apart; return its port beside, where it names one."""
    # Spaces inside are common in feeds, and have one meaning; in a host they are refused later.
    spaced = text.replace(" ", "%20")
    if len(text) > LONGEST or _FORBIDDEN.search(spaced):
        raise _not_one(text, _("it is too long, or holds characters that no address has"))
    try:
        parts = urlsplit(spaced)
        port = parts.port
    except ValueError as error:
        raise _not_one(text, str(error)) from error
    return parts, port


def join(base: Target, location: str) -> Target:
    """Return where a redirect from an address leads.

    Raises
    ------
    AddressRefused
        It leads to no address of the web.
    """
    try:
        return read_address(urljoin(base.url, location.strip()))
    except ValueError as error:  # an address with half a bracket
        raise _not_one(location, str(error)) from error


def _host(host: str, text: str, *, bracketed: bool) -> str:
    if bracketed:
        try:
            # One with a zone (fe80::1%eth0) is of this machine's own links.
            return str(IPv6Address("" if "%" in host else host))
        except ValueError:
            raise _not_one(text, _("there is no IPv6 address between its brackets")) from None
    host = host.rstrip(".") if not host.endswith("..") else ""
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise _not_one(text, _("its host is no name: {error}").format(error=error)) from error
    if not name or len(name) > 253 or not _HOST.fullmatch(name):
        raise _not_one(text, _("it has no host, or one that can't be a name"))
    if _NUMERIC.fullmatch(name.rpartition(".")[2]):
        return _in_numbers(name, text)
    return name


def _in_numbers(name: str, text: str) -> str:
    """Return an IPv4 address in its usual spelling; others (0x7f.1, 2130706433) are refused."""
    try:
        return str(IPv4Address(name))
    except ValueError:
        raise AddressRefused(
            _("'{address}' has an address in an unusual spelling for its host.").format(
                address=shown(text)
            ),
            hint=_("Write its name, or four decimal numbers with dots between them."),
        ) from None


def _query(params: Params | None) -> str:
    given = {name: value for name, value in (params or {}).items() if value is not None}
    return urlencode(given, doseq=True)


def _quoted(part: str) -> str:
    return quote(part, safe="/?:@!$&'()*+,;=-._~%[]|")


def _not_one(text: str, why: str) -> AddressRefused:
    return AddressRefused(
        _("'{address}' is no address that can be reached: {why}.").format(
            address=shown(text), why=why
        ),
        code="address-malformed",
        hint=_("Write it as in a browser, for example https://example.org/news."),
    )
