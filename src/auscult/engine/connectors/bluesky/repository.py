"""The repository of one author, read anew from the server that holds it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import msgspec

from auscult.engine.connectors.base import Batch, Covered, Snapshot
from auscult.engine.connectors.bluesky.columns import Posts
from auscult.engine.connectors.bluesky.records import POST, read_record
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Client

PAGE = 100  # records at once, as many as servers give
PAGES = 20
A_MINUTE = 10  # repositories that are read anew; when a server fails, thousands may have to be


class Repositories:
    """Reads repositories anew, a limited number a minute.

    Parameters
    ----------
    directory : str
        The address of the PLC directory.
    receiving : Receiving
        Whose network and clock are used.
    """

    def __init__(self, directory: str, receiving: Receiving) -> None:
        self._directory = directory.rstrip("/")
        self._receiving = receiving
        self._recent: deque[float] = deque(maxlen=A_MINUTE)

    def read_anew(self, did: str, snapshot: Snapshot) -> Batch:
        """Return an author's newest posts, in place of all that she had said.

        What can't be read is a gap of hers.
        """
        now = self._receiving.clock.now()
        posts = Posts()
        reason = self._fill(did, posts)
        table = posts.table(now)
        gap = Covered(community=did, since=now, until=now, reason=reason) if reason else None
        return Batch(
            posts=table,
            snapshot=snapshot,
            renewed=(did,),
            coverage=(gap,) if gap else (),
            records=len(posts),
            repeated=len(posts) - table.num_rows,
            replaced=posts.mended.count,
        )

    def _fill(self, did: str, posts: Posts) -> str:
        """Fetch posts; return why some are missing."""
        begun = time.monotonic()
        if len(self._recent) == A_MINUTE and begun - self._recent[0] < 60:
            return f"Her posts were not read anew: {A_MINUTE} others were in this minute."
        self._recent.append(begun)
        client = self._receiving.network.client(timeout=10.0, total=20.0)
        at = self._receiving.clock.now().isoformat()
        try:
            server = find_server(did, self._directory, client)
            for count, record in enumerate(_newest(server, did, client)):
                if count == PAGE * PAGES:
                    return f"Of her posts the newest {count:,} were read anew."
                self._receiving.raise_if_closed()
                rkey = str(record.get("uri", "")).rpartition("/")[2]
                try:
                    value = read_record(record.get("value"))
                except msgspec.ValidationError:
                    continue
                if value.text is not None and rkey:
                    posts.add(did, rkey, str(record.get("cid", "")), value, at)
        except (Remote, Correctable) as error:
            return f"Her posts could not be read anew: {error.message}"
        finally:
            client.close()
        return ""


def find_server(did: str, directory: str, client: Client) -> str:
    """Return the address of the server that holds an account.

    Raises
    ------
    Remote
        Nobody can say, or it has none.
    """
    method, _, rest = did.removeprefix("did:").partition(":")
    if method == "web":
        url = f"https://{unquote(rest)}/.well-known/did.json"
    else:
        url = f"{directory}/{did}"
    document = client.get(url, max_bytes=1 << 20).raise_for_status().json()
    services = document.get("service") if isinstance(document, dict) else None
    for service in services if isinstance(services, list) else ():
        if isinstance(service, dict) and str(service.get("id", "")).endswith("#atproto_pds"):
            return str(service.get("serviceEndpoint", "")).rstrip("/")
    raise Remote(f"{url}: {did} names no server.", permanent=True)


def _newest(server: str, did: str, client: Client) -> Iterator[dict[str, Any]]:
    cursor = None
    for _ in range(PAGES + 1):
        query = {"repo": did, "collection": POST, "limit": str(PAGE)}
        if cursor:
            query["cursor"] = cursor
        answer = client.get(f"{server}/xrpc/com.atproto.repo.listRecords", params=query)
        page = answer.raise_for_status().json()
        records = page.get("records") if isinstance(page, dict) else None
        yield from (r for r in records or () if isinstance(r, dict))
        cursor = page.get("cursor") if isinstance(page, dict) else None
        if not cursor:
            return
