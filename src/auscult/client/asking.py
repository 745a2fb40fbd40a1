"""One connection to a server: requests, answers, and errors as the families of the engine.

On the standard library's `http.client`: the server is the one that the caller names, also in
the house, so the guard of `engine.kernel.http` against private addresses would stand in the way.
"""

from __future__ import annotations

import http.client
import json
import ssl
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from auscult.engine.kernel.errors import Correctable, Remote

PATIENCE = 60.0  # seconds for an answer; a search looks back for five
LONGEST_WAIT = 60.0  # that a server may make us wait before we ask again
TRIES = 4
LOCAL = {"localhost", "127.0.0.1", "::1"}


class Refused(Correctable):
    """The server says what is wrong with a request; `status` is that of HTTP."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__(
            str(told.get("detail", "The server refused the request.")),
            code=str(told.get("code", "refused")),
            field=str(told.get("field", "")),
            hint=str(told.get("hint", "")),
        )
        self.status = int(told.get("status", 0))


class Connection:
    """Asks a server, with a token; keeps the connection open, waits where it is told to."""

    def __init__(
        self, server: str, token: str, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        parts = urlsplit(server)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise Correctable(
                f"{server!r} is no address of a server.",
                code="server-address",
                field="server",
                hint="Write https://auscult.hospital.example.",
            )
        if parts.scheme == "http" and parts.hostname not in LOCAL:
            raise Correctable(
                f"{server!r} would carry the token where others can read it.",
                code="server-address",
                field="server",
                hint="Use https; http is for this machine alone.",
            )
        self._path = parts.path.rstrip("/") + "/api/v1/"
        self._token = token
        self._sleep = sleep
        self._line: http.client.HTTPConnection
        if parts.scheme == "https":
            self._line = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=PATIENCE, context=ssl.create_default_context()
            )
        else:
            self._line = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)

    def ask(
        self, method: str, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None
    ) -> Any:
        """Return what the server answers; a write is done once, however often it is tried.

        Raises
        ------
        Refused
            What was asked can't be done; the message says why.
        Remote
            The server can't be reached, or failed.
        """
        given = {name: value for name, value in (params or {}).items() if value is not None}
        address = self._path + path + ("?" + urlencode(given, doseq=True) if given else "")
        headers = {"Authorization": f"Bearer {self._token}", "Accept": "application/json"}
        if method != "GET":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        content = None
        if body is not None:
            content = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        for left in reversed(range(TRIES)):
            status, said, wait = self._once(method, address, content, headers, last=not left)
            if wait is None:
                return _read(status, said)
            self._sleep(wait)
        raise AssertionError("unreachable: the last try answers or raises")

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _once(
        self,
        method: str,
        address: str,
        content: bytes | None,
        headers: Mapping[str, str],
        *,
        last: bool,
    ) -> tuple[int, bytes, float | None]:
        """Return status, body, and how long to wait before it is tried again; None: it isn't."""
        try:
            self._line.request(method, address, body=content, headers=dict(headers))
            answer = self._line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._line.close()  # the next request opens another
            if last:
                raise Remote(f"{self._line.host} can't be asked: {error}.") from error
            return 0, b"", 0.2
        again = answer.status == 429 or b'"key-busy"' in said or answer.status in {502, 503}
        if last or not again:
            return answer.status, said, None
        asked = answer.headers.get("Retry-After", "1")
        wait = float(asked) if asked.isdecimal() else 1.0
        return answer.status, said, None if wait > LONGEST_WAIT else wait


def _read(status: int, said: bytes) -> Any:
    if status == 204:
        return None
    try:
        told = json.loads(said)
    except ValueError as error:
        raise Remote(f"The server answered {status}, and no JSON.", permanent=True) from error
    if 200 <= status < 300:
        return told
    if status >= 500 or not isinstance(told, dict):
        raise Remote(f"The server answered {status}.")
    raise Refused(told)
