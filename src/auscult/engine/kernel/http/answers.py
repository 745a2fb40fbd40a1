"""What another machine answered, and the errors that its status stands for."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Self

import orjson

from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http.redact import without

LONGEST_WAIT = 86_400.0  # seconds; who asks for more is asked again after a day
PERMANENT = {400, 404, 410}
BUSY = {429, 503}
# Codecs that no page is written in; some of them take a square of the time that others take.
NO_CHARSETS = {
    *("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"),
    *("base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib"),
}
_CHARSET = re.compile(r"(?i)charset\s*=\s*[\"']?([\w.:-]+)")


class Headers(Mapping[str, str]):
    """Headers by name, in any case; those that come more than once are joined by commas.

    Examples
    --------
    >>> Headers([("Content-Type", "text/html")])["content-type"]
    'text/html'
    """

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        for name, value in items:
            key = name.lower()
            self._values[key] = f"{self._values[key]}, {value}" if key in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked, for messages.

    Attributes
    ----------
    method, host, what : str
        `what` is the address, or what follows the host, without secrets.
    secrets : tuple of str
        Credentials that were sent; messages leave them out.
    at : datetime
        When, UTC.
    """

    method: str
    host: str
    what: str
    secrets: tuple[str, ...] = field(default=(), repr=False)
    at: datetime

    def failed(self, why: str, **kinds: Any) -> Remote:
        """Return the error that says that this could not be done."""
        return Remote(f"{self.host}: {why}; asked was {self.method} {self.what}.", **kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The start of an answer.

    Attributes
    ----------
    status : int
    url : str
        Where the answer came from, after redirects.
    headers : Headers
    moved_to : str or None
        The same address, where it was asked elsewhere and all redirects on the way were
        permanent (301, 308): the address to keep. Else None.
    """

    status: int
    url: str = field(repr=False)  # a secret may stand in it; `asked` shows it without
    headers: Headers = field(repr=False)
    moved_to: str | None = field(default=None, repr=False)
    asked: Asked

    @property
    def ok(self) -> bool:
        """Whether it is what was asked for (2xx), or hasn't changed since (304)."""
        return 200 <= self.status < 300 or self.status == 304

    def raise_for_status(self) -> Self:
        """Return the answer, if it is no error.

        Raises
        ------
        Remote
            With the wait that the other side asked for (429, 503), `needs_login` where
            credentials were refused (401, 403), `permanent` where asking again can't help
            (400, 404, 410).
        """
        if self.ok:
            return self
        refused = self.status in {401, 403}
        raise Remote(
            self._sentence(),
            permanent=self.status in PERMANENT,
            retry_after=self.retry_after if self.status in BUSY else None,
            needs_login=refused and bool(self.asked.secrets),
        )

    @property
    def retry_after(self) -> float | None:
        """Seconds to wait, where the other side asked for any; a day at most.

        "After 0 seconds" asks for none: the usual pause, which grows, holds.
        """
        # A server of the AT Protocol says it in RateLimit-Reset alone.
        value = self.headers.get("retry-after") or self.headers.get("ratelimit-reset", "")
        value = value.strip()
        if re.fullmatch(r"[0-9]{10}", value):  # a moment, in seconds since 1970
            wait = float(value) - self.asked.at.timestamp()
            return min(wait, LONGEST_WAIT) if wait > 0 else None
        if re.fullmatch(r"[0-9]{1,15}(?:\.[0-9]{1,9})?", value):
            return min(float(value), LONGEST_WAIT) or None
        until = _moment(value)
        if until is None:
            return None
        # By the other side's own clock, where it says what time it has.
        since = _moment(self.headers.get("date", "")) or self.asked.at
        wait = (until - since).total_seconds()
        return min(wait, LONGEST_WAIT) if wait > 0 else None

    def _sentence(self) -> str:
        try:
            named = f"{self.status} ({HTTPStatus(self.status).phrase})"
        except ValueError:
            named = str(self.status)
        asked = self.asked
        said = self._said()
        return f"{asked.host} answered {named} to {asked.method} {asked.what}{said}."

    def _said(self) -> str:
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Answered):
    """A whole answer.

    Attributes
    ----------
    body : bytes
        Decompressed.
    """

    body: bytes = field(repr=False)

    def text(self) -> str:
        """Return the body as text: in the charset of its header, else UTF-8."""
        named = _CHARSET.search(self.headers.get("content-type", ""))
        return self.body.decode(_codec(named.group(1)) if named else "utf-8", "replace")

    def json(self) -> Any:
        """Return the value that the body is.

        Raises
        ------
        Remote
            It is no JSON.
        """
        try:
            return orjson.loads(self.body.removeprefix(codecs.BOM_UTF8))
        except orjson.JSONDecodeError as error:
            start = without(self.text()[:80], self.asked.secrets)
            why = f"answered what is not JSON, beginning with {' '.join(start.split())!r}"
            raise self.asked.failed(why) from error

    def _said(self) -> str:
        """Return what the other side gave as its reason, where it is meant to be read."""
        kind = self.headers.get("content-type", "")
        if not self.body or ("json" not in kind and "text/plain" not in kind):
            return ""
        flat = " ".join(without(self.text(), self.asked.secrets).split())
        flat = "".join(one for one in flat if one.isprintable())
        return f", saying: {flat[:200]}" if flat else ""


def _codec(charset: str) -> str:
    """Return the codec for a charset, UTF-8 where it is unknown or one of Python's own."""
    try:
        codec = codecs.lookup(charset).name
    except LookupError:
        return "utf-8"
    return "utf-8" if codec in NO_CHARSETS else codec


def _moment(value: str) -> datetime | None:
    if not value:
        return None
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else None
