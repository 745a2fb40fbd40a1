"""What a dashboard holds: watches, rivals, panels and a range, as validated JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from auscult.web.dashboards.days import RANGES
from auscult.web.dashboards.errors import DashboardRefused
from auscult.web.listening.models import Watch

# The panels that there are, in the order in which a page shows them.
PANELS: Mapping[str, str | Promise] = {
    "volume": _("Mentions by day"),
    "share": _("Share of voice"),
    "rhythm": _("Rhythm of the week"),
    "sources": _("Sources"),
    "languages": _("Languages"),
    "communities": _("Communities"),
    "authors": _("Most active authors"),
    "hashtags": _("Hashtags"),
    "hosts": _("Linked sites"),
    "links": _("Links"),
    "peers": _("Peers"),
}
DEFAULT_RANGE = "28d"
MOST_WATCHES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a dashboard shows.

    Attributes
    ----------
    watches : tuple of int
        Those of the house; none: all that are no rivals.
    rivals : tuple of int
        Watches that find mentions of others, for the share of voice.
    panels : tuple of str
        Of PANELS, in their order.
    range : str
        Of RANGES: what the page shows at first.
    """

    watches: tuple[int, ...] = ()
    rivals: tuple[int, ...] = ()
    panels: tuple[str, ...] = tuple(PANELS)
    range: str = DEFAULT_RANGE

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "watches": list(self.watches),
            "rivals": list(self.rivals),
            "panels": list(self.panels),
            "range": self.range,
        }

    def chosen(self, every: Sequence[Watch]) -> tuple[list[Watch], list[Watch]]:
        """Return the house's watches and the rivals', of those that there are."""
        rivals = [one for one in every if one.pk in self.rivals]
        own = [one for one in every if one.pk in self.watches] if self.watches else list(every)
        return [one for one in own if one not in rivals], rivals


def checked(given: Mapping[str, Any]) -> Content:
    """Return the content that some JSON says.

    Raises
    ------
    DashboardRefused
    """
    unknown = set(given) - {"watches", "rivals", "panels", "range"}
    if unknown:
        raise DashboardRefused("content", min(unknown), "watches, rivals, panels or range")
    panels = tuple(given.get("panels", ()))
    wrong = [name for name in panels if name not in PANELS]
    if wrong or not panels:
        raise DashboardRefused(
            "panels",
            wrong[0] if wrong else "",
            gettext("some of {choices}").format(choices=", ".join(PANELS)),
        )
    if given.get("range") not in RANGES:
        raise DashboardRefused(
            "range",
            given.get("range"),
            gettext("one of {choices}").format(choices=", ".join(RANGES)),
        )
    watches, rivals = (_numbers(name, given.get(name, ())) for name in ("watches", "rivals"))
    if set(watches) & set(rivals):
        raise DashboardRefused("rivals", min(set(watches) & set(rivals)), "no watch of the house")
    return Content(
        watches=watches,
        rivals=rivals,
        panels=tuple(name for name in PANELS if name in panels),
        range=given["range"],
    )


def _numbers(field: str, given: Any) -> tuple[int, ...]:
    if not isinstance(given, list | tuple) or not all(type(one) is int for one in given):
        raise DashboardRefused(field, given, "a list of numbers of watches")
    if len(given) > MOST_WATCHES:
        raise DashboardRefused(
            field, len(given), gettext("at most {most} watches").format(most=MOST_WATCHES)
        )
    return tuple(dict.fromkeys(given))
