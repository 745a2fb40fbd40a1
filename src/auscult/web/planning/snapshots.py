"""A whole plan as JSON: what a version holds, what is handed out, and what a template is like.

Bets, tasks and assumptions stand under their numbers, which stay; people, teams, objectives and
priorities by name, so that a version says the same when these are gone.
"""

from __future__ import annotations

from typing import Any

from auscult.web.planning.comparing import Plan
from auscult.web.planning.models import Assumption, Bet, Cycle, Task


def snapshot(cycle: Cycle) -> Plan:
    """Return the plan of a cycle as it stands in the database."""
    cycle.refresh_from_db()
    bets = cycle.bets.select_related("objective", "owner", "function").prefetch_related(
        "levels", "needs", "depends_on", "tasks__people", "tasks__depends_on__bet"
    )
    assumptions = cycle.assumptions.select_related("watch")
    return {
        "number": cycle.number,
        "title": cycle.title,
        "first_day": cycle.first_day.isoformat(),
        "days": cycle.days,
        "state": cycle.state,
        "focus": sorted(cycle.focus.values_list("title", flat=True)),
        "assumptions": {str(one.number): _assumption(one) for one in assumptions},
        "bets": {str(one.number): _bet(one) for one in bets},
    }


def _name(row: object) -> str | None:
    return None if row is None else str(row)


def _assumption(one: Assumption) -> Plan:
    return {
        "text": one.text,
        "noticed_by": one.noticed_by,
        "watch": _name(one.watch),
        "state": one.state,
    }


def _bet(bet: Bet) -> Plan:
    plain = ("title", "state", "amplifies", "audience", "kit", "confidence", "either_or")
    return {
        **{name: getattr(bet, name) for name in plain},
        "objective": _name(bet.objective),
        "owner": _name(bet.owner),
        "function": _name(bet.function),
        "networks": list(bet.networks),
        "depends_on": sorted(one.number for one in bet.depends_on.all()),
        "levels": {str(one.place): _values(one, LEVEL) for one in bet.levels.all()},
        "needs": {one.skill: _values(one, NEED) for one in bet.needs.all()},
        "tasks": {str(one.number): _task(one) for one in bet.tasks.all()},
    }


LEVEL = ("hours", "money", "low", "likely", "high")
NEED = ("hours", "at_least", "at_most")


def _values(row: Any, names: tuple[str, ...]) -> Plan:
    return {name: getattr(row, name) for name in names}


def task_name(task: Task) -> str:
    """Return how a task is called in a plan: `3.2` is the second of the third bet."""
    return f"{task.bet.number}.{task.number}"


def _task(task: Task) -> Plan:
    return {
        "title": task.title,
        "kind": task.kind,
        "state": task.state,
        "first_day": task.first_day.isoformat(),
        "last_day": task.last_day.isoformat(),
        "people": sorted(str(person) for person in task.people.all()),
        "skill": task.skill,
        "minutes": task.minutes,
        "depends_on": sorted(task_name(one) for one in task.depends_on.all()),
    }
