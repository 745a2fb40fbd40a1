"""Bets and tasks go out as CSV and come in as they were; what is wrong is said by line and column."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from auscult.web.accounts.models import Actor, User
from auscult.web.goals.models import Objective
from auscult.web.planning import csv_files, queries
from auscult.web.planning.errors import PlanFileRefused, PlanRefused
from auscult.web.planning.models import Cycle, Task
from auscult.web.planning.moves import BetState, TaskState
from auscult.web.planning.reading_rows import read_rows
from auscult.web.planning.snapshots import snapshot

pytestmark = pytest.mark.django_db


BAD = {
    "=1+1": "'=1+1", "'=1+1": "''=1+1", "-3": "-3", "@kim": "'@kim", "it's": "it's", "'s": "'s",
}  # fmt: skip


@pytest.mark.parametrize(("text", "cell"), BAD.items())
def test_no_spreadsheet_reckons_with_what_people_wrote(
    owner: Actor, task: Task, text: str, cell: str
) -> None:
    Task.objects.update(title=text)
    tasks = csv_files.tasks_as_csv(snapshot(task.bet.cycle)).encode()
    assert f",{cell},".encode() in tasks
    found, wrong = csv_files.lines(tasks, csv_files.TASKS, "tasks.csv")
    assert not wrong
    assert [line.cells["title"] for line in found] == [text]


def test_lines_change_what_has_their_number_and_add_what_has_none(owner: Actor, task: Task) -> None:
    cycle = task.bet.cycle
    bets = """\
bet;title;confidence;needs;hours;low;likely;high
1;Films of the wards;5;Filming=2.5/1/4;4,5;1;3;6

;Talks;;;;;;
"""
    tasks = """\
task,bet,title,first_day,last_day,people
#1.1,Films from the wards,Ask,16.11.2026,2026-11-27,"owner, teammate"
,Talks,Call,2026-11-20,2026-11-21,
,Talks,Call again,2026-11-21,2026-11-21,
"""
    windows = b"\xef\xbb\xbf" + bets.replace("\n", "\r\n").encode()
    read = read_rows(owner, cycle=cycle, bets=windows, tasks=tasks.encode())
    films, talks = read.after["bets"]["1"], read.after["bets"]["2"]
    assert (films["title"], films["confidence"], films["kit"]) == ("Films of the wards", 5, "")
    assert films["needs"] == {"Filming": {"hours": 2.5, "at_least": 1.0, "at_most": 4.0}}
    assert films["levels"]["1"]["hours"] == 4.5
    assert films["levels"]["2"] == read.before["bets"]["1"]["levels"]["2"], "no column says it"
    assert films["owner"] == "owner"
    asked = films["tasks"]["1"]
    assert (asked["first_day"], asked["last_day"]) == ("2026-11-16", "2026-11-27")
    assert asked["people"] == ["owner", "teammate"]
    assert {number: one["title"] for number, one in talks["tasks"].items()} == {
        "1": "Call", "2": "Call again",
    }  # fmt: skip
    assert queries.versions(owner, cycle)[0].why == "Read in from files"


TASK = "first_day,last_day\n"


@pytest.mark.parametrize(
    ("bets", "tasks", "wrong"),
    [
        ("bet,title,colour\n", "", ["bets.csv, line 1: the column “colour” isn't known"]),
        ("bet\n1\n", "", ["bets.csv, line 1: there is no column “title”"]),
        ("bet,title\n1,A,b\n", "", ["bets.csv, line 2: it has a cell too many"]),
        ("bet,title\nx,A\n", "", ["bets.csv, line 2, bet: “x” is no number of a bet."]),
        ("bet,title\n1,A\n\n1,B\n", "", ["bets.csv, line 4, bet: it stands there twice"]),
        ("bet,title,confidence\n1,A,9\n", "", ["bets.csv, line 2: confidence is 9"]),
        ("bet,title,hours\n1,A,many\n", "", ["bets.csv, line 2, hours: “many” is no number"]),
        ("bet,title,needs\n1,A,Filming\n", "", ["bets.csv, line 2, needs: “Filming” is no need"]),
        ("bet,title,state\n1,A,gone\n", "", ["bets.csv, line 2, state: Input should be"]),
        (
            'bet,title,kit,owner,objective\n1,A,"a\nb",nobody,Fame\n2,"",,,\n', "",
            [
                "bets.csv, line 2, objective: “Fame” isn't known here.",
                "bets.csv, line 2, owner: “nobody” isn't known here.",
                "bets.csv, line 4: title is ''",
            ],
        ),
        ("bet,title,depends_on\n1,A,7\n", "", ["bets.csv, line 2, depends_on: there is no 7"]),
        ("bet,title,depends_on\n1,A,1\n", "", ["bets.csv, line 2: These would wait"]),
        ('bet,title\n1,"A\n', "", ["bets.csv: This is no CSV"]),
        ("", "task,title,first_day,last_day\n#9.1,A,2026-11-16,2026-11-16\n",
            ["tasks.csv, line 2, task: there is no bet 9."]),
        ("", "task,bet,title\n#1.1,Another,A\n", ["tasks.csv, line 2, bet: bet 1 isn't “Another”"]),
        ("", "task,title\n1,A\n", ["tasks.csv, line 2, task: “1” is no name of a task"]),
        ("", "bet,title\nNothing,A\n", ["tasks.csv, line 2, bet: “Nothing” is the title of no"]),
        ("", "task,title,last_day\n#1.1,A,31.2.2026\n",
            ["tasks.csv, line 2, last_day: “31.2.2026” is no day."]),
        ("", "task,title,last_day\n#1.1,A,11/16/2026\n", ["tasks.csv, line 2, last_day: "]),
        ("", "task,title,last_day\n#1.1,A,2026-01-01\n", ["tasks.csv, line 2: last_day is"]),
        ("", "task,title,state\n#1.2,A,done\n", ["tasks.csv, line 2: “Done” is done and can't"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_line_and_column_and_nothing_stays(
    owner: Actor, task: Task, bets: str, tasks: str, wrong: list[str]
) -> None:
    dropped = Task.objects.create(
        bet=task.bet, number=2, title="Done", first_day=task.first_day, last_day=task.last_day,
        state=TaskState.DONE if "done" not in tasks else TaskState.DROPPED,
    )  # fmt: skip
    before = snapshot(task.bet.cycle)
    with pytest.raises(PlanFileRefused) as refused:
        read_rows(owner, cycle=task.bet.cycle, bets=bets.encode(), tasks=tasks.encode())
    said = list(map(str, refused.value.wrong))
    assert len(said) == len(wrong)
    for one, expected in zip(said, wrong, strict=True):
        if dropped.state == TaskState.DROPPED:
            assert one.startswith("tasks.csv, line 2: ")
            assert "can't become" in one
        else:
            assert one.startswith(expected)
    assert snapshot(task.bet.cycle) == before


@pytest.mark.parametrize("raw", [b"", b"\0,\0", b"\xff\xfe", b"x" * 700_001, b'"' * 200_000])
def test_what_is_no_table_is_refused(owner: Actor, cycle: Cycle, raw: bytes) -> None:
    with pytest.raises(PlanFileRefused):
        read_rows(owner, cycle=cycle, bets=raw or b" ")


def test_a_closed_cycle_stays_as_it_was(owner: Actor, cycle: Cycle) -> None:
    Cycle.objects.update(state="closed")
    with pytest.raises(PlanRefused, match="one that isn't closed"):
        read_rows(owner, cycle=cycle, bets=b"title\nA\n")


def test_a_page_shows_first_what_would_change(owner: Actor, onlooker: Actor, task: Task) -> None:
    cycle = task.bet.cycle
    address = reverse("planning:read-rows", args=[cycle.number])

    def send(actor: Actor, **data: Any) -> Any:
        client = Client()
        client.force_login(User.objects.get(username=actor.name))
        return client.post(address, data)

    def file(text: str) -> io.BytesIO:
        return io.BytesIO(text.encode())

    text = "bet,title,kit\n1,Films,\"two\ncameras\"\n"  # fmt: skip
    assert send(onlooker, bets=file(text)).status_code == 403
    assert "Choose a file." in send(owner).content.decode()
    wrong = send(owner, bets=file("bet,title\n1,A\n1,B\n")).content.decode()
    assert "bets.csv, line 3, bet: it stands there twice: bets.csv, line 2." in wrong
    shown = send(owner, bets=file(text)).content.decode()
    assert "Films from the wards" in shown
    seen = base64.urlsafe_b64encode(text.encode()).decode()
    assert seen in shown
    task.bet.refresh_from_db()
    assert task.bet.title == "Films from the wards", "it was looked at only"
    assert send(owner, seen_bets=seen, do="keep").status_code == 302
    task.bet.refresh_from_db()
    assert (task.bet.title, task.bet.kit) == ("Films", "two\ncameras")
    assert "the plan says the same already" in send(owner, bets=file(text)).content.decode()
    assert "Choose the file again." in send(owner, seen_bets="x", do="keep").content.decode()


def test_a_bet_changes_the_objective_that_it_serves(
    owner: Actor, task: Task, objective: Objective
) -> None:
    bet, cycle = task.bet, task.bet.cycle
    assert objective.links.count() == 1
    read_rows(owner, cycle=cycle, bets=b"bet,title,objective,state\n1,Films,,dropped\n")
    bet.refresh_from_db()
    assert (bet.objective, bet.state, objective.links.count()) == (None, BetState.DROPPED, 0)
    read_rows(owner, cycle=cycle, bets=b"bet,title,objective\n1,Films,Applications from nurses\n")
    assert objective.links.get().number == bet.pk
