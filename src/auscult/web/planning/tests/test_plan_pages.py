"""The room Plan as people see it: every page, by who may, without scripts."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.alerts.models import Alert, Kind
from auscult.web.goals.models import Objective
from auscult.web.listening.actions import save_watch
from auscult.web.planning import actions, queries
from auscult.web.planning.bet_actions import BetWish, TaskWish, save_bet, save_task
from auscult.web.planning.models import Bet, Cycle, Lesson, Task
from auscult.web.planning.moves import BetState, CycleState, TaskState

pytestmark = pytest.mark.django_db
READING = (
    "room", "board", "timeline", "calendar", "people", "functions", "page", "versions",
    "lessons", "cycles",
)  # fmt: skip


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    """Let people who come by a browser have the tests' clock."""
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def page(actor: Actor, name: str, *args: Any, **query: Any) -> str:
    answer = browser(actor).get(reverse(f"planning:{name}", args=args), query)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return " ".join(answer.content.decode().split())


def send(actor: Actor, name: str, *args: Any, **data: Any) -> Any:
    return browser(actor).post(reverse(f"planning:{name}", args=args), data)


@pytest.mark.parametrize("name", READING)
def test_each_page_says_the_day_at_its_top(owner: Actor, task: Task, name: str) -> None:
    assert "Day 5 of 100" in page(owner, name)


@pytest.mark.parametrize("name", READING)
def test_each_page_opens_before_there_is_a_plan(owner: Actor, name: str) -> None:
    assert "Day" not in page(owner, name).partition('class="panel plan-top"')[2][:200]


@pytest.mark.parametrize("name", READING)
def test_another_house_sees_nothing_of_it(
    owner: Actor, stranger: Actor, task: Task, name: str
) -> None:
    for said in ("Films from the wards", "Ask the wards", "First hundred"):
        assert said not in page(stranger, name)


def test_the_day_before_and_after_a_cycle_is_said(
    owner: Actor, cycle: Cycle, clock: FixedClock
) -> None:
    clock.advance(timedelta(days=-6))
    assert "Begins in 2 days" in page(owner, "room")
    clock.advance(timedelta(days=106))
    said = page(owner, "room")
    assert "Day 105: the 100 days are over" in said
    assert "Write the closing review" in said


def test_today_says_what_is_late_and_asks_who_it_concerns(
    owner: Actor, teammate: Actor, task: Task
) -> None:
    said = page(teammate, "room")
    assert "Ask the wards" in said
    assert '<span class="badge bad">late</span>' in said
    assert "How does “Films from the wards” go?" in said
    send(teammate, "check-in", task.bet_id, progress=40, confidence=4, hours=2, blockers="Rain")
    said = page(teammate, "room")
    assert "How does" not in said
    assert "Rain" in said
    assert "How does" in page(owner, "room"), "the owner of the bet hasn't said a word"


def test_a_check_in_that_cannot_be_says_why_beside_its_field(owner: Actor, bet: Bet) -> None:
    answer = send(owner, "check-in", bet.pk, progress=140, confidence=4, hours=2)
    assert answer.status_code == 200
    assert "less than or equal to 100" in answer.content.decode()
    assert not queries.check_ins(owner).exists()


def test_a_task_goes_over_the_board_by_buttons(owner: Actor, task: Task) -> None:
    assert 'name="state" value="doing"' in page(owner, "board")
    assert send(owner, "move-task", task.pk, state="doing").status_code == 302
    assert queries.task(owner, task.pk).state == TaskState.DOING
    address = reverse("planning:move-task", args=[task.pk])
    answer = browser(owner).post(address, {"state": "done"}, headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith('<div class="plan-board" id="board">')
    refused = send(owner, "move-task", task.pk, state="dropped")
    assert refused.status_code == 400
    assert "is done and can" in refused.content.decode()
    assert send(owner, "move-task", task.pk, state="elsewhere").status_code == 400


def test_a_task_moves_along_the_timeline(owner: Actor, task: Task) -> None:
    assert "+7<span" in page(owner, "timeline")
    send(owner, "shift-task", task.pk, days="7")
    moved = queries.task(owner, task.pk)
    assert moved.first_day == task.first_day + timedelta(days=7)
    assert moved.last_day == task.last_day + timedelta(days=7)
    assert send(owner, "shift-task", task.pk, days="400").status_code == 400


def test_a_cycle_is_planned_started_reviewed_and_closed_on_pages(
    owner: Actor, objective: Objective, clock: FixedClock
) -> None:
    data = {
        "title": "Spring", "first_day": "2026-11-20", "days": "100",
        "focus": objective.priority_id, "template": "recruiting-nurses",
    }  # fmt: skip
    assert send(owner, "add-cycle", **data).status_code == 302
    cycle = queries.cycle(owner, 1)
    assert cycle.focus.get() == objective.priority
    assert cycle.bets.count() == 2
    assert "Start the cycle" in page(owner, "room")
    send(owner, "start-cycle", 1)
    clock.advance(timedelta(days=99))
    assert "First comes the closing review" in page(owner, "close-cycle", 1)
    said = {"note": "Well done", f"actual_{objective.pk}": "12"}
    for bet in cycle.bets.all():
        said |= {f"verdict_{bet.pk}": "kept", f"lesson_{bet.pk}": f"Lesson {bet.number}"}
    for one in cycle.assumptions.all():
        said |= {f"state_{one.pk}": "holds", f"did_{one.pk}": ""}
    assert send(owner, "review", 1, "closing", **said).status_code == 302
    assert "Lesson 2" in page(owner, "review", 1, "closing"), "it can be changed"
    assert "Lesson 2" in page(owner, "lessons", q="lesson 2")
    assert "No lesson has these words" in page(owner, "lessons", q="elephants")
    assert send(owner, "close-cycle", 1).status_code == 302
    assert queries.cycle(owner, 1).state == CycleState.CLOSED
    assert queries.cycle(owner, 2).bets.count() == 2


def test_a_refused_form_keeps_what_was_typed(owner: Actor, cycle: Cycle, bet: Bet) -> None:
    data = {
        "title": "Radio", "confidence": "3", "hours_1": "2", "low_1": "5", "likely_1": "3",
        "high_1": "9", "needs": "Speaking, two",
    }  # fmt: skip
    answer = send(owner, "add-bet", cycle.number, **data).content.decode()
    assert "write it like this: Filming, 3, 1, 5" in answer
    answer = send(owner, "add-bet", cycle.number, **{**data, "needs": ""}).content.decode()
    assert "in the order low, likely, high" in answer
    assert 'value="Radio"' in answer
    data |= {"needs": "Speaking, 2, 1, 4", "low_1": "1", "networks": "FM, , DAB"}
    assert send(owner, "add-bet", cycle.number, **data).status_code == 302
    made = queries.bets(owner).get(title="Radio")
    assert made.networks == ["FM", "DAB"]
    assert made.needs.get().at_most == 4
    assert made.levels.get().likely == 3
    shown = page(owner, "change-bet", made.pk)
    assert "Speaking, 2, 1, 4" in shown
    assert 'value="FM, DAB"' in shown


def test_the_form_of_a_bet_shows_what_was_learned_before(
    owner: Actor, cycle: Cycle, bet: Bet
) -> None:
    Lesson.objects.create(cycle=cycle, bet=bet, text="Ask first", at=owner.clock.now())
    asked = {"title": "Something", "networks": "mastodon", "do": "lessons"}
    assert "Ask first" in send(owner, "add-bet", cycle.number, **asked).content.decode()
    asked |= {"networks": "radio"}
    assert "Ask first" not in send(owner, "add-bet", cycle.number, **asked).content.decode()


def test_versions_are_compared_field_by_field(owner: Actor, task: Task) -> None:
    send(owner, "move-bet", task.bet_id, state="dropped")
    newest = queries.versions(owner, task.bet.cycle)[0].number
    said = page(owner, "versions", before=newest - 1, after=newest)
    assert "Bet 1 “Films from the wards”" in said
    assert "<del>on</del>" in said
    assert "<ins>dropped</ins>" in said
    answer = browser(owner).get(reverse("planning:versions"), {"before": "1", "after": "999"})
    assert answer.status_code == 404


def test_an_assumption_is_written_judged_and_said_today(owner: Actor, cycle: Cycle) -> None:
    send(owner, "add-assumption", cycle.number, text="Wards help", noticed_by="One says no")
    (one,) = cycle.assumptions.all()
    send(owner, "judge", one.pk, state="wrong")
    assert "Wrong: Wards help" in page(owner, "room")
    send(owner, "assumption", one.pk, text="Wards help a bit", noticed_by="")
    one.refresh_from_db()
    assert one.text == "Wards help a bit"


def test_the_watch_of_an_assumption_notices(owner: Actor, cycle: Cycle) -> None:
    watch = save_watch(owner, name="Rumours", query="rumour")
    one = actions.save_assumption(owner, cycle=cycle, text="Rumours stay few", watch=watch)
    assert "raised an alert" not in page(owner, "room")
    now = owner.clock.now()
    Alert.objects.create(
        organisation_id=owner.organisation_id, name="more", kind=Kind.VOLUME, watch=watch,
        key="k", since=now, raised_at=now, last_at=now, turned_at=now,
    )  # fmt: skip
    assert "The watch “Rumours” raised an alert" in page(owner, "room")
    send(owner, "judge", one.pk, state="doubt")
    assert "raised an alert" not in page(owner, "room")
    assert "In doubt: Rumours stay few" in page(owner, "room")


def test_a_task_of_ones_own_is_changed_by_who_checks_in(
    persons: dict[str, Actor], task: Task
) -> None:
    analyst = persons["analyst"]
    address = reverse("planning:task", args=[task.pk])
    assert browser(analyst).get(address).status_code == 403
    task.people.add(User.objects.get(username=analyst.name))
    data = {
        "title": "Ask all wards", "kind": "work", "first_day": "2026-11-16",
        "last_day": "2026-11-27", "minutes": "90",
        "people": [str(person.pk) for person in task.people.all()],
    }  # fmt: skip
    assert browser(analyst).post(address, data).status_code == 302
    task.refresh_from_db()
    assert (task.title, task.minutes) == ("Ask all wards", 90)
    early = browser(analyst).post(address, {**data, "last_day": "2026-11-01"})
    assert "the first day or later" in early.content.decode()


def test_the_plan_is_taken_away_as_files_and_that_is_written_down(owner: Actor, task: Task) -> None:
    wish = TaskWish(title="=1+1", first_day=task.first_day, last_day=task.last_day)
    save_task(owner, bet=task.bet, wish=wish)
    client = browser(owner)
    plan = orjson.loads(client.get(reverse("planning:as-json")).content)
    assert plan["bets"]["1"]["tasks"]["1"]["title"] == "Ask the wards"
    rows = list(
        csv.DictReader(io.StringIO(client.get(reverse("planning:as-csv")).content.decode()))
    )
    assert [row["title"] for row in rows] == ["Ask the wards", "'=1+1"]
    assert rows[0]["people"] == "teammate"
    pdf = client.get(reverse("planning:printed"))
    text = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert "Day 5 of 100" in text
    assert "Films from the wards" in text
    told = AuditEntry.objects.filter(action="export-plan").values_list("details", flat=True)
    assert {one["form"] for one in told} == {"json", "csv", "pdf"}


def test_other_cycles_are_read_by_their_number(owner: Actor, cycle: Cycle) -> None:
    actions.plan_cycle(owner, title="Second", first_day=cycle.last_day)
    assert "Second" in page(owner, "board", cycle=2)
    answer = browser(owner).get(reverse("planning:board"), {"cycle": "x"})
    assert answer.status_code == 404


def test_by_function_and_by_person_nobody_is_left_out(owner: Actor, task: Task) -> None:
    save_bet(owner, cycle=task.bet.cycle, wish=BetWish(title="For all"))
    wish = TaskWish(title="Unowned", first_day=task.first_day, last_day=task.last_day)
    save_task(owner, bet=task.bet, wish=wish)
    said = page(owner, "people")
    assert said.index("Ask the wards") < said.index("Nobody yet") < said.index("Unowned")
    said = page(owner, "functions")
    assert "Functions that no bet extends" in said
    assert "The whole house" in said


def test_a_dropped_bet_takes_its_tasks_from_the_pages(owner: Actor, task: Task) -> None:
    send(owner, "move-bet", task.bet_id, state=BetState.DROPPED)
    assert "Ask the wards" not in page(owner, "board")
    assert "Ask the wards" not in page(owner, "room")
    assert "Take it up again" in page(owner, "bet", task.bet_id)
