"""Every page of Listening, for the owner, a teammate, an onlooker, a stranger and nobody."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from auscult.engine.connectors.base import Deletion
from auscult.web.accounts.models import User
from auscult.web.listening import queries
from auscult.web.listening.actions import forget, save_watch

pytestmark = pytest.mark.django_db

PAGES = [
    "/listening/",
    "/listening/watches/",
    "/listening/sources/",
    "/listening/found/",
    "/listening/watches/{watch}/",
    "/listening/watches/{watch}/found/",
    "/listening/?q=flu",
    "/sources/{source}/",
]
FORMS = [
    "/listening/watches/add/",
    "/listening/watches/{watch}/change/",
    "/listening/watches/{watch}/remove/",
]
FRAGMENTS = ["/listening/explain/", "/listening/preview/"]


def signed_in(actor: Any) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def watch(owner: Any) -> Any:
    return save_watch(owner, name="Flu", query="flu OR influenza")


@pytest.fixture
def mentions(watch: Any, record: Callable[..., Any], post: Callable[..., dict[str, Any]]) -> None:
    record(
        post(1, "The <b>flu</b> is back & the queue is long", title="Flu in town"),
        post(2, "influenza!", engagement={"likes": 1200, "replies": 1}),
        post(3, "nothing of the kind"),
    )


@pytest.fixture
def address(watch: Any, source: Any) -> Callable[[str], str]:
    return lambda page: page.format(watch=watch.pk, source=source.pk)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("person", ["owner", "teammate", "onlooker"])
def test_members_see_every_page(
    request: pytest.FixtureRequest,
    person: str,
    page: str,
    address: Callable[[str], str],
    mentions: None,
) -> None:
    client = signed_in(request.getfixturevalue(person))

    answer = client.get(address(page))

    assert answer.status_code == 200
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("page", [*PAGES, *FORMS])
def test_a_stranger_sees_nothing_of_it(
    stranger: Any, page: str, address: Callable[[str], str], mentions: None
) -> None:
    answer = signed_in(stranger).get(address(page))

    assert answer.status_code == (404 if "{" in page else 200)
    assert b"the queue is long" not in answer.content
    assert b"Lakeside" not in answer.content


@pytest.mark.parametrize("page", [*PAGES, *FORMS, *FRAGMENTS])
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_asked_to_sign_in(method: str, page: str, address: Callable[[str], str]) -> None:
    answer = getattr(Client(), method)(address(page))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")


@pytest.mark.parametrize("page", FORMS)
def test_an_onlooker_may_not_change_watches(
    onlooker: Any, page: str, address: Callable[[str], str], watch: Any
) -> None:
    client = signed_in(onlooker)

    for answer in (client.get(address(page)), client.post(address(page))):
        assert answer.status_code == 403
        assert b"Ask an owner of your organisation." in answer.content
    assert b"Add a watch" not in client.get("/listening/").content


@pytest.mark.parametrize("page", FORMS)
def test_a_stranger_changes_nothing(
    stranger: Any, page: str, address: Callable[[str], str], watch: Any
) -> None:
    given = {"name": "Mine", "query": "x-ray", "do": "save"}

    signed_in(stranger).post(address(page), given)

    watch.refresh_from_db()
    assert watch.name == "Flu"


@pytest.mark.parametrize("page", [*PAGES, *FORMS, *FRAGMENTS])
def test_forms_need_their_token(owner: Any, page: str, address: Callable[[str], str]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.get(pk=owner.user_id))

    assert client.post(address(page)).status_code in {403, 405}


def test_hits_are_marked_and_authors_hidden(owner: Any, mentions: None) -> None:
    page = signed_in(owner).get("/listening/").content.decode()

    assert "The &lt;b&gt;<mark>flu</mark>&lt;/b&gt; is back &amp; the queue" in page
    assert "<mark>Flu</mark> in town" in page
    assert "1,200 likes" in page
    assert "1 reply" in page
    assert "Pat Person" not in page
    assert "person1" not in page


def test_a_watch_is_added_with_its_explanation_and_preview(owner: Any, mentions: None) -> None:
    client = signed_in(owner)
    given = {"name": "Queues", "query": "queue*\r\nOR wait*"}

    seen = client.post("/listening/watches/add/", {**given, "do": "preview"}).content.decode()
    saved = client.post("/listening/watches/add/", {**given, "do": "save"}, follow=True)

    assert "How it is read" in seen
    assert "What it would find" in seen
    assert "The watch “Queues” is saved." in saved.content.decode()
    assert queries.watch(owner, "Queues").query == "queue*\nOR wait*"


def test_a_wrong_query_is_pointed_at(owner: Any) -> None:
    client = signed_in(owner)

    form = client.post("/listening/watches/add/", {"name": "x", "query": "flu AND (", "do": "save"})
    live = client.post("/listening/explain/", {"query": "flu AND ("})
    search = client.get("/listening/", {"q": "langage:en flu"})

    for answer in (form, live):
        assert "<mark>" in answer.content.decode()
        assert "Column 9" in answer.content.decode() or "Column 10" in answer.content.decode()
    assert 'aria-invalid="true"' in search.content.decode()
    assert "language" in search.content.decode()


def test_what_an_action_refuses_stands_in_the_form(owner: Any, watch: Any) -> None:
    answer = signed_in(owner).post(
        "/listening/watches/add/", {"name": "Flu", "query": "flu", "do": "save"}
    )

    assert "A watch is already called &#x27;Flu&#x27;." in answer.content.decode()


def test_removing_asks_first(owner: Any, watch: Any) -> None:
    client = signed_in(owner)

    asked = client.get(f"/listening/watches/{watch.pk}/remove/")
    assert "Remove “Flu”?" in asked.content.decode()
    assert queries.watches(owner).exists()

    client.post(f"/listening/watches/{watch.pk}/remove/")
    assert not queries.watches(owner).exists()


def test_search_is_narrowed(owner: Any, mentions: None, source: Any) -> None:
    client = signed_in(owner)

    def found(**more: str) -> str:
        return client.get("/listening/", {"q": "flu OR influenza", **more}).content.decode()

    assert "2 mentions" in found()
    assert "2 mentions" in found(source=str(source.pk), since="2026-11-20", until="2026-11-20")
    assert "Nothing found" in found(until="2026-11-19")
    assert "Nothing found" in found(language="de")
    assert "This day lies before the first one." in found(since="2026-11-20", until="2026-11-19")
    assert "2 mentions" in found(order="relevance")


def test_empty_pages_teach(owner: Any) -> None:
    page = signed_in(owner).get("/listening/").content.decode()

    assert "Nothing is being watched yet" in page
    assert "auscult listen posts.csv" in page


def test_what_was_removed_stands_in_its_place_without_its_text(
    owner: Any, record: Callable[..., Any], post: Callable[..., dict[str, Any]]
) -> None:
    watch = save_watch(owner, name="flu", query="flu OR zanzibar")
    record(
        *(post(n, f"flu zanzibar{n}x", author=f"person-{n}") for n in (1, 2, 3, 65, 130)),
        *(post(n, "flu here") for n in range(200, 230)),
    )
    record(deleted=(Deletion(uri="at://town/1"), Deletion(uri="at://town/2")))
    record(deleted=(Deletion(author="person-130"),))
    client = signed_in(owner)
    for place in ("/listening/", f"/listening/watches/{watch.pk}/"):
        newest = client.get(place).content.decode()
        assert "Removed" not in newest
        older = re.search(r'href="(\?before=\d+)"', newest)
        assert older is not None
        page = client.get(place + older.group(1)).content.decode()
        lines = [
            "Removed with its author",
            "zanzibar65x",
            "2 mentions, removed by their",
            "zanzibar3x",
        ]
        places = [page.index(line) for line in lines]
        assert places == sorted(places)
        for gone in ("zanzibar1x", "zanzibar2x", "zanzibar130x", "person-130", 'at://town/1"'):
            assert gone not in page
    forget(owner, authors=[f"person{n}" for n in range(7)] + ["person-3", "person-65"], reason="")
    assert "removed here on request" in client.get("/listening/").content.decode()
