"""The history of goals in words: what was changed, from what to what, by whom, when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auscult.web.accounts.models import Actor
from auscult.web.goals import links, queries
from auscult.web.goals.amounts import amount
from auscult.web.goals.models import About, Change, Direction, Origin, SourceKind

DAYS_SHOWN = 20  # readings of one change; a file may have brought thousands

ACTIONS: Mapping[str, str | Promise] = {
    "save-priority": gettext_lazy("priority saved"),
    "end-priority": gettext_lazy("priority ended"),
    "resume-priority": gettext_lazy("priority taken up again"),
    "move-priority": gettext_lazy("priority moved"),
    "remove-priority": gettext_lazy("priority removed"),
    "save-objective": gettext_lazy("objective saved"),
    "close-objective": gettext_lazy("objective closed"),
    "reopen-objective": gettext_lazy("objective opened again"),
    "save-readings": gettext_lazy("readings saved"),
    "remove-reading": gettext_lazy("reading removed"),
    "save-source": gettext_lazy("source of readings changed"),
    "switch-asking": gettext_lazy("asking another machine switched"),
    "add-link": gettext_lazy("linked"),
    "remove-link": gettext_lazy("link removed"),
}
FIELDS: Mapping[str, str | Promise] = {
    "title": gettext_lazy("title"),
    "function": gettext_lazy("business function"),
    "owner": gettext_lazy("who answers for it"),
    "audience": gettext_lazy("for whom"),
    "served": gettext_lazy("how they are served now"),
    "intent": gettext_lazy("what they should feel, believe or do"),
    "ended": gettext_lazy("ended"),
    "place": gettext_lazy("place among those of its function"),
    "priority": gettext_lazy("priority"),
    "measure": gettext_lazy("measure"),
    "unit": gettext_lazy("unit"),
    "direction": gettext_lazy("direction"),
    "baseline": gettext_lazy("baseline"),
    "baseline_on": gettext_lazy("day of the baseline"),
    "target": gettext_lazy("target"),
    "deadline": gettext_lazy("deadline"),
    "source": gettext_lazy("where readings come from"),
    "settings": gettext_lazy("more about the source"),
    "may_ask": gettext_lazy("another machine may be asked"),
    "closed": gettext_lazy("closed"),
    "actual": gettext_lazy("where it was in the end"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field before and after; empty where it wasn't or isn't there."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change in words.

    Attributes
    ----------
    about : str
        The title of what was changed, as it is now; empty where it is gone.
    more : int
        Fields beyond those that are listed.
    """

    change: Change
    action: str
    about: str
    fields: tuple[Field, ...]
    more: int


def told(actor: Actor, changes: Iterable[Change]) -> list[Told]:
    """Return changes in words."""
    names = dict(queries.members(actor).values_list("user_id", "user__username"))
    titles = {
        (About.PRIORITY, number): title
        for number, title in queries.every_priority(actor).values_list("pk", "title")
    } | {
        (About.OBJECTIVE, number): title
        for number, title in queries.objectives(actor).values_list("pk", "title")
    }
    return [_told(one, titles.get((About(one.kind), one.number), ""), names) for one in changes]


def _told(change: Change, about: str, names: Mapping[int, str]) -> Told:
    keys = list(dict.fromkeys((*change.before, *change.after)))
    fields = [
        Field(
            label=_label(key),
            before=_value(key, change.before.get(key), names),
            after=_value(key, change.after.get(key), names),
        )
        for key in keys[:DAYS_SHOWN]
    ]
    return Told(
        change=change,
        action=str(ACTIONS.get(change.action, change.action)),
        about=about,
        fields=tuple(one for one in fields if one.before or one.after),
        more=max(0, len(keys) - DAYS_SHOWN),
    )


def _label(key: str) -> str:
    if key in FIELDS:
        return str(FIELDS[key])
    if key[:1].isdigit():
        return _day(key)
    kind = key.partition(" ")[0]
    return next((str(one.label) for one in links.linkables() if one.kind == kind), kind)


def _value(key: str, value: Any, names: Mapping[int, str]) -> str:
    if value in (None, "", {}):
        return ""
    if key == "owner":
        return names.get(value, _("somebody who left"))
    if key in {"baseline_on", "deadline", "ended", "closed"}:
        return _day(value)
    if key == "direction":
        return str(Direction(value).label)
    if key == "source":
        return str(SourceKind(value).label)
    return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case bool():
            return _("yes") if value else _("no")
        case int() | float():
            return amount(float(value))
        case {"value": number, "note": note, "origin": origin}:
            said = f"{amount(float(number))} ({Origin(origin).label})"
            return f"{said}: {note}" if note else said
        case dict():
            return ", ".join(f"{name}: {one}" for name, one in value.items())
    return str(value)


def _day(text: str) -> str:
    return date_format(date.fromisoformat(text), _("j M Y"))
