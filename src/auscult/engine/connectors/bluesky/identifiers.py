"""Names of the AT Protocol: DIDs, handles and addresses of records.

The rules are those of https://atproto.com/specs; its own vectors are among the tests.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from auscult.engine.connectors.bluesky.records import POST, is_post

_DID = re.compile(r"did:[a-z]+:[a-zA-Z0-9._:%-]*[a-zA-Z0-9._-]")
_HANDLE = re.compile(
    r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
)
_NSID = re.compile(
    r"[a-zA-Z](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)+\.[a-zA-Z][a-zA-Z0-9]{0,62}"
)
_KEY = re.compile(r"[a-zA-Z0-9_~.:-]{1,512}")
_LONGEST = {"did": 2048, "handle": 253, "nsid": 317}
_PAGES = {"bsky.app", "www.bsky.app", "staging.bsky.app"}


def is_did(text: str) -> bool:
    """Tell whether a text is a DID.

    >>> is_did("did:plc:ewvi7nxzyoun6zhxrhs64oiz"), is_did("did:plc:")
    (True, False)
    """
    return len(text) <= _LONGEST["did"] and _DID.fullmatch(text) is not None


def is_handle(text: str) -> bool:
    """Tell whether a text is a handle, without its sign.

    >>> is_handle("mayoclinic.bsky.social"), is_handle("mayoclinic")
    (True, False)
    """
    return len(text) <= _LONGEST["handle"] and _HANDLE.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Tell whether a text is an address `at://...`, of an account or of what it holds."""
    if not text.startswith("at://") or not text.isascii():
        return False
    name, *rest = text.removeprefix("at://").split("/")
    if not (is_did(name) or is_handle(name)) or len(rest) > 2:
        return False
    named = not rest or (len(rest[0]) <= _LONGEST["nsid"] and _NSID.fullmatch(rest[0]) is not None)
    keyed = len(rest) < 2 or (_KEY.fullmatch(rest[1]) is not None and rest[1] not in {".", ".."})
    return named and keyed


def account_in(text: str) -> str:
    """Return the handle or the DID that a text names, as a person may paste it; or nothing.

    Examples
    --------
    >>> account_in("https://bsky.app/profile/mayoclinic.bsky.social/post/3lb2")
    'mayoclinic.bsky.social'
    >>> account_in("@mayoclinic.bsky.social"), account_in("mayoclinic")
    ('mayoclinic.bsky.social', '')
    """
    bare = text.strip()
    if "://" not in bare and bare.startswith(("bsky.app/", "www.bsky.app/")):
        bare = f"https://{bare}"
    if bare.startswith(("http://", "https://")):
        name = _of_page(bare)
    elif bare.startswith("at://"):
        name = bare.removeprefix("at://").partition("/")[0]
    else:
        name = bare.removeprefix("@")
    if is_did(name):
        return name
    return name.lower() if is_handle(name) else ""


def post_in(text: str) -> str:
    """Return the address `at://...` of the post that a text names; or nothing.

    >>> post_in("https://bsky.app/profile/mayo.bsky.social/post/3lb2")
    'at://mayo.bsky.social/app.bsky.feed.post/3lb2'
    """
    bare, account = text.strip(), account_in(text)
    if not account:
        return ""
    if bare.startswith("at://"):
        return bare if is_address(bare) and is_post(bare) else ""
    path = bare.partition("?")[0].partition("#")[0].rstrip("/").split("/")
    if len(path) < 2 or path[-2] != "post":
        return ""
    address = f"at://{account}/{POST}/{path[-1]}"
    return address if is_address(address) else ""


def _of_page(url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return ""
    path = parts.path.strip("/").split("/")
    ours = host in _PAGES and len(path) >= 2 and path[0] == "profile"
    return path[1] if ours else ""
