"""Two versions of a plan, compared: the differences in words that pages show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from auscult.web.goals.amounts import amount
from auscult.web.planning.comparing import ABSENT, Difference, Plan, differences, leaves
from auscult.web.planning.models import TaskKind
from auscult.web.planning.moves import AssumptionState, BetState, CycleState, TaskState

FIELDS = {
    "title": gettext_lazy("name"),
    "first_day": gettext_lazy("first day"),
    "last_day": gettext_lazy("last day"),
    "days": gettext_lazy("days"),
    "state": gettext_lazy("state"),
    "focus": gettext_lazy("focus"),
    "text": gettext_lazy("text"),
    "noticed_by": gettext_lazy("how it is noticed"),
    "watch": gettext_lazy("watch"),
    "amplifies": gettext_lazy("amplifies"),
    "audience": gettext_lazy("audience"),
    "kit": gettext_lazy("kit"),
    "confidence": gettext_lazy("confidence"),
    "either_or": gettext_lazy("either-or"),
    "objective": gettext_lazy("objective"),
    "owner": pgettext_lazy("of a bet", "owner"),
    "function": gettext_lazy("function"),
    "networks": gettext_lazy("networks"),
    "depends_on": gettext_lazy("waits for"),
    "hours": gettext_lazy("hours"),
    "money": gettext_lazy("money"),
    "low": gettext_lazy("low"),
    "likely": gettext_lazy("likely"),
    "high": gettext_lazy("high"),
    "at_least": gettext_lazy("at least"),
    "at_most": gettext_lazy("at most"),
    "kind": gettext_lazy("kind"),
    "people": gettext_lazy("people"),
    "skill": gettext_lazy("skill"),
    "minutes": gettext_lazy("minutes"),
}
KINDS = {
    "bets": gettext_lazy("Bet"),
    "tasks": gettext_lazy("Task"),
    "assumptions": gettext_lazy("Assumption"),
    "levels": gettext_lazy("Spending"),
    "needs": gettext_lazy("Need"),
}
# What stands in a plan as a code; a code means the same wherever it stands.
CODES = {
    str(one): one.label
    for choices in (CycleState, BetState, TaskState, AssumptionState, TaskKind)
    for one in choices
}
CODED = ("state", "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One difference: of what, which field, what stood there and what stands there.

    Attributes
    ----------
    before, after : str
        Empty: nothing.
    """

    of: str
    field: str
    before: str
    after: str


def changes(before: Plan, after: Plan) -> list[Line]:
    """Return the differences of two plans, what was added or went field by field as well."""
    return [line for one in differences(before, after) for line in _lines(before, after, one)]


def _lines(before: Plan, after: Plan, one: Difference) -> Iterator[Line]:
    old = dict(leaves(one.before, one.path)) if one.before is not ABSENT else {}
    new = dict(leaves(one.after, one.path)) if one.after is not ABSENT else {}
    for path in dict.fromkeys((*old, *new)):
        line = Line(
            of=_of(before, after, path[:-1]),
            field=str(FIELDS.get(path[-1], path[-1])),
            before=_value(path[-1], old.get(path)),
            after=_value(path[-1], new.get(path)),
        )
        if line.before != line.after:
            yield line


def _of(before: Plan, after: Plan, path: tuple[str, ...]) -> str:
    """Return what a field belongs to: "Bet 3 “Films”, Task 1 “Ask”"; empty: the cycle itself."""
    names = []
    for depth in range(0, len(path) - 1, 2):
        label = KINDS.get(path[depth], path[depth])
        place = path[: depth + 2]
        part = _part(after, place) or _part(before, place) or {}
        title = part.get("title") or part.get("text")
        name = f"{label} {place[-1]}"
        names.append(_("%(name)s “%(title)s”") % {"name": name, "title": title} if title else name)
    return ", ".join(names)


def _part(plan: Plan, path: tuple[str, ...]) -> Plan | None:
    found: Any = plan
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _value(field: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if field in CODED:
        return str(CODES.get(str(value), value))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return amount(value) if isinstance(value, float) else str(value)
