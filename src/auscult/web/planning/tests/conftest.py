"""A house with priorities and objectives, and a plan that runs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from auscult.web.accounts.models import Actor, Team, User
from auscult.web.goals.models import Objective, Priority
from auscult.web.planning import actions
from auscult.web.planning.bet_actions import (
    BetWish,
    Effect,
    TaskWish,
    Wanted,
    save_bet,
    save_task,
)
from auscult.web.planning.models import Bet, Cycle, Task

MONDAY = date(2026, 11, 16)  # the tests' clock stands on Friday, 20 November


def user_of(actor: Actor) -> User:
    return User.objects.get(username=actor.name)


@pytest.fixture
def objective(owner: Actor) -> Objective:
    """Nurses who apply because of what they saw, from 4 to 20."""
    team = Team.objects.filter(organisation_id=owner.organisation_id).first()
    priority = Priority.objects.create(
        organisation_id=owner.organisation_id, title="Recruit nurses", place=1, function=team
    )
    return Objective.objects.create(
        organisation_id=owner.organisation_id,
        priority=priority,
        title="Applications from nurses",
        measure="Forms that name social media",
        unit="applications",
        baseline=4,
        baseline_on=MONDAY,
        target=20,
        deadline=date(2027, 3, 1),
    )


@pytest.fixture
def cycle(owner: Actor, objective: Objective) -> Cycle:
    """A cycle that runs since Monday: it is day 5."""
    made = actions.plan_cycle(owner, title="First hundred", first_day=MONDAY)
    actions.set_focus(owner, cycle=made, priorities=[objective.priority])
    actions.start_cycle(owner, cycle=made)
    return made


@pytest.fixture
def bet(owner: Actor, cycle: Cycle, objective: Objective) -> Bet:
    """Short films from the wards, of the owner."""
    wish = BetWish(
        title="Films from the wards",
        objective=objective,
        owner=user_of(owner),
        function=objective.priority.function,
        amplifies="Open days of the nursing school",
        audience="Nurses in training",
        networks=("Mastodon", "Instagram"),
        confidence=4,
        effects=(
            Effect(hours=4, low=1, likely=3, high=6),
            Effect(hours=8, money=500, low=2, likely=5, high=9),
        ),
        needs=(Wanted(skill="Filming", hours=3, at_least=1, at_most=5),),
    )
    return save_bet(owner, cycle=cycle, wish=wish)


@pytest.fixture
def task(teammate: Actor, owner: Actor, bet: Bet) -> Task:
    """The teammate's, late since yesterday."""
    wish = TaskWish(
        title="Ask the wards",
        first_day=MONDAY,
        last_day=date(2026, 11, 19),
        people=(user_of(teammate),),
    )
    return save_task(owner, bet=bet, wish=wish)


@pytest.fixture
def forms(persons: Any) -> Any:
    """What each person's browser is."""
    from django.test import Client

    def client(name: str) -> Client:
        made = Client()
        made.force_login(user_of(persons[name]))
        return made

    return client
