"""Briefs by the API: data and words, in the asker's language, with evidence that opens."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from auscult.web.accounts.models import Actor
from auscult.web.briefs import actions, queries
from auscult.web.briefs.models import Brief
from auscult.web.listening.models import Watch
from programs import Program, program_of, signed_in

WEEK = date(2026, 11, 9)  # a Monday; the tests' clock stands on Friday, 20 November
pytestmark = pytest.mark.django_db


@pytest.fixture
def told(owner: Actor, town: Any) -> None:
    """A week that stands out, and two watches that found nothing."""
    town.weeks("flu", [5, 6, 4, 7, 5, 6, 5, 4], before=WEEK)
    town.post("flu", 40, datetime(2026, 11, 11, 9, tzinfo=UTC))
    Watch.objects.update(created_at=datetime(2026, 9, 1, tzinfo=UTC))  # so two were silent
    actions.make_brief(owner, week=WEEK)


def session_of(actor: Actor) -> Program:
    program = Program()
    program.client = signed_in(actor)
    return program


def sentences(brief: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["code"]: one for part in brief["parts"] for one in part["sentences"]}


def test_a_brief_is_data_and_words(owner: Actor, told: None) -> None:
    program = program_of(owner)
    brief = program.get(f"briefs/{WEEK}").json()
    assert [part["part"] for part in brief["parts"]] == ["happened", "new", "needs"]
    assert (brief["week"], brief["since"]) == ("2026-11-09", "2026-11-09T00:00:00Z")
    assert brief["made_at"]
    more = sentences(brief)["watch-more-on-a-day"]
    assert (more["values"]["count"], more["values"]["day"]) == (40, "2026-11-11")
    assert more["text"].startswith("“flu” had 40 mentions")
    # What a person reads on the page, word by word.
    shown = [one.text for part in queries.brief(owner, WEEK).parts for one in part.sentences]
    assert [one["text"] for part in brief["parts"] for one in part["sentences"]] == shown


def test_the_words_are_the_askers(owner: Actor, told: None) -> None:
    program = program_of(owner)
    answer = program.get(f"briefs/{WEEK}", Accept_Language="de")
    assert "Accept-Language" in answer["Vary"]
    german, english = answer.json(), program.get(f"briefs/{WEEK}", Accept_Language="en").json()
    assert [part["title"] for part in german["parts"]] != [one["title"] for one in english["parts"]]
    one, other = (sentences(brief)["watch-more-on-a-day"] for brief in (german, english))
    assert one["text"] != other["text"]
    assert one["values"] == other["values"]


def test_the_evidence_opens_for_whom_it_is_named(persons: dict[str, Actor], told: None) -> None:
    for name, actor in persons.items():
        said = sentences(session_of(actor).get(f"briefs/{WEEK}").json())
        links = {code: one["evidence"] for code, one in said.items() if one["evidence"]}
        assert ("watch-more-on-a-day" in links) == (name not in {"ambassador", "guest"})
        assert ("watch-silent" in links) == (name in {"owner", "editor"})
        browser = signed_in(actor)
        for link in links.values():
            assert link.startswith("http")
            assert browser.get(link).status_code == 200, (name, link)


def test_the_week_so_far(owner: Actor, told: None) -> None:
    brief = program_of(owner).get("briefs/current").json()
    since, until = (datetime.fromisoformat(brief[name]) for name in ("since", "until"))
    assert timedelta() < until - since <= timedelta(days=7)
    assert (brief["week"], brief["made_at"]) == (since.date().isoformat(), None)
    assert Client().get(brief["page"]).status_code == 302


def test_addresses_are_the_houses_own_or_the_askers(owner: Actor, settings: Any) -> None:
    program = program_of(owner)
    asked = program.get("briefs/current", Host="127.0.0.1:8977").json()
    assert asked["page"] == "http://127.0.0.1:8977/briefs/"
    settings.AUSCULT = dataclasses.replace(
        settings.AUSCULT, public_url="https://listen.lakeside.example"
    )
    assert program.get("briefs/current").json()["page"] == "https://listen.lakeside.example/briefs/"


def test_briefs_come_in_pages_newest_first(owner: Actor, stranger: Actor) -> None:
    for day in (2, 9, 16):
        Brief.objects.create(
            organisation_id=owner.organisation_id,
            week=date(2026, 11, day),
            made_at=owner.clock.now(),
        )
    program = program_of(owner)
    first = program.get("briefs?limit=2").json()
    rest = program.get(f"briefs?limit=2&cursor={first['next']}").json()
    weeks = [one["week"] for one in first["items"] + rest["items"]]
    assert weeks == ["2026-11-16", "2026-11-09", "2026-11-02"]
    assert rest["next"] is None
    assert signed_in(owner).get(first["items"][0]["page"]).status_code == 200
    assert program_of(stranger).get("briefs").json()["items"] == []


@pytest.mark.parametrize(
    ("week", "status", "code"),
    [
        ("2026-11-09", 404, "brief-unknown"),
        ("2026-11-10", 404, "brief-unknown"),
        ("2026-13-01", 422, "value-refused"),
        ("0001-01-01", 422, "value-refused"),
        ("20261109", 422, "value-refused"),
        ("yesterday", 422, "value-refused"),
    ],
)
def test_what_is_no_brief(owner: Actor, week: str, status: int, code: str) -> None:
    answer = program_of(owner).get(f"briefs/{week}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
