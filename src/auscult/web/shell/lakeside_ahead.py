"""The hundred days that follow the simulated hospital's year: its bets again, as far as hours reach.

The year is closed and a cycle begins today, so that the plan's pages and the planner have something
that lies ahead. What a bet would bring again is drawn from what it is credited with in the year.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from django.urls import reverse
from numpy.typing import NDArray

from auscult.engine.simulate.draws import generator
from auscult.engine.simulate.economy import Year
from auscult.engine.simulate.economy_figures import campaigns
from auscult.web.accounts.actions import record_audit
from auscult.web.goals.models import Objective
from auscult.web.goals.objective_actions import ObjectiveWish, save_objective
from auscult.web.goals.queries import every_priority
from auscult.web.planning import actions as planning
from auscult.web.planning import moves, queries, resource_actions
from auscult.web.planning.allocation_actions import ask_planner
from auscult.web.planning.bet_actions import BetWish, Wanted
from auscult.web.planning.changing import changing, keep_version, together
from auscult.web.planning.estimate_actions import ResponseEstimate, record_estimate
from auscult.web.planning.filling import BetPart, fill, there
from auscult.web.planning.models import USUAL_DAYS, Cycle, ReviewKind
from auscult.web.planning.moves import BetState, CycleState
from auscult.web.planning.resource_models import Skill
from auscult.web.planning.review_actions import Findings, save_review
from auscult.web.returns.board_asking import asking
from auscult.web.returns.telling_types import Question
from auscult.web.shell.lakeside_marks import (
    AHEAD,
    AIM,
    CYCLE,
    PRIORITY,
    SKILLS,
    SOURCE,
)
from auscult.web.shell.lakeside_people import House

Floats = NDArray[np.float64]
WEEKS = USUAL_DAYS / 7
TARGET = 200.0  # appointments by links: more than all bets together bring
DRAWS = 500
ROLES = ("editor", "designer")  # whose hours are planned, in the order of SKILLS
SAID = "What it is credited with in the year, drawn towards the mean of all bets"


def go_on(house: House) -> None:
    """Close the year, plan a hundred days from today, and ask what more hours would bring.

    Where somebody has planned a cycle meanwhile, all stays as it is.
    """
    year = queries.cycles(house.actor).filter(title=CYCLE, state=CycleState.RUNNING).first()
    if year is None or queries.cycles(house.actor).exclude(pk=year.pk).exists():
        return
    _close(house, year)
    cycle = planning.plan_cycle(house.actor, title=AHEAD, first_day=year.last_day + timedelta(1))
    with together(house.actor, cycle, why=SOURCE):
        _fill(house, cycle)
    planning.start_cycle(house.actor, cycle=cycle)
    ask_planner(house.actor, cycle=cycle)


def _close(house: House, cycle: Cycle) -> None:
    """Close a cycle with its review; by itself, for what follows isn't what was kept of it."""
    actor = house.actor
    save_review(actor, cycle=cycle, kind=ReviewKind.CLOSING, findings=Findings(note=SOURCE))
    before = CycleState(cycle.state)
    cycle.state = moves.checked(moves.CYCLE, str(cycle), before, CycleState.CLOSED)
    cycle.save(update_fields=["state"])
    record_audit(actor, action="close-cycle", target=cycle.title)
    keep_version(actor, cycle, why=SOURCE)


def _fill(house: House, cycle: Cycle) -> None:
    """Plan the bets of the year that cost no money once more."""
    actor, year = house.actor, house.year
    aim = _aim(house, cycle)
    again, hours = np.flatnonzero(year.bets.money == 0).tolist(), hours_of(year) / WEEKS
    _offer(house, cycle, hours, again)
    parts = {
        number: BetPart(
            wish=BetWish(
                title=f"{year.bets.names[at]} (again)",
                objective=aim,
                networks=(year.bets.networks[at],),
                needs=tuple(
                    # As many hours as last time, or none: more of it was never tried.
                    Wanted(skill=skill, hours=own, at_least=own, at_most=own * 1.001)
                    for skill, own in zip(SKILLS, hours[at].tolist(), strict=True)
                ),
            ),
            state=BetState.ON,
        )
        for number, at in enumerate(again, start=1)
    }
    with changing(actor, cycle, action="fill-cycle", why=SOURCE):
        fill(actor, cycle, there(cycle), bets=parts, tasks={})
    bets = list(cycle.bets.order_by("number"))
    drawn, address = credited_again(year)[:, again], _figures(house)
    for bet, at, brings in zip(bets, again, drawn.T, strict=True):
        record_estimate(
            actor,
            bet=bet,
            estimate=ResponseEstimate(
                hours=float(hours[at].sum()),
                money=0.0,
                # At scale 1 the curve brings what was drawn.
                ceiling=(brings / TARGET / -np.expm1(-1.0)).tolist(),
                pace=[1.0] * DRAWS,
                source=SAID,
                address=address,
            ),
        )


def _aim(house: House, cycle: Cycle) -> Objective:
    return save_objective(
        house.actor,
        wish=ObjectiveWish(
            priority=every_priority(house.actor).get(title=PRIORITY),
            title=AIM,
            measure="credited to links, made up",
            unit="appointments",
            baseline=0.0,
            baseline_on=cycle.first_day,
            target=TARGET,
            deadline=cycle.last_day,
        ),
    )


def _offer(house: House, cycle: Cycle, hours: Floats, again: list[int]) -> None:
    """Say which hours there are: of editing as many as in the year, of design enough for all."""
    actor, year = house.actor, house.year
    edited = float(hours[:, 0].sum()) * USUAL_DAYS / year.days
    there = (round(edited, 1), round(float(hours[again, 1].sum()) + 0.5, 1))
    for name, offered in zip(SKILLS, there, strict=True):
        skill = Skill.objects.filter(organisation_id=actor.organisation_id, name=name).first()
        resource_actions.save_capacity(
            actor,
            wish=resource_actions.CapacityWish(
                skill=skill or resource_actions.save_skill(actor, name=name),
                person=queries.people(actor)[0],
                hours=offered,
                first_day=cycle.first_day,
                last_day=cycle.last_day,
            ),
        )


def _figures(house: House) -> str:
    """Return the page on which stands what each bet of the year is credited with."""
    kind = house.kinds().get("appointment")
    asked = Question(kind=kind.pk if kind else None, first=house.year.first, last=house.year.last)
    return f"{reverse('returns:figures')}{asking(asked)}&by=bet"


def hours_of(year: Year) -> Floats:
    """Give the hours of each bet by role, shape (bets, roles); untold ones are taken for the mean."""
    work, names = year.work, np.array(year.bets.names)
    found = np.zeros((len(names), len(ROLES)))
    for at, role in enumerate(ROLES):
        told = (work["roles"] == role) & work["told"].astype(bool)
        for bet, name in enumerate(names):
            found[bet, at] = work["minutes"][told & (work["purposes"] == name)].sum() / 60
    return np.where(found > 0, found, found[year.bets.told].mean(axis=0))


def credited_again(year: Year) -> Floats:
    """Draw what each bet would be credited with if it were done again, shape (draws, bets).

    Counts are taken to vary by chance about a rate of each bet's own, and rates about their mean by
    a gamma distribution whose spread the counts tell (empirical Bayes): so the luckiest bets are
    expected to bring less again, and the unluckiest more.
    """
    told = campaigns(year)
    of = dict(zip(told.names, told.outcomes.tolist(), strict=True))
    counts = np.array([of.get(name, 0.0) for name in year.bets.names])
    mean, beyond = counts.mean(), max(counts.var(ddof=1) - counts.mean(), 1e-9)
    shape = mean**2 / beyond
    rng = generator(year.seed, "lakeside", "ahead")
    return np.asarray(rng.gamma(counts + shape, mean / (mean + shape), (DRAWS, len(counts))))
