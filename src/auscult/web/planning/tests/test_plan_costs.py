"""However much a house plans, each page and route asks the database the same number of times."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from auscult.engine.kernel.clock import FixedClock
from auscult.engine.planning.claims.definitions import media_beat_none
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.models import Actor, Team, User
from auscult.web.goals.models import Change, Link, Objective, Priority, Reading
from auscult.web.planning.claims_models import Claim
from auscult.web.planning.models import (
    Assumption,
    Bet,
    CheckIn,
    Cycle,
    Focus,
    Lesson,
    Level,
    Need,
    Task,
    Version,
)
from auscult.web.planning.people_models import AccountRequest, Comment, Practice, SkillOffer
from auscult.web.planning.resource_models import (
    Absence,
    Allocation,
    Asset,
    AssetKind,
    Capacity,
    Skill,
)
from auscult.web.planning.snapshots import snapshot
from programs import program_of

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 11, 16)
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
CLAIM = media_beat_none().as_data()
PAGES = (
    *("/goals/", "/goals/changes/", "/goals/orphans/"),
    *("/goals/priorities/{priority}/", "/goals/objectives/{objective}/"),
    *("/plan/", "/plan/board/", "/plan/timeline/", "/plan/calendar/", "/plan/people/"),
    *("/plan/functions/", "/plan/page/", "/plan/versions/", "/plan/have/", "/plan/more/"),
    *("/plan/lessons/", "/plan/claims/", "/plan/cycles/", "/plan/readiness/"),
    *("/plan/bets/{bet}/", "/plan/bets/{bet}/change/", "/plan/bets/{bet}/tasks/add/"),
    *("/plan/cycles/{cycle}/change/", "/plan/cycles/{cycle}/bets/add/"),
    *("/plan/cycles/{cycle}/review/middle/", "/plan/tasks/{task}/"),
    *("/plan/page/plan.json", "/plan/page/bets.csv", "/plan/page/tasks.csv"),
)
ROUTES = (
    *("priorities", "objectives", "objectives/{objective}", "orphans"),
    *("objectives/{objective}/readings", "objectives/{objective}/links"),
    *("cycles", "cycles/{cycle}", "bets", "claims"),
)


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    """Let people who come by a browser have the tests' clock."""
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)


def grow(owner: Actor, *, times: int) -> dict[str, int]:
    """Plant a house that wants and plans so much; with `times` 10 about all that one ever would.

    Returns the numbers of a row of each kind that has a page.
    """
    house: dict[str, Any] = {"organisation_id": owner.organisation_id}
    people = list(User.objects.filter(memberships__organisation_id=owner.organisation_id))
    teams = [Team.objects.create(name=f"Team {n}", **house) for n in range(times)]
    objectives = _goals(house, teams, people, times)
    cycles = [
        Cycle(number=n, title=f"Cycle {n}", first_day=MONDAY, state="closed", **house)
        for n in range(1, 3 * times)
    ]
    cycles.append(Cycle(number=3 * times, title="Now", first_day=MONDAY, state="running", **house))
    cycles = Cycle.objects.bulk_create(cycles)
    Lesson.objects.bulk_create(
        Lesson(cycle=one, text=f"Films from wards take time {one.number}", at=NOW) for one in cycles
    )
    cycle = cycles[-1]
    Focus.objects.bulk_create(
        Focus(cycle=cycle, priority=one) for one in Priority.objects.filter(**house)
    )
    bets = _bets(cycle, objectives, teams, people, times)
    _said(house, bets, people, times)
    _there(house, people, times)
    Assumption.objects.bulk_create(
        Assumption(cycle=cycle, number=n, text="So") for n in range(1, 2 * times)
    )
    plan = snapshot(cycle)
    Version.objects.bulk_create(
        Version(cycle=cycle, number=n, at=NOW, why="Changed", plan={**plan, "days": n})
        for n in range(1, 4 * times)
    )
    Allocation.objects.create(
        cycle=cycle, version=cycle.versions.earliest("number"), asked_at=NOW, question={}
    )
    return {
        "priority": objectives[0].priority_id, "objective": objectives[0].pk, "cycle": cycle.number,
        "bet": bets[0].pk, "task": Task.objects.filter(bet=bets[0])[0].pk,
    }  # fmt: skip


def _goals(
    house: dict[str, Any], teams: Sequence[Team], people: Sequence[User], times: int
) -> list[Objective]:
    priorities = Priority.objects.bulk_create(
        Priority(title=f"Want {n}", place=n, function=teams[n % times], owner=people[0], **house)
        for n in range(3 * times)
    )
    objectives = Objective.objects.bulk_create(
        Objective(
            priority=priorities[n % len(priorities)],
            title=f"Objective {n}",
            measure="m",
            baseline=1,
            baseline_on=MONDAY - timedelta(days=100),
            target=9,
            deadline=MONDAY + timedelta(days=100),
            owner=people[0],
            **house,
        )
        for n in range(30 * times)
    )
    Reading.objects.bulk_create(
        Reading(objective=one, day=MONDAY - timedelta(days=7 * n), value=n)
        for one in objectives
        for n in range(4)
    )
    Change.objects.bulk_create(
        Change(kind="objective", number=one.pk, action="save-objective", after={"title": "x"},
            by="owner", at=NOW, **house)
        for one in objectives
    )  # fmt: skip
    return objectives


def _bets(
    cycle: Cycle,
    objectives: Sequence[Objective],
    teams: Sequence[Team],
    people: Sequence[User],
    times: int,
) -> list[Bet]:
    bets = Bet.objects.bulk_create(
        Bet(cycle=cycle, number=n + 1, title=f"Films from wards {n}", objective=objectives[n],
            owner=people[n % len(people)], function=teams[n % times], networks=["Mastodon"])
        for n in range(6 * times)
    )  # fmt: skip
    bets[1].depends_on.add(bets[0])
    Link.objects.bulk_create(
        Link(objective=objectives[0], kind="bet", number=one.pk) for one in bets
    )
    Level.objects.bulk_create(
        Level(bet=one, place=1, hours=2, money=0, low=1, likely=2, high=3) for one in bets
    )
    Need.objects.bulk_create(Need(bet=one, skill="Filming", hours=1, at_most=2) for one in bets)
    tasks = Task.objects.bulk_create(
        Task(
            bet=one,
            number=n + 1,
            title=f"Ask {n}",
            kind="help" if n == 0 else "work",
            skill="Filming",
            first_day=MONDAY,
            last_day=MONDAY + timedelta(days=n),
        )
        for one in bets
        for n in range(times)
    )
    through = Task.people.through
    through.objects.bulk_create(
        through(task_id=one.pk, user_id=people[one.number % len(people)].pk) for one in tasks
    )
    return bets


def _said(house: dict[str, Any], bets: Sequence[Bet], people: Sequence[User], times: int) -> None:
    CheckIn.objects.bulk_create(
        CheckIn(bet=bet, week=MONDAY - timedelta(days=7 * n), user=people[0], progress=n,
            confidence=3, at=NOW)
        for bet in bets
        for n in range(5 * times)
    )  # fmt: skip
    Comment.objects.bulk_create(
        Comment(bet=bet, user=people[n % len(people)], text=f"Well {n}", at=NOW, **house)
        for bet in bets
        for n in range(8 * times)
    )


def _there(house: dict[str, Any], people: Sequence[User], times: int) -> None:
    many = range(3 * times)
    skills = Skill.objects.bulk_create(Skill(name=f"Skill {n}", **house) for n in many)
    Capacity.objects.bulk_create(
        Capacity(skill=skills[n], person=people[n % len(people)], hours=3, first_day=MONDAY)
        for n in many
    )
    Absence.objects.bulk_create(
        Absence(person=people[n % len(people)], first_day=MONDAY, last_day=MONDAY, share=1, **house)
        for n in many
    )
    Asset.objects.bulk_create(
        Asset(kind=AssetKind.KIT, name=f"Kit {n}", keeper=people[0], **house) for n in many
    )
    Practice.objects.bulk_create(
        Practice(user=people[n % len(people)], network=f"Network {n % 5}", day=MONDAY, minutes=5,
            tried="x", **house)
        for n in many
    )  # fmt: skip
    AccountRequest.objects.bulk_create(
        AccountRequest(network=f"Network {n}", purpose="Talk", asker=people[0], feeder=people[1],
            heir=people[0], asked_at=NOW, **house)
        for n in many
    )  # fmt: skip
    SkillOffer.objects.bulk_create(
        SkillOffer(user=people[n % len(people)], skill=f"skill {n}", **house) for n in many
    )
    Claim.objects.bulk_create(
        Claim(title=f"Claim {n}", kind="media", whose="everybody", definition=CLAIM, made_at=NOW,
            made_by=people[0], since=MONDAY, due_at=NOW, **house)
        for n in many
    )  # fmt: skip


def asked(owner: Actor, numbers: dict[str, int]) -> dict[str, list[str]]:
    """Return the statements that each page and route makes."""
    client, program = Client(), program_of(owner)
    client.force_login(User.objects.get(username=owner.name))
    found = {}
    for place in PAGES:
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(place.format(**numbers))
            assert answer.status_code == 200, place
        found[place] = [one["sql"] for one in seen]
    for place in ROUTES:
        with CaptureQueriesContext(connection) as seen:
            answer = program.get(place.format(**numbers) + "?limit=500")
            assert answer.status_code == 200, place
        found[place] = [one["sql"] for one in seen]
    return found


def test_no_page_and_no_route_asks_more_where_there_is_more(owner: Actor, teammate: Actor) -> None:
    def seen(times: int) -> dict[str, list[str]]:
        with transaction.atomic():
            found = asked(owner, grow(owner, times=times))
            transaction.set_rollback(True)
        return found

    few, many = seen(1), seen(2)
    more = {
        place: f"{len(few[place])}, then {len(many[place])}"
        for place in few
        if len(many[place]) > len(few[place])
    }
    assert not more
    loading = {
        place
        for place, said in many.items()
        if any('"planning_version"."plan"' in one for one in said)
    }
    assert not loading, "a whole plan is read where two versions are compared alone"
