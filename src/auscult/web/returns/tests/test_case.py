"""The case of a team that hasn't begun: only what somebody gave, with its source."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest
from django.test import Client

import board_rows
from auscult.engine.connectors.base import Batch
from auscult.engine.kernel.posts import SCHEMA
from auscult.web.accounts.models import Actor, User
from auscult.web.listening.actions import record_batch, save_watch
from auscult.web.listening.standing import StandingWatches
from auscult.web.returns.case_making import Case, case
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.sources.models import Source

PLAN = {"days": 70, "hours": 10.0, "hourly": 50.0, "money": 1000.0}


@pytest.fixture
def kind(owner: Actor) -> OutcomeKind:
    """Give a kind of outcome with a worth and other ways."""
    return board_rows.fill(owner, first=date(2026, 8, 10))


def made(actor: Actor, **plan: Any) -> Case:
    return case(actor, {"kind": "", **PLAN, **plan})


def test_what_it_costs_and_what_it_must_bring(owner: Actor, kind: OutcomeKind) -> None:
    found = made(owner, kind=str(kind.pk))
    assert found.total == 6000
    assert found.headline[0] == "70 days would cost 6,000 EUR, all work included."
    assert "It must bring 50 “Appointments”" in found.headline[1]
    assert found.needed is not None
    rows = {one.row.name: one.row for one in found.needed.rows}
    assert rows["to pay for itself"].value == 50
    theirs = rows["to be as cheap as: Search advertisements"]
    assert theirs.value == pytest.approx(6000 / 88)
    assert theirs.low == pytest.approx(6000 / 140)
    assert theirs.high == pytest.approx(6000 / 61)
    assert any("Trade survey of hospital marketing" in one for one in found.sources)


@pytest.mark.parametrize("missing", ["hourly", "hours"])
def test_nothing_is_invented(owner: Actor, kind: OutcomeKind, missing: str) -> None:
    found = made(owner, kind=str(kind.pk), **{missing: None})
    assert found.total is None
    assert found.needed is None
    assert found.headline[0].startswith("What it would cost isn't known yet")


def test_an_empty_house_is_told_what_it_lacks(owner: Actor) -> None:
    texts = [one.text for one in made(owner, hours=None, hourly=None).unknown]
    assert "How many hours a week there are." in texts
    assert "What it should bring: no kind of outcome is named." in texts
    assert any("nobody has listened yet" in one for one in texts)


@pytest.mark.parametrize(
    "asked",
    ["", "?days=70&hours=10&hourly=50", "?days=-1&hours=x", "?kind=9999&days=100&hourly=1e300"],
)
def test_the_page_shows_it(owner: Actor, kind: OutcomeKind, asked: str) -> None:
    client = Client()
    client.force_login(User.objects.get(pk=owner.user_id or 0))
    answer = client.get(f"/returns/case/{asked}")
    assert answer.status_code == 200
    assert "Make the case" in answer.content.decode()


def test_it_is_taken_along_as_pdf(owner: Actor, kind: OutcomeKind) -> None:
    client = Client()
    client.force_login(User.objects.get(pk=owner.user_id or 0))
    answer = client.get(f"/returns/case.pdf?kind={kind.pk}&days=70&hours=10&hourly=50")
    assert answer.content.startswith(b"%PDF")


def test_listening_is_part_of_it(owner: Actor, persons: dict[str, Actor]) -> None:
    hear(owner, "flu jab today", "where do I get a flu shot?", "is the flu back?")
    lines = made(owner).heard
    assert lines == (
        "3 mentions in the last 100 days by the watch “Flu”.",
        "Of the newest 3 mentions, 2 hold a question mark.",
        "Of 1 of these whose replies are counted, 1 had no reply when read.",
    )
    # Who may not read mentions is told how many there are, and nothing of what they say.
    assert made(persons["guest"]).heard == lines[:1]


def hear(actor: Actor, *texts: str) -> None:
    """Let a watch find posts, the last of which says that nobody replied."""
    save_watch(actor, name="Flu", query="flu")
    now = actor.clock.now()
    source = Source.objects.create(
        organisation_id=actor.organisation_id,
        name="town",
        connector="files",
        next_attempt=now,
        created_at=now,
    )
    posts = [
        {
            "uri": f"at://town/{place}",
            "source": "files",
            "author": f"person{place}",
            "created_at": now - timedelta(hours=place + 1),
            "collected_at": now,
            "text": text,
            "engagement": {"replies": 0} if text is texts[-1] else None,
        }
        for place, text in enumerate(texts)
    ]
    batch = Batch(posts=pa.Table.from_pylist(posts, schema=SCHEMA), snapshot={"at": "end"})
    record_batch(actor, source=source, batch=batch, watch_set=StandingWatches(actor))
