"""Moving tasks along the days: by the page's script and by its buttons, and where they can't go."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.planning import queries
from auscult.web.planning.bet_actions import TaskWish, move_task, save_task
from auscult.web.planning.models import Bet, Cycle, Task
from auscult.web.planning.moves import TaskState

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(owner: Actor, bet: Bet, task: Task) -> Task:
    """What waits for the teammate's task; it begins five days after that ends."""
    wish = TaskWish(
        title="Film",
        depends_on=(task,),
        first_day=date(2026, 11, 24),
        last_day=date(2026, 11, 27),
    )
    return save_task(owner, bet=bet, wish=wish)


def days(first: date, last: date, *, seen: Task) -> dict[str, str]:
    return {
        "first_day": first.isoformat(), "last_day": last.isoformat(),
        "seen_first": seen.first_day.isoformat(), "seen_last": seen.last_day.isoformat(),
    }  # fmt: skip


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def move(actor: Actor, task: Task, sent: dict[str, str]) -> Any:
    """Move a task as the page's script does."""
    address = reverse("planning:shift-task", args=[task.pk])
    return browser(actor).post(address, sent, headers={"HX-Request": "true"})


def where(owner: Actor, task: Task) -> tuple[date, date]:
    found = queries.task(owner, task.pk)
    return found.first_day, found.last_day


def test_a_bar_is_put_on_other_days_and_the_plan_keeps_a_version(
    teammate: Actor, owner: Actor, task: Task
) -> None:
    first, last = date(2026, 11, 18), date(2026, 11, 25)
    answer = move(teammate, task, days(first, last, seen=task))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert text.lstrip().startswith('<div id="timeline"')
    assert 'data-told="“Ask the wards” runs from 18 Nov to 25 Nov now."' in text
    assert where(owner, task) == (first, last)
    newest = queries.versions(owner, task.bet.cycle)[0]
    assert newest.why == "Moved the task “Ask the wards” to 18 Nov – 25 Nov"
    assert AuditEntry.objects.filter(action="place-task").count() == 1


def test_who_may_not_change_a_task_has_no_bar_to_take(
    owner: Actor, onlooker: Actor, stranger: Actor, cycle: Cycle, task: Task
) -> None:
    page = browser(onlooker).get(reverse("planning:timeline")).content.decode()
    assert "plan-bar" in page
    assert "data-task" not in page
    sent = days(cycle.first_day, cycle.last_day, seen=task)
    assert move(onlooker, task, sent).status_code == 403
    assert move(stranger, task, sent).status_code == 404
    assert where(owner, task) == (task.first_day, task.last_day)


def test_nobody_overwrites_what_she_has_not_seen(teammate: Actor, owner: Actor, task: Task) -> None:
    move(owner, task, {"days": "7"})
    sent = days(task.first_day, task.last_day + timedelta(days=1), seen=task)
    answer = move(teammate, task, sent)
    assert answer.status_code == 400
    text = answer.content.decode()
    assert "data-refused" in text
    assert "was moved meanwhile: it runs from 23 Nov to 26 Nov" in text
    assert 'data-first="2026-11-23"' in text, "the bar stands where the task is"


def test_a_task_stays_within_its_cycle_and_may_always_come_back_into_it(
    owner: Actor, cycle: Cycle, task: Task
) -> None:
    early = move(owner, task, {"days": "-1"}).content.decode()
    assert "The cycle begins on 16 Nov: “Ask the wards” can&#x27;t begin before it." in early
    sent = days(task.first_day, cycle.last_day + timedelta(days=1), seen=task)
    assert "can&#x27;t end after it" in move(owner, task, sent).content.decode()
    assert where(owner, task) == (task.first_day, task.last_day)
    Task.objects.filter(pk=task.pk).update(first_day=date(2026, 11, 1), last_day=date(2026, 11, 2))
    assert move(owner, task, {"days": "7"}).status_code == 200


def test_what_waits_for_a_task_holds_its_days(owner: Actor, task: Task, later: Task) -> None:
    sent = days(task.first_day, date(2026, 11, 25), seen=task)
    said = move(owner, task, sent).content.decode()
    assert "“Film” waits for “Ask the wards”, and begins on 24 Nov" in said
    sent = days(date(2026, 11, 18), later.last_day, seen=later)
    said = move(owner, later, sent).content.decode()
    assert "“Film” waits for “Ask the wards”, which ends on 19 Nov" in said
    sent = days(date(2026, 11, 19), later.last_day, seen=later)
    assert move(owner, later, sent).status_code == 200, "on the day that it ends"
    move_task(owner, task=task, state=TaskState.DONE)
    assert move(owner, later, {"days": "-1"}).status_code == 200, "it waits no more"


def test_days_that_are_none_are_refused_in_words(owner: Actor, task: Task) -> None:
    sent = days(task.last_day, task.first_day, seen=task)
    assert "the first day or later" in move(owner, task, sent).content.decode()
    sent |= {"last_day": "soon"}
    assert "a day like 2026-11-20" in move(owner, task, sent).content.decode()
    assert where(owner, task) == (task.first_day, task.last_day)


def test_without_the_script_a_button_leads_back_to_the_cycle(owner: Actor, task: Task) -> None:
    address = reverse("planning:shift-task", args=[task.pk])
    answer = browser(owner).post(address, {"days": "1"})
    assert answer["Location"] == reverse("planning:timeline")
    assert browser(owner).post(address, {"days": "-7"}).status_code == 400
