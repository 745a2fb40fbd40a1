"""The rooms of the house and the pages of its settings: one line each, shown to who may enter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.errors import NotAMember
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may
from auscult.web.accounts.requests import actor_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One of the first level; `app` is the app_name of the pages that stand in it."""

    label: str | Promise
    url: str
    app: str
    right: Right


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """One of the second level, under "Settings"; pages below its address belong to it.

    `right` None: everybody who is signed in may open it.
    """

    label: str | Promise
    url: str
    right: Right | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An entry of the navigation as a page shows it."""

    label: str
    address: str
    current: bool


ROOMS: tuple[Room, ...] = (
    Room(label=_("Listening"), url="listening:room", app="listening", right=Right.READ_MENTIONS),
    Room(label=_("Alerts"), url="alerts:room", app="alerts", right=Right.SEE_FIGURES),
    Room(
        label=_("Dashboards"),
        url="dashboards:dashboards",
        app="dashboards",
        right=Right.SEE_FIGURES,
    ),
    Room(label=_("Plan"), url="planning:room", app="planning", right=Right.SEE_FIGURES),
    Room(label=_("Returns"), url="returns:room", app="returns", right=Right.SEE_FIGURES),
    Room(label=_("Brief"), url="briefs:room", app="briefs", right=Right.SEE_FIGURES),
    Room(label=_("Goals"), url="goals:room", app="goals", right=Right.SEE_FIGURES),
    Room(label=_("Sources"), url="sources:room", app="sources", right=Right.SEE_FIGURES),
)
SETTINGS_PAGES: tuple[SettingsPage, ...] = (
    SettingsPage(label=_("Your account"), url="accounts:account", right=None),
    SettingsPage(label=_("People"), url="accounts:people", right=Right.MANAGE_PEOPLE),
    SettingsPage(label=_("Organisation"), url="accounts:house", right=Right.MANAGE_HOUSE),
    SettingsPage(label=_("Roles and rights"), url="accounts:policies", right=None),
    SettingsPage(label=_("How long data is kept"), url="retention", right=Right.SET_RETENTION),
    SettingsPage(label=_("Audit trail"), url="accounts:audit", right=Right.SEE_AUDIT),
    SettingsPage(label=_("Webhooks"), url="delivery:hooks", right=Right.EDIT_INTERFACES),
    SettingsPage(label=_("Programs"), url="accounts:programs", right=Right.USE_INTERFACES),
    SettingsPage(label=_("Outbox"), url="delivery:outbox", right=Right.MANAGE_HOUSE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """Where a person may go, and where she is."""

    rooms: Sequence[Link]
    settings_pages: Sequence[Link]

    @property
    def in_room(self) -> bool:
        """Whether the page that is shown stands in a room."""
        return any(link.current for link in self.rooms)

    @property
    def in_settings(self) -> bool:
        """Whether the page that is shown is one of the settings."""
        return any(link.current for link in self.settings_pages)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Give every template `navigation`; it is worked out where a page shows it."""
    return {"navigation": SimpleLazyObject(lambda: _navigation(request))}


def _navigation(request: HttpRequest) -> Navigation:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return Navigation(rooms=(), settings_pages=())
    try:
        actor = actor_of(request)
    except NotAMember:  # the page says so; it needs no way to other rooms
        return Navigation(rooms=(), settings_pages=())
    return Navigation(
        rooms=rooms_of(actor, _app(request)),
        settings_pages=settings_pages_of(actor, request.path),
    )


def rooms_of(actor: Actor, app: str = "") -> list[Link]:
    """Return the rooms that an actor may enter; `app` is that of the page she sees."""
    return [
        Link(label=str(room.label), address=reverse(room.url), current=room.app == app)
        for room in ROOMS
        if may(actor, room.right)
    ]


def settings_pages_of(actor: Actor, path: str = "") -> list[Link]:
    """Return the pages of the settings that an actor may open; `path` is where she is."""
    allowed = [page for page in SETTINGS_PAGES if page.right is None or may(actor, page.right)]
    places = [reverse(page.url) for page in allowed]
    # A page may stand below another's address: the longest that fits is meant.
    here = max((place for place in places if path.startswith(place)), key=len, default=None)
    return [
        Link(label=str(page.label), address=place, current=place == here)
        for page, place in zip(allowed, places, strict=True)
    ]


def _app(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.app_name if match is not None else ""
