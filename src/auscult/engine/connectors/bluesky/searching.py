"""Looking for accounts on Bluesky by what they are called and what they say of themselves."""

from __future__ import annotations

from typing import Any

from auscult.engine.connectors.accounts import Account
from auscult.engine.connectors.bluesky.accounts_config import HOST
from auscult.engine.connectors.bluesky.appview import AppView
from auscult.engine.connectors.bluesky.identifiers import is_did
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.http import Network
from auscult.engine.kernel.text import clean

WITHIN = 8.0  # seconds: a person waits
ABOUT = 300  # characters of what an account says of itself


def search_accounts(
    text: str, *, network: Network, clock: Clock, host: str = HOST, limit: int = 25
) -> tuple[Account, ...]:
    """Return accounts, as its AppView orders them.

    Parameters
    ----------
    text : str
        A name, or words of a description.
    host : str
        The AppView that is asked.
    limit : int
        At most so many.

    Raises
    ------
    Remote
        It can't be reached, refuses, or is no AppView.
    """
    client = network.client(timeout=WITHIN, total=WITHIN)
    try:
        server = AppView(host, client.get, clock)
        found = server.search(text, limit)
        # What is found has no counts; the profiles do.
        dids = [str(one["did"]) for one in found if is_did(str(one.get("did", "")))]
        profiles = {str(one.get("did")): one for one in server.profiles(dids)}
        return tuple(_account(profiles[did]) for did in dids if did in profiles)
    finally:
        client.close()


def _account(profile: dict[str, Any]) -> Account:
    handle = f"@{profile.get('handle')}"
    said = {
        name: clean(value)[0].strip()
        for name in ("displayName", "description")
        if isinstance(value := profile.get(name), str)
    }
    return Account(
        author=str(profile["did"]),
        handle=handle,
        name=said.get("displayName") or handle,
        about=said.get("description", "")[:ABOUT],
        followers=_count(profile.get("followersCount")),
        posts=_count(profile.get("postsCount")),
    )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None
