"""A year of Lakeside in the plan and the book: right to the planted truth, and gone with the town."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from auscult.engine.simulate.economy import Year
from auscult.engine.simulate.economy_figures import campaigns, costs_of, merged
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.queries import system_actor, time_zone
from auscult.web.goals.models import Objective, Priority
from auscult.web.listening.actions import remove_source
from auscult.web.planning.models import Cycle
from auscult.web.returns.cost_models import Charge, Rate, Use, Worked, WorkRole
from auscult.web.returns.link_models import ShortLink, VisitCount
from auscult.web.returns.outcome_models import Intake, Outcome, OutcomeKind, Touch, Worth
from auscult.web.returns.study_models import Study, StudyState
from auscult.web.returns.survey_models import Answer, Survey
from auscult.web.returns.telling import facts
from auscult.web.returns.telling_types import TRACKED, Facts, Figure, FiguresFacts, Question
from auscult.web.shell import lakeside, lakeside_returns, setting_up
from auscult.web.shell.lakeside_book import year_until
from auscult.web.shell.lakeside_marks import PRIORITY

pytestmark = pytest.mark.django_db
CAME = (
    Priority, Objective, Cycle, WorkRole, Rate, Charge, Use, Worked, ShortLink, VisitCount,
    OutcomeKind, Worth, Intake, Outcome, Touch, Survey, Answer, Study,
)  # fmt: skip


def counts() -> dict[str, int]:
    return {model.__name__: model._base_manager.count() for model in CAME}


def settle(actor: Actor) -> Actor:
    """Let the runner do all of its steps."""
    runner = system_actor(actor.organisation_id, "lakeside", clock=actor.clock)
    while lakeside_returns.settle_next(runner):
        pass
    return runner


def planted(actor: Actor) -> Year:
    return year_until(actor.clock.now().astimezone(time_zone(actor)).date() - timedelta(days=1))


def holds(figure: Figure | None, truth: float) -> bool:
    assert figure is not None
    low, high = figure.low, figure.high
    return (low is None or low <= truth) and (high is None or truth <= high)


def tracked(told: Facts) -> FiguresFacts:
    (found,) = (one for one in told.figures if one.basis == TRACKED)
    return found


def test_the_page_for_the_board_is_right(owner: Any) -> None:
    lakeside.settle(owner)
    settle(owner)
    year = planted(owner)
    truth, (cycle,) = year.truth(), Cycle.objects.all()
    kind = OutcomeKind.objects.get(slug="appointment")

    told = facts(owner, Question(kind=kind.pk, first=cycle.first_day, last=cycle.last_day))

    # What was written down arrives as it was written down.
    assert (cycle.first_day, cycle.last_day) == (year.first, year.last)
    assert told.cost is not None
    assert told.cost.paid == pytest.approx(costs_of(year).total.paid)
    assert told.cost.given == pytest.approx(costs_of(year).total.given)
    assert told.outcomes is not None
    assert told.outcomes.counted == len(merged(year, "appointment").outcomes)
    figures = tracked(told)
    assert figures.campaigns == 24
    assert figures.outcomes.value == pytest.approx(campaigns(year).outcomes.sum())
    # The truth that each figure estimates lies within its interval.
    counted = truth.counted()
    assert holds(figures.outcomes, counted.outcomes)
    assert holds(figures.break_even, counted.break_even)
    assert holds(figures.net_benefit, counted.net_benefit)
    assert holds(figures.cost_per_outcome, counted.cost_per_outcome)
    assert holds(figures.outcomes_per_1000, counted.outcomes_per_1000)
    assert holds(figures.roi, counted.roi)
    assert len(told.comparators) == 4
    for one in told.comparators:
        way = truth.channels[one.channel]
        each = way.cost / way.mean_told
        assert holds(one.theirs, each)
        assert holds(one.times, each / counted.cost_per_outcome)
    (survey,) = told.surveys
    (share,) = (one for one in survey.shares if one.answer == "social media")
    assert share.low <= truth.social_share <= share.high


def test_it_settles_once_and_goes_with_the_town(owner: Any) -> None:
    lakeside.settle(owner)
    before = setting_up.progress(owner)
    runner = settle(owner)
    there = counts()
    assert 0 not in there.values()
    assert Study.objects.filter(state=StudyState.WAITING).count() == 2
    assert setting_up.progress(owner) == before

    assert not lakeside_returns.settle_next(runner)
    assert counts() == there

    role = WorkRole.objects.create(organisation_id=owner.organisation_id, name="our own")
    lakeside.leave(owner)
    left = counts()
    assert left == dict.fromkeys(left, 0) | {"WorkRole": 1}
    assert WorkRole.objects.get() == role
    assert not lakeside_returns.settle_next(runner)


def test_a_house_with_a_plan_of_its_own_is_left_as_it_is(owner: Any, stranger: Any) -> None:
    lakeside.settle(owner)
    Priority.objects.create(organisation_id=owner.organisation_id, title="Ours", place=0)
    settle(owner)
    settle(stranger)
    assert not Cycle.objects.exists()
    assert not OutcomeKind.objects.exists()
    Priority.objects.all().delete()
    settle(owner)
    assert not Cycle.objects.exists()


def test_it_follows_a_town_that_is_removed_like_any_source(owner: Any) -> None:
    town = lakeside.settle(owner)
    assert town is not None
    lakeside_returns.settle_next(owner)
    assert Cycle.objects.exists()
    remove_source(owner, source=town)
    assert not lakeside_returns.settle_next(owner)
    assert not Cycle.objects.exists()


def test_the_set_up_asks_for_priorities_of_the_house_alone(owner: Any, client: Client) -> None:
    lakeside.settle(owner)
    lakeside_returns.settle_next(owner)  # the plan
    client.force_login(User.objects.get(pk=owner.user_id))
    page = client.get("/set-up/priorities/").content.decode()
    assert PRIORITY not in page
    client.post("/set-up/priorities/", {"title-0": "Fill nursing posts", "do": "save"})
    kept = Priority.objects.filter(ended_on=None).order_by("place")
    assert list(kept.values_list("title", flat=True)) == ["Fill nursing posts", PRIORITY]
    lakeside.leave(owner)
    assert Priority.objects.get().title == "Fill nursing posts"
