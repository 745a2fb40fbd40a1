"""Each server starts, and does the first things that the other tests rely on."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from websockets.sync.client import connect

from servers.atproto import POST, Pds, running_pds
from servers.calls import call
from servers.snac import Snac
from servers.wordpress import WordPress

# One grey point.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)

pytestmark = pytest.mark.servers


def test_pds_keeps_a_post_until_it_is_deleted(pds: Pds) -> None:
    author = pds.create_account("nurse")
    said = pds.post(author, "Clinic opens at eight", langs=["en"])

    def now() -> Any:
        record = {"repo": author.did, "collection": POST, "rkey": said.rkey}
        return call("GET", f"{pds.url}/xrpc/com.atproto.repo.getRecord", params=record).json()

    assert now()["value"]["langs"] == ["en"]
    pds.put(author, said, "Clinic opens at nine")
    assert now()["value"]["text"] == "Clinic opens at nine"
    pds.delete(author, said)
    listed = pds.query("com.atproto.repo.listRecords", repo=author.did, collection=POST)
    assert listed["records"] == []


def test_pds_sends_what_was_written_from_the_first_event_on(pds: Pds) -> None:
    author = pds.create_account("nurse")
    pds.post(author, "Said before anybody listened")
    with connect(f"{pds.stream_url}?cursor=0") as stream:
        # Two CBOR values: a header and an event; the account's own events come first.
        frames = [stream.recv(timeout=10, decode=False)]
        while f"{POST}/".encode() not in frames[-1]:
            frames.append(stream.recv(timeout=10, decode=False))
    assert len(frames) > 1


def test_pds_shows_a_picture_with_its_description(pds: Pds) -> None:
    author = pds.create_account("nurse")
    image = {"image": pds.upload(author, PICTURE), "alt": "The new entrance"}
    embed = {"$type": "app.bsky.embed.images", "images": [image]}
    pds.post(author, "Come in", embed=embed)
    (post,) = pds.query("com.atproto.repo.listRecords", repo=author.did, collection=POST)["records"]
    assert post["value"]["embed"]["images"][0]["alt"] == "The new entrance"


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

    def shown() -> set[str]:
        where = f"/api/v1/accounts/{author.id}/statuses"
        return {one["uri"] for one in snac.get(where, author.token)}

    assert status["uri"] in shown()
    local = snac.get("/api/v1/timelines/public", author.token, local="true")
    assert status["uri"] in {one["uri"] for one in local}
    tagged = snac.get("/api/v1/timelines/tag/hospital", author.token)
    assert status["uri"] in {one["uri"] for one in tagged}
    assert "Flu jabs from Monday" in call("GET", snac.rss_url(author)).text()
    assert snac.react(author, status, "favourite")["favourites_count"] == 1
    changed = snac.edit(author, status, "Flu jabs from Tuesday")
    assert changed["uri"] == status["uri"]
    assert "Tuesday" in call("GET", snac.rss_url(author)).text()
    snac.delete(author, changed)
    assert status["uri"] not in shown()


def test_wordpress_shows_a_post_by_rest_and_feed_until_it_is_deleted(wordpress: WordPress) -> None:
    post = wordpress.create_post("Flu jabs", "From Monday at eight.")
    assert post["link"] in call("GET", wordpress.feed_url).text()
    public = f"{wordpress.url}/wp-json/wp/v2/posts/{post['id']}"
    assert "Monday" in call("GET", public).json()["content"]["rendered"]
    changed = wordpress.edit_post(post, content="From Tuesday at eight.")
    assert changed["modified_gmt"] >= post["modified_gmt"]
    assert "Tuesday" in call("GET", wordpress.feed_url).text()
    wordpress.delete_post(post)
    assert call("GET", public, refusals=True).status == 404
    assert post["link"] not in call("GET", wordpress.feed_url).text()


def test_wordpress_answers_a_conditional_request_with_304(wordpress: WordPress) -> None:
    wordpress.create_post("Visiting hours", "Two to six.")
    first = call("GET", wordpress.feed_url)
    same = {"If-None-Match": first.headers["etag"]}
    assert call("GET", wordpress.feed_url, headers=same).status == 304
    wordpress.create_post("Car park", "Level two is closed.")
    # Its dates count in seconds; its tag is made from them.
    assert call("GET", wordpress.feed_url).status == 200


def test_wordpress_takes_comments_and_holds_floods_off(wordpress: WordPress) -> None:
    post = wordpress.create_post("New ward", "It opens in May.")
    comment = wordpress.comment(post, "At last!", author="Neighbour")
    assert "At last!" in call("GET", wordpress.comments_feed_url).text()
    flood = wordpress.comment_as_stranger(post, "Buy this")
    assert flood.status == 429
    wordpress.delete_comment(comment)
    assert "At last!" not in call("GET", wordpress.comments_feed_url).text()


def test_pds_with_limits_says_when_they_end() -> None:
    with running_pds(rate_limits=True) as limited:
        person = limited.create_account("nurse")
        url = f"{limited.url}/xrpc/com.atproto.identity.updateHandle"
        for number in range(10):
            handle = {"handle": f"nurse-{number}-new.test"}
            call("POST", url, json=handle, token=person.access)
        refused = call("POST", url, json=handle, token=person.access, refusals=True)
    assert (refused.status, refused.json()["error"]) == (429, "RateLimitExceeded")
    # It has no Retry-After, but the second in which it may be tried again.
    assert "retry-after" not in refused.headers
    assert 0 < int(refused.headers["ratelimit-reset"]) - time.time() <= 300
