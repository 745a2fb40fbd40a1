"""Statuses as posts: recorded ones of a real server, and those that are awkward."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from auscult.engine.connectors.mastodon.memory import Memory, Seen
from auscult.engine.connectors.mastodon.statuses import Read, Reader, Unreadable
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.matching import WatchSet
from auscult.engine.query.parse import parse

DATA = Path(os.environ.get("AUSCULT_DATA", "../shared/data")) / "mastodon"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _status(**fields: Any) -> dict[str, Any]:
    account = {
        "acct": "ann",
        "display_name": "Ann ☂",
        "indexable": True,
        "followers_count": 7,
        "bot": False,
    } | fields.pop("account", {})
    return {
        "id": "117",
        "uri": "https://one.example/users/ann/statuses/117",
        "created_at": "2026-11-21T11:00:00.000Z",
        "content": "<p>Hello</p>",
        "visibility": "public",
        "edited_at": None,
        "account": account,
    } | fields


def _read(status: Any, *, own: tuple[str, ...] = (), memory: Memory | None = None) -> Read:
    reader = Reader("https://one.example", "one.example", own)
    return reader.read(status, NOW, memory or Memory())


def _row(**fields: Any) -> dict[str, Any]:
    read = _read(_status(**fields))
    assert read.row is not None, read.left_out
    pa.Table.from_pylist([read.row], schema=SCHEMA).validate(full=True)
    return read.row


def _recorded() -> list[dict[str, Any]]:
    if not DATA.exists():
        pytest.skip(f"there are no recorded answers in {DATA}: set AUSCULT_DATA")
    yaml = pytest.importorskip("yaml")
    found: list[dict[str, Any]] = []
    for tape in sorted(DATA.glob("*.yaml")):
        text = tape.read_text(encoding="utf-8")
        for one in yaml.load(text, Loader=yaml.CSafeLoader)["interactions"]:
            try:
                said = json.loads(one["response"]["body"]["string"])
            except ValueError:
                continue
            found += [s for s in (said if isinstance(said, list) else [said]) if "visibility" in s]
    return found


def test_every_recorded_status_is_read() -> None:
    statuses = _recorded()
    assert len(statuses) > 200
    reader = Reader("http://localhost:3000", "localhost:3000")
    rows = []
    for status in statuses:
        read = reader.read(status, NOW, Memory())
        assert read.uri.startswith("http")
        if read.row is None:
            assert (
                status["visibility"] in {"direct", "private"} or not status["account"]["indexable"]
            )
        else:
            rows.append(read.row)
            assert "<" not in read.row["text"]
            assert read.row["author"].endswith("@localhost:3000")
            assert read.row["created_at"].year == 2026
    table = pa.Table.from_pylist(rows, schema=SCHEMA)
    table.validate(full=True)
    assert len(rows) > 150
    assert table.column("hashtags").null_count < len(rows)
    assert table.column("media").null_count < len(rows)


def test_a_recorded_quote_is_kept_as_one() -> None:
    quotes = [s for s in _recorded() if s.get("quote")]
    read = Reader("http://localhost:3000", "localhost:3000").read(quotes[0], NOW, Memory())
    assert read.row is not None
    assert read.row["quote_of"] == quotes[0]["quote"]["quoted_status"]["uri"]
    assert "RE:" not in read.row["text"]
    assert read.row["text"] == "@mastodonpy_test yoooo check this out"
    assert read.row["mentions"] == ["mastodonpy_test@localhost:3000"]


def test_a_post_has_paragraphs_links_and_counts() -> None:
    link = (
        '<a href="https://example.org/very/long" rel="nofollow"><span class="invisible">https://'
        '</span><span class="ellipsis">example.org/very</span><span class="invisible">/long</span></a>'
    )
    tag = '<a href="https://one.example/tags/flu" class="mention hashtag" rel="tag">#<span>Flu</span></a>'
    row = _row(
        content=f"<p>One<br>two :heart:</p><p>{link} {tag}</p>",
        tags=[{"name": "flu"}],
        favourites_count=3,
        reblogs_count=2,
        replies_count=1,
        quotes_count=4,
        language="de",
    )
    assert row["text"] == "One\ntwo :heart:\n\nhttps://example.org/very/long #Flu"
    assert row["links"] == ["https://example.org/very/long"]
    assert row["hashtags"] == ["flu"]
    assert row["engagement"] == {"likes": 3, "reposts": 2, "replies": 1, "quotes": 4, "views": None}
    assert (row["author"], row["author_name"], row["author_followers"]) == (
        "ann@one.example",
        "Ann ☂",
        7,
    )
    assert (row["community"], row["language"], row["source"]) == ("one.example", "de", "mastodon")


def test_a_warning_is_found_by_searches_and_marked() -> None:
    row = _row(spoiler_text="Long covid", sensitive=True, content="<p>I can't sleep.</p>")
    assert (row["title"], row["text"]) == ("Long covid", "I can't sleep.")
    assert row["tags"] == ["content-warning", "sensitive"]
    watches = WatchSet({"title": parse('"long covid"').tree, "text": parse("sleep").tree})
    found = watches.match(pa.Table.from_pylist([row], schema=SCHEMA))
    assert set(found.column("watch").to_pylist()) == {"title", "text"}


def test_a_poll_and_its_pictures_can_be_searched() -> None:
    row = _row(
        content="<p>Which?</p>",
        poll={"options": [{"title": "Flu shot"}, {"title": "Mask"}]},
        media_attachments=[
            {"type": "image", "description": "A queue", "url": "https://f.example/1.png"},
            {"type": "gifv", "description": None, "url": None, "remote_url": "https://f.example/2"},
        ],
        account={"bot": True},
    )
    assert row["text"] == "Which?\n\n- Flu shot\n- Mask"
    assert row["media"] == [
        {"kind": "image", "alt": "A queue", "url": "https://f.example/1.png"},
        {"kind": "video", "alt": None, "url": "https://f.example/2"},
    ]
    assert row["tags"] == ["bot"]


def test_who_does_not_want_to_be_found_is_left_out() -> None:
    hidden = _status(account={"indexable": False})
    assert _read(hidden).left_out == "unlisted in searches"
    assert _read(hidden, own=("ann@one.example",)).row is not None
    # A server that doesn't know of `indexable`: its people could say `noindex`.
    assert _read(_status(account={"indexable": None, "noindex": True})).row is None
    assert _read(_status(account={"indexable": None})).row is not None


@pytest.mark.parametrize(
    ("visibility", "kept"),
    [("public", True), ("unlisted", True), ("private", False), ("direct", False)],
)
def test_only_what_is_public_is_kept(visibility: str, kept: bool) -> None:
    assert (_read(_status(visibility=visibility)).row is not None) is kept


def test_of_a_boost_what_was_boosted_is_read() -> None:
    inner = _status(account={"acct": "bob@two.example"}, uri="https://two.example/s/1", id="5")
    read = _read(_status(id="9", content="", reblog=inner, uri="https://one.example/s/9/activity"))
    assert (read.id, read.uri) == ("5", "https://two.example/s/1")
    assert read.row is not None
    assert (read.row["author"], read.row["community"]) == ("bob@two.example", "two.example")
    # It is the boosted author's wish that counts.
    inner["account"]["indexable"] = False
    assert _read(_status(reblog=inner)).row is None


def test_an_answer_names_what_it_answers() -> None:
    memory = Memory()
    memory.add("3", Seen("https://two.example/s/3", "", kept=True))
    known = _read(_status(in_reply_to_id="3"), memory=memory).row
    unknown = _read(_status(in_reply_to_id="4")).row
    assert known is not None
    assert unknown is not None
    assert known["in_reply_to"] == "https://two.example/s/3"
    assert unknown["in_reply_to"] == "https://one.example/web/statuses/4"


@pytest.mark.parametrize(
    ("quote", "uri"),
    [
        (
            {"state": "accepted", "quoted_status": {"uri": "https://t.example/1"}},
            "https://t.example/1",
        ),
        ({"state": "accepted", "quoted_status_id": "8"}, "https://one.example/web/statuses/8"),
        ({"state": "revoked", "quoted_status": None}, None),
        ({"state": "pending", "quoted_status": None}, None),
        ({"uri": "https://t.example/2", "id": "2"}, "https://t.example/2"),
        (None, None),
    ],
)
def test_quotes(quote: Any, uri: str | None) -> None:
    assert _row(quote=quote)["quote_of"] == uri


def test_a_clock_that_is_fast_makes_no_post_of_tomorrow() -> None:
    tomorrow = (NOW + timedelta(days=1)).isoformat()
    assert _row(created_at=tomorrow)["created_at"] == NOW
    old = _row(created_at="2019-01-02T03:04:05Z")
    assert old["created_at"] == datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (None, "no object"),
        ([], "no object"),
        (_status(id=7), "no id"),
        (_status(uri=""), "no uri"),
        (_status(created_at="soon"), "created_at: 'soon'"),
        (_status(created_at=None), "created_at"),
        (_status(account={"acct": ""}), "no author"),
        (_status() | {"account": None}, "no author"),
    ],
)
def test_what_lacks_something_is_unreadable(status: Any, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        _read(status)


def test_odd_values_are_left_out_one_by_one() -> None:
    row = _row(
        content=None,
        tags="no",
        mentions=[{"acct": ""}, 7],
        media_attachments=[None],
        favourites_count="many",
        poll=[],
        language=5,
        spoiler_text=None,
        account={"display_name": "half \ud800 name", "followers_count": -1},
    )
    assert row["text"] == ""
    assert row["author_name"] == "half \ufffd name"
    assert row["hashtags"] is row["mentions"] is row["media"] is row["language"] is None
    assert row["engagement"]["likes"] is row["author_followers"] is None
