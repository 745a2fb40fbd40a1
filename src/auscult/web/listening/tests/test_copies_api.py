"""Copies by the API: campaigns of a range, and their posts without names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auscult.web.accounts.models import Actor
from auscult.web.listening import copies
from auscult.web.listening.actions import save_watch
from auscult.web.listening.models import CopyGroup
from programs import program_of, signed_in

pytestmark = pytest.mark.django_db

PETITION = "Sign our flu petition against the new parking fees at the clinic"
RANGE = "since=2026-11-01T00:00:00Z&until=2026-12-01T00:00:00Z"


@pytest.fixture
def group(owner: Actor, record: Callable[..., Any], post: Callable[..., dict[str, Any]]) -> int:
    copies.let_go()
    save_watch(owner, name="Flu", query="flu")
    record(*(post(n, f"@friend{n} {PETITION}") for n in range(1, 5)))
    record(post(8, "The flu is back in town and nobody knows why"), post(9, PETITION))
    return CopyGroup.objects.get().number


def test_campaigns_of_a_range(owner: Actor, group: int) -> None:
    program = program_of(owner)
    answer = program.get(f"copies?{RANGE}")
    (one,) = answer.json()["items"]
    assert (one["id"], one["posts"], one["authors"], one["elsewhere"]) == (group, 5, 4, 0)
    assert one["sources"] == [{"source": "town", "posts": 5}]
    assert sum(step["posts"] for step in one["spread"]) == 5
    assert one["step"] == 3600
    assert one["search"] == '"sign our flu petition against the"'
    assert one["sample"]["text"].endswith(PETITION)
    assert signed_in(owner).get(one["page"]).status_code == 200
    assert "person" not in answer.content.decode().lower()
    found = program.get(f"mentions?q={one['search']}").json()
    assert len(found["items"]) == 5
    early = program.get("copies?since=2026-10-01T00:00:00Z&until=2026-11-01T00:00:00Z").json()
    assert early == {"items": [], "next": None}


def test_one_campaign_and_its_posts_in_pages(owner: Actor, group: int) -> None:
    program = program_of(owner)
    assert program.get(f"copies/{group}").json()["posts"] == 5
    first = program.get(f"copies/{group}/mentions?limit=3").json()
    rest = program.get(f"copies/{group}/mentions?limit=3&cursor={first['next']}").json()
    seen = [one["id"] for one in first["items"] + rest["items"]]
    assert len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)
    assert rest["next"] is None
    assert all(one["author"].startswith("author-") for one in first["items"])
    wrong = program.get(f"copies/{group}/mentions?cursor=x")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "cursor-refused")


@pytest.mark.parametrize("what", ["copies/{}", "copies/{}/mentions"])
def test_a_strangers_copies_arent_there(what: str, group: int, stranger: Actor) -> None:
    program = program_of(stranger)
    answer = program.get(what.format(group))
    assert (answer.status_code, answer.json()["code"]) == (404, "copies-unknown")
    assert program.get(f"copies?{RANGE}").json()["items"] == []
