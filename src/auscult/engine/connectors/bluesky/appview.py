"""Bluesky's application server, asked for accounts, feeds, threads and single posts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from auscult.engine.connectors.live import Quota
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Answer, Headers

PAGE = 100
AT_ONCE = 25  # posts or profiles of one request
DEEPEST = 1000  # of a thread

Get = Callable[..., Answer]


class AppView:
    """Asks one server.

    Parameters
    ----------
    host : str
        Its address.
    get : callable
        `Client.get`, or what counts for a person beside it.
    clock : Clock
        For how long to wait.

    Attributes
    ----------
    quota : Quota or None
        What it lets be asked, and what was used of it.
    """

    def __init__(self, host: str, get: Get, clock: Clock) -> None:
        self.quota: Quota | None = None
        self._host = host
        self._get = get
        self._clock = clock

    def profiles(self, actors: Sequence[str]) -> list[dict[str, Any]]:
        """Return the profiles of those accounts that are there."""
        found = []
        for start in range(0, len(actors), AT_ONCE):
            some = actors[start : start + AT_ONCE]
            found += _objects(self._ask("app.bsky.actor.getProfiles", actors=some), "profiles")
        return found

    def search(self, text: str, limit: int) -> list[dict[str, Any]]:
        """Return accounts that are called so, or say so of themselves, without their counts."""
        return _objects(self._ask("app.bsky.actor.searchActors", q=text, limit=limit), "actors")

    def is_gone(self, actor: str) -> bool:
        """Tell whether the server says clearly that an account is not there."""
        answer = self._answer("app.bsky.actor.getProfile", actor=actor)
        return _error(answer) in GONE

    def feed(self, actor: str, cursor: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of what an account said, newest first, and the cursor of the next."""
        page = self._ask("app.bsky.feed.getAuthorFeed", actor=actor, limit=PAGE, cursor=cursor)
        following = page.get("cursor")
        items = _objects(page, "feed")
        return items, following if isinstance(following, str) and items else None

    def thread(self, uri: str) -> Iterator[dict[str, Any]] | None:
        """Return the posts of a thread from this one on; None: it is gone."""
        answer = self._answer("app.bsky.feed.getPostThread", uri=uri, depth=DEEPEST, parentHeight=0)
        if _error(answer) == "NotFound":
            return None
        thread = _object(answer.raise_for_status()).get("thread")
        if isinstance(thread, dict) and thread.get("notFound"):
            return None
        return _flattened(thread)

    def posts(self, uris: Sequence[str]) -> list[dict[str, Any]]:
        """Return those of at most 25 posts that stand."""
        return _objects(self._ask("app.bsky.feed.getPosts", uris=uris), "posts")

    def is_removed(self, uri: str) -> bool:
        """Tell whether the server says clearly that a post is not there."""
        answer = self._answer("app.bsky.feed.getPostThread", uri=uri, depth=0, parentHeight=0)
        if _error(answer) == "NotFound":
            return True
        thread = _object(answer).get("thread") if answer.ok else None
        return isinstance(thread, dict) and bool(thread.get("notFound"))

    def _ask(self, method: str, **params: Any) -> dict[str, Any]:
        return _object(self._answer(method, **params).raise_for_status())

    def _answer(self, method: str, **params: Any) -> Answer:
        """Ask, and heed what is said of how much may be asked.

        Raises
        ------
        Remote
            Too much was asked, or the server is in no state to answer.
        """
        answer = self._get(f"{self._host}/xrpc/{method}", params=params)
        self.quota = _quota(answer.headers) or self.quota
        if answer.status in BUSY or answer.status >= 500:
            try:
                answer.raise_for_status()
            except Remote as error:
                if error.retry_after is None and self.quota and self.quota.resets_at:
                    left = (self.quota.resets_at - self._clock.now()).total_seconds()
                    error.retry_after = left if left > 0 and answer.status == 429 else None
                raise
        return answer


BUSY = (408, 429)
# What is said of accounts that are not there: never, no more, or not to strangers.
GONE = {"AccountTakedown", "AccountDeactivated", "AccountSuspended", "ProfileNotFound"}


def _error(answer: Answer) -> str:
    """Return the name of an XRPC error; nothing where it is none."""
    if answer.status != 400:
        return ""
    try:
        said = _object(answer)
    except Remote:
        return ""
    # An unknown account has no name of its own.
    if said.get("message") == "Profile not found":
        return "ProfileNotFound"
    return str(said.get("error", ""))


def _object(answer: Answer) -> dict[str, Any]:
    value = answer.json()
    if not isinstance(value, dict):
        raise Remote(f"{answer.asked.host} answered what is no answer of an AppView.")
    return value


def _objects(page: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = page.get(name)
    if not isinstance(value, list):
        raise Remote(f"An answer without {name} came; the server is no AppView.")
    return [one for one in value if isinstance(one, dict)]


def _flattened(thread: Any) -> Iterator[dict[str, Any]]:
    open_ones = [thread]
    while open_ones:
        node = open_ones.pop()
        if not isinstance(node, dict):
            continue
        if isinstance(node.get("post"), dict):
            yield node["post"]
        replies = node.get("replies")
        open_ones.extend(reversed(replies) if isinstance(replies, list) else ())


def _quota(headers: Headers) -> Quota | None:
    try:
        budget = int(headers["ratelimit-limit"])
        left = int(headers["ratelimit-remaining"])
        resets_at = datetime.fromtimestamp(int(headers["ratelimit-reset"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
    return Quota(unit="requests", spent=budget - left, budget=budget, resets_at=resets_at)
