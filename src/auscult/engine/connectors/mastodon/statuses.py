"""A status of the API as a row of the schema of posts."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from auscult.engine.connectors.html_text import to_text
from auscult.engine.connectors.rows import SKEW, digest
from auscult.engine.kernel.text import clean

SOURCE = "mastodon"
PUBLIC = {"public", "unlisted"}
WARNED, SENSITIVE, BOT = "content-warning", "sensitive", "bot"
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # databases choke on some
_KINDS = {"image": "image", "video": "video", "gifv": "video", "audio": "audio"}
_COUNTS = {
    "likes": "favourites_count",
    "reposts": "reblogs_count",
    "replies": "replies_count",
    "quotes": "quotes_count",
}
_QUOTED_INLINE = frozenset({"quote-inline"})  # "RE: address", for readers that show no quotes


class Unreadable(Exception):
    """A status that lacks what a post needs; the message says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A status, read.

    Attributes
    ----------
    id : str
        On the instance that gave it.
    uri : str
        In the whole fediverse.
    edited : str
        When it was last edited, as the instance spells it; empty: never.
    at : datetime
        When it was posted.
    row : dict or None
        The post; None: it is not ours to keep.
    left_out : str
        Why it isn't: `private` or `unlisted in searches`; empty: it is.
    replaced : int
        Invalid sequences that became U+FFFD.
    """

    id: str
    uri: str
    edited: str
    at: datetime
    row: dict[str, Any] | None = None
    left_out: str = ""
    replaced: int = 0


class Reader:
    """Reads statuses of one instance.

    Parameters
    ----------
    base, domain : str
        The instance's origin, and what stands after its accounts' names.
    own : collection of str
        Accounts `name@domain`, lower case, whose posts are kept in any case.
    """

    def __init__(self, base: str, domain: str, own: Collection[str] = ()) -> None:
        self._base = base
        self._domain = domain
        self._own = frozenset(own)
        self._replaced = 0

    def read(self, status: Any, now: datetime, uris: Uris) -> Read:
        """Read a status; of a boost, what was boosted.

        Parameters
        ----------
        status : Any
            As decoded from JSON.
        now : datetime
            When it was received.
        uris : Uris
            What is known of other statuses.

        Raises
        ------
        Unreadable
            It lacks what a post needs.
        """
        self._replaced = 0
        said = unwrap(status)
        found = Read(
            id=self._clean(_required(said, "id")),
            uri=self._clean(_required(said, "uri")),
            edited=_text(said.get("edited_at")),
            at=min(moment(said.get("created_at")), now + SKEW),
        )
        account = said.get("account")
        if not isinstance(account, dict) or not _text(account.get("acct")):
            raise Unreadable("it has no author")
        why = self._left_out(said, account)
        row = None if why else self._row(said, account, found, now, uris)
        return replace(found, row=row, left_out=why, replaced=self._replaced)

    def author(self, account: dict[str, Any]) -> str:
        """Return `name@domain` of an account."""
        acct = self._clean(_text(account.get("acct")))
        return acct if "@" in acct else f"{acct}@{self._domain}"

    def _left_out(self, said: dict[str, Any], account: dict[str, Any]) -> str:
        if said.get("visibility", "public") not in PUBLIC:
            return "private"
        if wants_to_be_found(account) or self.author(account).lower() in self._own:
            return ""
        return "unlisted in searches"

    def _row(
        self,
        said: dict[str, Any],
        account: dict[str, Any],
        found: Read,
        now: datetime,
        uris: Uris,
    ) -> dict[str, Any]:
        quoted, quote_uri = self._quote(said, uris)
        content = self._clean(_text(said.get("content")))
        body = to_text(content, base=self._base, without=_QUOTED_INLINE if quoted else ())
        author = self.author(account)
        warning = to_text(self._clean(_text(said.get("spoiler_text")))).text
        return {
            "uri": found.uri,
            "source": SOURCE,
            "community": author.rpartition("@")[2].lower(),
            "author": author,
            "author_name": self._clean(_text(account.get("display_name"))) or None,
            "author_followers": _count(account.get("followers_count")),
            "created_at": min(found.at, now),
            "collected_at": now,
            "text": "\n\n".join(part for part in (body.text, self._options(said)) if part),
            "title": warning or None,
            "language": self._clean(_text(said.get("language"))) or None,
            "hashtags": self._names(said.get("tags"), "name"),
            "mentions": self._mentions(said),
            "links": list(body.links) or None,
            "media": self._media(said),
            "in_reply_to": self._reference(said.get("in_reply_to_id"), uris),
            "quote_of": quote_uri,
            "engagement": _engagement(said),
            "raw_hash": digest(said),
            "tags": _labels(said, account, warning),
        }

    def _options(self, said: dict[str, Any]) -> str:
        """Return a poll's options, one a line: what people were asked is part of what was said."""
        poll = said.get("poll")
        options = poll.get("options") if isinstance(poll, dict) else None
        names = self._names(options, "title") or []
        return "\n".join(f"- {name}" for name in names)

    def _media(self, said: dict[str, Any]) -> list[dict[str, Any]] | None:
        return [
            {
                "kind": _KINDS.get(_text(one.get("type"))),
                "alt": self._clean(_text(one.get("description"))) or None,
                "url": self._clean(_text(one.get("url")) or _text(one.get("remote_url"))) or None,
            }
            for one in _objects(said.get("media_attachments"))
        ] or None

    def _mentions(self, said: dict[str, Any]) -> list[str] | None:
        found = [self.author(one) for one in _objects(said.get("mentions")) if one.get("acct")]
        return list(dict.fromkeys(found)) or None

    def _names(self, values: Any, key: str) -> list[str] | None:
        found = [self._clean(_text(one.get(key))) for one in _objects(values)]
        return list(dict.fromkeys(name for name in found if name)) or None

    def _quote(self, said: dict[str, Any], uris: Uris) -> tuple[bool, str | None]:
        """Return whether it quotes, and what; a quote that its author refused is none."""
        quote = said.get("quote")
        if not isinstance(quote, dict) or quote.get("state", "accepted") != "accepted":
            return False, None
        status = quote.get("quoted_status", quote if quote.get("uri") else None)
        if isinstance(status, dict) and _text(status.get("uri")):
            return True, self._clean(status["uri"])
        found = self._reference(quote.get("quoted_status_id"), uris)
        return found is not None, found

    def _reference(self, status_id: Any, uris: Uris) -> str | None:
        """Return the uri of a status by its id; if it was never seen, its address here."""
        if not isinstance(status_id, str) or not status_id:
            return None
        known = uris.uri_of(status_id)
        return known or f"{self._base}/web/statuses/{self._clean(status_id)}"

    def _clean(self, text: str) -> str:
        valid, count = clean(text)
        self._replaced += count
        return _CONTROLS.sub("", valid)


class Uris(Protocol):
    """What a reader of statuses needs to know of others."""

    def uri_of(self, status_id: str) -> str | None:
        """Return the uri of a status; None: it was never seen."""
        ...


def unwrap(status: Any) -> dict[str, Any]:
    """Return what a status says: of a boost, the boosted one.

    Raises
    ------
    Unreadable
        It is no object.
    """
    if not isinstance(status, dict):
        raise Unreadable("it is no object")
    inner = status.get("reblog")
    return inner if isinstance(inner, dict) else status


def moment(value: Any) -> datetime:
    """Read a moment.

    Raises
    ------
    Unreadable
        It isn't one.
    """
    try:
        found = datetime.fromisoformat(value)
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise Unreadable(f"created_at: {value!r} is no moment") from error


def wants_to_be_found(account: dict[str, Any]) -> bool:
    """Return whether an account's public posts may stand in a search.

    `indexable` says so; where a server doesn't know of it, `noindex` (keep out of the
    web's search engines) is the nearest that its people could say.
    """
    indexable = account.get("indexable")
    if isinstance(indexable, bool):
        return indexable
    return account.get("noindex") is not True


def _labels(said: dict[str, Any], account: dict[str, Any], warning: str) -> list[str] | None:
    labels = {WARNED: bool(warning), SENSITIVE: said.get("sensitive"), BOT: account.get("bot")}
    return [label for label, given in labels.items() if given is True] or None


def _engagement(said: dict[str, Any]) -> dict[str, int | None]:
    counts = {name: _count(said.get(key)) for name, key in _COUNTS.items()}
    return counts | {"views": None}


def _required(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise Unreadable(f"it has no {name}")
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 2**63 else None


def _objects(values: Any) -> list[dict[str, Any]]:
    return [one for one in values if isinstance(one, dict)] if isinstance(values, list) else []
