"""Repositories are read anew from a real PDS, found through a real PLC directory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from auscult.engine.connectors.base import configure
from auscult.engine.connectors.bluesky import Bluesky, BlueskyConfig
from auscult.engine.connectors.bluesky.repository import find_server
from auscult.engine.connectors.conformance import standing
from auscult.engine.kernel.clock import SystemClock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Network, Reach
from hearing import Heard, hear
from servers.atproto import POST, Pds
from servers.jetstream import Jetstream
from servers.jetstream_log import Log, account, commit, sync

pytestmark = pytest.mark.servers
# A PDS of the tests calls itself localhost, which may have addresses of both kinds.
NETWORK = Network(Reach(("127.0.0.1", "::1", "localhost")))


@contextlib.contextmanager
def heard_of(log: Log, pds: Pds, last: str) -> Iterator[Heard]:
    """Listen to a stream until a post with this text came."""
    log.append(commit("did:plc:last", POST, "last", {"text": last}))
    with Jetstream(log=log) as server:
        values = {"hosts": [server.url], "directory": pds.plc_url, "hours_back": 36.0}
        config = configure(BlueskyConfig, {**values, "compress": False})
        reader = Bluesky().open(config, None, clock=SystemClock(), network=NETWORK)
        try:
            yield hear(reader, lambda heard: last in heard.texts)
        finally:
            reader.close()


def test_a_directory_says_where_an_account_is(pds: Pds) -> None:
    nurse = pds.create_account("nurse")
    with NETWORK.client() as client:
        assert find_server(nurse.did, pds.plc_url, client).rpartition(":")[2] == pds.url[-5:]
        with pytest.raises(Remote, match="404"):
            find_server("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", pds.plc_url, client)


def test_after_a_sync_an_author_has_what_her_server_has(pds: Pds) -> None:
    nurse = pds.create_account("nurse")
    kept = [pds.post(nurse, f"Jabs on day {number}") for number in range(3)]
    taken_back = pds.post(nurse, "Never said")
    pds.delete(nurse, taken_back)
    log = Log()
    log.append(commit(nurse.did, POST, kept[0].rkey, {"text": "An older version"}))
    log.append(commit(nurse.did, POST, taken_back.rkey, {"text": "Never said"}))
    log.append(sync(nurse.did))
    with heard_of(log, pds, "the end") as heard:
        [renewal] = [batch for batch in heard.batches if batch.renewed]
    assert renewal.renewed == (nurse.did,)
    assert standing([renewal]) == {(said.uri, f"Jabs on day {n}") for n, said in enumerate(kept)}
    hashes = renewal.posts.column("raw_hash").to_pylist()
    assert all(digest and len(digest) == 64 for digest in hashes)
    assert heard.gaps == []


def test_an_account_that_is_gone_has_nothing_to_be_read_anew(pds: Pds) -> None:
    guest = pds.create_account("guest")
    pds.post(guest, "I leave")
    pds.delete_account(guest)
    log = Log()
    log.append(account(guest.did, status="deleted"))
    log.append(sync(guest.did))
    with heard_of(log, pds, "the end") as heard:
        [renewal] = [batch for batch in heard.batches if batch.renewed]
    assert [one.author for batch in heard.batches for one in batch.deleted] == [guest.did]
    assert renewal.posts.num_rows == 0
    assert len(heard.gaps) == 1
    assert "could not be read anew" in heard.gaps[0]
