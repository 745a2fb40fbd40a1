"""Accounts by their names."""

from __future__ import annotations

from typing import Any

from auscult.engine.connectors.mastodon.api import Api
from auscult.engine.connectors.mastodon.errors import Closed


def account_id(api: Api, name: str) -> str:
    """Return the id of an account `name@domain` on an instance.

    Raises
    ------
    Closed
        The instance doesn't know it.
    Remote
        The instance failed.
    """
    try:
        found = api.get("/api/v1/accounts/lookup", {"acct": name})
    except Closed:
        found = _searched(api, name)
    status_id = found.get("id") if isinstance(found, dict) else None
    if not isinstance(status_id, str):
        raise Closed(f"{api.host} knows of no account @{name}.", permanent=True)
    return status_id


def _searched(api: Api, name: str) -> Any:
    """Search for an account that the instance may have to fetch first."""
    resolve = "true" if api.signed_in else None
    found = api.get(
        "/api/v2/search", {"q": f"@{name}", "type": "accounts", "resolve": resolve, "limit": 5}
    )
    accounts = found.get("accounts") if isinstance(found, dict) else None
    wanted = {name.lower(), name.lower().removesuffix(f"@{api.host}")}
    for one in accounts if isinstance(accounts, list) else []:
        if isinstance(one, dict) and str(one.get("acct", "")).lower() in wanted:
            return one
    return None
