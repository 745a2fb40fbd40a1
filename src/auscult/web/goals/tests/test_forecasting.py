"""What readings lead to, as the runner works it out and pages show it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import system_actor
from auscult.web.goals import queries
from auscult.web.goals.drawing import HEIGHT, WIDTH, drawing
from auscult.web.goals.forecasting import keep, outlook, work_out
from auscult.web.goals.models import Objective, Origin
from auscult.web.goals.objective_actions import save_objective
from auscult.web.goals.reading_actions import Given, save_readings
from auscult.web.goals.standing import standing
from programs import user_of

pytestmark = pytest.mark.django_db
FIRST = date(2026, 8, 8)


@pytest.fixture
def runner(owner: Actor) -> Actor:
    return system_actor(owner.organisation_id, "forecasts", clock=owner.clock)


def read(actor: Actor, objective: Objective, values: list[float]) -> None:
    given = [
        Given(day=FIRST + timedelta(weeks=place), value=value) for place, value in enumerate(values)
    ]
    save_readings(actor, objective=objective, given=given, origin=Origin.TYPED)


def state(actor: Actor, objective: Objective) -> Any:
    objective = queries.objective(actor, objective.pk)
    readings = list(queries.readings(actor, objective))
    return standing(objective, readings, queries.today(actor))


# 40 births in August, 60 wanted by the year's end, over 20 weeks after the last of these readings.
RISING = [40.0 + place for place in range(14)]
FLAT = [40.0, 41.0, 40.0, 39.0, 40.0, 41.0, 40.0, 40.0, 39.0, 41.0, 40.0, 40.0]


@pytest.mark.parametrize(
    ("values", "code", "kind"),
    [([], "unread", ""), (RISING[:4], "too-early", ""), (RISING, "on-course", "good"),
     (FLAT, "off-course", "bad")],
)  # fmt: skip
def test_planted_series_get_their_verdict(
    owner: Actor, runner: Actor, objective: Objective, values: list[float], code: str, kind: str
) -> None:
    read(owner, objective, values)
    assert not work_out(runner)
    found = state(owner, objective)
    assert (found.code, found.kind) == (code, kind)


def test_a_way_down_is_a_way_too(owner: Actor, runner: Actor, wished: Callable[..., Any]) -> None:
    wish = wished(title="Shorter waits", direction="down", baseline=60.0, target=40.0)
    objective = save_objective(owner, wish=wish)
    read(owner, objective, [60.0 - place for place in range(14)])
    work_out(runner)
    assert state(owner, objective).code == "on-course"
    assert state(owner, objective).attained == 13 / 20


def test_it_waits_until_it_is_worked_out_and_is_worked_out_anew(
    owner: Actor, runner: Actor, objective: Objective
) -> None:
    read(owner, objective, RISING)
    assert state(owner, objective).code == "waiting"
    work_out(runner)
    first = outlook(queries.objective(owner, objective.pk))
    read(owner, objective, FLAT)  # the first twelve are others now
    assert queries.objective(owner, objective.pk).forecast_due
    work_out(runner)
    assert outlook(queries.objective(owner, objective.pk)) != first


def test_what_changed_meanwhile_is_not_kept(owner: Actor, objective: Objective) -> None:
    read(owner, objective, RISING)
    given = [(one.day, one.value) for one in queries.readings(owner, objective)]
    keep(objective, given[:-1], {"verdict": "on course"})
    kept = queries.objective(owner, objective.pk)
    assert kept.forecast_due
    assert not kept.forecast


def test_the_drawing_holds_readings_target_and_forecast(
    owner: Actor, runner: Actor, objective: Objective
) -> None:
    read(owner, objective, RISING)
    work_out(runner)
    drawn = drawing(state(owner, objective), queries.today(owner))
    assert len(drawn.dots) == 14
    for outline in (drawn.line, drawn.way, drawn.ahead, drawn.half, drawn.most):
        for point in outline.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= WIDTH
            assert 0 <= y <= HEIGHT
    assert drawn.ahead.split()[-1].startswith("1000,")
    assert drawn.today_x is not None


def test_pages_say_how_likely_it_is(owner: Actor, runner: Actor, objective: Objective) -> None:
    read(owner, objective, RISING)
    work_out(runner)
    client = Client()
    client.force_login(user_of(owner))
    page = client.get(f"/goals/objectives/{objective.pk}/").content.decode()
    assert "The target is reached by the deadline in" in page
    assert 'class="most"' in page
    assert "on course" in client.get("/goals/").content.decode()


def test_readings_after_the_deadline_do_no_harm(
    owner: Actor, runner: Actor, wished: Callable[..., Any]
) -> None:
    objective = save_objective(owner, wish=wished(deadline=date(2026, 9, 30)))
    read(owner, objective, RISING)
    assert not work_out(runner)
    assert state(owner, objective).code == "overdue"
    assert state(owner, objective).outlook is None


def test_a_deadline_too_far_ahead_is_too_early(
    owner: Actor, runner: Actor, wished: Callable[..., Any]
) -> None:
    objective = save_objective(owner, wish=wished(deadline=date(2099, 1, 1)))
    read(owner, objective, RISING)
    work_out(runner)
    assert state(owner, objective).code == "too-early"


def test_percents_stay_percents(owner: Actor, runner: Actor, wished: Callable[..., Any]) -> None:
    wish = wished(title="Answered in time", unit="%", baseline=80.0, target=99.0)
    objective = save_objective(owner, wish=wish)
    read(owner, objective, [80.0, 88.0, 91.0, 96.0, 94.0, 97.0, 98.0, 97.0])
    work_out(runner)
    found = outlook(queries.objective(owner, objective.pk))
    assert found is not None
    assert max(one.high90 for one in found.path) == 100.0
    assert min(one.low90 for one in found.path) >= 0.0
