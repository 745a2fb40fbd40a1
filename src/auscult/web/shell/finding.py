"""Where a person can go: rooms, settings, actions and watches whose name fits what she typed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from auscult.engine.query.proposing.names import plain
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may
from auscult.web.dashboards import queries as dashboards
from auscult.web.goals import queries as goals
from auscult.web.listening import queries as listening
from auscult.web.planning import queries as planning
from auscult.web.shell.navigation import rooms_of, settings_pages_of
from auscult.web.sources import queries as sources

MOST = 12  # places that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A place: what it is called, what kind of place it is, where."""

    label: str
    kind: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Something that can be done, on a page of its own."""

    label: str | Promise
    url: str
    right: Right


DOINGS: tuple[Doing, ...] = (
    Doing(label=gettext_lazy("Add a watch"), url="listening:add-watch", right=Right.EDIT_WATCHES),
    Doing(
        label=gettext_lazy("Suggest watches"),
        url="listening:suggestions",
        right=Right.READ_MENTIONS,
    ),
    Doing(label=gettext_lazy("Compare peers"), url="listening:peers", right=Right.READ_MENTIONS),
    Doing(label=gettext_lazy("Connect a source"), url="sources:room", right=Right.EDIT_SOURCES),
    Doing(label=gettext_lazy("Add a priority"), url="goals:add-priority", right=Right.EDIT_GOALS),
    Doing(
        label=gettext_lazy("Add an objective"), url="goals:add-objective", right=Right.EDIT_GOALS
    ),
    Doing(label=gettext_lazy("Shiny objects"), url="goals:orphans", right=Right.SEE_FIGURES),
    Doing(label=gettext_lazy("Plan a cycle"), url="planning:add-cycle", right=Right.EDIT_PLAN),
    Doing(label=gettext_lazy("Board of the plan"), url="planning:board", right=Right.SEE_FIGURES),
    Doing(label=gettext_lazy("Lessons"), url="planning:lessons", right=Right.SEE_FIGURES),
    Doing(label=gettext_lazy("Purists' corner"), url="planning:claims", right=Right.SEE_FIGURES),
    Doing(label=gettext_lazy("Set up your house"), url="set-up", right=Right.MANAGE_HOUSE),
    Doing(label=gettext_lazy("Design system"), url="design", right=Right.SEE_FIGURES),
    Doing(label=gettext_lazy("Keyboard shortcuts"), url="shortcuts", right=Right.SEE_FIGURES),
)


def _rooms(actor: Actor) -> Iterator[Hit]:
    for link in rooms_of(actor):
        yield Hit(label=link.label, kind=_("room"), address=link.address)


def _settings(actor: Actor) -> Iterator[Hit]:
    for link in settings_pages_of(actor):
        yield Hit(label=link.label, kind=_("settings"), address=link.address)


def _doings(actor: Actor) -> Iterator[Hit]:
    for doing in DOINGS:
        if may(actor, doing.right):
            yield Hit(label=str(doing.label), kind=_("action"), address=reverse(doing.url))


def _watches(actor: Actor) -> Iterator[Hit]:
    if may(actor, Right.READ_MENTIONS):
        for number, name in listening.watches(actor).values_list("pk", "name"):
            address = reverse("listening:watch", args=[number])
            yield Hit(label=name, kind=_("watch"), address=address)


def _dashboards(actor: Actor) -> Iterator[Hit]:
    if may(actor, Right.SEE_FIGURES):
        for number, name in dashboards.dashboards(actor).values_list("pk", "name"):
            address = reverse("dashboards:dashboard", args=[number])
            yield Hit(label=name, kind=_("dashboard"), address=address)


def _sources(actor: Actor) -> Iterator[Hit]:
    if may(actor, Right.READ_MENTIONS):
        for number, name in sources.sources(actor).values_list("pk", "name"):
            address = reverse("sources:source", args=[number])
            yield Hit(label=name, kind=_("source"), address=address)


def _goals(actor: Actor) -> Iterator[Hit]:
    if may(actor, Right.SEE_FIGURES):
        for number, title in goals.priorities(actor).values_list("pk", "title"):
            address = reverse("goals:priority", args=[number])
            yield Hit(label=title, kind=_("priority"), address=address)
        for number, title in goals.open_objectives(actor).values_list("pk", "title"):
            address = reverse("goals:objective", args=[number])
            yield Hit(label=title, kind=_("objective"), address=address)


def _bets(actor: Actor) -> Iterator[Hit]:
    if may(actor, Right.SEE_FIGURES):
        for number, title in planning.bets(actor).order_by("-pk").values_list("pk", "title"):
            address = reverse("planning:bet", args=[number])
            yield Hit(label=title, kind=_("bet"), address=address)


# Each application's own places: one function each, asked in this order.
FINDERS: tuple[Callable[[Actor], Iterable[Hit]], ...] = (
    _rooms,
    _doings,
    _watches,
    _dashboards,
    _sources,
    _goals,
    _bets,
    _settings,
)


def places(actor: Actor, typed: str) -> list[Hit]:
    """Return the places that fit, those whose name begins with what was typed first.

    Every word that was typed has to begin a word of the name; accents and case don't count.
    Nothing typed: the first places of each kind. What no name fits is offered as a search.
    """
    words = plain(typed).split()
    every = (hit for finder in FINDERS for hit in finder(actor))
    fitting = [hit for hit in every if _fits(words, hit.label)]
    begun = plain(typed.strip())
    fitting.sort(key=lambda hit: not plain(hit.label).startswith(begun))
    return [*islice(fitting, MOST), *_search(actor, typed)]


def _fits(words: list[str], label: str) -> bool:
    there = plain(label).split()
    return all(any(one.startswith(word) for one in there) for word in words)


def _search(actor: Actor, typed: str) -> list[Hit]:
    if not typed.strip() or not may(actor, Right.READ_MENTIONS):
        return []
    return [
        Hit(
            label=_("Search the mentions for “%(typed)s”") % {"typed": typed.strip()},
            kind=_("search"),
            address=f"{reverse('listening:room')}?{urlencode({'q': typed.strip()})}",
        )
    ]
