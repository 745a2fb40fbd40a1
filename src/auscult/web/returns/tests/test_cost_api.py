"""Costs for programs: time, charges and rates in and out, and the sums of a period."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auscult.web.accounts.models import Actor
from auscult.web.planning.models import Bet, Cycle
from auscult.web.returns.cost_models import Worked, Worker
from programs import program_of

pytestmark = pytest.mark.django_db
NOVEMBER = "costs?first=2026-11-01&last=2026-11-30"


@pytest.fixture
def bet(owner: Actor) -> Bet:
    cycle = Cycle.objects.create(
        organisation_id=owner.organisation_id,
        number=1,
        title="Hundred",
        first_day=date(2026, 11, 2),
        state="running",
    )
    return Bet.objects.create(cycle=cycle, number=1, title="Films")


def test_a_book_is_kept_by_a_program(owner: Actor, teammate: Actor, bet: Bet) -> None:
    program = program_of(owner)
    rate: dict[str, Any] = {"role": "Editor", "hourly": 40, "since": "2026-01-01"}
    made = program.post("rates", rate | {"source": "payroll"})
    assert made.status_code == 201
    assert (made.json()["currency"], made.json()["given"]) == ("EUR", False)
    later = rate | {"since": "2026-11-15", "hourly": 60, "source": "payroll"}
    assert program.post("rates", later).status_code == 201
    time = {"day": "2026-11-03", "minutes": 90, "bet": bet.pk, "person": "teammate"}
    row = program.post("times", time | {"role": "Editor"}).json()
    assert (row["person"], row["role"], row["how"], row["bet"]) == (
        "teammate", "Editor", "program", bet.pk
    )  # fmt: skip
    many = {"day": "2026-11-20", "minutes": 5_000, "without_account": True, "role": "Editor"}
    assert program.post("times", many | {"estimate": True}).json()["person"] is None
    charge = {"what": "Tool", "kind": "tools", "amount": 30, "first_day": "2026-11-02"}
    uses = {"uses": [{"bet": bet.pk, "share": 1}]}
    assert program.post("charges", charge | uses).status_code == 201
    assert program.post("charges", charge | {"amount": None, "what": "Studio"}).status_code == 201

    found = program.get(NOVEMBER).json()
    assert found["total"] == {"paid": 60 + 5_000 + 30, "given": 0, "minutes": 5_090}
    assert found["bets"][str(bet.pk)]["paid"] == 90
    assert found["in_full"][str(bet.pk)]["paid"] == 5_090
    assert found["uncosted"] == [{"what": "Studio", "missing": "no amount", "minutes": 0}]
    assert [one["minutes"] for one in program.get("times").json()["items"]] == [5_000, 90]
    assert [one["what"] for one in program.get("charges").json()["items"]] == ["Studio", "Tool"]
    assert [one["hourly"] for one in program.get("rates").json()["items"]] == [60, 40]
    assert not Worker.objects.exists()


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("times", {"day": "2026-11-03", "minutes": 5, "person": "stranger"}, "person"),
        ("times", {"day": "2026-11-03", "minutes": 5, "role": "Nurse"}, "role"),
        ("times", {"day": "2026-11-03", "minutes": 5, "without_account": True}, "role"),
        ("times", {"day": "2026-11-03", "minutes": 5, "bet": 1 << 61}, "number"),
        ("times", {"day": "2199-12-03", "minutes": 5}, "day"),
        ("charges", {"what": "x", "kind": "y", "first_day": "2026-11-03"}, "kind"),
        ("rates", {"role": "x", "hourly": 1, "since": "2026-11-03", "source": " "}, "source"),
    ],
)
def test_what_cannot_be_names_its_field(
    owner: Actor, stranger: Actor, name: str, body: dict[str, Any], field: str
) -> None:
    answer = program_of(owner).post(name, body)
    assert answer.status_code in (404, 422)
    assert answer.json()["field"] == field
    assert not Worked.objects.exists()


def test_a_period_has_an_end(owner: Actor) -> None:
    program = program_of(owner)
    for days in ("first=2026-11-02&last=2026-11-01", "first=1990-01-01&last=2026-01-01"):
        answer = program.get(f"costs?{days}")
        assert (answer.status_code, answer.json()["field"]) == (422, "last")


def test_who_only_reads_figures_sees_no_wages(persons: dict[str, Actor]) -> None:
    reading = program_of(persons["owner"], "read")
    assert reading.get(NOVEMBER).status_code == 200
    for name in ("times", "charges", "rates"):
        assert reading.get(name).json()["code"] == "token-too-narrow"
    approver = program_of(persons["approver"])
    own = approver.post("times", {"day": "2026-11-03", "minutes": 5})
    assert own.json()["person"] == "the-approver"
    others = approver.post("times", {"day": "2026-11-03", "minutes": 5, "person": "owner"})
    assert others.status_code == 403
