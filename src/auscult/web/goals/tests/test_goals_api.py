"""Goals by the API: from a priority to readings, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from auscult.web.accounts.models import Actor
from auscult.web.goals import queries
from auscult.web.goals.models import Objective
from auscult.web.listening.actions import save_watch
from programs import Program, program_of

pytestmark = pytest.mark.django_db
OBJECTIVE = {
    "title": "More births", "measure": "births a month", "unit": "births", "direction": "up",
    "baseline": 40, "baseline_on": "2026-08-01", "target": 60, "deadline": "2026-12-31",
}  # fmt: skip


@pytest.fixture
def program(owner: Actor) -> Program:
    return program_of(owner)


def test_from_a_priority_to_readings(owner: Actor, program: Program) -> None:
    wanted = {"title": "Fill the ward", "function": "Women and children", "owner": "owner"}
    made = program.ask("POST", "priorities", wanted).json()
    assert (made["function"], made["owner"], made["audience"]) == (
        "Women and children", "owner", "",
    )  # fmt: skip
    changed = program.ask("PATCH", f"priorities/{made['id']}", {"function": None, "intent": "x"})
    assert (changed.json()["function"], changed.json()["owner"]) == (None, "owner")
    goal = program.ask("POST", "objectives", {**OBJECTIVE, "priority_id": made["id"]}).json()
    assert (goal["state"], goal["value"]) == ("unread", None)
    place = f"objectives/{goal['id']}"
    rows = [{"day": "2026-10-01", "value": 44}, {"day": "2026-11-01", "value": 48.5}]
    kept = program.ask("POST", f"{place}/readings", {"readings": rows}).json()
    assert kept == {"added": 2, "changed": 0, "same": 0}
    shown = program.ask("GET", place).json()
    assert (shown["value"], shown["value_on"], shown["attained"]) == (48.5, "2026-11-01", 0.425)
    assert shown["state"] == "too-early"
    listed = program.ask("GET", f"{place}/readings?limit=1").json()
    assert [one["origin"] for one in listed["items"]] == ["program"]
    assert listed["next"]
    watch = save_watch(owner, name="Births", query="birth")
    link = program.ask("POST", f"{place}/links", {"kind": "watch", "number": watch.pk}).json()
    assert program.ask("GET", f"{place}/links").json()["items"] == [link]
    codes = {group["code"] for group in program.ask("GET", "orphans").json()}
    assert "functions" in codes
    assert "watch-alone" not in codes
    assert program.ask("DELETE", f"links/{link['id']}").status_code == 204


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"target": 30}, "target"),
        ({"owner": "nobody"}, "owner"),
        ({"deadline": "2026-07-01"}, "deadline"),
        ({"title": "  "}, "title"),
        ({"deadline": 20_000}, "body.deadline"),
        ({"baseline": "1"}, "body.baseline"),
    ],
)
def test_a_change_that_cannot_be_names_its_field(
    program: Program, objective: Objective, change: dict[str, Any], field: str
) -> None:
    answer = program.ask("PATCH", f"objectives/{objective.pk}", change)
    assert answer.status_code == 422
    assert answer.json()["field"] == field


def test_readings_are_saved_all_or_none(
    owner: Actor, program: Program, objective: Objective
) -> None:
    rows = [{"day": "2026-10-01", "value": 44}, {"day": "2026-11-21", "value": 45}]
    answer = program.ask("POST", f"objectives/{objective.pk}/readings", {"readings": rows[:1]})
    assert answer.status_code == 200
    for more in ({"day": "2026-10-01", "value": 46}, {"day": "2199-01-01", "value": 45}):
        both = {"readings": [{"day": "2026-10-01", "value": 47}, more]}
        answer = program.ask("POST", f"objectives/{objective.pk}/readings", both)
        assert (answer.status_code, answer.json()["field"]) == (422, "day")
    assert queries.readings(owner, objective).get().value == 44
