"""Who wrote a mention is shown to whom may see it, for a reason, and written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client
from django.urls import reverse

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.models import Actor, AuditEntry
from auscult.web.listening.actions import save_watch
from auscult.web.listening.errors import MentionUnknown
from auscult.web.listening.models import Mention
from auscult.web.listening.queries import pseudonym
from auscult.web.listening.revealing import Why, reveal_author
from programs import user_of

pytestmark = pytest.mark.django_db
REASON = "We want to say sorry to @zoe@town.example, ZOE ZANDER herself"


@pytest.fixture
def said(owner: Actor, record: Callable[..., Any], post: Callable[..., Any]) -> Mention:
    save_watch(owner, name="flu", query="flu")
    author = {"author": "@zoe@town.example", "author_name": "Zoe Zander"}
    record(post(1, "the flu shot line was long", uri="https://mastodon.social/@zoe/1", **author))
    record(post(2, "flu news", uri="https://hospital.org/2", author=None, author_name=None))
    return Mention.objects.get(author__isnull=False)


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(user_of(actor))
    return client


def test_the_author_is_shown_and_that_is_written_down(owner: Actor, said: Mention) -> None:
    author = reveal_author(owner, number=said.pk, why=Why.ANSWER, reason=REASON)
    assert author.account == "@zoe@town.example"
    assert author.name == "Zoe Zander"
    assert author.address == "https://mastodon.social/@zoe/1"
    entry = AuditEntry.objects.get(action="reveal-author")
    shown = pseudonym(owner.organisation_id, "@zoe@town.example")
    assert entry.target == f"mention {said.pk}"
    assert entry.details == {
        "author": shown,
        "why": "answer",
        "reason": f"We want to say sorry to {shown}, {shown} herself",
    }
    assert "zoe" not in orjson.dumps(entry.details).decode().lower()


@pytest.mark.parametrize("reason", ["", "because", "to answer", "a b", "... --- !!!", "x y " * 200])
def test_a_reason_has_some_words(owner: Actor, said: Mention, reason: str) -> None:
    with pytest.raises(Correctable, match="Say in some words"):
        reveal_author(owner, number=said.pk, why=Why.OTHER, reason=reason)
    assert not AuditEntry.objects.filter(action="reveal-author").exists()


def test_a_stranger_sees_nobody(stranger: Actor, said: Mention) -> None:
    with pytest.raises(MentionUnknown):
        reveal_author(stranger, number=said.pk, why=Why.ANSWER, reason=REASON)


def test_each_role_by_the_page(persons: dict[str, Actor], said: Mention) -> None:
    address = reverse("listening:reveal", args=[said.pk])
    for name, actor in persons.items():
        client = client_of(actor)
        allowed = name in {"owner", "editor", "privacy"}
        asked = client.get(address)
        assert asked.status_code == (200 if allowed else 403), name
        assert "zander" not in asked.content.decode().lower()
        answer = client.post(address, {"why": "care", "reason": "She may be in danger"})
        assert ("Zoe Zander" in answer.content.decode()) is allowed
        if allowed:
            assert "no-store" in answer["Cache-Control"]
    assert AuditEntry.objects.filter(action="reveal-author").count() == 3


def test_the_page_says_what_is_missing(owner: Actor, said: Mention) -> None:
    client = client_of(owner)
    address = reverse("listening:reveal", args=[said.pk])
    for data in (
        {},
        {"why": "care"},
        {"why": "care", "reason": "no"},
        {"why": "x", "reason": "in some words"},
    ):
        answer = client.post(address, data)
        assert answer.status_code == 400
        assert "zander" not in answer.content.decode().lower()
    assert not AuditEntry.objects.filter(action="reveal-author").exists()


def test_the_room_names_nobody_and_leads_to_the_page(
    persons: dict[str, Actor], said: Mention
) -> None:
    way = reverse("listening:reveal", args=[said.pk])
    for name in ("owner", "editor", "approver", "analyst", "privacy"):
        for query in ({}, {"q": "flu"}):
            page = client_of(persons[name]).get(reverse("listening:room"), query).content.decode()
            assert not any(given in page.lower() for given in ("@zoe", "zander"))
            assert (way in page) is (name in {"owner", "editor", "privacy"})
            assert "https://hospital.org/2" in page  # a page that names nobody keeps its address
