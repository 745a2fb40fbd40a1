"""Outcomes and short links by the API."""

from __future__ import annotations

from typing import Any

import pytest

from auscult.web.accounts.models import Actor
from auscult.web.returns.link_actions import LinkWish, save_link
from auscult.web.returns.outcome_actions import KindWish, save_kind
from auscult.web.returns.outcome_models import Outcome, Touch
from programs import Program, program_of

pytestmark = pytest.mark.django_db
PERIOD = "first=2026-09-01&last=2026-09-30"
TOUCH = {"channel": "mastodon", "at": "2026-09-09T10:00:00Z", "link": "flu"}


@pytest.fixture
def program(owner: Actor) -> Program:
    """Return a program of a house that counts appointments."""
    save_kind(owner, wish=KindWish(name="Appointment"))
    wish = LinkWish(target="https://clinic.example/", title="Flu", channel="mastodon", slug="flu")
    save_link(owner, wish=wish)
    return program_of(owner)


def test_from_outcomes_to_their_sums(program: Program) -> None:
    (kind,) = program.ask("GET", "outcome-kinds").json()["items"]
    assert (kind["slug"], kind["name"]) == ("appointment", "Appointment")
    told = [
        {"kind": "appointment", "at": "2026-09-10T10:00:00Z", "order": "A-1", "touches": [TOUCH]},
        {"kind": "appointment", "day": "2026-09-10", "order": "A-1"},
        {"kind": "appointment", "day": "2026-09-11", "count": 3},
    ]
    answer = program.ask("POST", "outcomes", {"outcomes": told})
    assert (answer.status_code, answer.json()) == (201, {"kept": 3})
    found = program.ask("GET", f"outcomes/sums?kind=appointment&{PERIOD}&by=link").json()
    assert (found["told"], found["outcomes"], found["dark"]) == (5, 4, 3)
    assert found["credits"] == [{"name": "flu", "outcomes": 1.0, "assisted": 0}]
    days = {one["day"]: one["outcomes"] for one in found["by_day"] if one["outcomes"]}
    assert days == {"2026-09-10": 1, "2026-09-11": 3}
    assert Touch.objects.get().link is not None
    usual = program.ask("GET", f"outcomes/sums?kind=appointment&{PERIOD}").json()
    assert (usual["rule"], [one["name"] for one in usual["credits"]]) == ("last", ["mastodon"])


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"kind": "unheard"}, 404),
        ({"touches": [TOUCH | {"link": "none"}]}, 404),
        ({"touches": [TOUCH | {"bet": 1 << 40}]}, 404),
        ({"day": None}, 422),
        ({"day": "2036-01-01"}, 422),
        ({"count": 0}, 422),
        ({"amount": 5}, 422),
        ({"amount": 1e300, "currency": "EUR"}, 422),
        ({"order": "x" * 501}, 422),
        ({"patient": "Anna"}, 422),
    ],
)
def test_wrong_outcomes_are_refused_whole(
    program: Program, change: dict[str, Any], status: int
) -> None:
    right = {"kind": "appointment", "day": "2026-09-10"}
    answer = program.ask("POST", "outcomes", {"outcomes": [right, right | change]})
    assert answer.status_code == status, answer.content
    assert not Outcome.objects.exists()


@pytest.mark.parametrize(
    "asked", ["last=2026-08-01", "last=2225-01-01", "by=name", "rule=best", "last=x"]
)
def test_wrong_questions_are_refused(program: Program, asked: str) -> None:
    answer = program.ask("GET", f"outcomes/sums?kind=appointment&{PERIOD}&{asked}")
    assert answer.status_code == 422, answer.content


def test_short_links_are_made_and_listed(program: Program, stranger: Actor) -> None:
    wanted = {"target": "https://clinic.example/hip", "title": "Hip", "channel": "poster"}
    made = program.ask("POST", "short-links", wanted).json()
    assert made["address"].endswith(f"/l/{made['slug']}")
    listed = program.ask("GET", "short-links").json()["items"]
    assert [one["title"] for one in listed] == ["Hip", "Flu"]
    wrong = program.ask("POST", "short-links", wanted | {"target": "javascript:alert(1)"})
    assert wrong.status_code == 422
    assert wrong.json()["code"] == "returns-refused"
    assert program_of(stranger).ask("GET", "short-links").json()["items"] == []
