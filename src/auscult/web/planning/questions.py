"""A cycle as a question to the planner, in plain values that JSON holds.

What stands in a question is enough to answer it: so an answer can be worked out later, again, and
beside the plan as it went on. Values of objectives become shares of the way to their targets, and
their weights points: 100 of them are all objectives reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from auscult.engine.planning.refusals import Refused
from auscult.engine.planning.stated import Level, Stated
from auscult.web.accounts.models import Actor
from auscult.web.goals.models import Objective
from auscult.web.planning import estimating, queries, resources
from auscult.web.planning.estimate_models import Estimate
from auscult.web.planning.models import Bet, CheckIn, Cycle
from auscult.web.planning.moves import AllocationState, BetState, CycleState
from auscult.web.planning.resource_models import Allocation

Question = dict[str, Any]
SEED = 1  # the same question has the same answer
IN_FOCUS, BESIDE = 2.0, 1.0  # how much an objective counts, unless somebody says more
LEAST_HOURS = 0.05  # a week; less than this without a skill is rounding
# What people mean who report progress: how far off it may be, as a share of what was likely.
OFF = {1: 0.5, 2: 0.4, 3: 0.3, 4: 0.2, 5: 0.1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aims:
    """What else an answer has to hold, and what counts how much.

    Attributes
    ----------
    worst : float
        1 plans for what is expected, 0.2 for the worst fifth of what may happen.
    reserve_hours, reserve_money : float
        Shares that are kept for what nobody foresaw.
    must : tuple of int
        Keys of bets that are made in any case.
    weights : mapping of int to float
        By key of a priority; those that aren't named count 2 in focus and 1 beside it.
    fair : mapping of str to float
        By name of a business function: the least share of all hours that its bets get.
    """

    worst: float = 1.0
    reserve_hours: float = 0.0
    reserve_money: float = 0.0
    must: tuple[int, ...] = ()
    weights: Mapping[int, float] = field(default_factory=dict)
    fair: Mapping[str, float] = field(default_factory=dict)


def question(actor: Actor, cycle: Cycle, aims: Aims) -> Question:
    """Return a cycle as a question; bets that nothing can be said of are named with the reason."""
    supply = resources.supply(actor, cycle)
    passed = _passed(actor, cycle, supply)
    reported = _reported(cycle) if passed else {}
    bets, left_out = _bets(actor, cycle, aims, supply, reported)
    skills = _skills(supply, bets)
    short = len(skills) - len(supply.skills)
    empty = [[0.0] * len(supply.weeks)] * short
    asked: Question = {
        "seed": SEED,
        "days": cycle.days,
        "weeks": [[first.isoformat(), last.isoformat()] for first, last in supply.weeks],
        "skills": skills,
        "capacity": [*supply.hours.tolist(), *empty],
        "money": resources.money(actor),
        "objectives": _objectives(cycle, aims, [one["objective"] for one in bets]),
        "bets": bets,
        "left_out": left_out,
        "worst": aims.worst,
        "reserve_hours": aims.reserve_hours,
        "reserve_money": aims.reserve_money,
        "aims": {"weights": {str(key): one for key, one in aims.weights.items()}},
        "fair": {name: share for name, share in aims.fair.items() if share},
        "passed": passed,
        "happened": {one["key"]: reported[one["bet"]] for one in bets if one["bet"] in reported},
    }
    return {**asked, "before": _before(cycle, asked) if passed else {}}


def _passed(actor: Actor, cycle: Cycle, supply: resources.Supply) -> int:
    """Return how many weeks are over, of a cycle that runs; the last one never is."""
    if cycle.state != CycleState.RUNNING:
        return 0
    today = queries.today(actor)
    return sum(last < today for _first, last in supply.weeks[:-1])


def key_of(bet: Bet) -> str:
    """Return how a bet is called in questions and in what is refused."""
    return f"{bet.number}. {bet.title}"


def _bets(
    actor: Actor,
    cycle: Cycle,
    aims: Aims,
    supply: resources.Supply,
    reported: Mapping[int, Mapping[str, Any]],
) -> tuple[list[Question], list[Question]]:
    rows = queries.bets(actor).filter(cycle=cycle).order_by("number")
    rows = rows.select_related("estimate").prefetch_related("levels", "needs", "depends_on")
    wanted, left_out = [], []
    for bet in rows:
        if bet.state != BetState.ON and not reported.get(bet.pk, {}).get("hours"):
            continue
        if why := _why_not(bet):
            left_out.append({"bet": bet.pk, "title": bet.title, **why})
        else:
            wanted.append(bet)
    keys = {bet.pk: key_of(bet) for bet in wanted}
    known = [one.name for one in supply.skills]
    named = {need.skill for bet in wanted for need in bet.needs.all()}
    return [_bet(bet, aims, keys, sorted({*known, *named})) for bet in wanted], left_out


def _why_not(bet: Bet) -> Question:
    """Return why nothing can be said of a bet, as a code; empty: something can."""
    objective = bet.objective
    if objective is None:
        return {"why": "aimless"}
    if objective.closed_on is not None:
        return {"why": "closed"}
    if not bet.levels.all() and not estimating.estimate_of(bet):
        return {"why": "unsaid"}
    if objective.target == objective.baseline:
        return {"why": "no-way"}
    try:
        _stated(bet, 1.0)
    except Refused as error:
        return {"why": "refused", "refused": error.kept()}
    return {}


def _stated(bet: Bet, way: float) -> Stated:
    """Return what was said of a bet, its gains divided by the way from baseline to target.

    What the data say takes the place of what people guessed.
    """
    estimate = estimating.estimate_of(bet)
    if estimate is not None:
        return estimating.stated(estimate)
    needed = sum(one.hours for one in bet.needs.all())
    return Stated(
        levels=tuple(
            Level(
                hours=one.hours or needed,
                money=one.money,
                low=one.low / way,
                likely=one.likely / way,
                high=one.high / way,
            )
            for one in sorted(bet.levels.all(), key=lambda one: (one.hours, one.money))
        ),
        confidence=bet.confidence,
    )


def _bet(bet: Bet, aims: Aims, keys: Mapping[int, str], skills: list[str]) -> Question:
    assert bet.objective is not None
    stated = _stated(bet, abs(bet.objective.target - bet.objective.baseline))
    first = stated.levels[0]
    estimate = estimating.estimate_of(bet)
    return {
        "bet": bet.pk,
        "key": keys[bet.pk],
        "title": bet.title,
        "objective": bet.objective_id,
        "function": str(bet.function or ""),
        "levels": [
            {name: getattr(one, name) for name in ("hours", "money", "low", "likely", "high")}
            for one in stated.levels
        ],
        "confidence": stated.confidence,
        "estimate": estimating.plain(estimate) if estimate else None,
        "needs": _needs(bet, first.hours, skills, times=_times(bet, estimate)),
        "after": [keys[one.pk] for one in bet.depends_on.all() if one.pk in keys],
        "rivals": bet.either_or,
        "must": bet.pk in aims.must,
        "ended": bet.state != BetState.ON,
    }


def _times(bet: Bet, estimate: Estimate | None) -> float:
    """Return how many times the hours by skill an estimate was made with."""
    needed = sum(one.hours for one in bet.needs.all())
    return estimate.hours / needed if estimate and needed else 1.0


def _needs(bet: Bet, hours: float, skills: list[str], *, times: float) -> list[Question]:
    """Return the hours by skill; what no skill was named for may be anybody's."""
    needs: list[Question] = [
        {
            "skills": [one.skill],
            "hours": one.hours * times,
            "at_least": min(one.at_least, one.hours * times),
            # As many as usual is what stands there when nobody named a limit.
            "at_most": None if one.at_most == one.hours else max(one.at_most, one.hours * times),
        }
        for one in bet.needs.all()
        if one.hours * times
    ]
    rest = hours - sum(one["hours"] for one in needs)
    if rest > LEAST_HOURS:
        anybody = skills or [_("any skill")]
        needs.append({"skills": anybody, "hours": rest, "at_least": 0.0, "at_most": None})
    return needs


def _skills(supply: resources.Supply, bets: Iterable[Question]) -> list[str]:
    """Return the skills of the house, then those that it lacks; needs get the house's spelling."""
    names = {one.name.casefold(): one.name for one in supply.skills}
    for bet in bets:
        for need in bet["needs"]:
            spelled = [names.setdefault(one.casefold(), one) for one in need["skills"]]
            need["skills"] = list(dict.fromkeys(spelled))
    return list(names.values())


def _objectives(cycle: Cycle, aims: Aims, wanted: Iterable[int]) -> list[Question]:
    rows = list(Objective.objects.filter(pk__in=set(wanted)).order_by("pk"))
    focus = set(cycle.focus.values_list("pk", flat=True))
    usual = {one.priority_id: IN_FOCUS if one.priority_id in focus else BESIDE for one in rows}
    weights = {one.pk: float({**usual, **aims.weights}[one.priority_id]) for one in rows}
    total = sum(weights.values()) or 1.0
    return [
        {
            "objective": one.pk,
            "title": one.title,
            "unit": one.unit,
            "way": abs(one.target - one.baseline),
            "weight": 100 * weights[one.pk] / total,
            "room": _room(one),
        }
        for one in rows
    ]


def _room(objective: Objective) -> float:
    """Return the part of the way that is left, by the last reading."""
    last = objective.readings.order_by("-day").first()
    return max(0.0, 1 - objective.attainment(last.value)) if last else 1.0


def _reported(cycle: Cycle) -> dict[int, Question]:
    """Return what check-ins say of each bet: all hours, and progress as it was said last."""
    found: dict[int, Question] = {}
    rows = CheckIn.objects.filter(bet__cycle=cycle).order_by("week", "at", "pk")
    for one in rows.values("bet_id", "hours", "progress", "confidence"):
        said = found.setdefault(one["bet_id"], {"hours": 0.0})
        said["hours"] += one["hours"]
        said["progress"] = one["progress"]
        said["off"] = OFF[one["confidence"]]
    return found


def _before(cycle: Cycle, now: Question) -> Question:
    """Return what was different when the cycle was planned: hours, money, objectives.

    They are those of the last question before its first week was over, with the objectives and
    skills of today; where nobody asked, they were as they are now.
    """
    rows = Allocation.objects.filter(cycle=cycle, state=AllocationState.DONE).order_by("-pk")
    asked = rows.values_list("question", flat=True)
    earlier = next((one for one in asked if not one["passed"]), now)
    hours = dict(zip(earlier["skills"], earlier["capacity"], strict=True))
    goals = {one["objective"]: one for one in earlier["objectives"]}
    same_weeks = earlier["weeks"] == now["weeks"]
    return {
        "capacity": [
            hours.get(name, row) if same_weeks else row
            for name, row in zip(now["skills"], now["capacity"], strict=True)
        ],
        "money": earlier["money"],
        "objectives": [
            {**one, **{name: goals.get(one["objective"], one)[name] for name in ("room", "weight")}}
            for one in now["objectives"]
        ],
    }
