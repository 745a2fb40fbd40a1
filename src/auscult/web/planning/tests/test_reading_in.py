"""A plan as JSON goes out and comes in as it was; what is wrong with a file is said part by part."""

from __future__ import annotations

import io
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import orjson
import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auscult.web.accounts.models import Actor, Team, User
from auscult.web.goals.models import Objective
from auscult.web.planning import actions, bet_actions, csv_files, files, queries
from auscult.web.planning.errors import PlanFileRefused, PlanRefused
from auscult.web.planning.models import Cycle, Task
from auscult.web.planning.moves import AssumptionState, BetState, CycleState, TaskState
from auscult.web.planning.reading_in import read_plan
from auscult.web.planning.reading_rows import read_rows
from auscult.web.planning.snapshots import snapshot
from programs import program_of

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 16)
plain = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=8)
amounts = st.integers(0, 800).map(lambda n: n / 4)


@st.composite
def levels(draw: st.DrawFn) -> dict[str, Any]:
    found = {}
    for place in range(1, draw(st.integers(0, 2)) + 1):
        low, likely, high = sorted(draw(st.tuples(amounts, amounts, amounts)))
        values = {"low": low, "likely": likely, "high": high, "money": draw(amounts)}
        found[str(place)] = {"hours": float(place), **values}
    return found


@st.composite
def tasks(draw: st.DrawFn) -> dict[str, Any]:
    first = DAY + timedelta(days=draw(st.integers(0, 90)))
    return {
        "title": draw(plain),
        "kind": draw(st.sampled_from(["work", "help"])),
        "state": draw(st.sampled_from(TaskState.values)),
        "first_day": first.isoformat(),
        "last_day": (first + timedelta(days=draw(st.integers(0, 20)))).isoformat(),
        "people": draw(st.sampled_from([[], ["owner"], ["owner", "teammate"]])),
        "skill": draw(st.sampled_from(["", "Filming"])),
        "minutes": draw(st.integers(0, 500)),
        "depends_on": [],
    }


@st.composite
def bets(draw: st.DrawFn) -> dict[str, Any]:
    least, hours, most = sorted(draw(st.tuples(amounts, amounts, amounts)))
    need = {"hours": hours, "at_least": least, "at_most": most}
    numbers = st.integers(1, 30).map(str)
    return {
        "title": draw(plain),
        "state": draw(st.sampled_from(BetState.values)),
        "amplifies": draw(plain),
        "audience": "",
        "kit": draw(plain),
        "confidence": draw(st.integers(1, 5)),
        "either_or": draw(st.sampled_from(["", "a"])),
        "objective": draw(st.sampled_from([None, "Applications from nurses"])),
        "owner": draw(st.sampled_from([None, "teammate"])),
        "function": draw(st.sampled_from([None, "Nursing"])),
        "networks": draw(st.lists(plain, max_size=2)),
        "depends_on": [],
        "levels": draw(levels()),
        "needs": draw(st.sampled_from([{}, {"Filming": need}])),
        "tasks": draw(st.dictionaries(numbers, tasks(), max_size=3)),
    }


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    numbers = st.integers(1, 30).map(str)
    plan: dict[str, Any] = {
        "title": draw(plain),
        "first_day": DAY.isoformat(),
        "days": draw(st.integers(7, 366)),
        "focus": draw(st.sampled_from([[], ["Recruit nurses"]])),
        "assumptions": draw(
            st.dictionaries(
                numbers,
                st.fixed_dictionaries(
                    {
                        "text": plain,
                        "noticed_by": plain,
                        "watch": st.none(),
                        "state": st.sampled_from(AssumptionState.values),
                    }
                ),
                max_size=2,
            )
        ),
        "bets": draw(st.dictionaries(numbers, bets(), max_size=3)),
    }
    # Later ones wait for earlier ones, so that none waits for itself.
    order = sorted(plan["bets"], key=int)
    for before, after in pairwise(order):
        if draw(st.booleans()):
            plan["bets"][after]["depends_on"] = [int(before)]
            theirs, own = (sorted(plan["bets"][one]["tasks"], key=int) for one in (before, after))
            if theirs and own:
                plan["bets"][after]["tasks"][own[0]]["depends_on"] = [f"{before}.{theirs[0]}"]
    return plan


@pytest.fixture
def nursing(owner: Actor, teammate: Actor, objective: Objective) -> Team:
    return Team.objects.create(organisation_id=owner.organisation_id, name="Nursing")


@given(plan=plans())
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_read_in_goes_out_as_it_was(
    owner: Actor, nursing: Team, plan: dict[str, Any]
) -> None:
    with transaction.atomic():
        cycle = read_plan(owner, raw=orjson.dumps(plan))
        out = orjson.loads(files.as_json(cycle))
        transaction.set_rollback(True)
    assert (out.pop("number"), out.pop("state")) == (cycle.number, "planned")
    assert out == plan


def tables(plan: dict[str, Any]) -> tuple[bytes, bytes]:
    return csv_files.bets_as_csv(plan).encode(), csv_files.tasks_as_csv(plan).encode()


@given(plan=plans())
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_tables_go_out_and_come_in_as_they_were(
    owner: Actor, nursing: Team, plan: dict[str, Any]
) -> None:
    with transaction.atomic():
        cycle = read_plan(owner, raw=orjson.dumps(plan))
        told = snapshot(cycle)
        bets, tasks = tables(told)
        kept = cycle.versions_kept
        same = read_rows(owner, cycle=cycle, bets=bets, tasks=tasks)
        assert same.before == same.after == told
        cycle.refresh_from_db()
        assert cycle.versions_kept == kept, "nothing changed: there is no new version"
        cycle.bets.all().delete()
        made = read_rows(owner, cycle=cycle, bets=bets, tasks=tasks).after
        assert made["bets"] == told["bets"]
        assert tables(made) == (bets, tasks)
        transaction.set_rollback(True)


def test_a_plan_that_was_handed_out_is_read_in_as_one_change(
    owner: Actor, task: Task, cycle: Cycle
) -> None:
    actions.save_assumption(owner, cycle=cycle, text="Wards help")
    bet_actions.move_task(owner, task=task, state=TaskState.DOING)
    raw = files.as_json(cycle)
    made = read_plan(owner, raw=raw)
    before, after = orjson.loads(raw), snapshot(made)
    for plan in (before, after):
        del plan["number"], plan["state"]
    assert before == orjson.loads(orjson.dumps(after))
    whys = [one.why for one in queries.versions(owner, made)]
    assert whys == ["Read in from a file", "Began to plan"]
    bet_actions.move_bet(owner, bet=made.bets.get(), state=BetState.DROPPED)
    assert queries.versions(owner, made).count() == 3, "later changes have their own again"


def plan(**bet: Any) -> dict[str, Any]:
    task = {"title": "Ask", "first_day": "2026-11-16", "last_day": "2026-11-20"}
    whole = {"title": "Films", "tasks": {"1": task}, **bet}
    return {"title": "Spring", "first_day": "2026-11-16", "bets": {"1": whole}}


@pytest.mark.parametrize(
    ("given_", "wrong"),
    [
        (plan(owner="nobody"), ["bets.1.owner: “nobody” isn't known here."]),
        (plan(objective="Fame"), ["bets.1.objective: “Fame” isn't known here."]),
        (plan(depends_on=[4]), ["bets.1.depends_on: there is no 4 here."]),
        (plan(depends_on=[1]), ["bets.1: These would wait for each other: Films → Films."]),
        (plan(confidence=9), ["bets.1: confidence is 9, but must be from 1 to 5."]),
        (plan(title=7), ["bets.1.title: Input should be a valid string"]),
        (plan(colour="red"), ["bets.1.colour: Extra inputs are not permitted"]),
        ({**plan(), "focus": ["Fame"]}, ["focus: “Fame” isn't known here."]),
        (
            plan(
                owner="nobody",
                tasks={"1": {"title": "", "first_day": "2026-11-16", "last_day": "2026-11-16"}},
            ),
            [
                "bets.1.owner: “nobody” isn't known here.",
                "bets.1.tasks.1: title is '', but must be 1 to 200 characters.",
            ],
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_part_by_part_and_nothing_stays(
    owner: Actor, given_: dict[str, Any], wrong: list[str]
) -> None:
    with pytest.raises(PlanFileRefused) as refused:
        read_plan(owner, raw=orjson.dumps(given_))
    assert list(map(str, refused.value.wrong)) == wrong
    assert not Cycle.objects.exists()


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff\xfe", b"x" * 5_000_001, b"[" * 10_000])
def test_what_is_no_plan_is_refused(owner: Actor, raw: bytes) -> None:
    with pytest.raises(PlanFileRefused):
        read_plan(owner, raw=raw)


def test_another_house_is_not_known(owner: Actor, stranger: Actor, objective: Objective) -> None:
    raw = orjson.dumps(plan(objective=objective.title))
    with pytest.raises(PlanFileRefused, match="isn't known here"):
        read_plan(stranger, raw=raw)


def test_one_cycle_is_planned_at_a_time(owner: Actor) -> None:
    read_plan(owner, raw=orjson.dumps(plan()))
    with pytest.raises(PlanRefused, match="until the cycle that is planned has started"):
        read_plan(owner, raw=orjson.dumps(plan()))


def test_a_file_is_read_in_on_its_page(owner: Actor, onlooker: Actor) -> None:
    def send(actor: Actor, content: dict[str, Any]) -> Any:
        client = Client()
        client.force_login(User.objects.get(username=actor.name))
        file = io.BytesIO(orjson.dumps(content))
        return client.post(reverse("planning:read-in"), {"file": file})

    assert send(onlooker, plan()).status_code == 403
    refused = send(owner, plan(owner="nobody", function="None such")).content.decode()
    assert "bets.1.owner: “nobody” isn&#x27;t known here." in refused
    assert "bets.1.function: “None such” isn&#x27;t known here." in refused
    assert send(owner, plan()).status_code == 302
    assert Cycle.objects.get().state == CycleState.PLANNED


def test_a_program_sends_a_plan_and_gets_it_back(owner: Actor, task: Task, cycle: Cycle) -> None:
    program = program_of(owner)
    told = program.ask("GET", f"cycles/{cycle.number}").json()["plan"]
    made = program.ask("POST", "cycles", told)
    assert made.status_code == 201
    assert (made.json()["cycle"]["number"], made.json()["cycle"]["state"]) == (2, "planned")
    changed = {"number": 2, "state": "planned"}
    assert made.json()["plan"] == told | changed
    again = program.ask("POST", "cycles", told)
    assert again.status_code == 422, "one cycle is planned at a time"


def test_the_same_plan_sent_twice_is_kept_once(owner: Actor) -> None:
    program = program_of(owner)
    first, second = (
        program.ask("POST", "cycles", plan(), Idempotency_Key="one") for _time in range(2)
    )
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert Cycle.objects.count() == 1


def test_what_is_wrong_with_a_plan_is_said_to_programs_by_place(owner: Actor) -> None:
    program = program_of(owner)
    answer = program.ask("POST", "cycles", plan(owner="nobody", depends_on=[4]))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "bets.1.owner", "message": "“nobody” isn't known here."},
        {"field": "bets.1.depends_on", "message": "there is no 4 here."},
    ]
    late = plan(tasks={"1": {"title": "Ask", "first_day": "soon", "last_day": "2026-11-20"}})
    refused = program.ask("POST", "cycles", late).json()
    assert refused["field"].endswith("bets.1.tasks.1.first_day")
    assert "write a day: 2026-09-01" in refused["detail"]
    assert not Cycle.objects.exists()


def test_the_cost_of_reading_in_does_not_grow_with_the_plan(owner: Actor, nursing: Team) -> None:
    def many(bets: int, tasks: int) -> bytes:
        one = {"first_day": "2026-11-16", "last_day": "2026-11-20", "people": ["owner"]}
        own = {str(number): {**one, "title": f"T{number}"} for number in range(1, tasks + 1)}
        shared: dict[str, Any] = {
            "objective": "Applications from nurses", "owner": "teammate", "function": "Nursing",
            "levels": {"1": {"hours": 2, "low": 1, "likely": 2, "high": 3}}, "tasks": own,
        }  # fmt: skip
        made: dict[str, Any] = {
            str(number): {
                **shared, "title": f"B{number}", "depends_on": [number - 1] if number > 1 else [],
            }
            for number in range(1, bets + 1)
        }  # fmt: skip
        return orjson.dumps({"title": "Big", "first_day": "2026-11-16", "bets": made})

    def cost(raw: bytes) -> int:
        with transaction.atomic(), CaptureQueriesContext(connection) as seen:
            read_plan(owner, raw=raw)
            transaction.set_rollback(True)
        return len(seen)

    assert cost(many(2, 2)) == cost(many(10, 10)), "SQLite takes 999 values in one statement"
