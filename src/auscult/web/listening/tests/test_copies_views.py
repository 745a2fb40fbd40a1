"""The pages Copies, and lists in which copies are shown once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from auscult.web.accounts.models import User
from auscult.web.listening import copies, copies_queries
from auscult.web.listening.actions import forget, save_watch
from auscult.web.listening.models import CopyGroup

pytestmark = pytest.mark.django_db

PETITION = "Sign our flu petition against the new parking fees at the clinic"
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def signed_in(actor: Any) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def group(owner: Any, record: Callable[..., Any], post: Callable[..., dict[str, Any]]) -> int:
    copies.let_go()
    save_watch(owner, name="Flu", query="flu")
    record(*(post(n, f"@friend{n} {PETITION}") for n in range(1, 5)))
    record(post(8, "The <b>flu</b> is back in town & nobody knows why"), post(9, PETITION))
    return CopyGroup.objects.get().number


@pytest.mark.parametrize("page", ["/listening/copies/", "/listening/copies/{}/"])
def test_who_reads_mentions_sees_the_pages(page: str, group: int, persons: dict[str, Any]) -> None:
    for name, person in persons.items():
        answer = signed_in(person).get(page.format(group))
        allowed = name in {"owner", "editor", "approver", "analyst", "privacy"}
        assert answer.status_code == (200 if allowed else 403), name


def test_a_stranger_sees_no_copies(group: int, stranger: Any) -> None:
    client = signed_in(stranger)
    assert b"parking" not in client.get("/listening/copies/").content
    assert client.get(f"/listening/copies/{group}/").status_code == 404
    assert Client().get("/listening/copies/").status_code == 302


def test_a_campaign_is_described(group: int, owner: Any) -> None:
    (one,) = copies_queries.campaigns(owner, since=SINCE, until=UNTIL)
    assert (one.number, one.posts, one.authors, one.elsewhere) == (group, 5, 4, 0)
    assert one.sources == (("town", 5),)
    assert one.until - one.since == timedelta(minutes=8)
    assert one.chart.total == 5
    assert one.search == '"sign our flu petition against the"'
    page = signed_in(owner).get("/listening/copies/").content.decode()
    assert "5 posts" in page
    assert "of 4 different authors" in page
    assert "Pat Person" not in page


def test_a_range_cuts_campaigns(group: int, owner: Any) -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    since = noon + timedelta(minutes=2)
    (one,) = copies_queries.campaigns(owner, since=since, until=UNTIL)
    assert (one.posts, one.elsewhere) == (4, 1)
    late = noon + timedelta(minutes=4)
    assert copies_queries.campaigns(owner, since=late, until=UNTIL) == []


def test_the_search_of_a_campaign_finds_its_posts(group: int, owner: Any) -> None:
    client = signed_in(owner)
    page = client.get("/listening/copies/").content.decode()
    link = re.search(r'href="(/listening/\?q=[^"]*)"', page)
    assert link is not None
    found = client.get(link[1].replace("&amp;", "&")).content.decode()
    assert found.count('<article class="mention">') == 5


def test_lists_show_copies_once_unless_asked(group: int, owner: Any) -> None:
    client = signed_in(owner)
    for address in ("/listening/?", "/listening/found/?", "/listening/?q=flu"):
        page = client.get(address).content.decode()
        assert page.count('<article class="mention">') == 2
        assert page.count("and 4 copies") == 1
        assert f"/listening/copies/{group}/" in page
        each = client.get(f"{address}&copies=each").content.decode()
        assert each.count('<article class="mention">') == 6
        assert "and 4 copies" not in each


def test_forgotten_copies_are_no_longer_counted(group: int, owner: Any) -> None:
    forget(owner, uris=["at://town/1", "at://town/9"], reason="asked")
    (one,) = copies_queries.campaigns(owner, since=SINCE, until=UNTIL)
    assert one.posts == 3
    forget(owner, uris=["at://town/2", "at://town/3", "at://town/4"], reason="asked")
    assert copies_queries.campaigns(owner, since=SINCE, until=UNTIL) == []
    assert signed_in(owner).get(f"/listening/copies/{group}/").status_code == 404


def test_pages_of_a_group_go_on_to_its_first_post(group: int, owner: Any) -> None:
    seen: list[str] = []
    before: int | None = None
    while True:
        hits, before = copies_queries.members(owner, group, limit=2, before=before)
        seen += [hit.uri for hit in hits]
        if before is None:
            break
    assert seen == [f"at://town/{n}" for n in (9, 4, 3, 2, 1)]
