"""Asking an instance, within its limits, with its errors in plain words."""

from __future__ import annotations

import json
from typing import Any

import orjson

from auscult.engine.connectors.mastodon.budget import Budget, resets_in
from auscult.engine.connectors.mastodon.errors import Closed
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Answer, Client, Headers, Network, Params

TIMEOUT = 30.0
PAGE = 40  # posts that an instance gives at most at once
OBJECT = 1 << 20  # bytes of a post at its home, at most
# Mastodon says 401 or 403 where a token is wrong or missing; others say 421 or 422.
REFUSED = {401, 403, 421, 422}
GONE = {404, 410}


class Api:
    """One instance's REST interface.

    Parameters
    ----------
    base : str
        Its origin: `https://example.social`.
    token : str or None
        An access token.
    network : Network
    clock : Clock
    timeout : float
        Seconds for an answer.

    Attributes
    ----------
    budget : Budget
    asked, received : int
        Requests that were answered, and bytes of their answers.
    """

    def __init__(
        self,
        base: str,
        token: str | None,
        *,
        network: Network,
        clock: Clock,
        timeout: float = TIMEOUT,
    ) -> None:
        self.base = base
        self.host = base.partition("://")[2]
        self.budget = Budget(clock)
        self.asked = self.received = 0
        self._token = token
        self._clock = clock
        self._client: Client = network.client(timeout=timeout)

    @property
    def signed_in(self) -> bool:
        """Whether a token is sent."""
        return self._token is not None

    @property
    def headers(self) -> dict[str, str]:
        """What every request to the instance carries."""
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def get(self, path: str, params: Params | None = None) -> Any:
        """Ask for a path and return its JSON.

        Raises
        ------
        Closed
            The instance doesn't give it: there is none, or one has to be signed in.
        Remote
            Anything else went wrong; `needs_login` when the token isn't valid any more.
        """
        return self.read(self.answer(path, params))

    def statuses(self, path: str, params: Params | None = None) -> list[Any]:
        """Ask for a page of statuses, newest first; see `get`."""
        found = self.get(path, {"limit": PAGE, **(params or {})})
        if not isinstance(found, list):
            raise Remote(f"{self.host} answered something else than a list of posts.")
        return found

    def answer(self, path: str, params: Params | None = None) -> Answer:
        """Ask for a path, and return the answer if it is no error; see `get`."""
        self.budget.spend()
        answer = self._client.get(self.base + path, params=params, headers=self.headers)
        self.asked += 1
        self.received += len(answer.body)
        self.budget.told(answer.headers)
        if not answer.ok:
            raise self.refusal(answer.status, answer.headers) or _as_it_is(answer)
        return answer

    def elsewhere(self, url: str) -> Answer:
        """Ask another server for an ActivityPub object; nobody is signed in there."""
        return self._client.get(
            url, headers={"Accept": "application/activity+json"}, max_bytes=OBJECT
        )

    def read(self, answer: Answer) -> Any:
        """Return the JSON of an answer."""
        kind = answer.headers.get("content-type", "")
        try:
            return decode(answer.body)
        except ValueError:
            if "html" in kind or answer.body.lstrip()[:1] == b"<":
                raise Remote(
                    f"{self.host} answered with a web page instead of data: it may be in "
                    "maintenance, or keep programs out."
                ) from None
            return answer.json()  # which says what is there instead

    def refusal(self, status: int, headers: Headers) -> Remote | None:
        """Say what a status means where Mastodon gives it a meaning of its own."""
        if status == 401 and self.signed_in:
            return Remote(
                f"{self.host} doesn't accept the access token any more (401): it was revoked, or "
                "belongs to another instance. Sign in again.",
                needs_login=True,
            )
        if status == 403 and "html" in headers.get("content-type", ""):
            # Mastodon itself says it in JSON; walls let programs through again, as a rule.
            return Remote(f"{self.host}, or a wall before it, keeps programs out now (403).")
        if status in REFUSED:
            asks = "the token's account may not see it" if self.signed_in else "sign in to read it"
            return Closed(f"{self.host} doesn't give this ({status}): {asks}.", needs_login=True)
        if status in GONE:
            return Closed(f"{self.host} has no such thing ({status}).", permanent=True)
        if status == 429 and "retry-after" not in headers:
            until = resets_in(headers, self._clock)
            if until is not None:
                wait = max(1.0, until.total_seconds())
                return Remote(
                    f"{self.host} asks to wait (429, too many requests).", retry_after=wait
                )
        return None

    def close(self) -> None:
        """End its connections."""
        self._client.close()


def decode(body: bytes) -> Any:
    """Return the value of JSON; what isn't valid Unicode is left for whoever reads its texts.

    Raises
    ------
    ValueError
        It isn't JSON.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        # Python's own reader lets halves of characters through, which some servers send.
        try:
            return json.loads(body.decode("utf-8", "replace"))
        except RecursionError:
            raise ValueError("it is nested too deeply") from None


def _as_it_is(answer: Answer) -> Remote:
    try:
        answer.raise_for_status()
    except Remote as error:
        return error
    return Remote(f"{answer.url} answered {answer.status}.")  # a redirect that leads nowhere
