"""A dashboard's figures by the API: the same numbers as its files, and ranges compared."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from auscult.web.accounts.models import Actor, AuditEntry
from auscult.web.dashboards.actions import save_dashboard
from auscult.web.dashboards.comparing import change
from auscult.web.dashboards.content import Content
from auscult.web.dashboards.models import Dashboard
from auscult.web.dashboards.tables import _cell
from programs import program_of, signed_in

pytestmark = pytest.mark.django_db

DAYS = "since=2026-11-14&until=2026-11-20"
POSTS = Callable[..., dict[str, Any]]


@pytest.fixture
def made(
    owner: Actor, watch: Any, record: Any, post: POSTS, settled: Callable[[], None]
) -> Dashboard:
    """A dashboard of a week with thirty mentions, after one with ten."""
    week = timedelta(days=7)
    early = [post(n, created_at=post(n)["created_at"] - week) for n in range(10)]
    late = [post(n, hashtags=["jab"], links=["https://a.example/1"]) for n in range(100, 130)]
    record(*early, *late)
    settled()
    return save_dashboard(owner, name="Ours", shared=False, content=Content().as_data())


def test_figures_are_what_the_files_hold(owner: Actor, made: Dashboard) -> None:
    told = program_of(owner).get(f"dashboards/{made.pk}/figures?{DAYS}").json()
    assert told["days"] == {"since": "2026-11-14", "until": "2026-11-20", "zone": "UTC"}
    assert (told["dashboard"], told["name"], told["waiting"]) == (made.pk, "Ours", 0)
    pages = signed_in(owner)
    assert [panel["name"] for panel in told["panels"]] == made.content["panels"]
    for panel in told["panels"]:
        file = pages.get(f"/dashboards/{made.pk}/{panel['name']}.csv?{DAYS}").content.decode()
        head, *rows = csv.reader(io.StringIO(file))
        assert panel["columns"] == head
        given = [["" if one is None else str(_cell(one)) for one in row] for row in panel["rows"]]
        assert given == rows, panel["name"]


def test_numbers_stay_numbers_and_authors_pseudonyms(owner: Actor, made: Dashboard) -> None:
    answer = program_of(owner).get(f"dashboards/{made.pk}/figures?{DAYS}")
    panels = {one["name"]: one for one in answer.json()["panels"]}
    assert panels["volume"]["rows"][-1] == ["2026-11-20", 30]
    assert panels["hashtags"]["rows"] == [["#jab", 30]]
    assert panels["share"]["rows"][0][3] == 1.0
    assert "person" not in answer.content.decode()


def test_reading_figures_takes_nothing_away(owner: Actor, made: Dashboard) -> None:
    program = program_of(owner, "read")
    before = AuditEntry.objects.count()
    assert program.get("dashboards/overview/figures").json()["dashboard"] is None
    assert AuditEntry.objects.count() == before


def test_two_ranges_are_compared(owner: Actor, made: Dashboard) -> None:
    program = program_of(owner)
    told = program.get(f"dashboards/{made.pk}/compare?{DAYS}").json()
    assert (told["before"]["since"], told["before"]["until"]) == ("2026-11-07", "2026-11-13")
    tables = {one["name"]: one["rows"] for one in told["tables"]}
    (row,) = tables["watches"]
    assert (row["name"], row["before"], row["after"], row["ratio"]) == ("Flu", 10, 30, 3.0)
    assert row["low"] < 3 < (row["high"] or float("inf"))
    (new,) = tables["hashtags"]
    assert (new["before"], new["ratio"], new["high"]) == (0, None, None)
    assert tables["languages"][0]["after"] == 30
    other = f"{DAYS}&other_since=2026-11-20&other_until=2026-11-20"
    same = program.get(f"dashboards/{made.pk}/compare?{other}").json()
    assert same["before"]["since"] == same["before"]["until"] == "2026-11-20"
    (row,) = next(one["rows"] for one in same["tables"] if one["name"] == "watches")
    assert row["ratio"] == pytest.approx(change(30, 30, days=(1, 7)).ratio)


@pytest.mark.parametrize("what", ["figures", "compare"])
def test_anothers_dashboard_isnt_there(
    what: str, made: Dashboard, teammate: Actor, stranger: Actor
) -> None:
    for actor in (teammate, stranger):  # it isn't shared
        answer = program_of(actor).get(f"dashboards/{made.pk}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (404, "dashboard-unknown")
    said = program_of(stranger).get(f"dashboards/overview/{what}").content.decode()
    assert "Flu" not in said


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=2026-11-14", "until"),
        ("since=2026-11-14&until=2026-11-01", "since"),
        ("since=1990-01-01&until=2026-11-01", "since"),
        ("since=14.11.2026&until=2026-11-20", "since"),
    ],
)
def test_what_is_no_range(owner: Actor, query: str, field: str) -> None:
    answer = program_of(owner).get(f"dashboards/overview/figures?{query}")
    assert (answer.status_code, answer.json()["field"]) == (422, field)
