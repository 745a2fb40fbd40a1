"""Bets and tasks into a cycle in bulk: however many there are, with the same few queries.

The actions make one at a time and look at the whole plan after each. Here everything was checked
before (`reading_in`), and one version and one line of the audit trail tell of all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Model

from auscult.web.accounts.models import Actor
from auscult.web.goals.models import Objective
from auscult.web.planning.bet_actions import (
    BetWish,
    TaskWish,
    levels_of,
    needs_of,
    shape_bet,
    shape_task,
)
from auscult.web.planning.models import Bet, Cycle, Level, Need, Task
from auscult.web.planning.moves import BetState, TaskState
from auscult.web.planning.serving import link_objectives

TaskName = tuple[int, int]  # the number of its bet, and its own
AT_ONCE = 500  # rows of one statement
BET_FIELDS = (
    "title", "state", "objective", "owner", "function", "amplifies", "audience", "networks", "kit",
    "confidence", "either_or",
)  # fmt: skip
TASK_FIELDS = ("title", "state", "kind", "first_day", "last_day", "skill", "minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class BetPart:
    """What a bet shall be, how far it is, and the numbers of those that it waits for."""

    wish: BetWish
    state: BetState
    waits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPart:
    """What a task shall be, how far it is, and the names of those that it waits for."""

    wish: TaskWish
    state: TaskState
    waits: tuple[TaskName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """The bets and tasks of a cycle by number and name."""

    bets: dict[int, Bet]
    tasks: dict[TaskName, Task]


def there(cycle: Cycle) -> There:
    """Return what stands in a cycle, with what each waits for."""
    bets = cycle.bets.select_related("objective").prefetch_related("depends_on").order_by("number")
    tasks = Task.objects.filter(bet__cycle=cycle).prefetch_related("depends_on__bet")
    named = tasks.select_related("bet").order_by("bet__number", "number")
    return There(
        bets={one.number: one for one in bets},
        tasks={(one.bet.number, one.number): one for one in named},
    )


def fill(
    actor: Actor,
    cycle: Cycle,
    found: There,
    *,
    bets: Mapping[int, BetPart],
    tasks: Mapping[TaskName, TaskPart],
) -> None:
    """Make bets and tasks, or change those that are there; inside of `changing`.

    Parameters
    ----------
    bets, tasks : mapping
        By number and name; a task's bet is there or among `bets`, what they wait for as well.
    """
    every_bet = _save_bets(actor, cycle, found, bets)
    every_task = _save_tasks(every_bet, found, tasks)
    waiting = [
        (every_bet[number].pk, every_bet[other].pk)
        for number, part in bets.items()
        for other in part.waits
    ]
    _replace(Bet.depends_on.through, "from_bet_id", "to_bet_id", _keys(every_bet, bets), waiting)
    waiting = [
        (every_task[name].pk, every_task[other].pk)
        for name, part in tasks.items()
        for other in part.waits
    ]
    chosen = _keys(every_task, tasks)
    _replace(Task.depends_on.through, "from_task_id", "to_task_id", chosen, waiting)


def _save_bets(
    actor: Actor, cycle: Cycle, found: There, parts: Mapping[int, BetPart]
) -> dict[int, Bet]:
    """Save bets with their estimates and links; return all bets of the cycle."""
    rows = {number: found.bets.get(number) or Bet(cycle=cycle, number=number) for number in parts}
    before: dict[int, Objective | None] = {key: one.objective for key, one in rows.items()}
    for number, part in parts.items():
        shape_bet(rows[number], part.wish)
        rows[number].state = part.state
    _save(Bet, rows.values(), BET_FIELDS)
    for keys in _parts([one.pk for one in rows.values()]):
        Level.objects.filter(bet__in=keys).delete()
        Need.objects.filter(bet__in=keys).delete()
    wishes = [(rows[number], part.wish) for number, part in parts.items()]
    Level.objects.bulk_create([one for row in wishes for one in levels_of(*row)], AT_ONCE)
    Need.objects.bulk_create([one for row in wishes for one in needs_of(*row)], AT_ONCE)
    link_objectives(actor, [(one, before[number]) for number, one in rows.items()])
    return found.bets | rows


def _save_tasks(
    bets: Mapping[int, Bet], found: There, parts: Mapping[TaskName, TaskPart]
) -> dict[TaskName, Task]:
    """Save tasks with their people; return all tasks of the cycle."""
    rows = {
        name: found.tasks.get(name) or Task(bet=bets[name[0]], number=name[1]) for name in parts
    }
    for name, part in parts.items():
        shape_task(rows[name], part.wish)
        rows[name].state = part.state
    _save(Task, rows.values(), TASK_FIELDS)
    people = [
        (rows[name].pk, person)
        for name, part in parts.items()
        for person in dict.fromkeys(one.pk for one in part.wish.people)
    ]
    _replace(Task.people.through, "task_id", "user_id", _keys(rows, parts), people)
    return found.tasks | rows


def _save(model: type[Model], rows: Collection[Bet | Task], fields: Sequence[str]) -> None:
    new = [one for one in rows if one.pk is None]
    changed = [one for one in rows if one.pk is not None]
    model._base_manager.bulk_create(new, AT_ONCE)
    model._base_manager.bulk_update(changed, fields, 100)


def _replace(
    through: type[Model], of: str, to: str, keys: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> None:
    """Let these pairs be all that stand between chosen rows and others."""
    for some in _parts(keys):
        through._base_manager.filter(**{f"{of}__in": some}).delete()
    made = [through(**{of: one, to: other}) for one, other in dict.fromkeys(pairs)]
    through._base_manager.bulk_create(made, AT_ONCE)


def _keys(rows: Mapping[int, Bet] | Mapping[TaskName, Task], chosen: Iterable[object]) -> list[int]:
    return [rows[one].pk for one in chosen]  # type: ignore[index]


def _parts(keys: Sequence[int]) -> Iterable[Sequence[int]]:
    return (keys[first : first + AT_ONCE] for first in range(0, len(keys), AT_ONCE))
