"""Names that stay, and what is remembered of items in twelve bytes."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.connectors.feeds.identity import RECORD, Seen, record_of, uris
from auscult.engine.connectors.feeds.items import Item

FEED = "https://clinic.example/feed"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_an_id_that_is_a_uri_names_the_post() -> None:
    items = [
        Item(guid="https://clinic.example/?p=1", link="https://clinic.example/flu"),
        Item(guid="tag:clinic.example,2026:2"),
        Item(guid="urn:uuid:0", link="https://clinic.example/b"),
    ]
    assert uris(items, FEED, 0) == (0, [item.guid for item in items])


def test_another_id_gives_way_to_the_page_and_the_page_to_a_digest() -> None:
    level, names = uris(
        [
            Item(guid="17", link="https://clinic.example/17"),
            Item(guid="18"),
            Item(title="Only a title", published=NOON),
            Item(content="Only a text"),
        ],
        FEED,
        0,
    )
    assert level == 0
    assert names[0] == "https://clinic.example/17"
    assert all(name.startswith(FEED + "#") and len(name) == len(FEED) + 25 for name in names[1:])
    assert len(set(names)) == 4


def test_a_page_that_all_items_share_names_none_of_them() -> None:
    items = [Item(guid=str(n), link="https://clinic.example/", title=f"t{n}") for n in range(3)]
    level, names = uris(items, FEED, 0)
    assert level == 1
    assert len(set(names)) == 3
    assert uris([items[1]], FEED, level)[1] == [names[1]]


def test_an_id_that_all_items_share_names_none_of_them() -> None:
    items = [
        Item(guid="https://clinic.example/", link=f"https://clinic.example/{n}") for n in range(3)
    ]
    assert uris(items, FEED, 0) == (2, [item.link for item in items])


def test_with_nothing_else_title_and_date_do() -> None:
    items = [Item(guid="x", link="https://clinic.example/", title=f"t{n}") for n in range(3)]
    level, names = uris(items, FEED, 0)
    assert level == 3
    assert len(set(names)) == 3


def test_items_that_are_the_same_share_a_name() -> None:
    same = Item(guid="https://clinic.example/1", link="https://clinic.example/1", title="t")
    assert uris([same, same], FEED, 0) == (0, [same.guid, same.guid])


texts = st.text("ab1:/ ", max_size=6)
items = st.builds(
    Item,
    guid=texts | st.sampled_from(["https://a.example/1", "tag:a,1:2"]),
    link=st.sampled_from(["", "https://a.example/1", "https://a.example/2"]),
    title=texts,
    content=texts,
    published=st.none() | st.just(NOON),
)


@settings(deadline=None)
@given(st.lists(items, max_size=8), st.integers(0, 3))
def test_names_do_not_depend_on_the_run_nor_on_the_order(found: list[Item], level: int) -> None:
    reached, names = uris(found, FEED, level)
    assert reached >= level
    assert uris(found, FEED, level) == (reached, names)
    backwards = uris(found[::-1], FEED, level)
    assert backwards == (reached, names[::-1])
    # Once it is reached, a level stays, and so do the names.
    assert uris(found, FEED, reached) == (reached, names)


def test_a_record_tells_versions_apart() -> None:
    item = Item(title="Flu", published=NOON, link="https://clinic.example/1")
    record = record_of("u", item, "text")
    assert len(record) == RECORD
    seen = Seen(record)
    assert seen.has(record)
    assert record[:6] in seen
    for other in (
        record_of("u", item, "text, mended"),
        record_of("u", Item(title="Flu!", published=NOON, link=item.link), "text"),
        record_of("v", item, "text"),
    ):
        assert not seen.has(other)


def test_pictures_and_further_links_make_no_edit() -> None:
    item = Item(title="Flu", links=("https://a.example/?session=1",))
    assert record_of("u", item, "t") == record_of("u", Item(title="Flu"), "t")


@settings(deadline=None)
@given(st.lists(st.binary(min_size=RECORD, max_size=RECORD), max_size=60), st.integers(1, 30))
def test_what_is_remembered_stays_bounded_and_comes_back(
    records: list[bytes], at_most: int
) -> None:
    seen = Seen().after(records[:20], at_most).after(records[20:], at_most)
    assert len(seen) <= at_most
    again = Seen(seen.packed())
    assert again.records() == seen.records()
    newest = list({record[:6]: record for record in records[20:][:at_most]}.values())
    assert all(again.has(record) for record in newest)


def test_what_left_the_document_is_remembered_for_a_while() -> None:
    old = [bytes([n]) * RECORD for n in range(10)]
    new = [bytes([n]) * RECORD for n in range(100, 110)]
    seen = Seen().after(old, 500).after(new, 500)
    assert all(seen.has(record) for record in old + new)


def test_torn_records_are_left_out() -> None:
    assert len(Seen(b"x" * (RECORD + 5))) == 1
