"""A year of Lakeside in the plan and the book: right to the planted truth, and gone with the town."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client

from auscult.engine.simulate.economy import Economy, Year
from auscult.engine.simulate.economy_figures import campaigns, costs_of, merged
from auscult.engine.simulate.economy_world import ANYWAY, SEARCH_LAST
from auscult.engine.simulate.economy_world import TRACKED as TRACKED_SHARE
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.queries import system_actor, time_zone
from auscult.web.goals.models import Objective, Priority
from auscult.web.listening.actions import remove_source
from auscult.web.planning.actions import plan_cycle
from auscult.web.planning.allocation_actions import answer_due
from auscult.web.planning.estimate_models import Estimate
from auscult.web.planning.models import Cycle
from auscult.web.planning.moves import CycleState
from auscult.web.planning.resource_models import Allocation, Capacity, Skill
from auscult.web.returns.cost_models import Charge, Rate, Use, Worked, WorkRole
from auscult.web.returns.link_models import ShortLink, VisitCount
from auscult.web.returns.outcome_models import Intake, Outcome, OutcomeKind, Touch, Worth
from auscult.web.returns.study_models import Study, StudyState
from auscult.web.returns.studying import work_due
from auscult.web.returns.survey_models import Answer, Survey
from auscult.web.returns.telling import facts
from auscult.web.returns.telling_types import (
    INCREMENTAL,
    TRACKED,
    Facts,
    Figure,
    FiguresFacts,
    Question,
)
from auscult.web.shell import lakeside, lakeside_returns, setting_up
from auscult.web.shell.lakeside_ahead import credited_again
from auscult.web.shell.lakeside_book import year_until
from auscult.web.shell.lakeside_marks import AHEAD, CYCLE, PRIORITY

pytestmark = pytest.mark.django_db
CAME = (
    Priority, Objective, Cycle, WorkRole, Rate, Charge, Use, Worked, ShortLink, VisitCount,
    OutcomeKind, Worth, Intake, Outcome, Touch, Survey, Answer, Study, Skill, Capacity, Estimate,
    Allocation,
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
    truth, cycle = year.truth(), Cycle.objects.get(title=CYCLE)
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


@pytest.fixture
def asked(owner: Any, client: Client) -> Actor:
    """The town with its year settled; the runner hasn't worked anything out yet."""
    lakeside.settle(owner)
    runner = settle(owner)
    client.force_login(User.objects.get(pk=owner.user_id))
    return runner


def text_of(client: Client, address: str) -> str:
    return " ".join(client.get(address).content.decode().split())


def leads_to_the_plan(client: Client, told: Facts, page: str, bet: str) -> None:
    """What more hours would do has an interval, and leads to the plan that says why."""
    (cycle,) = Cycle.objects.filter(state=CycleState.RUNNING)
    assert told.more is not None
    assert told.more.cycle == cycle.number
    assert 0 < (told.more.gain.low or 0) < (told.more.gain.value or 0) < (told.more.gain.high or 0)
    assert f"It lets us begin: {told.more.starts[0]}" in page
    assert f"/plan/more/?cycle={cycle.number}" in page
    plan = text_of(client, f"/plan/more/?cycle={cycle.number}")
    assert "What it is credited with in the year" in plan
    assert bet in text_of(client, Estimate.objects.all()[0].source_address)


def stays_with_the_year(owner: Any, client: Client, first: str) -> None:
    """The year stays what pages show, until something is written down of the days ahead."""
    assert f'value="{first}"' in text_of(client, "/returns/costs/")
    assert f"first={first}" in text_of(client, "/returns/")
    plan_cycle(owner, title="Ours", first_day=owner.clock.now().date())
    assert f"first={first}" in text_of(client, "/returns/")
    kind = OutcomeKind.objects.get(slug="call")
    Outcome.objects.create(
        organisation_id=owner.organisation_id, kind=kind, at=owner.clock.now(), origin="typed"
    )
    assert f"first={first}" not in text_of(client, "/returns/")


def test_the_board_reads_what_the_bets_caused_and_what_more_hours_would_do(
    owner: Any, client: Client, asked: Actor
) -> None:
    waiting = text_of(client, "/returns/")
    assert "The planner is working on what more hours would bring" in waiting
    assert "no finished study of this outcome covers these days" in waiting
    while work_due(asked) or answer_due(asked):
        pass

    page = text_of(client, "/returns/")
    year = planted(owner)
    kind = OutcomeKind.objects.get(slug="appointment")
    told = facts(owner, Question(kind=kind.pk, first=year.first, last=year.last))
    # What all bets caused lies within; what links tell of is less.
    study = told.told_first
    assert study is not None
    assert study.basis == INCREMENTAL
    assert (study.first, study.last) == (year.first, year.last)
    assert told.other_way is not None
    assert told.other_way.basis == INCREMENTAL
    assert told.other_way.cost > study.cost
    assert holds(study.outcomes, year.truth().fates["appointment"].caused)
    assert f"It brought {study.outcomes.value:.0f} “Appointments” that would not have" in page
    assert "no finished study" not in page
    leads_to_the_plan(client, told, page, year.bets.names[0])
    stays_with_the_year(owner, client, year.first.isoformat())


def test_what_a_bet_brings_again_is_estimated_about_as_well_as_it_says() -> None:
    # 200 years of it stand in docs/explanation/lakeside.md.
    shares = []
    for seed in range(12):
        year = Economy(seed).simulate()
        low, high = np.quantile(credited_again(year), (0.05, 0.95), axis=0)
        truth = year.bets.caused[:, 0] / (1 - ANYWAY) * TRACKED_SHARE * (1 - SEARCH_LAST)
        again = year.bets.money == 0
        shares.append(((low <= truth) & (truth <= high))[again].mean())
    assert 0.8 <= np.mean(shares) <= 0.97


def test_a_plan_of_the_house_s_own_is_neither_blocked_nor_filled(owner: Any) -> None:
    lakeside.settle(owner)
    lakeside_returns.settle_next(owner)
    day = owner.clock.now().date()
    ours = plan_cycle(owner, title="Ours", first_day=day)
    settle(owner)
    assert not Cycle.objects.filter(title=AHEAD).exists()
    assert Cycle.objects.get(title=CYCLE).state == CycleState.RUNNING
    lakeside.leave(owner)
    assert Cycle.objects.get() == ours
    assert not ours.bets.exists()


def test_it_settles_once_and_goes_with_the_town(owner: Any) -> None:
    lakeside.settle(owner)
    before = setting_up.progress(owner)
    runner = settle(owner)
    there = counts()
    assert 0 not in there.values()
    assert Study.objects.filter(state=StudyState.WAITING).count() == 3
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
