"""Sources that the conformance suite reads: at least one for every connector."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from auscult.engine.connectors.conformance import Expected
from servers import gdelt, wordpress_rest, youtube
from servers.answering import answering
from servers.feeds import Reply, item, rss, web
from servers.jetstream import Fault, Jetstream
from servers.jetstream_log import Log, account, commit
from servers.mastodon import fake_mastodon
from servers.repositories import POST, Repositories
from servers.small_appview import small_appview

Specimen = tuple[dict[str, Any], Expected]
Live = AbstractContextManager[Specimen]  # its server runs for as long as it is read


def _record(number: int) -> dict[str, Any]:
    return {
        "uri": f"at://did:plc:a{number % 3}/app.bsky.feed.post/{number}",
        "author": f"did:plc:a{number % 3}",
        "created_at": f"2026-01-{number % 28 + 1:02d}T08:00:00Z",
        "text": f"post {number} with a #tag{number} for @name and https://example.org/{number}",
        "engagement": {"likes": number, "replies": None},
    }


def json_lines(folder: Path) -> Specimen:
    """Lines of our own format, with broken ones in between."""
    lines = [json.dumps(_record(number)).encode() for number in range(400)]
    lines[7] = b"{broken"
    lines[8] = b""
    lines[250] = b"null"
    lines[251] = b'{"uri": "u", "text": "no date"}'
    lines[300] = json.dumps(_record(300)).encode().replace(b"post 300", b"post \xff\xfe")
    path = folder / "lines.jsonl"
    path.write_bytes(b"\n".join(lines))
    return {"paths": [str(path)], "block_size": 4_000}, Expected(records=399, broken=3)


def packed_lines(folder: Path) -> Specimen:
    """The same kind of lines, packed in two ways, in a folder."""
    lines = b"".join(json.dumps(_record(number)).encode() + b"\n" for number in range(150))
    inside = folder / "packed"
    inside.mkdir()
    (inside / "first.jsonl.gz").write_bytes(gzip.compress(lines[: len(lines) // 2]))
    (inside / "second.ndjson.zst").write_bytes(zstandard.compress(lines[len(lines) // 2 :]))
    return {"paths": [str(inside)], "block_size": 3_000}, Expected(records=151, broken=2)


def bars(folder: Path) -> Specimen:
    """`id|date|text` without a header, with lines that have too little."""
    path = folder / "desk.txt"
    lines = [
        f"{586_266_658_731_388_929 + n}|Thu Apr 09 20:{n % 60:02d}:18 +0000 2015|word{' | ' * (n % 9 == 0)} {n} \u0085 x"
        for n in range(300)
    ]
    lines[20] = "586266658731388929"
    lines[21] = ""
    path.write_bytes("\r\n".join(lines).encode())
    return {"paths": [str(path)], "block_size": 2_000}, Expected(records=299, broken=1)


def table(folder: Path) -> Specimen:
    """A spreadsheet's export: quotes, line breaks inside, German names and dates."""
    path = folder / "export.csv"
    rows = ["Beitrags-ID;Datum;Verfasser;Text"]
    rows += [
        f'{n};{n % 28 + 1:02d}.03.2026 10:00;"a;{n}";"Zeile ""{n}""\nzwei"' for n in range(200)
    ]
    rows[50] = "50;01.03.2026 10:00"
    rows[60] = '60;01.03.2026 10:00;b;He said "no" to it'
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return {"paths": [str(path)], "block_size": 1_500}, Expected(records=200, broken=1)


def columns(folder: Path) -> Specimen:
    """Parquet in several row groups."""
    path = folder / "posts.parquet"
    rows = pa.Table.from_pylist([_record(number) for number in range(1_000)])
    pq.write_table(rows, path, row_group_size=170)
    return {"paths": [str(path)]}, Expected(records=1_000, broken=0)


def small_town(folder: Path) -> Specimen:
    """A week of Lakeside."""
    return {"days": 7, "seed": 3}, Expected(broken=0)


@contextlib.contextmanager
def jetstream(folder: Path) -> Iterator[Specimen]:
    """Posts, edits, deletions and accounts that leave, with a frame that is none."""
    log = Log(step_us=1_000_000)
    authors = [f"did:plc:{name}" for name in ("anna", "bert", "carla")]
    for number in range(120):
        said = {"text": f"post {number}", "createdAt": "2025-12-31T10:00:00Z", "langs": ["en"]}
        log.append(commit(authors[number % 3], "app.bsky.feed.post", str(number), said))
    log.append(commit(authors[0], "app.bsky.feed.post", "3", None))
    log.append(
        commit(authors[1], "app.bsky.feed.post", "4", {"text": "edited"}, operation="update")
    )
    log.append(account(authors[2], status="deleted"))
    log.append(account(authors[2]))
    log.append(commit(authors[2], "app.bsky.feed.post", "back", {"text": "back again"}))
    with Jetstream(log=log, faults=deque([Fault(after=50, garbage=b"{broken")])) as server:
        config = {"hosts": [server.url], "hours_back": 36.0, "version": 2}
        yield config, Expected(records=123, broken=1)


@contextlib.contextmanager
def instance(folder: Path) -> Iterator[Specimen]:
    """Two timelines of one instance, with a status that isn't one and some that aren't ours."""
    with fake_mastodon() as fake:
        noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
        for number in range(130):
            at = noon - timedelta(minutes=150 - number)
            fake.post(f"post {number} #flu" if number % 3 else f"post {number}", at=at)
        fake.post("hidden", account=fake.account("bea", indexable=False), at=noon)
        fake.post("no date", created_at="soon", at=noon)
        config = {
            "instance": fake.url,
            "timelines": ["local", "#flu"],
            "access_token": "good",
            "poll_every": 0.2,
        }
        yield config, Expected(records=131, broken=1)


@contextlib.contextmanager
def own_network(folder: Path) -> Iterator[Specimen]:
    """Posts, edits, deletions, accounts that leave, and a repository that is replaced."""
    with Repositories() as server:
        for number in range(120):
            server.post(f"did:plc:a{number % 3}", str(number), f"post {number}")
        server.delete("did:plc:a0", f"{POST}/3")
        server.post("did:plc:a1", "4", "edited")
        server.send(b"no frame")
        server.status("did:plc:a2", "deactivated")
        server.status("did:plc:a2", "active")
        server.post("did:plc:a2", "back", "back again")
        server.replace("did:plc:b", {f"{POST}/{n}": {"text": f"elsewhere {n}"} for n in range(9)})
        server.like("did:plc:b", "1", f"at://did:plc:a0/{POST}/0")
        yield {"host": server.url}, Expected(records=132, broken=1)


@contextlib.contextmanager
def sites(folder: Path) -> Iterator[Specimen]:
    """Feeds of three sites, one of them gone, another with an entry that says nothing."""
    with contextlib.ExitStack() as running:
        first, second, third = (running.enter_context(web()) for _ in range(3))
        items = [item(n, date=f"Thu, {n % 28 + 1:02d} Dec 2025 10:00:00 GMT") for n in range(60)]
        entries = [{"id": f"tag:b,2026:{n}", "content_html": f"<p>Entry {n}</p>"} for n in range(9)]
        feed = {"version": "https://jsonfeed.org/version/1.1", "items": [*entries, {}]}
        feeds = [
            first.serve("/news.xml", rss(*items)),
            second.serve("/feed.json", json.dumps(feed).encode()),
            third.serve("/feed", Reply(status=410)),
        ]
        yield {"feeds": feeds}, Expected(records=70, broken=1)


@contextlib.contextmanager
def bluesky_accounts(folder: Path) -> Iterator[Specimen]:
    """Two accounts with a past of several pages, and a thread."""
    with small_appview() as server:
        anna, bert = server.join("anna.example.org"), server.join("bert.example.org")
        for number in range(240):
            first = server.say(anna, f"post {number}", likeCount=number)
        server.say(anna, "an answer", to=server.say(bert, "a question", to=first))
        server.views[server.say(anna, "odd")]["record"] = {}
        config = {"host": server.url, "accounts": [anna, "@bert.example.org"], "threads": [first]}
        yield config | {"since": "2025-01-01"}, Expected(records=246, broken=1)


@contextlib.contextmanager
def own_site(folder: Path) -> Iterator[Specimen]:
    """A site with several pages of posts, of which many share a second, and comments."""
    world = wordpress_rest.World()
    start = datetime(2025, 12, 1, tzinfo=UTC)
    for number in range(1, 261):
        world.post(number, start + timedelta(seconds=max(0, number - 150)))
        world.comment(number, number, start + timedelta(minutes=number))
    world.posts[7]["content"] = None
    with answering(world) as server:
        yield {"address": server.url}, Expected(records=520, broken=1)


@contextlib.contextmanager
def news(folder: Path) -> Iterator[Specimen]:
    """More articles in a day than one answer has."""
    start = datetime(2025, 12, 31, 12, 30, tzinfo=UTC)
    world = gdelt.World([start + timedelta(seconds=97 * n) for n in range(700)])
    world.articles[9]["title"] = ""
    with answering(world) as server:
        yield (
            {"enabled": True, "query": "clinic", "address": server.url, "pause": 0},
            Expected(records=700, broken=1),
        )


@contextlib.contextmanager
def films(folder: Path) -> Iterator[Specimen]:
    """Videos with comments and replies, found by a search."""
    world, start = youtube.World(), datetime(2025, 12, 30, tzinfo=UTC)
    videos = [world.video(n, start + timedelta(minutes=n)) for n in range(60)]
    for n in range(120):
        world.comment(videos[n % 3], f"Ugx{n:03d}", start + timedelta(minutes=n), replies=n % 5)
    with answering(world) as server:
        values = {"key": youtube.KEY, "searches": ["clinic"], "address": server.url}
        yield values, Expected(records=60 + 120 + 240, broken=0)


SPECIMENS: dict[str, tuple[Callable[[Path], Specimen | Live], ...]] = {
    "bluesky": (jetstream,),
    "bluesky-accounts": (bluesky_accounts,),
    "bluesky-repositories": (own_network,),
    "feeds": (sites,),
    "gdelt": (news,),
    "files": (json_lines, packed_lines, bars, table, columns),
    "lakeside": (small_town,),
    "mastodon": (instance,),
    "wordpress": (own_site,),
    "youtube": (films,),
}
