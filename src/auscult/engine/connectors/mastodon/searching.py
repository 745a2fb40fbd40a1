"""Looking for accounts that an instance knows."""

from __future__ import annotations

from typing import Any

from auscult.engine.connectors.accounts import Account
from auscult.engine.connectors.html_text import to_text
from auscult.engine.connectors.mastodon.api import Api
from auscult.engine.connectors.mastodon.errors import Closed
from auscult.engine.connectors.mastodon.instance import discover
from auscult.engine.connectors.mastodon.statuses import wants_to_be_found
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Network
from auscult.engine.kernel.text import clean

WITHIN = 8.0  # seconds an answer may take: a person waits
ABOUT = 300  # characters of what an account says of itself


def search_accounts(
    text: str,
    *,
    instance: str,
    token: str | None,
    network: Network,
    clock: Clock,
    limit: int = 25,
) -> tuple[Account, ...]:
    """Return accounts that an instance knows, as it orders them.

    Accounts that don't want to be found by searches are left out: their posts are not kept.

    Parameters
    ----------
    text : str
        A name, or words of a description.
    instance : str
        Its origin: `https://example.social`.
    token : str or None
        Many instances let only their own people search.

    Raises
    ------
    Remote
        It can't be reached, or doesn't let us search (`needs_login`).
    """
    api = Api(instance, token, network=network, clock=clock, timeout=WITHIN)
    try:
        domain = discover(api).domain
        found = api.get("/api/v2/search", {"q": text, "type": "accounts", "limit": limit})
    except Closed as error:
        raise Remote(
            f"{api.host} doesn't let strangers search for accounts: sign in there on the page "
            "of its source.",
            needs_login=True,
        ) from error
    finally:
        api.close()
    accounts = found.get("accounts") if isinstance(found, dict) else None
    if not isinstance(accounts, list):
        raise Remote(f"{api.host} answered a search with something else than accounts.")
    return tuple(
        _account(one, domain)
        for one in accounts
        if isinstance(one, dict) and _text(one, "acct") and wants_to_be_found(one)
    )


def _account(said: dict[str, Any], domain: str) -> Account:
    acct = _text(said, "acct")
    author = acct if "@" in acct else f"{acct}@{domain}"
    return Account(
        author=author,
        handle=f"@{author}",
        name=_text(said, "display_name") or f"@{author}",
        about=to_text(_text(said, "note")).text[:ABOUT],
        followers=_count(said, "followers_count"),
        posts=_count(said, "statuses_count"),
    )


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    return clean(value)[0].strip() if isinstance(value, str) else ""


def _count(said: dict[str, Any], name: str) -> int | None:
    value = said.get(name)
    return value if isinstance(value, int) and value >= 0 else None
