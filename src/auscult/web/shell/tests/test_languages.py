"""The engine's messages are said in the language of whoever asks."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils.translation import override

from auscult.engine.connectors.base import configure, find
from auscult.engine.kernel import words
from auscult.engine.kernel.http import AddressRefused, Network
from auscult.engine.query.explain import explain
from auscult.engine.query.parse import QueryError, parse
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.policies import Right, require


def _said(query: str) -> str:
    with pytest.raises(QueryError) as refused:
        parse(query)
    return str(refused.value)


def test_a_query_s_error_is_said_in_the_reader_s_language() -> None:
    assert _said("flu AND").startswith("Column 8: The query ends after `AND`, where a word")
    with override("de"):
        assert _said("flu AND").startswith("Spalte 8: Die Suchanfrage endet nach `AND`, wo ein")
        assert "höchstens 100.000 werden gelesen" in _said("a" * 100_001)
    assert "at most 100,000 are read" in _said("a" * 100_001)


def test_an_explanation_is_said_in_the_reader_s_language() -> None:
    query = parse("flu AND site:mayo.edu")
    assert explain(query).splitlines()[0] == "all of these:"
    with override("de"):
        assert explain(query).splitlines() == [
            "all dies:",
            "  „flu“",
            "  Beiträge von dieser Website oder einem Teil davon: mayo.edu",
        ]


def test_a_page_shows_a_query_s_error_in_the_language_of_its_reader(
    client: Client, owner: Actor
) -> None:
    client.force_login(User.objects.get(username=owner.name))
    for language, said in (("en", "where a word is missing"), ("de", "wo ein Wort fehlt")):
        with override("en"):  # a request leaves its language to the thread
            answer = client.get(
                "/listening/", {"q": "flu AND"}, headers={"Accept-Language": language}
            )
        assert said in answer.content.decode()


def test_whoever_may_not_hears_it_in_her_language(onlooker: Actor) -> None:
    with pytest.raises(NotAllowed) as refused, override("de"):
        require(onlooker, Right.EDIT_WATCHES, "change watches")
    assert "Beobachtungen ändern" in refused.value.message
    assert "Leitung und Redaktion" in refused.value.message


def test_refusals_sources_and_days_are_said_in_the_reader_s_language() -> None:
    with override("de"):
        with pytest.raises(AddressRefused, match="keine Adresse"):
            Network().check("ftp://hospital.example")
        feeds = find("feeds")
        about = feeds.about(configure(feeds.Config, {"feeds": ["https://hospital.example/feed"]}))
        assert about.how_often.startswith("Alle 10 Minuten")
        assert words.day(date(2026, 3, 7)) == "7. März 2026"
        assert words.whole(5000) == "5.000"
    assert words.day(date(2026, 3, 7)) == "07 March 2026"
