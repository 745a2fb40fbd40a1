"""Answers a question to the planner: plain values in, plain values out, no database.

What works it out takes memory, so it is loaded where it is used: in the runner.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from auscult.engine.planning.bets import Bet, Objective
from auscult.engine.planning.stated import Asked, Level, Stated, bet_of, curves
from auscult.web.planning.estimating import with_estimates
from auscult.web.planning.questions import Question

if TYPE_CHECKING:
    from auscult.engine.planning.interval import Interval
    from auscult.engine.planning.outlook import Step
    from auscult.engine.planning.plan import Plan
    from auscult.engine.planning.problem import Problem
    from auscult.engine.planning.replanning import Change, Replan

SAMPLES = 500
WEEK = 7
HOURS = (2.0, 5.0, 10.0)  # a week, for the curve of a skill
MOST_CURVES = 8  # with 60 bets that crowd one objective, each takes ten seconds
MONEY = 1_000.0  # where the curve of money ends, or a tenth of what there is, if that is more
CAREFUL_GAP = 0.01  # planning for the worst fifth takes long; this is near enough
SECONDS = 8.0  # of search for each plan: what it came to by then is shown, with its gap


def answers(asked: Question) -> Iterator[tuple[int, dict[str, Any]]]:
    """Work a question out bit by bit: percent done, and with 100 of them the answer.

    Raises
    ------
    Correctable
        What was asked makes no sense, or bets that must be made don't fit.
    """
    plan, changes = yield from _planned(asked)
    told, drawn = _told(asked, plan), []
    yield 30, {}
    wanted = _wanted(plan)
    for at, skill in enumerate(wanted):
        steps: list[dict[str, Any]] = []
        for step in _steps(asked, plan, skill):
            done = at + len(steps) / len(HOURS)
            yield 30 + int(69 * done / len(wanted)), {}
            steps.append(_step(asked, step))
        drawn.append({"skill": skill, "steps": steps})
    yield 100, {**told, "changes": changes, "curves": drawn}


def _told(asked: Question, plan: Plan) -> dict[str, Any]:
    weeks = weeks_left(asked)
    return {
        "weeks": plan.problem.weeks,
        "points": _interval(plan.value),
        "gap": plan.gap,
        "bets": list(_shown(asked, plan)),
        "undone": _undone(asked, plan),
        "objectives": [
            {
                "title": one["title"],
                "unit": one["unit"],
                **_interval(plan.gain(str(one["objective"])), one["way"]),
            }
            for one in asked["objectives"]
        ],
        "marginals": [
            {"skill": one.skill, "amount": one.amount, **_interval(one.value)}
            for one in plan.marginals
        ],
        "spare": [
            {"skill": skill, "hours": float(hours.sum()) / weeks}
            for skill, hours in zip(plan.problem.skills, plan.spare_hours, strict=True)
        ],
    }


def weeks_left(asked: Question) -> float:
    """Return how many weeks are planned for, the last one as long as it is."""
    first, last = asked["weeks"][asked["passed"]][0], asked["weeks"][-1][1]
    return ((date.fromisoformat(last) - date.fromisoformat(first)).days + 1) / WEEK


def _planned(
    asked: Question,
) -> Generator[tuple[int, dict[str, Any]], None, tuple[Plan, list[dict[str, Any]]]]:
    """Plan, in mid-cycle one cause of change after the other."""
    from auscult.engine.planning.marginal import More  # noqa: PLC0415 - it takes memory
    from auscult.engine.planning.plan import solve, told  # noqa: PLC0415

    problem = _problem({**asked, **asked["before"]})
    solver, solved = solve(problem, gap=_gap(asked), seconds=SECONDS)
    if not asked["passed"]:
        yield 15, {}
        return told(solver, solved, More()), []
    yield 5, {}
    bits = _again(asked, told(solver, solved, None))
    percent = 10
    while (new := next(bits)) is None:
        yield percent, {}
        percent += 4
    titles = {one["key"]: one["title"] for one in asked["bets"]}
    weeks = weeks_left(asked)
    return new.plan, [_change(one, titles[one.bet], weeks) for one in new.changes]


def _gap(asked: Question) -> float:
    from auscult.engine.planning.solving import GAP  # noqa: PLC0415 - it takes memory

    return CAREFUL_GAP if asked["worst"] < 1 else GAP


def _problem(asked: Question) -> Problem:
    from auscult.engine.planning.problem import Problem  # noqa: PLC0415 - it takes memory

    stated = [
        Stated(
            levels=tuple(Level(**level) for level in one["levels"]), confidence=one["confidence"]
        )
        for one in asked["bets"]
    ]
    return Problem(
        objectives=_objectives(asked),
        bets=tuple(_bet(asked, said, one) for said, one in zip(stated, asked["bets"], strict=True)),
        curves=with_estimates(
            curves(stated, samples=SAMPLES, rng=np.random.default_rng(asked["seed"])),
            asked["bets"],
            asked["seed"],
        ),
        skills=tuple(asked["skills"]),
        capacity=np.array(asked["capacity"], dtype=float).reshape(len(asked["skills"]), -1),
        money=asked["money"],
        reserve_hours=asked["reserve_hours"],
        reserve_money=asked["reserve_money"],
        fair=asked["fair"],
        worst=asked["worst"],
    )


def _objectives(asked: Question) -> tuple[Objective, ...]:
    return tuple(
        Objective(key=str(one["objective"]), weight=one["weight"], room=one["room"])
        for one in asked["objectives"]
    )


def _bet(asked: Question, stated: Stated, one: Question) -> Bet:
    needs = [Asked(**{**need, "skills": tuple(need["skills"])}) for need in one["needs"]]
    bet = Bet(
        key=one["key"],
        objective=str(one["objective"]),
        function=one["function"],
        length=asked["days"] / WEEK,
        must=one["must"],
        after=tuple(one["after"]),
        rivals=one["rivals"],
    )
    return bet_of(stated, needs, bet)


def _again(asked: Question, before: Plan) -> Iterator[Replan | None]:
    """Plan the rest of a cycle from what check-ins said, bit by bit."""
    from auscult.engine.planning.replanning import News, replanned  # noqa: PLC0415

    passed, then = asked["passed"], asked["before"]
    happened = {one["key"]: _happened(asked, before, at) for at, one in enumerate(asked["bets"])}
    spent = sum(one.money for one in happened.values())
    capacity = np.array(asked["capacity"], dtype=float).reshape(len(asked["skills"]), -1)
    news = News(
        weeks=passed,
        bets=happened,
        capacity=None if then["capacity"] == asked["capacity"] else capacity[:, passed:],
        money=None if then["money"] == asked["money"] else max(asked["money"] - spent, 0.0),
        objectives=None if then["objectives"] == asked["objectives"] else _objectives(asked),
    )
    rng = np.random.default_rng(asked["seed"] + 1)
    return replanned(before, news, rng=rng, gap=_gap(asked), seconds=SECONDS)


def _happened(asked: Question, before: Plan, at: int) -> Any:
    """Return what has happened with a bet; its money is taken to be spent as time passes."""
    from auscult.engine.planning.learning import Reading  # noqa: PLC0415
    from auscult.engine.planning.replanning import Happened  # noqa: PLC0415

    one = asked["bets"][at]
    said = asked["happened"].get(one["key"])
    if said is None:
        return Happened(ended=one["ended"])
    likely = one["levels"][0]["likely"]
    reading = None
    if likely:
        gained = said["progress"] / 100 * likely
        reading = Reading(gained=gained, error=said["off"] * likely)
    money = float(before.money[at]) * asked["passed"] / before.problem.weeks
    return Happened(hours=said["hours"], money=money, reading=reading, ended=one["ended"])


def _shown(asked: Question, plan: Plan) -> Iterator[dict[str, Any]]:
    totals = plan.hours.sum(axis=(1, 2)) / weeks_left(asked)
    for at, one in enumerate(asked["bets"]):
        first = one["levels"][0]
        yield {
            "bet": one["bet"],
            "title": one["title"],
            "made": bool(plan.made[at]),
            "planned": first["hours"],
            "planned_money": first["money"],
            "hours": float(totals[at]),
            "money": float(plan.money[at]),
            "source": (one.get("estimate") or {}).get("source", ""),
            "source_address": (one.get("estimate") or {}).get("source_address", ""),
        }


def _undone(asked: Question, plan: Plan) -> list[dict[str, Any]]:
    titles = {one["key"]: one["title"] for one in asked["bets"]}
    ended = {one["key"] for one in asked["bets"] if one["ended"]}
    goals = {str(one["objective"]): one["title"] for one in asked["objectives"]}
    named = {**titles, **goals}
    return [
        {
            "title": titles[one.bet],
            "made": one.made,
            "gain": one.gain,
            "why": one.why.value,
            "names": [named.get(name, name) for name in one.names],
        }
        for one in plan.undone
        if one.bet not in ended
    ]


def _change(one: Change, title: str, weeks: float) -> dict[str, Any]:
    learned = one.learned
    return {
        "title": title,
        "before": one.hours_before / weeks,
        "after": one.hours_after / weeks,
        "because": [[cause.value, amount / weeks] for cause, amount in one.because],
        "unforeseen": bool(learned and learned.unforeseen),
        "more": bool(learned and learned.gained > learned.expected),
    }


def _wanted(plan: Plan) -> list[str]:
    """Return what curves are drawn of: what bets need, the most valuable of it first."""
    bets = plan.problem.bets
    needed = {skill for bet in bets for need in bet.needs for skill in need.skills}
    if any(bet.money or bet.money_fixed for bet in bets):
        needed.add("")
    worth = sorted(plan.marginals, key=lambda one: -float(one.samples.mean()))
    return [one.skill for one in worth if one.skill in needed][:MOST_CURVES]


def _steps(asked: Question, plan: Plan, skill: str) -> Iterator[Step]:
    from auscult.engine.planning.outlook import steps_of  # noqa: PLC0415 - it takes memory

    top = max(MONEY, round(plan.problem.money / 10, -2))
    amounts = HOURS if skill else [top * one / HOURS[-1] for one in HOURS]
    return steps_of(plan, skill, amounts, gap=_gap(asked), seconds=SECONDS)


def _step(asked: Question, one: Step) -> dict[str, Any]:
    titles = {bet["key"]: bet["title"] for bet in asked["bets"]}
    return {
        "amount": one.amount,
        "gap": one.gap,
        **_interval(one.value),
        "started": [titles[key] for key in one.started],
        "stopped": [titles[key] for key in one.stopped],
        "gains": [
            {"title": goal["title"], "unit": goal["unit"], "amount": float(gain) * goal["way"]}
            for goal, gain in zip(asked["objectives"], one.gains, strict=True)
            if gain * goal["weight"] > 0.01
        ],
    }


def _interval(one: Interval, times: float = 1.0) -> dict[str, float]:
    return {"mean": one.mean * times, "low": one.low * times, "high": one.high * times}
