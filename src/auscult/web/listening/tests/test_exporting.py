"""What is taken along: every form has its coverage, and no author is in it unasked."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from auscult.engine.connectors.base import Covered
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.query.parse import parse
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import AuditEntry
from auscult.web.listening.actions import save_watch
from auscult.web.listening.exporting import export
from auscult.web.listening.reading import Filters
from auscult.web.listening.tests.conftest import NOON

pytestmark = pytest.mark.django_db

PLACES = {
    "flu.csv": ("flu.csv", "flu.coverage.json", "flu.about.json"),
    "flu.JSONL": ("flu.JSONL", "flu.coverage.json", "flu.about.json"),
    "flu.parquet": ("flu.parquet", "flu.coverage.json", "flu.about.json"),
    "new/folder": ("posts.jsonl", "coverage.json", "about.json"),
}


@pytest.fixture
def posts(owner: Any, record: Callable[..., Any], post: Callable[..., dict[str, Any]]) -> None:
    save_watch(owner, name="flu", query="flu")
    covered = (
        Covered(community="", since=NOON, until=NOON, sampled=1.0),
        Covered(community="ward", since=NOON, until=NOON.replace(hour=14), reason="closed"),
    )
    record(
        post(1, "flu, said to @ann", mentions=["did:plc:ann"], author="did:plc:zoe",
             uri="at://did:plc:zoe/app.bsky.feed.post/1",
             media=[{"kind": "image", "alt": "A cup", "url": "https://cdn.example/did:plc:zoe/1"}]),
        post(2, '=HYPERLINK("https://evil.example","flu")', in_reply_to="at://did:plc:zoe/x/1",
             author="did:plc:bob", uri="at://did:plc:bob/app.bsky.feed.post/2",
             engagement={"likes": 3}, raw_hash="raw!hash"),
        post(3, "News of the flu", uri="https://news.example/flu", author=None, author_name=None,
             links=["https://news.example/flu"]),
        coverage=covered,
    )  # fmt: skip


def read(path: Path) -> list[dict[str, Any]]:
    if path.suffix.lower() == ".jsonl":
        return [json.loads(line) for line in path.read_text().splitlines()]
    if path.suffix == ".parquet":
        assert pq.read_schema(path).equals(SCHEMA)
        return [dict(row) for row in pq.read_table(path).to_pylist()]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("place", PLACES)
def test_every_form_has_its_posts_its_coverage_and_its_story(
    owner: Any, posts: None, place: str, tmp_path: Path
) -> None:
    done = export(owner, parse("flu"), tmp_path / place)

    assert [file.name for file in done.files] == list(PLACES[place])
    rows = read(done.files[0])
    assert [row["created_at"] for row in rows] == sorted(
        (row["created_at"] for row in rows), reverse=True
    )
    assert len(rows) == done.posts == 3
    covered = json.loads(done.files[1].read_text())["coverage"]
    assert [(one["source"], one["community"], one["reason"]) for one in covered] == [
        ("town", "", ""),
        ("town", "ward", "closed"),
    ]
    about = json.loads(done.files[2].read_text())
    assert (about["query"], about["posts"], about["complete"]) == ("flu", 3, True)
    assert about["authors"] == "pseudonyms"
    assert sorted(file.name for file in done.files[0].parent.iterdir()) == sorted(PLACES[place])


@pytest.mark.parametrize("place", PLACES)
def test_no_author_is_named_unasked(owner: Any, posts: None, place: str, tmp_path: Path) -> None:
    done = export(owner, parse("flu"), tmp_path / place)

    if done.files[0].suffix == ".parquet":
        written = str(read(done.files[0]))
    else:
        written = done.files[0].read_text()
    for name in ("zoe", "did:plc", "Pat Person", "cdn.example", "bob", "raw!hash"):
        assert name not in written
    rows = read(done.files[0])
    news = next(row for row in rows if "News" in row["text"])
    assert news["uri"] == "https://news.example/flu"


def test_threads_and_voices_can_still_be_followed(owner: Any, posts: None, tmp_path: Path) -> None:
    first = read(export(owner, parse("flu"), tmp_path / "a.jsonl").files[0])
    second = read(export(owner, parse("flu"), tmp_path / "b.jsonl").files[0])

    assert first == second
    assert first[1]["in_reply_to"].startswith("post-")
    assert first[1]["author"] != first[2]["author"]


def test_an_owner_may_take_authors_along(
    owner: Any, teammate: Any, persons: Any, posts: None, tmp_path: Path
) -> None:
    done = export(owner, parse("flu"), tmp_path / "all.jsonl", with_authors=True)

    rows = read(done.files[0])
    assert rows[2]["author"] == "did:plc:zoe"
    assert rows[2]["media"][0]["url"] == "https://cdn.example/did:plc:zoe/1"
    entry = AuditEntry.objects.get(action="export-posts")
    assert entry.details == {"query": "flu", "posts": 3, "authors": True}
    with pytest.raises(NotAllowed):
        export(teammate, parse("flu"), tmp_path / "no.jsonl", with_authors=True)
    with pytest.raises(NotAllowed):
        export(persons["guest"], parse("flu"), tmp_path / "no.jsonl")
    assert not (tmp_path / "no.jsonl").exists()


def test_a_stranger_takes_nothing_along(stranger: Any, posts: None, tmp_path: Path) -> None:
    done = export(stranger, parse("flu"), tmp_path / "all.jsonl", with_authors=True)

    assert done.posts == 0
    assert json.loads(done.files[1].read_text())["coverage"] == []
    assert "town" not in done.files[2].read_text()


def test_a_spreadsheet_finds_no_formula(owner: Any, posts: None, tmp_path: Path) -> None:
    table = read(export(owner, parse("flu"), tmp_path / "flu.csv").files[0])
    exact = read(export(owner, parse("flu"), tmp_path / "flu.jsonl").files[0])

    assert table[1]["text"] == "'" + exact[1]["text"]
    assert json.loads(table[1]["engagement"])["likes"] == 3


def test_a_limit_is_told(owner: Any, posts: None, tmp_path: Path) -> None:
    some = export(owner, parse("flu"), tmp_path / "some", limit=2)
    narrow = export(owner, parse("flu"), tmp_path / "day", filters=Filters(until=NOON))

    assert (some.posts, some.complete) == (2, False)
    assert (narrow.posts, narrow.complete) == (0, True)
    assert json.loads(some.files[2].read_text())["complete"] is False


def test_places_that_can_not_be(owner: Any, posts: None, tmp_path: Path) -> None:
    with pytest.raises(Correctable, match=r"ends in \.xlsx"):
        export(owner, parse("flu"), tmp_path / "flu.xlsx")
    (tmp_path / "file").write_text("")
    with pytest.raises(Correctable, match="can't be written"):
        export(owner, parse("flu"), tmp_path / "file" / "flu.csv")
