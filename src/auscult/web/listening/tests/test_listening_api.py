"""Watches, mentions and volumes by the API: pages that stand still, and no author's name."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.web.accounts.interfaces import CursorRefused, cursor_of, key_of
from auscult.web.accounts.models import Actor
from auscult.web.listening.actions import remove_watch, save_watch
from auscult.web.listening.models import Mention
from auscult.web.listening.queries import pseudonym
from programs import Program, program_of, signed_in

Posts = Callable[..., dict[str, Any]]


@pytest.fixture
def program(owner: Actor) -> Program:
    return program_of(owner)


def all_of(program: Program, path: str) -> list[list[int]]:
    """The ids of every page of a list."""
    sign = "&" if "?" in path else "?"
    pages, cursor = [], ""
    while True:
        answer = program.get(f"{path}{cursor and f'{sign}cursor={cursor}'}").json()
        pages.append([one["id"] for one in answer["items"]])
        cursor = answer["next"]
        if cursor is None:
            return pages


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "q=flu&"])
def test_new_mentions_dont_move_the_pages(
    owner: Actor, program: Program, record: Any, post: Posts, query: str
) -> None:
    save_watch(owner, name="flu", query="flu")
    record(*[post(number, "flu again") for number in range(25)])
    first = program.get(f"mentions?{query}limit=10").json()
    record(*[post(number, "flu once more") for number in range(100, 130)])
    second = program.get(f"mentions?{query}limit=10&cursor={first['next']}").json()
    third = program.get(f"mentions?{query}limit=10&cursor={second['next']}").json()
    seen = [one["id"] for page in (first, second, third) for one in page["items"]]
    assert len(seen) == len(set(seen)) == 25
    assert seen == sorted(seen, reverse=True)
    assert third["next"] is None


@pytest.mark.django_db
def test_a_mention_names_nobody(owner: Actor, program: Program, record: Any, post: Posts) -> None:
    watch = save_watch(owner, name="flu", query="flu")
    record(
        post(
            1,
            "the flu is back",
            title="Flu",
            uri="at://did:plc:secret/app.bsky.feed.post/1",
            author="did:plc:secret",
            mentions=["did:plc:other"],
            links=["https://news.example/flu"],
            in_reply_to="at://did:plc:third/app.bsky.feed.post/2",
            engagement={"likes": 3},
        )
    )
    (shown,) = program.get("mentions?q=flu").json()["items"]
    assert shown["author"] == pseudonym(owner.organisation_id, "did:plc:secret")
    assert shown["post"].startswith("post-")
    assert shown["in_reply_to"].startswith("post-")
    assert shown["links"] == ["https://news.example/flu"]
    assert shown["spans"] == [
        {"field": "title", "start": 0, "end": 3},
        {"field": "text", "start": 4, "end": 7},
    ]
    assert shown["watches"] == [watch.pk]
    assert shown["engagement"]["likes"] == 3
    one = program.get(f"mentions/{shown['id']}")
    for said in (str(shown), one.content.decode()):
        assert "did:plc" not in said
        assert "Pat Person" not in said
    page = signed_in(owner).get(shown["page"]).content.decode()
    assert "flu</mark> is back" in page


@pytest.mark.django_db
def test_what_narrows_a_search(owner: Actor, program: Program, record: Any, post: Posts) -> None:
    save_watch(owner, name="flu", query="flu OR cold")
    record(
        post(1, "flu one"), post(2, "flu two", language="de"), post(3, "a cold"), post(4, "flu two")
    )
    moment = post(3, "")["created_at"].isoformat().replace("+00:00", "Z")

    def found(given: str) -> int:
        return len(program.get(f"mentions?{given}").json()["items"])

    assert found("q=flu") == 3
    assert found("q=flu&language=de") == 1
    assert found(f"since={moment}") == 2
    assert found(f"until={moment}") == 2
    assert found("q=two&order=relevance") == 2
    assert found("q=flu AND two&language=en") == 1
    assert program.get("mentions?watch=999").json()["code"] == "watch-unknown"


@pytest.mark.django_db
def test_a_query_that_cant_be_read_says_where(program: Program) -> None:
    answer = program.post("queries/explain", {"query": "flu AND ("})
    assert answer.status_code == 422
    assert answer.json()["column"] == 10
    assert program.get("mentions?q=flu AND (").json()["column"] == 10


@pytest.mark.django_db
def test_a_watch_is_made_changed_and_removed(owner: Actor, program: Program) -> None:
    made = program.post("watches", {"name": "flu", "query": "flu OR  influenza"})
    assert made.status_code == 201
    place = made["Location"].removeprefix("/api/v1/")
    assert program.get(place).json()["canonical"] == "flu OR influenza"
    changed = program.ask("PATCH", place, {"query": "flu"}).json()
    assert (changed["name"], changed["query"]) == ("flu", "flu")
    assert program.ask("PATCH", place, {"name": "Flu"}).json()["query"] == "flu"
    assert program.ask("PATCH", place, {"colour": "red"}).status_code == 422
    assert program.ask("DELETE", place).status_code == 204
    assert program.get(place).status_code == 404


@pytest.mark.django_db
def test_pages_of_watches_go_on_where_they_ended(owner: Actor, program: Program) -> None:
    made = [save_watch(owner, name=f"watch {number}", query="flu") for number in range(7)]
    assert [len(page) for page in all_of(program, "watches?limit=3")] == [3, 3, 1]
    first = program.get("watches?limit=3").json()
    remove_watch(owner, watch=made[2])
    save_watch(owner, name="a new one", query="flu")
    rest = program.get(f"watches?limit=100&cursor={first['next']}").json()["items"]
    assert [one["name"] for one in rest] == [*(f"watch {n}" for n in range(3, 7)), "a new one"]


@pytest.mark.django_db
def test_volumes_count_what_watches_found(
    owner: Actor, program: Program, record: Any, post: Posts
) -> None:
    watch = save_watch(owner, name="flu", query="flu")
    save_watch(owner, name="none", query="nothing")
    record(*[post(number * 30, "flu") for number in range(6)])
    moment = post(0, "")["created_at"]
    asked = (
        f"since={moment:%Y-%m-%dT%H:%M:%SZ}&until={moment + timedelta(hours=3):%Y-%m-%dT%H:%M:%SZ}"
    )
    told = program.get(f"volumes?{asked}&step=hour&watch={watch.pk}").json()
    assert told["series"] == [{"watch": watch.pk, "name": "flu", "counts": [2, 2, 2]}]
    assert len(program.get(f"volumes?{asked}").json()["series"]) == 2
    far = program.get("volumes?since=1950-01-01T00:00:00Z&step=hour")
    assert (far.status_code, far.json()["code"]) == (422, "search-refused")


@pytest.mark.django_db
def test_an_answer_that_is_known_isnt_sent_again(owner: Actor, program: Program) -> None:
    save_watch(owner, name="flu", query="flu")
    first = program.get("watches")
    again = program.get("watches", If_None_Match=first["ETag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    save_watch(owner, name="cold", query="cold")
    assert program.get("watches", If_None_Match=first["ETag"]).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["x", "!", "", "W10", cursor_of("watch", 3), "e30", "WzEsMl0"])
def test_what_is_no_cursor_of_mentions(program: Program, given: str) -> None:
    answer = program.get(f"mentions?cursor={given}")
    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


@given(st.integers(-(1 << 62) + 1, (1 << 62) - 1))
def test_a_cursor_comes_back(key: int) -> None:
    assert key_of("mention", cursor_of("mention", key)) == key


@given(st.text())
def test_any_text_is_a_cursor_or_refused(given: str) -> None:
    with suppress(CursorRefused):
        assert cursor_of("mention", key_of("mention", given) or 0)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_what_no_database_takes_is_refused(program: Program, text: str) -> None:
    body = b'{"query": "flu", "name": "' + text.encode("unicode_escape") + b'"}'
    body = body.replace(b"\\x00", b"\\u0000")
    answer = program.client.post("/api/v1/watches", body, content_type="application/json")
    assert answer.status_code in {400, 422}, answer.content
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"name": 3, "query": "a"}'])
def test_a_body_that_is_none(program: Program, body: bytes) -> None:
    answer = program.client.post("/api/v1/watches", body, content_type="application/json")
    assert answer.status_code in {400, 422}, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert not Mention.objects.exists()
