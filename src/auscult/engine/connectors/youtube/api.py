"""Calls of the YouTube Data API v3, their price, and what their errors mean.

https://developers.google.com/youtube/v3/docs; errors:
https://developers.google.com/youtube/v3/docs/errors
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from pydantic import SecretStr

from auscult.engine.connectors.polling import Asking
from auscult.engine.connectors.youtube.spending import SEARCHES, UNITS, Spending, Spent
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Answer

AT_ONCE = 50  # ids a call
_DAY_IS_OVER = {"quotaExceeded", "dailyLimitExceeded"}
_SLOWER = {"rateLimitExceeded", "userRateLimitExceeded", "concurrentLimitExceeded"}
_KEY = {
    "keyInvalid", "keyExpired", "accessNotConfigured", "ipRefererBlocked", "API_KEY_INVALID",
    "API_KEY_EXPIRED", "API_KEY_SERVICE_BLOCKED", "API_KEY_IP_ADDRESS_BLOCKED",
    "API_KEY_HTTP_REFERRER_BLOCKED", "SERVICE_DISABLED", "CONSUMER_SUSPENDED",
}  # fmt: skip
# Lists that belong to one video, comment or channel, which may be closed while others aren't.
_SINGLE = {"commentThreads", "comments", "playlistItems"}
PASSING = "processingFailure"  # for this time only
SLOWER = 60.0  # seconds
# A call that fails costs as well: an outage of a day mustn't use up the day's searches.
AFTER_FAILURE = 900.0


class Withheld(Exception):
    """YouTube doesn't give this one thing; everything else goes on.

    Attributes
    ----------
    reason : str
        YouTube's own word: `commentsDisabled`, `videoNotFound`, `forbidden`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Api:
    """Calls YouTube, and keeps the account.

    Parameters
    ----------
    asking : Asking
    address : str
    key : SecretStr
    spending : Spending
    """

    def __init__(self, asking: Asking, address: str, key: SecretStr, spending: Spending) -> None:
        self._asking = asking
        self._address = address.rstrip("/")
        self._key = key
        self.spending = spending

    def call(self, resource: str, *, keep: int = 0, **params: Any) -> dict[str, Any]:
        """Call the `list` of a resource once.

        Parameters
        ----------
        resource : str
            `videos`, `search`, ...
        keep : int
            Units that this call has to leave for others.
        **params
            As in YouTube's reference.

        Raises
        ------
        Spent
            The budget, or the key's quota, is used up for today.
        Withheld
            This thing isn't given.
        Remote
            Anything else; `needs_login` when the key isn't taken.
        """
        kind = SEARCHES if resource == "search" else UNITS
        self.spending.take(kind, keep=keep)
        try:
            return self._called(resource, kind, params)
        except Remote as error:
            if error.permanent or error.needs_login or error.retry_after is not None:
                raise
            raise Remote(error.message, retry_after=AFTER_FAILURE) from error

    def pages(self, resource: str, *, most: int, **params: Any) -> Iterator[dict[str, Any]]:
        """Call page after page, as long as there is a next one, and at most so many."""
        token: str | None = None
        for _ in range(most):
            page = self.call(resource, pageToken=token, **params)
            yield page
            following = page.get("nextPageToken")
            if not following or following == token:
                return
            token = following

    def _called(self, resource: str, kind: str, params: dict[str, Any]) -> dict[str, Any]:
        answer = self._asking.get(
            f"{self._address}/{resource}", params={**params, "key": self._key.get_secret_value()}
        )
        if not answer.ok:
            self._fail(answer, kind, resource)
        value = answer.json()
        # What isn't a list of YouTube's must not be taken for an empty one: what an empty list
        # lacks is deleted.
        if not isinstance(value, dict) or not _is_list(value):
            raise Remote(f"YouTube answered something else than a list of {resource}.")
        return value

    def _fail(self, answer: Answer, kind: str, resource: str) -> NoReturn:
        reasons, message = reasons_of(answer)
        if reasons & _DAY_IS_OVER:
            self.spending.used_up(kind)
            raise Spent(kind)
        if reasons & _SLOWER or answer.status in {429, 503}:
            wait = answer.retry_after or SLOWER
            raise Remote(
                f"YouTube wants to be asked more slowly ({answer.status}): {message}",
                retry_after=wait,
            )
        if reasons & _KEY or "API key" in message:
            raise Remote(
                f"YouTube doesn't take the key ({answer.status}): {message} Look in Google's "
                "console whether it exists and may use the YouTube Data API v3.",
                needs_login=True,
            )
        if resource in _SINGLE and (answer.status in {403, 404} or PASSING in reasons) and reasons:
            raise Withheld(min(reasons))
        if "invalidPageToken" in reasons:
            raise Remote("YouTube lost its place in a list; the list is read again.")
        answer.raise_for_status()
        raise Remote(f"YouTube answered {answer.status}: {message}")


def _is_list(value: dict[str, Any]) -> bool:
    if not str(value.get("kind", "")).endswith("ListResponse"):
        return False
    # `channels.list` leaves the empty list out, and says that it has none.
    about = value.get("pageInfo")
    empty = isinstance(about, dict) and about.get("totalResults") == 0
    items = value.setdefault("items", [] if empty else None)
    return isinstance(items, list)


def reasons_of(answer: Answer) -> tuple[set[str], str]:
    """Return the reasons that an error names, and its sentence."""
    try:
        error = answer.json()["error"]
        parts = [*error.get("errors", []), *error.get("details", [])]
        reasons = {part["reason"] for part in parts if isinstance(part.get("reason"), str)}
        return reasons, str(error.get("message", ""))[:300]
    except (Remote, AttributeError, KeyError, TypeError):
        return set(), ""
