"""What the pages of the room share: the way between them, and what the reader may do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, may


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Pages of the room that belong together; the first that one may open is where it leads."""

    label: str | Promise
    pages: tuple[tuple[str, str | Promise], ...]
    right: Right = Right.SEE_FIGURES
    # Of pages that are open to others than the rest.
    rights: Mapping[str, Right] = field(default_factory=dict)

    def open_to(self, actor: Actor) -> tuple[tuple[str, str | Promise], ...]:
        """Return the pages that the actor may open."""
        return tuple(one for one in self.pages if may(actor, self.rights.get(one[0], self.right)))


GROUPS: tuple[Group, ...] = (
    Group(
        label=_("On one page"),
        pages=(("room", _("On one page")), ("case", _("Make the case")), ("editions", _("Kept"))),
    ),
    Group(
        label=_("What it cost"),
        pages=(
            ("costs", _("Costs")),
            ("time", _("Time")),
            ("rates", _("Roles and rates")),
            ("exchange", _("Currencies")),
        ),
        right=Right.SEE_COSTS,
        rights={"time": Right.CHECK_IN},  # one's own
    ),
    Group(
        label=_("What it brought"),
        pages=(
            ("outcomes", _("Outcomes")),
            ("links", _("Links")),
            ("intakes", _("Files")),
            ("surveys", _("Surveys")),
            ("site", _("Your website")),
        ),
    ),
    Group(
        label=_("Against what else"),
        pages=(
            ("figures", _("Figures")),
            ("paths", _("Ways here")),
            ("comparators", _("Other ways")),
            ("exposure", _("Reach")),
        ),
    ),
    Group(label=_("Did it work?"), pages=(("studies", _("Did it work?")),)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A page of the room, or a group of them."""

    label: str
    address: str
    current: bool


def around(actor: Actor, page: str) -> dict[str, Any]:
    """Return what stands at the top of a page: the groups, and the pages of the one it is of.

    Parameters
    ----------
    page : str
        The page of the room that is shown, or above it: a charge stands below the costs.
    """
    groups = [(one, pages) for one in GROUPS if (pages := one.open_to(actor))]
    here, tabs = next((both for both in groups if page in dict(both[1])), (None, ()))
    tabs = tabs if len(tabs) > 1 else ()
    return {
        "groups": [_tab(one.label, pages[0][0], current=one is here) for one, pages in groups],
        # What `aria-current` calls the group: it is the page itself where that stands alone.
        "group_is": "true" if tabs else "page",
        "tabs": [_tab(label, name, current=name == page) for name, label in tabs],
        "may_edit": may(actor, Right.EDIT_RETURNS),
        "may_see_costs": may(actor, Right.SEE_COSTS),
        "may_record_time": may(actor, Right.CHECK_IN),
        "may_export": may(actor, Right.EXPORT),
    }


def _tab(label: str | Promise, page: str, *, current: bool) -> Tab:
    return Tab(label=str(label), address=reverse(f"returns:{page}"), current=current)
