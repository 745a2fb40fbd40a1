"""Each server starts, and does the first things that the other tests rely on."""

from __future__ import annotations

import pytest

from servers.atproto import Pds
from servers.calls import call
from servers.snac import Snac

pytestmark = pytest.mark.servers


def test_pds_keeps_a_post_until_it_is_deleted(pds: Pds) -> None:
    author = pds.create_account("nurse")
    said = pds.post(author, "Clinic opens at eight", langs=["en"])
    record = {"repo": author.did, "collection": "app.bsky.feed.post", "rkey": said.rkey}
    assert pds.query("com.atproto.repo.getRecord", **record)["value"]["langs"] == ["en"]
    pds.put(author, said, "Clinic opens at nine")
    changed = pds.query("com.atproto.repo.getRecord", **record)
    assert changed["value"]["text"] == "Clinic opens at nine"
    pds.delete(author, said)
    listed = pds.query(
        "com.atproto.repo.listRecords", repo=author.did, collection="app.bsky.feed.post"
    )
    assert listed["records"] == []


def test_pds_accounts_come_and_go(pds: Pds) -> None:
    guest = pds.create_account("guest")
    status = "com.atproto.sync.getRepoStatus"
    assert pds.query(status, did=guest.did)["active"]
    pds.deactivate_account(guest)
    assert pds.query(status, did=guest.did)["status"] == "deactivated"
    pds.activate_account(guest)
    pds.take_down_account(guest)
    assert pds.query(status, did=guest.did)["status"] == "takendown"
    pds.take_down_account(guest, applied=False)
    pds.delete_account(guest)
    gone = call("GET", f"{pds.url}/xrpc/{status}", params={"did": guest.did}, refusals=True).json()
    assert gone["error"] == "RepoNotFound"


def test_snac_shows_a_post_on_timelines_and_feed_until_it_is_deleted(snac: Snac) -> None:
    author = snac.create_user("nurse")
    status = snac.post(author, "Flu jabs from Monday #hospital", language="en")
    where = "/api/v1/timelines/public"
    assert status["uri"] in {one["uri"] for one in snac.get(where, author.token, local="true")}
    tagged = snac.get("/api/v1/timelines/tag/hospital", author.token)
    assert status["uri"] in {one["uri"] for one in tagged}
    assert "Flu jabs from Monday" in call("GET", snac.rss_url(author)).text()
    assert snac.react(author, status, "favourite")["favourites_count"] == 1
    changed = snac.edit(author, status, "Flu jabs from Tuesday")
    assert changed["uri"] == status["uri"]
    assert "Tuesday" in call("GET", snac.rss_url(author)).text()
    snac.delete(author, changed)
    assert snac.get(where, author.token, local="true") == []
