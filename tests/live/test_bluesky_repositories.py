"""A real PDS is read: what people write, change, take back, and that they leave."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from auscult.engine.connectors.base import configure
from auscult.engine.connectors.bluesky_repositories import BlueskyRepositories
from auscult.engine.connectors.bluesky_repositories.config import RepositoriesConfig
from auscult.engine.connectors.conformance import HERE, standing
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import SystemClock
from hearing import Heard, hear
from servers.atproto import Pds, Said
from servers.calls import call

pytestmark = pytest.mark.servers


@contextlib.contextmanager
def reading(pds: Pds, snapshot: dict[str, Any] | None = None, **values: Any) -> Iterator[Receiving]:
    config = configure(RepositoriesConfig, {"host": pds.url, **values})
    reader = BlueskyRepositories().open(config, snapshot, clock=SystemClock(), network=HERE)
    try:
        yield reader
    finally:
        reader.close()


def has(*said: Said) -> Any:
    return lambda heard: {one.uri for one in said} <= heard.posts.keys()


def texts(heard: Heard) -> dict[str, str]:
    return dict(standing(heard.batches))


def test_a_post_arrives_with_all_that_belongs_to_it(pds: Pds) -> None:
    nurse, guest = pds.create_account("nurse"), pds.create_account("guest")
    text = "Jabs from Monday #flu, see https://example.org"
    start = text.encode().index(b"#flu")
    facet = {
        "index": {"byteStart": start, "byteEnd": start + 4},
        "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "flu"}],
    }
    card = {"uri": "https://example.org", "title": "Our clinic", "description": ""}
    embed = {"$type": "app.bsky.embed.external", "external": card}
    first = pds.post(nurse, text, langs=["en"], facets=[facet], embed=embed)
    answer = pds.reply(guest, first, "Which ward?")
    quote = pds.quote(guest, first, "Good to know")
    with reading(pds) as reader:
        heard = hear(reader, has(first, answer, quote))
    post = heard.posts[first.uri]
    assert post["text"] == text
    assert post["author"] == nurse.did
    assert (post["language"], post["hashtags"], post["title"]) == ("en", ["flu"], "Our clinic")
    assert post["links"] == ["https://example.org"]
    assert len(post["raw_hash"]) == 64
    assert heard.posts[answer.uri]["in_reply_to"] == first.uri
    assert heard.posts[quote.uri]["quote_of"] == first.uri


def test_alt_text_of_a_real_picture_is_kept(pds: Pds) -> None:
    nurse = pds.create_account("nurse")
    address = f"{pds.url}/xrpc/com.atproto.repo.uploadBlob"
    kind = {"Content-Type": "image/png"}
    blob = call("POST", address, body=PIXEL, headers=kind, token=nurse.access).json()["blob"]
    image = {"alt": "The new ward", "image": blob}
    said = pds.post(nurse, "Look", embed={"$type": "app.bsky.embed.images", "images": [image]})
    with reading(pds) as reader:
        media = hear(reader, has(said)).posts[said.uri]["media"]
    assert [(one["kind"], one["alt"]) for one in media] == [("image", "The new ward")]


def test_changes_deletions_and_likes_arrive_while_it_listens(pds: Pds) -> None:
    nurse, guest = pds.create_account("nurse"), pds.create_account("guest")
    with reading(pds) as reader:
        kept, gone = pds.post(nurse, "Open at eight"), pds.post(nurse, "Typo")
        heard = hear(reader, has(kept, gone))
        like, repost = pds.like(guest, kept), pds.repost(guest, kept)
        pds.put(nurse, kept, "Open at nine")
        pds.delete(nurse, gone)
        pds.delete(guest, repost)
        hear(reader, lambda heard: withdrawn(heard) and gone.uri in heard.deleted, heard)
        hear(reader, lambda heard: texts(heard).get(kept.uri) == "Open at nine", heard)
    assert gone.uri not in texts(heard)
    given = [r for b in heard.batches if b.reactions for r in b.reactions.to_pylist()]
    assert {(r["uri"], r["kind"], r["subject"]) for r in given} >= {(like.uri, "like", kept.uri)}
    assert withdrawn(heard) == [repost.uri]


def withdrawn(heard: Heard) -> list[str]:
    return [uri for batch in heard.batches for uri in batch.withdrawn]


def test_who_leaves_takes_her_posts_along(pds: Pds) -> None:
    guest, other = pds.create_account("guest"), pds.create_account("guest")
    first, second = pds.post(guest, "I am leaving"), pds.post(other, "So am I")
    with reading(pds) as reader:
        heard = hear(reader, has(first, second))
        pds.deactivate_account(guest)
        hear(reader, lambda heard: first.uri not in texts(heard), heard)
        pds.activate_account(guest)
        hear(reader, lambda heard: guest.did in heard.batches[-1].restored, heard)
        new = pds.post(guest, "I am back")
        hear(reader, has(new), heard)
        pds.take_down_account(guest)
        hear(reader, lambda heard: new.uri not in texts(heard), heard)
        pds.delete_account(other)
        hear(reader, lambda heard: second.uri not in texts(heard), heard)


def test_what_is_said_while_nobody_listens_is_there_afterwards(pds: Pds) -> None:
    nurse = pds.create_account("nurse")
    before = pds.post(nurse, "before")
    with reading(pds) as reader:
        heard = hear(reader, has(before))
    meanwhile = [pds.post(nurse, f"meanwhile {number}") for number in range(20)]
    pds.delete(nurse, meanwhile[3])
    pds.delete(nurse, before)
    with reading(pds, heard.snapshot) as reader:
        last = pds.post(nurse, "after")
        rest = hear(reader, has(last))
        hear(reader, lambda rest: before.uri in rest.deleted, rest)
    heard.batches += rest.batches
    stand = {one.uri for one in [*meanwhile, last]} - {meanwhile[3].uri}
    assert {uri for uri in texts(heard) if nurse.did in uri} == stand
    assert heard.gaps == []


def test_from_every_batch_it_comes_to_the_same_end(pds: Pds) -> None:
    nurse = pds.create_account("nurse")
    said = []
    with reading(pds) as reader:
        heard = Heard()
        for number in range(4):
            said.append(pds.post(nurse, f"post {number}"))
            hear(reader, has(said[-1]), heard)
        pds.put(nurse, said[0], "changed")
        pds.delete(nurse, said[1])
        hear(reader, lambda heard: said[1].uri in heard.deleted, heard)
        hear(reader, lambda heard: texts(heard).get(said[0].uri) == "changed", heard)
    end = texts(heard)
    for cut in range(len(heard.batches)):
        again = Heard(heard.batches[:cut])
        snapshot = again.snapshot if cut else None
        with reading(pds, snapshot) as reader:
            hear(reader, lambda again: texts(again) == end, again)


def test_a_mention_is_confirmed_or_found_gone(pds: Pds) -> None:
    nurse = pds.create_account("nurse")
    stands, gone = pds.post(nurse, "stands"), pds.post(nurse, "gone")
    pds.delete(nurse, gone)
    with reading(pds, history=False) as reader:
        reader.recheck([stands.uri, gone.uri])
        heard = hear(reader, lambda heard: heard.confirmed and heard.deleted)
    # The stream may tell of the deletion, too: it has only just happened.
    assert (heard.confirmed, set(heard.deleted)) == ([stands.uri], {gone.uri})


def test_a_server_is_recognised_by_its_address(pds: Pds) -> None:
    (found,) = BlueskyRepositories().probe(pds.url, network=HERE)
    assert found.config == {"host": pds.url.replace("http", "ws")}
    assert "127.0.0.1" in found.reads


def test_a_whole_repository_is_fetched_where_the_stream_has_a_hole(pds: Pds) -> None:
    nurse = pds.create_account("nurse")
    for number in range(60):
        pds.post(nurse, f"post {number}")
    with reading(pds, history=False) as reader:
        hear(reader, lambda heard: reader.status.doing == "live")
        pds.deactivate_account(nurse)
        pds.activate_account(nurse)  # says that the repository is to be read anew
        heard = hear(reader, lambda heard: len(texts(heard)) == 60)
    assert {row["text"] for row in heard.versions} == {f"post {n}" for n in range(60)}


PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000000000500010d0a2db40000000049454e44ae426082"
)
