"""One HTTP request after the other, for tests that talk to a server as its users do."""

from __future__ import annotations

import http.client
import json as codec
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit


class Refused(Exception):
    """The server answered with an error; `answer` has it whole."""

    def __init__(self, what: str, answer: Answer) -> None:
        super().__init__(f"{what} answered {answer.status}: {answer.text()[:500]}")
        self.answer = answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; redirects aren't followed."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body's JSON."""
        return codec.loads(self.body)


def call(
    method: str,
    url: str,
    *,
    json: Any = None,
    form: Mapping[str, Any] | None = None,
    params: Mapping[str, Any] | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    token: str | None = None,
    refusals: bool = False,
) -> Answer:
    """Make one request on a connection of its own.

    An answer of 400 and more raises `Refused`, unless `refusals` are what is looked for.
    """
    parts = urlsplit(url)
    sent = dict(headers or {})
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    if json is not None:
        body = codec.dumps(json).encode()
        sent.setdefault("Content-Type", "application/json")
    if form is not None:
        body = urlencode(form, doseq=True).encode()
        sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
    query = "&".join(filter(None, [parts.query, urlencode(params or {}, doseq=True)]))
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    try:
        connection.request(method, (parts.path or "/") + (f"?{query}" if query else ""), body, sent)
        response = connection.getresponse()
        # Lower case, so that a test finds a header whatever the server's spelling.
        fields = {name.lower(): value for name, value in response.getheaders()}
        answer = Answer(status=response.status, headers=fields, body=response.read())
    finally:
        connection.close()
    if answer.status >= 400 and not refusals:
        raise Refused(f"{method} {url}", answer)
    return answer


def answers(url: str) -> bool | None:
    """Return whether an address answers without an error; None until it does."""
    try:
        return call("GET", url, refusals=True).status < 400 or None
    except (OSError, http.client.HTTPException):
        return None
