"""Rooms, settings, the palette and the pages of the shell, for each role and for a stranger."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.views.defaults import server_error
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.query.proposing.names import plain
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import may
from auscult.web.listening.actions import save_watch
from auscult.web.shell import finding, navigation
from programs import user_of


def client_of(actor: Actor) -> Client:
    client = Client()
    user = user_of(actor)
    client.force_login(user)
    return client


def test_each_role_sees_the_rooms_that_it_may_enter(persons: dict[str, Actor]) -> None:
    for actor in persons.values():
        shown = [link.address for link in navigation.rooms_of(actor)]
        assert shown == [reverse(one.url) for one in navigation.ROOMS if may(actor, one.right)]
        client = client_of(actor)
        for link in [*navigation.rooms_of(actor), *navigation.settings_pages_of(actor)]:
            assert client.get(link.address).status_code == 200, (actor.role, link)
        assert client.get("/").status_code == 302


def test_the_room_of_a_page_is_marked(owner: Actor) -> None:
    page = client_of(owner).get("/listening/peers/").content.decode()
    assert page.count('aria-current="page"') == 1
    links = navigation.settings_pages_of(owner, "/audit/")
    assert [link.current for link in links].count(True) == 1
    assert not any(link.current for link in navigation.settings_pages_of(owner, "/listening/"))


def test_the_palette_finds_by_the_beginnings_of_words(owner: Actor, stranger: Actor) -> None:
    save_watch(owner, name="Café queue", query="cafe")
    save_watch(stranger, name="Café secret", query="cafe")

    def names(typed: str) -> list[str]:
        return [hit.label for hit in finding.places(owner, typed)]

    assert names("cafe")[0] == "Café queue"
    assert names("QU ca")[0] == "Café queue"
    assert "Café secret" not in names("cafe")
    assert names("zzz") == ["Search the mentions for “zzz”"]
    assert names("add")[0] == "Add a watch"


def test_the_palette_offers_what_a_role_may_do(persons: dict[str, Actor]) -> None:
    save_watch(persons["owner"], name="Add nothing", query="x")
    for role, actor in persons.items():
        client = client_of(actor)
        for hit in finding.places(actor, ""):
            assert client.get(hit.address).status_code == 200, (role, hit)
    guest = [hit.label for hit in finding.places(persons["guest"], "add")]
    assert guest == []


@given(label=st.text(max_size=30), cut=st.integers(1, 10))
def test_every_name_is_found_by_the_beginnings_of_its_words(label: str, cut: int) -> None:
    assert finding._fits([word[:cut] for word in plain(label).split()], label)


@pytest.mark.parametrize("path", ["/go/?q=watch", "/shortcuts/", "/design/"])
def test_pages_of_the_shell(owner: Actor, path: str) -> None:
    page = client_of(owner).get(path)
    assert page.status_code == 200
    assert "style=" not in page.content.decode()


def test_the_palette_gets_the_list_alone(owner: Actor) -> None:
    page = client_of(owner).get("/go/?q=add", headers={"HX-Request": "true"}).content.decode()
    assert page.lstrip().startswith('<div id="hits"')
    assert "Add a watch" in page


def test_refusals_say_the_next_step(persons: dict[str, Any]) -> None:
    missing = client_of(persons["owner"]).get("/nowhere/")
    assert missing.status_code == 404
    assert b"To the first page" in missing.content
    assert b'action="/go/"' in missing.content
    refused = client_of(persons["guest"]).get("/set-up/")
    assert refused.status_code == 403
    assert b"Ask an owner of your organisation." in refused.content


def test_the_page_of_a_defect_needs_nothing(rf: Any) -> None:
    page = server_error(rf.get("/"))
    assert page.status_code == 500
    assert b"tell whoever runs Auscult the time" in page.content


def test_a_page_says_its_language_and_direction(owner: Actor) -> None:
    client = client_of(owner)
    assert b'<html lang="en" dir="ltr">' in client.get("/shortcuts/").content
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    assert b'<html lang="de" dir="ltr">' in client.get("/shortcuts/").content


def test_the_language_is_chosen_at_the_bottom(owner: Actor) -> None:
    client = client_of(owner)
    assert re.search(rb'value="de"\s+lang="de"', client.get("/shortcuts/").content)
    back = client.post("/language/", {"language": "de", "next": "/go/?q=a"})
    assert back.headers["Location"] == "/go/?q=a"
    assert b'<html lang="de"' in client.get("/shortcuts/").content
