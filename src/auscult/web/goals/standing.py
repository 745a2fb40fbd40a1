"""Where objectives stand: their newest reading, and what becomes of it by the deadline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auscult.web.accounts.models import Actor
from auscult.web.goals import queries
from auscult.web.goals.forecasting import TOO_EARLY, Outlook, outlook
from auscult.web.goals.models import Objective, Priority, Reading

FEWEST = 5  # readings before anything is said about the deadline
LINE = 60  # the newest readings of an objective, where many objectives have a line each


# A verdict of the forecast, as a badge shows it.
VERDICTS: Mapping[str, tuple[str, str | Promise]] = {
    "too early": ("", gettext_lazy("too early to tell")),
    "on course": ("good", gettext_lazy("on course")),
    "at risk": ("warn", gettext_lazy("at risk")),
    "off course": ("bad", gettext_lazy("off course")),
}


class Seen(NamedTuple):
    """What a line needs of a reading; of hundreds of objectives these are many."""

    day: date
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where an objective stands.

    Attributes
    ----------
    readings : tuple of Reading or Seen
        The oldest first; among many objectives the newest 60 of each.
    code : str
        Its state for programs: `closed`, `reached`, `missed`, `unread`, `overdue`, `waiting` for
        its forecast, or the verdict of the forecast, `too-early`, `on-course`, `at-risk`,
        `off-course`.
    kind, label : str
        Its state as a badge shows it.
    attained : float or None
        Share of the way from baseline to target at the newest reading; it may be below 0 or
        above 1. None: nobody read it yet.
    outlook : Outlook or None
        Where it is heading; None: nobody worked that out yet, or it is over.
    """

    objective: Objective
    readings: tuple[Reading | Seen, ...]
    code: str
    kind: str
    label: str
    attained: float | None
    outlook: Outlook | None

    @property
    def newest(self) -> Reading | Seen | None:
        """The last reading; None: there is none yet."""
        return self.readings[-1] if self.readings else None

    @property
    def percent(self) -> float | None:
        """Percent of the way from baseline to target."""
        return None if self.attained is None else 100 * self.attained


def standings(actor: Actor, objectives: Iterable[Objective]) -> list[Standing]:
    """Return where objectives stand, in their order."""
    chosen = list(objectives)
    found: dict[int, list[Seen]] = defaultdict(list)
    ours = Reading.objects.filter(objective__organisation_id=actor.organisation_id)
    newest = Window(RowNumber(), partition_by="objective", order_by=F("day").desc())
    rows = ours.filter(objective__in=chosen).annotate(place=newest).filter(place__lte=LINE)
    for number, day, value in rows.order_by("day").values_list("objective_id", "day", "value"):
        found[number].append(Seen(day, value))
    today = queries.today(actor)
    return [standing(one, found[one.pk], today) for one in chosen]


def standing(objective: Objective, readings: Sequence[Reading | Seen], today: date) -> Standing:
    """Return where an objective stands by its readings."""
    over = objective.closed_on is not None or today > objective.deadline
    ahead = None if over or not readings else outlook(objective)
    code, kind, label = _state(objective, readings, today, ahead)
    value = objective.actual if objective.closed_on else None
    if value is None and readings:
        value = readings[-1].value
    return Standing(
        objective=objective,
        readings=tuple(readings),
        code=code,
        kind=kind,
        label=label,
        attained=None if value is None else objective.attainment(value),
        outlook=ahead,
    )


def _state(
    objective: Objective, readings: Sequence[Reading | Seen], today: date, ahead: Outlook | None
) -> tuple[str, str, str]:
    if objective.closed_on is not None:
        return _closed(objective)
    if not readings:
        return "unread", "", _("no reading yet")
    if today > objective.deadline:
        return "overdue", "warn", _("past its deadline")
    if ahead is None and len(readings) >= FEWEST:
        return "waiting", "", _("the forecast is being worked out")
    verdict = ahead.verdict if ahead else TOO_EARLY
    kind, label = VERDICTS[verdict]
    return verdict.replace(" ", "-"), kind, str(label)


def _closed(objective: Objective) -> tuple[str, str, str]:
    if objective.actual is None:
        return "closed", "", _("closed")
    if objective.attainment(objective.actual) >= 1:
        return "reached", "good", _("reached")
    return "missed", "bad", _("missed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A business function with its priorities, each with its objectives."""

    name: str
    number: int | None
    priorities: list[tuple[Priority, list[Standing]]]


def tree(actor: Actor) -> list[Branch]:
    """Return the functions that have priorities, by name, the whole house first."""
    of_priority: dict[int, list[Standing]] = defaultdict(list)
    for one in standings(actor, queries.open_objectives(actor)):
        of_priority[one.objective.priority_id].append(one)
    branches: dict[int | None, Branch] = {}
    for priority in queries.priorities(actor):
        function = priority.function
        name = function.name if function else _("The whole house")
        branch = branches.setdefault(
            priority.function_id, Branch(name=name, number=priority.function_id, priorities=[])
        )
        branch.priorities.append((priority, of_priority[priority.pk]))
    return sorted(branches.values(), key=lambda one: (one.number is not None, one.name.casefold()))
