"""What the simulated hospital writes into a house's plan and its book: through the actions, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from auscult.engine.returns.costs import Charge as Bought
from auscult.engine.simulate import economy_costs, economy_world
from auscult.engine.simulate.economy import ASKED, GROUPS, SOCIAL, Economy, Year
from auscult.web.accounts.models import Team
from auscult.web.goals import objective_actions, priority_actions
from auscult.web.goals.models import Objective
from auscult.web.planning import actions as planning
from auscult.web.planning.bet_actions import BetWish
from auscult.web.planning.changing import changing
from auscult.web.planning.filling import BetPart, fill, there
from auscult.web.planning.models import Bet
from auscult.web.planning.moves import BetState
from auscult.web.returns import (
    cost_actions,
    rate_actions,
    study_actions,
    survey_actions,
    time_actions,
)
from auscult.web.returns.comparing_actions import ComparatorWish, save_comparator
from auscult.web.returns.comparing_models import Basis
from auscult.web.returns.cost_models import WorkRole
from auscult.web.returns.outcome_actions import KindWish, WorthWish, save_kind, save_worth
from auscult.web.returns.outcome_models import OutcomeKind, What
from auscult.web.returns.study_answers import Asked, designed
from auscult.web.returns.study_models import Method, Study, StudyState
from auscult.web.returns.study_tables import Table
from auscult.web.returns.survey_reading import AnswerRow
from auscult.web.shell.lakeside_ahead import go_on
from auscult.web.shell.lakeside_marks import CYCLE, PRIORITY, SOURCE, STUDIES, SURVEY
from auscult.web.shell.lakeside_people import House, link, outcomes

SEED = 7
DAYS = 365
# slug: name, what it is, objective and its target
NAMED = {
    "appointment": ("Appointments", What.APPOINTMENT, "More appointments from social media", 360.0),
    "call": ("Calls", What.CALL, "More appointments from social media", 360.0),
    "sign-up": ("Newsletter sign-ups", What.SIGN_UP, "A newsletter that grows", 500.0),
    "donation": ("Donations", What.DONATION, "Donations for the hospice", 160.0),
    "enquiry": ("Enquiries of the districts", What.OTHER, None, 0.0),
}


def year_until(last: date) -> Year:
    """Return the year that ends on a day."""
    return Economy(SEED).simulate(days=DAYS, first=last - timedelta(days=DAYS - 1))


def plan(house: House) -> None:
    """Plan the year: a priority, three objectives, a cycle that runs, and its bets."""
    actor, year = house.actor, house.year
    wish = priority_actions.PriorityWish(title=PRIORITY, audience="People of Lakeside")
    priority = priority_actions.save_priority(actor, wish=wish)
    aims = {title: target for _name, _what, title, target in NAMED.values() if title}
    objectives = [
        objective_actions.save_objective(
            actor,
            wish=objective_actions.ObjectiveWish(
                priority=priority,
                title=title,
                measure="counted by the house, made up",
                baseline=0.0,
                baseline_on=year.first,
                target=target,
                deadline=year.last,
            ),
        )
        for title, target in aims.items()
    ]
    cycle = planning.plan_cycle(actor, title=CYCLE, first_day=year.first, days=DAYS)
    functions = list(Team.objects.filter(organisation_id=actor.organisation_id).order_by("pk"))
    parts = {
        at + 1: BetPart(
            wish=BetWish(
                title=name,
                objective=objectives[at % len(objectives)],
                function=functions[at % len(functions)] if functions else None,
                networks=(year.bets.networks[at],),
            ),
            state=BetState.ON,
        )
        for at, name in enumerate(year.bets.names)
    }
    with changing(actor, cycle, action="fill-cycle", why=SOURCE):
        fill(actor, cycle, there(cycle), bets=parts, tasks={})
    planning.start_cycle(actor, cycle=cycle)


def cost(house: House) -> None:
    """Record roles, rates, minutes and what was bought, with the gaps that the house leaves."""
    actor, year, bets = house.actor, house.year, house.bets()
    spent = year.spent()
    roles = {
        one.name: rate_actions.save_role(actor, name=one.name, given=one.given)
        for one in economy_world.ROLES
    }
    for rate in spent.rates:
        rate_actions.save_rate(
            actor,
            wish=rate_actions.RateWish(
                role=roles[rate.role],
                hourly=rate.hourly,
                currency=rate.currency,
                since=rate.since,
                source=SOURCE,
            ),
        )
    cost_actions.add_charges(
        actor, wishes=[_charge(one, bets) for one in spent.charges] + [_kit(year)], origin=SOURCE
    )
    time_actions.add_times(actor, wishes=_times(year, bets, roles), origin=SOURCE)


def _charge(one: Bought, bets: dict[str, Bet]) -> cost_actions.ChargeWish:
    return cost_actions.ChargeWish(
        what=one.what,
        kind=str(one.kind),
        amount=one.amount,
        currency=one.currency,
        first_day=one.first,
        last_day=one.last,
        every=str(one.every),
        source=SOURCE,
        uses=tuple(
            cost_actions.Share(bet=bets[name], share=share)
            for name, share in one.used_for.items()
            if name in bets
        ),
    )


def _kit(year: Year) -> cost_actions.ChargeWish:
    one = economy_costs.camera(year.first)
    return cost_actions.ChargeWish(
        what=one.what,
        kind="kit",
        amount=one.price,
        currency=one.currency,
        first_day=one.bought,
        life_months=one.life_months,
        residual=one.residual,
        source=SOURCE,
    )


def _times(
    year: Year, bets: dict[str, Bet], roles: dict[str, WorkRole]
) -> list[time_actions.TimeWish]:
    columns = (
        year.work[name].tolist() for name in ("days", "roles", "minutes", "purposes", "told")
    )
    rows: Any = zip(*columns, strict=True)
    return [
        time_actions.TimeWish(
            day=day, minutes=round(minutes), bet=bets[name], role=roles[role], note=SOURCE
        )
        for day, role, minutes, name, told in rows
        if told and name in bets
    ]


def name_kinds(house: House) -> None:
    """Name the kinds of outcomes, and say what one is worth."""
    actor, year = house.actor, house.year
    aims = {
        one.title: one
        for one in Objective.objects.filter(
            organisation_id=actor.organisation_id, priority__title=PRIORITY
        )
    }
    for slug, (name, what, aim, _target) in NAMED.items():
        wish = KindWish(name=name, slug=slug, what=what, objective=aims.get(aim or ""))
        kind = save_kind(actor, wish=wish)
        if slug in economy_world.WORTHS:
            amount = economy_world.WORTHS[slug]
            save_worth(
                actor,
                kind=kind,
                wish=WorthWish(
                    amount=amount, currency=year.currency, source=SOURCE, day=year.first
                ),
            )


def survey(house: House) -> None:
    """Keep the survey of those who came, and what traditional channels cost and brought."""
    actor, year = house.actor, house.year
    kind = house.kinds().get("appointment")
    made = survey_actions.save_survey(
        actor,
        wish=survey_actions.SurveyWish(
            title=SURVEY,
            question="How did you hear of us?",
            first_day=year.first,
            last_day=year.last,
            kind=kind,
            asked=ASKED,
            population={group: round(1000 * share) for group, share in GROUPS.items()},
            channels={SOCIAL: "social media"},
        ),
    )
    said = Counter(zip(year.answers["groups"].tolist(), year.answers["said"].tolist(), strict=True))
    rows = [AnswerRow(said=(answer,), group=group, count=n) for (group, answer), n in said.items()]
    survey_actions.set_answers(actor, survey=made, rows=rows)


def compare(house: House) -> None:
    """Keep what traditional channels cost, and how many appointments their own numbers told."""
    kind, year = house.kinds().get("appointment"), house.year
    if kind is None:
        return
    for name, channel in year.truth().channels.items():
        save_comparator(
            house.actor,
            wish=ComparatorWish(
                kind=kind,
                channel=name,
                basis=Basis.OWN,
                currency=year.currency,
                first_day=year.first,
                last_day=year.last,
                cost=channel.cost,
                outcomes=channel.told,
                source=SOURCE,
                source_day=year.last,
            ),
        )


def ask(house: House) -> None:
    """Ask whether two campaigns worked; the runner works them out."""
    year, kind = house.year, house.kinds().get("enquiry")
    service, district = year.services, year.districts
    clinic = {"start": service.start, "outcome": service.treated[0], "controls": None}
    places = {"start": district.start, "treated": list(district.treated)}
    _ask(house, _wish(STUDIES[0], Method.INTERRUPTED, service.table, clinic, None))
    _ask(house, _wish(STUDIES[1], Method.SYNTHETIC, district.table, places, kind))


def experiment(house: House) -> None:
    """Ask what all bets brought, by an experiment that was drawn before; the runner answers."""
    planted, kind = house.year.experiment, house.kinds().get("appointment")
    # Going by the past, a year of it sees a quarter more four times in five.
    said = {"worthwhile": 0.25, "level": 0.1}
    asked = {**said, "length": house.year.days, "pairs": len(planted.pairs)}
    wish = _wish(STUDIES[2], Method.PLACES, planted.past, asked, kind)
    made = _ask(house, wish, StudyState.DESIGNED)
    drawn = Asked(
        method=made.method, question=made.question, design={}, data=wish.data, seed=made.seed
    )
    made.design = designed(drawn, lengths=(made.question["length"] // 2,))
    made.save(update_fields=["design"])
    study_actions.bring_data(
        house.actor, study=made, data=_parquet(planted.table), start=planted.start.isoformat()
    )


def _wish(
    title: str,
    method: Method,
    table: Mapping[str, list[object]],
    asked: Mapping[str, Any],
    kind: OutcomeKind | None,
) -> study_actions.StudyWish:
    usual = {"worthwhile": 0.1, "upward": True, "level": 0.05}
    days = {name: one.isoformat() for name, one in asked.items() if isinstance(one, date)}
    return study_actions.StudyWish(
        title=title,
        method=method,
        question={**usual, **asked, **days},
        data=_parquet(table),
        kind=kind,
    )


def _parquet(table: Mapping[str, list[object]]) -> bytes:
    columns: dict[str, Any] = dict(table)
    times: Any = columns.pop("day")
    numbers: Any = {name: [float(one) for one in values] for name, values in columns.items()}
    return Table(times=times, places=[], numbers=numbers).as_parquet()


def _ask(
    house: House, wish: study_actions.StudyWish, state: StudyState = StudyState.WAITING
) -> Study:
    return study_actions.ask_study(house.actor, wish=wish, seed=SEED, state=state)


STEPS: Mapping[str, Callable[[House], None]] = MappingProxyType(
    {
        "plan": plan,
        "costs": cost,
        "kinds": name_kinds,
        "links": link,
        "survey": survey,
        "comparators": compare,
        "studies": ask,
        "experiment": experiment,
        "ahead": go_on,
    }
)


def write(step: str, house: House) -> None:
    """Write one step of the year; each kind of outcome is one."""
    if step in STEPS:
        STEPS[step](house)
    else:
        outcomes(house, step)
