"""Peers: found where one is connected, followed by one source a network, shown side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client

from auscult.engine.kernel.http import Network, Reach
from auscult.engine.kernel.posts import SCHEMA
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import AuditEntry, User
from auscult.web.listening import peers
from auscult.web.listening.actions import forget, remove_source
from auscult.web.listening.errors import PeerRefused, PeerUnknown
from auscult.web.listening.lake import lake_name, lake_of
from auscult.web.listening.models import Peer
from auscult.web.sources.actions import add_source
from auscult.web.sources.models import Source, SourceState
from auscult.web.sources.secrets import opened_config
from servers.mastodon import FakeMastodon, fake_mastodon
from servers.small_appview import SmallAppView, small_appview

pytestmark = pytest.mark.django_db

MAYO, HILL = "did:plc:mayo", "did:plc:hill"


def signed_in(actor: Any) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture(autouse=True)
def reach(own_archive: None, settings: Any) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, reach=("127.0.0.1",))


@pytest.fixture
def appview() -> Iterator[SmallAppView]:
    with small_appview() as server:
        for name in ("mayo", "hill"):
            server.join(f"{name}.hospital.example")
        yield server


@pytest.fixture
def instance() -> Iterator[FakeMastodon]:
    with fake_mastodon() as server:
        server.post("open", by="hospital")
        yield server


@pytest.fixture
def bluesky(owner: Any, appview: SmallAppView) -> Source:
    config = {"accounts": ["did:plc:me"], "host": appview.url}
    return add_source(owner, name="Ours", connector="bluesky-accounts", config=config)


@pytest.fixture
def mastodon(owner: Any, instance: FakeMastodon) -> Source:
    config = {"instance": instance.url, "access_token": "good"}
    return add_source(owner, name="Town", connector="mastodon", config=config)


def follow(actor: Any, author: str, place: str = "bluesky") -> Peer:
    return peers.add_peer(
        actor, place=place, author=author, handle=f"@{author}", label=author.rpartition(":")[2]
    )


def test_only_what_is_connected_is_asked(
    owner: Any, stranger: Any, appview: SmallAppView, instance: FakeMastodon
) -> None:
    client = signed_in(owner)

    page = client.get("/listening/peers/").content.decode()
    found = client.post("/listening/peers/find/", {"text": "hospital"}).content.decode()

    assert "Connect Bluesky or an instance of Mastodon first." in page
    assert "Follow" not in found
    assert appview.asked == []
    assert instance.requests == []


def test_looking_at_pages_asks_nobody(
    owner: Any, bluesky: Source, mastodon: Source, appview: SmallAppView, instance: FakeMastodon
) -> None:
    for page in ("/listening/peers/", "/listening/suggestions/", "/listening/"):
        assert signed_in(owner).get(page).status_code == 200

    assert appview.asked == []
    assert instance.requests == []


def test_accounts_are_found_and_one_is_followed(
    owner: Any, bluesky: Source, mastodon: Source, instance: FakeMastodon
) -> None:
    client = signed_in(owner)

    page = client.post("/listening/peers/find/", {"text": "hospital"}).content.decode()
    assert "@mayo.hospital.example" in page
    assert f"@hospital@{instance.host}" in page
    assert "120 followers" in page

    given = {"place": "bluesky", "author": MAYO, "handle": "@mayo", "label": "Mayo"}
    answer = client.post("/listening/peers/add/", given, follow=True).content.decode()
    assert "Mayo is a peer now." in answer
    assert "Nothing was read of it yet." in answer
    again = client.post("/listening/peers/find/", {"text": "hospital"}).content.decode()
    assert "A peer already" in again


def test_a_network_that_fails_says_so_and_spoils_nothing(
    owner: Any, bluesky: Source, mastodon: Source, appview: SmallAppView, instance: FakeMastodon
) -> None:
    appview.refusals.append((503, {}, b"{}"))

    found = peers.find_accounts(owner, "hospital", network=Network(Reach(("127.0.0.1",))))

    assert [(one.place.title, bool(one.problem), len(one.accounts)) for one in found] == [
        ("Bluesky", True, 0),
        (instance.host, False, 1),
    ]


def test_one_source_reads_all_peers_of_a_network(
    owner: Any, bluesky: Source, mastodon: Source, instance: FakeMastodon, appview: SmallAppView
) -> None:
    first, second = follow(owner, MAYO), follow(owner, HILL)
    far = follow(owner, "clinic@far.example", f"instance-{mastodon.pk}")

    assert first.source == second.source != bluesky
    first.source.refresh_from_db()
    assert first.source.config == {
        "since": "2026-08-22", "every_minutes": 360, "host": appview.url, "accounts": [MAYO, HILL],
    }  # fmt: skip
    assert (first.source.sample_share, first.source.ttl_days) == (1.0, 180)
    assert opened_config(far.source)["access_token"] == "good"
    assert "access_token" not in far.source.config
    assert far.source.config["timelines"] == ["@clinic@far.example"]
    assert follow(owner, MAYO) == first
    assert AuditEntry.objects.filter(action="add-peer").count() == 3
    assert not AuditEntry.objects.filter(target__contains="did:plc").exists()

    peers.remove_peer(owner, peer=first)
    second.source.refresh_from_db()
    assert second.source.config["accounts"] == [HILL]
    peers.remove_peer(owner, peer=second)
    second.source.refresh_from_db()
    assert second.source.state == SourceState.PAUSED
    again = follow(owner, MAYO).source
    assert (again, again.state, again.config["accounts"]) == (
        second.source, SourceState.READING, [MAYO],
    )  # fmt: skip


def test_a_privacy_officer_forgets_a_peer(
    owner: Any, bluesky: Source, persons: dict[str, Any]
) -> None:
    source = follow(owner, MAYO).source
    forget(persons["privacy"], authors=[MAYO], reason="asked")
    source.refresh_from_db()
    assert "accounts" not in source.config
    assert not peers.peers(owner).exists()
    entry = AuditEntry.objects.get(action="remove-peer")
    assert entry.actor == persons["privacy"].name


def test_a_forgotten_author_is_nobodys_peer(owner: Any, bluesky: Source) -> None:
    source = follow(owner, MAYO).source
    follow(owner, HILL)
    forget(owner, authors=[MAYO], reason="asked")
    source.refresh_from_db()
    assert source.config["accounts"] == [HILL]
    assert [one.author for one in peers.peers(owner)] == [HILL]

    Source.objects.filter(pk=source.pk).update(snapshot={"names": {HILL: HILL}})
    forget(owner, authors=[HILL], reason="asked")
    source.refresh_from_db()
    assert not peers.peers(owner).exists()
    assert source.state == SourceState.PAUSED
    assert "accounts" not in source.config
    assert source.snapshot is None
    assert follow(owner, MAYO).source == source


def test_a_peer_goes_with_its_source(owner: Any, bluesky: Source) -> None:
    first = follow(owner, MAYO)

    remove_source(owner, source=first.source, keep_posts=True)

    assert not peers.peers(owner).exists()
    assert follow(owner, MAYO).source.state == SourceState.READING


@pytest.mark.parametrize(
    ("place", "author"),
    [("bluesky", "mayo"), ("bluesky", "x@y.example"), ("instance-9", "x@y.example"), ("", "")],
)
def test_what_is_no_account_is_refused(
    owner: Any, bluesky: Source, place: str, author: str
) -> None:
    with pytest.raises(PeerRefused):
        follow(owner, author, place)
    assert signed_in(owner).post("/listening/peers/add/", {"place": place}).status_code == 400


def test_who_may_do_what(
    owner: Any, teammate: Any, onlooker: Any, stranger: Any, bluesky: Source
) -> None:
    mine = follow(teammate, MAYO)
    page = f"/listening/peers/{mine.pk}/remove/"
    for actor, status in ((owner, 200), (teammate, 200), (onlooker, 403), (stranger, 404)):
        assert signed_in(actor).get(page).status_code == status
    for action in ("find/", "add/"):
        assert signed_in(onlooker).post(f"/listening/peers/{action}").status_code == 403
    for actor in (owner, teammate, onlooker):
        assert "mayo" in signed_in(actor).get("/listening/peers/").content.decode()
    assert "mayo" not in signed_in(stranger).get("/listening/peers/").content.decode()
    assert "Look for more" not in signed_in(onlooker).get("/listening/peers/").content.decode()
    with pytest.raises(NotAllowed):
        peers.remove_peer(onlooker, peer=mine)
    with pytest.raises(PeerUnknown):
        peers.remove_peer(stranger, peer=mine)
    with pytest.raises(PeerRefused, match="isn't connected"):
        follow(stranger, HILL)
    assert peers.peers(owner).count() == 1


@pytest.mark.parametrize("page", ["", "find/", "add/", "1/remove/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_asked_to_sign_in(method: str, page: str) -> None:
    answer = getattr(Client(), method)(f"/listening/peers/{page}")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


def test_figures_stand_side_by_side(owner: Any, bluesky: Source) -> None:
    mayo, _ = follow(owner, MAYO), follow(owner, HILL)
    at = owner.clock.now() - timedelta(days=3)
    rows = [
        {
            "uri": f"at://{MAYO}/x/{n}",
            "author": MAYO,
            "author_followers": 1_200,
            "created_at": at - n * timedelta(days=1),
            "collected_at": at + timedelta(days=2),
            "text": "<b>secret</b>",
            "engagement": {"likes": n},
            "media": [{"kind": "image"}] if n % 2 else None,
        }
        for n in range(20)
    ]
    posts = pa.Table.from_pylist(rows, schema=SCHEMA)
    lake_of(owner).write(posts, source=lake_name(mayo.source), key="1")

    page = signed_in(owner).get("/listening/peers/").content.decode()

    assert "1,200 followers" in page
    assert "20 posts, the oldest of" in page
    assert "9.5; half of them 4.8 to 14.2 (n = 20)" in page
    assert "picture 10 (50 %)" in " ".join(page.split())
    assert "Nothing was read of it yet." in page
    assert "secret" not in page
