"""How the text of each setting is read: one function for each kind of value.

Each takes a setting's name and what it holds, and returns the value or raises `SettingRefused`,
which names what it may hold.
"""

from __future__ import annotations

import ipaddress
import re
import zoneinfo
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http import Reach
from auscult.engine.kernel.secrets import parse_keys

PREFIX = "AUSCULT_"
SMTP_SECURITY = ("starttls", "tls", "none")
LANGUAGES = ("en", "de")  # each has its catalogue in locale/, whole
FORMS = ("lines", "json")
# As `accounts.models.Role`, which can't be asked before these settings are read.
ROLES = ("owner", "editor", "approver", "analyst", "privacy", "ambassador", "guest")


class SettingRefused(Correctable):
    """A setting that Auscult can't start with."""

    def __init__(self, name: str, value: str, valid: str, *, hint: str = "") -> None:
        super().__init__(
            f"{PREFIX}{name} is {value!r}, but must be {valid}.",
            code=f"setting-{name.lower().replace('_', '-')}",
            field=f"{PREFIX}{name}",
            hint=hint or f"Set {PREFIX}{name} anew, or remove it to use the default.",
        )


def as_folder(name: str, value: str) -> Path:
    folder = Path(value).expanduser()
    if folder.exists() and not folder.is_dir():
        raise SettingRefused(name, value, "a folder", hint="A file of this name is in the way.")
    return folder.absolute()


def as_text(name: str, value: str) -> str:
    if not value.strip():
        raise SettingRefused(name, value, "a text that isn't empty")
    return value.strip()


def as_security(name: str, value: str) -> str:
    if value not in SMTP_SECURITY:
        raise SettingRefused(name, value, "one of " + ", ".join(SMTP_SECURITY))
    return value


def as_mailbox(name: str, value: str) -> str:
    """Return a sender: an address, or a name with an address in angle brackets."""
    address = parseaddr(value)[1]
    if not value.isprintable() or "@" not in address.strip("@") or " " in address:
        raise SettingRefused(
            name, value, "a mail address, or one with a name, as Auscult <auscult@hospital.example>"
        )
    return value.strip()


def as_reply_address(name: str, value: str) -> str:
    """Return a mailbox to which a mark is added after a plus sign."""
    local, _, domain = value.strip().partition("@")
    plain = re.fullmatch(r"[A-Za-z0-9._-]{1,20}", local)
    if not plain or not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", domain):
        raise SettingRefused(
            name,
            value,
            "a mail address with at most 20 letters, digits, dots and hyphens before the @, "
            "as plan@hospital.example",
        )
    return f"{local}@{domain}"


def as_public_url(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query:
        raise SettingRefused(name, value, "like https://auscult.hospital.example")
    return value.strip().rstrip("/")


def as_contact(name: str, value: str) -> str:
    """Return an address that may stand in a header."""
    if not value.isascii() or not value.isprintable() or set(value.strip()) & set(" ()"):
        raise SettingRefused(
            name, value, "an address of a page or mailbox, without spaces and brackets"
        )
    return value.strip()


def as_secret(name: str, value: str) -> str:
    if len(value.strip()) < 32:
        # The value itself stays out of the message: logs aren't secret.
        raise SettingRefused(
            name, f"{len(value.strip())} characters long", "at least 32 random characters"
        )
    return value.strip()


def as_port(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise SettingRefused(name, value, "a number from 1 to 65535")
    return int(value)


def as_switch(name: str, value: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if value.strip().lower() not in known:
        raise SettingRefused(name, value, "one of " + ", ".join(known))
    return known[value.strip().lower()]


def as_names(name: str, value: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in value.split(",") if part.strip())
    if not names:
        raise SettingRefused(name, value, "host names, separated by commas")
    return names


def as_reach(name: str, value: str) -> tuple[str, ...]:
    entries = as_names(name, value)
    try:
        return Reach(entries).allow
    except Correctable as error:
        raise SettingRefused(
            name, value, "ranges of addresses and host names, separated by commas", hint=str(error)
        ) from error


def as_keys(name: str, value: str) -> str:
    try:
        parse_keys(value, PREFIX + name)
    except Correctable as error:
        raise SettingRefused(
            name, "too short", "keys of at least 32 random characters", hint=str(error)
        ) from error
    return value.strip()


def as_proxies(name: str, value: str) -> tuple[str, ...]:
    addresses = tuple(part.strip() for part in value.split(",") if part.strip())
    try:
        for address in addresses:
            ipaddress.ip_network(address)
    except ValueError as error:
        raise SettingRefused(
            name, value, "addresses or ranges of addresses, separated by commas", hint=f"{error}."
        ) from error
    return addresses


def as_whole(most: int) -> Callable[[str, str], int]:
    """Return the reader of a whole number from 1 to `most`."""

    def read(name: str, value: str) -> int:
        if not (value.isascii() and value.isdigit() and 0 < int(value) <= most):
            raise SettingRefused(name, value, f"a whole number from 1 to {most}")
        return int(value)

    return read


def as_form(name: str, value: str) -> str:
    if value not in FORMS:
        raise SettingRefused(name, value, "one of " + ", ".join(FORMS))
    return value


def as_provider(name: str, value: str) -> str:
    """Return the address of an OIDC provider: https, or http on this machine."""
    parts = urlsplit(value.strip())
    local = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise SettingRefused(name, value, "an address that begins with https://")
    return value.strip().rstrip("/")


def as_roles(name: str, value: str) -> tuple[str, ...]:
    roles = tuple(part.strip() for part in value.split(",") if part.strip())
    if not roles or not set(roles) <= set(ROLES):
        raise SettingRefused(name, value, "some of " + ", ".join(ROLES) + ", separated by commas")
    return roles


def as_zone(name: str, value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise SettingRefused(
            name, value, "a time zone's name", hint="For example Europe/London."
        ) from None
    return value


def as_language(name: str, value: str) -> str:
    if value not in LANGUAGES:
        raise SettingRefused(name, value, "one of " + ", ".join(LANGUAGES))
    return value


def as_database(name: str, value: str) -> str:
    """Return the address as given, where it is one of a PostgreSQL database."""
    parts = urlsplit(value)
    if parts.scheme not in {"postgresql", "postgres"} or len(parts.path) < 2:
        # A password may stand in the address, so only its scheme is repeated.
        raise SettingRefused(
            name,
            f"{parts.scheme or 'no scheme'}:...",
            "like postgresql://user:password@host:5432/database",
            hint="Remove it to use the SQLite file in the archive's folder.",
        )
    return value
