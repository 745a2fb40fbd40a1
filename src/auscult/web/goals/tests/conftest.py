"""A priority with an objective, as the tests of goals take them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from auscult.web.accounts.models import Actor, Team
from auscult.web.goals.models import Direction, Objective, Priority
from auscult.web.goals.objective_actions import ObjectiveWish, save_objective
from auscult.web.goals.priority_actions import PriorityWish, save_priority


@pytest.fixture
def priority(owner: Actor) -> Priority:
    """Want more births in the ward, for expectant parents."""
    function = Team.objects.get(organisation_id=owner.organisation_id, name="Women and children")
    wish = PriorityWish(
        title="Fill the new ward",
        function=function,
        owner_id=owner.user_id,
        audience="expectant parents",
        served="They ask the midwives by telephone.",
        intent="They believe that they are welcome.",
    )
    return save_priority(owner, wish=wish)


@pytest.fixture
def wished(priority: Priority) -> Callable[..., ObjectiveWish]:
    """Return what makes a wish for an objective: 40 births in August, 60 by the year's end."""

    def make(**more: Any) -> ObjectiveWish:
        usual: dict[str, Any] = {
            "priority": priority,
            "title": "More births",
            "measure": "births a month, ward book",
            "unit": "births",
            "direction": Direction.UP,
            "baseline": 40.0,
            "baseline_on": date(2026, 8, 1),
            "target": 60.0,
            "deadline": date(2026, 12, 31),
        }
        return ObjectiveWish(**{**usual, **more})

    return make


@pytest.fixture
def objective(owner: Actor, wished: Callable[..., ObjectiveWish]) -> Objective:
    """Keep that objective."""
    return save_objective(owner, wish=wished())
