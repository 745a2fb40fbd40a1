"""A request on its way: what is sent, to whom, and what a redirect makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import httpcore2
import orjson

from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http.addresses import Target, join
from auscult.engine.kernel.http.answers import Asked
from auscult.engine.kernel.http.errors import AddressRefused
from auscult.engine.kernel.http.redact import is_secret, secrets_in, shown

REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT_REDIRECTS = {301, 308}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, as it is sent to one address.

    Attributes
    ----------
    secrets : tuple of str
        Credentials that the first request carried.
    moved : bool or None
        Whether all redirects so far were permanent; None: there was none.
    """

    method: str
    target: Target
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    moved: bool | None = None

    def asked(self, clock: Clock) -> Asked:
        """Return what is asked, for messages."""
        return Asked(
            method=self.method,
            host=self.target.authority,
            what=shown(self.target.path),
            secrets=self.secrets,
            at=clock.now(),
        )

    def wired(self, timeouts: Mapping[str, float]) -> httpcore2.Request:
        """Return it as it is sent."""
        target = self.target
        length = {"Content-Length": str(len(self.body))} if self.method == "POST" else {}
        return httpcore2.Request(
            self.method,
            httpcore2.URL(
                scheme="https" if target.secure else "http",
                host=target.host,
                port=target.port,
                target=target.path,
            ),
            headers=[*{"Host": target.authority, **self.headers, **length}.items()],
            content=self.body,
            extensions={"timeout": timeouts},
        )

    def redirected(self, location: str, status: int, asked: Asked) -> Request:
        """Return the request that a redirect asks for; credentials go to their origin alone.

        Raises
        ------
        AddressRefused
            It leads to no address of the web.
        Remote
            It would carry what was sent to somebody else, or without TLS.
        """
        try:
            target = join(self.target, location)
        except AddressRefused as error:
            raise error.after(self.target.authority) from error
        elsewhere = target.origin != self.target.origin
        if self.secrets and self.target.secure and not target.secure:
            raise asked.failed("redirected what carries credentials to an address without TLS")
        headers, body, method = dict(self.headers), self.body, self.method
        if elsewhere:
            headers = {name: value for name, value in headers.items() if not is_secret(name)}
        if method != "GET" and status in {301, 302, 303}:
            body, method = b"", "GET"
            headers.pop("Content-Type", None)
        if elsewhere and method != "GET":
            raise asked.failed("redirected what was sent to it to another machine")
        moved = self.moved is not False and status in PERMANENT_REDIRECTS
        return replace(self, method=method, target=target, headers=headers, body=body, moved=moved)


def made_request(
    method: str,
    target: Target,
    *,
    own: Mapping[str, str],
    headers: Mapping[str, str] | None,
    json: Any = None,
    data: Mapping[str, str] | bytes | None = None,
) -> Request:
    """Return a request.

    Parameters
    ----------
    method : str
    target : Target
    own : mapping
        Headers of ours, which the caller's `headers` replace.
    headers : mapping or None
    json, data
        The body: a value to be sent as JSON, or a form, or bytes.

    Raises
    ------
    Correctable
        A header's value can't be sent.
    """
    body, kind = _body(json, data)
    titled = {_title(name): value for name, value in (headers or {}).items()}
    given = {name: _checked(name, value) for name, value in titled.items()}
    fields = json if json is not None else data
    secrets = secrets_in(target.path, given, fields if isinstance(fields, Mapping) else None)
    return Request(
        method=method,
        target=target,
        headers={**own, **kind, **given},
        body=body,
        secrets=secrets,
    )


def _body(json: Any, data: Mapping[str, str] | bytes | None) -> tuple[bytes, dict[str, str]]:
    if json is not None:
        return orjson.dumps(json), {"Content-Type": "application/json"}
    if isinstance(data, Mapping):
        return urlencode(data).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    return data or b"", {}


def _title(name: str) -> str:
    """Return a header's name in one spelling, so that a caller's own replaces ours."""
    return "-".join(part.capitalize() for part in name.split("-"))


def _checked(name: str, value: str) -> str:
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise Correctable(
            f"The value for the header {name} has characters that can't be sent.",
            code="header-refused",
            field=name,
            hint="Copy it anew, without line breaks and spaces around it.",
        )
    return value
